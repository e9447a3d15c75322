"""Work is that of a course's member, and a score is sent to whose work it is.

Each was two references, looked up by themselves; nothing kept one from being another's.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MEMBER = ("context_id", "user_id")
_WORK = ("user_id", "submission_id")
_DELIVERY_CHECKS = (
    ("kind_known", "kind IN ('submitted', 'earned', 'cleared')"),
    ("state_known", "state IN ('waiting', 'delivered', 'failed', 'superseded', 'unneeded')"),
)


def upgrade() -> None:
    # A launch that opens work notes the membership first; none is missing but by hand.
    op.execute(
        "INSERT INTO membership (context_id, user_id, roles, seen_at) "
        "SELECT context_id, user_id, '', MAX(created_at) FROM submission "
        "WHERE NOT EXISTS (SELECT 1 FROM membership WHERE "
        "membership.context_id = submission.context_id "
        "AND membership.user_id = submission.user_id) "
        "GROUP BY context_id, user_id"
    )
    with op.batch_alter_table("submission") as table:
        for column in _MEMBER:
            _drop(table, "submission", column)
        _refer(table, "submission", _MEMBER, "membership", _MEMBER)
        table.drop_index(op.f("ix_submission_user_id"))
        table.create_index("uq_submission_whose", ["user_id", "id"], unique=True)
    with op.batch_alter_table("score_delivery") as table:
        for column in _WORK:
            _drop(table, "score_delivery", column)
        _refer(table, "score_delivery", _WORK, "submission", ("user_id", "id"))
        _keep_checks(table)


def downgrade() -> None:
    with op.batch_alter_table("score_delivery") as table:
        _drop(table, "score_delivery", *_WORK)
        _refer(table, "score_delivery", ("submission_id",), "submission", ("id",))
        _refer(table, "score_delivery", ("user_id",), "lti_user", ("id",))
        _keep_checks(table)
    with op.batch_alter_table("submission") as table:
        table.drop_index("uq_submission_whose")
        table.create_index(op.f("ix_submission_user_id"), ["user_id"])
        _drop(table, "submission", *_MEMBER)
        _refer(table, "submission", ("context_id",), "context", ("id",))
        _refer(table, "submission", ("user_id",), "lti_user", ("id",))


def _refer(
    table: BatchOperations,
    name: str,
    columns: tuple[str, ...],
    to: str,
    others: tuple[str, ...],
) -> None:
    key = op.f(f"fk_{name}_{'_'.join(columns)}")
    table.create_foreign_key(key, to, list(columns), list(others))


def _drop(table: BatchOperations, name: str, *columns: str) -> None:
    table.drop_constraint(op.f(f"fk_{name}_{'_'.join(columns)}"), type_="foreignkey")


def _keep_checks(table: BatchOperations) -> None:
    # SQLite makes the table anew, and its CHECKs are not carried over.
    if op.get_bind().dialect.name == "sqlite":
        for check, text in _DELIVERY_CHECKS:
            table.create_check_constraint(op.f(f"ck_score_delivery_{check}"), sa.text(text))
