"""Ratings -> levels and points, and the reason for each."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.criterion import Criterion
from rubrics.errors import (
    InvalidRatingError,
    InvalidTaskPointsError,
    OverrideReasonError,
    RubricsError,
    TaskPointsFault,
    UndecidedRubricError,
    UnknownCriterionError,
    UnknownLevelError,
    UnknownTaskError,
)
from rubrics.model import Aggregation, Rubric
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import (
    Basis,
    CriterionRating,
    Override,
    check_task_points,
    parse_task_points,
    result_document,
    score,
)
from tests.factories import (
    a_criterion,
    a_rating,
    a_result,
    a_rubric,
    a_scored_task,
    a_task_rating,
    a_task_rubric,
)


def test_levels_of_three_each_make_twelve() -> None:
    """T1: 3, 3, 3, 3 are 12 points, and the result is complete."""
    result = a_result(3, 3, 3, 3)

    assert result.is_complete
    assert result.points == Decimal(12)
    assert {criterion.basis for criterion in result.criteria} == {Basis.RATED}


@pytest.mark.parametrize(
    ("points", "level"),
    [((0, 0), 1), ((3, 3), 1), ((3, 4), 3), ((4, 4), 3), ((4, 5), 5), ((5, 5), 5)],
)
def test_the_band_of_the_total_makes_the_level(points: tuple[int, int], level: int) -> None:
    """T3: totals 6, 7, 8, 9 are levels 1, 3, 3, 5; zero is a score like any other."""
    result = score(a_task_rubric(criteria="a"), {"a": a_task_rating(*points)}).criteria[0]

    assert result.points == Decimal(level)
    assert result.derived_level == result.level
    assert result.task_total == sum(points)
    assert result.basis is Basis.DERIVED


@pytest.mark.parametrize("half", [Decimal("6.5"), 6.5, Decimal("NaN"), True, "6"])
def test_a_score_that_is_not_whole_makes_no_level(half: object) -> None:
    """T4: 6.5 is refused with the reason; it is never rounded into a band."""
    rubric = a_task_rubric(a_scored_task("task-1", maximum=10), criteria="a")

    with pytest.raises(InvalidTaskPointsError) as caught:
        score(rubric, {"a": CriterionRating(task_points={"task-1": cast("int", half)})})

    assert caught.value.fault is TaskPointsFault.NOT_WHOLE
    assert caught.value.task_id == "task-1"


def test_a_whole_decimal_is_as_good_as_an_integer() -> None:
    """Points that a database returns as Decimal("5") count like 5."""
    rating = CriterionRating(task_points={"task-1": Decimal(5), "task-2": Decimal("4.0")})

    assert score(a_task_rubric(criteria="a"), {"a": rating}).points == Decimal(5)


def test_one_missing_task_makes_no_level() -> None:
    """T5: one task at full points and the other missing is incomplete, not Developing."""
    rubric = a_task_rubric()
    ratings = {id_: a_task_rating(5, 5) for id_ in "abc"} | {"d": a_task_rating(5, None)}

    result = score(rubric, ratings)

    assert result.criteria[3].level is None
    assert result.criteria[3].points is None
    assert result.criteria[3].task_total is None
    assert result.criteria[3].missing_tasks == ("task-2",)
    assert result.criteria[3].basis is Basis.TASKS_MISSING
    assert result.points is None
    assert result.points_so_far == Decimal(15)
    assert not result.is_complete


@pytest.mark.parametrize("rubric", [a_rubric(), a_task_rubric()], ids=["assessor", "tasks"])
def test_nothing_submitted_is_worth_nothing_and_not_zero(rubric: Rubric) -> None:
    """T7: without ratings there are no points anywhere, and no lowest level."""
    result = score(rubric, {})

    assert result.points is None
    assert result.points_so_far is None
    assert [criterion.level for criterion in result.criteria] == [None] * 4
    assert result.unrated_criteria == ("a", "b", "c", "d")


def test_an_override_keeps_both_levels() -> None:
    """T8: the level set against the band counts; the derived one and the reason stay."""
    rating = a_task_rating(3, 3, override=(3, "The second task was graded on another scale."))

    result = score(a_task_rubric(criteria="a"), {"a": rating}).criteria[0]

    assert result.basis is Basis.OVERRIDDEN
    assert result.points == Decimal(3)
    assert result.derived_level is not None
    assert result.derived_level.points == Decimal(1)
    assert result.task_total == 6
    assert result.override == rating.override


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_an_override_needs_a_reason(reason: str) -> None:
    """T8: nobody sets a level against the band without saying why."""
    with pytest.raises(OverrideReasonError):
        Override(level_id="p3", reason=reason)


def test_an_override_does_not_stand_in_for_absent_work() -> None:
    """With a task missing there is nothing to override: no level, and the reason is kept."""
    rating = a_task_rating(5, None, override=(5, "They are excellent."))

    result = score(a_task_rubric(criteria="a"), {"a": rating}).criteria[0]

    assert result.level is None
    assert result.basis is Basis.TASKS_MISSING
    assert result.override == rating.override


def test_a_total_without_a_band_makes_no_level() -> None:
    """A draft with a gap in its bands gives no level there, instead of the nearest one."""
    criterion = a_criterion("a", 5, 1, bands={5: (9, 10), 1: (0, 6)})
    rubric = a_rubric(
        criterion, level_source=a_task_rubric().level_source, tasks=a_task_rubric().tasks
    )

    result = score(rubric, {"a": a_task_rating(4, 4)}).criteria[0]

    assert result.level is None
    assert result.task_total == 8
    assert result.basis is Basis.NO_BAND


def test_a_rubric_that_leaves_it_open_is_not_scored() -> None:
    """Until the program has chosen how a level arises, there is no result."""
    with pytest.raises(UndecidedRubricError):
        score(a_rubric(level_source=None), {"a": a_rating(3)})


@pytest.mark.parametrize(
    ("rubric", "rating", "error"),
    [
        (a_rubric(), CriterionRating(level_id="p9"), UnknownLevelError),
        (a_rubric(), a_task_rating(5, 5), InvalidRatingError),
        (
            a_rubric(),
            CriterionRating(override=Override(level_id="p3", reason="x")),
            InvalidRatingError,
        ),
        (a_task_rubric(), a_rating(3), InvalidRatingError),
        (a_task_rubric(), a_task_rating(5, 5, 5), UnknownTaskError),
        (a_task_rubric(), a_task_rating(6, 5), InvalidTaskPointsError),
        (a_task_rubric(), a_task_rating(5, 5, override=(9, "x")), UnknownLevelError),
        (a_task_rubric(), a_task_rating(5, None, override=(9, "x")), UnknownLevelError),
    ],
)
def test_ratings_that_do_not_fit_are_refused(
    rubric: Rubric, rating: CriterionRating, error: type[RubricsError]
) -> None:
    """What a rubric does not ask for is an error and is not ignored in silence."""
    with pytest.raises(error):
        score(rubric, {"a": rating})


def test_a_rating_of_an_unknown_criterion_is_refused() -> None:
    """A rating that belongs nowhere would be lost."""
    with pytest.raises(UnknownCriterionError):
        score(a_rubric(), {"z": a_rating(3)})


def test_the_trace_of_a_result_shows_what_led_to_it() -> None:
    """Totals, derived level, override and what is missing all stand in the document."""
    rubric = a_task_rubric(criteria="ab")
    ratings = {"a": a_task_rating(3, 3, override=(3, "Graded twice.")), "b": a_task_rating(5, None)}

    assert result_document(score(rubric, ratings)) == {
        "level_source": "tasks",
        "is_complete": False,
        "points": None,
        "criteria": [
            {
                "criterion_id": "a",
                "basis": "overridden",
                "level_id": "p3",
                "points": "3",
                "derived_level_id": "p1",
                "task_total": 6,
                "override": {"level_id": "p3", "reason": "Graded twice."},
            },
            {"criterion_id": "b", "basis": "tasks_missing", "missing_tasks": ["task-2"]},
        ],
    }


def test_the_trace_of_a_complete_result_has_its_points() -> None:
    """A zero total stays in the trace, and the points stand there as text."""
    result = score(a_task_rubric(criteria="a"), {"a": a_task_rating(0, 0)})

    assert result_document(result)["points"] == "1"
    assert result_document(result)["criteria"] == [
        {
            "criterion_id": "a",
            "basis": "derived",
            "level_id": "p1",
            "points": "1",
            "derived_level_id": "p1",
            "task_total": 0,
        }
    ]


@pytest.mark.parametrize(("text", "points"), [("0", 0), ("5", 5), (0, 0), (5, 5)], ids=repr)
def test_task_points_are_read_from_a_form_or_from_json(text: object, points: int) -> None:
    """ASCII digits of a form field and JSON integers are whole points."""
    assert parse_task_points(a_scored_task(), text) == points


HOSTILE_POINTS = [
    6, -1, 10**30, "6", "9999", "99999", "-1", "5.5", "5.0", "5,0", "1_0", "+3", " 3", "3 ", "3\n",
    "\u0663", "\uff13", "\u00b2", "0x3", "1e0", "03", "", "three", "\x00", 5.5, 3.0, float("nan"),
    True, False, None, [3], {"points": 3}, b"3", "1" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE_POINTS, ids=lambda value: repr(value)[:20])
def test_hostile_task_points_are_refused_with_a_reason(text: object) -> None:
    """Whatever is no allowed whole number ends in our error, which says why."""
    with pytest.raises(InvalidTaskPointsError) as caught:
        parse_task_points(a_scored_task(), text)

    assert caught.value.fault in TaskPointsFault


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        (6, TaskPointsFault.OUT_OF_RANGE),
        (0, TaskPointsFault.OUT_OF_RANGE),
        (2, TaskPointsFault.OFF_STEP),
        ("3", TaskPointsFault.NOT_WHOLE),
        (Decimal("2.5"), TaskPointsFault.NOT_WHOLE),
        (3.0, TaskPointsFault.NOT_WHOLE),
    ],
)
def test_the_reason_of_a_refusal_is_data(points: object, fault: TaskPointsFault) -> None:
    """A page can say what is wrong; text is no number where JSON is read strictly."""
    with pytest.raises(InvalidTaskPointsError) as caught:
        check_task_points(a_scored_task(minimum=1, maximum=5, step=2), points)

    assert caught.value.fault is fault


level_points = st.lists(st.integers(0, 50), min_size=2, max_size=6, unique=True)


@settings(deadline=None)
@given(data=st.data(), scales=st.lists(level_points, min_size=1, max_size=5))
def test_points_stay_within_the_scale(data: st.DataObject, scales: list[list[int]]) -> None:
    """Whatever is chosen, the sum lies between all lowest and all highest levels."""
    rubric = a_rubric(*(a_criterion(f"c{n}", *scale) for n, scale in enumerate(scales)))
    ratings = {f"c{n}": a_rating(data.draw(st.sampled_from(s))) for n, s in enumerate(scales)}

    result = score(rubric, ratings)

    assert result.points is not None
    assert sum(map(min, scales)) <= result.points <= sum(map(max, scales))


task_ratings = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(a_task_rating, st.none() | st.integers(0, 5), st.none() | st.integers(0, 5)),
)


@settings(deadline=None)
@given(ratings=task_ratings, data=st.data())
def test_the_order_of_ratings_is_irrelevant(
    ratings: dict[str, CriterionRating], data: st.DataObject
) -> None:
    """Ratings are a set: any order of criteria and of tasks gives the same result."""
    shuffled = {
        id_: CriterionRating(task_points=dict(reversed(list(ratings[id_].task_points.items()))))
        for id_ in data.draw(st.permutations(list(ratings)))
    }

    assert score(a_task_rubric(), shuffled) == score(a_task_rubric(), ratings)


@settings(deadline=None)
@given(ratings=task_ratings)
def test_missing_never_becomes_zero(ratings: dict[str, CriterionRating]) -> None:
    """A criterion has points exactly when all its tasks have; the total needs them all."""
    result = score(a_task_rubric(), ratings)

    for criterion in result.criteria:
        given_points = ratings.get(criterion.criterion_id, CriterionRating()).task_points
        assert (criterion.points is None) == (len(given_points) < 2)
        assert (criterion.task_total is None) == (len(given_points) < 2)
    assert (result.points is None) == (len(result.unrated_criteria) > 0)


@pytest.mark.parametrize("number", ["6.25", "0.01", "9.999"])
def test_a_number_between_two_steps_may_be_a_mean(number: str) -> None:
    """Only where the policy is a mean, and never outside the scale."""
    scale = NumericScale(minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5"))
    rubric = a_rubric(Criterion(id="a", title="A", scale=ScaleKind.NUMERIC, numbers=scale))
    of_means = replace(rubric, aggregation=Aggregation.MEAN)
    rating = CriterionRating(number=Decimal(number))

    assert score(of_means, {"a": rating}).points == Decimal(number)
    with pytest.raises(InvalidRatingError):
        score(rubric, {"a": rating})
    for outside in ("10.01", "-0.01", "NaN", "Infinity"):
        with pytest.raises(InvalidRatingError):
            score(of_means, {"a": CriterionRating(number=Decimal(outside))})
