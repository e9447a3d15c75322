"""Ratings as the flat fields of a form: name -> text. Pure.

One shape for what is stored, what is sent, what is shown again after a
refusal, and what a correction starts from:

    level.<criterion>                 a level, where the assessor rates
    number.<criterion>                a number, on a scale of numbers
    signed.<criterion>                "yes" or nothing, where a signature is needed
    task.<criterion>.<task>           whole points, where levels arise from tasks
    task_source.<criterion>.<task>    where typed points come from
    override.<criterion>.level        a level against the derived one …
    override.<criterion>.reason       … and why
    comment.<criterion>, comment      words to the learner
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.decision_inputs import CriterionInput, DecisionInputs, TaskInput
from lti_tool.services.texts import plain_text, read_number
from lti_tool.store.rows import AssessmentRow, RatingRow, TaskScoreRow
from rubrics.criterion import Criterion
from rubrics.documents import points_text
from rubrics.errors import InvalidTaskPointsError, TaskPointsFault, UnknownLevelError
from rubrics.model import Rubric, ScoredTask
from rubrics.scoring import Basis, CriterionResult, Override, parse_task_points

Sheet: TypeAlias = dict[str, str]
Fault: TypeAlias = tuple[str, str | None]

COMMENT = "comment"
YES = "yes"
NO_FIELDS: Mapping[str, str] = MappingProxyType({})
MOST_CHARACTERS = {"comment": 20_000, "override": 5_000, "task_source": 300}


class _FieldError(Exception):
    """One field is refused; carries the code and the limit that was broken."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.fault: Fault = (code, detail)


def blank_sheet(rubric: Rubric) -> Sheet:
    """Return every field that an assessment under `rubric` has, empty, as the form has them."""
    names: list[str] = []
    for criterion in rubric.rated_criteria:
        names += _names(rubric, criterion)
    return dict.fromkeys([*names, COMMENT], "")


def blank_round(criteria: Iterable[Criterion]) -> Sheet:
    """Return the fields of what somebody else than an assessor rates: levels and numbers."""
    kinds = ((one.id, "number" if one.numbers else "level") for one in criteria)
    return dict.fromkeys((f"{kind}.{id_}" for id_, kind in kinds), "")


def _names(rubric: Rubric, criterion: Criterion) -> Iterator[str]:
    id_ = criterion.id
    if rubric.is_derived(criterion):
        yield from (f"task.{id_}.{task.id}" for task in rubric.tasks)
        yield from (f"task_source.{id_}.{task.id}" for task in rubric.tasks)
        yield from (f"override.{id_}.level", f"override.{id_}.reason")
    else:
        yield f"level.{id_}" if criterion.numbers is None else f"number.{id_}"
    if criterion.needs_signature:
        yield f"signed.{id_}"
    yield f"comment.{id_}"


def stored_sheet(
    rubric: Rubric,
    assessment: AssessmentRow | None,
    ratings: Sequence[RatingRow],
    task_scores: Sequence[TaskScoreRow],
) -> Sheet:
    """Return what is stored, in the fields that `rubric` has."""
    found = {COMMENT: assessment.comment if assessment else ""}
    for row in ratings:
        found[f"level.{row.criterion_id}"] = row.level_id or ""
        found[f"number.{row.criterion_id}"] = row.number or ""
        found[f"signed.{row.criterion_id}"] = YES if row.is_signed else ""
        found[f"override.{row.criterion_id}.level"] = row.override_level_id or ""
        found[f"override.{row.criterion_id}.reason"] = row.override_reason
        found[f"comment.{row.criterion_id}"] = row.comment
    for score in task_scores:
        found[f"task.{score.criterion_id}.{score.task_id}"] = str(score.points)
        found[f"task_source.{score.criterion_id}.{score.task_id}"] = score.source_note
    return {name: found.get(name, "") for name in blank_sheet(rubric)}


def sheet_of(rubric: Rubric, inputs: DecisionInputs) -> Sheet:
    """Return what a decision rested on, in the fields that `rubric` has."""
    found = {COMMENT: inputs.comment}
    for one in inputs.criteria:
        found[f"level.{one.criterion_id}"] = one.level_id or ""
        found[f"number.{one.criterion_id}"] = "" if one.number is None else points_text(one.number)
        found[f"signed.{one.criterion_id}"] = YES if one.is_signed else ""
        found[f"comment.{one.criterion_id}"] = one.comment
        if one.override is not None:
            found[f"override.{one.criterion_id}.level"] = one.override.level_id
            found[f"override.{one.criterion_id}.reason"] = one.override.reason
        for task in one.tasks:
            found[f"task.{one.criterion_id}.{task.task_id}"] = str(task.points)
            found[f"task_source.{one.criterion_id}.{task.task_id}"] = task.note
    return {name: found.get(name, "") for name in blank_sheet(rubric)}


def check_fields(
    rubric: Rubric,
    sent: Mapping[str, object],
    known: Sheet | None = None,
    *,
    standing: Mapping[str, str] = NO_FIELDS,
) -> Sheet:
    """Return what was sent as it is stored; a JSON integer counts as its digits.

    `known` are the fields that there are; those of an assessment unless told. What says
    the same as in `standing` is taken as it is: a mean stands between two steps.

    Raises:
        InvalidInputError: `unknown_field`: the rubric has no such field.
        InvalidFieldsError: some values cannot be taken; lists all of them.
    """
    known = blank_sheet(rubric) if known is None else known
    checked: Sheet = {}
    faults: dict[str, Fault] = {}
    for name, value in sent.items():
        if name not in known:
            raise InvalidInputError("no such field", code="unknown_field", field=name[:100])
        if name in standing and value == standing[name]:
            checked[name] = standing[name]
            continue
        try:
            checked[name] = _CHECKS[name.partition(".")[0]](rubric, name, value)
        except _FieldError as error:
            faults[name] = error.fault
    if faults:
        raise InvalidFieldsError(faults)
    return checked


def unexplained_overrides(rubric: Rubric, sheet: Sheet) -> tuple[str, ...]:
    """Return the names of the reason fields that a level beside them needs."""
    reasons = (
        (f"override.{criterion.id}.level", f"override.{criterion.id}.reason")
        for criterion in rubric.rated_criteria
    )
    return tuple(
        reason
        for level, reason in reasons
        if sheet.get(level) and not sheet.get(reason, "").strip()
    )


def rating_field(rubric: Rubric, result: CriterionResult) -> str:
    """Return the field to which somebody goes who still has to rate a criterion."""
    criterion = rubric.criterion(result.criterion_id)
    if result.basis is Basis.NOT_SIGNED:
        return f"signed.{criterion.id}"
    if rubric.is_derived(criterion):
        return f"task.{criterion.id}.{rubric.tasks[0].id}"
    return f"level.{criterion.id}" if criterion.numbers is None else f"number.{criterion.id}"


def criteria_of(
    rubric: Rubric,
    sheet: Sheet,
    *,
    kept: frozenset[str] = frozenset(),
    sources: Mapping[tuple[str, str], str],
) -> tuple[CriterionInput, ...]:
    """Return a checked sheet as what a decision rests on, in the order of criterion ids.

    `sources` has the source of task points, by criterion and task id, where it
    is not the page. An override without a reason does not count yet.
    """
    ordered = sorted(rubric.rated_criteria, key=lambda criterion: criterion.id)
    found = (_criterion_input(rubric, sheet, one.id, kept=kept, sources=sources) for one in ordered)
    return tuple(one for one in found if one != CriterionInput(criterion_id=one.criterion_id))


def _criterion_input(
    rubric: Rubric,
    sheet: Sheet,
    id_: str,
    *,
    kept: frozenset[str],
    sources: Mapping[tuple[str, str], str],
) -> CriterionInput:
    level, reason = (sheet.get(f"override.{id_}.{part}", "") for part in ("level", "reason"))
    tasks = tuple(
        TaskInput(
            task_id=task.id,
            points=int(points),
            source=task_source(sources.get((id_, task.id)), note),
            note=note,
        )
        for task in sorted(rubric.tasks, key=lambda task: task.id)
        if (points := sheet.get(f"task.{id_}.{task.id}"))
        for note in (sheet.get(f"task_source.{id_}.{task.id}", ""),)
    )
    number = sheet.get(f"number.{id_}")
    return CriterionInput(
        criterion_id=id_,
        level_id=sheet.get(f"level.{id_}") or None,
        number=Decimal(number) if number else None,
        is_signed=sheet.get(f"signed.{id_}") == YES,
        override=Override(level_id=level, reason=reason) if level and reason.strip() else None,
        tasks=tasks,
        comment=sheet.get(f"comment.{id_}", ""),
        is_kept=id_ in kept,
    )


def written_words(name: str, value: object) -> str:
    """Return what somebody wrote into a field for words, cut to its length; "" for other fields."""
    kind = name.partition(".")[0]
    most = 0 if name.endswith(".level") else MOST_CHARACTERS.get(kind, 0)
    return plain_text(str(value)[:most], field=name, most=most)


def task_source(known: str | None, note: str) -> str:
    """Return where task points come from: another link, typed in with a note, or the page."""
    if known == "link":
        return "link"
    return "typed" if note.strip() else "page"


def _check_level(rubric: Rubric, name: str, value: object) -> str:
    level_id = _text(name, value, most=100)
    if level_id:
        try:
            _criterion(rubric, name).level(level_id)
        except UnknownLevelError as error:
            raise _FieldError("unknown_level") from error
    return level_id


def _check_number(rubric: Rubric, name: str, value: object) -> str:
    """Return a number as it is stored; a decimal comma is taken for a point."""
    text = _text(name, value, most=20).strip()
    scale = _criterion(rubric, name).numbers
    if not text or scale is None:
        return ""
    number = read_number(text)
    if number is None:
        raise _FieldError("not_a_number")
    if not scale.minimum <= number <= scale.maximum:
        limits = (points_text(scale.minimum), points_text(scale.maximum))
        raise _FieldError("number_range", "–".join(limits))  # noqa: RUF001 - a range, for readers
    if number not in scale:
        raise _FieldError("off_step", points_text(scale.step))
    return points_text(number)


def _check_signed(_rubric: Rubric, name: str, value: object) -> str:
    if _text(name, value, most=10) not in {"", YES}:
        raise _FieldError("unknown_choice")
    return str(value)


def _check_task(rubric: Rubric, name: str, value: object) -> str:
    if value == "" and isinstance(value, str):
        return ""
    task = rubric.task(name.rpartition(".")[2])
    try:
        return str(parse_task_points(task, value))
    except InvalidTaskPointsError as error:
        raise _FieldError(*_points_fault(task, error.fault)) from error


def _points_fault(task: ScoredTask, fault: TaskPointsFault) -> Fault:
    if fault is TaskPointsFault.OFF_STEP:
        return "not_whole_number", ", ".join(str(points) for points in task.allowed_points)
    code = "not_whole_number" if fault is TaskPointsFault.NOT_WHOLE else "out_of_range"
    return code, f"{task.minimum}–{task.maximum}"  # noqa: RUF001 - a range of numbers, for readers


def _check_override(rubric: Rubric, name: str, value: object) -> str:
    if name.endswith(".level"):
        return _check_level(rubric, name, value)
    return _check_text(rubric, name, value)


def _check_text(_rubric: Rubric, name: str, value: object) -> str:
    return _text(name, value, most=MOST_CHARACTERS[name.partition(".")[0]])


_CHECKS: Mapping[str, Callable[[Rubric, str, object], str]] = {
    "level": _check_level,
    "number": _check_number,
    "signed": _check_signed,
    "task": _check_task,
    "task_source": _check_text,
    "override": _check_override,
    "comment": _check_text,
}


def _text(name: str, value: object, *, most: int) -> str:
    try:
        return plain_text(value, field=name, most=most)
    except InvalidInputError as error:
        code = "too_many_characters" if error.code == "too_large" else error.code
        raise _FieldError(code, str(most)) from error


def _criterion(rubric: Rubric, name: str) -> Criterion:
    return rubric.criterion(name.split(".")[1])
