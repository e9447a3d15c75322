"""Bring the database to the schema of this version, and say what it has."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from lti_tool.errors import LtiToolError

MIGRATIONS = Path(__file__).with_name("migrations")


class SchemaError(LtiToolError):
    """The database's schema is not the one of this version, or breaks its own rules."""

    code = "schema"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to `revision`, all or nothing."""
    _migrate(engine, "upgrade", revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Migrate down to `revision`, all or nothing."""
    _migrate(engine, "downgrade", revision)


def check_models(engine: Engine) -> None:
    """Raise unless the models add nothing to what the migrations made."""
    with engine.begin() as connection:
        command.check(_config(connection))


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database is at; None for an empty one."""
    with _connected(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current(engine: Engine) -> None:
    """Raise `SchemaError` unless the database is at this version's revision."""
    script = ScriptDirectory(str(MIGRATIONS))
    if current_revision(engine) != script.get_current_head():
        raise SchemaError("The database needs `quatrefoil migrate` first.")


def _migrate(engine: Engine, direction: str, revision: str) -> None:
    with _connected(engine) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Batch migrations re-create tables; SQLite ignores this inside a transaction.
            _set_foreign_keys(connection, "OFF")
        with connection.begin():
            getattr(command, direction)(_config(connection), revision)
            if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise SchemaError("The migration left a reference that points nowhere.")
        if is_sqlite:
            _set_foreign_keys(connection, "ON")


@contextmanager
def _connected(engine: Engine) -> Generator[Connection]:
    """Open the connection that a command starts with: a wrong URL shows here."""
    try:
        connection = engine.connect()
    except OperationalError as exc:
        raise SchemaError(
            "The database of QUATREFOIL_DATABASE_URL does not answer: see that it runs, that its "
            "folder is there, and that the URL is right."
        ) from exc
    with connection:
        yield connection


def _set_foreign_keys(connection: Connection, state: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys = {state}")
    cursor.close()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
