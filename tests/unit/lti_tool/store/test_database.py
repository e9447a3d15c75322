"""Ways of reading and writing."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from lti_tool.store.database import Database
from lti_tool.store.rows import FileDeletionRow
from tests.rows import NOW


def pages_of(session: Session) -> int:
    """How much a connection to SQLite holds in memory."""
    return int(session.execute(text("PRAGMA cache_size")).scalar_one())


def test_a_new_sqlite_database_has_pages_that_hold_a_credential(tmp_path: Path) -> None:
    """One that was made with smaller pages keeps them, and is used as it is."""
    sizes = []
    for name in ("new", "older"):
        path = tmp_path / f"{name}.db"
        if name == "older":
            with closing(sqlite3.connect(path)) as older:
                older.execute("PRAGMA page_size = 4096")
                older.execute("CREATE TABLE kept (value TEXT)")
        database = Database(f"sqlite:///{path}")
        with database.writing() as session:
            session.execute(text("CREATE TABLE made (value TEXT)"))
        with database.reading() as session:
            sizes.append(session.execute(text("PRAGMA page_size")).scalar_one())
        database.dispose()

    assert sizes == [8192, 4096]


def test_what_is_read_stood_at_one_moment(database: Database) -> None:
    """What others commit between two statements is not seen, on either database."""
    with database.reading() as session:
        assert session.scalars(select(FileDeletionRow.storage_key)).all() == []
        with database.writing() as other:
            other.add(FileDeletionRow(storage_key="later", requested_at=NOW))
        assert session.scalars(select(FileDeletionRow.storage_key)).all() == []
    with database.reading() as session:
        assert session.scalars(select(FileDeletionRow.storage_key)).all() == ["later"]


def test_a_connection_reads_and_writes_in_turn(postgresql_database: Database) -> None:
    """What reads cannot write; what waited for a lock must see what was written meanwhile."""
    kind = text(
        "SELECT pg_backend_pid(), current_setting('transaction_isolation'),"
        " current_setting('transaction_read_only')"
    )
    url = postgresql_database.engine.url
    # Whatever the role or the server says: it counts for neither.
    database = Database(
        url.update_query_dict(
            {"options": "-c default_transaction_isolation=serializable"}
        ).render_as_string(hide_password=False)
    )
    seen = []
    try:
        for using in (database.writing, database.reading, database.writing, database.reading):
            with using() as session:
                seen.append(tuple(session.execute(kind).one()))
    finally:
        database.dispose()

    assert len({pid for pid, *_ in seen}) == 1, "the pool gave another connection"
    reading, writing = ("repeatable read", "on"), ("read committed", "off")
    assert [tuple(rest) for _, *rest in seen] == [writing, reading] * 2


def test_writing_much_commits_or_rolls_back_as_writing_does(database: Database) -> None:
    """Leaving the block commits, raising rolls back."""
    with database.writing_much() as session:
        session.add(FileDeletionRow(storage_key="kept", requested_at=NOW))

    def fail() -> None:
        with database.writing_much() as session:
            session.add(FileDeletionRow(storage_key="lost", requested_at=NOW))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.reading() as session:
        assert session.scalars(select(FileDeletionRow.storage_key)).all() == ["kept"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_written_much_is_put_in_its_place_by_tidying(database: Database) -> None:
    """Whoever writes it does not wait for that; any other commit does it, too."""
    path = Path(str(database.engine.url.database))
    before = path.stat().st_size

    def write(using: Callable[[], AbstractContextManager[Session]], key: str) -> int:
        with using() as session:
            rows = [f"{key}{number:0200}" for number in range(50_000)]
            session.execute(
                insert(FileDeletionRow),
                [{"storage_key": one, "requested_at": NOW} for one in rows],
            )
        return path.stat().st_size

    assert write(database.writing_much, "a") == before
    database.tidy()
    tidied = path.stat().st_size
    assert tidied > before
    assert write(database.writing_much, "b") == tidied
    assert write(database.writing, "c") > tidied


def test_what_cannot_be_tidied_now_is_no_error(tmp_path: Path) -> None:
    """What was written is durable as it is; a later commit puts it in its place."""
    Database(f"sqlite:///{tmp_path / 'gone' / 'tool.db'}").tidy()


def test_more_pages_are_held_only_meanwhile(database: Database) -> None:
    """The connection goes back to the others as it was."""
    if database.engine.dialect.name != "sqlite":
        return
    with database.reading() as session:
        usual = pages_of(session)
    with database.writing_much() as session:
        assert abs(pages_of(session)) > abs(usual)
    for _ in range(2):
        with database.writing() as session:
            assert pages_of(session) == usual
