"""PostgreSQL compresses long documents with LZ4, where it was built with it.

Its default takes longer than storing the document itself. What is stored already stays as it is.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("credential", "document"),
    ("credential", "token"),
    ("decision", "inputs"),
    ("decision", "trace"),
)
_OFFERED = sa.text(
    "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
)


def upgrade() -> None:
    _set("lz4")


def downgrade() -> None:
    _set("DEFAULT")


def _set(compression: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or not connection.scalar(_OFFERED):
        return
    for table, column in _COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION {compression}")
