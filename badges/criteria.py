"""Conditions -> CriteriaOutcome, with the trace: what was required, found and missing.

Every condition is always evaluated and reported, also one that another makes
redundant today: it stops being redundant as soon as a program adds a criterion
or a level.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import assert_never

from jsonschema.protocols import Validator

from badges.conditions import (
    CONDITION_SCHEMA,
    AllOf,
    AnyOf,
    Combination,
    Condition,
    CountAtLeast,
    Covered,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    SomeOf,
    TotalAtLeast,
    condition_document,
    condition_from,
    needed,
)
from badges.errors import InvalidOutcomeError
from rubrics.criterion import Criterion
from rubrics.definition import SCHEMA as RUBRIC_SCHEMA
from rubrics.definition import Accepted
from rubrics.documents import JSON, check_document, load_validator, points_text
from rubrics.errors import InvalidDocumentError
from rubrics.model import Administration, Rubric
from rubrics.scoring import CriterionResult, RubricResult

OUTCOME_SCHEMA = ("badges.schemas", "outcome.schema.json")
MINUTES_PER_HOUR = 60
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What conditions look at beside the ratings that count.

    `counts` are artefacts by requirement and entries by log, `minutes` go by log,
    `uncovered` names for every coverage the families that lack references, `held`
    are the definitions whose badges the earner holds. What is absent is not known.
    """

    rounds: Mapping[Administration, RubricResult] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    uncovered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


NO_FACTS = Facts()


class ConditionState(StrEnum):
    """Whether a condition holds."""

    MET = "met"
    UNMET = "unmet"
    """It cannot hold on these ratings, whatever the missing ones will be."""
    UNDECIDED = "undecided"
    """It depends on ratings that are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionOutcome:
    """What became of one condition.

    `required` and `found` are points for a total, hours for a log's hours, and
    otherwise a number of things: criteria, artefacts, families, conditions. `found`
    is what is known so far, None where nothing is. `missing` are the ids of what has
    no value yet, `failing` of what has too little, both in the rubric's order; of
    families for a coverage, of criteria otherwise. `parts` are the outcomes of the
    conditions that it combines.
    """

    condition: Condition
    state: ConditionState
    required: Decimal
    found: Decimal | None
    missing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    parts: tuple["ConditionOutcome", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaOutcome:
    """What became of all conditions, in the definition's order."""

    is_complete: bool
    conditions: tuple[ConditionOutcome, ...]

    @property
    def is_met(self) -> bool:
        """Whether the badge is earned.

        No conditions are a mistake of the definition, not a free badge, and an
        incomplete assessment earns nothing however many points it has.
        """
        return (
            self.is_complete
            and bool(self.conditions)
            and all(outcome.state is ConditionState.MET for outcome in self.conditions)
        )


def evaluate(
    conditions: Iterable[Condition], result: RubricResult, facts: Facts = NO_FACTS
) -> CriteriaOutcome:
    """Return what becomes of every condition on `result`; none is skipped.

    Raises:
        UnknownLevelError, UnknownCriterionError: a condition names what the rubric lacks.
    """
    return CriteriaOutcome(
        is_complete=result.is_complete,
        conditions=tuple(_evaluate(condition, result, facts) for condition in conditions),
    )


def outcome_document(outcome: CriteriaOutcome) -> dict[str, object]:
    """Return the trace as a document; equal outcomes give equal documents."""
    return {
        "is_met": outcome.is_met,
        "is_complete": outcome.is_complete,
        "conditions": [_condition_outcome_document(one) for one in outcome.conditions],
    }


def parse_outcome(document: JSON) -> CriteriaOutcome:
    """Return the outcome that a trace describes.

    Raises:
        InvalidOutcomeError: it describes none, or says "met" where its
            conditions say otherwise.
    """
    try:
        accepted = check_document(document, _outcome_validator())
    except InvalidDocumentError as error:
        raise InvalidOutcomeError(error.place, error.reason) from error
    outcome = CriteriaOutcome(
        is_complete=accepted["is_complete"],
        conditions=tuple(_condition_outcome_from(one) for one in accepted["conditions"]),
    )
    if accepted["is_met"] != outcome.is_met:
        raise InvalidOutcomeError("is_met", "contradicts the conditions")
    return outcome


def _evaluate(condition: Condition, result: RubricResult, facts: Facts) -> ConditionOutcome:
    match condition:
        case TotalAtLeast():
            return _total(condition, result)
        case EveryCriterionAtLeast(level_id=level_id, within=within):
            every = result.rubric.rated_within(within)
            return _reaching(condition, result, every, level_id, len(every))
        case CriteriaAtLeast(level_id=level_id, within=within, count=count):
            every = result.rubric.rated_within(within)
            return _reaching(condition, result, every, level_id, count)
        case CriterionAtLeast():
            return _one(condition, result, facts)
        case AllOf() | AnyOf() | SomeOf():
            return _combined(condition, result, facts)
        case _:
            return _evaluate_facts(condition, result.rubric, facts)


def _evaluate_facts(
    condition: Rated | CountAtLeast | HoursAtLeast | Covered | Holds, rubric: Rubric, facts: Facts
) -> ConditionOutcome:
    """Evaluate a condition that looks at something else than the ratings that count."""
    match condition:
        case Rated():
            return _rated(condition, rubric, facts)
        case CountAtLeast(of=of, count=count):
            return _amount(condition, Decimal(count), _decimal(facts.counts.get(of)))
        case HoursAtLeast(of=of, hours=hours):
            return _amount(condition, hours, _hours(facts.minutes.get(of)))
        case Covered():
            return _covered(condition, facts)
        case Holds(achievement=achievement):
            return _amount(condition, ONE, Decimal(achievement in facts.held))
        case _ as unreachable:
            assert_never(unreachable)


def _total(condition: TotalAtLeast, result: RubricResult) -> ConditionOutcome:
    rubric, among = result.rubric, result
    if condition.within is not None:
        inside = {one.id for one in rubric.rated_within(condition.within)}
        criteria = tuple(one for one in result.criteria if one.criterion_id in inside)
        among = RubricResult(rubric=rubric, criteria=criteria)
    found, missing = among.points_so_far, among.unrated_criteria
    best_possible = found or Decimal(0)
    for criterion_id in missing:
        best_possible += rubric.criterion(criterion_id).highest_points
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=best_possible < condition.points, is_open=bool(missing)),
        required=condition.points,
        found=found,
        missing=missing,
    )


def _reaching(
    condition: Condition,
    result: RubricResult,
    criteria: tuple[Criterion, ...],
    level_id: str,
    required: int,
) -> ConditionOutcome:
    """Evaluate how many of `criteria` reach a level; those without one could still do so."""
    missing, failing = [], []
    levels = {one.criterion_id: one.level for one in result.criteria}
    for criterion in criteria:
        level = levels.get(criterion.id)
        if level is None:
            missing.append(criterion.id)
        elif level.id != level_id and criterion.rank(level.id) < criterion.rank(level_id):
            failing.append(criterion.id)
    reached = len(criteria) - len(missing) - len(failing)
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=reached + len(missing) < required, is_open=reached < required),
        required=Decimal(required),
        found=Decimal(reached),
        missing=tuple(missing),
        failing=tuple(failing),
    )


def _one(condition: CriterionAtLeast, result: RubricResult, facts: Facts) -> ConditionOutcome:
    criterion = result.rubric.criterion(condition.criterion_id)
    round_ = condition.administration
    seen = result if round_ is None else facts.rounds.get(round_)
    one = seen and seen.find(criterion.id)
    reaches = _reaches(criterion, one, condition) if one else None
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=reaches is False, is_open=reaches is None),
        required=ONE,
        found=None if reaches is None else Decimal(reaches),
        missing=(criterion.id,) if reaches is None else (),
        failing=(criterion.id,) if reaches is False else (),
    )


def _reaches(
    criterion: Criterion, one: CriterionResult, condition: CriterionAtLeast
) -> bool | None:
    """Return whether a rating is high enough; None where there is none."""
    if condition.level_id is not None:
        required = criterion.rank(condition.level_id)
        return criterion.rank(one.level.id) >= required if one.level else None
    if condition.number is None or one.points is None:
        return None
    return one.points >= condition.number


def _rated(condition: Rated, rubric: Rubric, facts: Facts) -> ConditionOutcome:
    round_ = Administration(role=condition.role, phase=condition.phase)
    criteria = rubric.criteria_of(round_)
    if condition.within is not None:
        inside = {one.id for one in rubric.criterion(condition.within).walk()}
        criteria = tuple(one for one in criteria if one.id in inside)
    seen = facts.rounds.get(round_)
    given = {one.criterion_id for one in seen.criteria if one.is_rated} if seen else frozenset()
    missing = tuple(one.id for one in criteria if one.id not in given)
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=False, is_open=bool(missing)),
        required=Decimal(len(criteria)),
        found=Decimal(len(criteria) - len(missing)),
        missing=missing,
    )


def _amount(condition: Condition, required: Decimal, found: Decimal | None) -> ConditionOutcome:
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=found is not None and found < required, is_open=found is None),
        required=required,
        found=found,
    )


def _covered(condition: Covered, facts: Facts) -> ConditionOutcome:
    uncovered = facts.uncovered.get(condition.coverage_id)
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=bool(uncovered), is_open=uncovered is None),
        required=ONE,
        found=None if uncovered is None else Decimal(not uncovered),
        failing=uncovered or (),
    )


def _combined(condition: Combination, result: RubricResult, facts: Facts) -> ConditionOutcome:
    parts = tuple(_evaluate(one, result, facts) for one in condition.conditions)
    required = needed(condition)
    met = sum(part.state is ConditionState.MET for part in parts)
    open_ = sum(part.state is ConditionState.UNDECIDED for part in parts)
    return ConditionOutcome(
        condition=condition,
        state=_state(is_impossible=met + open_ < required, is_open=met < required),
        required=Decimal(required),
        found=Decimal(met),
        parts=parts,
    )


def _state(*, is_impossible: bool, is_open: bool) -> ConditionState:
    if is_impossible:
        return ConditionState.UNMET
    return ConditionState.UNDECIDED if is_open else ConditionState.MET


def _hours(minutes: int | None) -> Decimal | None:
    # Down to what a trace can write, which is what a condition can ask for.
    return (
        None
        if minutes is None
        else (Decimal(minutes) / MINUTES_PER_HOUR).quantize(Decimal("0.0001"), ROUND_DOWN)
    )


def _decimal(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _condition_outcome_document(outcome: ConditionOutcome) -> dict[str, object]:
    document: dict[str, object] = {
        "condition": _condition_document(outcome.condition),
        "state": outcome.state.value,
        "required": points_text(outcome.required),
    }
    if outcome.found is not None:
        document["found"] = points_text(outcome.found)
    document["missing"] = list(outcome.missing)
    document["failing"] = list(outcome.failing)
    if outcome.parts:
        document["parts"] = [_condition_outcome_document(part) for part in outcome.parts]
    return document


def _condition_outcome_from(accepted: Accepted) -> ConditionOutcome:
    return ConditionOutcome(
        condition=condition_from(accepted["condition"]),
        state=ConditionState(accepted["state"]),
        required=Decimal(accepted["required"]),
        found=Decimal(accepted["found"]) if "found" in accepted else None,
        missing=tuple(accepted["missing"]),
        failing=tuple(accepted["failing"]),
        parts=tuple(_condition_outcome_from(part) for part in accepted.get("parts", ())),
    )


# The same few conditions are written with every decision; nobody changes the document.
_condition_document = lru_cache(maxsize=1024)(condition_document)


@cache
def _outcome_validator() -> Validator:
    return load_validator(OUTCOME_SCHEMA, CONDITION_SCHEMA, RUBRIC_SCHEMA)
