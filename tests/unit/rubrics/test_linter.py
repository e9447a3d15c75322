"""What is found in a rubric before anyone is assessed by it."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.criterion import Criterion
from rubrics.findings import Severity, error, notice, warning
from rubrics.linter import RubricCode, lint, reachable_totals
from rubrics.model import Aggregation, LevelSource, Rubric, ScoredTask
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import score
from tests.factories import (
    a_criterion,
    a_rubric,
    a_scored_task,
    a_task_rating,
    a_task_rubric,
)


def a_rubric_with_bands(bands: dict[int, tuple[int, int]]) -> Rubric:
    """One criterion with these bands, two tasks of 0 to 5."""
    return a_rubric(
        a_criterion("a", *bands, bands=bands),
        level_source=LevelSource.TASKS,
        tasks=(a_scored_task("task-1"), a_scored_task("task-2")),
    )


def test_two_tasks_of_five_fit_the_transcribed_bands() -> None:
    """0 to 10 in the bands 0-6, 7-8, 9-10 has neither gap nor overlap."""
    assert lint(a_task_rubric()) == ()


def test_t6_two_tasks_on_the_level_scale_are_refused() -> None:
    """T6: two tasks of 1, 3 or 5 reach 2, 4, 6, 8, 10; twice Meets would be Developing."""
    tasks = tuple(a_scored_task(f"task-{n}", minimum=1, maximum=5, step=2) for n in (1, 2))

    *bands, step = lint(a_task_rubric(*tasks, criteria="a"))

    assert [(one.code, one.place, one.values["totals"]) for one in bands] == [
        (RubricCode.TOTAL_UNREACHABLE, "rubric/criteria/a/levels/p1/band", (0, 1, 3, 5)),
        (RubricCode.TOTAL_UNREACHABLE, "rubric/criteria/a/levels/p3/band", (7,)),
        (RubricCode.TOTAL_UNREACHABLE, "rubric/criteria/a/levels/p5/band", (9,)),
    ]
    assert step == error(
        RubricCode.STEPS_DISAGREE,
        "rubric/criteria/a/levels/p3/band",
        level="3 points",
        other="1 points",
        points=(3, 3),
        total=6,
    )


def test_every_criterion_is_looked_at() -> None:
    """A fault is reported for each criterion that has it."""
    findings = lint(a_task_rubric(a_scored_task("task-1", maximum=11)))

    assert [finding.place[-1] for finding in findings] == ["a", "b", "c", "d"]
    assert {finding.values["totals"] for finding in findings} == {(11,)}


def test_a_gap_is_named_by_its_totals() -> None:
    """A total that can be reached and makes no level is refused."""
    (finding,) = lint(a_rubric_with_bands({5: (9, 10), 3: (8, 8), 1: (0, 5)}))

    assert (finding.code, finding.values["totals"]) == (RubricCode.TOTAL_WITHOUT_BAND, (6, 7))


def test_an_overlap_is_named_by_its_totals() -> None:
    """A total that makes two levels is refused."""
    (finding,) = lint(a_rubric_with_bands({5: (8, 10), 3: (7, 9), 1: (0, 6)}))

    assert (finding.code, finding.values["totals"]) == (RubricCode.BANDS_OVERLAP, (8, 9))


def test_a_band_that_no_sum_reaches_is_refused() -> None:
    """A level that nobody can get is a mistake of the definition."""
    (finding,) = lint(a_rubric_with_bands({5: (11, 12), 3: (7, 10), 1: (0, 6)}))

    assert finding.place == "rubric/criteria/a/levels/p5/band"
    assert (finding.code, finding.values["band"]) == (RubricCode.BAND_UNREACHABLE, (11, 12))


def test_a_higher_total_never_makes_a_lower_level() -> None:
    """Bands in the wrong order would punish better work."""
    findings = lint(a_rubric_with_bands({5: (0, 6), 3: (7, 8), 1: (9, 10)}))

    assert [(one.code, one.place[-7:]) for one in findings] == [
        (RubricCode.BANDS_OUT_OF_ORDER, "p3/band"),
        (RubricCode.BANDS_OUT_OF_ORDER, "p5/band"),
    ]


def test_every_level_needs_a_band_where_totals_decide() -> None:
    """A level without a band could never be reached."""
    rubric = a_rubric(
        a_criterion("a", bands={5: (6, 10), 3: (0, 5)}),
        level_source=LevelSource.TASKS,
        tasks=(a_scored_task(maximum=10),),
    )

    (finding,) = lint(rubric)

    assert finding.code is RubricCode.BAND_MISSING


def test_levels_from_tasks_need_tasks() -> None:
    """A rubric whose levels arise from tasks and that has none is refused."""
    (finding,) = lint(a_rubric(level_source=LevelSource.TASKS))

    assert finding.code is RubricCode.TASKS_MISSING


def test_the_open_choice_is_a_finding() -> None:
    """Somebody has to say how a level arises before anyone is assessed."""
    (finding,) = lint(a_rubric(level_source=None))

    assert finding.code is RubricCode.LEVEL_SOURCE_UNDECIDED


def test_bands_that_decide_nothing_are_not_judged() -> None:
    """Where the assessor rates, bands of the source are words to read."""
    assert lint(a_rubric(a_criterion("a", bands={5: (9, 10)}))) == ()


def test_reachable_totals_are_sums_of_allowed_points() -> None:
    """Steps are taken into account."""
    tasks = (a_scored_task("a", maximum=4, step=4), a_scored_task("b", maximum=1))

    assert reachable_totals(tasks) == {0, 1, 4, 5}


@st.composite
def some_tasks(draw: st.DrawFn) -> tuple[ScoredTask, ...]:
    """Up to three tasks with a few steps each, weighted, required or not."""
    return tuple(
        ScoredTask(
            id=f"task-{number}",
            title="A task",
            minimum=(minimum := draw(st.integers(0, 2))),
            step=(step := draw(st.integers(1, 3))),
            maximum=minimum + step * draw(st.integers(1, 2)),
            weight=draw(st.integers(1, 3)),
            required=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )


@settings(deadline=None, max_examples=60)
@given(tasks=some_tasks())
def test_reachable_totals_are_those_of_all_scores(tasks: tuple[ScoredTask, ...]) -> None:
    """Every way to score the tasks, with and without those that are not required."""
    rubric = a_task_rubric(*tasks, criteria="a")
    totals = set()
    for points in product(
        *([*task.allowed_points, *([] if task.required else [None])] for task in tasks)
    ):
        (result,) = score(rubric, {"a": a_task_rating(*points)}).criteria
        totals.add(result.task_total)

    assert reachable_totals(tasks) == totals - {None}


def test_a_weight_may_leave_out_totals_inside_a_band() -> None:
    """Twice 0 to 4 points are even totals; bands that begin and end with one are whole."""
    task = ScoredTask(id="task-1", title="A task", minimum=0, maximum=4, weight=2)
    good, bad = (
        a_rubric(
            a_criterion("a", bands={5: (8, 8), 3: (4, 6), 1: (0, end)}),
            level_source=LevelSource.TASKS,
            tasks=(task,),
        )
        for end in (2, 3)
    )

    assert lint(good) == ()
    (finding,) = lint(bad)
    assert finding == error(
        RubricCode.TOTAL_UNREACHABLE,
        "rubric/criteria/a/levels/p1/band",
        level="1 points",
        band=(0, 3),
        totals=(1, 3),
    )


def test_steps_of_another_scale_need_a_reason_only() -> None:
    """Three steps of 0, 1 and 2 may mean something else than three levels of 1, 3 and 5."""
    rubric = a_rubric(
        a_criterion("a", bands={5: (4, 4), 3: (3, 3), 1: (0, 2)}),
        level_source=LevelSource.TASKS,
        tasks=tuple(a_scored_task(f"task-{n}", maximum=2) for n in (1, 2)),
    )

    (finding,) = lint(rubric)

    assert (finding.code, finding.severity) == (RubricCode.STEPS_DISAGREE, Severity.WARNING)
    assert finding.values["total"] == 2


def test_means_of_levels_are_refused_and_mean_totals_named() -> None:
    """Totals of 6 and 7 average 6.5: in no band, and levels have no mean in the first place."""
    rubric = replace(a_task_rubric(criteria="a"), aggregation=Aggregation.MEAN)

    assert lint(rubric) == (
        warning(
            RubricCode.MEAN_WITHOUT_BAND,
            "rubric/criteria/a",
            totals=(Decimal("6.5"), Decimal("8.5")),
        ),
        error(RubricCode.MEAN_OF_LEVELS, "rubric/aggregation", criteria=("a",)),
    )


def test_means_of_numbers_are_means() -> None:
    """A scale of numbers is an interval scale."""
    numbers = NumericScale(minimum=Decimal(0), maximum=Decimal(10))
    criterion = Criterion(id="a", title="A", scale=ScaleKind.NUMERIC, numbers=numbers)

    assert lint(replace(a_rubric(criterion), aggregation=Aggregation.MEAN)) == ()


def test_equal_titles_side_by_side_are_noticed() -> None:
    """They are allowed: ids are the keys. The same title elsewhere is not looked at."""
    twins = tuple(replace(a_criterion(id_), title="Listens") for id_ in "ab")
    other = replace(a_criterion("c"), title="Asks", criteria=(replace(twins[0], id="d"),))

    assert lint(a_rubric(*twins, other)) == (
        notice(RubricCode.TITLE_REPEATED, "rubric/criteria", title="Listens", ids=("a", "b")),
    )


@settings(deadline=None)
@given(first=st.integers(0, 5), second=st.integers(0, 5))
def test_a_rubric_without_findings_always_gives_a_level(first: int, second: int) -> None:
    """What the linter passes derives a level from any complete scores."""
    assert score(a_task_rubric(criteria="a"), {"a": a_task_rating(first, second)}).is_complete
