"""Several assessors -> the one set of ratings that counts, by the rubric's own policy.

Nothing is averaged in silence: a mean exists on scales of numbers alone, and what the
assessors do not agree on stays open until somebody responsible decides it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from rubrics.criterion import Criterion
from rubrics.errors import InvalidRatingError
from rubrics.model import Aggregation, Rubric
from rubrics.scoring import NOTHING, CriterionRating

Ratings = Mapping[str, CriterionRating]
"""One assessor's ratings, by criterion id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """What several assessments amount to.

    `ratings` are those that count. `open` are the ids of the criteria that the policy
    leaves without one: an assessment is missing, or they differ and nobody has decided.
    """

    ratings: Ratings
    open: tuple[str, ...]


def aggregate(
    rubric: Rubric,
    assessments: Sequence[Ratings],
    *,
    needed: int,
    adjudication: Ratings | None = None,
) -> Aggregated:
    """Return the ratings that count, of `needed` assessments in the order they were finished.

    `adjudication` is the third rating, which stands where the others differ; where they
    agree, it is not asked and not looked at.

    Raises:
        InvalidRatingError: the policy is a mean, and a criterion has levels.
    """
    ratings: dict[str, CriterionRating] = {}
    open_ = []
    for criterion in rubric.rated_criteria:
        given = [one.get(criterion.id, NOTHING) for one in assessments]
        rated = [one for one in given if _is_given(one)]
        decided = adjudication.get(criterion.id, NOTHING) if adjudication else NOTHING
        one = _aggregate(rubric, criterion, rated, needed=needed, decided=decided)
        if one is None:
            open_.append(criterion.id)
        else:
            ratings[criterion.id] = one
    return Aggregated(ratings=ratings, open=tuple(open_))


def _aggregate(
    rubric: Rubric,
    criterion: Criterion,
    rated: Sequence[CriterionRating],
    *,
    needed: int,
    decided: CriterionRating,
) -> CriterionRating | None:
    if len(rated) < needed:
        return None
    match rubric.aggregation:
        case Aggregation.SINGLE | Aggregation.LATEST:
            return rated[-1]
        case Aggregation.CONSENSUS:
            return _agreed(rated)
        case Aggregation.ADJUDICATED:
            agreed = _agreed(rated)
            if agreed is not None:
                return agreed
            return decided if _is_given(decided) else None
        case Aggregation.MEAN:
            is_signed = all(one.is_signed for one in rated)
            return CriterionRating(number=_mean(criterion, rated), is_signed=is_signed)
        case _ as unreachable:
            assert_never(unreachable)


def _agreed(rated: Sequence[CriterionRating]) -> CriterionRating | None:
    """Return what all say; reasons of overrides may differ, the first one's stands."""
    return rated[0] if is_same(rated) else None


def is_same(ratings: Sequence[CriterionRating]) -> bool:
    """Whether several ratings of one criterion say the same, task by task; words may differ."""
    return all(_value(one) == _value(ratings[0]) for one in ratings)


def _value(rating: CriterionRating) -> tuple[object, ...]:
    override = rating.override.level_id if rating.override else None
    tasks = tuple(sorted((task, int(points)) for task, points in rating.task_points.items()))
    return rating.level_id, rating.number, tasks, override, rating.is_signed


def _mean(criterion: Criterion, rated: Sequence[CriterionRating]) -> Decimal:
    numbers = [one.number for one in rated if one.number is not None]
    if criterion.numbers is None or len(numbers) < len(rated):
        raise InvalidRatingError(criterion.id, "levels have no mean")
    return sum(numbers, Decimal(0)) / len(numbers)


def _is_given(rating: CriterionRating) -> bool:
    return bool(
        rating.level_id is not None
        or rating.number is not None
        or rating.task_points
        or rating.override
    )
