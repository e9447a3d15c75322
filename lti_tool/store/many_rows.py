"""Hundreds of rows in one statement, by the driver itself.

For each row and column the statements of SQLAlchemy bind a value of their own, which takes
longer than the insert. Here each column is turned into what the driver takes at once, by the
same types, and a table takes one statement: many VALUES on SQLite, COPY on PostgreSQL.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Dialect, Table, Uuid, any_, func, literal, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.store.base import Row

Value = TypeVar("Value")
_Tuples: TypeAlias = Sequence[tuple[Any, ...]]

_MOST_VALUES = 30_000
"""SQLite takes 32,766 in a statement, PostgreSQL 65,535."""


@dataclass(frozen=True, slots=True)
class ManyRows:
    """Rows of one table as a driver takes them: made before the transaction that inserts them."""

    table: Table
    names: tuple[str, ...]
    rows: _Tuples


def many_rows(dialect: Dialect, row: type[Row], values: Sequence[Mapping[str, Any]]) -> ManyRows:
    """Return rows, all with the same columns, as the driver of a database takes them.

    Raises:
        UnstorableTextError: a text that no database holds.
    """
    table = row.metadata.tables[row.__tablename__]
    if not values:
        return ManyRows(table, (), ())
    return ManyRows(table, tuple(values[0]), _tuples(table, dialect, values))


def insert_many(session: Session, many: ManyRows) -> None:
    """Insert rows without reading them back."""
    if not many.rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, many)
        return
    for some in _some(many):
        statement = _insert_statement(many.table.name, many.names, len(some), "?")
        session.connection().exec_driver_sql(statement, tuple(chain.from_iterable(some)))


def insert_those_free(
    session: Session,
    row: type[Row],
    values: Sequence[Mapping[str, Any]],
    *,
    returns: InstrumentedAttribute[Value],
) -> Sequence[Value]:
    """Insert several rows; return a column of those whose keys were free.

    The column is one that every driver returns as it is: text, or a number.
    """
    dialect, found = session.get_bind().dialect, list[Value]()
    many = many_rows(dialect, row, values)
    for some in _some(many):
        mark = "%s" if dialect.name == "postgresql" else "?"
        insert = _insert_statement(many.table.name, many.names, len(some), mark)
        statement = f"{insert} ON CONFLICT DO NOTHING RETURNING {returns.key}"
        result = session.connection().exec_driver_sql(statement, tuple(chain.from_iterable(some)))
        found += result.scalars()
    return found


def is_among(
    session: Session, column: InstrumentedAttribute[UUID], ids: Collection[UUID]
) -> ColumnElement[bool]:
    """Whether a column has one of many ids: one value of the statement, however many they are."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(ids), ARRAY(Uuid())))
    listed = func.json_each(json.dumps([one.hex for one in ids])).table_valued("value")
    return column.in_(select(listed.c.value))


def _tuples(table: Table, dialect: Dialect, values: Sequence[Mapping[str, Any]]) -> _Tuples:
    """Return rows as the driver takes them."""
    columns = []
    for name in values[0]:
        column = [one[name] for one in values]
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            first = column[0]
            is_one = first is column[-1] and column.count(first) == len(column)
            column = [process(first)] * len(column) if is_one else list(map(process, column))
        columns.append(column)
    return list(zip(*columns, strict=True))


def _copy(session: Session, many: ManyRows) -> None:
    connection, dialect = session.connection(), session.get_bind().dialect
    statement = f"COPY {many.table.name} ({', '.join(many.names)}) FROM STDIN (FORMAT BINARY)"
    types = [many.table.c[name].type.compile(dialect).lower() for name in many.names]
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for one in many.rows:
                copy.write_row(one)
    except dialect.loaded_dbapi.Error as error:
        # As SQLAlchemy's own statements fail, and without what people wrote.
        raise DBAPIError(statement, None, error, hide_parameters=True) from error


@lru_cache(64)
def _insert_statement(table: str, names: tuple[str, ...], rows: int, mark: str) -> str:
    one = f"({', '.join([mark] * len(names))})"
    # Names of our own tables and columns: values are bound.
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([one] * rows)}"  # noqa: S608


def _some(many: ManyRows) -> Iterator[_Tuples]:
    rest = iter(many.rows)
    while some := list(islice(rest, _MOST_VALUES // max(1, len(many.names)))):
        yield some
