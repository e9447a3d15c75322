"""Inserting where the key may be taken."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from lti_tool.store import tokens
from lti_tool.store.database import Database
from lti_tool.store.rows import ServiceTokenRow
from tests.rows import a_registration, an_organisation

SOON = datetime(2026, 11, 21, 11, tzinfo=UTC)


@pytest.fixture
def registration_id(database: Database) -> UUID:
    """Return the id of a registration that tokens may belong to."""
    with database.writing() as session:
        return a_registration(session, an_organisation(session)).id


def kept(database: Database) -> list[tuple[str, bytes]]:
    """Return what is stored, by scope."""
    with database.reading() as session:
        rows = session.scalars(select(ServiceTokenRow).order_by(ServiceTokenRow.scopes))
        return [(row.scopes, row.sealed) for row in rows]


def test_a_later_row_takes_the_place_of_an_earlier_one(
    database: Database, registration_id: UUID
) -> None:
    """Only the row with the same whole key is replaced."""
    for scope, sealed in (("a", b"1"), ("b", b"2"), ("a", b"3")):
        with database.writing() as session:
            tokens.replace_token(session, registration_id, scope, sealed=sealed, expires_at=SOON)
    assert kept(database) == [("a", b"3"), ("b", b"2")]


def test_two_writers_of_one_new_key_both_succeed(database: Database, registration_id: UUID) -> None:
    """Neither sees the other's row while it decides to insert: the later one still wins."""
    rounds = 10
    together = Barrier(2)

    def write(sealed: bytes) -> None:
        for number in range(rounds):
            together.wait(30)
            with database.writing() as session:
                tokens.replace_token(
                    session, registration_id, str(number), sealed=sealed, expires_at=SOON
                )

    with ThreadPoolExecutor(2) as pool:
        for writer in [pool.submit(write, b"1"), pool.submit(write, b"2")]:
            writer.result()

    assert len(kept(database)) == rounds
