"""Awarding what a file asks for: batch by batch, each signed first, then written in one go.

A batch that was written stays; whoever gives the same file again finds its rows standing, so
that is also how work goes on after a stop.
"""

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from lti_tool.services.bulk.batches import Batches
from lti_tool.services.bulk.ground import Wish, check_wish, load_ground
from lti_tool.services.bulk.planning import Planner, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.turns import can_fork, finish_alone, finish_by_turns
from lti_tool.services.issuing import IssuingParts

BATCH = 1000
"""Rows of one transaction: by the row nearly as quick as one for all; others wait for moments."""

ENDS = 250, 500
"""Rows of the first batch and, last first, of the last ones, where two processes take turns: at
both ends one of them waits for the other."""

_OBJECTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of some rows of a file, once they are written. `done` counts from the first."""

    done: int
    results: tuple[RowResult, ...]


def check(parts: IssuingParts, wish: Wish) -> tuple[RowResult, ...]:
    """Return what would become of the rows of a file; nothing is written.

    Raises:
        NotFoundError, ConflictError: the file as a whole cannot be taken; as `check_wish`.
    """
    planner = Planner(wish)
    results: list[RowResult] = []
    entered: list[RowResult] = []
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        for some in _cut(wish.file.rows):
            plan = planner.plan(session, ground, some, now=parts.clock())
            planner.remember(plan.meant)
            results += plan.results
            entered += (one.result for one in plan.entries)
            session.expunge_all()
    return (*results, *entered)


def award(
    parts: IssuingParts,
    wish: Wish,
    *,
    rows: Sequence[FileRow] | None = None,
    is_alone: bool = False,
) -> Iterator[Progress]:
    """Award what the rows of a file ask for, and say after each batch what became of it.

    Args:
        parts: What issuing needs.
        wish: What is asked for.
        rows: Some of the file's rows, if not all are to be awarded now.
        is_alone: This process does nothing else, so it may have a copy of itself do half.

    Raises:
        NotFoundError, ConflictError: as `check`, before anything is written; `stack_changed`
            when too much else was awarded to the same people at the same time.
    """
    rows = wish.file.rows if rows is None else rows
    is_long, done = is_alone and len(rows) > BATCH, 0
    with _seldom_collected(is_long=is_long):
        batches = _begin(parts, wish, rows)
        finished = (
            finish_by_turns(batches, tuple(_tapered(rows)), parts.database)
            if is_long and can_fork()
            else finish_alone(batches, _cut(rows), parts.database)
        )
        with closing(finished):
            for one in finished:
                done += one.rows
                yield Progress(done=done, results=one.results)


def _begin(parts: IssuingParts, wish: Wish, rows: Sequence[FileRow]) -> Batches:
    """Return what the batches have in common, once it is clear that the file can be taken."""
    batches = Batches(parts, wish)
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        before = [one for one in wish.file.rows if rows and one.number < rows[0].number]
        for some in _cut(before):
            batches.planner.recall(session, ground, some)
        # Once for both processes.
        parts.rings.load(session, ground.issuer)
    return batches


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


def _tapered(rows: Sequence[FileRow]) -> Iterator[Sequence[FileRow]]:
    """Cut rows for two processes."""
    middle, start = len(rows) - sum(ENDS[:1]) - sum(ENDS), 0
    sizes = *ENDS[:1], *[BATCH] * (middle // BATCH), middle % BATCH, *reversed(ENDS)
    for size in filter(None, sizes):
        yield rows[start : start + size]
        start += size


def _cut(rows: Sequence[FileRow]) -> Iterator[Sequence[FileRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
