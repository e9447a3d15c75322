"""Whether two cores are two: what a loop takes alone, and beside another one.

Machines for hire often call the two threads of one core two cores. Either is slower by half or
more as soon as the other one works, so two processes do little more than one.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence

from benchmarks.measuring import Turn

ALONE, BESIDE = "a loop alone", "a loop beside another"
_CORES = 2
# Long enough that a moment's difference in starting does not matter; nothing waits for memory.
_LOOP = """
import time
wall, cpu, value = time.perf_counter(), time.process_time(), 0
for number in range(6_000_000):
    value = (3 * value + number) & 0xFFFF
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def measure_cores(rounds: int) -> Iterator[tuple[str, str, Sequence[Turn]]]:
    """Yield the turns of either, with its peer."""
    turns = [(_loops(1), _loops(_CORES)) for _ in range(rounds)]
    yield ALONE, ALONE, [alone for alone, _ in turns]
    yield BESIDE, ALONE, [beside for _, beside in turns]


def _loops(count: int) -> Turn:
    """Return what each of so many loops at a time takes, in a process of its own."""
    command = [sys.executable, "-c", _LOOP]
    loops = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]  # noqa: S603
    taken = [[float(one) for one in loop.communicate()[0].split()] for loop in loops]
    wall, cpu = (sum(times) / count for times in zip(*taken, strict=True))
    return Turn(wall, cpu)
