"""Queries behind the instructor's queue: the latest attempt of every learner of a course."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy import Row as ResultRow
from sqlalchemy.orm import Session, aliased

from lti_tool.store.awards import is_behind_decision
from lti_tool.store.rows import (
    AchievementVersionRow,
    AssessmentRow,
    AttemptClaimRow,
    AttemptRow,
    AwardRow,
    DecisionRow,
    ScoreDeliveryRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Scope

QueueParts: TypeAlias = ResultRow[
    AttemptRow, SubmissionRow, UserRow, AchievementVersionRow, DecisionRow | None, AwardRow | None
]
AnySelect = TypeVar("AnySelect", bound=Select)  # type: ignore[type-arg]  # of whatever rows

OPEN = ("submitted", "in_review")
DECIDED = ("returned", "decided")
ALL = ("draft", *OPEN, *DECIDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an attempt stands in the queue: oldest first, ids break ties."""

    submitted_at: datetime
    attempt_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """How many rate each attempt, and whether the reader decides once all have."""

    needed: int
    decides: bool


ONE_SEAT = Seats(needed=1, decides=True)


def count_by_state(session: Session, scope: Scope, achievement_id: UUID) -> Mapping[str, int]:
    """Return how many learners' latest attempts are in each state of an attempt."""
    query = select(AttemptRow.state, func.count()).group_by(AttemptRow.state)
    found = session.execute(_latest(query, scope, achievement_id))
    return dict(found.all())


def list_queue(
    session: Session,
    scope: Scope,
    achievement_id: UUID,
    *,
    states: Collection[str],
    limit: int,
    offset: int,
) -> Sequence[QueueParts]:
    """Return latest attempts in some states with their standing decision and award.

    Oldest first, by when they were handed in; drafts by when they were begun.
    """
    since = func.coalesce(AttemptRow.submitted_at, AttemptRow.created_at)
    query = (
        _latest(
            select(
                AttemptRow, SubmissionRow, UserRow, AchievementVersionRow, DecisionRow, AwardRow
            ),
            scope,
            achievement_id,
        )
        .join(
            AchievementVersionRow,
            AchievementVersionRow.id == SubmissionRow.achievement_version_id,
        )
        .outerjoin(
            DecisionRow,
            and_(DecisionRow.attempt_id == AttemptRow.id, DecisionRow.superseded_at.is_(None)),
        )
        .outerjoin(AwardRow, is_behind_decision())
        .where(AttemptRow.state.in_(states))
        .order_by(since, AttemptRow.id)
        .limit(limit)
        .offset(offset)
    )
    return session.execute(query).all()


def list_live_claims(
    session: Session, attempt_ids: Collection[UUID], *, now: datetime
) -> Sequence[ResultRow[AttemptClaimRow, UserRow]]:
    """Return who has which of these attempts open."""
    return session.execute(
        select(AttemptClaimRow, UserRow)
        .join(UserRow, UserRow.id == AttemptClaimRow.user_id)
        .where(AttemptClaimRow.attempt_id.in_(attempt_ids), AttemptClaimRow.leased_until > now)
    ).all()


def list_result_deliveries(
    session: Session, submission_ids: Collection[UUID]
) -> Sequence[ScoreDeliveryRow]:
    """Return what went or goes to gradebooks after decisions, newest first."""
    return session.scalars(
        select(ScoreDeliveryRow)
        .where(
            ScoreDeliveryRow.submission_id.in_(submission_ids),
            ScoreDeliveryRow.kind != "submitted",
            ScoreDeliveryRow.state != "superseded",
        )
        .order_by(ScoreDeliveryRow.timestamp.desc())
    ).all()


def find_next(
    session: Session,
    scope: Scope,
    achievement_id: UUID,
    *,
    after: Place | None,
    user_id: UUID,
    earner_id: UUID,
    seats: Seats = ONE_SEAT,
    now: datetime,
) -> UUID | None:
    """Return the first open attempt that this rater may take, behind `after` if it is given.

    Left out: what others have open, what waits for others, and the rater's own work.
    """
    query = _takeable(
        scope, achievement_id, user_id=user_id, earner_id=earner_id, seats=seats, now=now
    )
    if after is not None:
        query = query.where(_is_behind(after))
    return session.scalars(
        query.order_by(AttemptRow.submitted_at, AttemptRow.id).limit(1)
    ).one_or_none()


def find_previous(
    session: Session,
    scope: Scope,
    achievement_id: UUID,
    *,
    before: Place,
    user_id: UUID,
    earner_id: UUID,
    seats: Seats = ONE_SEAT,
    now: datetime,
) -> UUID | None:
    """Return the last open attempt before `before` that this rater may take."""
    query = _takeable(
        scope, achievement_id, user_id=user_id, earner_id=earner_id, seats=seats, now=now
    )
    return session.scalars(
        query.where(_is_ahead(before))
        .order_by(AttemptRow.submitted_at.desc(), AttemptRow.id.desc())
        .limit(1)
    ).one_or_none()


def count_ahead(session: Session, scope: Scope, achievement_id: UUID, place: Place) -> int:
    """Return how many open attempts stand before `place`."""
    query = _latest(select(func.count()).select_from(AttemptRow), scope, achievement_id)
    return session.scalars(query.where(AttemptRow.state.in_(OPEN), _is_ahead(place))).one()


def find_latest(session: Session, scope: Scope, submission_id: UUID) -> AttemptRow | None:
    """Return the latest attempt of a submission of the scope's context."""
    return session.scalars(
        select(AttemptRow)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .where(SubmissionRow.id == submission_id, SubmissionRow.context_id == scope.context_id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
    ).one_or_none()


def _latest(query: AnySelect, scope: Scope, achievement_id: UUID) -> AnySelect:
    other = aliased(AttemptRow)
    last_number = (
        select(func.max(other.number))
        .where(other.submission_id == AttemptRow.submission_id)
        .correlate(AttemptRow)
        .scalar_subquery()
    )
    return (
        query.join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .where(
            SubmissionRow.context_id == scope.context_id,
            SubmissionRow.achievement_id == achievement_id,
            AttemptRow.number == last_number,
        )
    )


def _takeable(
    scope: Scope,
    achievement_id: UUID,
    *,
    user_id: UUID,
    earner_id: UUID,
    seats: Seats,
    now: datetime,
) -> Select[UUID]:
    query = _latest(select(AttemptRow.id), scope, achievement_id).where(
        AttemptRow.state.in_(OPEN), UserRow.earner_id != earner_id
    )
    if seats.needed == 1:
        return query.where(~_is_held(user_id, now=now))
    finished = _assessment(AssessmentRow.finished_at.is_not(None))
    count = (
        select(func.count())
        .select_from(AssessmentRow)
        .where(
            AssessmentRow.attempt_id == AttemptRow.id,
            AssessmentRow.role == "assessor",
            AssessmentRow.finished_at.is_not(None),
        )
        .correlate(AttemptRow)
        .scalar_subquery()
    )
    is_decidable = and_(
        count >= seats.needed,
        true() if seats.decides else false(),
        ~_is_held(user_id, now=now, seat=0),
    )
    is_rateable = and_(
        count < seats.needed,
        ~finished.where(AssessmentRow.rater_id == user_id).exists(),
        or_(*(_has_room(seat, user_id, now=now) for seat in range(1, seats.needed + 1))),
    )
    return query.where(or_(is_decidable, is_rateable))


def _has_room(seat: int, user_id: UUID, *, now: datetime) -> ColumnElement[bool]:
    """Whether nobody else has a seat open, or has rated there."""
    rated = _assessment(
        AssessmentRow.seat == seat,
        AssessmentRow.rater_id != user_id,
        AssessmentRow.saved_at.is_not(None),
    )
    return and_(~_is_held(user_id, now=now, seat=seat), ~rated.exists())


def _assessment(*conditions: ColumnElement[bool]) -> Select[UUID]:
    return (
        select(AssessmentRow.id)
        .where(
            AssessmentRow.attempt_id == AttemptRow.id,
            AssessmentRow.role == "assessor",
            *conditions,
        )
        .correlate(AttemptRow)
    )


def _is_held(user_id: UUID, *, now: datetime, seat: int | None = None) -> ColumnElement[bool]:
    """Whether somebody else has an attempt open, or one seat of it."""
    held = select(AttemptClaimRow.attempt_id).where(
        AttemptClaimRow.attempt_id == AttemptRow.id,
        AttemptClaimRow.user_id != user_id,
        AttemptClaimRow.leased_until > now,
    )
    return (held if seat is None else held.where(AttemptClaimRow.seat == seat)).exists()


def _is_behind(place: Place) -> ColumnElement[bool]:
    at, id_ = AttemptRow.submitted_at, AttemptRow.id
    return or_(at > place.submitted_at, and_(at == place.submitted_at, id_ > place.attempt_id))


def _is_ahead(place: Place) -> ColumnElement[bool]:
    at, id_ = AttemptRow.submitted_at, AttemptRow.id
    return or_(at < place.submitted_at, and_(at == place.submitted_at, id_ < place.attempt_id))
