"""Queries about versions of definitions, for the operator who keeps them as files."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AttemptRow,
    ContextRow,
    LinkBindingRow,
    OrganisationRow,
    ProgramRow,
    ResourceLinkRow,
    SubmissionRow,
)

BoundLinkParts: TypeAlias = ResultRow[LinkBindingRow, ResourceLinkRow, ContextRow]
OpenCourse: TypeAlias = ResultRow[int, ContextRow, int]

OPEN_STATES = ("draft", "submitted", "in_review")


def list_programs_called(
    session: Session, slug: str, *, organisation: str | None = None
) -> Sequence[ProgramRow]:
    """Return the programs with this slug, of one organisation (its slug) or of all."""
    query = (
        select(ProgramRow)
        .join(OrganisationRow, OrganisationRow.id == ProgramRow.organisation_id)
        .where(ProgramRow.slug == slug)
    )
    if organisation is not None:
        query = query.where(OrganisationRow.slug == organisation)
    return session.scalars(query).all()


def find_achievement(session: Session, program_id: UUID, slug: str) -> AchievementRow | None:
    """Return a program's badge or microcredential, if it has one of this slug."""
    return session.scalars(
        select(AchievementRow).where(
            AchievementRow.program_id == program_id, AchievementRow.slug == slug
        )
    ).one_or_none()


def list_slugs(session: Session, program_id: UUID) -> frozenset[str]:
    """Return the slugs of a program that are taken, by badges and microcredentials."""
    return frozenset(
        session.scalars(select(AchievementRow.slug).where(AchievementRow.program_id == program_id))
    )


def find_version(
    session: Session, achievement_id: UUID, number: int
) -> AchievementVersionRow | None:
    """Return one version of an achievement by its number."""
    return session.scalars(
        select(AchievementVersionRow).where(
            AchievementVersionRow.achievement_id == achievement_id,
            AchievementVersionRow.number == number,
        )
    ).one_or_none()


def list_newest_documents(session: Session, program_id: UUID) -> Sequence[bytes]:
    """Return the newest definition of every badge of a program, in their order."""
    newest = (
        select(func.max(AchievementVersionRow.number))
        .where(AchievementVersionRow.achievement_id == AchievementRow.id)
        .correlate(AchievementRow)
        .scalar_subquery()
    )
    return session.scalars(
        select(AchievementVersionRow.document)
        .join(AchievementRow, AchievementRow.id == AchievementVersionRow.achievement_id)
        .where(
            AchievementRow.program_id == program_id,
            AchievementRow.kind == "badge",
            AchievementVersionRow.number == newest,
        )
        .order_by(AchievementRow.position, AchievementRow.slug)
    ).all()


def list_documents(session: Session, organisation_id: UUID) -> Sequence[bytes]:
    """Return every definition of a badge that an organisation has, in every version."""
    return session.scalars(
        select(AchievementVersionRow.document)
        .join(AchievementRow, AchievementRow.id == AchievementVersionRow.achievement_id)
        .join(ProgramRow, ProgramRow.id == AchievementRow.program_id)
        .where(ProgramRow.organisation_id == organisation_id, AchievementRow.kind == "badge")
    ).all()


def count_open_submissions(session: Session, version_id: UUID) -> int:
    """Return how many submissions that are pinned to a version are not finished."""
    is_open = exists().where(
        AttemptRow.submission_id == SubmissionRow.id, AttemptRow.state.in_(OPEN_STATES)
    )
    counted = session.scalar(
        select(func.count())
        .select_from(SubmissionRow)
        .where(SubmissionRow.achievement_version_id == version_id, is_open)
    )
    return counted or 0


def count_open_by_course(session: Session, achievement_id: UUID) -> Sequence[OpenCourse]:
    """Return by version and course how many submissions are not finished.

    Newest version first, courses by title. The numbers are versions' and counts.
    """
    is_open = exists().where(
        AttemptRow.submission_id == SubmissionRow.id, AttemptRow.state.in_(OPEN_STATES)
    )
    return session.execute(
        select(AchievementVersionRow.number, ContextRow, func.count(SubmissionRow.id))
        .join(SubmissionRow, SubmissionRow.achievement_version_id == AchievementVersionRow.id)
        .join(ContextRow, ContextRow.id == SubmissionRow.context_id)
        .where(AchievementVersionRow.achievement_id == achievement_id, is_open)
        .group_by(AchievementVersionRow.number, ContextRow.id)
        .order_by(AchievementVersionRow.number.desc(), ContextRow.title, ContextRow.id)
    ).all()


def list_bound_links(session: Session, achievement_id: UUID) -> Sequence[BoundLinkParts]:
    """Return the links that open an achievement, with their courses, by title."""
    return session.execute(
        select(LinkBindingRow, ResourceLinkRow, ContextRow)
        .join(ResourceLinkRow, ResourceLinkRow.id == LinkBindingRow.resource_link_id)
        .join(ContextRow, ContextRow.id == ResourceLinkRow.context_id)
        .where(LinkBindingRow.achievement_id == achievement_id)
        .order_by(ContextRow.title, ResourceLinkRow.title, ResourceLinkRow.id)
    ).all()


def retire_versions(session: Session, achievement_id: UUID) -> None:
    """Let nobody begin any published version of an achievement. Documents stay as they are."""
    session.execute(
        update(AchievementVersionRow)
        .where(
            AchievementVersionRow.achievement_id == achievement_id,
            AchievementVersionRow.state == "published",
        )
        .values(state="retired")
    )
