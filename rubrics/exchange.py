"""Rubrics as the tables of other systems: Canvas and importers for Moodle, in and out.

A table carries one flat rubric with points, so writing says what it leaves out, and
reading makes ids from titles. Reading what was written gives the same rubric again,
as far as the table carries it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from jsonschema.protocols import Validator

from rubrics.criterion import MINIMUM_LEVELS, Criterion
from rubrics.definition import SCHEMA, SCHEMA_ID
from rubrics.documents import load_validator, points_text
from rubrics.errors import InvalidRubricError, InvalidTableError
from rubrics.losses import Loss, LossKind, losses_of
from rubrics.model import LevelSource, Rubric
from rubrics.naming import make_id, make_unique
from rubrics.scales import Level
from rubrics.tables import Cell, Row, read_table, write_table

CANVAS = ("Rubric Name", "Criteria Name", "Criteria Description", "Criteria Enable Range")
CANVAS_RATING = ("Rating Name", "Rating Description", "Rating Points")
MOODLE = ("criterion", "level", "level_description", "score")
MAXIMUM_CRITERIA = 60
MAXIMUM_LEVELS = 12
"""Both as the schema has them."""
MAXIMUM_RUBRICS = 100
_POINTS = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,10})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTable:
    """A rubric as a table, and what is not in it."""

    data: bytes
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """The rubrics of a table, and what of it they do not hold."""

    rubrics: tuple[Rubric, ...]
    losses: tuple[Loss, ...] = ()


def write_canvas(rubric: Rubric) -> WrittenTable:
    """Return a rubric as the table that Canvas imports.

    Raises:
        InvalidRubricError: it holds nothing that a table could carry.
    """
    criteria = _carried(rubric)
    most = max(len(criterion.levels) for criterion in criteria)
    rows = [[*CANVAS, *CANVAS_RATING * most]]
    for criterion in criteria:
        row = [rubric.title, criterion.title, criterion.definition, "false"]
        for level in criterion.levels:
            row += [level.title, level.descriptor, _points(level)]
        rows.append(row)
    return WrittenTable(data=write_table(rows), losses=losses_of(rubric, criteria))


def write_moodle(rubric: Rubric) -> WrittenTable:
    """Return a rubric as the table that rubric importers for Moodle read.

    Raises:
        InvalidRubricError: it holds nothing that a table could carry.
    """
    criteria = _carried(rubric)
    rows: list[Sequence[str]] = [MOODLE]
    losses = [*losses_of(rubric, criteria), Loss(kind=LossKind.TITLE)]
    taken: set[str] = set()
    for criterion in criteria:
        # Rows of one title are one criterion there.
        title = make_unique(criterion.title, taken, "{} ({})")
        if title != criterion.title:
            losses.append(Loss(kind=LossKind.TITLE, criterion=criterion.title))
        if criterion.definition:
            losses.append(Loss(kind=LossKind.DEFINITION, criterion=criterion.title))
        rows += [(title, one.title, one.descriptor, _points(one)) for one in criterion.levels]
    return WrittenTable(data=write_table(rows), losses=tuple(losses))


def read_canvas(data: bytes) -> ReadTable:
    """Return the rubrics of a table as Canvas has it; criteria in the order of their rows.

    Raises:
        InvalidTableError: it is none, or holds what no rubric here can be; names the cell.
    """
    rows = read_table(data, first=CANVAS[0])
    _check_canvas_header(next(rows))
    rubrics: dict[str, _Reading] = {}
    losses = []
    for row in rows:
        if row.is_empty:
            continue
        name, title = _title(row.cell(1)), _title(row.cell(2))
        if name not in rubrics and len(rubrics) == MAXIMUM_RUBRICS:
            raise row.cell(1).refuse(f"is more than {MAXIMUM_RUBRICS} rubrics of one file")
        reading = rubrics.setdefault(name, _Reading(title=name))
        criterion = reading.begin(title, _text(row.cell(3)), row.cell(2))
        for column in range(len(CANVAS) + 1, len(row.cells) + 1, len(CANVAS_RATING)):
            rating = [row.cell(column + offset) for offset in range(len(CANVAS_RATING))]
            if any(cell.text for cell in rating):
                criterion.add(*rating)
        if _is_range(row.cell(4)):
            losses.append(Loss(kind=LossKind.RANGE, criterion=title))
    return ReadTable(rubrics=_made(rubrics.values()), losses=tuple(losses))


def read_moodle(data: bytes, *, title: str) -> ReadTable:
    """Return the rubric of a table as importers for Moodle read it; the table has no title.

    Raises:
        InvalidTableError: it is none, or holds what no rubric here can be; names the cell.
    """
    rows = read_table(data, first=MOODLE[0])
    _check_header(next(rows), MOODLE)
    reading = _Reading(title=title)
    criteria: dict[str, _ReadingCriterion] = {}
    for row in rows:
        if row.is_empty:
            continue
        name = _title(row.cell(1))
        if name not in criteria:
            criteria[name] = reading.begin(name, "", row.cell(1))
        criteria[name].add(*(row.cell(column) for column in range(2, len(MOODLE) + 1)))
    return ReadTable(rubrics=_made([reading]))


@dataclass(slots=True)
class _ReadingCriterion:
    """A criterion while its rows are read."""

    id: str
    title: str
    definition: str
    first: Cell
    levels: list[Level] = field(default_factory=list)
    level_ids: set[str] = field(default_factory=set)

    def add(self, title: Cell, descriptor: Cell, points: Cell) -> None:
        if len(self.levels) == MAXIMUM_LEVELS:
            raise title.refuse(f"is more than {MAXIMUM_LEVELS} levels of one criterion")
        given = _read_points(points)
        if any(level.points == given for level in self.levels):
            raise points.refuse("repeats the points of another level: nothing orders the two")
        name = _title(title)
        self.levels.append(
            Level(
                id=make_id(name, f"level-{len(self.levels) + 1}", self.level_ids),
                title=name,
                points=given,
                descriptor=_text(descriptor),
            )
        )


@dataclass(slots=True)
class _Reading:
    """A rubric while its rows are read."""

    title: str
    criteria: list[_ReadingCriterion] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def begin(self, title: str, definition: str, first: Cell) -> _ReadingCriterion:
        if len(self.criteria) == MAXIMUM_CRITERIA:
            raise first.refuse(f"is more than {MAXIMUM_CRITERIA} criteria of one rubric")
        id_ = make_id(title, f"criterion-{len(self.criteria) + 1}", self.ids)
        self.criteria.append(_ReadingCriterion(id_, title, definition, first))
        return self.criteria[-1]

    def make(self, ids: set[str]) -> Rubric:
        for one in self.criteria:
            if len(one.levels) < MINIMUM_LEVELS:
                raise one.first.refuse("has fewer than two levels: there is nothing to judge")
        return Rubric(
            id=make_id(self.title, "rubric", ids),
            title=self.title,
            level_source=LevelSource.ASSESSOR,
            criteria=tuple(
                Criterion(
                    id=one.id,
                    title=one.title,
                    definition=one.definition,
                    levels=tuple(one.levels),
                )
                for one in self.criteria
            ),
        )


def _made(readings: Iterable[_Reading]) -> tuple[Rubric, ...]:
    ids: set[str] = set()
    made = tuple(reading.make(ids) for reading in readings if reading.criteria)
    if not made:
        raise InvalidTableError("there is nothing below the header", row=2)
    return made


def _check_canvas_header(header: Row) -> None:
    count = max(len(header.cells) - len(CANVAS), 0)
    ratings = CANVAS_RATING * (count // len(CANVAS_RATING) + 1)
    _check_header(header, (*CANVAS, *ratings[:count]))


def _check_header(header: Row, names: Sequence[str]) -> None:
    for column, name in enumerate(names, start=1):
        cell = header.cell(column)
        # Canvas also writes them with a number behind, and spreadsheets add empty columns.
        is_rating = name in CANVAS_RATING
        if (is_rating and not cell.text) or _bare(cell.text) == name.lower():
            continue
        raise cell.refuse(f"is not the column “{name}”")
    for cell in header.cells[len(names) :]:
        if cell.text:
            raise cell.refuse("is a column that nobody reads")


def _bare(name: str) -> str:
    return re.sub(r"\s*[0-9]*$", "", " ".join(name.split())).lower()


def _is_range(cell: Cell) -> bool:
    if cell.text.lower() not in {"", "true", "false"}:
        raise cell.refuse("is neither true nor false")
    return cell.text.lower() == "true"


def _title(cell: Cell) -> str:
    if not cell.text:
        raise cell.refuse("is empty")
    return _checked(cell, cell.line, "title")


def _text(cell: Cell) -> str:
    return _checked(cell, cell.text, "text") if cell.text else ""


def _checked(cell: Cell, text: str, kind: str) -> str:
    if not _cell_validators()[kind].is_valid(text):
        raise cell.refuse(f"is too long for a {kind}, or has characters that cannot be shown")
    return text


def _read_points(cell: Cell) -> Decimal:
    if not cell.text:
        raise cell.refuse("lacks the points")
    text = points_text(Decimal(cell.text.replace(",", "."))) if _is_number(cell.text) else ""
    if not _cell_validators()["points"].is_valid(text):
        raise cell.refuse("is no number of points: from 0 to 99999, at most four decimals")
    return Decimal(text)


def _is_number(text: str) -> bool:
    return text.isascii() and _POINTS.fullmatch(text) is not None


@cache
def _cell_validators() -> Mapping[str, Validator]:
    whole = load_validator(SCHEMA)
    kinds = ("title", "text", "points")
    return {kind: whole.evolve(schema={"$ref": f"{SCHEMA_ID}#/$defs/{kind}"}) for kind in kinds}


def _points(level: Level) -> str:
    return "" if level.points is None else points_text(level.points)


def _carried(rubric: Rubric) -> tuple[Criterion, ...]:
    carried = tuple(one for one in rubric.all_criteria if one.levels)
    if not carried:
        raise InvalidRubricError("criteria", "have no levels that a table could hold")
    return carried
