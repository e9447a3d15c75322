"""What an award costs does not grow with the awards before it: nothing is scanned or counted."""

import re
from collections.abc import Callable
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Connection

from lti_tool.runtime import Runtime
from lti_tool.services import revoking, status_lists
from lti_tool.services.status_lists import reserve_positions
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import CredentialRow, IssuerRow, StatusEntryRow, StatusListRow
from lti_tool.values import RandomBytes
from tests.bulks import PASS as PASSING
from tests.bulks import an_office
from tests.stacked import a_ladder

GROWING = (
    "award",
    "award_component",
    "attestation",
    "credential",
    "status_entry",
    "status_list",
    "attempt",
    "submission",
    "assessment",
    "rating",
    "task_score",
    "decision",
    "earner",
    "lti_user",
    "membership",
    "score_delivery",
)
"""Tables with rows for people, of which there may be a million."""
SCANNED = {
    "sqlite": re.compile(rf"^SCAN ({'|'.join(GROWING)})\b(?!.* USING (COVERING )?INDEX)"),
    "postgresql": re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b"),
}


def scans(database: Database, act: Callable[[], object]) -> list[str]:
    """Which growing tables the statements of `act` read from end to end."""
    dialect = database.engine.dialect.name
    found: list[str] = []
    explaining: list[bool] = []
    words = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"

    def look(
        connection: Connection, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        if explaining or not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        explaining.append(True)
        if dialect == "postgresql":
            # Of tables as small as a test's it reads all by choice.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"{words} {statement}", values).all()  # type: ignore[arg-type]  # as they came
        found.extend(
            f"{line[-1]}: {statement}" for line in plan if SCANNED[dialect].search(line[-1])
        )
        explaining.clear()

    event.listen(database.engine, "before_cursor_execute", look)
    try:
        act()
    finally:
        event.remove(database.engine, "before_cursor_execute", look)
    return found


def test_no_award_reads_a_table_from_end_to_end(runtime: Runtime) -> None:
    """A release with what follows, a file of ratings, of earlier awards, and a revocation."""
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.pathway(components=("one", "two"))
    ladder.release("one")

    assert scans(runtime.database, lambda: ladder.release("two")) == []
    assert ladder.holds()

    def revoke() -> None:
        revoking.revoke_credential(runtime.issuing, ladder.credential("two").id, reason="x")

    assert scans(runtime.database, revoke) == []
    assert not ladder.holds()


def test_no_file_reads_a_table_from_end_to_end(runtime: Runtime) -> None:
    """However many people are here: only those of the file are looked at."""
    office = an_office(runtime)

    assert scans(runtime.database, lambda: office.award(office.rated(PASSING))) == []
    data = office.attested("2024-05-01", "2024-05-01")
    assert scans(runtime.database, lambda: office.award(data)) == []


@pytest.fixture
def issuer(runtime: Runtime) -> IssuerRow:
    """An issuer with keys."""
    return an_office(runtime).course.issuer


def reserve(
    runtime: Runtime,
    issuer: IssuerRow,
    count: int,
    *,
    least: int | None = None,
    random_bytes: RandomBytes | None = None,
) -> list[tuple[UUID, int]]:
    """Reserve so many positions, or at least so many; return them, each with its list."""
    ids = [uuid4() for _ in range(count)]
    reserved = reserve_positions(
        runtime.database,
        issuer,
        ids,
        rings=runtime.rings,
        urls=PublicURLs(runtime.settings.base_url),
        clock=runtime.clock,
        new_id=runtime.new_id,
        random_bytes=random_bytes or runtime.random_bytes,
        least=least,
    )
    found = {one.credential_id for one in reserved}
    assert len(found) == len(reserved) >= (count if least is None else least)
    assert found <= set(ids)
    return [(one.status_list_id, one.position) for one in reserved]


def test_positions_are_drawn_once_each_and_at_random(runtime: Runtime, issuer: IssuerRow) -> None:
    """Many at once or one by one: none twice, and not in the order of awards."""
    given = reserve(runtime, issuer, 300)
    for _ in range(5):
        given += reserve(runtime, issuer, 1)

    assert len(set(given)) == 305
    assert len({list_id for list_id, _ in given}) == 1
    assert given != sorted(given)
    with runtime.reading() as session:
        stored = session.scalars(select(StatusEntryRow.position)).all()
    assert sorted(stored) == sorted(position for _, position in given)
    assert reserve(runtime, issuer, 0) == []


def test_a_list_that_is_half_given_away_makes_way(
    runtime: Runtime, issuer: IssuerRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Awards go on in the next list, and what was given away stays."""
    monkeypatch.setattr(status_lists, "MINIMUM_ENTRIES", 64)
    monkeypatch.setattr(status_lists, "FULL_AT", 32)

    lists = [reserve(runtime, issuer, 1)[0][0] for _ in range(200)]

    order = list(dict.fromkeys(lists))
    assert lists == sorted(lists, key=order.index)
    assert len(order) > 2
    counts = {one: lists.count(one) for one in order[:-1]}
    assert all(32 <= count <= 64 for count in counts.values())
    with runtime.reading() as session:
        assert len(session.scalars(select(StatusListRow)).all()) == len(order)
        assert not session.scalars(select(CredentialRow)).all()


def test_more_than_a_list_has_room_for_goes_on_in_the_next(
    runtime: Runtime, issuer: IssuerRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch may be spread over lists; every credential has a place of its own."""
    monkeypatch.setattr(status_lists, "MINIMUM_ENTRIES", 64)
    monkeypatch.setattr(status_lists, "FULL_AT", 32)

    given = [one for _ in range(4) for one in reserve(runtime, issuer, 50)]

    assert len(set(given)) == 200
    assert len({list_id for list_id, _ in given}) >= 4


def test_what_is_reserved_ahead_may_be_fewer_and_fills_no_list_beyond_its_half(
    runtime: Runtime, issuer: IssuerRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draws in vain are not made up for; where most are, the next list is opened at once."""
    monkeypatch.setattr(status_lists, "MINIMUM_ENTRIES", 64)
    monkeypatch.setattr(status_lists, "FULL_AT", 32)

    drawn = Random(20_261_123).randbytes  # noqa: S311 - so that each run draws the same
    given = [
        one for _ in range(40) for one in reserve(runtime, issuer, 20, least=1, random_bytes=drawn)
    ]

    assert len(set(given)) == len(given) < 40 * 20
    lists = [list_id for list_id, _ in given]
    order = list(dict.fromkeys(lists))
    assert len(order) > 8
    assert all(32 <= lists.count(one) < 60 for one in order[:-1])
