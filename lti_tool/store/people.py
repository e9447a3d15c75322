"""Queries about users, browsers and launches."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    BrowserRow,
    ContextRow,
    DeploymentRow,
    LaunchRow,
    MembershipRow,
    RegistrationRow,
    UserRow,
)
from lti_tool.values import Scope


def find_user(session: Session, registration_id: UUID, sub: str) -> UserRow | None:
    """Return the user that a launch names, if it is known."""
    return session.scalars(
        select(UserRow).where(UserRow.registration_id == registration_id, UserRow.sub == sub)
    ).one_or_none()


class Named(Protocol):
    """An earner, or what is known of one."""

    @property
    def chosen_name(self) -> str | None:
        """The name that they chose for all badges."""

    @property
    def name_chosen_at(self) -> datetime | None:
        """When they did."""


def name_that_counts(earner: Named, confirmed: str, at: datetime | None) -> str:
    """Return the name for a new badge: what its earner confirmed at `at`, or chose since."""
    chosen_at = earner.name_chosen_at
    if chosen_at is not None and (at is None or chosen_at >= at):
        return earner.chosen_name or ""
    return confirmed


def get_member(session: Session, scope: Scope, user_id: UUID) -> UserRow:
    """Return a user who has been in the scope's context.

    Raises:
        NotFoundError: there is none, or they never launched from this context.
    """
    row = session.scalars(
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(UserRow.id == user_id, MembershipRow.context_id == scope.context_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no user {user_id} in this scope")
    return row


def find_browser(session: Session, secret_hash: str) -> BrowserRow | None:
    """Return the browser whose cookie hashes to `secret_hash`."""
    return session.scalars(
        select(BrowserRow).where(BrowserRow.secret_hash == secret_hash)
    ).one_or_none()


LaunchParts = ResultRow[LaunchRow, UserRow, ContextRow, DeploymentRow, RegistrationRow]


def find_launch(session: Session, launch_id: UUID, *, now: datetime) -> LaunchParts | None:
    """Return a launch that has not expired, with everything that it stands for.

    Launches of deployments that are no longer approved are gone.
    """
    return session.execute(
        select(LaunchRow, UserRow, ContextRow, DeploymentRow, RegistrationRow)
        .join(UserRow, UserRow.id == LaunchRow.user_id)
        .join(ContextRow, ContextRow.id == LaunchRow.context_id)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .join(RegistrationRow, RegistrationRow.id == DeploymentRow.registration_id)
        .where(
            LaunchRow.id == launch_id,
            LaunchRow.expires_at > now,
            DeploymentRow.status == "approved",
            RegistrationRow.status == "active",
        )
    ).one_or_none()


def delete_expired_launches(session: Session, *, now: datetime) -> None:
    """Forget launches that have ended."""
    session.execute(delete(LaunchRow).where(LaunchRow.expires_at <= now))


def delete_unused_browsers(session: Session, *, seen_before: datetime) -> None:
    """Forget browsers that have not come back since then and have no launch."""
    has_launch = select(LaunchRow.id).where(LaunchRow.browser_id == BrowserRow.id).exists()
    session.execute(
        delete(BrowserRow)
        .where(BrowserRow.seen_at < seen_before, ~has_launch)
        .execution_options(synchronize_session=False)
    )
