"""Cases that take turns, and what their turns amount to.

One case after the other has its turn: A B C, then C B A, and so on, so that whatever
else the machine does meets all of them alike. A figure is the
median of its turns; a ratio is the median of the ratios within each round.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Operation = Callable[[], object]
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one operation, as the mean of a turn."""

    wall: float
    cpu: float
    """Of the process that does it, so waiting for a shared core or for the disk is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something to measure, and the name of the case that it is compared with."""

    name: str
    peer: str
    count: int
    """Operations in one turn."""
    take: Callable[[int], Turn]
    """Does so many operations and says what one of them cost."""


Turns = Mapping[str, Sequence[Turn]]
"""The turns of each case, by its name; those of one round stand at the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What the turns of a case amount to."""

    name: str
    per_second: float
    """By the wall clock."""
    cpu_microseconds: float
    ratio: float
    """CPU time as a multiple of the peer's."""
    peer: str


def in_process(
    name: str, prepare: Callable[[int], Sequence[Operation]], *, count: int, peer: str = ""
) -> Case:
    """Return a case of this process.

    Args:
        name: What the case is called.
        prepare: Makes so many operations ready; this is not measured.
        count: Operations in one turn.
        peer: What it is compared with; itself if nothing is said.
    """

    def take(asked: int) -> Turn:
        operations = prepare(asked)
        gc.collect()
        # Garbage is looked for in what a turn makes, not in all that the other cases hold.
        gc.freeze()
        wall, cpu = time.perf_counter(), time.process_time()
        for operate in operations:
            operate()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        gc.unfreeze()
        return Turn(wall / asked, cpu / asked)

    return Case(name=name, peer=peer or name, count=count, take=take)


def repeated(name: str, operate: Operation, *, count: int, peer: str = "") -> Case:
    """Return a case of this process that does the same again and again."""
    return in_process(name, lambda asked: [operate] * asked, count=count, peer=peer)


def measure(cases: Sequence[Case], *, rounds: int, most: int | None = None) -> Turns:
    """Let the cases take turns, and return these.

    Args:
        cases: Each with its peer among them.
        rounds: How many turns each has, beside one that only warms up.
        most: The most operations of a turn, for a quick look.
    """
    turns: dict[str, list[Turn]] = {case.name: [] for case in cases}
    gc.collect()
    # What is there now is not looked at again before each turn.
    gc.freeze()
    try:
        for number in range(rounds + 1):
            for case in cases if number % 2 else reversed(cases):
                turns[case.name].append(case.take(min(case.count, most or case.count)))
    finally:
        gc.unfreeze()
    return {name: taken[1:] for name, taken in turns.items()}


def figure_of(name: str, peer: str, turns: Turns) -> Figure:
    """Return what the turns of one case amount to, beside those of its peer."""
    pairs = zip(turns[name], turns[peer], strict=True)
    return Figure(
        name=name,
        per_second=1 / median(turn.wall for turn in turns[name]),
        cpu_microseconds=MICROSECONDS * median(turn.cpu for turn in turns[name]),
        ratio=median(turn.cpu / other.cpu for turn, other in pairs),
        peer=peer,
    )
