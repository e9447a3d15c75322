"""The head of a table: what each column is, and what it says of its level."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rubrics.pasting.cells import Cell, Row, cell_at
from rubrics.pasting.levels import ReadLevel, rank_of
from rubrics.pasting.marks import PasteCode, PasteMark, mark, notice
from rubrics.pasting.phrases import (
    bare,
    is_item_number,
    read_band,
    read_points,
    read_unit_points,
    split_band,
    split_points,
)

# Characters of a head: at most, where it stands over titles (on the average), where it names a
# level, and where nothing else says that it is one.
_MAXIMUM = 300
_LONG_HEAD = 100
_TYPICAL_CHARACTERS = 60
_TITLE = 40
_SEGMENTS = re.compile(r"(\[[^\[\]]*\]|\([^()]*\)|\n)")
_BUILDS_ON = re.compile(r"\b(?:plus|in addition to|as well as|and also|beyond)\b", re.IGNORECASE)
_TITLES = re.compile(r"\bcompetenc|\bcriteri|\bskills?\b", re.IGNORECASE)
_CRITERION = re.compile(
    r"competenc|criteri|skill|category|categories|dimension|element|aspect|indicator|outcome|trait|"
    r"domain|objective|component|standard",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"(?:criteri\w* |competency |skill )?(?:definition|description|what it means|meaning)s?|"
    r"(?:performance )?indicators?|details?",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"#|no\.?|nr\.?|number|", re.IGNORECASE)
_RATING_WORDS = frozenset(
    [
        *("rating", "ratings", "rated", "score", "scores", "points", "pts", "mark", "marks"),
        *("grade", "total", "weight", "weighting", "comment", "comments", "feedback", "notes"),
        *("evidence", "result", "self", "peer", "assessor", "instructor", "student", "your", "my"),
        *("and", "or", "max", "maximum", "possible", "earned", "awarded", "of", "out", "value"),
        *("level", "levels", "remarks", "observations", "check", "date"),
    ]
)
"""A column whose head is made of these is for filling in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a table are, each counted from 0; marks are about the whole rubric.

    `levels` are the levels as the head has them; `kept` are the heads of columns whose
    text belongs to the definition, "" for those that say no more than that.
    """

    head: Row
    criterion: int
    levels: dict[int, ReadLevel]
    kept: dict[int, str] = field(default_factory=dict)
    ratings: int | None = None
    marks: tuple[PasteMark, ...] = ()


def read_head(cell: Cell) -> ReadLevel:
    """Return what a head says of its level."""
    level = ReadLevel(title="", head=cell, cell=cell)
    title: list[str] = []
    for segment in _SEGMENTS.split(cell.text):
        inner = segment.strip(" \n()[]")
        known = _read_segment(inner, level, is_first=not title)
        if known:
            level = known
        elif inner:
            title.append(segment.strip())
    line, band = split_band(" ".join(title))
    line, points = split_points(line)
    return replace(
        level,
        title=bare(line) or cell.line,
        points=points if level.points is None else level.points,
        band=level.band or band,
    )


def _read_segment(text: str, level: ReadLevel, *, is_first: bool) -> ReadLevel | None:
    """Return the level with what a part of its head says of it; None where it is its title."""
    if band := read_band(text):
        return replace(level, band=band)
    points = read_points(text)
    if points is not None:
        return replace(level, points=points) if level.points is None else None
    if ranged := read_unit_points(text):
        is_range = mark(PasteCode.POINTS_RANGE, "points", level.cell)
        return replace(level, points=ranged[0], marks=(*level.marks, is_range))
    return None if is_first or not _BUILDS_ON.search(text) else replace(level, builds_on=text)


def is_head(row: Row) -> bool:
    """Whether a row can name levels: its texts are short, as those of heads are."""
    texts = [cell.text for cell in row if cell.text]
    if len(texts) <= 1 or any(len(text) > _MAXIMUM or holds_levels(text) for text in texts):
        return False
    if _is_criterion(row[0].text):
        return sum(map(len, texts)) <= _LONG_HEAD * len(texts)
    limit = _TYPICAL_CHARACTERS if any(map(_names_a_level, map(read_head, row[1:]))) else _TITLE
    return max(map(len, texts)) <= limit


def is_transposed(rows: Sequence[Row]) -> bool:
    """Whether levels are rows: the first column names them, and the head does not."""
    firsts = [read_head(row[0]) for row in rows[1:] if row[0].text]
    heads = [read_head(cell) for cell in rows[0][1:] if cell.text]
    if len(firsts) <= 1 or any(map(_names_a_level, heads)):
        return False
    return all(map(_names_a_level, firsts))


def read_columns(head: Row, body: Sequence[Row]) -> Columns:
    """Return what the columns of a table are, by its head and by what stands below it."""
    heads = [cell_at(head, column) for column in range(max(map(len, (head, *body))))]
    texts = [[cell_at(row, column).text for row in body] for column in range(len(heads))]
    rest = [
        column
        for column, cell in enumerate(heads)
        if not (_NUMBERING.fullmatch(cell.text) and all(map(is_item_number, texts[column])))
    ] or [0]
    criterion = _find_titles(rest, heads)
    rest.remove(criterion)
    levels = {column: read_head(heads[column]) for column in rest}
    pointed = [column for column in rest if levels[column].points is not None]
    has_texts = any(any(texts[column]) for column in rest)
    kept: dict[int, str] = {}
    ratings = None
    marks: list[PasteMark] = []
    for column in rest:
        cell, is_empty = heads[column], not any(texts[column])
        is_form = _is_for_filling_in(cell.text)
        if (is_form or not cell.text) and any(map(holds_levels, texts[column])):
            ratings = column
        elif is_empty and (is_form or (has_texts and not _names_a_level(levels[column]))):
            marks += [_left_out(cell)] if cell.text else []
        elif _DEFINITION.fullmatch(cell.text):
            kept[column] = ""
        elif is_form or column < criterion or _is_outside(column, pointed, levels[column]):
            kept[column] = cell.line
        else:
            continue
        del levels[column]
    return Columns(
        head=head,
        criterion=criterion,
        levels=levels,
        kept=kept,
        ratings=ratings,
        marks=tuple(marks),
    )


def names_levels(columns: Columns) -> bool:
    """Whether a head is surely one of a rubric."""
    is_named = any(map(_names_a_level, columns.levels.values()))
    return is_named or columns.ratings is not None


def holds_levels(text: str) -> bool:
    """Whether a cell holds several levels, each with its points on a line."""
    return sum(read_unit_points(line) is not None for line in text.split("\n")) > 1


def _left_out(cell: Cell) -> PasteMark:
    return notice(PasteCode.COLUMN_IGNORED, "criteria", cell, head=cell.line)


def _is_outside(column: int, pointed: Sequence[int], level: ReadLevel) -> bool:
    """Whether a column stands beside levels with points, and nothing says that it is one."""
    if len(pointed) <= 1 or min(pointed) < column < max(pointed) or _names_a_level(level):
        return False
    return bool(level.cell.text)


def _is_criterion(text: str) -> bool:
    return len(text) <= _TYPICAL_CHARACTERS and _CRITERION.search(text) is not None


def _find_titles(columns: Sequence[int], heads: Sequence[Cell]) -> int:
    """Return the column with the titles of criteria: what stands before it groups them."""
    for words in (_TITLES, _CRITERION):
        for column in columns:
            text = heads[column].text
            is_level = _DEFINITION.fullmatch(text) or _names_a_level(read_head(heads[column]))
            if len(text) <= _TYPICAL_CHARACTERS and words.search(text) and not is_level:
                return column
    return columns[0]


def _is_for_filling_in(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return bool(words) and _RATING_WORDS.issuperset(words)


def _names_a_level(level: ReadLevel) -> bool:
    return level.points is not None or level.band is not None or rank_of(level.title) is not None
