"""A file of 10,000 ratings becomes 10,000 badges: judged, signed, stored, with all their rows.

A few rounds for each database, behind all others: each in a process of its own, as the command
is, and openbadgeslib signs some of the same credentials before and after it. Their second forms
are signed later, by the worker, so they have a figure of their own.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, replace
from itertools import cycle, product
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from badges.definition import AchievementDefinition, DefinitionState
from badges.untrusted import parse_object
from benchmarks.cores import measure_cores
from benchmarks.measuring import Case, Turn
from benchmarks.proofs import make_lib_issue
from benchmarks.samples import CREDENTIALS, make_samples
from benchmarks.targets import Target, at_least, at_most
from keys.sealing import MasterKey
from lti_tool.app import make_runtime
from lti_tool.config import Settings
from lti_tool.services.bulk import awarding
from lti_tool.services.bulk.planning import Outcome
from lti_tool.services.jwt_forms import complete
from lti_tool.store import jwt_forms, schema
from lti_tool.store.rows import CredentialRow
from tests.bulks import Office, a_csv, an_office
from tests.factories import (
    a_criterion,
    a_definition,
    a_framework_item,
    a_rubric,
    some_conditions,
)
from tests.postgresql import a_database

ROWS = 10_000
ROUNDS = 5
SIGNATURES = 20
"""Of openbadgeslib, before and after each file."""
SECOND_FORMS = 500
MOST_SECONDS = 600
CRITERIA = "Questions", "Calm", "Silence"
PASSES = tuple(product(("p3", "p5"), repeat=len(CRITERIA)))
"""Ratings that earn the badge."""
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


def beside(database: str) -> str:
    """Return how openbadgeslib's signing is called, before and after the file."""
    return f"openbadgeslib issue, beside {database}"


def make_targets() -> tuple[Target, ...]:
    """Return what is aimed at on each database."""
    return tuple(
        target
        for database in DATABASES
        for target in (
            at_most("bulk award", whole(database), SECONDS, by_wall=True),
            # By the wall: it takes both cores, and those of the database's own processes.
            at_least("bulk award", each(database), 75, beside(database), by_wall=True),
        )
    )


def measure_bulk(
    folder: Path, *, rows: int, rounds: int
) -> Iterator[tuple[str, str, Sequence[Turn]]]:
    """Yield the turns of each figure, with its peer; a database that is not there yields none."""
    yield from measure_cores(rounds)
    lib = _lib_issue(folder)
    for database in DATABASES:
        awards, second, signs = list[Turn](), list[Turn](), list[Turn]()
        for number in range(rounds):
            with ExitStack() as stack:
                url = f"sqlite:///{folder / f'bulk-{number}.db'}"
                if database == "PostgreSQL":
                    try:
                        url = stack.enter_context(a_database("quatrefoil_bench", is_durable=True))
                    except SQLAlchemyError:
                        break
                before = lib.take(SIGNATURES)
                award, later = _in_own_process(folder, url, rows)
                after = lib.take(SIGNATURES)
            awards.append(award)
            second.append(later)
            signs.append(Turn((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2))
        if not awards:
            continue
        yield beside(database), each(database), signs
        yield whole(database), whole(database), awards
        yield (
            each(database),
            each(database),
            [Turn(one.wall / rows, one.cpu / rows) for one in awards],
        )
        yield second_form(database), second_form(database), second


def _lib_issue(folder: Path) -> Case:
    """Return openbadgeslib's signing of credentials of such a file."""
    with _an_office(folder, f"sqlite:///{folder / 'few.db'}", CREDENTIALS) as office:
        assert set(office.award(_file(office)).values()) == {Outcome.AWARDED}
        with office.runtime.reading() as session:
            documents = [
                parse_object(one) for one in session.scalars(select(CredentialRow.document))
            ]
    unsigned = [{name: one[name] for name in one if name != "proof"} for one in documents]
    return make_lib_issue(unsigned, make_samples().ed25519)


def _in_own_process(folder: Path, url: str, rows: int) -> tuple[Turn, Turn]:
    """Return what the file costs, and then one second form, in a process that does only that."""
    done = subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, "-m", "benchmarks.bulk", folder, url, str(rows)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=MOST_SECONDS,
    )
    award, later = json.loads(done.stdout)
    return Turn(*award), Turn(*later)


def _award(folder: Path, url: str, rows: int) -> tuple[Turn, Turn]:
    with _an_office(folder, url, rows) as office:
        runtime, wish = office.runtime, office.wish(_file(office))
        parts = awarding.award(runtime.issuing, wish, is_alone=True)
        done, turn = _timed(lambda: [one for part in parts for one in part.results])
        assert {one.outcome for one in done} == {Outcome.AWARDED}
        assert len(done) == rows
        with runtime.reading() as session:
            ids = jwt_forms.list_unsigned_ids(session, after=None, limit=SECOND_FORMS)
        signed, later = _timed(lambda: complete(runtime.issuing, ids))
        assert signed == len(ids)
        return turn, Turn(later.wall / signed, later.cpu / signed)


@contextmanager
def _an_office(folder: Path, url: str, learners: int) -> Generator[Office]:
    runtime = make_runtime(_settings(folder, url), wake=lambda: None)
    try:
        schema.upgrade(runtime.database.engine)
        yield an_office(runtime, learners=learners, definition=_definition())
    finally:
        runtime.database.dispose()


def _file(office: Office) -> bytes:
    rated = zip(office.learners, cycle(PASSES), strict=False)
    return a_csv(("user", *CRITERIA), *((one.sub, *points) for one, points in rated))


def _definition() -> AchievementDefinition:
    """A badge of as many statements as that with which was found what may be aimed at."""
    return a_definition(
        title="Listening Closely",
        description="Hears what a student means.",
        criteria_narrative="Reach **Ready** in both competencies.",
        image_alt="Badge 1 of 4: Listening Closely",
        rubric=a_rubric(*(a_criterion(one.casefold()) for one in CRITERIA)),
        conditions=some_conditions(9),
        alignments=(a_framework_item(), replace(a_framework_item(), title="Keeps silent")),
        tags=("coaching", "listening"),
        state=DefinitionState.PUBLISHED,
    )


def _timed(act: Callable[[], Result]) -> tuple[Result, Turn]:
    before, start = os.times(), time.perf_counter()
    result = act()
    wall, after = time.perf_counter() - start, os.times()
    # Processor time of this process and of those that it started and that have ended.
    return result, Turn(wall, sum(after[:4]) - sum(before[:4]))


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


if __name__ == "__main__":
    folder, url, rows = sys.argv[1:]
    json.dump([astuple(one) for one in _award(Path(folder), url, int(rows))], sys.stdout)
