"""Queries about programs, achievements, their versions, and the links that open them."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    LinkBindingRow,
    ProgramAssessorRow,
    ProgramRow,
    ResourceLinkRow,
    SubmissionRow,
)
from lti_tool.values import Scope

VersionParts: TypeAlias = ResultRow[AchievementVersionRow, AchievementRow, ProgramRow]


def find_assessor(session: Session, program_id: UUID, user_id: UUID) -> ProgramAssessorRow | None:
    """Return what a program says of one person, if it names them."""
    return session.get(ProgramAssessorRow, (program_id, user_id))


def get_program_of(session: Session, achievement_id: UUID) -> ProgramRow:
    """Return the program that owns an achievement, or raise `NotFoundError`."""
    row = session.scalars(
        select(ProgramRow)
        .join(AchievementRow, AchievementRow.program_id == ProgramRow.id)
        .where(AchievementRow.id == achievement_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no achievement {achievement_id}")
    return row


def find_titles(session: Session, program_id: UUID, slugs: Collection[str]) -> Mapping[str, str]:
    """Return what the newest versions of some achievements of a program are called, by slug."""
    found = session.execute(
        select(AchievementRow.slug, AchievementVersionRow.title)
        .join(AchievementVersionRow, AchievementVersionRow.achievement_id == AchievementRow.id)
        .where(AchievementRow.program_id == program_id, AchievementRow.slug.in_(slugs))
        .order_by(AchievementVersionRow.number)
    )
    return {row.slug: row.title for row in found}


def get_version(session: Session, version_id: UUID) -> AchievementVersionRow:
    """Return one achievement version, or raise `NotFoundError`.

    Versions are public; who may do what with one is asked elsewhere.
    """
    row = session.get(AchievementVersionRow, version_id)
    if row is None:
        raise NotFoundError(f"no achievement version {version_id}")
    return row


def list_programs(session: Session, organisation_id: UUID) -> Sequence[ProgramRow]:
    """Return an organisation's programs, by title."""
    return session.scalars(
        select(ProgramRow)
        .where(ProgramRow.organisation_id == organisation_id)
        .order_by(ProgramRow.title, ProgramRow.id)
    ).all()


def list_versions(session: Session, organisation_id: UUID) -> Sequence[VersionParts]:
    """Return every version of the organisation's badges.

    By program, then place in the program, newest version first.
    """
    return session.execute(
        select(AchievementVersionRow, AchievementRow, ProgramRow)
        .join(AchievementRow, AchievementRow.id == AchievementVersionRow.achievement_id)
        .join(ProgramRow, ProgramRow.id == AchievementRow.program_id)
        .where(ProgramRow.organisation_id == organisation_id, AchievementRow.kind == "badge")
        .order_by(
            ProgramRow.title,
            ProgramRow.id,
            AchievementRow.position,
            AchievementRow.id,
            AchievementVersionRow.number.desc(),
        )
    ).all()


def find_binding(session: Session, scope: Scope, resource_link_id: UUID) -> LinkBindingRow | None:
    """Return what a resource link of the scope's context opens, if it is bound."""
    return session.scalars(
        select(LinkBindingRow)
        .join(ResourceLinkRow, ResourceLinkRow.id == LinkBindingRow.resource_link_id)
        .where(
            LinkBindingRow.resource_link_id == resource_link_id,
            ResourceLinkRow.context_id == scope.context_id,
        )
    ).one_or_none()


def has_submissions(session: Session, scope: Scope, achievement_id: UUID) -> bool:
    """Whether anybody in the scope's context has begun to work toward the achievement."""
    begun = exists().where(
        SubmissionRow.context_id == scope.context_id,
        SubmissionRow.achievement_id == achievement_id,
    )
    return bool(session.scalar(select(begun)))


def lock_link(session: Session, resource_link_id: UUID) -> None:
    """Let nobody else bind the link until the transaction ends."""
    session.execute(
        select(ResourceLinkRow.id).where(ResourceLinkRow.id == resource_link_id).with_for_update()
    )
