"""CSV from and for spreadsheets: cells with their row and column, no formulas.

A cell that a spreadsheet would run is written with an apostrophe in front, the way
spreadsheets themselves mark text; reading takes it off again.
"""

import csv
import io
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rubrics.documents import MAXIMUM_BYTES
from rubrics.errors import InvalidTableError

_DELIMITERS = (",", ";", "\t")
_FORMULA = re.compile("'*[=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile("'+[=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a row and column, both counted from 1 with the header."""

    text: str
    row: int
    column: int

    @property
    def line(self) -> str:
        """The text as one line."""
        return self.text.replace("\n", " ")

    def refuse(self, reason: str) -> InvalidTableError:
        """Return the error that says what is wrong here."""
        return InvalidTableError(reason, row=self.row, column=column_name(self.column))


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row; behind the last one all are empty."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.text for cell in self.cells)

    def cell(self, column: int) -> Cell:
        """Return the cell at a column, from 1."""
        if column <= len(self.cells):
            return self.cells[column - 1]
        return Cell("", self.number, column)


def read_table(data: bytes, *, first: str = "", most_bytes: int = MAXIMUM_BYTES) -> Iterator[Row]:
    """Yield the rows of a CSV file whose header begins with the column `first`, if one is named.

    Delimiters are commas, semicolons or tabs, whichever the header has. Line breaks in
    cells are LF, tabs are spaces, and nothing stands at the ends.

    Raises:
        InvalidTableError: it is none; names the row.
    """
    if len(data) > most_bytes:
        raise InvalidTableError(f"the file is larger than {most_bytes} bytes")
    try:
        # Spreadsheets begin a file with a byte order mark.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        reason = "is not UTF-8: save the file as “CSV UTF-8”"
        raise InvalidTableError(reason, row=row) from error
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_find_delimiter(text, first), strict=True
    )
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield Row(number, tuple(_cell(text, number, n) for n, text in enumerate(cells, 1)))
    except csv.Error as error:
        raise InvalidTableError(f"is not CSV ({error})"[:200], row=number + 1) from error


def write_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV: UTF-8 with a byte order mark, commas, CRLF, as spreadsheets like it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_guard(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def column_name(column: int) -> str:
    """Return the letters that spreadsheets call a column by."""
    name = ""
    while column:
        column, rest = divmod(column - 1, len(string.ascii_uppercase))
        name = string.ascii_uppercase[rest] + name
    return name


def _find_delimiter(text: str, first: str) -> str:
    header = text.lstrip().partition("\n")[0].lower()
    if not first:
        return max(_DELIMITERS, key=header.count)
    for delimiter in _DELIMITERS:
        if header.split(delimiter)[0].strip(' "\r') == first.lower() and delimiter in header:
            return delimiter
    raise InvalidTableError(f"the header does not begin with “{first}”", row=1, column="A")


def _cell(text: str, row: int, column: int) -> Cell:
    text = _BREAKS.sub("\n", text).replace("\t", " ").strip()
    return Cell(text[1:] if _GUARDED.match(text) else text, row, column)


def _guard(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
