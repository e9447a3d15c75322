"""`kill -9` of server and worker at random moments of a loop of awards: nothing lost or doubled.

Real processes over real HTTP. Two assessors release every attempt, each in an
order of their own, and press the button again where no answer came.
"""

import os
import random
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from badges.verification import verify
from lti_tool.services.resolving import OwnResolver
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    Row,
    ScoreDeliveryRow,
    StatusEntryRow,
    StatusListRow,
)
from lti_tool.values import Launch
from tests.demo_course import ACTIVITY, Waiting
from tests.functional.durability_installation import Installation, an_installation, wait_until

SEED = "QUATREFOIL_TEST_SEED"
LOOPED_WITHIN_SECONDS = 300
ROUNDS, A_ROUND_SECONDS = 12, 20
A_RELEASE_SECONDS = 0.1


@pytest.mark.parametrize(
    ("awards", "kills"), [(20, 4), pytest.param(200, 25, marks=pytest.mark.endurance)]
)
def test_no_award_is_lost_or_doubled_however_often_processes_are_killed(
    database: Database, tmp_path: Path, awards: int, kills: int
) -> None:
    """In the end there is one of everything for each learner, and the gradebook knows it."""
    seed = int(os.environ.get(SEED) or secrets.randbelow(2**32))
    print(f"The same moments again: {SEED}={seed}")  # noqa: T201 - shown when the test fails
    url = database.engine.url.render_as_string(hide_password=False)
    dice = random.Random(seed)  # noqa: S311 - dice, not secrets

    with an_installation(tmp_path / "demo", url, learners=awards) as installation:
        release_under_fire(installation, dice, kills=kills)
        deliver(installation, awards)
        check_awards(installation, awards)
        check_gradebook(installation)


def release_under_fire(installation: Installation, dice: random.Random, *, kills: int) -> None:
    """Let both assessors release everything while so many processes are killed."""
    work = installation.work
    orders = [dice.sample(work.waiting, len(work.waiting)) for _ in work.assessors]
    moments = sorted(dice.sample(range(sum(map(len, orders))), kills))
    victims = dice.sample([kill_server, kill_worker] * kills, kills)
    answered: list[UUID] = []
    with ThreadPoolExecutor() as hands:
        jobs = [
            hands.submit(release_all, installation, assessor, order, answered)
            for assessor, order in zip(work.assessors, orders, strict=True)
        ]

        def has_come(moment: int) -> bool:
            return len(answered) >= moment or any(job.done() for job in jobs)

        for moment, kill in zip(moments, victims, strict=True):
            wait_until(partial(has_come, moment), within_seconds=LOOPED_WITHIN_SECONDS)
            time.sleep(dice.uniform(0, A_RELEASE_SECONDS))
            kill(installation)
        for job in jobs:
            job.result(LOOPED_WITHIN_SECONDS)


def release_all(
    installation: Installation, assessor: Launch, order: Sequence[Waiting], answered: list[UUID]
) -> None:
    """Release one after the other, and note what was answered."""
    for one in order:
        installation.release(assessor, one)
        answered.append(one.attempt_id)


def kill_server(installation: Installation) -> None:
    """`kill -9` the server with all that it is doing, and start it again."""
    installation.server.kill()
    installation.server.start()


def kill_worker(installation: Installation) -> None:
    """`kill -9` the worker; start it again when its lease has run out, as if that took no time.

    Nor does it take any until something is tried again.
    """
    installation.worker.kill()
    runtime = installation.runtime
    late, due = ScoreDeliveryRow.leased_until, ScoreDeliveryRow.next_try_at
    with runtime.writing() as session:
        now = runtime.clock()
        session.execute(update(ScoreDeliveryRow).where(late.is_not(None)).values(leased_until=now))
        session.execute(update(ScoreDeliveryRow).where(due > now).values(next_try_at=now))
    installation.worker.start()


def deliver(installation: Installation, awards: int) -> None:
    """Wait until every score has arrived.

    A wake-up call may have died with its worker. The sweep of each minute would find what is
    left; so does a worker when it starts, and nobody waits for the minute.
    """
    for left in reversed(range(ROUNDS)):
        kill_worker(installation)
        try:
            wait_until(
                lambda: count(installation, ScoreDeliveryRow, state="delivered") == awards,
                within_seconds=A_ROUND_SECONDS,
            )
        except TimeoutError:
            if not left:
                raise
        else:
            return


def count(installation: Installation, row: type[Row], **values: object) -> int:
    """How many rows there are with these values."""
    with installation.runtime.reading() as session:
        query = select(func.count()).select_from(row).filter_by(**values)
        return session.scalar(query) or 0


def check_awards(installation: Installation, awards: int) -> None:
    """One standing decision, live award and valid credential for each, and nothing else."""
    runtime = installation.runtime
    assert count(installation, AttemptRow, state="decided") == awards
    assert count(installation, DecisionRow) == awards
    assert count(installation, DecisionRow, superseded_at=None, verdict="awarded") == awards
    assert count(installation, AwardRow) == awards
    assert count(installation, AwardRow, revoked_at=None) == awards
    with runtime.reading() as session:
        credentials = session.scalars(select(CredentialRow)).all()
        given = set(session.scalars(select(StatusEntryRow.credential_id)).all())
    assert len({one.award_id for one in credentials}) == len(credentials) == awards
    # Releases that were killed or came second leave a reserved position, and nothing more.
    assert given >= {one.id for one in credentials}
    assert count(installation, StatusEntryRow, revoked_at=None) == len(given)
    assert count(installation, StatusListRow) == 1
    resolver = OwnResolver(runtime.database, runtime.issuing.urls)
    for one in credentials:
        for form in (one.document, one.token or b""):
            verify(form, resolver=resolver, now=runtime.clock())


def check_gradebook(installation: Installation) -> None:
    """Full points for everybody, said once.

    A score that was under way when its worker died may have arrived. It is
    looked for before it is said again, so not even its comment, which Canvas
    adds to those that are there, is there twice.
    """
    results = installation.gradebook()
    assert results.keys() == {one.platform_user_id for one in installation.work.waiting}
    assert {one["activity_id"] for one in results.values()} == {ACTIVITY.id}
    assert {one["score"] for one in results.values()} == {ACTIVITY.points}
    assert {len(one["comments"]) for one in results.values()} == {1}
    assert count(installation, ScoreDeliveryRow) == len(results)
