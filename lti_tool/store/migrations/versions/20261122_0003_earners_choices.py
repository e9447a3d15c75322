"""What earners choose: the form that a link shows, the evidence that others see, their name.

And how long a program keeps evidence from being removed. All of it is new and may be empty:
links that were made before go on showing the whole credential, and nothing else was chosen.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_choice",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_evidence_choice_award_id")
        ),
        sa.PrimaryKeyConstraint("award_id", "source", name=op.f("pk_evidence_choice")),
    )
    with op.batch_alter_table("share") as table:
        table.add_column(sa.Column("form_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f("fk_share_form_id"), "credential_form", ["form_id"], ["id"])
        table.create_index(op.f("ix_share_form_id"), ["form_id"])
    op.add_column("earner", sa.Column("chosen_name", sa.String(), nullable=True))
    op.add_column("earner", sa.Column("name_chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("program", sa.Column("evidence_kept_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    # A link to a form without levels must not come to show them.
    op.execute("DELETE FROM share WHERE form_id IS NOT NULL")
    op.drop_column("program", "evidence_kept_days")
    op.drop_column("earner", "name_chosen_at")
    op.drop_column("earner", "chosen_name")
    with op.batch_alter_table("share") as table:
        table.drop_index(op.f("ix_share_form_id"))
        table.drop_constraint(op.f("fk_share_form_id"), type_="foreignkey")
        table.drop_column("form_id")
    op.drop_table("evidence_choice")
