"""A version goes with its achievement, and a key with its issuer: one reference for both.

Rows said both, and each was looked up by itself; nothing kept one from being another's.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_VERSION = ("achievement_version_id", "achievement_id")
_KEYS = ("document_key_id", "token_key_id")
_AWARD_CHECKS = (
    ("decision_goes_with_origin", "(origin = 'decision') = (decision_id IS NOT NULL)"),
    ("origin_known", "origin IN ('decision', 'attested', 'pathway')"),
)
_CREDENTIAL_CHECKS = (
    (
        "token_is_whole",
        "(token IS NULL) = (token_sha256 IS NULL) AND (token IS NULL) = (token_key_id IS NULL)",
    ),
)


def upgrade() -> None:
    op.create_index(
        "uq_achievement_version_whole", "achievement_version", ["id", "achievement_id"], unique=True
    )
    op.create_index("uq_signing_key_whole", "signing_key", ["id", "issuer_id"], unique=True)
    for name, checks in (("submission", ()), ("award", _AWARD_CHECKS)):
        with op.batch_alter_table(name) as table:
            for column in _VERSION:
                _drop(table, name, column)
            _refer(table, name, _VERSION, "achievement_version", ("id", "achievement_id"))
            _keep(table, name, checks)
    with op.batch_alter_table("credential") as table:
        for column in ("issuer_id", *_KEYS):
            _drop(table, "credential", column)
        for column in _KEYS:
            _refer(table, "credential", (column, "issuer_id"), "signing_key", ("id", "issuer_id"))
        _keep(table, "credential", _CREDENTIAL_CHECKS)


def downgrade() -> None:
    with op.batch_alter_table("credential") as table:
        for column in _KEYS:
            _drop(table, "credential", column, "issuer_id")
            _refer(table, "credential", (column,), "signing_key", ("id",))
        _refer(table, "credential", ("issuer_id",), "issuer", ("id",))
        _keep(table, "credential", _CREDENTIAL_CHECKS)
    for name, checks in (("award", _AWARD_CHECKS), ("submission", ())):
        with op.batch_alter_table(name) as table:
            _drop(table, name, *_VERSION)
            _refer(table, name, ("achievement_version_id",), "achievement_version", ("id",))
            _refer(table, name, ("achievement_id",), "achievement", ("id",))
            _keep(table, name, checks)
    op.drop_index("uq_signing_key_whole", "signing_key")
    op.drop_index("uq_achievement_version_whole", "achievement_version")


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


def _keep(table: BatchOperations, name: str, checks: tuple[tuple[str, str], ...]) -> None:
    # SQLite makes the table anew, and its CHECKs are not carried over.
    if op.get_bind().dialect.name == "sqlite":
        for check, text in checks:
            table.create_check_constraint(op.f(f"ck_{name}_{check}"), sa.text(text))
