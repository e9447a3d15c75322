"""Rows that the driver inserts are the rows that SQLAlchemy reads."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.store import many_rows as module
from lti_tool.store.base import UnstorableTextError
from lti_tool.store.database import Database
from lti_tool.store.many_rows import insert_many, insert_those_free, many_rows
from lti_tool.store.rows import EarnerRow, FileDeletionRow, Row, UserRow
from tests.rows import NOW, a_registration, an_organisation


@pytest.fixture
def registration_id(database: Database) -> UUID:
    """The platform whose users are stored."""
    with database.writing() as session:
        return a_registration(session, an_organisation(session)).id


def some_users(registration_id: UUID, count: int) -> tuple[list[dict[str, Any]], ...]:
    """Earners and their accounts: ids, texts of any script, truth values, instants, no value."""
    ids = [uuid4() for _ in range(count)]
    earners = [
        {
            "id": id_,
            "subject_urn": f"urn:uuid:{uuid4()}",
            "created_at": NOW,
            "chosen_name": "Ålo 🎓" if number % 2 else None,
            "name_chosen_at": NOW + timedelta(microseconds=number) if number % 2 else None,
        }
        for number, id_ in enumerate(ids)
    ]
    users = [
        {
            "id": uuid4(),
            "registration_id": registration_id,
            "sub": f"user\t{number}\\N",
            "earner_id": id_,
            "name": "" if number % 3 else f"Zoë “{number}”\n",
            "is_test": number % 2 == 0,
            "created_at": NOW,
            "seen_at": NOW,
        }
        for number, id_ in enumerate(ids)
    ]
    return earners, users


def insert(session: Session, row: type[Row], values: list[dict[str, Any]]) -> None:
    """Insert rows as a batch does."""
    insert_many(session, many_rows(session.get_bind().dialect, row, values))


@pytest.mark.parametrize("most", [3, 30_000], ids=["in parts", "at once"])
def test_they_are_what_was_given(
    database: Database, registration_id: UUID, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every type, and however many a statement takes."""
    monkeypatch.setattr(module, "_MOST_VALUES", most * 8)
    earners, users = some_users(registration_id, 10)

    with database.writing() as session:
        insert(session, EarnerRow, earners)
        insert(session, UserRow, users)
        insert(session, UserRow, [])

    for row, given in ((EarnerRow, earners), (UserRow, users)):
        for values in given:
            with database.reading() as session:
                found = session.get_one(row, values["id"])
            assert {name: getattr(found, name) for name in values} == values


def test_a_key_that_is_taken_fails_without_telling_whose(
    database: Database, registration_id: UUID
) -> None:
    """As any statement does; and nothing of it is stored."""
    earners, users = some_users(registration_id, 2)
    users[1]["sub"] = users[0]["sub"]

    def store() -> None:
        with database.writing() as session:
            insert(session, EarnerRow, earners)
            insert(session, UserRow, users)

    with pytest.raises(DBAPIError) as failed:
        store()

    assert users[0]["name"] not in str(failed.value)
    with database.reading() as session:
        assert session.scalars(select(EarnerRow)).all() == []


def test_text_that_no_database_holds_is_refused(database: Database, registration_id: UUID) -> None:
    """By the types of the columns, as everywhere."""
    earners, _ = some_users(registration_id, 2)
    earners[1]["chosen_name"] = "a\0b"
    with pytest.raises(UnstorableTextError), database.writing() as session:
        insert(session, EarnerRow, earners)


def test_those_that_are_free_are_told(database: Database) -> None:
    """The others stay as they were."""

    def store(*keys: str) -> set[str]:
        values = [{"storage_key": key, "requested_at": NOW} for key in keys]
        with database.writing() as session:
            column = FileDeletionRow.storage_key
            return set(insert_those_free(session, FileDeletionRow, values, returns=column))

    assert store("a", "b") == {"a", "b"}
    assert store("b", "c") == {"c"}
    assert store() == set()
