"""Rows that the driver inserts are the rows that SQLAlchemy reads."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.store import many_rows as module
from lti_tool.store.base import UnstorableTextError
from lti_tool.store.database import Database
from lti_tool.store.many_rows import (
    NewRows,
    insert_many,
    insert_those_free,
    is_among,
    many_rows,
)
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
            "sub": f'user\t{number}"\\N{{}}',
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
    """Insert rows as a batch does: what is the same in all of them is said once."""
    first = values[0] if values else {}
    shared = {name for name in first if all(one[name] == first[name] for one in values)}
    names = tuple(name for name in first if name not in shared)
    new = NewRows(
        row,
        {name: first[name] for name in first if name in shared},
        names,
        [tuple(one[name] for name in names) for one in values],
    )
    insert_many(session, many_rows(session.get_bind().dialect, new))


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


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_text_is_utf_8_whatever_the_surroundings_say(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's PGCLIENTENCODING is of no interest."""
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    other = Database(database.engine.url.render_as_string(hide_password=False))
    earner = some_users(uuid4(), 2)[0][1]

    with other.writing() as session:
        insert(session, EarnerRow, [earner])
    other.dispose()

    with database.reading() as session:
        assert session.get_one(EarnerRow, earner["id"]).chosen_name == earner["chosen_name"]


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
        new = NewRows(
            FileDeletionRow, {"requested_at": NOW}, ("storage_key",), [(key,) for key in keys]
        )
        with database.writing() as session:
            return set(insert_those_free(session, new, returns=FileDeletionRow.storage_key))

    assert store("a", "b") == {"a", "b"}
    assert store("b", "c") == {"c"}
    assert store() == set()


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_those_among_many_are_found(database: Database, registration_id: UUID, count: int) -> None:
    """By ids and by texts of any characters, and nobody else; among none is nobody."""
    earners, users = some_users(registration_id, count + 2)
    with database.writing() as session:
        insert(session, EarnerRow, earners)
        insert(session, UserRow, users)
    asked = users[:count]

    with database.reading() as session:
        for column in (UserRow.id, UserRow.earner_id, UserRow.sub):
            values = [one[column.key] for one in asked]
            found = session.scalars(select(UserRow.id).where(is_among(session, column, values)))
            assert set(found) == {one["id"] for one in asked}


def test_every_type_of_a_column_has_its_encoding() -> None:
    """PostgreSQL is given bytes, so a type that nobody thought of would not be stored at all."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Row.metadata.tables.values():
        for column in table.columns:
            name = column.type.compile(dialect).lower().partition("(")[0]
            assert name in module._ENCODERS, f"{table.name}.{column.name}"
