"""Two processes that take turns with the batches of a file: while one writes, the other prepares.

What a batch costs is mostly planning and signing, which one process does on one core. What is
written does not depend on who is quicker: before a batch is written, whoever prepared it knows
whom the one before is about. If it is about the same person, it is prepared again once the
other is written.
"""

import os
import sys
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIG_IGN, SIGINT, signal
from typing import TypeAlias

from lti_tool.services.bulk.batches import Batches, Done
from lti_tool.services.bulk.planning import Meant
from lti_tool.services.bulk.reading import FileRow
from lti_tool.store.database import Database

Rows: TypeAlias = Sequence[FileRow]

STOCKED = 4
"""For how many of its batches a process reserves at a time."""
TIDIED = 16
"""Of so many batches SQLite has one wait until all that was written ahead is in its place."""


def can_fork() -> bool:
    """Whether a second process helps, and nothing is lost by copying this one."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and len(os.sched_getaffinity(0)) > 1
    )


def finish_alone(batches: Batches, cuts: Iterable[Rows], database: Database) -> Generator[Done]:
    """Write some batches of a file, and yield what became of each.

    Raises:
        StackChangedError: as `Batches.finish`.
    """
    for one in cuts:
        done = batches.finish(one)
        database.tidy()
        yield done


def finish_by_turns(batches: Batches, cuts: Sequence[Rows], database: Database) -> Generator[Done]:
    """Write all batches of a file, and yield what became of each.

    Call it where `can_fork`: the second process is a copy of this one.

    Raises:
        StackChangedError: as `Batches.finish`.
    """
    # SQLite keeps its locks for a process: a copy of an open connection would believe it has them.
    database.dispose()
    fork = get_context("fork")
    here, there = fork.Pipe()
    other = fork.Process(target=_help, args=(batches, cuts, database, here, there), daemon=True)
    left = dict(enumerate(cuts))
    try:
        # Whoever is alone goes on alone, also where no copy can be made.
        with suppress(EOFError, OSError):
            other.start()
            there.close()
            for number, done in _take_turns(batches, cuts, database, here, first=0):
                del left[number]
                yield done
        yield from finish_alone(batches, left.values(), database)
    finally:
        # The other one ends as soon as it notices.
        here.close()
        if other.pid is not None:
            other.join()


def _help(
    batches: Batches, cuts: Sequence[Rows], database: Database, here: Connection, there: Connection
) -> None:
    """Do every other batch, beginning with the second."""
    here.close()
    signal(SIGINT, SIG_IGN)
    # Whatever fails here ends this process: the other one goes on alone, and meets what is real.
    with suppress(Exception), there:
        for _ in _take_turns(batches, cuts, database, there, first=1):
            pass


def _take_turns(
    batches: Batches, cuts: Sequence[Rows], database: Database, other: Connection, *, first: int
) -> Iterator[tuple[int, Done]]:
    """Write every other batch; yield each by its number, whoever wrote it.

    Of each batch two messages are sent: whom it is about, before it is written, and that it is
    written. What became of it is told to the first process only: were both to wait until a long
    message is taken, neither would take one.

    Raises:
        EOFError, OSError: the other process is gone.
    """
    for number in range(first, len(cuts), 2):
        ready = batches.prepare(cuts[number])
        is_written = number == 0
        if number:
            batches.planner.remember(meant := other.recv())
            is_again = ready.is_about(meant)
            if is_again or database.has_one_writer:
                yield number - 1, other.recv()
                is_written = True
            if is_again:
                batches.give_back(ready)
                ready = batches.prepare(cuts[number])
        _tell(other, ready.meant)
        done = batches.finish(cuts[number], ready)
        batches.stock(ready, [len(one) for one in cuts[number + 2 :: 2][:STOCKED]])
        if number % TIDIED == TIDIED - 1:
            # While neither writes: only then the file of what is written ahead begins anew.
            database.tidy()
        _tell(other, done if first else None)
        database.tidy()
        yield number, done
        if not is_written:
            yield number - 1, other.recv()
    if (last := len(cuts) - 1) % 2 != first:
        other.recv()
        yield last, other.recv()


def _tell(other: Connection, message: Meant | Done | None) -> None:
    # Whether the other process is gone shows when it is listened to, behind its last words.
    with suppress(OSError):
        other.send(message)
