"""The engine and the two ways of using it: reading and writing.

A transaction is opened at the edge of a unit of work: leaving the block
commits, raising rolls back.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from lti_tool.store.many_rows import take_ids

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_MILLISECONDS = 15_000
BEGIN = "quatrefoil_begin"
"""Execution option: the statement that opens a transaction on SQLite."""
READS = "quatrefoil_reads"
"""Execution option: a transaction only reads."""
_PAGE_BYTES = 8192
"""Of a new SQLite database: most credentials fit in one or two, where each took three of 4096."""
_USUAL_KIBIBYTES = 2_000
"""SQLite's own default: each connection may take as much."""
_MUCH_KIBIBYTES = 64_000
_USUAL_PAGES = 1_000
"""SQLite's own default: what is written ahead before somebody puts it in its place."""
_KEPT_BYTES = 64_000_000
"""What the file of what is written ahead shrinks to, once all of it is in its place."""


class Database:
    """One database and its connection pool, shared by all threads of a process."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reader = self.engine.execution_options(**{READS: True})
        # A deferred transaction that turns into a writer fails at once as "locked".
        self._writer = self.engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})

    @property
    def has_one_writer(self) -> bool:
        """Whether transactions that write wait for each other, whatever they write."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Open a transaction that only reads: all that it reads stood at one moment."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Generator[Session]:
        """Open a transaction that writes; it commits at the end of the block."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def writing_much(self) -> Generator[Session]:
        """Do the same with thousands of rows; `tidy` afterwards.

        On SQLite more pages are held in memory meanwhile: else those of a batch are written out
        before it ends, and read again. And what was written ahead is not put in its place by
        whoever writes it, while others wait.
        """
        if not self.has_one_writer:
            with self.writing() as session:
                yield session
            return
        with self._writer.connect() as connection:
            driver = cast(SQLiteConnection, connection.connection.driver_connection)
            driver.execute(f"PRAGMA cache_size = -{_MUCH_KIBIBYTES}")
            driver.execute("PRAGMA wal_autocheckpoint = 0")
            try:
                with Session(connection, expire_on_commit=False) as session, session.begin():
                    yield session
            finally:
                driver.execute(f"PRAGMA cache_size = -{_USUAL_KIBIBYTES}")
                driver.execute(f"PRAGMA wal_autocheckpoint = {_USUAL_PAGES}")

    def tidy(self) -> None:
        """On SQLite, put what was written ahead in its place, while others read and write.

        Where that fails, a later commit does it: nothing is lost.
        """
        if self.has_one_writer:
            with suppress(OperationalError, SQLiteError), self.engine.connect() as connection:
                driver = cast(SQLiteConnection, connection.connection.driver_connection)
                driver.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """Return an engine for `url` (SQLite or PostgreSQL) with this product's settings.

    Its errors hide the values of statements: they go to the log, and hold what people wrote.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=16, max_overflow=64, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=64,
        pool_pre_ping=True,
        hide_parameters=True,
        # Whatever the surroundings say: rows for COPY are written in it.
        client_encoding="utf8",
    )
    event.listen(engine, "connect", lambda driver, _: take_ids(driver))
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: SQLiteConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling is off; _begin_sqlite opens them.
    connection.isolation_level = None
    # Says nothing to a database that is there already.
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_size_limit = {_KEPT_BYTES}")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))


def _begin_postgresql(connection: Connection) -> None:
    """Have the driver begin a transaction of its kind; SQLAlchemy's own way takes longer.

    Of two statements the second would else see what others committed in between. On SQLite a
    transaction sees one moment anyway.
    """
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    reads = bool(connection.get_execution_options().get(READS))
    # On a new connection it is neither: whatever the server's defaults are, they are not ours.
    if driver.read_only is not reads:
        levels = connection.dialect.loaded_dbapi.IsolationLevel
        driver.isolation_level = levels.REPEATABLE_READ if reads else levels.READ_COMMITTED
        driver.read_only = reads
