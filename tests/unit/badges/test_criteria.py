"""Conditions -> outcome and trace."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.conditions import EveryCriterionAtLeast, TotalAtLeast
from badges.criteria import (
    ConditionState,
    CriteriaOutcome,
    evaluate,
    outcome_document,
    parse_outcome,
)
from badges.errors import InvalidOutcomeError
from rubrics.documents import read_json, write_json
from rubrics.errors import UnknownLevelError
from rubrics.scoring import score
from tests.factories import (
    a_result,
    a_task_rating,
    a_task_rubric,
    some_conditions,
)


def states(outcome: CriteriaOutcome) -> list[str]:
    """The states of the conditions, in order."""
    return [str(condition.state) for condition in outcome.conditions]


def test_three_everywhere_is_an_award() -> None:
    """T1: 3, 3, 3, 3 make 12 points and meet both conditions."""
    outcome = evaluate(some_conditions(), a_result(3, 3, 3, 3))

    assert outcome.is_met
    assert [c.required for c in outcome.conditions] == [12, 4]
    assert [c.found for c in outcome.conditions] == [12, 4]


@pytest.mark.parametrize(
    ("points", "total", "failing"),
    [
        ((5, 5, 1, 1), 12, ("c", "d")),
        ((5, 3, 3, 1), 12, ("d",)),
        ((5, 5, 5, 1), 16, ("d",)),
    ],
)
def test_enough_points_do_not_make_up_for_a_low_level(
    points: tuple[int, ...], total: int, failing: tuple[str, ...]
) -> None:
    """T2: the total is met, the award is not, and the trace names the criteria that fail."""
    outcome = evaluate(some_conditions(), a_result(*points))

    assert not outcome.is_met
    assert states(outcome) == ["met", "unmet"]
    assert outcome.conditions[0].found == Decimal(total)
    assert outcome.conditions[1].failing == failing
    assert outcome.conditions[1].found == Decimal(4 - len(failing))


def test_a_condition_that_another_implies_is_still_reported() -> None:
    """With four criteria at 5/3/1 the total follows from the levels; both are evaluated."""
    outcome = evaluate(some_conditions(), a_result(1, 1, 1, 1))

    assert states(outcome) == ["unmet", "unmet"]


def test_an_incomplete_assessment_meets_nothing() -> None:
    """T5: enough points and one task missing is no award; the trace names what is missing."""
    rubric = a_task_rubric()
    ratings = {id_: a_task_rating(5, 5) for id_ in "abc"} | {"d": a_task_rating(5, None)}

    outcome = evaluate(some_conditions(), score(rubric, ratings))

    assert not outcome.is_complete
    assert not outcome.is_met
    assert states(outcome) == ["undecided", "undecided"]
    assert [condition.missing for condition in outcome.conditions] == [("d",), ("d",)]
    assert [condition.found for condition in outcome.conditions] == [15, 3]


def test_nothing_submitted_is_undecided_and_not_developing() -> None:
    """T7: without ratings no total is known and no criterion fails."""
    outcome = evaluate(some_conditions(), score(a_task_rubric(), {}))

    assert states(outcome) == ["undecided", "undecided"]
    assert outcome.conditions[0].found is None
    assert outcome.conditions[1].failing == ()
    assert not outcome.is_met


def test_what_is_certain_is_said_before_the_last_rating() -> None:
    """A low level decides at once; a total that the rest cannot make up for does too."""
    outcome = evaluate(some_conditions(), a_result(3, 3, 1, None))
    hopeless = evaluate(some_conditions(points=16), a_result(3, 3, 3, None))

    assert states(outcome) == ["undecided", "unmet"]
    assert outcome.conditions[1].failing == ("c",)
    assert outcome.conditions[1].missing == ("d",)
    assert states(hopeless) == ["unmet", "undecided"]


def test_an_override_counts_and_the_trace_of_the_result_shows_it() -> None:
    """T8: the conditions look at the level that counts, which is the overriding one."""
    ratings = {id_: a_task_rating(4, 4) for id_ in "abc"}
    ratings["d"] = a_task_rating(3, 3, override=(3, "The log was graded on another scale."))

    assert evaluate(some_conditions(), score(a_task_rubric(), ratings)).is_met


def test_no_conditions_are_no_free_badge() -> None:
    """An achievement without conditions is a mistake, and never earned."""
    assert not evaluate((), a_result(5, 5, 5, 5)).is_met


def test_a_condition_on_an_unknown_level_is_an_error() -> None:
    """A rule that names a level that is not there must not pass in silence."""
    with pytest.raises(UnknownLevelError):
        evaluate([EveryCriterionAtLeast(level_id="excellent")], a_result(5))


OUTCOMES = {
    "met": evaluate(some_conditions(), a_result(3, 3, 3, 3)),
    "unmet": evaluate(some_conditions(), a_result(5, 5, 1, 1)),
    "undecided": evaluate(some_conditions(), a_result(None, None)),
    "partly": evaluate([TotalAtLeast(points=Decimal("12.5"))], a_result(5, None, 1)),
    "nothing": evaluate((), a_result(5)),
}


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES.keys())
def test_a_trace_comes_back_from_its_bytes(outcome: CriteriaOutcome) -> None:
    """What is stored with a decision is read again as what it was, with equal bytes."""
    data = write_json(outcome_document(outcome))
    document: Any = read_json(data)

    assert parse_outcome(document) == outcome
    assert write_json(outcome_document(parse_outcome(document))) == data


def test_the_document_of_a_trace_in_full() -> None:
    """Required, found, missing and failing stand there for every condition."""
    assert outcome_document(evaluate(some_conditions(), a_result(5, 3, 1, None))) == {
        "is_met": False,
        "is_complete": False,
        "conditions": [
            {
                "condition": {"kind": "total_at_least", "points": "12"},
                "state": "undecided",
                "required": "12",
                "found": "9",
                "missing": ["d"],
                "failing": [],
            },
            {
                "condition": {"kind": "every_criterion_at_least", "level_id": "p3"},
                "state": "unmet",
                "required": "4",
                "found": "2",
                "missing": ["d"],
                "failing": ["c"],
            },
        ],
    }


HOSTILE: dict[str, tuple[Callable[[Any], object], str]] = {
    "no object": (lambda _: [], ""),
    "nothing in it": (lambda _: {}, "is_met"),
    "an unknown key": (lambda d: d | {"x": 1}, "x"),
    "met against its conditions": (lambda d: d | {"is_met": False}, "is_met"),
    "met while incomplete": (lambda d: d | {"is_complete": False}, "is_met"),
    "met without conditions": (lambda d: d | {"conditions": []}, "is_met"),
    "one for true": (lambda d: d | {"is_met": 1}, "is_met"),
    "an unknown state": (
        lambda d: d["conditions"][0].update(state="maybe") or d,
        "conditions/0/state",
    ),
    "an unknown kind": (
        lambda d: d["conditions"][0].update(condition={"kind": "magic"}) or d,
        "conditions/0/condition/kind",
    ),
    "a condition without its points": (
        lambda d: d["conditions"][0].update(condition={"kind": "total_at_least"}) or d,
        "conditions/0/condition/points",
    ),
    "a condition with another's key": (
        lambda d: d["conditions"][1]["condition"].update(points="1") or d,
        "conditions/1/condition/points",
    ),
    "a float found": (lambda d: d["conditions"][0].update(found=12.0) or d, "conditions/0/found"),
    "missing as text": (
        lambda d: d["conditions"][0].update(missing="a") or d,
        "conditions/0/missing",
    ),
}


@pytest.mark.parametrize(("change", "place"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_traces_end_in_our_error(change: Callable[[Any], Any], place: str) -> None:
    """A trace that is none, or that contradicts itself, is refused with its place."""
    document = change(deepcopy(outcome_document(OUTCOMES["met"])))

    with pytest.raises(InvalidOutcomeError) as caught:
        parse_outcome(document)

    assert caught.value.place == place


ratings = st.lists(st.sampled_from([1, 3, 5, None]), min_size=1, max_size=6)


@settings(deadline=None)
@given(ratings=ratings, better=st.lists(st.sampled_from([0, 2, 4]), min_size=6, max_size=6))
def test_better_ratings_never_lose_an_award(ratings: list[int | None], better: list[int]) -> None:
    """Evaluating is monotone: no condition that was met is unmet after a higher level."""
    raised = [p if p is None else min(5, p + b) for p, b in zip(ratings, better, strict=False)]
    before = evaluate(some_conditions(), a_result(*ratings))
    after = evaluate(some_conditions(), a_result(*raised))

    for old, new in zip(before.conditions, after.conditions, strict=True):
        assert not (old.state is ConditionState.MET and new.state is not ConditionState.MET)
        assert not (new.state is ConditionState.UNMET and old.state is not ConditionState.UNMET)
    assert after.is_met or not before.is_met


@settings(deadline=None)
@given(ratings=ratings, completion=st.lists(st.sampled_from([1, 3, 5]), min_size=6, max_size=6))
def test_what_is_certain_stays_so(ratings: list[int | None], completion: list[int]) -> None:
    """Once a condition is unmet, no rating that is still missing can meet it."""
    full = [c if p is None else p for p, c in zip(ratings, completion, strict=False)]
    before = evaluate(some_conditions(), a_result(*ratings))
    after = evaluate(some_conditions(), a_result(*full))

    for old, new in zip(before.conditions, after.conditions, strict=True):
        assert old.state is ConditionState.UNDECIDED or new.state is old.state
        assert new.state is not ConditionState.UNDECIDED
