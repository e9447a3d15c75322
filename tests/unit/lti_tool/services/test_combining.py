"""Several assessors' inputs -> the one set that a decision rests on."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.services.combining import DECIDING, combine
from lti_tool.services.decision_inputs import CriterionInput, SeatInput, TaskInput
from rubrics.model import Aggregation, Rubric
from rubrics.scoring import Override
from tests.factories import a_rubric, a_task_rubric
from tests.scenes import some_levels


def a_rubric_of(policy: Aggregation) -> Rubric:
    """Four criteria with levels, under a policy."""
    return replace(a_rubric(), aggregation=policy)


def a_seat(number: int, *criteria: CriterionInput, comment: str = "") -> SeatInput:
    """What was rated at one seat."""
    return SeatInput(seat=number, rater_id=UUID(int=number), criteria=criteria, comment=comment)


def words(id_: str, text: str, points: int | None = None) -> CriterionInput:
    """A comment, with a level if there are points."""
    level_id = None if points is None else f"p{points}"
    return CriterionInput(criterion_id=id_, level_id=level_id, comment=text)


def test_what_differs_waits_for_a_decision_and_what_agrees_stands() -> None:
    """An undecided criterion has no rating, and is told from a decided one."""
    seats = [a_seat(1, *some_levels(5, 5, 3, 1)), a_seat(2, *some_levels(5, 3, 3, 5))]
    deciding = a_seat(DECIDING, *some_levels(1, 3))

    found = combine(a_rubric_of(Aggregation.ADJUDICATED), [*seats, deciding])

    assert {one.criterion_id: one.level_id for one in found.criteria} == {
        "a": "p5",
        "b": "p3",
        "c": "p3",
    }
    assert found.differing == found.to_decide == {"b", "d"}


@pytest.mark.parametrize("policy", [Aggregation.CONSENSUS, Aggregation.LATEST])
def test_only_adjudication_has_something_to_decide(policy: Aggregation) -> None:
    """Elsewhere a difference is told, and nobody's choice ends it."""
    seats = [a_seat(1, *some_levels(5, 5, 5, 5)), a_seat(2, *some_levels(5, 5, 5, 3))]
    deciding = a_seat(DECIDING, *some_levels(1, 1, 1, 1))

    found = combine(a_rubric_of(policy), [*seats, deciding])

    assert found.differing == {"d"}
    assert not found.to_decide
    given_ = {one.criterion_id: one.level_id for one in found.criteria}
    assert given_.get("d") == ("p3" if policy is Aggregation.LATEST else None)
    assert given_["a"] == "p5"


@given(levels=st.lists(st.lists(st.sampled_from((1, 3, 5)), min_size=4, max_size=4), min_size=3))
def test_the_number_of_the_seat_decides_nothing(levels: list[list[int]]) -> None:
    """Under adjudication the order of the two is irrelevant to what stands."""
    first, second, third = (some_levels(*one) for one in levels[:3])
    rubric = a_rubric_of(Aggregation.ADJUDICATED)
    deciding = a_seat(DECIDING, *third)

    one = combine(rubric, [a_seat(1, *first), a_seat(2, *second), deciding])
    other = combine(rubric, [a_seat(2, *first), a_seat(1, *second), deciding])
    turned = combine(rubric, [a_seat(1, *second), a_seat(2, *first), deciding])

    assert one == other == turned


def test_the_learner_reads_whoever_decides_or_else_all_who_wrote() -> None:
    """Equal words come once; empty ones not at all."""
    same = words("b", "Same.", 3)
    first = a_seat(1, words("a", "One.", 3), same, words("c", "", 3), comment="Whole one.")
    second = a_seat(2, words("a", "Two.", 3), same, words("c", "Two.", 3), comment="Whole two.")
    deciding = a_seat(DECIDING, words("a", "Both."), comment="All.")
    wordless = a_seat(DECIDING, words("a", " "), comment=" ")
    rubric = a_rubric_of(Aggregation.ADJUDICATED)

    found = combine(rubric, [first, second])
    decided = combine(rubric, [first, second, deciding])
    blank = combine(rubric, [first, second, wordless])

    comments = {one.criterion_id: one.comment for one in found.criteria}
    assert comments == {"a": "One.\n\nTwo.", "b": "Same.", "c": "Two."}
    assert found.comment == "Whole one.\n\nWhole two."
    assert (decided.criteria[0].comment, decided.comment) == ("Both.", "All.")
    assert decided.criteria[1].comment == "Same."
    assert (blank.criteria, blank.comment) == (found.criteria, found.comment)


def test_under_the_latest_only_the_latest_speaks() -> None:
    """What does not stand is not explained to the learner either."""
    first = a_seat(2, words("a", "Early.", 5), comment="Early.")
    second = a_seat(1, words("a", "Late.", 3), comment="")

    found = combine(a_rubric_of(Aggregation.LATEST), [first, second])

    assert found.criteria == (words("a", "Late.", 3),)
    assert found.comment == ""


def test_scores_keep_where_they_come_from() -> None:
    """What stands is the input of somebody, with its sources, override and all."""
    rubric = replace(a_task_rubric(criteria="a"), aggregation=Aggregation.ADJUDICATED)
    tasks = (
        TaskInput(task_id="task-1", points=4, source="typed", note="The sheet of May."),
        TaskInput(task_id="task-2", points=3, source="link", note="Activity two"),
    )
    by_hand = CriterionInput(
        criterion_id="a", tasks=tasks, override=Override(level_id="p5", reason="As heard.")
    )
    plain = replace(by_hand, override=None)

    agreed = combine(rubric, [a_seat(1, plain), a_seat(2, plain)])
    decided = combine(rubric, [a_seat(1, plain), a_seat(2, by_hand), a_seat(DECIDING, by_hand)])

    assert agreed.criteria == (plain,)
    assert decided.criteria == (by_hand,)
    assert decided.to_decide == {"a"}


def test_before_all_have_rated_nothing_counts() -> None:
    """Words are there, ratings are not."""
    rubric = a_rubric_of(Aggregation.ADJUDICATED)

    assert combine(rubric, []).criteria == ()
    assert combine(rubric, [a_seat(1, words("a", "One.", 3))]).criteria == (words("a", "One."),)
