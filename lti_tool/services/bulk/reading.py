"""A file of awards as rows: who, which badge, and ratings or an earlier award. Pure.

The columns with these names say who and what; every other one is a rating:

    user         the account's id on its platform (the `sub` of its launches)
    name         as the platform sent it: finds who has no `user`, checks who has one
    course       of which course, by its id or title; the file's own where it is empty
    badge        which badge, by its slug; the file's own where it is empty
    held_since   the day on which it was earned before: the row attests an earlier award
    source       where the program knows it from
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lti_tool.services.texts import plain_text
from rubrics.errors import InvalidTableError
from rubrics.tables import Row, read_table

FIXED = ("user", "name", "course", "badge", "held_since", "source")
MOST_ROWS = 100_000
MOST_BYTES = 64 * 1024 * 1024
MOST_COLUMNS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One row; `ratings` has what is not empty behind the fixed columns, by its column from 1."""

    number: int
    """As spreadsheets count, the header being the first."""
    user: str
    name: str
    course: str
    badge: str
    held_since: str
    source: str
    ratings: Mapping[int, str]

    @property
    def says(self) -> tuple[object, ...]:
        """What the row says of its person: two rows that say the same are one."""
        return (self.held_since, self.source, tuple(self.ratings.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardFile:
    """A file of awards. `rated` are the titles of the columns that are ratings, by column."""

    rated: Mapping[int, str]
    rows: tuple[FileRow, ...]


def read_awards(
    data: bytes, *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS
) -> AwardFile:
    """Return the rows of a CSV file in UTF-8; empty ones are left out.

    Raises:
        InvalidTableError: it is none, is too large, or does not say whom a row is about.
    """
    rows = read_table(data, most_bytes=most_bytes)
    header = next(rows, None)
    if header is None:
        raise InvalidTableError("the file is empty")
    fixed, rated = _columns(header)
    found: list[FileRow] = []
    for row in rows:
        if row.is_empty:
            continue
        if len(found) == most_rows:
            raise InvalidTableError(f"the file has more than {most_rows} rows")
        found.append(_file_row(row, fixed, rated))
    if not found:
        raise InvalidTableError("nothing stands below the header")
    return AwardFile(rated=rated, rows=tuple(found))


def _columns(header: Row) -> tuple[dict[str, int], dict[int, str]]:
    """Return the columns that say who and what, and the titles of those that are ratings."""
    if len(header.cells) > MOST_COLUMNS:
        raise InvalidTableError(f"has more than {MOST_COLUMNS} columns", row=1)
    _check_storable(header)
    places: dict[str, int] = {}
    for cell in header.cells:
        title = cell.line.casefold()
        if title and title in places:
            raise cell.refuse("repeats the title of another column")
        places[title] = cell.column
    if not {"user", "name"} & places.keys():
        raise InvalidTableError("names no column `user` or `name`", row=1)
    fixed = {name: places[name] for name in FIXED if name in places}
    titles = {cell.column: cell.line for cell in header.cells if cell.text}
    return fixed, {n: title for n, title in titles.items() if n not in fixed.values()}


def _file_row(row: Row, fixed: Mapping[str, int], rated: Mapping[int, str]) -> FileRow:
    _check_storable(row)
    for cell in row.cells:
        if cell.text and cell.column not in rated and cell.column not in fixed.values():
            raise cell.refuse("stands below no title")
    values = {name: row.cell(fixed[name]).line if name in fixed else "" for name in FIXED}
    ratings = {column: text for column in rated if (text := row.cell(column).text)}
    return FileRow(number=row.number, ratings=ratings, **values)


def _check_storable(row: Row) -> None:
    for cell in row.cells:
        if cell.text != plain_text(cell.text, field="", most=len(cell.text)):
            raise cell.refuse("holds a character that no text may hold")
