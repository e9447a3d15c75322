"""Cells that hold all levels of a row, as the rubric pages of Canvas and Moodle have them.

Canvas writes “5 pts” above a title and a description; Moodle, and Canvas before, write
the points below.
"""

from collections.abc import Iterator

from rubrics.pasting.cells import Cell
from rubrics.pasting.levels import ReadLevel
from rubrics.pasting.marks import PasteCode, mark
from rubrics.pasting.phrases import find_bands, read_unit_points

_TITLE_CHARACTERS = 40
"""A line that is longer, and all there is of a level, is its description."""


def read_ratings(cell: Cell) -> tuple[ReadLevel, ...]:
    """Return the levels of a cell, in the order in which they stand there."""
    lines = [line for line in cell.text.split("\n") if line]
    is_above = bool(lines) and read_unit_points(lines[0]) is not None
    return tuple(_read_level(group, cell) for group in _groups(lines, is_above=is_above))


def _groups(lines: list[str], *, is_above: bool) -> Iterator[list[str]]:
    """Yield the lines of each level; points stand above or below the others."""
    group: list[str] = []
    for line in lines:
        is_points = read_unit_points(line) is not None
        if is_above and is_points and group:
            yield group
            group = []
        group.append(line)
        if is_points and not is_above:
            yield group
            group = []
    if group:
        yield group


def _read_level(lines: list[str], cell: Cell) -> ReadLevel:
    points = next(filter(None, map(read_unit_points, lines)), None)
    texts = [line for line in lines if read_unit_points(line) is None]
    has_title = len(texts) > 1 or (len(texts) == 1 and len(texts[0]) <= _TITLE_CHARACTERS)
    descriptor = "\n".join(texts[1:] if has_title else texts)
    bands = find_bands(descriptor)
    is_range = points is not None and points[1]
    return ReadLevel(
        title=texts[0] if has_title else "",
        points=points[0] if points else None,
        band=bands[0] if len(bands) == 1 else None,
        descriptor=descriptor,
        cell=cell,
        marks=(mark(PasteCode.POINTS_RANGE, "points", cell),) if is_range else (),
    )
