"""Proves things about a rubric before anyone is assessed by it.

Where levels arise from scored tasks, every total that the tasks can reach needs
exactly one band, in the order of the levels, and a band begins and ends with totals
that can be reached: otherwise the tasks are not those that the bands were written for.
All of this is exact: the totals are enumerated.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, pairwise

from rubrics.criterion import Criterion
from rubrics.findings import Finding, error, notice, warning
from rubrics.model import Aggregation, LevelSource, Rubric, ScoredTask
from rubrics.scales import Band, Level, ScaleKind

TWO = 2


class RubricCode(StrEnum):
    """What is found in a rubric."""

    LEVEL_SOURCE_UNDECIDED = "level_source_undecided"
    """The source leaves open how a level arises, and the program has not chosen."""
    TASKS_MISSING = "tasks_missing"
    """Levels arise from scored tasks, and there are none."""
    BAND_MISSING = "band_missing"
    """Levels arise from scored tasks, and a level has no band."""
    BANDS_OVERLAP = "bands_overlap"
    """A total falls into two bands."""
    BANDS_OUT_OF_ORDER = "bands_out_of_order"
    """A higher total makes a lower level."""
    TOTAL_WITHOUT_BAND = "total_without_band"
    """A total that the tasks can reach falls into no band."""
    TOTAL_UNREACHABLE = "total_unreachable"
    """A band begins or ends with a total that the tasks cannot reach."""
    BAND_UNREACHABLE = "band_unreachable"
    """The tasks reach no total of a band, so nobody gets the level."""
    STEPS_DISAGREE = "steps_disagree"
    """The tasks have as many steps as there are levels; one step in every task is another level."""
    MEAN_WITHOUT_BAND = "mean_without_band"
    """Two raters' totals have a band each, and their mean has none."""
    MEAN_OF_LEVELS = "mean_of_levels"
    """Levels are an order, no numbers: their mean says nothing."""
    TITLE_REPEATED = "title_repeated"
    """Two that stand side by side have the same title. It is allowed: titles are no keys."""


def lint(rubric: Rubric) -> tuple[Finding, ...]:
    """Return everything that is found in `rubric`, errors and lesser things."""
    return (*_lint_levels(rubric), *_lint_aggregation(rubric), *_lint_titles(rubric))


def reachable_totals(tasks: tuple[ScoredTask, ...]) -> frozenset[int]:
    """Return every total that the tasks can make, each by its weight.

    A task that is not required may stay without points; at least one has some.
    """
    totals: set[int] = set()
    is_open = True
    for task in tasks:
        given = [task.weight * points for points in task.allowed_points]
        before = {*totals, 0} if is_open else totals
        sums = {total + points for total in before for points in given}
        totals = sums if task.required else totals | sums
        is_open = is_open and not task.required
    return frozenset(totals)


def criterion_place(criterion_id: str) -> str:
    """Return the place of a criterion, wherever in the tree it stands."""
    return f"rubric/criteria/{criterion_id}"


def _lint_levels(rubric: Rubric) -> Iterator[Finding]:
    if rubric.level_source is None:
        yield error(RubricCode.LEVEL_SOURCE_UNDECIDED, "rubric/level_source")
    if rubric.level_source is not LevelSource.TASKS:
        # Bands, where the source has them, are shown and decide nothing.
        return
    if not rubric.tasks:
        yield error(RubricCode.TASKS_MISSING, "rubric/tasks")
        return
    reachable = reachable_totals(rubric.tasks)
    for criterion in filter(rubric.is_derived, rubric.rated_criteria):
        missing = [level for level in criterion.ascending_levels if level.band is None]
        for level in missing:
            yield error(RubricCode.BAND_MISSING, _place(criterion, level), level=level.title)
        if missing:
            continue
        yield from _lint_bands(criterion, reachable)
        yield from _lint_steps(criterion, rubric.tasks)
        if rubric.aggregation is Aggregation.MEAN:
            yield from _lint_means(criterion, reachable)


def _lint_bands(criterion: Criterion, reachable: frozenset[int]) -> Iterator[Finding]:
    banded = _banded(criterion)
    for (lower, low_band), (higher, high_band) in combinations(banded, TWO):
        if shared := set(_totals(low_band)) & set(_totals(high_band)):
            yield error(
                RubricCode.BANDS_OVERLAP,
                _place(criterion, higher),
                level=higher.title,
                other=lower.title,
                totals=tuple(sorted(shared)),
            )
    for (lower, low_band), (higher, high_band) in pairwise(banded):
        if (low_band.minimum, low_band.maximum) > (high_band.minimum, high_band.maximum):
            yield error(
                RubricCode.BANDS_OUT_OF_ORDER,
                _place(criterion, higher),
                level=higher.title,
                other=lower.title,
            )
    homeless = {one for one in reachable if not any(one in band for _, band in banded)}
    if homeless:
        place = criterion_place(criterion.id)
        yield error(RubricCode.TOTAL_WITHOUT_BAND, place, totals=tuple(sorted(homeless)))
    for level, band in banded:
        yield from _lint_band(level, band, _place(criterion, level), reachable)


def _lint_band(
    level: Level, band: Band, place: str, reachable: frozenset[int]
) -> Iterator[Finding]:
    """Look at one band. Totals inside it may be out of reach, as where a weight doubles all."""
    ends = (band.minimum, band.maximum)
    if reachable.isdisjoint(_totals(band)):
        yield error(RubricCode.BAND_UNREACHABLE, place, level=level.title, band=ends)
    elif not reachable.issuperset(ends):
        unreachable = tuple(total for total in _totals(band) if total not in reachable)
        yield error(
            RubricCode.TOTAL_UNREACHABLE, place, level=level.title, band=ends, totals=unreachable
        )


def _lint_steps(criterion: Criterion, tasks: tuple[ScoredTask, ...]) -> Iterator[Finding]:
    """Give every task the same step of its own scale, where that has one for every level.

    Where the steps are worth what the levels are worth, they cannot mean anything else;
    otherwise somebody may have meant it so.
    """
    levels = criterion.ascending_levels
    if any(len(task.allowed_points) != len(levels) for task in tasks):
        return
    is_same_scale = all(
        [*map(Decimal, task.allowed_points)] == [level.points for level in levels] for task in tasks
    )
    find = error if is_same_scale else warning
    for rank, level in enumerate(levels):
        points = tuple(task.allowed_points[rank] for task in tasks)
        total = sum(task.weight * one for task, one in zip(tasks, points, strict=True))
        found = criterion.level_of_total(total)
        if found is not None and found != level:
            yield find(
                RubricCode.STEPS_DISAGREE,
                _place(criterion, level),
                level=level.title,
                other=found.title,
                points=points,
                total=total,
            )


def _lint_means(criterion: Criterion, reachable: frozenset[int]) -> Iterator[Finding]:
    """Look at what lies between neighbouring bands: two raters can be at their ends."""
    bands = sorted((band for _, band in _banded(criterion)), key=lambda band: band.minimum)
    means = tuple(
        Decimal(low.maximum + high.minimum) / TWO
        for low, high in pairwise(bands)
        if low.maximum < high.minimum and {low.maximum, high.minimum} <= reachable
    )
    if means:
        yield warning(RubricCode.MEAN_WITHOUT_BAND, criterion_place(criterion.id), totals=means)


def _lint_aggregation(rubric: Rubric) -> Iterator[Finding]:
    if rubric.aggregation is not Aggregation.MEAN:
        return
    levels = tuple(one.id for one in rubric.rated_criteria if one.scale is not ScaleKind.NUMERIC)
    if levels:
        yield error(RubricCode.MEAN_OF_LEVELS, "rubric/aggregation", criteria=levels)


def _lint_titles(rubric: Rubric) -> Iterator[Finding]:
    yield from _repeated(rubric.criteria, "rubric/criteria")
    for criterion in rubric.all_criteria:
        place = criterion_place(criterion.id)
        yield from _repeated(criterion.levels, f"{place}/levels")
        yield from _repeated(criterion.criteria, f"{place}/criteria")


def _repeated(siblings: Iterable[Criterion] | Iterable[Level], place: str) -> Iterator[Finding]:
    ids: dict[str, list[str]] = {}
    for one in siblings:
        ids.setdefault(one.title, []).append(one.id)
    for title, alike in ids.items():
        if len(alike) > 1:
            yield notice(RubricCode.TITLE_REPEATED, place, title=title, ids=tuple(alike))


def _banded(criterion: Criterion) -> list[tuple[Level, Band]]:
    """Return the levels that have a band, lowest first."""
    return [(level, level.band) for level in criterion.ascending_levels if level.band is not None]


def _place(criterion: Criterion, level: Level) -> str:
    return f"{criterion_place(criterion.id)}/levels/{level.id}/band"


def _totals(band: Band) -> range:
    return range(band.minimum, band.maximum + 1)
