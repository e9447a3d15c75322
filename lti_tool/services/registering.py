"""Platforms that an operator registers, and the deployments that they approve."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.lti.addresses import is_excepted, is_web_address
from lti_tool.store import organisations, platforms
from lti_tool.store.rows import DeploymentRow, OrganisationRow, RegistrationRow
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, NewId

ADDRESSES = ("issuer", "auth_login_url", "auth_token_url", "jwks_url")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFacts:
    """What an operator knows of a platform. `frame_origins` are the origins that frame us."""

    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    family: str = "generic"
    token_audience: str | None = None
    frame_origins: tuple[str, ...] = ()


def add_platform(
    session: Session,
    organisation: OrganisationRow,
    facts: PlatformFacts,
    *,
    private_hosts: frozenset[str],
    clock: Clock,
    new_id: NewId,
) -> RegistrationRow:
    """Register a platform. Only `private_hosts` may be spoken to by http.

    Raises:
        InvalidInputError: a URL or an origin is none, or the family is unknown.
        ConflictError: issuer and client id are registered.
    """
    _check(facts, private_hosts)
    values = {
        "id": new_id(),
        "organisation_id": organisation.id,
        "issuer": facts.issuer,
        "client_id": facts.client_id,
        "auth_login_url": facts.auth_login_url,
        "auth_token_url": facts.auth_token_url,
        "token_audience": facts.token_audience,
        "jwks_url": facts.jwks_url,
        "family": facts.family,
        "frame_origins": _frame_origins(facts),
        "status": "active",
        "created_at": clock(),
    }
    if not insert_unless_present(session, RegistrationRow, values):
        raise ConflictError(
            "this issuer and client id are registered: find them with `quatrefoil platforms list`, "
            "and correct them with `quatrefoil platforms set ID`",
            code="platform_registered",
        )
    return session.get_one(RegistrationRow, values["id"])


def facts_of(row: RegistrationRow) -> PlatformFacts:
    """Return what is registered of a platform, for somebody to change a part of it."""
    origins = tuple(row.frame_origins.split())
    return PlatformFacts(
        issuer=row.issuer,
        client_id=row.client_id,
        auth_login_url=row.auth_login_url,
        auth_token_url=row.auth_token_url,
        jwks_url=row.jwks_url,
        family=row.family,
        token_audience=row.token_audience,
        # The origin that was derived from a login URL goes with it.
        frame_origins=() if origins == (_origin_of(row.auth_login_url),) else origins,
    )


def correct_platform(
    session: Session,
    registration_id: UUID,
    facts: PlatformFacts,
    *,
    private_hosts: frozenset[str],
    clock: Clock,
    new_id: NewId,
) -> RegistrationRow:
    """Change what is registered of a platform, but not which platform it is.

    People are known by registration and `sub`: under another issuer or client
    id they would be taken for others.

    Raises:
        NotFoundError: there is no such registration.
        InvalidInputError: a URL or an origin is none, or the family is unknown.
        ConflictError: it would be another platform.
    """
    row = platforms.get_registration(session, registration_id)
    if (facts.issuer, facts.client_id) != (row.issuer, row.client_id):
        raise ConflictError(
            "another issuer or client id is another platform: add it with "
            "`quatrefoil platforms add`, and suspend this one",
            code="another_platform",
        )
    _check(facts, private_hosts)
    row.auth_login_url = facts.auth_login_url
    row.auth_token_url = facts.auth_token_url
    row.token_audience = facts.token_audience
    row.jwks_url = facts.jwks_url
    row.family = facts.family
    row.frame_origins = _frame_origins(facts)
    # What failed at the old addresses is tried at the new ones without delay.
    row.paused_until = None
    _note(session, "registration.corrected", row.id, clock=clock, new_id=new_id)
    return row


def suspend_platform(
    session: Session, registration_id: UUID, *, clock: Clock, new_id: NewId
) -> RegistrationRow:
    """Let nobody in from a platform, and send it nothing, until it is resumed."""
    row = platforms.get_registration(session, registration_id)
    row.status = "disabled"
    _note(session, "registration.suspended", row.id, clock=clock, new_id=new_id)
    return row


def resume_platform(
    session: Session, registration_id: UUID, *, clock: Clock, new_id: NewId
) -> RegistrationRow:
    """Let a platform launch again; the scores that waited are sent."""
    row = platforms.get_registration(session, registration_id)
    row.status = "active"
    _note(session, "registration.resumed", row.id, clock=clock, new_id=new_id)
    return row


def approve_deployment(
    session: Session, deployment_id: UUID, *, clock: Clock, new_id: NewId
) -> DeploymentRow:
    """Let the courses of a deployment in."""
    row = session.get(DeploymentRow, deployment_id)
    if row is None:
        raise NotFoundError(
            f"no deployment {deployment_id}: `quatrefoil platforms list` shows the ids, "
            "indented below their platforms"
        )
    row.status = "approved"
    row.approved_at = row.approved_at or clock()
    _note(session, "deployment.approved", row.id, clock=clock, new_id=new_id)
    return row


def _note(session: Session, action: str, subject_id: UUID, *, clock: Clock, new_id: NewId) -> None:
    organisations.note(
        session, id_=new_id(), at=clock(), actor_id=None, action=action, subject_id=subject_id
    )


def _frame_origins(facts: PlatformFacts) -> str:
    """Return the origins that stand in `frame-ancestors`, where a semicolon would end it."""
    origins = facts.frame_origins or (_origin_of(facts.auth_login_url),)
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise InvalidInputError(
                f"{origin!r} is no origin such as https://lms.example", field="frame_origins"
            )
    return " ".join(origins)


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _check(facts: PlatformFacts, private_hosts: frozenset[str]) -> None:
    for name in ADDRESSES:
        _check_address(name, getattr(facts, name), private_hosts)
    if not facts.client_id.strip():
        raise InvalidInputError(
            "the client id is empty: take it from the platform's page of this tool",
            field="client_id",
        )
    if facts.family not in {"generic", "canvas", "moodle"}:
        raise InvalidInputError(
            f"no family {facts.family!r}: it is generic, canvas or moodle", field="family"
        )


def _check_address(field: str, url: str, private_hosts: frozenset[str]) -> None:
    if not is_web_address(url):
        raise InvalidInputError(
            f"{field}: {url!r} is no web address such as https://lms.example/path", field=field
        )
    if urlsplit(url).scheme != "https" and not is_excepted(url, private_hosts):
        raise InvalidInputError(
            f"{field}: {url!r} is not https. Give the https address; a test platform's host may "
            "be named in QUATREFOIL_PRIVATE_HOSTS",
            field=field,
            code="not_https",
        )
