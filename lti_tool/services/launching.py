"""From an accepted message to a `Launch`.

A launch is a row: in-LMS pages take scope and role from there and from
nowhere else. Where cookies work the row belongs to a browser; where none
comes back a random token in the URL takes the cookie's place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.lti.login import secret_hash
from lti_tool.lti.messages import LaunchMessage, PersonName
from lti_tool.lti.quirks import family_of
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.services.sessions import LONGEST, as_launch, make_ref
from lti_tool.store import people, platforms
from lti_tool.store.base import Row
from lti_tool.store.rows import (
    BrowserRow,
    ContextRow,
    DeploymentRow,
    EarnerRow,
    LaunchRow,
    MembershipRow,
    RegistrationRow,
    ResourceLinkRow,
    UserRow,
)
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, Launch, NewId, RandomToken

FoundRow = TypeVar("FoundRow", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDeployment:
    """The platform is known, this deployment of the tool is not approved yet."""

    id: UUID
    platform_name: str
    issuer: str
    client_id: str
    lti_deployment_id: str


def record_launch(
    session: Session,
    message: LaunchMessage,
    *,
    browser_secret: str | None,
    clock: Clock,
    new_id: NewId,
    random_token: RandomToken,
) -> Launch | PendingDeployment:
    """Store what the message says and open a launch for it.

    `browser_secret` is the cookie's, if one came back; else the launch gets a
    token. The session is a writing transaction; the caller owns it.

    Raises:
        LaunchRejectedError: the message names no course.
    """
    now = clock()
    recorder = _Recorder(session, message, now, new_id)
    registration = platforms.get_registration(session, message.registration_id)
    if registration.family == "generic":
        # A Moodle taken for a generic platform would be sent what erases its grades.
        registration.family = family_of(message.platform.family, registration.issuer)
    deployment = recorder.deployment(registration)
    if deployment.status != "approved":
        return PendingDeployment(
            id=deployment.id,
            platform_name=deployment.platform_name or registration.issuer,
            issuer=registration.issuer,
            client_id=registration.client_id,
            lti_deployment_id=deployment.lti_deployment_id,
        )
    context = recorder.context(deployment)
    link = recorder.resource_link(context)
    user = recorder.user()
    roles = recorder.membership(context, user)
    token = None if browser_secret else random_token()
    row = LaunchRow(
        id=new_id(),
        browser_id=recorder.browser(browser_secret).id if browser_secret else None,
        token_hash=secret_hash(token) if token else None,
        user_id=user.id,
        context_id=context.id,
        resource_link_id=link.id if link else None,
        roles=roles,
        locale=(message.locale or "")[:35],
        email=message.email,
        is_test_user=message.is_test_user,
        created_at=now,
        seen_at=now,
        expires_at=now + LONGEST,
    )
    session.add(row)
    return as_launch(row, user, context, deployment, ref=make_ref(row, token))


class _Recorder:
    """Finds or makes the rows that one message names."""

    def __init__(
        self, session: Session, message: LaunchMessage, now: datetime, new_id: NewId
    ) -> None:
        self._session = session
        self._message = message
        self._now = now
        self._new_id = new_id

    def _ensure(
        self, row: type[FoundRow], find: Callable[[], FoundRow | None], **values: object
    ) -> FoundRow:
        found = find()
        if found is None:
            # Two first launches at once: one inserts, both find.
            insert_unless_present(self._session, row, values)
            found = find()
        if found is None:
            raise LookupError(f"{row.__tablename__} vanished while it was made")
        return found

    def deployment(self, registration: RegistrationRow) -> DeploymentRow:
        """Return the message's deployment; one seen for the first time is pending."""
        message = self._message
        return self._ensure(
            DeploymentRow,
            lambda: platforms.find_deployment(
                self._session, message.registration_id, message.deployment_id
            ),
            id=self._new_id(),
            registration_id=registration.id,
            organisation_id=registration.organisation_id,
            lti_deployment_id=message.deployment_id,
            status="pending",
            platform_guid=message.platform.guid or "",
            platform_name=message.platform.name or message.platform.family or "",
            platform_version=message.platform.version or "",
            first_seen_at=self._now,
            approved_at=None,
        )

    def context(self, deployment: DeploymentRow) -> ContextRow:
        """Return the message's course with what the platform says of it now."""
        said = self._message.context
        if said is None:
            raise refused(Refusal.CONTEXT_MISSING)
        row = self._ensure(
            ContextRow,
            lambda: platforms.find_context(self._session, deployment.id, said.id),
            id=self._new_id(),
            deployment_id=deployment.id,
            lti_context_id=said.id,
            title="",
            memberships_url=None,
            created_at=self._now,
        )
        row.title = said.title or said.label or row.title
        row.memberships_url = self._message.memberships_url or row.memberships_url
        return row

    def resource_link(self, context: ContextRow) -> ResourceLinkRow | None:
        """Return the message's resource link with its line item as it is now."""
        said = self._message.resource_link
        if said is None:
            return None
        row = self._ensure(
            ResourceLinkRow,
            lambda: platforms.find_resource_link(self._session, context.id, said.id),
            id=self._new_id(),
            context_id=context.id,
            lti_resource_link_id=said.id,
            title="",
            line_item_url=None,
            ags_scopes="",
            created_at=self._now,
        )
        row.title = said.title or row.title
        ags = self._message.ags
        if ags is not None and ags.line_item_url:
            row.line_item_url = ags.line_item_url
            row.ags_scopes = " ".join(sorted(ags.scopes))
        return row

    def user(self) -> UserRow:
        """Return the message's user, who always has an earner."""
        message = self._message
        row = self._find_user() or self._new_user()
        if message.name is not None:
            row.name = _shown_name(message.name)
        row.is_test = message.is_test_user
        row.seen_at = self._now
        return row

    def _find_user(self) -> UserRow | None:
        return people.find_user(
            self._session, self._message.registration_id, self._message.platform_user_id
        )

    def _new_user(self) -> UserRow:
        earner = EarnerRow(
            id=self._new_id(), subject_urn=f"urn:uuid:{self._new_id()}", created_at=self._now
        )
        self._session.add(earner)
        self._session.flush()
        row = self._ensure(
            UserRow,
            self._find_user,
            id=self._new_id(),
            registration_id=self._message.registration_id,
            sub=self._message.platform_user_id,
            earner_id=earner.id,
            name="",
            is_test=self._message.is_test_user,
            created_at=self._now,
            seen_at=self._now,
        )
        if row.earner_id != earner.id:
            # Somebody else was first: this earner is nobody.
            self._session.delete(earner)
        return row

    def membership(self, context: ContextRow, user: UserRow) -> str:
        """Note what the user is in the course now; return the roles as stored."""
        roles = " ".join(sorted(self._message.roles))
        row = self._ensure(
            MembershipRow,
            lambda: self._session.get(MembershipRow, (context.id, user.id)),
            context_id=context.id,
            user_id=user.id,
            roles=roles,
            seen_at=self._now,
        )
        row.roles, row.seen_at = roles, self._now
        return roles

    def browser(self, secret: str) -> BrowserRow:
        """Return the row of the browser that holds `secret` in its cookie."""
        hashed = secret_hash(secret)
        row = self._ensure(
            BrowserRow,
            lambda: people.find_browser(self._session, hashed),
            id=self._new_id(),
            secret_hash=hashed,
            created_at=self._now,
            seen_at=self._now,
        )
        row.seen_at = self._now
        return row


def _shown_name(name: PersonName) -> str:
    """Return the name as one line; some platforms send its parts only."""
    return name.full or " ".join(part for part in (name.given, name.family) if part)
