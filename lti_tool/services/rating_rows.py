"""Ratings into rows: whoever rates, the fields of a save, and what an earlier attempt keeps."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.sheets import Sheet, task_source
from lti_tool.store.rows import AssessmentRow, RatingRow, TaskScoreRow
from lti_tool.values import Clock, NewId
from rubrics.criterion import RaterRole
from rubrics.documents import points_text


def new_assessment(
    attempt_id: UUID,
    rater_id: UUID,
    *,
    role: RaterRole = RaterRole.ASSESSOR,
    phase: str = "",
    seat: int = 1,
    clock: Clock,
    new_id: NewId,
) -> AssessmentRow:
    """Return the row of ratings that nobody has given yet. What others say has seat 1."""
    return AssessmentRow(
        id=new_id(),
        attempt_id=attempt_id,
        seat=seat,
        role=role.value,
        phase=phase,
        rater_id=rater_id,
        source="",
        comment="",
        revision=0,
        created_at=clock(),
        saved_at=None,
        finished_at=None,
    )


def new_rating(
    assessment: AssessmentRow,
    criterion_id: str,
    *,
    level_id: str | None = None,
    number: str | None = None,
    rater_id: UUID,
    now: datetime,
) -> RatingRow:
    """Return the row of one rating: no level where none is chosen yet, and nothing said of it."""
    return RatingRow(
        assessment_id=assessment.id,
        criterion_id=criterion_id,
        level_id=level_id,
        number=number,
        is_signed=False,
        override_level_id=None,
        override_reason="",
        comment="",
        is_kept=False,
        rated_by=rater_id,
        rated_at=now,
    )


def carry_over(
    session: Session,
    assessment: AssessmentRow,
    kept: CriterionInput,
    *,
    rater_id: UUID,
    now: datetime,
) -> None:
    """Store what the attempt before had passed as ratings of this one."""
    row = new_rating(
        assessment,
        kept.criterion_id,
        level_id=kept.level_id,
        number=None if kept.number is None else points_text(kept.number),
        rater_id=rater_id,
        now=now,
    )
    row.is_signed = kept.is_signed
    if kept.override:
        row.override_level_id = kept.override.level_id
        row.override_reason = kept.override.reason
    row.comment = kept.comment
    row.is_kept = True
    session.add(row)
    for task in kept.tasks:
        session.add(
            TaskScoreRow(
                assessment_id=assessment.id,
                criterion_id=kept.criterion_id,
                task_id=task.task_id,
                points=task.points,
                source=task.source,
                source_note=task.note,
                scored_by=rater_id,
                scored_at=now,
            )
        )


class RatingWriter:
    """Writes the changed fields of one save into the rows of one assessment."""

    def __init__(
        self,
        session: Session,
        assessment: AssessmentRow,
        *,
        ratings: Sequence[RatingRow],
        task_scores: Sequence[TaskScoreRow],
        link_title: str | None,
        rater_id: UUID,
        now: datetime,
    ) -> None:
        """Take the stored rows, and the title of the link if it opens one task alone."""
        self._session = session
        self._assessment = assessment
        self._ratings = {row.criterion_id: row for row in ratings}
        self._scores = {(row.criterion_id, row.task_id): row for row in task_scores}
        self._link_title = link_title
        self._rater_id = rater_id
        self._now = now

    def write(self, changes: Sheet) -> None:
        """Store all changes as one save."""
        # A score comes before the source that it comes from.
        for name in sorted(changes, key=lambda name: name.startswith("task_source.")):
            kind, _, rest = name.partition(".")
            self._write_field(kind, rest, changes[name])
        assessment = self._assessment
        assessment.rater_id = self._rater_id
        assessment.revision += 1
        assessment.saved_at = self._now
        self._session.flush()

    def _write_field(self, kind: str, rest: str, value: str) -> None:
        criterion_id, _, part = rest.partition(".")
        match kind:
            case "comment" if not rest:
                self._assessment.comment = value
            case "comment":
                self._rating(criterion_id).comment = value
            case "level" | "number" | "signed" | "override":
                self._write_rating(kind, part, self._changed(criterion_id), value)
            case "task":
                self._write_points(criterion_id, part, value)
            case _:
                self._write_source(criterion_id, part, value)

    @staticmethod
    def _write_rating(kind: str, part: str, row: RatingRow, value: str) -> None:
        match kind:
            case "level":
                row.level_id = value or None
            case "number":
                row.number = value or None
            case "signed":
                row.is_signed = bool(value)
            case _ if part == "level":
                row.override_level_id = value or None
            case _:
                row.override_reason = value

    def _rating(self, criterion_id: str) -> RatingRow:
        row = self._ratings.get(criterion_id)
        if row is None:
            row = new_rating(self._assessment, criterion_id, rater_id=self._rater_id, now=self._now)
            self._ratings[criterion_id] = row
            self._session.add(row)
        return row

    def _changed(self, criterion_id: str) -> RatingRow:
        """Return the rating, which from now on is this rater's and no longer carried over."""
        row = self._rating(criterion_id)
        row.is_kept = False
        row.rated_by = self._rater_id
        row.rated_at = self._now
        return row

    def _write_points(self, criterion_id: str, task_id: str, value: str) -> None:
        if criterion_id in self._ratings:
            self._changed(criterion_id)
        row = self._scores.get((criterion_id, task_id))
        if not value:
            if row is not None:
                self._session.delete(self._scores.pop((criterion_id, task_id)))
            return
        if row is None:
            row = TaskScoreRow(
                assessment_id=self._assessment.id,
                criterion_id=criterion_id,
                task_id=task_id,
                source="page",
                source_note="",
            )
            self._scores[criterion_id, task_id] = row
            self._session.add(row)
        row.points = int(value)
        row.scored_by = self._rater_id
        row.scored_at = self._now
        if self._link_title is not None:
            row.source, row.source_note = "link", self._link_title

    def _write_source(self, criterion_id: str, task_id: str, value: str) -> None:
        row = self._scores.get((criterion_id, task_id))
        if row is not None:
            row.source_note = value
            row.source = task_source(None, value)
