"""The cells of pasted tables: clean text, merged cells laid out, and the limits of a paste."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rubrics.errors import PasteFault, UnreadablePasteError

MAXIMUM_CHARACTERS = 300_000
"""Sixty competencies with five levels, and a page about them."""
MAXIMUM_MARKUP = 2_000_000
"""Word wraps a page of text into hundreds of kilobytes of markup."""
MAXIMUM_ROWS = 1000
MAXIMUM_COLUMNS = 60
"""A table of Canvas has up to four columns and three a level."""

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n[ \n]*")
_BULLETS = "•·▪◦‣●○§"
_BULLET_AT_START = re.compile(rf"^[{_BULLETS}*\-] ", re.MULTILINE)
_BULLET_INSIDE = re.compile(r"(?<=\S) [•▪◦‣●] (?=\S)")


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as it came: its text, and over how many columns and rows it stands."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a row and column, both counted from 1; clean text.

    `merged_from` is the row and column where the merged cell begins that it is part of.
    """

    text: str
    row: int = 0
    column: int = 0
    merged_from: tuple[int, int] | None = None

    @property
    def line(self) -> str:
        """The text as one line."""
        return self.text.replace("\n", " ")


NO_CELL = Cell("")
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, not all of the same length, and what was uncertain in finding them."""

    rows: tuple[Row, ...]
    is_aligned: bool = False
    joined_rows: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """The number of columns of its longest row."""
        return max((len(row) for row in self.rows), default=0)


Block: TypeAlias = str | Table
"""A paragraph, or a table."""


def cell_at(row: Row, column: int) -> Cell:
    """Return the cell of a row, counted from 0; an empty one behind its end."""
    if column < len(row):
        return row[column]
    return Cell("", row[0].row if row else 0, column + 1)


def clean(text: str) -> str:
    """Return text as documents have it: lines that end in LF, bullets, nothing invisible."""
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    text = _EMPTY_LINES.sub("\n", _SPACES.sub(" ", text).replace(" \n", "\n")).strip()
    return _BULLET_AT_START.sub("• ", _BULLET_INSIDE.sub("\n• ", text))


def lay_out(rows: Sequence[Sequence[RawCell]], *, first_row: int) -> tuple[Row, ...]:
    """Return rows in which every cell stands in its column, merged ones in each of theirs.

    Raises:
        UnreadablePasteError: there are more rows or columns than a rubric has.
    """
    if first_row + len(rows) - 1 > MAXIMUM_ROWS:
        raise UnreadablePasteError(PasteFault.TOO_MANY_ROWS, limit=MAXIMUM_ROWS)
    laid: list[Row] = []
    hanging: dict[int, _Hanging] = {}
    for number, raw in enumerate(rows, start=first_row):
        row = _RowOfCells(number, hanging)
        for cell in raw[: MAXIMUM_COLUMNS + 1]:
            row.add(cell)
        cells = row.finish()
        if len(cells) > MAXIMUM_COLUMNS:
            raise UnreadablePasteError(PasteFault.TOO_MANY_COLUMNS, limit=MAXIMUM_COLUMNS)
        if any(cell.text for cell in cells):
            laid.append(cells)
    return tuple(laid)


@dataclass(frozen=True, slots=True)
class _Hanging:
    """A cell that reaches down into so many more rows."""

    cell: Cell
    rows: int


class _RowOfCells:
    """A row while it is laid out, with what hangs into it from above, by column."""

    def __init__(self, number: int, hanging: dict[int, _Hanging]) -> None:
        self._number = number
        self._hanging = hanging
        self._cells: list[Cell] = []

    def add(self, raw: RawCell) -> None:
        """Add a cell in the next column that is free."""
        while self._take_hanging():
            pass
        is_merged = raw.columns > 1 or raw.rows > 1
        begins = (self._number, len(self._cells) + 1) if is_merged else None
        text = clean(raw.text)
        for _ in range(min(raw.columns, MAXIMUM_COLUMNS)):
            self._add(text, begins, raw.rows - 1)

    def finish(self) -> Row:
        """Return the row."""
        while any(column >= len(self._cells) for column in self._hanging):
            if not self._take_hanging():
                self._add("", None, 0)
        return tuple(self._cells)

    def _take_hanging(self) -> bool:
        hanging = self._hanging.pop(len(self._cells), None)
        if hanging:
            self._add(hanging.cell.text, hanging.cell.merged_from, hanging.rows - 1)
        return hanging is not None

    def _add(self, text: str, begins: tuple[int, int] | None, rows_below: int) -> None:
        column = len(self._cells)
        cell = Cell(text, self._number, column + 1, begins)
        if rows_below > 0:
            self._hanging[column] = _Hanging(cell, rows_below)
        self._cells.append(cell)
