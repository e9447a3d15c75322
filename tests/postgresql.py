"""A PostgreSQL database of one's own, made on a server and dropped again."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.engine import make_url

from lti_tool.store.database import Database

SERVER = os.environ.get(
    "QUATREFOIL_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)


@contextmanager
def a_database(name: str, *, is_durable: bool) -> Iterator[str]:
    """Lend the URL of a new database; a random end keeps its name from any other's.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: there is no server, or it makes none.
    """
    own = f"{name}_{secrets.token_hex(3)}"
    admin = Database(SERVER)
    try:
        with admin.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f'CREATE DATABASE "{own}"'))
            if not is_durable:
                # Nobody waits for a disk: a machine that fails takes the database with it.
                connection.execute(text(f'ALTER DATABASE "{own}" SET synchronous_commit = off'))
        yield make_url(SERVER).set(database=own).render_as_string(hide_password=False)
        with admin.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f'DROP DATABASE "{own}" WITH (FORCE)'))
    finally:
        admin.dispose()
