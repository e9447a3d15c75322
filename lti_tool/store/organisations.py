"""Queries about organisations, programs and the audit log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AuditEventRow,
    OrganisationRow,
    ProgramRow,
)


def get_organisation(session: Session, slug: str) -> OrganisationRow:
    """Return the organisation with this slug, or raise `NotFoundError`."""
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == slug)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"no organisation {slug!r}: add it with `quatrefoil organisations add`, "
            "or correct its slug"
        )
    return row


def find_program(session: Session, organisation_id: UUID, slug: str) -> ProgramRow | None:
    """Return an organisation's program, if it has one of this slug."""
    return session.scalars(
        select(ProgramRow).where(
            ProgramRow.organisation_id == organisation_id, ProgramRow.slug == slug
        )
    ).one_or_none()


def list_achievements(session: Session, program_id: UUID) -> Sequence[AchievementRow]:
    """Return a program's badges in their order."""
    return session.scalars(
        select(AchievementRow)
        .where(AchievementRow.program_id == program_id, AchievementRow.kind == "badge")
        .order_by(AchievementRow.position)
    ).all()


def list_achievements_called(
    session: Session, slug: str, *, organisation: str | None = None
) -> Sequence[AchievementRow]:
    """Return the badges with this slug, of one organisation (its slug) or of all."""
    query = (
        select(AchievementRow)
        .join(ProgramRow, ProgramRow.id == AchievementRow.program_id)
        .join(OrganisationRow, OrganisationRow.id == ProgramRow.organisation_id)
        .where(AchievementRow.slug == slug, AchievementRow.kind == "badge")
    )
    if organisation is not None:
        query = query.where(OrganisationRow.slug == organisation)
    return session.scalars(query).all()


def get_latest_version(session: Session, achievement_id: UUID) -> AchievementVersionRow:
    """Return the newest version of an achievement, whatever its state."""
    row = session.scalars(
        select(AchievementVersionRow)
        .where(AchievementVersionRow.achievement_id == achievement_id)
        .order_by(AchievementVersionRow.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"achievement {achievement_id} has no version")
    return row


def note(
    session: Session,
    *,
    id_: UUID,
    at: datetime,
    actor_id: UUID | None,
    action: str,
    subject_id: UUID | None,
    program_id: UUID | None = None,
    text: str = "",
) -> None:
    """Write one line of the audit log. `actor_id` is None for an operator.

    What names a program is read by its coordinators.
    """
    session.add(
        AuditEventRow(
            id=id_,
            at=at,
            actor_id=actor_id,
            program_id=program_id,
            action=action,
            subject_id=subject_id,
            note=text,
        )
    )
