"""What a pasted table leaves open: marks, each at its place in the draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rubrics.findings import Value
from rubrics.pasting.cells import NO_CELL, Cell

MAXIMUM_QUOTE = 500
"""Characters of a cell that a mark repeats."""


class PasteCode(StrEnum):
    """What is marked in a pasted table."""

    # Somebody has to look.
    ALIGNED = "aligned"
    """The columns were found by the gaps between words."""
    LINES_JOINED = "lines_joined"
    """Lines without tabs were taken for parts of one row."""
    CELLS_MERGED = "cells_merged"
    """One cell stands over several; its text was put into each of them."""
    HEAD_MISSING = "head_missing"
    """No row names the levels."""
    COLUMN_KEPT = "column_kept"
    """A column that is no level; its text went into the definition."""
    COLUMN_UNREAD = "column_unread"
    CRITERIA_CUT = "criteria_cut"
    LEVELS_CUT = "levels_cut"
    TEXT_CUT = "text_cut"
    CRITERION_UNNAMED = "criterion_unnamed"
    CRITERION_SPLIT = "criterion_split"
    """Nothing says where the title ends and the definition begins."""
    CRITERION_REPEATED = "criterion_repeated"
    """Two rows have the same title."""
    LEVELS_MISSING = "levels_missing"
    LEVELS_DIFFER = "levels_differ"
    """A row has other levels than most."""
    LEVEL_UNNAMED = "level_unnamed"
    LEVEL_EXTRA = "level_extra"
    """A cell with a text, where the head has no level."""
    DESCRIPTOR_MISSING = "descriptor_missing"
    POINTS_MISSING = "points_missing"
    POINTS_NONE = "points_none"
    """No level has points."""
    POINTS_UNREADABLE = "points_unreadable"
    POINTS_DIFFER = "points_differ"
    """The cell has other points than the head."""
    POINTS_REPEATED = "points_repeated"
    """Two levels have the same points: nothing orders them."""
    POINTS_RANGE = "points_range"
    """Points between two levels can be given there, and not here."""
    ORDER_UNCLEAR = "order_unclear"
    """Levels without points: which one is the lowest?"""
    BAND_MISSING = "band_missing"
    """Other levels of the row have a band."""
    BAND_UNREADABLE = "band_unreadable"
    BANDS_OVERLAP = "bands_overlap"
    CUMULATIVE_UNCLEAR = "cumulative_unclear"
    """It builds on a level, and not on the next lower one."""
    TABLE_LEFT_OUT = "table_left_out"
    RUBRIC_LEFT_OUT = "rubric_left_out"
    # Said, so that nobody wonders.
    COLUMN_IGNORED = "column_ignored"
    ROW_IGNORED = "row_ignored"
    HEADING = "heading"
    """A row over all columns: nothing is rated there."""
    CUMULATIVE = "cumulative"
    LEVELS_REVERSED = "levels_reversed"
    """Without points the lowest level stands first."""


PASTE_TEXTS: Mapping[str, str] = {
    PasteCode.ALIGNED: "The columns were found by the gaps between words: check every cell.",
    PasteCode.LINES_JOINED: "Several lines were read as one row: check where each cell ends.",
    PasteCode.CELLS_MERGED: "One cell stands over several; its text was put into each of them.",
    PasteCode.HEAD_MISSING: "No row names the levels: give each of them a title and points.",
    PasteCode.COLUMN_KEPT: (
        "The column “{head}” is no level that we know; its text stands in the definition."
    ),
    PasteCode.COLUMN_UNREAD: "The column “{head}” was not read.",
    PasteCode.CRITERIA_CUT: "The table has {count} competencies; the first {limit} were read.",
    PasteCode.LEVELS_CUT: "This has {count} levels; the first {limit} were read.",
    PasteCode.TEXT_CUT: "The text has {count} characters; the first {limit} were read.",
    PasteCode.CRITERION_UNNAMED: "This row has no title.",
    PasteCode.CRITERION_SPLIT: "Check where the title ends and the definition begins.",
    PasteCode.CRITERION_REPEATED: "Another row has the same title.",
    PasteCode.LEVELS_MISSING: "Fewer than two levels were found: there is nothing to judge.",
    PasteCode.LEVELS_DIFFER: "This has {count} levels, where most have {most}.",
    PasteCode.LEVEL_UNNAMED: "This level has no title.",
    PasteCode.LEVEL_EXTRA: "This cell stands where the head has no level.",
    PasteCode.DESCRIPTOR_MISSING: "This level has no description here.",
    PasteCode.POINTS_MISSING: "What is this level worth?",
    PasteCode.POINTS_NONE: "No level has points: it is rated by levels alone.",
    PasteCode.POINTS_UNREADABLE: "This is no number of points that we can read.",
    PasteCode.POINTS_DIFFER: "The cell says {points} points, the head {head}; the cell was taken.",
    PasteCode.POINTS_REPEATED: "“{other}” has the same points: nothing orders the two.",
    PasteCode.POINTS_RANGE: (
        "A range of points was read as one number: points between two levels cannot be given."
    ),
    PasteCode.ORDER_UNCLEAR: "Without points, the lowest level stands first: check the order.",
    PasteCode.BAND_MISSING: "Other levels have a band of totals, and this one has none.",
    PasteCode.BAND_UNREADABLE: "This speaks of totals, and we cannot read from which to which.",
    PasteCode.BANDS_OVERLAP: "The totals from {minimum} to {maximum} also make “{other}”.",
    PasteCode.CUMULATIVE_UNCLEAR: (
        "It builds on another level, and we can only note that of the next lower one."
    ),
    PasteCode.TABLE_LEFT_OUT: "Another table was not read as a part of the rubric.",
    PasteCode.RUBRIC_LEFT_OUT: "The table has {count} rubrics; “{title}” was read.",
    PasteCode.COLUMN_IGNORED: "The column “{head}” was left out: it holds nothing of the rubric.",
    PasteCode.ROW_IGNORED: "This row was left out: it holds nothing of the rubric.",
    PasteCode.HEADING: "This was read as a heading: nothing is rated here.",
    PasteCode.CUMULATIVE: "Read as: it asks for everything that “{other}” asks for, and for more.",
    PasteCode.LEVELS_REVERSED: "Without points, the lowest level stands first: they were turned.",
}
"""By the code of a mark, with the names of its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteMark:
    """Something that was pasted and not, or not surely, understood.

    `place` is where it belongs in the draft, as findings have it, whether or not there
    is anything yet: `rubric/criteria/clarity/levels/strong/points`. `cell` is the text
    that it is about, with its `row` and `column` among all that was pasted in tables,
    from 1; 0 where it is about no cell.
    """

    code: StrEnum
    place: str
    cell: str = ""
    row: int = 0
    column: int = 0
    values: Mapping[str, Value] = field(default_factory=dict)
    is_notice: bool = False
    """Whether it only says how something was read: nobody has to do anything."""

    def within(self, place: str) -> "PasteMark":
        """Return the mark with its place inside another one."""
        return replace(self, place="/".join(step for step in (place, self.place) if step))


def mark(code: StrEnum, place: str, cell: Cell = NO_CELL, **values: Value) -> PasteMark:
    """Return a mark for what stands in a cell."""
    return PasteMark(
        code=code,
        place=place,
        cell=cell.text[:MAXIMUM_QUOTE],
        row=cell.row,
        column=cell.column,
        values=values,
    )


def notice(code: StrEnum, place: str, cell: Cell = NO_CELL, **values: Value) -> PasteMark:
    """Return a mark that only says how something was read."""
    return replace(mark(code, place, cell, **values), is_notice=True)


def within(place: str, marks: Iterable[PasteMark]) -> tuple[PasteMark, ...]:
    """Return marks with their places inside another one."""
    return tuple(one.within(place) for one in marks)
