"""Several assessors -> the ratings that count, or none where the policy leaves it open."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.aggregation import Ratings, aggregate, is_same
from rubrics.criterion import Criterion
from rubrics.errors import InvalidRatingError
from rubrics.model import Aggregation, Rubric
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import CriterionRating, score
from tests.factories import a_rating, a_rubric, a_task_rating, a_task_rubric

POINTS = (1, 3, 5)
SEVERAL = tuple(one for one in Aggregation if one is not Aggregation.SINGLE)
OF_LEVELS = tuple(one for one in SEVERAL if one is not Aggregation.MEAN)
some_ratings = st.fixed_dictionaries({id_: st.sampled_from(POINTS).map(a_rating) for id_ in "abcd"})


def a_rubric_of(policy: Aggregation) -> Rubric:
    """Four criteria with levels, under a policy."""
    return replace(a_rubric(), aggregation=policy)


def a_number_rubric(policy: Aggregation = Aggregation.MEAN, *, signed: bool = False) -> Rubric:
    """One criterion on a scale of numbers from 0 to 10 in halves."""
    criterion = Criterion(
        id="a",
        title="A",
        scale=ScaleKind.NUMERIC,
        numbers=NumericScale(minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5")),
        needs_signature=signed,
    )
    return replace(a_rubric(criterion), aggregation=policy)


def values(ratings: Ratings) -> Mapping[str, tuple[object, ...]]:
    """What ratings say, without the words beside them."""
    return {id_: (one.level_id, one.number) for id_, one in ratings.items()}


@pytest.mark.parametrize("policy", Aggregation)
def test_every_policy_says_how_many_it_needs(policy: Aggregation) -> None:
    """Only a single assessor is alone."""
    assert a_rubric_of(policy).assessors_needed == (1 if policy is Aggregation.SINGLE else 2)


def test_a_single_assessment_stands_as_it_is() -> None:
    """What is not rated stays open."""
    found = aggregate(a_rubric(), [{"a": a_rating(3)}], needed=1)

    assert (found.ratings, found.open) == ({"a": a_rating(3)}, ("b", "c", "d"))


@given(first=some_ratings, second=some_ratings)
def test_the_latest_stands_whatever_was_before(first: Ratings, second: Ratings) -> None:
    """Nothing stays open once two have rated everything."""
    found = aggregate(a_rubric_of(Aggregation.LATEST), [first, second], needed=2)

    assert (found.ratings, found.open) == (second, ())


@given(first=some_ratings, second=some_ratings)
def test_consensus_has_what_both_say_and_nothing_else(first: Ratings, second: Ratings) -> None:
    """No third value arises, and none is preferred."""
    found = aggregate(a_rubric_of(Aggregation.CONSENSUS), [first, second], needed=2)

    assert found.ratings == {id_: one for id_, one in first.items() if one == second[id_]}
    assert found.open == tuple(id_ for id_ in "abcd" if first[id_] != second[id_])


@given(first=some_ratings, second=some_ratings, third=some_ratings)
def test_adjudication_decides_differences_only(
    first: Ratings, second: Ratings, third: Ratings
) -> None:
    """Where the two agree, the third is not looked at."""
    rubric = a_rubric_of(Aggregation.ADJUDICATED)

    found = aggregate(rubric, [first, second], needed=2, adjudication=third)

    agreed = {id_ for id_ in "abcd" if first[id_] == second[id_]}
    assert found.ratings == {id_: first[id_] if id_ in agreed else third[id_] for id_ in "abcd"}
    assert found.open == ()


def test_a_difference_stays_open_until_somebody_decides() -> None:
    """Nobody's rating wins by being there."""
    rubric = a_rubric_of(Aggregation.ADJUDICATED)
    first = {id_: a_rating(5) for id_ in "abcd"}
    second = {**first, "b": a_rating(1), "d": a_rating(3)}

    found = aggregate(rubric, [first, second], needed=2, adjudication={"b": a_rating(3)})

    assert found.open == ("d",)
    assert found.ratings["b"] == a_rating(3)


@pytest.mark.parametrize("policy", [one for one in SEVERAL if one is not Aggregation.LATEST])
@given(first=some_ratings, second=some_ratings, third=some_ratings)
def test_the_order_of_the_assessors_is_irrelevant(
    policy: Aggregation, first: Ratings, second: Ratings, third: Ratings
) -> None:
    """Except where the policy is the order itself."""
    if policy is Aggregation.MEAN:
        rubric = a_number_rubric()
        first, second = (
            {"a": CriterionRating(number=Decimal(str(one["a"].level_id).removeprefix("p")))}
            for one in (first, second)
        )
        third = {}
    else:
        rubric = a_rubric_of(policy)

    one, other = (
        aggregate(rubric, pair, needed=2, adjudication=third)
        for pair in ([first, second], [second, first])
    )

    assert (values(one.ratings), one.open) == (values(other.ratings), other.open)


@pytest.mark.parametrize("policy", OF_LEVELS)
@given(first=some_ratings, second=some_ratings, third=some_ratings)
def test_levels_are_never_averaged(
    policy: Aggregation, first: Ratings, second: Ratings, third: Ratings
) -> None:
    """What stands is a level that somebody chose."""
    found = aggregate(a_rubric_of(policy), [first, second], needed=2, adjudication=third)

    for id_, one in found.ratings.items():
        assert one in (first[id_], second[id_], third[id_])
        assert one.number is None


def test_a_mean_of_levels_is_refused() -> None:
    """Three steps have an order and no distance."""
    levels = {id_: a_rating(3) for id_ in "abcd"}

    with pytest.raises(InvalidRatingError):
        aggregate(a_rubric_of(Aggregation.MEAN), [levels, levels], needed=2)


@given(
    first=st.integers(0, 20).map(lambda n: Decimal(n) / 2),
    second=st.integers(0, 20).map(lambda n: Decimal(n) / 2),
)
def test_a_mean_is_exact_and_may_lie_between_two_steps(first: Decimal, second: Decimal) -> None:
    """6 and 6.5 make 6.25: nothing is rounded, and the result takes it."""
    rubric = a_number_rubric()
    given_ = [{"a": CriterionRating(number=one)} for one in (first, second)]

    found = aggregate(rubric, given_, needed=2)

    assert found.ratings["a"].number == (first + second) / 2
    assert score(rubric, found.ratings).points == (first + second) / 2


@pytest.mark.parametrize("signatures", [(True, True), (True, False), (False, False)])
def test_a_mean_is_signed_when_both_have_signed(signatures: tuple[bool, bool]) -> None:
    """A signature is never lent."""
    given_ = [{"a": CriterionRating(number=Decimal(4), is_signed=one)} for one in signatures]

    found = aggregate(a_number_rubric(signed=True), given_, needed=2)

    assert found.ratings["a"].is_signed is all(signatures)


@pytest.mark.parametrize("policy", SEVERAL)
@given(only=some_ratings, third=some_ratings)
def test_one_of_two_is_nothing_yet(policy: Aggregation, only: Ratings, third: Ratings) -> None:
    """Also where somebody has decided already: a missing side is not a difference."""
    found = aggregate(a_rubric_of(policy), [only], needed=2, adjudication=third)

    assert (found.ratings, found.open) == ({}, tuple("abcd"))


@pytest.mark.parametrize("policy", SEVERAL)
def test_a_criterion_that_one_left_out_stays_open(policy: Aggregation) -> None:
    """The others have what the policy gives them."""
    rubric = a_number_rubric(policy)
    rated = CriterionRating(number=Decimal(4))

    assert aggregate(rubric, [{"a": rated}, {}], needed=2).open == ("a",)
    assert aggregate(rubric, [{"a": rated}, {"a": rated}], needed=2).open == ()


def test_the_same_level_by_other_scores_is_a_difference() -> None:
    """4 and 5 is not 5 and 4, whatever band both fall into; reasons are words."""
    rubric = replace(a_task_rubric(criteria="a"), aggregation=Aggregation.CONSENSUS)
    first, second = a_task_rating(4, 5), a_task_rating(5, 4)
    by_hand = a_task_rating(4, 5, override=(5, "As the recording shows."))
    also_by_hand = a_task_rating(4, 5, override=(5, "Minute nine says it all."))

    assert aggregate(rubric, [{"a": first}, {"a": second}], needed=2).open == ("a",)
    assert not is_same([first, by_hand])
    assert is_same([by_hand, also_by_hand])
    found = aggregate(rubric, [{"a": by_hand}, {"a": also_by_hand}], needed=2)
    assert found.ratings["a"] == by_hand
