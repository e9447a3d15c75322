"""Badges of other issuers when many come at once, and when a process dies in between."""

from dataclasses import replace
from functools import partial

import pytest

from lti_tool.lti.http import GuardedSession
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.foreign import checking, following
from lti_tool.services.foreign.answers import Answers
from tests.stacked import at_once
from tests.towns import Town, related


def test_ten_at_once_make_one(town: Town) -> None:
    """Ten hand the same in, with the last badge beside: one stands, one microcredential."""
    data = town.college.signed()
    failed = at_once(
        *(lambda: town.hand_in(data) for _ in range(10)), lambda: town.ladder.release("one")
    )
    town.sweep()

    assert {getattr(one, "code", repr(one)) for one in failed} == {"handed_in_already"}
    assert len(failed) == 9
    assert town.ladder.count_awards() == 1
    assert town.ladder.holds()
    assert len(related(town)) == 2


def test_two_people_with_one_credential_at_once(town: Town) -> None:
    """One of them has it."""
    data = town.college.signed()
    other = replace(town, ladder=town.ladder.for_another())
    failed = at_once(*(lambda one=one: one.hand_in(data) for one in (town, other) * 3))

    assert len(failed) == 5
    assert {one.code for one in failed} == {"handed_in_already", "handed_in_by_another"}  # type: ignore[attr-defined]  # ours


def test_ten_accepted_at_once_make_ten(town: Town) -> None:
    """Ten people, each with their own: each gets one."""
    people = [replace(town, ladder=town.ladder.for_another(f"Ben {n}")) for n in range(10)]
    for one in people:
        one.ladder.release("one")
    failed = at_once(
        *(
            lambda one=one, n=n: one.hand_in(town.college.signed(number=n))
            for n, one in enumerate(people, start=1)
        )
    )
    town.college.clock.advance(hours=1)
    town.sweep()

    assert failed == []
    assert [one.ladder.count_awards() for one in people] == [1] * 10


def test_killed_in_between_leaves_nothing_half(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything follows the process dies: the next sweep does the rest, once."""
    town.ladder.release("one")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for place in ("prepare", "settle"):
        monkeypatch.setattr(following, place, die)
        with pytest.raises(KeyboardInterrupt):
            town.hand_in() if place == "prepare" else town.sweep()
        assert not town.ladder.holds()
        assert town.ladder.count_awards() == 0
        monkeypatch.undo()
        if place == "prepare":
            town.college.clock.advance(minutes=16)
    town.sweep()
    assert not town.ladder.holds()
    town.college.clock.advance(minutes=16)
    town.sweep()
    assert town.ladder.count_awards() == 1


def test_a_check_that_dies_while_it_revokes_is_made_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credential and what rests on it change together, or not at all."""
    town.ladder.release("one")
    found = town.hand_in()
    town.college.revoke(1)
    town.college.clock.advance(hours=25)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "settle_revoked", die)
    with pytest.raises(KeyboardInterrupt):
        town.sweep()
    monkeypatch.undo()
    assert town.row(found.id).revoked_at is None
    assert town.ladder.holds()
    town.college.clock.advance(minutes=16)
    town.sweep()
    assert town.row(found.id).revoked_at is not None
    assert not town.ladder.holds()


def test_two_workers_verify_each_once(town: Town) -> None:
    """Whoever comes second finds it taken."""
    town.hand_in()
    town.college.clock.advance(hours=25)
    asked = len(town.college.asked)

    assert at_once(town.sweep, town.sweep, town.sweep) == []
    assert len(town.college.asked) == asked + 2


def test_what_one_had_no_turn_for_is_asked_for_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing of the issuer, whose answers many credentials share."""
    data, answers = town.college.signed(), Answers()
    busy = GuardedSession(private_hosts=frozenset({town.college.host}), at_once=0)

    with monkeypatch.context() as patched:
        patched.setattr(checking, "FetchingResolver", partial(FetchingResolver, patience=0.2))
        found = checking.check(replace(town.parts, http=busy), data, answers=answers)
    assert found.outcome is checking.CheckOutcome.UNREACHABLE
    found = checking.check(town.parts, data, answers=answers)
    assert found.outcome is checking.CheckOutcome.VALID
