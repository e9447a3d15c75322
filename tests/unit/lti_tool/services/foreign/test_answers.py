"""Answers of issuers that are remembered: asked once, and never more than fit."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from badges.errors import NotPublicError, ResolutionError
from lti_tool.services.fetching import NotAskedError
from lti_tool.services.foreign.answers import BESIDE_BYTES, Answers

PATIENCE_SECONDS = 60
SIZE = 10_000
ROOM = 3 * (SIZE + BESIDE_BYTES + 1)
"""For three answers whose names have one letter."""


@dataclass
class World:
    """Answers the same to everybody, or that there is nothing."""

    fault: ResolutionError | None = None
    asked: list[str] = field(default_factory=list)

    def ask(self, uri: str) -> bytes:
        """Answer."""
        self.asked.append(uri)
        if self.fault is not None:
            raise self.fault
        return uri.encode() * SIZE


def test_what_was_asked_is_not_asked_again() -> None:
    """Under the same name and of the same kind."""
    answers, world = Answers(), World()
    for kind in ("issuer", "issuer", "key"):
        assert answers.get(kind, "a", world.ask) == b"a" * SIZE

    assert world.asked == ["a", "a"]


def test_what_was_not_used_for_the_longest_is_forgotten() -> None:
    """Three fit, whatever came before them."""
    answers, world = Answers(ROOM), World()
    for name in "abcadbca":
        answers.get("list", name, world.ask)

    # Asked for again, `a` stays when `d` comes, and `b` goes.
    assert world.asked == ["a", "b", "c", "d", "b", "c", "a"]


def test_one_that_never_fits_is_handed_on() -> None:
    """And asked for each time; others are forgotten for it."""
    answers, world = Answers(SIZE), World()

    assert answers.get("list", "a", world.ask) == b"a" * SIZE
    assert answers.get("list", "a", world.ask) == b"a" * SIZE
    assert world.asked == ["a", "a"]


def test_who_did_not_answer_is_not_asked_again() -> None:
    """Of the same kind of error each time, and without what was at hand where it happened."""
    answers, world = Answers(), World(NotPublicError("not shown to the world"))
    world.fault.__cause__ = ValueError("the whole answer")  # type: ignore[union-attr]  # it is there
    for _ in range(3):
        with pytest.raises(NotPublicError, match="not shown") as caught:
            answers.get("issuer", "a", world.ask)

        assert caught.value is not world.fault
        assert caught.value.__cause__ is None
    assert world.asked == ["a"]


def test_silence_takes_room_too() -> None:
    """Somebody may name addresses by the thousand at which there is nothing."""
    answers, world = Answers(2 * (BESIDE_BYTES + 1)), World(ResolutionError("not found"))
    for name in "abca":
        with pytest.raises(ResolutionError):
            answers.get("issuer", name, world.ask)

    assert world.asked == ["a", "b", "c", "a"]


def test_who_was_not_asked_may_be_asked_later() -> None:
    """It says nothing of whoever would have answered."""
    answers, world = Answers(), World(NotAskedError("no time left"))
    for _ in range(2):
        with pytest.raises(NotAskedError):
            answers.get("issuer", "a", world.ask)

    assert world.asked == ["a", "a"]


def two_at_once(answers: Answers, first: World, second: World) -> list[Future[bytes]]:
    """Both ask for the same: the second while the first waits until another one is answered."""
    asked, may_answer = Event(), Event()

    def ask_slowly(uri: str) -> bytes:
        asked.set()
        assert may_answer.wait(PATIENCE_SECONDS)
        return first.ask(uri)

    with ThreadPoolExecutor(2) as hands:
        both = [hands.submit(answers.get, "issuer", "a", ask_slowly)]
        assert asked.wait(PATIENCE_SECONDS)
        both.append(hands.submit(answers.get, "issuer", "a", second.ask))
        assert answers.get("issuer", "b", second.ask) == b"b" * SIZE
        may_answer.set()
    return both


def test_of_two_at_once_one_asks_and_both_are_answered() -> None:
    """Who comes second waits for the answer of the first."""
    world = World()
    first, second = two_at_once(Answers(), world, world)

    assert first.result() == second.result() == b"a" * SIZE
    assert world.asked == ["b", "a"]


def test_who_waited_for_one_that_was_not_asked_asks() -> None:
    """The first had no time left; the second has."""
    world = World()
    first, second = two_at_once(Answers(), World(NotAskedError("no time left")), world)

    assert isinstance(first.exception(), NotAskedError)
    assert second.result() == b"a" * SIZE
    assert world.asked == ["b", "a"]


def test_names_that_nobody_asks_for_now_are_not_held() -> None:
    """Somebody may name addresses by the thousand."""
    answers, world = Answers(SIZE), World()
    for name in "abc":
        answers.get("list", name, world.ask)

    assert answers._turns == {}
