"""Errors of the rubrics package.

RubricsError
├── InvalidDocumentError       not the JSON that our schema describes; names the place
├── InvalidTableError          not the table that another system writes; names the cell
├── UnreadablePasteError       pasted text without a table, or too much of it
├── InvalidRubricError         not a rubric: repeated ids, references that point nowhere, …
├── UndecidedRubricError       nobody has said yet how a level arises
├── UnknownCriterionError      a rating names a criterion that the rubric lacks
├── UnknownLevelError          a rating names a level that the criterion lacks
├── UnknownTaskError           points are given for a task that the rubric lacks
├── InvalidTaskPointsError     a task's points are not whole, out of range or off its steps
├── OverrideReasonError        a derived level is overridden without a reason
└── InvalidRatingError         a rating holds what its rubric does not ask for
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from rubrics.marks import Mark


class RubricsError(Exception):
    """Base of every error that this package raises on purpose. `code` is stable."""

    code: ClassVar[str] = "rubrics_error"


class InvalidDocumentError(RubricsError):
    """A document is not what its schema describes.

    `place` is the path of keys and positions, `criteria/0/title`; empty for the
    whole document. `reason` never repeats the document's own values. `mark` is where
    it stands in the text, where that is known.
    """

    code = "document_invalid"

    def __init__(self, place: str, reason: str, mark: "Mark | None" = None) -> None:
        super().__init__(f"{f'{mark}: ' if mark else ''}{place or 'document'}: {reason}")
        self.place = place
        self.reason = reason
        self.mark = mark


class InvalidTableError(RubricsError):
    """A file is not the table that another system writes.

    `row` counts from 1 with the header, `column` is what spreadsheets call it; empty
    where the whole row or file is meant. `reason` never repeats what stands there.
    """

    code = "table_invalid"

    def __init__(self, reason: str, *, row: int = 0, column: str = "") -> None:
        place = f"row {row}, column {column}: " if column else f"row {row}: " if row else ""
        super().__init__(f"{place}{reason}")
        self.reason = reason
        self.row = row
        self.column = column


class PasteFault(StrEnum):
    """Why something pasted is refused as a whole."""

    EMPTY = "empty"
    NO_TABLE = "no_table"
    TOO_LONG = "too_long"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_DEEP = "too_deep"


_PASTE_REASONS = {
    PasteFault.EMPTY: "nothing was pasted",
    PasteFault.NO_TABLE: "there is no table in it",
    PasteFault.TOO_LONG: "it has more than {limit} characters",
    PasteFault.TOO_MANY_ROWS: "its tables have more than {limit} rows",
    PasteFault.TOO_MANY_COLUMNS: "a table has more than {limit} columns",
    PasteFault.TOO_DEEP: "its tables stand more than {limit} deep inside each other",
}


class UnreadablePasteError(RubricsError):
    """Nothing can be read from what was pasted; `fault` says why, `limit` what is allowed."""

    code = "paste_unreadable"

    def __init__(self, fault: PasteFault, *, limit: int = 0) -> None:
        super().__init__(_PASTE_REASONS[fault].format(limit=limit))
        self.fault = fault
        self.limit = limit


class InvalidRubricError(RubricsError):
    """A document or a set of values is not a rubric. `place` as in InvalidDocumentError."""

    code = "rubric_invalid"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or 'rubric'}: {reason}")
        self.place = place
        self.reason = reason


class UndecidedRubricError(RubricsError):
    """The rubric leaves open how a level arises, and nobody has chosen yet."""

    code = "level_source_undecided"

    def __init__(self, rubric_id: str) -> None:
        super().__init__(f"rubric {rubric_id!r} does not say how a level arises")
        self.rubric_id = rubric_id


class UnknownCriterionError(RubricsError):
    """The rubric has no such criterion."""

    code = "criterion_unknown"

    def __init__(self, criterion_id: str) -> None:
        super().__init__(f"no criterion {criterion_id!r}")
        self.criterion_id = criterion_id


class UnknownLevelError(RubricsError):
    """The criterion has no such level."""

    code = "level_unknown"

    def __init__(self, *, criterion_id: str, level_id: str) -> None:
        super().__init__(f"criterion {criterion_id!r} has no level {level_id!r}")
        self.criterion_id = criterion_id
        self.level_id = level_id


class UnknownTaskError(RubricsError):
    """The rubric has no such scored task."""

    code = "task_unknown"

    def __init__(self, task_id: str) -> None:
        super().__init__(f"no scored task {task_id!r}")
        self.task_id = task_id


class TaskPointsFault(StrEnum):
    """Why points of a scored task are refused."""

    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    OFF_STEP = "off_step"


class InvalidTaskPointsError(RubricsError):
    """Points of a scored task cannot be taken; `fault` says why."""

    code = "task_points_invalid"

    def __init__(self, task_id: str, fault: TaskPointsFault) -> None:
        super().__init__(f"points for task {task_id!r}: {fault}")
        self.task_id = task_id
        self.fault = fault


class OverrideReasonError(RubricsError):
    """A derived level is overridden without a word of why."""

    code = "override_reason_missing"

    def __init__(self) -> None:
        super().__init__("an override needs a reason")


class InvalidRatingError(RubricsError):
    """A rating holds what its rubric does not ask for, and would be ignored in silence."""

    code = "rating_invalid"

    def __init__(self, criterion_id: str, reason: str) -> None:
        super().__init__(f"rating of {criterion_id!r}: {reason}")
        self.criterion_id = criterion_id
        self.reason = reason


def refuse_repeats(place: str, ids: Iterable[str]) -> None:
    """Raise `InvalidRubricError` naming the first id that comes twice."""
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise InvalidRubricError(place, f"{id_!r} comes twice")
        seen.add(id_)
