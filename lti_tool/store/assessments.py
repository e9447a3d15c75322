"""Queries about assessors' work: attempts to rate, claims, assessments, ratings, decisions.

An attempt is reached through a scope only; what belongs to it is then reached
by ids that the scoped query has returned.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.awards import is_behind_decision
from lti_tool.store.rows import (
    AchievementVersionRow,
    AssessmentRow,
    AttemptClaimRow,
    AttemptRow,
    AttemptSeatRow,
    AwardRow,
    DecisionRow,
    HandInRow,
    RatingRow,
    SubmissionRow,
    TaskScoreRow,
    UserRow,
)
from lti_tool.values import Scope

AttemptParts: TypeAlias = ResultRow[AttemptRow, SubmissionRow, AchievementVersionRow, UserRow]
ASSESSOR = "assessor"
DecisionParts: TypeAlias = ResultRow[DecisionRow, UserRow, AwardRow | None]


def get_attempt(
    session: Session, scope: Scope, attempt_id: UUID, *, locks: bool = False
) -> AttemptParts:
    """Return an attempt of the scope's context, with whose work it is and by which version.

    With `locks`, nobody else takes it back, rates it or decides on it until
    the transaction ends.

    Raises:
        NotFoundError: there is none, it belongs to another context, or it is
            still its learner's draft.
    """
    query = (
        select(AttemptRow, SubmissionRow, AchievementVersionRow, UserRow)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(
            AchievementVersionRow,
            AchievementVersionRow.id == SubmissionRow.achievement_version_id,
        )
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .where(
            AttemptRow.id == attempt_id,
            AttemptRow.state != "draft",
            SubmissionRow.context_id == scope.context_id,
        )
    )
    if locks:
        # What the lock waited for may have changed rows that this session has read before.
        query = query.with_for_update(of=AttemptRow).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError(f"no attempt {attempt_id} in this scope")
    return found


def find_claim(
    session: Session, attempt_id: UUID, *, seat: int
) -> ResultRow[AttemptClaimRow, UserRow] | None:
    """Return who has the seat, or had it last; whether the lease lives is the caller's to see."""
    return session.execute(
        select(AttemptClaimRow, UserRow)
        .join(UserRow, UserRow.id == AttemptClaimRow.user_id)
        .where(AttemptClaimRow.attempt_id == attempt_id, AttemptClaimRow.seat == seat)
    ).one_or_none()


def set_claim(
    session: Session, attempt_id: UUID, *, seat: int, user_id: UUID, leased_until: datetime
) -> None:
    """Give the seat to a user. The caller has locked the attempt."""
    session.merge(
        AttemptClaimRow(
            attempt_id=attempt_id, seat=seat, user_id=user_id, leased_until=leased_until
        )
    )


def list_claims(session: Session, attempt_id: UUID) -> Sequence[AttemptClaimRow]:
    """Return who has each seat, or had it last; whether a lease lives is the caller's to see."""
    return session.scalars(
        select(AttemptClaimRow)
        .where(AttemptClaimRow.attempt_id == attempt_id)
        .order_by(AttemptClaimRow.seat)
    ).all()


def find_own_seat(session: Session, attempt_id: UUID, user_id: UUID) -> int | None:
    """Return the seat that somebody has for good at an attempt which several rate."""
    row = session.get(AttemptSeatRow, (attempt_id, user_id))
    return row.seat if row else None


def keep_own_seat(session: Session, attempt_id: UUID, user_id: UUID, *, seat: int) -> None:
    """Let a user have this seat for good. The caller has locked the attempt."""
    session.merge(AttemptSeatRow(attempt_id=attempt_id, user_id=user_id, seat=seat))
    session.flush()


def list_hand_ins(session: Session, *attempt_ids: UUID) -> Sequence[HandInRow]:
    """Return what the assessors of some attempts handed in, by attempt, seat and number."""
    return session.scalars(
        select(HandInRow)
        .where(HandInRow.attempt_id.in_(attempt_ids))
        .order_by(HandInRow.attempt_id, HandInRow.seat, HandInRow.number)
    ).all()


def list_unseen(
    session: Session, scope: Scope, achievement_id: UUID
) -> Sequence[ResultRow[HandInRow, AchievementVersionRow]]:
    """Return what assessors rated unseen of each other in a course, by attempt and seat."""
    return session.execute(
        select(HandInRow, AchievementVersionRow)
        .join(AttemptRow, AttemptRow.id == HandInRow.attempt_id)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(
            AchievementVersionRow,
            AchievementVersionRow.id == SubmissionRow.achievement_version_id,
        )
        .where(
            HandInRow.number == 1,
            SubmissionRow.context_id == scope.context_id,
            SubmissionRow.achievement_id == achievement_id,
        )
        .order_by(AttemptRow.submitted_at, AttemptRow.id, HandInRow.seat)
    ).all()


def find_assessment(session: Session, attempt_id: UUID, *, seat: int) -> AssessmentRow | None:
    """Return the assessment of one assessor's seat, if anything was rated or pre-filled."""
    return session.scalars(
        select(AssessmentRow).where(
            AssessmentRow.attempt_id == attempt_id,
            AssessmentRow.role == ASSESSOR,
            AssessmentRow.seat == seat,
        )
    ).one_or_none()


def find_round(
    session: Session, attempt_id: UUID, *, role: str, phase: str
) -> AssessmentRow | None:
    """Return what somebody else than an assessor rated of an attempt in one phase."""
    return session.scalars(
        select(AssessmentRow).where(
            AssessmentRow.attempt_id == attempt_id,
            AssessmentRow.role == role,
            AssessmentRow.phase == phase,
        )
    ).one_or_none()


def list_rounds(session: Session, attempt_id: UUID) -> Sequence[AssessmentRow]:
    """Return what others than assessors rated of an attempt, by role and phase."""
    return session.scalars(
        select(AssessmentRow)
        .where(AssessmentRow.attempt_id == attempt_id, AssessmentRow.role != ASSESSOR)
        .order_by(AssessmentRow.role, AssessmentRow.phase)
    ).all()


def list_assessments(session: Session, attempt_ids: Collection[UUID]) -> Sequence[AssessmentRow]:
    """Return the assessors' assessments of several attempts."""
    return session.scalars(
        select(AssessmentRow).where(
            AssessmentRow.attempt_id.in_(attempt_ids), AssessmentRow.role == ASSESSOR
        )
    ).all()


def list_ratings(session: Session, *assessment_ids: UUID) -> Sequence[RatingRow]:
    """Return the ratings of some assessments, in the order of criterion ids."""
    return session.scalars(
        select(RatingRow)
        .where(RatingRow.assessment_id.in_(assessment_ids))
        .order_by(RatingRow.criterion_id)
    ).all()


def list_task_scores(session: Session, *assessment_ids: UUID) -> Sequence[TaskScoreRow]:
    """Return the task scores of some assessments, in the order of criterion and task ids."""
    return session.scalars(
        select(TaskScoreRow)
        .where(TaskScoreRow.assessment_id.in_(assessment_ids))
        .order_by(TaskScoreRow.criterion_id, TaskScoreRow.task_id)
    ).all()


def list_decisions(session: Session, attempt_id: UUID) -> Sequence[DecisionParts]:
    """Return every decision on an attempt, who released it and its award; newest first.

    The standing one comes first: a correction is always newer.
    """
    return session.execute(
        select(DecisionRow, UserRow, AwardRow)
        .join(UserRow, UserRow.id == DecisionRow.released_by)
        .outerjoin(AwardRow, is_behind_decision())
        .where(DecisionRow.attempt_id == attempt_id)
        .order_by(DecisionRow.superseded_at.is_not(None), DecisionRow.released_at.desc())
    ).all()


def list_past_decisions(
    session: Session, submission_id: UUID, *, before_number: int
) -> Sequence[ResultRow[AttemptRow, DecisionRow]]:
    """Return the standing decisions on a submission's earlier attempts, newest first."""
    return session.execute(
        select(AttemptRow, DecisionRow)
        .join(DecisionRow, DecisionRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.submission_id == submission_id,
            AttemptRow.number < before_number,
            DecisionRow.superseded_at.is_(None),
        )
        .order_by(AttemptRow.number.desc())
    ).all()
