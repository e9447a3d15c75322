"""Ratings -> RubricResult: a level or a number for every criterion, and why.

Missing is never zero: a criterion without its rating, or without one of its
scored tasks, has no level and no points, and then the rubric has no total.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from rubrics.criterion import Criterion, RaterRole
from rubrics.documents import points_text
from rubrics.errors import (
    InvalidRatingError,
    InvalidTaskPointsError,
    OverrideReasonError,
    TaskPointsFault,
    UndecidedRubricError,
    UnknownTaskError,
)
from rubrics.model import Administration, Aggregation, Rubric, ScoredTask
from rubrics.scales import Level

_WHOLE = re.compile(r"0|[1-9][0-9]{0,3}")


class Basis(StrEnum):
    """Why a criterion has the level that it has, or none."""

    RATED = "rated"
    """The assessor chose it."""
    DERIVED = "derived"
    """The total of the scored tasks falls into its band."""
    OVERRIDDEN = "overridden"
    """The assessor set it against the derived one, with a reason."""
    NOT_RATED = "not_rated"
    """No level: the assessor has not chosen yet."""
    TASKS_MISSING = "tasks_missing"
    """No level: at least one scored task has no points yet."""
    NO_BAND = "no_band"
    """No level: no band holds the total. A published rubric has no such total."""
    NOT_SIGNED = "not_signed"
    """No level: it is chosen, and whoever is responsible has not signed it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A level that the assessor sets instead of the derived one, and why."""

    level_id: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise OverrideReasonError


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionRating:
    """What a rater gave one criterion.

    Where the rater chooses, `level_id` counts, or `number` on a scale of numbers.
    Where levels arise from scored tasks, `task_points` (task id -> whole points;
    absent is not zero) and `override` count. `is_signed` counts where a criterion
    needs a signature.
    """

    level_id: str | None = None
    number: Decimal | None = None
    task_points: Mapping[str, Decimal | int] = field(default_factory=dict)
    override: Override | None = None
    is_signed: bool = False


NOTHING = CriterionRating()
"""What a criterion has that nobody rated yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """What one criterion's rating amounts to, with everything that led there.

    `derived_level` and `task_total` stay beside an override: both are kept.
    """

    criterion_id: str
    basis: Basis
    level: Level | None
    number: Decimal | None = None
    derived_level: Level | None = None
    task_total: int | None = None
    missing_tasks: tuple[str, ...] = ()
    override: Override | None = None

    @property
    def is_rated(self) -> bool:
        """Whether it has a level, or a number."""
        return self.level is not None or self.number is not None

    @property
    def points(self) -> Decimal | None:
        """The level's points, or the number; None where it has neither."""
        return self.level.points if self.level else self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricResult:
    """What a set of ratings amounts to; criteria in the rubric's order."""

    rubric: Rubric
    criteria: tuple[CriterionResult, ...]
    unrated_criteria: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Ids of the criteria that have no level and no number yet."""
    points_so_far: Decimal | None = field(init=False, repr=False, compare=False)
    """The sum of the criteria that are rated; None where none has points."""

    def __post_init__(self) -> None:
        unrated, total = [], None
        for one in self.criteria:
            points = one.points
            if points is not None:
                total = points if total is None else total + points
            elif one.level is None:
                unrated.append(one.criterion_id)
        object.__setattr__(self, "unrated_criteria", tuple(unrated))
        object.__setattr__(self, "points_so_far", total)

    @property
    def is_complete(self) -> bool:
        """Whether every criterion is rated."""
        return not self.unrated_criteria

    @property
    def points(self) -> Decimal | None:
        """The sum of all criteria; None while one is not rated, or where none has points."""
        return self.points_so_far if self.is_complete else None

    def find(self, criterion_id: str) -> CriterionResult | None:
        """Return the result of one criterion; None where this round does not rate it."""
        for result in self.criteria:
            if result.criterion_id == criterion_id:
                return result
        return None


def score(
    rubric: Rubric,
    ratings: Mapping[str, CriterionRating],
    administration: Administration | None = None,
) -> RubricResult:
    """Return what `ratings`, by criterion id, amount to. Their order is irrelevant.

    The criteria are those that assessors rate, which is what counts, or those
    of one round (`administration`).

    Raises:
        UndecidedRubricError: the rubric does not say how a level arises.
        UnknownCriterionError, UnknownLevelError, UnknownTaskError: a rating
            names what the rubric lacks.
        InvalidTaskPointsError: a task's points are not whole or not allowed.
        InvalidRatingError: a rating holds what the rubric does not ask for.
    """
    if rubric.level_source is None:
        raise UndecidedRubricError(rubric.id)
    if administration is None:
        criteria = rubric.rated_criteria
    else:
        criteria = rubric.criteria_of(administration)
    _refuse_others(rubric, criteria, ratings)
    # Scored tasks make the assessor's levels; everybody else chooses theirs.
    is_own = administration is None or administration.role is RaterRole.ASSESSOR
    results = [
        _derived(rubric, criterion, ratings.get(criterion.id, NOTHING))
        if is_own and rubric.is_derived(criterion)
        else _rated(rubric, criterion, ratings.get(criterion.id, NOTHING))
        for criterion in criteria
    ]
    return RubricResult(rubric=rubric, criteria=tuple(results))


def parse_task_points(task: ScoredTask, text: object) -> int:
    """Return the points that a form field (ASCII digits) or a JSON integer holds.

    An edge that reads JSON and must refuse "3" calls `check_task_points`.

    Raises:
        InvalidTaskPointsError: it holds anything else, or a number that the
            task does not allow.
    """
    if isinstance(text, str) and _WHOLE.fullmatch(text):
        return check_task_points(task, int(text))
    if type(text) is int:
        return check_task_points(task, text)
    raise InvalidTaskPointsError(task.id, TaskPointsFault.NOT_WHOLE)


def check_task_points(task: ScoredTask, points: object) -> int:
    """Return `points`, an int or a whole Decimal, if the task allows them.

    Raises:
        InvalidTaskPointsError: it does not; also for bool, float and text.
    """
    if type(points) is int and points in task.allowed_points:
        return points
    whole = _whole(points)
    if whole is None:
        raise InvalidTaskPointsError(task.id, TaskPointsFault.NOT_WHOLE)
    if not task.minimum <= whole <= task.maximum:
        raise InvalidTaskPointsError(task.id, TaskPointsFault.OUT_OF_RANGE)
    if whole not in task.allowed_points:
        raise InvalidTaskPointsError(task.id, TaskPointsFault.OFF_STEP)
    return whole


def result_document(result: RubricResult) -> dict[str, object]:
    """Return the trace of a result as a document: for every criterion the level and why."""
    points = result.points
    return {
        "level_source": str(result.rubric.level_source),
        "is_complete": result.is_complete,
        "points": None if points is None else points_text(points),
        "criteria": [_criterion_document(criterion) for criterion in result.criteria],
    }


def _criterion_document(result: CriterionResult) -> dict[str, object]:
    document: dict[str, object] = {"criterion_id": result.criterion_id, "basis": result.basis.value}
    if result.level:
        document["level_id"] = result.level.id
    if result.number is not None:
        document["number"] = points_text(result.number)
    points = result.points
    if points is not None:
        document["points"] = points_text(points)
    if result.derived_level:
        document["derived_level_id"] = result.derived_level.id
    if result.task_total is not None:
        document["task_total"] = result.task_total
    if result.missing_tasks:
        document["missing_tasks"] = list(result.missing_tasks)
    if result.override:
        override = result.override
        document["override"] = {"level_id": override.level_id, "reason": override.reason}
    return document


def _refuse_others(
    rubric: Rubric, criteria: tuple[Criterion, ...], ratings: Mapping[str, CriterionRating]
) -> None:
    others = set(ratings)
    others.difference_update([criterion.id for criterion in criteria])
    for criterion_id in sorted(others):
        rubric.criterion(criterion_id)
        raise InvalidRatingError(criterion_id, "nobody rates it in this round")


def _rated(rubric: Rubric, criterion: Criterion, rating: CriterionRating) -> CriterionResult:
    if rating.task_points or rating.override:
        raise InvalidRatingError(criterion.id, "the assessor rates, there is nothing to derive")
    if criterion.numbers is None and rating.number is not None:
        raise InvalidRatingError(criterion.id, "a level is asked for, not a number")
    level = criterion.level(rating.level_id) if rating.level_id is not None else None
    number = rating.number
    if number is not None and not _is_allowed(rubric, criterion, number):
        raise InvalidRatingError(criterion.id, "the number is not on its scale")
    is_given = level is not None or number is not None
    if is_given and criterion.needs_signature and not rating.is_signed:
        return CriterionResult(criterion_id=criterion.id, basis=Basis.NOT_SIGNED, level=None)
    return CriterionResult(
        criterion_id=criterion.id,
        basis=Basis.RATED if is_given else Basis.NOT_RATED,
        level=level,
        number=number,
    )


def _is_allowed(rubric: Rubric, criterion: Criterion, number: Decimal) -> bool:
    scale = criterion.numbers
    if scale is None or number in scale:
        return True
    # The mean of two numbers may lie between two steps; rounding it would change it.
    return rubric.aggregation is Aggregation.MEAN and scale.spans(number)


def _derived(rubric: Rubric, criterion: Criterion, rating: CriterionRating) -> CriterionResult:
    if rating.level_id is not None or rating.number is not None:
        raise InvalidRatingError(criterion.id, "the level arises from tasks, or from an override")
    if not rating.task_points.keys() <= rubric.task_ids:
        raise UnknownTaskError(min(rating.task_points.keys() - rubric.task_ids))
    override = rating.override
    overriding_level = criterion.level(override.level_id) if override else None
    given, total, missing = rating.task_points, 0, []
    for task in rubric.tasks:
        if task.id in given:
            total += task.weight * check_task_points(task, given[task.id])
        elif task.required:
            missing.append(task.id)
    if missing or not given:
        # An override replaces a derived level; it cannot stand in for absent work.
        return CriterionResult(
            criterion_id=criterion.id,
            basis=Basis.TASKS_MISSING,
            level=None,
            missing_tasks=tuple(missing),
            override=override,
        )
    derived = criterion.level_of_total(total)
    return CriterionResult(
        criterion_id=criterion.id,
        basis=_derived_basis(derived, override),
        level=overriding_level or derived,
        derived_level=derived,
        task_total=total,
        override=override,
    )


def _derived_basis(derived: Level | None, override: Override | None) -> Basis:
    if override:
        return Basis.OVERRIDDEN
    return Basis.DERIVED if derived else Basis.NO_BAND


def _whole(points: object) -> int | None:
    if type(points) is int:
        return points
    if isinstance(points, Decimal) and points.is_finite() and points == points.to_integral_value():
        return int(points)
    return None
