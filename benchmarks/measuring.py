"""Cases that take turns, and what their turns amount to.

All cases run in one process, one after the other: A B C, then C B A, and so on,
so that whatever else the machine does meets all of them alike. A figure is the
median of its turns; a ratio is the median of the ratios within each round.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Operation = Callable[[], object]
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something to measure, and the name of the case that it is compared with."""

    name: str
    peer: str
    count: int
    """Operations in one turn."""
    prepare: Callable[[int], Sequence[Operation]]
    """Makes so many operations ready; this is not measured."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one operation, as the mean of a turn."""

    wall: float
    cpu: float
    """Of this process, so waiting for a shared core or for the disk is not in it."""


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


def measure(cases: Sequence[Case], *, rounds: int, most: int | None = None) -> tuple[Figure, ...]:
    """Let the cases take turns, and return their figures.

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
                turns[case.name].append(_take_turn(case, min(case.count, most or case.count)))
    finally:
        gc.unfreeze()
    measured = {name: taken[1:] for name, taken in turns.items()}
    return tuple(_figure(case, measured) for case in cases)


def _take_turn(case: Case, count: int) -> Turn:
    operations = case.prepare(count)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for operate in operations:
        operate()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Turn(wall / count, cpu / count)


def _figure(case: Case, turns: Mapping[str, Sequence[Turn]]) -> Figure:
    pairs = zip(turns[case.name], turns[case.peer], strict=True)
    return Figure(
        name=case.name,
        per_second=1 / median(turn.wall for turn in turns[case.name]),
        cpu_microseconds=MICROSECONDS * median(turn.cpu for turn in turns[case.name]),
        ratio=median(turn.cpu / peer.cpu for turn, peer in pairs),
        peer=case.peer,
    )
