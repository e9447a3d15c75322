"""Credentials of other issuers that stand in for badges; the address that a launch names.

All of it is new and begins empty. Launches from before name no address, and end within hours.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STANDS = sa.text("state IN ('waiting', 'accepted') AND revoked_at IS NULL")
_ACCEPTED = sa.text("state = 'accepted' AND revoked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "foreign_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("earner_id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("credential_uri", sa.String(), nullable=False),
        sa.Column("achievement_uri", sa.String(), nullable=False),
        sa.Column("issuer_uri", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issuer_name", sa.String(), nullable=False),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder_basis", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_outcome", sa.String(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "form IN ('json', 'jwt')", name=op.f("ck_foreign_credential_form_known")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused', 'withdrawn')",
            name=op.f("ck_foreign_credential_state_known"),
        ),
        sa.CheckConstraint(
            "address IN ('same', 'another', 'unsaid', 'not_compared')",
            name=op.f("ck_foreign_credential_address_known"),
        ),
        sa.CheckConstraint(
            "holder_basis IS NULL OR holder_basis IN ('email', 'confirmed')",
            name=op.f("ck_foreign_credential_holder_basis_known"),
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (holder_basis IS NOT NULL)",
            name=op.f("ck_foreign_credential_accepted_with_a_basis"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)",
            name=op.f("ck_foreign_credential_decided_once"),
        ),
        sa.ForeignKeyConstraint(
            ["earner_id"], ["earner.id"], name=op.f("fk_foreign_credential_earner_id")
        ),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["achievement.id"], name=op.f("fk_foreign_credential_pathway_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["lti_user.id"], name=op.f("fk_foreign_credential_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_credential")),
    )
    for name, columns in (
        ("uq_foreign_credential_stands", ["earner_id", "pathway_id", "component"]),
        ("uq_foreign_credential_once", ["pathway_id", "issuer_uri", "credential_uri"]),
    ):
        op.create_index(
            op.f(name),
            "foreign_credential",
            columns,
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        )
    op.create_index(
        op.f("ix_foreign_credential_earner"), "foreign_credential", ["earner_id", "pathway_id"]
    )
    op.create_index(
        op.f("ix_foreign_credential_due"),
        "foreign_credential",
        ["check_due_at"],
        sqlite_where=_ACCEPTED,
        postgresql_where=_ACCEPTED,
    )
    op.create_table(
        "foreign_component",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("foreign_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_foreign_component_award_id")
        ),
        sa.ForeignKeyConstraint(
            ["foreign_id"],
            ["foreign_credential.id"],
            name=op.f("fk_foreign_component_foreign_id"),
        ),
        sa.PrimaryKeyConstraint("award_id", "foreign_id", name=op.f("pk_foreign_component")),
    )
    op.create_index(op.f("ix_foreign_component_foreign_id"), "foreign_component", ["foreign_id"])
    op.create_table(
        "foreign_document",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('issuer', 'key', 'list')", name=op.f("ck_foreign_document_kind_known")
        ),
        sa.PrimaryKeyConstraint("kind", "uri", name=op.f("pk_foreign_document")),
    )
    op.add_column("launch", sa.Column("email", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("launch", "email")
    op.drop_table("foreign_document")
    op.drop_table("foreign_component")
    op.drop_table("foreign_credential")
