"""Queries behind a program's grid: its learners, its badges, how they stand with each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, select, union
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session, aliased

from lti_tool.store.rows import (
    AchievementRow,
    AttemptRow,
    AwardRow,
    ContextRow,
    ForeignCredentialRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import ProgramScope


class Standing(StrEnum):
    """How a learner may be asked to stand with a badge, to be listed."""

    EARNED = "earned"
    WORKING = "working"
    """Work has begun, and there is no award that counts."""
    NONE = "none"
    """Neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFilter:
    """Which learners are listed: of one course, standing like that with one badge, by name."""

    context_id: UUID | None = None
    achievement_id: UUID | None = None
    standing: Standing | None = None
    name: str = ""


EarnerParts: TypeAlias = ResultRow[UUID, str]
WorkParts: TypeAlias = ResultRow[UUID, UUID, AttemptRow]


def list_earners(
    session: Session,
    scope: ProgramScope,
    wanted: GridFilter,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[EarnerParts]:
    """Return the ids and names of learners of the program, by name."""
    name = func.max(UserRow.name)
    query = (
        _among(select(UserRow.earner_id, name.label("name")), scope, wanted)
        .group_by(UserRow.earner_id)
        .order_by(func.lower(name), UserRow.earner_id)
        .offset(offset)
        .limit(limit)
    )
    return session.execute(query).all()


def count_earners(session: Session, scope: ProgramScope, wanted: GridFilter) -> int:
    """Return how many learners there are."""
    among = _among(select(UserRow.earner_id), scope, wanted).distinct().subquery()
    return session.scalar(select(func.count()).select_from(among)) or 0


def list_work(
    session: Session, scope: ProgramScope, earner_ids: Collection[UUID]
) -> Sequence[WorkParts]:
    """Return earner, achievement and latest attempt of every submission of some learners.

    Oldest submission first: the last of one earner and achievement is the newest.
    """
    return session.execute(
        select(UserRow.earner_id, SubmissionRow.achievement_id, AttemptRow)
        .join(SubmissionRow, SubmissionRow.user_id == UserRow.id)
        .join(AchievementRow, AchievementRow.id == SubmissionRow.achievement_id)
        .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
        .where(
            AchievementRow.program_id == scope.program_id,
            UserRow.earner_id.in_(earner_ids),
            AttemptRow.number == _latest_number(),
        )
        .order_by(SubmissionRow.created_at, SubmissionRow.id)
    ).all()


def list_awards(
    session: Session, scope: ProgramScope, earner_ids: Collection[UUID]
) -> Sequence[AwardRow]:
    """Return the awards of some learners, revoked ones included, oldest first."""
    return session.scalars(
        select(AwardRow)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(AchievementRow.program_id == scope.program_id, AwardRow.earner_id.in_(earner_ids))
        .order_by(AwardRow.awarded_at, AwardRow.id)
    ).all()


def list_grid_courses(session: Session, scope: ProgramScope) -> Sequence[ContextRow]:
    """Return the courses in which somebody has worked toward a badge of the program, by title."""
    return session.scalars(
        select(ContextRow)
        .where(
            exists(
                select(SubmissionRow.id)
                .join(AchievementRow, AchievementRow.id == SubmissionRow.achievement_id)
                .where(
                    AchievementRow.program_id == scope.program_id,
                    SubmissionRow.context_id == ContextRow.id,
                )
            )
        )
        .order_by(ContextRow.title, ContextRow.id)
    ).all()


def _among(query: Select, scope: ProgramScope, wanted: GridFilter) -> Select:  # type: ignore[type-arg]  # of whatever columns
    """Narrow a query of users to the program's learners that are wanted."""
    working = (
        select(UserRow.earner_id)
        .join(SubmissionRow, SubmissionRow.user_id == UserRow.id)
        .join(AchievementRow, AchievementRow.id == SubmissionRow.achievement_id)
        .where(AchievementRow.program_id == scope.program_id)
    )
    earned = (
        select(AwardRow.earner_id)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(AchievementRow.program_id == scope.program_id)
    )
    elsewhere = (
        select(ForeignCredentialRow.earner_id)
        .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
        .where(
            AchievementRow.program_id == scope.program_id, ForeignCredentialRow.state == "accepted"
        )
    )
    query = query.where(UserRow.is_test.is_(False))
    if wanted.context_id is None:
        query = query.where(UserRow.earner_id.in_(union(working, earned, elsewhere)))
    else:
        of_course = working.where(SubmissionRow.context_id == wanted.context_id)
        query = query.where(UserRow.earner_id.in_(of_course))
    if wanted.name:
        query = query.where(func.lower(UserRow.name).contains(wanted.name.lower(), autoescape=True))
    if wanted.achievement_id is not None and wanted.standing is not None:
        query = query.where(_stands(wanted.achievement_id, wanted.standing))
    return query


def _stands(achievement_id: UUID, standing: Standing) -> ColumnElement[bool]:
    other = aliased(UserRow)
    holds = exists().where(
        AwardRow.earner_id == UserRow.earner_id,
        AwardRow.achievement_id == achievement_id,
        AwardRow.revoked_at.is_(None),
    )
    has_begun = exists(
        select(SubmissionRow.id)
        .join(other, other.id == SubmissionRow.user_id)
        .where(
            other.earner_id == UserRow.earner_id,
            SubmissionRow.achievement_id == achievement_id,
        )
    )
    match standing:
        case Standing.EARNED:
            return holds
        case Standing.WORKING:
            return and_(has_begun, ~holds)
        case Standing.NONE:
            return and_(~has_begun, ~holds)


def _latest_number() -> ScalarSelect[int]:
    other = aliased(AttemptRow)
    return (
        select(func.max(other.number))
        .where(other.submission_id == SubmissionRow.id)
        .correlate(SubmissionRow)
        .scalar_subquery()
    )
