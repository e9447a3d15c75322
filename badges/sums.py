"""Conditions as sums: what the values of an outcome gain them, and what they require.

An outcome gives every rating and every fact that conditions look at a value. All conditions
ask for "at least", so a higher value never gains one of them less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TypeAlias, assert_never

from badges.conditions import (
    Condition,
    CountAtLeast,
    Covered,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    TotalAtLeast,
)
from rubrics.criterion import Criterion
from rubrics.model import Administration, Aggregation, Rubric

MAXIMUM_NUMBERS = 1_000
"""A scale of more numbers is not gone through number by number."""
ZERO, ONE = Decimal(0), Decimal(1)
NEVER = Decimal("Infinity")
"""A threshold that no value reaches, and more than any count."""

Key: TypeAlias = tuple[str, ...]
"""What a value belongs to: the rating of a criterion, the same in a round, or a fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What one value can be: ranks of levels, numbers or counts, from `lowest` to `highest`.

    `every` are all of them; None where they are too many, or where means lie between them.
    `level_points` are what the ranks are worth, if anything; a number is worth itself.
    """

    lowest: Decimal
    highest: Decimal
    every: tuple[Decimal, ...] | None = None
    level_points: tuple[Decimal, ...] | None = None

    def points(self, value: Decimal) -> Decimal:
        """Return what a value is worth."""
        return value if self.level_points is None else self.level_points[int(value)]

    def gain(self, threshold: Decimal | None, value: Decimal) -> Decimal:
        """Return what a value gains a condition: 1 from the threshold on; without one, points."""
        return self.points(value) if threshold is None else Decimal(value >= threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A condition that holds where its gains add up to `required`.

    `thresholds` say from which value on the value of a key gains 1; None where it gains
    its points.
    """

    required: Decimal
    thresholds: Mapping[Key, Decimal | None]

    def least(self, variables: Mapping[Key, Variable]) -> Decimal:
        """Return what the lowest values gain it."""
        return sum((variables[k].gain(t, variables[k].lowest) for k, t in self._items()), ZERO)

    def most(self, variables: Mapping[Key, Variable]) -> Decimal:
        """Return what the highest values gain it."""
        return sum((variables[k].gain(t, variables[k].highest) for k, t in self._items()), ZERO)

    def _items(self) -> Iterable[tuple[Key, Decimal | None]]:
        return self.thresholds.items()


def rating_key(criterion_id: str, round_: Administration | None = None) -> Key:
    """Return the key of the rating that counts, or of the one in a round."""
    if round_ is None:
        return ("rating", criterion_id)
    return ("round", round_.role, round_.phase, criterion_id)


def sum_of(condition: Condition, rubric: Rubric) -> Sum:
    """Return the sum of a condition that combines no others."""
    match condition:
        case TotalAtLeast(points=points, within=within):
            keys = (rating_key(one.id) for one in rubric.rated_within(within))
            return Sum(required=points, thresholds=dict.fromkeys(keys))
        case EveryCriterionAtLeast(level_id=level_id, within=within):
            criteria = rubric.rated_within(within)
            return _reaching(criteria, level_id, len(criteria))
        case CriteriaAtLeast(level_id=level_id, within=within, count=count):
            return _reaching(rubric.rated_within(within), level_id, count)
        case CriterionAtLeast(criterion_id=id_):
            threshold = _threshold(condition, rubric)
            key = rating_key(id_, condition.administration)
            return Sum(required=ONE, thresholds={key: threshold})
        case Rated():
            return _rated(condition, rubric)
        case CountAtLeast() | HoursAtLeast() | Covered() | Holds():
            return _fact(condition)
        case _:
            raise TypeError(f"{condition!r} combines others")


def variables_of(rubric: Rubric, sums: Iterable[Sum]) -> dict[Key, Variable]:
    """Return every variable that the sums look at, and every rating that counts."""
    has_means = rubric.aggregation is Aggregation.MEAN
    keys = [rating_key(one.id) for one in rubric.rated_criteria]
    keys.extend(key for one in sums for key in one.thresholds)
    return {key: _variable(key, rubric, has_means=has_means) for key in dict.fromkeys(keys)}


def _variable(key: Key, rubric: Rubric, *, has_means: bool) -> Variable:
    match key:
        case ("rating", criterion_id):
            return _rating(rubric.criterion(criterion_id), has_means=has_means)
        case ("round", _, _, criterion_id):
            rated = _rating(rubric.criterion(criterion_id), has_means=has_means)
            # It may be missing, which is less than any value.
            return Variable(lowest=rated.lowest - 1, highest=rated.highest)
        case _:
            return Variable(lowest=-ONE, highest=NEVER)


def _rating(criterion: Criterion, *, has_means: bool) -> Variable:
    numbers = criterion.numbers
    if numbers is None:
        ranks = tuple(map(Decimal, range(len(criterion.ascending_levels))))
        points = tuple(level.points or ZERO for level in criterion.ascending_levels)
        return Variable(lowest=ZERO, highest=ranks[-1], every=ranks, level_points=points)
    steps = int((numbers.maximum - numbers.minimum) / numbers.step)
    every = None
    if steps < MAXIMUM_NUMBERS and not has_means:
        every = tuple(numbers.minimum + numbers.step * step for step in range(steps + 1))
    return Variable(lowest=numbers.minimum, highest=numbers.maximum, every=every)


def _reaching(criteria: tuple[Criterion, ...], level_id: str, required: int) -> Sum:
    ranks = {rating_key(one.id): Decimal(one.rank(level_id)) for one in criteria}
    return Sum(required=Decimal(required), thresholds=ranks)


def next_number(number: Decimal, criterion_id: str, rubric: Rubric) -> Decimal | None:
    """Return the least number of points or of a scale that reaches `number`; None where none does.

    Where means are taken, every number may come about that is not below the scale.
    """
    criterion = rubric.criterion(criterion_id)
    numbers = criterion.numbers
    if numbers is None:
        points = (level.points for level in criterion.ascending_levels)
        return next((one for one in points if one is not None and one >= number), None)
    if number > numbers.maximum:
        return None
    if number <= numbers.minimum or rubric.aggregation is Aggregation.MEAN:
        return max(number, numbers.minimum)
    steps = ((number - numbers.minimum) / numbers.step).to_integral_value(ROUND_CEILING)
    return numbers.minimum + numbers.step * steps


def _threshold(condition: CriterionAtLeast, rubric: Rubric) -> Decimal:
    criterion = rubric.criterion(condition.criterion_id)
    if condition.level_id is not None:
        return Decimal(criterion.rank(condition.level_id))
    found = next_number(condition.number or ZERO, criterion.id, rubric)
    if found is None:
        return NEVER
    if criterion.numbers is not None:
        return found
    points = [level.points for level in criterion.ascending_levels]
    return Decimal(points.index(found))


def _rated(condition: Rated, rubric: Rubric) -> Sum:
    round_ = Administration(role=condition.role, phase=condition.phase)
    criteria = rubric.criteria_of(round_)
    if condition.within is not None:
        inside = {one.id for one in rubric.criterion(condition.within).walk()}
        criteria = tuple(one for one in criteria if one.id in inside)
    lowest = {
        rating_key(one.id, round_): one.numbers.minimum if one.numbers else ZERO for one in criteria
    }
    return Sum(required=Decimal(len(criteria)), thresholds=lowest)


def _fact(condition: CountAtLeast | HoursAtLeast | Covered | Holds) -> Sum:
    match condition:
        case CountAtLeast(of=of, count=count):
            return Sum(required=ONE, thresholds={("count", of): Decimal(count)})
        case HoursAtLeast(of=of, hours=hours):
            return Sum(required=ONE, thresholds={("hours", of): hours})
        case Covered(coverage_id=id_):
            return Sum(required=ONE, thresholds={("coverage", id_): ONE})
        case Holds(achievement=achievement):
            return Sum(required=ONE, thresholds={("badge", achievement): ONE})
        case _ as unreachable:
            assert_never(unreachable)
