"""Endorsements of achievement versions and issuers, our issuers' own and those of others.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("achievement_version_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_id", sa.Uuid(), nullable=True),
        sa.Column("endorser_id", sa.Uuid(), nullable=True),
        sa.Column("endorser_did", sa.String(), nullable=False),
        sa.Column("endorser_name", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("document_key_id", sa.String(), nullable=True),
        sa.Column("token_key_id", sa.String(), nullable=True),
        sa.Column("status_list_id", sa.Uuid(), nullable=True),
        sa.Column("status_position", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(achievement_version_id IS NULL) <> (issuer_id IS NULL)",
            name=op.f("ck_endorsement_endorses_one_thing"),
        ),
        sa.CheckConstraint(
            "(endorser_id IS NULL) = (token IS NULL)",
            name=op.f("ck_endorsement_own_one_has_a_token"),
        ),
        sa.CheckConstraint(
            "(endorser_id IS NULL) = (status_list_id IS NULL)",
            name=op.f("ck_endorsement_own_one_has_a_status"),
        ),
        sa.ForeignKeyConstraint(
            ["achievement_version_id"],
            ["achievement_version.id"],
            name=op.f("fk_endorsement_achievement_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["document_key_id"], ["signing_key.id"], name=op.f("fk_endorsement_document_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["endorser_id"], ["issuer.id"], name=op.f("fk_endorsement_endorser_id")
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["issuer.id"], name=op.f("fk_endorsement_issuer_id")
        ),
        sa.ForeignKeyConstraint(
            ["status_list_id", "status_position"],
            ["status_entry.status_list_id", "status_entry.position"],
            name=op.f("fk_endorsement_status_list_id_status_position"),
        ),
        sa.ForeignKeyConstraint(
            ["token_key_id"], ["signing_key.id"], name=op.f("fk_endorsement_token_key_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint("url", name=op.f("uq_endorsement_url")),
    )
    for column in ("achievement_version_id", "issuer_id", "document_sha256"):
        op.create_index(op.f(f"ix_endorsement_{column}"), "endorsement", [column])


def downgrade() -> None:
    op.drop_table("endorsement")
