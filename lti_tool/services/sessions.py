"""From a request's URL and cookie back to its `Launch`."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import SessionEndedError
from lti_tool.lti.login import secret_hash
from lti_tool.store import people
from lti_tool.store.rows import ContextRow, DeploymentRow, LaunchRow, UserRow
from lti_tool.values import Clock, Launch, Role, Scope

LONGEST = timedelta(hours=8)
"""A launch ends after this, however busy it is."""
IDLE = timedelta(minutes=60)
"""A launch that lives by a token in the URL ends when unused for this long."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept: not every request has to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentLaunch:
    """A launch with what only the edge needs of it."""

    launch: Launch
    locale: str
    frame_origins: frozenset[str]
    is_due: bool
    """Whether the time of its last use should be stored."""


def make_ref(row: LaunchRow, token: str | None) -> str:
    """Return the launch's place in URLs: its id, with its token if it lives by one."""
    return f"{row.id}.{token}" if token else str(row.id)


def as_launch(
    row: LaunchRow, user: UserRow, context: ContextRow, deployment: DeploymentRow, *, ref: str
) -> Launch:
    """Return the rows of one launch as the value that every layer knows."""
    return Launch(
        id=row.id,
        ref=ref,
        scope=Scope(deployment_id=deployment.id, context_id=context.id),
        user_id=user.id,
        earner_id=user.earner_id,
        registration_id=user.registration_id,
        organisation_id=deployment.organisation_id,
        resource_link_id=row.resource_link_id,
        roles=frozenset(Role(role) for role in row.roles.split()),
        is_test_user=row.is_test_user,
        email=row.email or "",
        started_at=row.created_at,
    )


def resume_launch(
    session: Session, ref: str, *, browser_secret: str | None, clock: Clock
) -> CurrentLaunch:
    """Return the launch that a URL names, if this browser may use it.

    Raises:
        SessionEndedError: it has ended, never was, or belongs to another browser.
    """
    now = clock()
    launch_id, _, token = ref.partition(".")
    try:
        found = people.find_launch(session, UUID(launch_id), now=now)
    except ValueError:
        found = None
    if found is None:
        raise SessionEndedError("no such launch")
    row, user, context, deployment, registration = found
    if not _is_theirs(session, row, token=token, browser_secret=browser_secret, now=now):
        raise SessionEndedError("not this browser's launch")
    return CurrentLaunch(
        launch=as_launch(row, user, context, deployment, ref=make_ref(row, token)),
        locale=row.locale,
        frame_origins=frozenset(registration.frame_origins.split()),
        is_due=now - row.seen_at >= SEEN_EVERY,
    )


def note_use(session: Session, launch: Launch, *, clock: Clock) -> None:
    """Store that the launch was used just now."""
    row = session.get(LaunchRow, launch.id)
    if row is not None:
        row.seen_at = clock()


def _is_theirs(
    session: Session, row: LaunchRow, *, token: str, browser_secret: str | None, now: datetime
) -> bool:
    if row.token_hash is not None:
        is_known = hmac.compare_digest(row.token_hash, secret_hash(token))
        return is_known and now - row.seen_at < IDLE
    if browser_secret is None or token:
        return False
    browser = people.find_browser(session, secret_hash(browser_secret))
    return browser is not None and browser.id == row.browser_id
