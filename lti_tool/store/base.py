"""What every table shares: metadata, naming, column types."""

import re
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, Dialect, LargeBinary, MetaData, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from lti_tool.errors import InvalidInputError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with microseconds. Refuses naive values; always returns UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        # SQLite keeps text without a zone; one zone for all keeps it sortable.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UnstorableTextError(InvalidInputError, DontWrapMixin):
    """Text that no database holds. The edges refuse or clean it; here nothing slips through."""

    code = "unstorable_text"


class Text(TypeDecorator[str]):
    """Text that both databases hold: no NUL, which PostgreSQL refuses, no half characters."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text, or raise `UnstorableTextError`; where it is only looked for, too."""
        if value is not None and _UNSTORABLE.search(value):
            raise UnstorableTextError("NUL or half a character")
        return value


class Row(DeclarativeBase):
    """Base of all rows. Every row class says in its docstring what personal data it holds."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own contract for this attribute
        str: Text(),
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
    }


def one_of(column: str, *values: str) -> CheckConstraint:
    """Return a CHECK that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
