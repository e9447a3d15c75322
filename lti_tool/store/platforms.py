"""Queries about registrations, deployments, contexts, resource links and logins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    ContextRow,
    DeploymentRow,
    LoginAttemptRow,
    RegistrationRow,
    ResourceLinkRow,
)
from lti_tool.store.upsert import affected
from lti_tool.values import Scope


def list_registrations(session: Session) -> Sequence[RegistrationRow]:
    """Return all registrations, oldest first."""
    return session.scalars(select(RegistrationRow).order_by(RegistrationRow.created_at)).all()


def get_registration(session: Session, registration_id: UUID) -> RegistrationRow:
    """Return one registration, or raise `NotFoundError`."""
    row = session.get(RegistrationRow, registration_id)
    if row is None:
        raise NotFoundError(
            f"no platform {registration_id}: `quatrefoil platforms list` shows the ids"
        )
    return row


def list_registrations_of_issuer(session: Session, issuer: str) -> Sequence[RegistrationRow]:
    """Return the active registrations of one platform issuer."""
    return session.scalars(
        select(RegistrationRow).where(
            RegistrationRow.issuer == issuer, RegistrationRow.status == "active"
        )
    ).all()


def find_deployment(
    session: Session, registration_id: UUID, lti_deployment_id: str
) -> DeploymentRow | None:
    """Return the deployment that a launch names, if it is known."""
    return session.scalars(
        select(DeploymentRow).where(
            DeploymentRow.registration_id == registration_id,
            DeploymentRow.lti_deployment_id == lti_deployment_id,
        )
    ).one_or_none()


def list_deployments(session: Session) -> Sequence[DeploymentRow]:
    """Return all deployments, oldest first."""
    return session.scalars(select(DeploymentRow).order_by(DeploymentRow.first_seen_at)).all()


def find_context(session: Session, deployment_id: UUID, lti_context_id: str) -> ContextRow | None:
    """Return the context that a launch names, if it is known."""
    return session.scalars(
        select(ContextRow).where(
            ContextRow.deployment_id == deployment_id,
            ContextRow.lti_context_id == lti_context_id,
        )
    ).one_or_none()


def find_resource_link(
    session: Session, context_id: UUID, lti_resource_link_id: str
) -> ResourceLinkRow | None:
    """Return the resource link that a launch names, if it is known."""
    return session.scalars(
        select(ResourceLinkRow).where(
            ResourceLinkRow.context_id == context_id,
            ResourceLinkRow.lti_resource_link_id == lti_resource_link_id,
        )
    ).one_or_none()


def get_context(session: Session, scope: Scope) -> ContextRow:
    """Return the scope's context."""
    row = session.scalars(
        select(ContextRow).where(
            ContextRow.id == scope.context_id, ContextRow.deployment_id == scope.deployment_id
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no context {scope.context_id} in this scope")
    return row


def get_deployment(session: Session, scope: Scope) -> DeploymentRow:
    """Return the scope's deployment."""
    return session.get_one(DeploymentRow, scope.deployment_id)


def get_resource_link(session: Session, scope: Scope, resource_link_id: UUID) -> ResourceLinkRow:
    """Return one resource link of the scope's context.

    Raises:
        NotFoundError: there is none, or it belongs to another context.
    """
    row = session.scalars(
        select(ResourceLinkRow).where(
            ResourceLinkRow.id == resource_link_id,
            ResourceLinkRow.context_id == scope.context_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no resource link {resource_link_id} in this scope")
    return row


def find_login_attempt(
    session: Session, state_hash: str, *, now: datetime
) -> LoginAttemptRow | None:
    """Return a login that was begun, is not used up and has not expired."""
    return session.scalars(
        select(LoginAttemptRow).where(
            LoginAttemptRow.state_hash == state_hash,
            LoginAttemptRow.used_at.is_(None),
            LoginAttemptRow.expires_at > now,
        )
    ).one_or_none()


def consume_login_attempt(session: Session, state_hash: str, *, now: datetime) -> bool:
    """Use a login up; False when it was used before. One statement, so one caller wins."""
    use_up = (
        update(LoginAttemptRow)
        .where(LoginAttemptRow.state_hash == state_hash, LoginAttemptRow.used_at.is_(None))
        .values(used_at=now)
    )
    return affected(session, use_up) == 1


def delete_expired_login_attempts(session: Session, *, now: datetime) -> None:
    """Forget logins that can no longer be used."""
    session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.expires_at <= now))
