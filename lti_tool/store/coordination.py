"""Queries about who looks after a program: coordinators, invitations, courses, the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.store.rows import (
    AchievementRow,
    AuditEventRow,
    ContextRow,
    DeploymentRow,
    LinkBindingRow,
    MembershipRow,
    ProgramAssessorRow,
    ProgramCoordinatorRow,
    ProgramCourseRow,
    ProgramInviteRow,
    ProgramRow,
    RegistrationRow,
    ResourceLinkRow,
    UserRow,
)
from lti_tool.store.upsert import affected
from lti_tool.values import ProgramScope

CoordinatorParts: TypeAlias = ResultRow[ProgramCoordinatorRow, UserRow]
AssessorParts: TypeAlias = ResultRow[ProgramAssessorRow, UserRow]
CourseParts: TypeAlias = tuple[ContextRow, ProgramCourseRow | None]
EventParts: TypeAlias = tuple[AuditEventRow, UserRow | None]


def list_programs(session: Session, organisation_id: UUID, user_id: UUID) -> Sequence[ProgramRow]:
    """Return the programs of an organisation that a person coordinates, by title."""
    return session.scalars(
        select(ProgramRow)
        .join(ProgramCoordinatorRow, ProgramCoordinatorRow.program_id == ProgramRow.id)
        .where(
            ProgramRow.organisation_id == organisation_id,
            ProgramCoordinatorRow.user_id == user_id,
            ProgramCoordinatorRow.ended_at.is_(None),
        )
        .order_by(ProgramRow.title, ProgramRow.id)
    ).all()


def find_coordinator(
    session: Session, program_id: UUID, user_id: UUID
) -> ProgramCoordinatorRow | None:
    """Return what is known of a person as coordinator, also of one who left."""
    return session.get(ProgramCoordinatorRow, (program_id, user_id))


def list_coordinators(session: Session, program_id: UUID) -> Sequence[CoordinatorParts]:
    """Return the coordinators of a program, those who came first first; not those who left."""
    return session.execute(
        select(ProgramCoordinatorRow, UserRow)
        .join(UserRow, UserRow.id == ProgramCoordinatorRow.user_id)
        .where(
            ProgramCoordinatorRow.program_id == program_id,
            ProgramCoordinatorRow.ended_at.is_(None),
        )
        .order_by(ProgramCoordinatorRow.added_at, UserRow.id)
    ).all()


def lock_program(session: Session, program_id: UUID) -> ProgramRow:
    """Return a program's row, which nobody else changes until the transaction ends."""
    return session.scalars(
        select(ProgramRow).where(ProgramRow.id == program_id).with_for_update()
    ).one()


def list_open_invites(
    session: Session, program_id: UUID, *, now: datetime
) -> Sequence[ProgramInviteRow]:
    """Return the invitations that can still be used, newest first."""
    return session.scalars(
        select(ProgramInviteRow)
        .where(
            ProgramInviteRow.program_id == program_id,
            ProgramInviteRow.used_at.is_(None),
            ProgramInviteRow.withdrawn_at.is_(None),
            ProgramInviteRow.expires_at > now,
        )
        .order_by(ProgramInviteRow.created_at.desc(), ProgramInviteRow.id)
    ).all()


def find_invite(session: Session, code_hash: str) -> ProgramInviteRow | None:
    """Return the invitation with this code, used, withdrawn or late as it may be."""
    return session.scalars(
        select(ProgramInviteRow).where(ProgramInviteRow.code_hash == code_hash)
    ).one_or_none()


def use_invite(session: Session, invite_id: UUID, user_id: UUID, *, now: datetime) -> bool:
    """Use an invitation up; False when it cannot be used. One statement, so one person wins."""
    use_up = (
        update(ProgramInviteRow)
        .where(
            ProgramInviteRow.id == invite_id,
            ProgramInviteRow.used_at.is_(None),
            ProgramInviteRow.withdrawn_at.is_(None),
            ProgramInviteRow.expires_at > now,
        )
        .values(used_at=now, used_by=user_id)
    )
    return affected(session, use_up) == 1


def withdraw_invite(
    session: Session, scope: ProgramScope, invite_id: UUID, *, now: datetime
) -> bool:
    """End an invitation that nobody used; False when there is none in the program."""
    withdraw = (
        update(ProgramInviteRow)
        .where(
            ProgramInviteRow.id == invite_id,
            ProgramInviteRow.program_id == scope.program_id,
            ProgramInviteRow.used_at.is_(None),
            ProgramInviteRow.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    return affected(session, withdraw) == 1


def list_assessors(session: Session, program_id: UUID) -> Sequence[AssessorParts]:
    """Return the people that a program names as its assessors, by name."""
    return session.execute(
        select(ProgramAssessorRow, UserRow)
        .join(UserRow, UserRow.id == ProgramAssessorRow.user_id)
        .where(ProgramAssessorRow.program_id == program_id)
        .order_by(UserRow.name, UserRow.id)
    ).all()


def list_staff(session: Session, scope: ProgramScope) -> Sequence[UserRow]:
    """Return who teaches or assists in a course whose activities open the program's badges."""
    return session.scalars(
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .join(ResourceLinkRow, ResourceLinkRow.context_id == MembershipRow.context_id)
        .join(LinkBindingRow, LinkBindingRow.resource_link_id == ResourceLinkRow.id)
        .join(AchievementRow, AchievementRow.id == LinkBindingRow.achievement_id)
        .where(
            AchievementRow.program_id == scope.program_id,
            or_(
                MembershipRow.roles.contains("instructor"),
                MembershipRow.roles.contains("assistant"),
            ),
        )
        .distinct()
        .order_by(UserRow.name, UserRow.id)
    ).all()


def list_courses(session: Session, scope: ProgramScope) -> Sequence[CourseParts]:
    """Return every course of the organisation, with its permission where it has one; by title."""
    found = session.execute(
        select(ContextRow, ProgramCourseRow)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .join(RegistrationRow, RegistrationRow.id == DeploymentRow.registration_id)
        .outerjoin(
            ProgramCourseRow,
            (ProgramCourseRow.context_id == ContextRow.id)
            & (ProgramCourseRow.program_id == scope.program_id),
        )
        .where(RegistrationRow.organisation_id == scope.organisation_id)
        .order_by(ContextRow.title, ContextRow.id)
    )
    return [(one, other) for one, other in found]


def list_events(
    session: Session, scope: ProgramScope, *, offset: int, limit: int
) -> Sequence[EventParts]:
    """Return what happened in a program, newest first, with who did it (None: an operator)."""
    found = session.execute(
        select(AuditEventRow, UserRow)
        .outerjoin(UserRow, UserRow.id == AuditEventRow.actor_id)
        .where(AuditEventRow.program_id == scope.program_id)
        .order_by(AuditEventRow.at.desc(), AuditEventRow.id)
        .offset(offset)
        .limit(limit)
    )
    return [(one, other) for one, other in found]


def count_events(session: Session, scope: ProgramScope) -> int:
    """Return how many lines the log of a program has."""
    counted = session.scalar(
        select(func.count())
        .select_from(AuditEventRow)
        .where(AuditEventRow.program_id == scope.program_id)
    )
    return counted or 0
