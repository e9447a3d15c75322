"""Two results of one rubric side by side: growth, self-rating, agreement of two assessors.

Levels have an order and no distance: their difference is a number of steps, never
averaged. Only numbers are subtracted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rubrics.criterion import Criterion
from rubrics.scoring import CriterionResult, RubricResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One criterion in two results; `first` and `second` are None where it is not rated.

    `steps` counts levels from the first to the second, `change` is the difference of
    numbers; both are None where one side is missing, or where the scale has no such thing.
    """

    criterion_id: str
    first: CriterionResult | None
    second: CriterionResult | None
    steps: int | None = None
    change: Decimal | None = None

    @property
    def is_comparable(self) -> bool:
        """Whether both sides are rated."""
        return self.steps is not None or self.change is not None

    @property
    def is_equal(self) -> bool:
        """Whether both sides are rated, and rated the same."""
        return self.steps == 0 or self.change == 0

    @property
    def is_adjacent(self) -> bool:
        """Whether both sides have levels that are one step apart at most."""
        return self.steps is not None and abs(self.steps) <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often pairs of ratings of one criterion agree: counts, so that readers see how few."""

    criterion_id: str
    pairs: int
    exact: int
    adjacent: int | None
    """One level apart at most; None on a scale of numbers."""


def compare(first: RubricResult, second: RubricResult) -> tuple[Difference, ...]:
    """Return the criteria that either result has, in the rubric's order.

    Raises:
        ValueError: the results are of different rubrics.
    """
    if first.rubric != second.rubric:
        raise ValueError("results of different rubrics are not compared")
    left = {one.criterion_id: one for one in first.criteria}
    right = {one.criterion_id: one for one in second.criteria}
    return tuple(
        _difference(criterion, left.get(criterion.id), right.get(criterion.id))
        for criterion in first.rubric.all_criteria
        if criterion.id in left or criterion.id in right
    )


def agreement(differences: Iterable[Difference]) -> tuple[Agreement, ...]:
    """Return how often each criterion was rated alike; pairs with a missing side do not count."""
    by_criterion: dict[str, list[Difference]] = {}
    for one in differences:
        by_criterion.setdefault(one.criterion_id, [])
        if one.is_comparable:
            by_criterion[one.criterion_id].append(one)
    return tuple(
        Agreement(
            criterion_id=criterion_id,
            pairs=len(pairs),
            exact=sum(one.is_equal for one in pairs),
            adjacent=None
            if any(one.change is not None for one in pairs)
            else sum(one.is_adjacent for one in pairs),
        )
        for criterion_id, pairs in by_criterion.items()
    )


def _difference(
    criterion: Criterion, first: CriterionResult | None, second: CriterionResult | None
) -> Difference:
    steps, change = None, None
    if first and second:
        if first.level and second.level:
            steps = criterion.rank(second.level.id) - criterion.rank(first.level.id)
        if first.number is not None and second.number is not None:
            change = second.number - first.number
    return Difference(
        criterion_id=criterion.id, first=first, second=second, steps=steps, change=change
    )
