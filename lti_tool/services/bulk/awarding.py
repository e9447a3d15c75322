"""Awarding what a file asks for: batch by batch, each signed first, then written in one go.

While one batch is written the next is prepared beside it, unless both are about the same
person. A batch that was written stays; whoever gives the same file again finds its rows
standing, so that is also how work goes on after a stop.
"""

import gc
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from lti_tool.services.bulk.batches import Batches, Ready
from lti_tool.services.bulk.ground import Wish, check_wish, load_ground
from lti_tool.services.bulk.planning import Entry, Plan, Planner, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.stacking import StackChangedError

BATCH = 1000
"""Rows of one transaction: by the row nearly as quick as one for all; others wait for moments."""

_OBJECTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of some rows of a file, once they are written. `done` counts from the first."""

    done: int
    results: tuple[RowResult, ...]


def check(parts: IssuingParts, wish: Wish, *, rows: Sequence[FileRow] | None = None) -> Plan:
    """Return what would become of the rows of a file; nothing is written.

    Raises:
        NotFoundError, ConflictError: the file as a whole cannot be taken; as `check_wish`.
    """
    planner = Planner(wish)
    entries: list[Entry] = []
    results: list[RowResult] = []
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        for some in _cut(wish.file.rows if rows is None else rows):
            plan = planner.plan(session, ground, some, now=parts.clock())
            entries += plan.entries
            results += plan.results
            session.expunge_all()
    return Plan(entries=tuple(entries), results=tuple(results))


def award(
    parts: IssuingParts, wish: Wish, *, rows: Sequence[FileRow] | None = None
) -> Iterator[Progress]:
    """Award what the rows of a file ask for, and say after each batch what became of it.

    Raises:
        NotFoundError, ConflictError: as `check`, before anything is written; `stack_changed`
            when too much else was awarded to the same people at the same time.
    """
    rows = wish.file.rows if rows is None else rows
    batches = Batches(parts, wish)
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        before = [one for one in wish.file.rows if rows and one.number < rows[0].number]
        for some in _cut(before):
            batches.planner.recall(session, ground, some)
    with ThreadPoolExecutor(1) as beside, _seldom_collected(is_long=len(rows) > BATCH):
        done = 0
        for count, results in _award_all(batches, deque(_cut(rows)), beside):
            done += count
            yield Progress(done=done, results=tuple(results))


def _award_all(
    batches: Batches, waiting: deque[Sequence[FileRow]], beside: ThreadPoolExecutor
) -> Iterator[tuple[int, list[RowResult]]]:
    """Yield how many rows are written, and what became of them."""
    coming: Future[Ready | None] | None = None
    while waiting:
        some = waiting.popleft()
        left: Sequence[FileRow] = some
        results: list[RowResult] = []
        while left:
            ready = (coming.result() if coming else None) or batches.prepare(left)
            coming = None
            if waiting and not ready.left:
                batches.stock(ready, len(waiting[0]))
                coming = beside.submit(batches.prepare_beside, waiting[0], ready.earners)
            try:
                batches.write(ready)
            except StackChangedError:
                if coming:
                    wait([coming])
                ready = batches.write_again(ready)
                # Rows that are left over now come first.
                coming = None if ready.left else coming
            results += ready.results
            left = ready.left
        yield len(some), results


@contextmanager
def _seldom_collected(*, is_long: bool) -> Generator[None]:
    """Have garbage looked for less often while a long file is awarded.

    A batch makes a hundred thousand objects, nearly all of which end with it by themselves.
    To look through them, and through the file, took a fifth of the time.
    """
    before = gc.get_threshold()
    if is_long:
        gc.freeze()
        gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        if is_long:
            gc.set_threshold(*before)
            gc.unfreeze()


def _cut(rows: Sequence[FileRow]) -> Iterator[Sequence[FileRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
