"""Insert a row whose key may be taken, without a race between looking and writing."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, UpdateBase, inspect
from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from lti_tool.store.base import Row


def insert_unless_present(session: Session, row: type[Row], values: Mapping[str, Any]) -> bool:
    """Insert `values` into the table of `row`; return whether it was inserted.

    False means that some unique constraint, partial ones included, already
    holds: somebody else was first, and the caller reads what is there.
    """
    return affected(session, _insert(session, row, values).on_conflict_do_nothing()) == 1


def insert_or_replace(session: Session, row: type[Row], values: Mapping[str, Any]) -> None:
    """Insert `values` into the table of `row`, in place of a row with the same primary key."""
    insert = _insert(session, row, values)
    key = inspect(row).primary_key
    others = {name: insert.excluded[name] for name in values if name not in {c.name for c in key}}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=others))


def _insert(
    session: Session, row: type[Row], values: Mapping[str, Any]
) -> SQLiteInsert | PostgreSQLInsert:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    return insert(row).values(**values)


def affected(session: Session, statement: UpdateBase) -> int:
    """Execute an insert, update or delete; return how many rows it touched."""
    # Without the option psycopg's count of an insert is thrown away with its cursor.
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], result).rowcount
