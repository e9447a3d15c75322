"""A credential has further forms, and former bytes have further reasons and need no token.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REASON = "ck_former_credential_reason_known"
_TOKEN_COLUMNS = ("token", "token_sha256", "token_key_id")


def upgrade() -> None:
    op.create_table(
        "credential_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("token_sha256", sa.String(), nullable=True),
        sa.Column("document_key_id", sa.String(), nullable=False),
        sa.Column("token_key_id", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reissued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('without_levels', 'learner_record')",
            name=op.f("ck_credential_form_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_form_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_key_id"],
            ["signing_key.id"],
            name=op.f("fk_credential_form_document_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["token_key_id"], ["signing_key.id"], name=op.f("fk_credential_form_token_key_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_form")),
        sa.UniqueConstraint(
            "credential_id", "kind", name=op.f("uq_credential_form_credential_id_kind")
        ),
    )
    op.create_index(
        op.f("ix_credential_form_document_key_id"), "credential_form", ["document_key_id"]
    )
    op.create_index(op.f("ix_credential_form_token_key_id"), "credential_form", ["token_key_id"])
    _alter_former(
        "reason IN ('key_compromised', 'component_reissued', 'earner_asked')",
        token_is_optional=True,
    )


def downgrade() -> None:
    op.execute("DELETE FROM former_credential WHERE token IS NULL OR reason = 'earner_asked'")
    _alter_former("reason IN ('key_compromised', 'component_reissued')", token_is_optional=False)
    op.drop_table("credential_form")


def _alter_former(reason: str, *, token_is_optional: bool) -> None:
    # SQLite makes the table anew, and its CHECKs are not carried over: there is none to drop.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("former_credential") as table:
        if not is_sqlite:
            table.drop_constraint(op.f(_REASON), type_="check")
        table.create_check_constraint(op.f(_REASON), reason)
        for name in _TOKEN_COLUMNS:
            table.alter_column(name, nullable=token_is_optional)
