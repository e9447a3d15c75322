"""A file of 10,000 ratings becomes 10,000 badges: judged, signed, stored, with all their rows.

Once on each database, for it takes a while: after the rounds, so nothing else runs meanwhile.
Their second forms are signed later, by the worker, so they have a figure of their own.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle, islice, product
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.measuring import Turn
from benchmarks.proofs import LIB_ISSUE
from benchmarks.targets import Target, at_least, at_most
from keys.sealing import MasterKey
from lti_tool.app import make_runtime
from lti_tool.config import Settings
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.planning import Outcome
from lti_tool.services.jwt_forms import complete
from lti_tool.store import jwt_forms, schema
from tests.bulks import an_office
from tests.postgresql import a_database

ROWS = 10_000
SECOND_FORMS = 500
PASSES = tuple(product(("p3", "p5"), repeat=4))
"""Ratings of four criteria that earn the badge."""
Result = TypeVar("Result")
SECONDS = 2.5
"""What was aimed at for all of them, with one proof each."""
DATABASES = "SQLite", "PostgreSQL"


def whole(database: str) -> str:
    """Return how the whole file is called."""
    return f"bulk award, {database}"


def each(database: str) -> str:
    """Return how one row of it is called."""
    return f"bulk award, one of many, {database}"


def second_form(database: str) -> str:
    """Return how the VC-JWT of one of them is called."""
    return f"its VC-JWT, {database}"


def make_targets() -> tuple[Target, ...]:
    """Return what is aimed at on each database."""
    return tuple(
        target
        for database in DATABASES
        for target in (
            at_most("bulk award", whole(database), SECONDS, by_wall=True),
            # By the wall: it takes both cores, and those of the database's own processes.
            at_least("bulk award", each(database), 75, LIB_ISSUE, by_wall=True),
        )
    )


def measure_bulk(folder: Path, *, rows: int) -> Iterator[tuple[str, Sequence[Turn]]]:
    """Yield the one turn of each figure; a database that is not there yields none."""
    for database in DATABASES:
        with ExitStack() as stack:
            url = f"sqlite:///{folder / 'bulk.db'}"
            if database == "PostgreSQL":
                try:
                    url = stack.enter_context(a_database("quatrefoil_bench", is_durable=True))
                except SQLAlchemyError:
                    continue
            turn, later = _award(folder, url, rows)
            yield whole(database), [turn]
            yield each(database), [Turn(turn.wall / rows, turn.cpu / rows)]
            yield second_form(database), [later]


def _award(folder: Path, url: str, rows: int) -> tuple[Turn, Turn]:
    runtime = make_runtime(_settings(folder, url), wake=lambda: None)
    try:
        schema.upgrade(runtime.database.engine)
        office = an_office(runtime, learners=rows)
        wish = office.wish(office.rated(*islice(cycle(PASSES), rows)))
        done, turn = _timed(
            lambda: [one for part in awarding.award(runtime.issuing, wish) for one in part.results]
        )
        assert {one.outcome for one in done} == {Outcome.AWARDED}
        assert len(done) == rows
        with runtime.reading() as session:
            ids = jwt_forms.list_unsigned_ids(session, after=None, limit=SECOND_FORMS)
        signed, later = _timed(lambda: complete(runtime.issuing, ids))
        assert signed == len(ids)
        return turn, Turn(later.wall / signed, later.cpu / signed)
    finally:
        runtime.database.dispose()


def _timed(act: Callable[[], Result]) -> tuple[Result, Turn]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = act()
    return result, Turn(time.perf_counter() - wall, time.process_time() - cpu)


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        base_url="https://tool.example",
        secret_key=secrets.token_urlsafe(48),
        master_key=MasterKey.parse(secrets.token_hex(32)),
        database_url=url,
        data_dir=folder,
        queue_url=f"sqlite:///{folder / 'queue.db'}",
        files_url=f"file://{folder / 'files'}",
    )
