"""Whoever hands in or confirms waits for one issuer; what takes others, too, the worker does."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from badges.errors import ForbiddenCharacterError
from lti_tool.runtime import Runtime
from lti_tool.services.desk.signing_off import sign_off
from lti_tool.services.foreign import checking, following, handing_in
from lti_tool.services.foreign.answers import Answers
from lti_tool.services.foreign.checking import Checked, ForeignParts
from lti_tool.services.foreign.deciding import confirm
from lti_tool.services.foreign.following import Sequel
from lti_tool.services.foreign.handing_in import HandedIn
from tests.conftest import FakeClock
from tests.foreign import ACHIEVEMENT, College, a_college, foreign_parts
from tests.stacked import at_once
from tests.towns import Town, a_town, components

MORE = f"{ACHIEVEMENT}/more"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Pair:
    """A town whose badges may both come from elsewhere: the first from one more issuer."""

    town: Town
    other: College

    def hand_in_first(self) -> HandedIn:
        """Hand in the badge of the other issuer."""
        return self.town.hand_in(self.other.signed())


@pytest.fixture
def pair(runtime: Runtime, college: College, clock: FakeClock) -> Iterator[Pair]:
    """Nothing is handed in."""
    with a_college(clock) as other:
        accepts = (other.accepted("one"), college.accepted("two"))
        town = a_town(runtime, college, accepts=accepts)
        parts = foreign_parts(runtime, college.host, other.host)
        yield Pair(replace(town, parts=parts), other)


def test_only_what_is_handed_in_is_verified_meanwhile(pair: Pair) -> None:
    """The other issuer may be slow: the worker asks it, then issues on what it has verified."""
    town, other = pair.town, pair.other
    first = pair.hand_in_first()
    assert first.sequel is Sequel.NOTHING
    asked = len(other.asked)

    second = town.hand_in()

    assert second.sequel is Sequel.LATER
    assert len(other.asked) == asked
    assert not town.ladder.holds()
    town.sweep()
    assert len(other.asked) > asked
    assert town.ladder.holds()
    assert set(components(town)) == {first.id, second.id}
    asked = len(other.asked) + len(town.college.asked)
    town.sweep()
    assert len(other.asked) + len(town.college.asked) == asked


def test_only_what_is_confirmed_is_verified_meanwhile(pair: Pair) -> None:
    """Its issuer is asked once more, as it may have been handed in long ago; no other is."""
    town, other = pair.town, pair.other
    pair.hand_in_first()
    waiting = town.hand_in(town.college.signed(address=""))
    asked = len(other.asked), len(town.college.asked)

    assert confirm(town.parts, town.scope, waiting.id, reason="Saw it") is Sequel.LATER

    assert len(other.asked) == asked[0]
    assert len(town.college.asked) > asked[1]
    assert not town.ladder.holds()
    town.sweep()
    assert town.ladder.holds()


def test_what_is_revoked_when_it_is_confirmed_brings_nothing(pair: Pair) -> None:
    """Found at once, and written; nobody is told that something follows."""
    town = pair.town
    pair.hand_in_first()
    waiting = town.hand_in(town.college.signed(address=""))
    town.college.revoke(1)

    assert confirm(town.parts, town.scope, waiting.id, reason="Saw it") is Sequel.NOTHING

    assert town.row(waiting.id).revoked_at is not None
    town.sweep()
    assert not town.ladder.holds()


@pytest.mark.parametrize("lost", ["revoked", "silent"])
def test_nothing_is_issued_on_what_does_not_hold_by_then(pair: Pair, lost: str) -> None:
    """Its last verification is some time ago; and it is not asked again every minute."""
    town, other = pair.town, pair.other
    first = pair.hand_in_first()
    other.revoke(1) if lost == "revoked" else other.fall_silent()
    town.college.clock.advance(hours=1)

    assert town.hand_in().sequel is Sequel.LATER
    town.sweep()

    assert not town.ladder.holds()
    assert (town.row(first.id).revoked_at is not None) is (lost == "revoked")
    asked = len(other.asked) + len(town.college.asked)
    town.sweep()
    assert len(other.asked) + len(town.college.asked) == asked


def test_what_needs_no_other_is_issued_at_once(pair: Pair) -> None:
    """On what was verified and on badges of ours; another that counts is not asked for it."""
    town = pair.town
    town.ladder.release("one")
    found = town.hand_in()

    assert found.sequel is Sequel.ISSUED
    assert components(town) == [found.id]
    asked = len(town.college.asked)
    town.sweep()
    assert len(town.college.asked) == asked


def test_a_server_that_dies_leaves_it_to_the_worker(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due is written with the credential; nobody needs to have been told."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    pair.hand_in_first()
    monkeypatch.setattr(handing_in, "follow_now", die)
    with pytest.raises(KeyboardInterrupt):
        pair.town.hand_in()
    assert not pair.town.ladder.holds()

    pair.town.sweep()

    assert pair.town.ladder.holds()


def test_what_cannot_be_issued_now_the_worker_issues_at_once(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits was told that it follows in a moment."""

    def refuse(*_: object) -> None:
        raise ForbiddenCharacterError("a control character")

    town = pair.town
    town.ladder.release("one")
    with monkeypatch.context() as patched:
        patched.setattr(following, "prepare", refuse)
        assert town.hand_in().sequel is Sequel.LATER
    assert not town.ladder.holds()

    town.sweep()

    assert town.ladder.holds()


def test_only_what_counts_for_it_is_verified_before_a_sign_off(pair: Pair) -> None:
    """What counts for another microcredential is not waited for; an issuer is asked once."""
    town, other = pair.town, pair.other
    both = (town.college.accepted("one", achievement=MORE), town.college.accepted())
    signed = town.ladder.pathway(
        id="signed", components=("one", "two"), accepts=both, needs_sign_off=True
    )
    pair.hand_in_first()
    for number, achievement in ((1, MORE), (2, ACHIEVEMENT)):
        data = town.college.signed(number=number, achievement=achievement)
        handing_in.hand_in(town.parts, town.offer(data, pathway_id=signed))
    asked = len(other.asked), len(town.college.asked)

    sign_off(town.parts, town.scope, signed, town.ladder.learner.earner_id)

    assert town.ladder.holds("signed")
    assert (len(other.asked), len(town.college.asked)) == (asked[0], asked[1] + 2)


def test_issuers_are_asked_beside_each_other(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs off waits for the slowest of them, not for one after the other."""
    town, check = pair.town, checking.check
    met = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    accepts = pair.other.accepted("one"), town.college.accepted()
    signed = town.ladder.pathway(
        id="signed", components=("one", "two"), accepts=accepts, needs_sign_off=True
    )
    for data in (pair.other.signed(), town.college.signed()):
        handing_in.hand_in(town.parts, town.offer(data, pathway_id=signed))

    def check_together(parts: ForeignParts, data: bytes, *, answers: Answers) -> Checked:
        met.wait()
        return check(parts, data, answers=answers)

    monkeypatch.setattr(following, "check", check_together)
    sign_off(town.parts, town.scope, signed, town.ladder.learner.earner_id)

    assert town.ladder.holds("signed")


def test_both_at_once_with_workers_beside_make_one(pair: Pair) -> None:
    """Whichever comes second sees that it is whole; it is issued once."""
    town = pair.town
    failed = at_once(pair.hand_in_first, town.hand_in, town.sweep, town.sweep)
    town.sweep()

    assert failed == []
    assert town.ladder.count_awards() == 1
    assert len(components(town)) == 2


def test_two_confirmed_at_once_with_workers_beside_make_one(pair: Pair) -> None:
    """Each verifies its own; what both make is issued once."""
    town = pair.town
    ids = [town.hand_in(issuer.signed(address="")).id for issuer in (pair.other, town.college)]
    acts = [lambda id_=id_: confirm(town.parts, town.scope, id_, reason="Saw it") for id_ in ids]
    failed = at_once(*acts, town.sweep, town.sweep)
    town.college.clock.advance(minutes=16)
    town.sweep()

    assert failed == []
    assert town.ladder.count_awards() == 1
    assert sorted(components(town)) == sorted(ids)


def test_a_lease_that_a_worker_holds_is_left_alone(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has begun it ends: it verifies all of them and issues."""
    town = pair.town
    pair.hand_in_first()
    waiting = town.hand_in(town.college.signed(address=""))
    real = following.look_now

    def look_beside(*given: object) -> Sequel:
        town.sweep()
        return real(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("lti_tool.services.foreign.deciding.look_now", look_beside)
    confirm(town.parts, town.scope, waiting.id, reason="Saw it")
    assert town.ladder.count_awards() == 1
