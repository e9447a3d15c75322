"""A file of 10,000 ratings becomes 10,000 badges: judged, signed in both forms, verified, stored.

Once on each database, for it takes a while: after the rounds, so nothing else runs meanwhile.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.measuring import Turn
from benchmarks.proofs import LIB_ISSUE
from benchmarks.targets import Target, at_least, at_most
from keys.sealing import MasterKey
from lti_tool.app import make_runtime
from lti_tool.config import Settings
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.planning import Outcome
from lti_tool.store import schema
from tests.bulks import PASS, an_office
from tests.postgresql import a_database

ROWS = 10_000
SECONDS = 2.5
"""What was aimed at for all of them, with one proof each."""
DATABASES = "SQLite", "PostgreSQL"


def whole(database: str) -> str:
    """Return how the whole file is called."""
    return f"bulk award, {database}"


def each(database: str) -> str:
    """Return how one row of it is called."""
    return f"bulk award, one of many, {database}"


def make_targets() -> tuple[Target, ...]:
    """Return what is aimed at on each database."""
    return tuple(
        target
        for database in DATABASES
        for target in (
            at_most("bulk award", whole(database), SECONDS, by_wall=True),
            at_least("bulk award", each(database), 75, LIB_ISSUE),
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
            turn = _award(folder, url, rows)
            yield whole(database), [turn]
            yield each(database), [Turn(turn.wall / rows, turn.cpu / rows)]


def _award(folder: Path, url: str, rows: int) -> Turn:
    runtime = make_runtime(_settings(folder, url), wake=lambda: None)
    try:
        schema.upgrade(runtime.database.engine)
        office = an_office(runtime, learners=rows)
        wish = office.wish(office.rated(*[PASS] * rows))
        wall, cpu = time.perf_counter(), time.process_time()
        done = [one for part in awarding.award(runtime.issuing, wish) for one in part.results]
        turn = Turn(time.perf_counter() - wall, time.process_time() - cpu)
        assert {one.outcome for one in done} == {Outcome.AWARDED}
        assert len(done) == rows
        return turn
    finally:
        runtime.database.dispose()


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
