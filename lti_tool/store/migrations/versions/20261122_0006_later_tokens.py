"""The VC-JWT of a credential may be signed later than its first form.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHECK = "ck_credential_token_is_whole"
_TOKEN_COLUMNS = ("token", "token_sha256", "token_key_id")


def upgrade() -> None:
    with op.batch_alter_table("credential") as table:
        for name in _TOKEN_COLUMNS:
            table.alter_column(name, nullable=True)
        table.create_check_constraint(
            op.f(_CHECK),
            "(token IS NULL) = (token_sha256 IS NULL) AND (token IS NULL) = (token_key_id IS NULL)",
        )


def downgrade() -> None:
    connection = op.get_bind()
    missing = connection.scalar(sa.text("SELECT count(*) FROM credential WHERE token IS NULL"))
    if missing:
        raise RuntimeError(f"{missing} VC-JWTs are missing: let the worker sign them first")
    is_sqlite = connection.dialect.name == "sqlite"
    with op.batch_alter_table("credential") as table:
        # SQLite makes the table anew, and its CHECKs are not carried over: there is none to drop.
        if not is_sqlite:
            table.drop_constraint(op.f(_CHECK), type_="check")
        for name in _TOKEN_COLUMNS:
            table.alter_column(name, nullable=False)
