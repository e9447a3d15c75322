"""A table as criteria: its head, and below it a row for each criterion."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rubrics.pasting.cells import Cell, Row, Table, cell_at
from rubrics.pasting.heads import Columns, is_head, is_transposed, read_columns
from rubrics.pasting.levels import ReadCriterion, ReadLevel
from rubrics.pasting.marks import PasteCode, PasteMark, mark, notice
from rubrics.pasting.phrases import (
    find_bands,
    part_criterion,
    read_band,
    read_points,
    read_unit_points,
    speaks_of_totals,
    split_cell_points,
)
from rubrics.pasting.ratings import read_ratings

_LEFT_OUT = re.compile(
    r"(?:grand |overall |sub)?(?:total|score|points|comments?|feedback|grade|sum|result|name|date|"
    r"signature|assessor|evaluator|notes?)\b[^a-z]{0,40}(?:points|score|possible)?[^a-z]{0,40}",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?!points|pts)[^\W\d]{3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRows:
    """The criteria of a table, and the titles above its head; marks are about the rubric."""

    criteria: tuple[ReadCriterion, ...]
    titles: tuple[str, ...] = ()
    columns: Columns
    marks: tuple[PasteMark, ...] = ()


def read_rows(table: Table, above: Columns | None) -> ReadRows:
    """Return the criteria of a table. `above` are the columns of the table before it.

    A table that has no head and is as wide as the one before it goes on with its head.
    """
    rows, titles = _split_titles(table.rows)
    if is_transposed(rows):
        rows = _transposed(rows)
    head, body = _split_head(rows)
    marks: list[PasteMark] = []
    if head is None and above and len(above.head) == table.width:
        head = above.head
    if head is None:
        head = tuple(Cell("", cell.row, cell.column) for cell in rows[0])
    body = [row for row in body if _texts(row) != _texts(head)]
    left_out = {row[0].row: _first(row) for row in body if _is_left_out(row)}
    body = [row for row in body if row[0].row not in left_out]
    columns = read_columns(head, body)
    if columns.ratings is None and not any(level.title for level in columns.levels.values()):
        marks.append(mark(PasteCode.HEAD_MISSING, "criteria", rows[0][0]))
    marks += [notice(PasteCode.ROW_IGNORED, "criteria", first) for first in left_out.values()]
    return ReadRows(
        criteria=tuple(
            _read_row(row, columns, is_joined=row[0].row in table.joined_rows) for row in body
        ),
        titles=titles,
        columns=columns,
        marks=(*marks, *columns.marks),
    )


def _transposed(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return columns as rows; cells keep their numbers."""
    columns = range(max(map(len, rows)))
    turned = (tuple(cell_at(row, column) for row in rows) for column in columns)
    return tuple(row for row in turned if any(cell.text for cell in row))


def _split_titles(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return the rows of a table without those above its head that are one text."""
    titles: list[str] = []
    for number, row in enumerate(rows[:-1]):
        if not _is_one_text(row):
            return tuple(rows[number:]), tuple(titles)
        titles.append(_first(row).line)
    return tuple(rows[-1:]), tuple(titles)


def _split_head(rows: Sequence[Row]) -> tuple[Row | None, Sequence[Row]]:
    """Return the head of a table, several rows of it as one, and the rows below."""
    if len(rows) <= 1 or not is_head(rows[0]):
        return None, rows
    head, body = rows[0], rows[1:]
    if _is_grouping(head) and is_head(body[0]):
        # “Levels” over all of them, and their titles below.
        head = tuple(
            cell if cell.text else cell_at(head, column) for column, cell in enumerate(body[0])
        )
        body = body[1:]
    while body and len(body) > 1 and _is_below_head(body[0]):
        head = tuple(
            replace(cell, text=f"{cell.text}\n{cell_at(body[0], column).text}".strip())
            if column and cell.text != cell_at(body[0], column).text
            else cell
            for column, cell in enumerate(head)
        )
        body = body[1:]
    return head, body


def _is_grouping(row: Row) -> bool:
    begins = [cell.merged_from for cell in row if cell.merged_from]
    return len(set(begins)) < len(begins)


def _is_below_head(row: Row) -> bool:
    """Whether a row holds nothing but points or bands, which belong to the head."""
    texts = [cell.text for cell in row[1:] if cell.text]
    if len(texts) <= 1 or (row[0].text and not _LEFT_OUT.fullmatch(row[0].text)):
        return False
    return all(_is_points_or_band(text.strip("()[] ")) for text in texts)


def _is_points_or_band(text: str) -> bool:
    readers = (read_points, read_band, read_unit_points)
    return any(read(text) is not None for read in readers)


def _is_left_out(row: Row) -> bool:
    """Whether a row is for filling in, as one for totals or comments is."""
    first = _first(row)
    others = [cell.text for cell in row if cell.text != first.text]
    return _LEFT_OUT.fullmatch(first.text) is not None and not any(map(_WORD.search, others))


def _read_row(row: Row, columns: Columns, *, is_joined: bool) -> ReadCriterion:
    first = cell_at(row, columns.criterion)
    if _is_one_text(row) and len(row) > 1 and _first(row).merged_from:
        return _heading(_first(row))
    parted = part_criterion(first.text)
    marks = list(_row_marks(first, is_guess=parted.is_guess, is_joined=is_joined))
    ratings = columns.ratings
    if ratings is None:
        levels = tuple(_read_levels(row, columns))
    else:
        levels = read_ratings(cell_at(row, ratings))
    definition = [parted.rest]
    for column, head in columns.kept.items():
        cell = cell_at(row, column)
        if not cell.text or _repeats_points(cell, levels):
            continue
        definition.append(f"{head}: {cell.text}" if head else cell.text)
        if head:
            marks.append(mark(PasteCode.COLUMN_KEPT, "definition", cell, head=head))
    return ReadCriterion(
        title=parted.title,
        definition="\n".join(filter(None, definition)),
        levels=levels,
        cell=first,
        marks=tuple(marks),
    )


def _heading(cell: Cell) -> ReadCriterion:
    parted = part_criterion(cell.text)
    return ReadCriterion(
        title=parted.title,
        definition=parted.rest,
        is_heading=True,
        cell=cell,
        marks=(notice(PasteCode.HEADING, "", cell),),
    )


def _row_marks(first: Cell, *, is_guess: bool, is_joined: bool) -> Iterator[PasteMark]:
    if is_guess:
        yield mark(PasteCode.CRITERION_SPLIT, "title", first)
    if is_joined:
        yield mark(PasteCode.LINES_JOINED, "", first)
    if first.merged_from:
        yield mark(PasteCode.CELLS_MERGED, "title", first)


def _read_levels(row: Row, columns: Columns) -> Iterator[ReadLevel]:
    has_titles = any(level.title for level in columns.levels.values())
    for column, head in columns.levels.items():
        cell = cell_at(row, column)
        if head.title:
            yield _read_cell(cell, head)
        elif cell.text:
            level = _read_cell(cell, head)
            extra = (mark(PasteCode.LEVEL_EXTRA, "", cell),) if has_titles else ()
            yield replace(level, marks=(*extra, *level.marks))


def _read_cell(cell: Cell, head: ReadLevel) -> ReadLevel:
    """Return the level of one criterion: what the head says of it, and what its cell says."""
    text, points = split_cell_points(cell.text)
    bands = find_bands(text)
    marks = list(head.marks)
    if points is not None and head.points is not None and points != head.points:
        values = {"points": points, "head": head.points}
        marks.append(mark(PasteCode.POINTS_DIFFER, "points", cell, **values))
    if len(bands) > 1 or (not bands and speaks_of_totals(text)):
        marks.append(mark(PasteCode.BAND_UNREADABLE, "band", cell))
    if cell.text and cell.merged_from:
        marks.append(mark(PasteCode.CELLS_MERGED, "descriptor", cell))
    if not cell.text:
        marks.append(mark(PasteCode.DESCRIPTOR_MISSING, "descriptor", cell))
    return replace(
        head,
        points=head.points if points is None else points,
        band=bands[0] if len(bands) == 1 else head.band,
        descriptor=text,
        cell=cell if cell.text else head.cell,
        marks=tuple(marks),
    )


def _repeats_points(cell: Cell, levels: Sequence[ReadLevel]) -> bool:
    """Whether a cell says again what the highest level is worth."""
    said = read_points(cell.text) or next(iter(read_unit_points(cell.text) or ()), None)
    points = [level.points for level in levels if level.points is not None]
    return bool(points) and said == max(points)


def _is_one_text(row: Row) -> bool:
    filled = [cell for cell in row if cell.text]
    return len(filled) == 1 or len({cell.merged_from or cell.column for cell in filled}) == 1


def _first(row: Row) -> Cell:
    return next(cell for cell in row if cell.text)


def _texts(row: Row) -> list[str]:
    texts = [cell.text.casefold() for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts
