"""Rubric exports that name their columns: the table of Canvas, and one level a row as Moodle.

`rubrics.exchange` reads the same tables as files and refuses what is no rubric; pasted,
what lacks is marked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rubrics.exchange import CANVAS, CANVAS_RATING
from rubrics.pasting.cells import Cell, Row, Table, cell_at
from rubrics.pasting.heads import Columns
from rubrics.pasting.levels import ReadCriterion, ReadLevel
from rubrics.pasting.marks import PasteCode, PasteMark, mark, notice
from rubrics.pasting.phrases import find_bands, read_points
from rubrics.pasting.rows import ReadRows

_LONG: Mapping[str, frozenset[str]] = {
    "criterion": frozenset({"criterion", "criteria", "competency", "criteria name", "skill"}),
    "level": frozenset({"level", "rating", "level name", "rating name", "level title"}),
    "descriptor": frozenset(
        {"level_description", "description", "level description", "descriptor", "definition"}
    ),
    "points": frozenset({"score", "points", "pts", "level score", "rating points"}),
}
"""What the columns of a table with one level a row are called."""


def read_export(table: Table) -> ReadRows | None:
    """Return the criteria of an export; None where the table is none."""
    if len(table.rows) <= 1:
        return None
    head, *body = table.rows
    names = [_name(cell) for cell in head]
    if names[: len(CANVAS)] == [name.lower() for name in CANVAS]:
        return _read_canvas(head, body)
    columns = {
        role: names.index(name) for role, known in _LONG.items() for name in names if name in known
    }
    if len(columns) < len(_LONG):
        return None
    return _read_long(head, body, columns)


def _read_canvas(head: Row, body: Sequence[Row]) -> ReadRows:
    titles = list(dict.fromkeys(row[0].line for row in body if row[0].text))
    marks: list[PasteMark] = []
    if len(titles) > 1:
        code, first = PasteCode.RUBRIC_LEFT_OUT, titles[0]
        marks.append(mark(code, "criteria", head[0], count=len(titles), title=first))
    return ReadRows(
        criteria=tuple(_canvas_row(row) for row in body if row[0].line in {"", *titles[:1]}),
        titles=tuple(titles[:1]),
        columns=Columns(head=head, criterion=1, levels={}),
        marks=tuple(marks),
    )


def _canvas_row(row: Row) -> ReadCriterion:
    levels = []
    for column in range(len(CANVAS), len(row), len(CANVAS_RATING)):
        title, descriptor, points = (cell_at(row, column + step) for step in range(3))
        if title.text or descriptor.text or points.text:
            levels.append(_read_level(title, descriptor, points))
    name, definition, is_range = (cell_at(row, column) for column in range(1, len(CANVAS)))
    if is_range.text.lower() == "true" and levels:
        ranged = mark(PasteCode.POINTS_RANGE, "points", is_range)
        levels[0] = replace(levels[0], marks=(*levels[0].marks, ranged))
    return ReadCriterion(
        title=name.line, definition=definition.text, levels=tuple(levels), cell=name
    )


def _read_long(head: Row, body: Sequence[Row], columns: Mapping[str, int]) -> ReadRows:
    """Read one level a row; rows of the same criterion belong together."""
    criteria: dict[str, ReadCriterion] = {}
    for row in body:
        name, *rest = (cell_at(row, columns[role]) for role in _LONG)
        criterion = criteria.setdefault(name.line, ReadCriterion(title=name.line, cell=name))
        levels = (*criterion.levels, _read_level(*rest))
        criteria[name.line] = replace(criterion, levels=levels)
    return ReadRows(
        criteria=tuple(criteria.values()),
        columns=Columns(head=head, criterion=columns["criterion"], levels={}),
        marks=tuple(_unread(head, body, columns)),
    )


def _unread(head: Row, body: Sequence[Row], columns: Mapping[str, int]) -> Iterator[PasteMark]:
    for column, cell in enumerate(head):
        if not cell.text or column in columns.values():
            continue
        if any(cell_at(row, column).text for row in body):
            yield mark(PasteCode.COLUMN_UNREAD, "criteria", cell, head=cell.line)
        else:
            yield notice(PasteCode.COLUMN_IGNORED, "criteria", cell, head=cell.line)


def _read_level(title: Cell, descriptor: Cell, points: Cell) -> ReadLevel:
    number = read_points(points.text)
    bands = find_bands(descriptor.text)
    is_unread = bool(points.text) and number is None
    return ReadLevel(
        title=title.line,
        points=number,
        band=bands[0] if len(bands) == 1 else None,
        descriptor=descriptor.text,
        cell=title,
        marks=(mark(PasteCode.POINTS_UNREADABLE, "points", points),) if is_unread else (),
    )


def _name(cell: Cell) -> str:
    # Canvas also writes its columns with a number behind.
    return re.sub(r"\s*\d*\Z", "", cell.line).lower()
