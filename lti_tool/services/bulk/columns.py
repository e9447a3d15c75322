"""Columns of a file as the fields of an assessment, and cells as what the page would take. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.bulk.reading import FIXED
from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.sheets import blank_sheet, check_fields, criteria_of, unexplained_overrides
from lti_tool.services.texts import read_number
from rubrics.criterion import Criterion
from rubrics.model import Rubric
from rubrics.scales import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row is not taken: a stable code, the column's title, and the limit or place."""

    code: str
    column: str = ""
    detail: str = ""


class RowFaultsError(Exception):
    """A row is refused. Never leaves this package."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__(faults[0].code)
        self.faults = faults


def titles_of(rubric: Rubric) -> tuple[str, ...]:
    """Return the titles of the columns that hold all ratings, for an empty file."""
    return tuple(next(iter(titles)) for _, titles in _named(rubric, _every(rubric)))


def find_fields(
    rubric: Rubric, rated: Mapping[int, str]
) -> tuple[Mapping[int, str], tuple[str, ...]]:
    """Return the field of every column that the rubric has, and the titles that it lacks.

    A field is named as `services.sheets` names it, or as `titles_of` does, in any case.
    """
    known = {field.casefold(): field for field in blank_sheet(rubric)}
    for field, titles in _named(rubric, _every(rubric)):
        known |= {title.casefold(): field for title in titles}
    fields = {
        column: known[title.casefold()]
        for column, title in rated.items()
        if title.casefold() in known
    }
    return fields, tuple(title for column, title in rated.items() if column not in fields)


def read_ratings(
    rubric: Rubric, fields: Mapping[int, str], cells: Mapping[int, str], rated: Mapping[int, str]
) -> tuple[CriterionInput, ...]:
    """Return what the cells of a row give every criterion.

    Raises:
        RowFaultsError: some cells cannot be taken; lists all of them.
    """
    others = [RowFault(code="no_such_column", column=rated[n]) for n in cells if n not in fields]
    titles = {field: rated[column] for column, field in fields.items()}
    sent: dict[str, object] = {}
    faults = list(others)
    for column, text in cells.items():
        field = fields.get(column)
        if field is None:
            continue
        try:
            sent[field] = _value(rubric, field, text)
        except RowFaultsError as error:
            faults += [RowFault(code=one.code, column=rated[column]) for one in error.faults]
    try:
        checked = check_fields(rubric, sent)
    except InvalidFieldsError as error:
        faults += [
            RowFault(code=code, column=titles[name], detail=detail or "")
            for name, (code, detail) in error.faults.items()
        ]
    except InvalidInputError as error:
        faults.append(RowFault(code=error.code, column=error.field))
    else:
        sheet = {**blank_sheet(rubric), **checked}
        faults += [
            RowFault(code="reason_required", column=name)
            for name in unexplained_overrides(rubric, sheet)
        ]
    if faults:
        raise RowFaultsError(*faults)
    return criteria_of(rubric, sheet, sources={})


def _every(rubric: Rubric) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the fields that are rated, each with what people call it."""
    for criterion in rubric.rated_criteria:
        names = (criterion.title, criterion.id)
        if rubric.is_derived(criterion):
            for task in rubric.tasks:
                tasks = (task.title, task.id)
                field = f"task.{criterion.id}.{task.id}"
                yield field, tuple(f"{a}: {b}" for a in names for b in tasks)
        else:
            kind = "level" if criterion.numbers is None else "number"
            yield f"{kind}.{criterion.id}", names
        if criterion.needs_signature:
            yield f"signed.{criterion.id}", tuple(f"{one}: signed" for one in names)


def _named(
    rubric: Rubric, every: Iterator[tuple[str, tuple[str, ...]]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the fields with those of their names that mean nothing else, the own one last."""
    listed = [(field, tuple(" ".join(one.split()) for one in names)) for field, names in every]
    taken = [name for _, names in listed for name in {one.casefold() for one in names}]
    others = {*FIXED, *(field.casefold() for field in blank_sheet(rubric))}
    for field, names in listed:
        clear = (
            name
            for name in names
            if taken.count(name.casefold()) == 1 and name.casefold() not in others
        )
        yield field, (*clear, field)


def _value(rubric: Rubric, field: str, text: str) -> str:
    kind, _, rest = field.partition(".")
    if kind == "level":
        return _level(rubric.criterion(rest), text).id
    if kind == "override" and field.endswith(".level"):
        return _level(rubric.criterion(rest.split(".")[0]), text).id
    if kind == "signed":
        return text.casefold()
    return text


def _level(criterion: Criterion, text: str) -> Level:
    """Return the level that a cell means: its name or id, its points, or its number.

    Numbers count as the page shows the levels, and only where levels have no points: else
    "3" could be two levels.

    Raises:
        RowFaultsError: none, or several.
    """
    plain = " ".join(text.split()).casefold()
    named = [
        level
        for level in criterion.levels
        if plain in {one.casefold() for one in (level.id, level.title, *level.aliases)}
    ]
    number = None if named else read_number(plain)
    if number is not None and criterion.has_points:
        named = [level for level in criterion.levels if level.points == number]
    elif number is not None:
        named = [level for n, level in enumerate(criterion.levels, 1) if n == number]
    if len(named) != 1:
        raise RowFaultsError(RowFault(code="ambiguous_level" if named else "unknown_level"))
    return named[0]
