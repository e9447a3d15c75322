"""Hundreds of rows in one statement, by the driver itself.

For each row and column the statements of SQLAlchemy bind a value of their own, which takes
longer than the insert. Here what all rows share is said once, each other column is turned into
what the driver takes at once, by the same types, and a table takes one statement: many VALUES
on SQLite, on PostgreSQL COPY of its binary format ("COPY", "Binary Format" in its manual), or
an array for each column where something is to come back.
"""

import json
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice, repeat
from typing import Any, Self, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Table, Uuid, any_, func, literal, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine, UserDefinedType

from lti_tool.store.base import Row

Value = TypeVar("Value")
_Tuple: TypeAlias = tuple[Any, ...]
_Process: TypeAlias = Callable[[Any], Any] | None

_MOST_VALUES = 30_000
"""SQLite takes 32,766 in a statement."""
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_ARRAY_HEAD = struct.Struct("!iiIii")
"""Of an array: dimensions, whether it has nulls, the type of its items, their number, the first."""
_UUID_TYPE, _UUID_ARRAY_TYPE = 2950, 2951
_UUID_LENGTH = b"\0\0\0\x10"
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_ENCODERS: Mapping[str, Callable[[Any], bytes]] = {
    "bigint": lambda value: b"\0\0\0\x08" + value.to_bytes(8, signed=True),
    "bytea": lambda value: len(value).to_bytes(4) + value,
    "boolean": lambda value: b"\0\0\0\1\1" if value else b"\0\0\0\1\0",
    "integer": lambda value: b"\0\0\0\x04" + value.to_bytes(4, signed=True),
    "timestamp with time zone": lambda at: (
        b"\0\0\0\x08" + ((at - _EPOCH) // _MICROSECOND).to_bytes(8, signed=True)
    ),
    "uuid": lambda value: _UUID_LENGTH + value.int.to_bytes(16),
    "varchar": lambda value: len(data := value.encode()).to_bytes(4) + data,
}
"""Fields of COPY, the length first, by PostgreSQL's names for the types of our columns."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """Rows that are to be inserted: what all of them have, and columns in which they differ."""

    row: type[Row]
    shared: Mapping[str, Any]
    names: tuple[str, ...]
    rows: list[_Tuple] = field(default_factory=list)
    """What each row has of `names`."""


@dataclass(frozen=True, slots=True)
class ManyRows:
    """Rows of one table as a driver takes them: made before the transaction that inserts them."""

    table: str
    names: tuple[str, ...]
    """The shared ones come first."""
    shared: _Tuple
    rows: Sequence[_Tuple]
    """For SQLite: what each row has of the others."""
    data: bytes = b""
    """For PostgreSQL: all of it, as COPY takes it."""


def many_rows(dialect: Dialect, new: NewRows) -> ManyRows:
    """Return rows as the driver of a database takes them.

    Raises:
        UnstorableTextError: a text that no database holds.
    """
    if not new.rows:
        return ManyRows(new.row.__tablename__, (), (), ())
    names = (*new.shared, *new.names)
    table = new.row.metadata.tables[new.row.__tablename__]
    if dialect.name != "postgresql":
        return ManyRows(table.name, names, *_processed(table, dialect, new))
    columns = chain(([one] for one in new.shared.values()), zip(*new.rows, strict=True))
    fields = [
        _encoded(table.c[name].type, dialect, column)
        for name, column in zip(names, columns, strict=True)
    ]
    count = len(new.shared)
    head = b"".join((len(names).to_bytes(2), *chain.from_iterable(fields[:count])))
    tuples = zip(repeat(head, len(new.rows)), *fields[count:], strict=True)
    data = b"".join((_HEADER, *chain.from_iterable(tuples), _TRAILER))
    return ManyRows(table.name, names, (), (), data)


def insert_many(session: Session, many: ManyRows) -> None:
    """Insert rows without reading them back."""
    if many.data:
        _copy(session, many)
    for some in _some(many):
        statement = _insert_statement(many.table, many.names, len(many.shared), len(some))
        _execute(session, statement, many.shared, some)


def insert_those_free(
    session: Session, new: NewRows, *, returns: InstrumentedAttribute[Value]
) -> Sequence[Value]:
    """Insert several rows, in their order; return a column of those whose keys were free.

    The column is one that every driver returns as it is: text, or a number.
    """
    if not new.rows:
        return []
    dialect, found = session.get_bind().dialect, list[Value]()
    table = new.row.metadata.tables[new.row.__tablename__]
    many = ManyRows(table.name, (*new.shared, *new.names), *_processed(table, dialect, new))
    if dialect.name == "postgresql":
        # One value for each column: thousands of them would be parsed one by one.
        statement = _unnest_statement(table, dialect, many)
        columns = map(_array, zip(*many.rows, strict=True))
        result = session.connection().exec_driver_sql(
            f"{statement} RETURNING {returns.key}", (*many.shared, *columns)
        )
        return result.scalars().all()
    for some in _some(many):
        insert = _insert_statement(many.table, many.names, len(many.shared), len(some))
        statement = f"{insert} ON CONFLICT DO NOTHING RETURNING {returns.key}"
        found += _execute(session, statement, many.shared, some).scalars()
    return found


def is_among(
    session: Session, column: InstrumentedAttribute[Value], values: Collection[Value]
) -> ColumnElement[bool]:
    """Whether a column has one of many ids or texts: one value, however many they are."""
    dialect = session.get_bind().dialect
    if dialect.name == "postgresql":
        array = _Array(column.type, column.type.compile(dialect))
        return column == any_(literal(values, array))
    listed = [one.hex if isinstance(one, UUID) else one for one in values]
    each = func.json_each(json.dumps(listed)).table_valued("value")
    return column.in_(select(each.c.value))


def _processed(table: Table, dialect: Dialect, new: NewRows) -> tuple[_Tuple, list[_Tuple]]:
    """Return what rows share, and what each has, as the driver takes values."""
    shared = tuple(
        value if process is None else process(value)
        for process, value in (
            (_processor(table.c[name].type, dialect), value) for name, value in new.shared.items()
        )
    )
    if not new.names:
        return shared, new.rows
    types = [table.c[name].type for name in new.names]
    given = zip(types, zip(*new.rows, strict=True), strict=True)
    columns = [_each(type_, dialect, column) for type_, column in given]
    return shared, list(zip(*columns, strict=True))


def _each(type_: TypeEngine[Any], dialect: Dialect, column: Sequence[Any]) -> Iterable[Any]:
    process = _processor(type_, dialect)
    if process is None:
        return column
    if _is_one(column):
        return repeat(process(column[0]), len(column))
    if isinstance(type_, Uuid):
        # As the type does it; most columns are ids.
        return [None if one is None else f"{one.int:032x}" for one in column]
    return map(process, column)


def _is_one(column: Sequence[Any]) -> bool:
    """Whether all rows have the same; where they do not, the last one mostly tells."""
    return column[0] is column[-1] and column.count(column[0]) == len(column)


def _processor(type_: TypeEngine[Any], dialect: Dialect) -> _Process:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _encoded(type_: TypeEngine[Any], dialect: Dialect, column: Sequence[Any]) -> Iterable[bytes]:
    """Return the fields of one column, as COPY takes them."""
    name = type_.compile(dialect).lower().partition("(")[0]
    encode = _ENCODERS[name]
    # Bytes would only be wrapped for the driver.
    process = None if name == "bytea" else _processor(type_, dialect)

    def encoded(values: Collection[Any]) -> list[bytes]:
        given = values if process is None else map(process, values)
        return [_NULL if one is None else encode(one) for one in given]

    if _is_one(column):
        return encoded(column[:1]) * len(column)
    if name != "varchar":
        return encoded(column)
    # Texts are often the same, and it takes long to look at each.
    distinct = set(column)
    known = dict(zip(distinct, encoded(distinct), strict=True))
    return [known[one] for one in column]


def _execute(session: Session, statement: str, shared: _Tuple, some: Sequence[_Tuple]) -> Any:  # noqa: ANN401 - as the driver's connection has it
    return session.connection().exec_driver_sql(statement, (*shared, *chain.from_iterable(some)))


def _copy(session: Session, many: ManyRows) -> None:
    connection, dialect = session.connection(), session.get_bind().dialect
    statement = f"COPY {many.table} ({', '.join(many.names)}) FROM STDIN (FORMAT BINARY)"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(many.data)
    except dialect.loaded_dbapi.Error as error:
        # As SQLAlchemy's own statements fail, and without what people wrote.
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            statement, None, error, base, hide_parameters=True, dialect=dialect
        ) from error


@lru_cache(64)
def _insert_statement(table: str, names: tuple[str, ...], shared: int, rows: int) -> str:
    """Return SQLite's statement. Shared values have numbers, and are bound once."""
    marks = [*(f"?{number}" for number in range(1, shared + 1)), *["?"] * (len(names) - shared)]
    one = f"({', '.join(marks)})"
    # Names of our own tables and columns: values are bound.
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([one] * rows)}"  # noqa: S608


def _unnest_statement(table: Table, dialect: Dialect, many: ManyRows) -> str:
    """Return PostgreSQL's statement: each column's values are one array."""
    types = [table.c[name].type.compile(dialect) for name in many.names]
    count = len(many.shared)
    shared = "".join(f"%s::{one}, " for one in types[:count])
    arrays = ", ".join(f"%s::{one}[]" for one in types[count:])
    own = ", ".join(many.names[count:])
    # Names of our own tables, columns and types: values are bound.
    return (
        f"INSERT INTO {many.table} ({', '.join(many.names)}) "  # noqa: S608
        f"SELECT {shared}{own} FROM unnest({arrays}) AS new ({own}) ON CONFLICT DO NOTHING"
    )


class _Array(UserDefinedType[Collection[Any]]):
    """Ids, numbers or texts as one value, written as PostgreSQL reads arrays.

    Its driver would look at each of them by itself, which takes longer than most queries.
    Source: "Array Value Input" in its manual.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: TypeEngine[Any], name: str) -> None:
        self.item = item
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return f"{self.name}[]"

    def bind_processor(self, dialect: Dialect) -> _Process:
        process = _processor(self.item, dialect)
        return lambda values: _array(values if process is None else list(map(process, values)))


class Ids(bytes):
    """Ids as an array of PostgreSQL's own binary format, which neither side has to read.

    Source: `array_recv` in PostgreSQL's src/backend/utils/adt/arrayfuncs.c.
    """

    @classmethod
    def of(cls, ids: Collection[UUID]) -> Self:
        """Return ids as one array of one dimension, that begins at 1 and has no null."""
        head = _ARRAY_HEAD.pack(1, 0, _UUID_TYPE, len(ids), 1)
        return cls(head + b"".join([_UUID_LENGTH + one.int.to_bytes(16) for one in ids]))


def take_ids(driver: Any) -> None:  # noqa: ANN401 - psycopg is there only with PostgreSQL
    """Have a connection of psycopg send `Ids` as they are."""
    from psycopg.adapt import Dumper  # noqa: PLC0415 - as above
    from psycopg.pq import Format  # noqa: PLC0415

    class IdsDumper(Dumper):
        format, oid = Format.BINARY, _UUID_ARRAY_TYPE

        def dump(self, obj: Ids) -> bytes:
            return obj

    driver.adapters.register_dumper(Ids, IdsDumper)


def _array(values: Collection[Any]) -> Ids | str:
    """Return ids, or numbers or texts, as one value."""
    if isinstance(next(iter(values), None), UUID):
        return Ids.of(values)
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _some(many: ManyRows) -> Iterator[Sequence[_Tuple]]:
    own = max(1, len(many.names) - len(many.shared))
    rest = iter(many.rows)
    while some := list(islice(rest, (_MOST_VALUES - len(many.shared)) // own)):
        yield some
