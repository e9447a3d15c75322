"""Attempts say whether ratings were entered; what an award looks up has indexes.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REVOKED = sa.text("revoked_at IS NOT NULL")


def upgrade() -> None:
    # No table is made anew: both databases add a column with a constant in place.
    op.add_column(
        "attempt",
        sa.Column("is_entered", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_award_earner", "award", ["earner_id", "achievement_id"])
    op.create_index("ix_award_achievement", "award", ["achievement_id"])
    op.create_index(op.f("ix_decision_attempt_id"), "decision", ["attempt_id"])
    op.create_index("ix_lti_user_name", "lti_user", ["registration_id", "name"])
    op.create_index(op.f("ix_membership_user_id"), "membership", ["user_id"])
    op.create_index(
        "ix_status_entry_revoked",
        "status_entry",
        ["status_list_id", "revoked_at"],
        sqlite_where=_REVOKED,
        postgresql_where=_REVOKED,
    )


def downgrade() -> None:
    op.drop_index("ix_status_entry_revoked", "status_entry")
    op.drop_index(op.f("ix_membership_user_id"), "membership")
    op.drop_index("ix_lti_user_name", "lti_user")
    op.drop_index(op.f("ix_decision_attempt_id"), "decision")
    op.drop_index("ix_award_achievement", "award")
    op.drop_index("ix_award_earner", "award")
    op.drop_column("attempt", "is_entered")
