"""Components -> whether the microcredential is issued, and what a revocation does to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import InvalidPathwayError
from badges.pathway import (
    MISSING,
    ComponentState,
    OnRevoked,
    Pathway,
    PathwayState,
    Standing,
    evaluate_pathway,
)

FOUR = ("one", "two", "three", "four")
START = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = ComponentState(standing=Standing.PLACEHOLDER)


def held(day: int = 0) -> ComponentState:
    """A badge that was earned on that day."""
    return ComponentState(standing=Standing.HELD, earned_at=START + timedelta(days=day))


def revoked(day: int = 0) -> ComponentState:
    """A badge that was earned on that day and revoked a year later."""
    earned = START + timedelta(days=day)
    return ComponentState(
        standing=Standing.REVOKED, earned_at=earned, revoked_at=earned + timedelta(days=365)
    )


def all_held(**changes: ComponentState) -> dict[str, ComponentState]:
    """Four badges, earned day after day."""
    return {id_: held(day) for day, id_ in enumerate(FOUR)} | changes


def test_all_components_make_the_microcredential() -> None:
    """What is held beside the components is ignored."""
    outcome = evaluate_pathway(Pathway(components=FOUR), all_held(other=held()))

    assert outcome.is_issuable
    assert outcome.required == 4
    assert outcome.standing(Standing.HELD) == FOUR


def test_one_that_is_absent_is_missing_and_named() -> None:
    """The trace says what is required, held and missing."""
    outcome = evaluate_pathway(Pathway(components=FOUR), {"one": held(), "four": held()})

    assert outcome.state is PathwayState.UNMET
    assert outcome.standing(Standing.HELD) == ("one", "four")
    assert outcome.standing(Standing.MISSING) == ("two", "three")
    assert outcome.components["two"] == MISSING


@pytest.mark.parametrize(("needed", "is_issuable"), [(2, True), (3, True), (4, False)])
def test_some_of_the_components_may_be_enough(
    needed: int,
    is_issuable: bool,  # noqa: FBT001 - a table of expectations
) -> None:
    """Three are held, and a revoked one counts like a missing one."""
    outcome = evaluate_pathway(Pathway(components=FOUR, needed=needed), all_held(three=revoked()))

    assert outcome.is_issuable is is_issuable
    assert outcome.standing(Standing.REVOKED) == ("three",)


def test_nothing_is_issued_while_a_component_is_not_defined() -> None:
    """Not even where enough others are held: the stack is not whole."""
    outcome = evaluate_pathway(
        Pathway(components=FOUR, needed=3), all_held(four=PLACEHOLDER), is_signed_off=True
    )

    assert outcome.state is PathwayState.NOT_DEFINED
    assert outcome.standing(Standing.PLACEHOLDER) == ("four",)


def test_order_counts_where_it_is_declared() -> None:
    """The third was earned before the second; at the same instant is in order."""
    components = all_held(two=held(9), three=held(1), four=held(9))
    ordered = evaluate_pathway(Pathway(components=FOUR, is_ordered=True), components)
    some = evaluate_pathway(Pathway(components=FOUR, is_ordered=True, needed=3), components)

    assert ordered.state is PathwayState.UNMET
    assert ordered.out_of_order == ("three",)
    assert some.is_issuable
    assert evaluate_pathway(Pathway(components=FOUR), components).is_issuable


def test_a_sign_off_is_waited_for() -> None:
    """The badges are there; somebody responsible has to agree."""
    pathway = Pathway(components=FOUR, needs_sign_off=True)

    assert evaluate_pathway(pathway, all_held()).state is PathwayState.AWAITS_SIGN_OFF
    assert evaluate_pathway(pathway, all_held(), is_signed_off=True).is_issuable
    early = evaluate_pathway(pathway, all_held(two=MISSING), is_signed_off=True)
    assert early.state is PathwayState.UNMET


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (OnRevoked.REVOKE, PathwayState.REVOKED),
        (OnRevoked.KEEP, PathwayState.STANDS),
    ],
)
def test_a_revoked_component_does_what_the_pathway_declares(
    policy: OnRevoked, state: PathwayState
) -> None:
    """The trace names the component and says since when."""
    pathway = Pathway(components=FOUR, on_revoked=policy)
    outcome = evaluate_pathway(pathway, all_held(two=revoked()), is_issued=True)

    assert outcome.state is state
    assert outcome.standing(Standing.REVOKED) == ("two",)
    assert outcome.components["two"].revoked_at == START + timedelta(days=365)


@pytest.mark.parametrize("policy", OnRevoked)
def test_an_issued_one_stands_while_enough_components_do(policy: OnRevoked) -> None:
    """A component beyond those needed may go; a pathway that grew later takes nothing away."""
    some = Pathway(components=FOUR, needed=3, on_revoked=policy)
    grown = Pathway(components=(*FOUR, "five"), on_revoked=policy)

    assert evaluate_pathway(some, all_held(two=revoked()), is_issued=True).state is (
        PathwayState.STANDS
    )
    assert evaluate_pathway(grown, all_held(five=PLACEHOLDER), is_issued=True).state is (
        PathwayState.STANDS
    )


@pytest.mark.parametrize(
    "values",
    [
        {"components": ()},
        {"components": ("one", "one")},
        {"components": FOUR, "needed": 0},
        {"components": FOUR, "needed": 5},
    ],
)
def test_a_pathway_can_be_walked(values: dict[str, Any]) -> None:
    """It has components, each once, and needs no more than there are."""
    with pytest.raises(InvalidPathwayError):
        Pathway(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"standing": Standing.HELD},
        {"standing": Standing.MISSING, "earned_at": START},
        {"standing": Standing.REVOKED, "earned_at": START},
        {"standing": Standing.HELD, "earned_at": START, "revoked_at": START},
    ],
)
def test_instants_go_with_the_standing(values: dict[str, Any]) -> None:
    """What is held was earned, and what is revoked was earned and revoked."""
    with pytest.raises(InvalidPathwayError):
        ComponentState(**values)


STATES = st.sampled_from([MISSING, PLACEHOLDER, held(0), held(1), held(2), revoked()])


@given(
    states=st.lists(STATES, min_size=4, max_size=4),
    position=st.integers(0, 3),
    needed=st.integers(1, 4),
)
def test_losing_a_component_never_helps(
    states: list[ComponentState], position: int, needed: int
) -> None:
    """Without an order, whatever can be issued without a badge can be issued with it."""
    pathway = Pathway(components=FOUR, needed=needed)
    components = dict(zip(FOUR, states, strict=True))
    without = components | {FOUR[position]: MISSING}
    with_it = components | {FOUR[position]: held()}

    if evaluate_pathway(pathway, without).is_issuable:
        assert evaluate_pathway(pathway, with_it).is_issuable
