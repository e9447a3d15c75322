"""Plain text from a clipboard: paragraphs and tables.

Spreadsheets write tabs and quote a cell with line breaks; word processors write tabs
and let the lines of a cell run on; exports are CSV; of a PDF only the gaps between
columns are left (`rubrics.pasting.aligned`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rubrics.errors import PasteFault, UnreadablePasteError
from rubrics.pasting.aligned import read_aligned
from rubrics.pasting.cells import (
    MAXIMUM_CHARACTERS,
    Block,
    RawCell,
    Table,
    clean,
    lay_out,
)

_HEAD_CHARACTERS = 300
_MAXIMUM_LINES = 200
"""Of one row: a cell with all levels of Canvas has some dozens."""
_LEAST_COLUMNS = 3
"""Of CSV: two pieces of a line may be a sentence with a comma."""
_GUARD = re.compile("'+(?=[=+\\-@])")
"""What our own tables put in front of a cell that a spreadsheet would run."""
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
_GOES_ON = re.compile(r"\s*(?:\[[^\[\]\t]*\]|\([^()\t]*\)|\d+ (?:points?|pts))\s*")
"""A line that belongs to the one above, where a row could begin."""
_FIELDS = {
    delimiter: re.compile(
        rf'(?:"((?:[^"]|""){{0,20000}}+)"(?=[{delimiter}\n]|\Z)|([^{delimiter}\n]*+))'
        rf"([{delimiter}\n]|\Z)"
    )
    for delimiter in ("\t", ",", ";")
}


@dataclass(frozen=True, slots=True)
class _Record:
    """The fields between two line ends that are not inside quotes; `raw` is all of it."""

    fields: tuple[str, ...]
    raw: str

    @property
    def is_blank(self) -> bool:
        return not self.raw.strip()

    @property
    def is_sentence(self) -> bool:
        """Whether the delimiters look like the commas of a sentence."""
        behind = [field for field in self.fields[1:] if field.strip()]
        return bool(behind) and all(field.startswith(" ") for field in behind)


def read_plain(text: str) -> tuple[Block, ...]:
    """Return the paragraphs and tables of a text, in order.

    Raises:
        UnreadablePasteError: it is too long, or has more rows or columns than a rubric.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise UnreadablePasteError(PasteFault.TOO_LONG, limit=MAXIMUM_CHARACTERS)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    records = _records(text, "\t") if "\t" in text else []
    if any(len(record.fields) > 1 for record in records):
        return tuple(_read_tabs(records))
    for delimiter in filter(text.__contains__, ",;"):
        records = _records(text, delimiter)
        start = _find_head(records)
        if start is not None:
            return tuple(_read_csv(records, start))
    return read_aligned(text)


def _records(text: str, delimiter: str) -> list[_Record]:
    records: list[_Record] = []
    fields: list[str] = []
    begin = 0
    for found in _FIELDS[delimiter].finditer(text):
        quoted, bare, end = found.groups()
        field = bare if quoted is None else quoted.replace('""', '"')
        fields.append(_GUARD.sub("", field, count=1))
        if end != delimiter:
            records.append(_Record(tuple(fields), text[begin : found.start(3)]))
            fields, begin = [], found.end()
        if not end:
            break
    return records


def _read_tabs(records: Sequence[_Record]) -> Iterator[Block]:
    """Yield tables of all rows that have tabs, and what stands between as paragraphs.

    A word processor ends the lines of a cell as it ends rows, so lines that stand under
    each other are put together until they have as many cells as the widest row; unless all
    below the head have the same number of cells, and two of them make no row.
    """
    widths = [len(one.fields) for one in records if len(one.fields) > 1]
    is_even = len(set(widths[1:])) == 1 and 2 * widths[-1] - 1 != max(widths)
    width = widths[-1] if is_even else max(widths)
    rows = _Rows()
    for is_blank, group in groupby(records, key=lambda one: one.is_blank):
        if is_blank:
            continue
        for fields, lines in _rows_of(group, width, is_begun=rows.is_begun):
            if len(fields) > 1:
                rows.add(fields, is_joined=lines > 1)
            else:
                yield from rows.take()
                yield from _paragraphs(fields[0])
    yield from rows.take()


def _rows_of(
    group: Iterable[_Record], width: int, *, is_begun: bool
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield rows of fields, each with the number of lines that it was put together from."""
    row: tuple[str, ...] = ()
    lines = 0
    for record in group:
        fields = record.fields
        is_begun = is_begun or len(row) > 1
        is_open = len(row) < width or _GOES_ON.fullmatch(record.raw)
        fits = len(row) + len(fields) - 1 <= width and lines < _MAXIMUM_LINES
        if row and is_begun and is_open and fits and not _follows(row, fields):
            row, lines = (*row[:-1], f"{row[-1]}\n{fields[0]}", *fields[1:]), lines + 1
            continue
        if row:
            yield row, lines
        row, lines = fields, 1
    yield row, lines


def _follows(row: Sequence[str], fields: Sequence[str]) -> bool:
    """Whether the fields are a row of their own: both begin with a number, as "1." and "2."."""
    return len(fields) > 1 and all(_NUMBERED.match(one[0]) for one in (row, fields))


def _read_csv(records: Sequence[_Record], start: int) -> Iterator[Block]:
    """Yield the table that begins at a record, and as paragraphs what is no row of it."""
    for record in records[:start]:
        yield from _paragraphs(record.raw)
    rows = _Rows()
    for record in records[start:]:
        if record.is_blank or (len(record.fields) > 1 and not record.is_sentence):
            rows.add(record.fields)
        else:
            yield from rows.take()
            yield from _paragraphs(record.raw)
    yield from rows.take()


def _find_head(records: Sequence[_Record]) -> int | None:
    """Return the first record that can be the head of a CSV table with a row below it."""
    filled = [(number, one) for number, one in enumerate(records) if not one.is_blank]
    for (number, head), (_, below) in pairwise(filled):
        if (
            len(head.fields) >= _LEAST_COLUMNS
            and len(head.fields) == len(below.fields)
            and not head.is_sentence
            and all(len(field) <= _HEAD_CHARACTERS for field in head.fields)
        ):
            return number
    return None


class _Rows:
    """The rows of a table while they are gathered; numbers run on over all tables."""

    def __init__(self) -> None:
        self._rows: list[list[RawCell]] = []
        self._joined: set[int] = set()
        self._taken = 0

    @property
    def is_begun(self) -> bool:
        """Whether there was any row yet."""
        return bool(self._rows or self._taken)

    def add(self, fields: Iterable[str], *, is_joined: bool = False) -> None:
        """Take in a row."""
        self._rows.append([RawCell(field) for field in fields])
        if is_joined:
            self._joined.add(self._taken + len(self._rows))

    def take(self) -> Iterator[Table]:
        """Yield the table, where there is one, and begin the next."""
        laid = lay_out(self._rows, first_row=self._taken + 1)
        if laid:
            yield Table(laid, joined_rows=frozenset(self._joined))
        self._taken += len(self._rows)
        self._rows, self._joined = [], set()


def _paragraphs(text: str) -> Iterator[str]:
    yield from filter(None, clean(text).split("\n"))
