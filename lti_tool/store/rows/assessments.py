"""Assessors' work: claims, ratings, task scores, decisions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row, one_of


class AttemptClaimRow(Row):
    """Who is rating an attempt right now: one seat for each assessor needed.

    .. pii: who rates whose work.
    """

    __tablename__ = "attempt_claim"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    leased_until: Mapped[datetime]


class AttemptSeatRow(Row):
    """The seat that somebody has, or had, at an attempt which several rate: one for good.

    Whoever saw or gave a rating of one seat never gets the other one; whoever decided, and so
    saw all of them, never gets one to rate from.

    .. pii: who rates whose work.
    """

    __tablename__ = "attempt_seat"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"), primary_key=True)
    seat: Mapped[int]


class AssessmentRow(Row):
    """One rater's ratings of one attempt, whole. A seat belongs to one rater at a time.

    Assessors who rate independently have seats 1, 2, …; seat 0 is of whoever decides
    where they differ. What others say (the learner, a peer, …) has a role and maybe a
    phase, and seat 1.

    .. pii: a judgement of a learner's work.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("attempt_id", "role", "phase", "seat"),
        one_of("role", "assessor", "self", "peer", "program", "supervisor", "coachee"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    seat: Mapped[int]
    role: Mapped[str] = mapped_column(default="assessor")
    phase: Mapped[str] = mapped_column(default="")
    """One of the rubric's phases; empty where there is only one time."""
    rater_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    """Who rated, or who typed in what somebody without an account said."""
    source: Mapped[str] = mapped_column(default="")
    """Where ratings that were typed in come from."""
    comment: Mapped[str]
    """To the learner, on the whole."""
    revision: Mapped[int]
    """Counts the saves: whoever saves on an older one is told."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    """When one of several assessors handed their ratings in; never for a single one."""


class HandInRow(Row):
    """What one of several assessors had rated when all had handed in. Never changed.

    Number 1 was rated unseen; later ones after a difference was talked over.

    .. pii: a judgement of a learner's work.
    """

    __tablename__ = "hand_in"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    handed_in_at: Mapped[datetime]
    document: Mapped[bytes]
    """The ratings and comments of the seat, canonical JSON."""
    document_sha256: Mapped[str]


class RatingRow(Row):
    """The level, or the number, and comment that one criterion was given.

    .. pii: a judgement of a learner's work.
    """

    __tablename__ = "rating"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True)
    level_id: Mapped[str | None]
    """Chosen by the rater; empty where tasks decide or nothing is chosen yet."""
    number: Mapped[str | None]
    """On a scale of numbers, as `rubrics.documents.points_text` writes it."""
    is_signed: Mapped[bool] = mapped_column(default=False)
    override_level_id: Mapped[str | None]
    override_reason: Mapped[str]
    comment: Mapped[str]
    is_kept: Mapped[bool]
    """Carried over from the attempt before, where it had passed."""
    rated_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    rated_at: Mapped[datetime]


class TaskScoreRow(Row):
    """Whole points of one scored task for one criterion, with where they come from.

    .. pii: a judgement of a learner's work.
    """

    __tablename__ = "task_score"
    __table_args__ = (one_of("source", "page", "link", "typed"),)

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    source: Mapped[str]
    source_note: Mapped[str]
    """For typed scores: where they were given."""
    scored_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    scored_at: Mapped[datetime]


class DecisionRow(Row):
    """What was released for one attempt. Never changed: a correction supersedes it.

    .. pii: a judgement of a learner's work.
    """

    __tablename__ = "decision"
    __table_args__ = (
        one_of("verdict", "awarded", "not_awarded", "returned", "reviewed"),
        Index(
            "uq_decision_standing",
            "attempt_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    verdict: Mapped[str]
    released_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    released_at: Mapped[datetime]
    note: Mapped[str]
    """To the learner: what to change, or why this corrects the former decision."""
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    superseded_at: Mapped[datetime | None]
    inputs: Mapped[bytes]
    """The ratings as they were decided upon, canonical JSON."""
    inputs_sha256: Mapped[str]
    trace: Mapped[bytes]
    """The outcome of every condition, canonical JSON."""
    trace_sha256: Mapped[str]
    definition_sha256: Mapped[str]
