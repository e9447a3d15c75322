"""Two results side by side: steps between levels, differences of numbers, counts of agreement."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.comparison import Agreement, Difference, agreement, compare
from rubrics.criterion import Criterion
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import CriterionRating, RubricResult, score
from tests.factories import a_criterion, a_result, a_rubric

POINTS = st.sampled_from((1, 3, 5, None))


def a_number(given_: str | None) -> RubricResult:
    """The result of one criterion on a scale of numbers."""
    criterion = Criterion(
        id="a",
        title="A",
        scale=ScaleKind.NUMERIC,
        numbers=NumericScale(minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5")),
    )
    rating = CriterionRating(number=None if given_ is None else Decimal(given_))
    return score(a_rubric(criterion), {"a": rating})


def test_levels_differ_by_steps_not_by_points() -> None:
    """From 1 to 5 points are two steps on a scale of three."""
    first, second = a_result(1, 3, 5, 3), a_result(5, 3, 3, None)

    found = compare(first, second)

    assert [one.steps for one in found] == [2, 0, -1, None]
    assert all(one.change is None for one in found)
    assert [one.is_equal for one in found] == [False, True, False, False]
    assert [one.is_adjacent for one in found] == [False, True, True, False]
    assert [one.is_comparable for one in found] == [True, True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "change"), [("6", "6.5", "0.5"), ("6", "6", "0"), ("6", None, None)]
)
def test_numbers_are_subtracted(first: str, second: str | None, change: str | None) -> None:
    """They have no steps, and none of them is adjacent."""
    (found,) = compare(a_number(first), a_number(second))

    assert found.change == (None if change is None else Decimal(change))
    assert found.is_equal is (change == "0")
    assert (found.steps, found.is_adjacent) == (None, False)


def test_results_of_two_rubrics_are_not_compared() -> None:
    """Equal ids would hide that something else was asked."""
    other = score(a_rubric(a_criterion("a", 4, 2)), {})

    with pytest.raises(ValueError, match="different rubrics"):
        compare(a_result(3), other)


@given(pairs=st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=6))
def test_agreement_is_the_same_from_either_side(
    pairs: list[tuple[int | None, int | None]],
) -> None:
    """Counts stay within each other, and steps change their sign alone."""
    there = [one for pair in pairs for one in compare(a_result(pair[0]), a_result(pair[1]))]
    back = [one for pair in pairs for one in compare(a_result(pair[1]), a_result(pair[0]))]

    (found,) = agreement(there)

    assert agreement(back) == (found,)
    assert found.adjacent is not None
    assert 0 <= found.exact <= found.adjacent <= found.pairs <= len(pairs)
    assert found.pairs == sum(None not in pair for pair in pairs)
    assert found.exact == sum(a == b is not None for a, b in pairs)
    for one, other in zip(there, back, strict=True):
        assert one.steps == (None if other.steps is None else -other.steps)


def test_agreement_counts_every_criterion_by_itself() -> None:
    """A criterion without a whole pair is named, with no pairs."""
    rated = [(a_result(5, 1), a_result(3, None)), (a_result(1, 1), a_result(5, None))]

    found = agreement(one for pair in rated for one in compare(*pair))

    assert found == (
        Agreement(criterion_id="a", pairs=2, exact=0, adjacent=1),
        Agreement(criterion_id="b", pairs=0, exact=0, adjacent=0),
    )


def test_agreement_of_numbers_is_exact_or_not() -> None:
    """How near two numbers are is not counted in levels."""
    pairs = [(a_number("6"), a_number("6")), (a_number("6"), a_number("6.5"))]

    found = agreement(one for pair in pairs for one in compare(*pair))

    assert found == (Agreement(criterion_id="a", pairs=2, exact=1, adjacent=None),)


def test_a_side_that_is_not_there_is_no_difference() -> None:
    """Nothing is said about what nobody rated."""
    one = Difference(criterion_id="a", first=a_result(3).criteria[0], second=None)

    assert (one.is_comparable, one.is_equal, one.is_adjacent) == (False, False, False)
