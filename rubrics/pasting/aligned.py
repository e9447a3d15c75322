"""Tables whose columns are told by gaps alone, as copied from a PDF, as far as that goes.

A row of the head says where columns begin; what stands below belongs to the column that
begins last before it. Every such table is marked: somebody has to look at each cell.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby

from rubrics.pasting.cells import Block, RawCell, Table, clean, lay_out

_PIECE = re.compile(r"\S+(?: \S+)*")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)] ")
_LEAST_COLUMNS = 3
_SLACK = 2
"""Characters by which a text may begin before its column's head."""
_WRAPPED = re.compile(r".{60}.*[^.!?:;]")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as pieces with wide gaps between them, each with where it begins."""

    pieces: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        return " ".join(piece for _, piece in self.pieces)


@dataclass(slots=True)
class _Reader:
    """A text while it is read."""

    blocks: list[Block] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    rows_taken: int = 0

    def end_prose(self) -> None:
        """Take the lines gathered so far as paragraphs: what reads on is one."""
        paragraph = ""
        for line in self.prose:
            if paragraph and not _WRAPPED.fullmatch(paragraph):
                self.blocks.append(clean(paragraph))
                paragraph = ""
            paragraph = f"{paragraph} {line}".strip()
        if paragraph:
            self.blocks.append(clean(paragraph))
        self.prose = []

    def take_table(self, starts: Sequence[int], lines: Sequence[_Line]) -> None:
        """Take lines as a table whose columns begin at `starts`."""
        self.end_prose()
        rows = [[RawCell("\n".join(cell)) for cell in row] for row in _rows(starts, lines)]
        laid = lay_out(rows, first_row=self.rows_taken + 1)
        self.rows_taken += len(rows)
        self.blocks.append(Table(laid, is_aligned=True))


def read_aligned(text: str) -> tuple[Block, ...]:
    """Return the paragraphs and tables of a text without any delimiters, in order."""
    lines = [
        _Line(tuple((found.start(), found.group()) for found in _PIECE.finditer(line)))
        for line in text.split("\n")
    ]
    reader = _Reader()
    position = 0
    while position < len(lines):
        end = _table_end(lines, position)
        if end:
            starts = [start for start, _ in lines[position].pieces]
            reader.take_table(starts, lines[position:end])
            position = end
            continue
        line = lines[position]
        if line.pieces:
            reader.prose.append(line.text)
        else:
            reader.end_prose()
        position += 1
    reader.end_prose()
    return tuple(reader.blocks)


def _table_end(lines: Sequence[_Line], position: int) -> int:
    """Return where the table ends whose head is at `position`; 0 where none begins there."""
    head = lines[position]
    if len(head.pieces) < _LEAST_COLUMNS:
        return 0
    second = head.pieces[1][0]
    end, number = position + 1, position + 1
    has_rows = False
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.pieces:
            continue
        start, text = line.pieces[0]
        if len(line.pieces) == 1 and start + len(text) > second > start + _SLACK:
            # It runs over the gap: no cell, but a sentence.
            break
        has_rows = has_rows or len(line.pieces) > 1
        end = number
    return end if has_rows else 0


def _rows(starts: Sequence[int], lines: Sequence[_Line]) -> Iterator[list[list[str]]]:
    """Yield rows of cells, each a list of lines; the first row is the head."""
    placed = [_place(starts, line) for line in lines]
    begins = _row_begins(placed)
    for _, row in groupby(range(len(placed)), key=partial(bisect_right, begins)):
        lines_of_row = [placed[at] for at in row]
        yield [list(chain.from_iterable(column)) for column in zip(*lines_of_row, strict=True)]


def _row_begins(placed: Sequence[Sequence[list[str]]]) -> list[int]:
    """Return the lines that begin a row.

    Rows are told by their numbers; without any, by the empty lines between them; without
    these, every line with a text in the first column begins one.
    """
    body = range(1, len(placed))
    numbered = [at for at in body if placed[at][0] and _NUMBERED.match(placed[at][0][0])]
    after_empty = [at for at in body if any(placed[at]) and not any(placed[at - 1])]
    firsts = [at for at in body if placed[at][0]]
    return [0, *(numbered or after_empty or firsts)]


def _place(starts: Sequence[int], line: _Line) -> list[list[str]]:
    """Return the pieces of a line by column."""
    cells: list[list[str]] = [[] for _ in starts]
    for start, piece in line.pieces:
        cells[max(bisect_right(starts, start + _SLACK) - 1, 0)].append(piece)
    return cells
