"""Queries about stored decisions, for the operator: what they carry, and nothing of today."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.store.rows import AchievementVersionRow, DecisionRow

ROWS_AT_A_TIME = 200


def list_decisions_called(session: Session, id_: UUID) -> Sequence[DecisionRow]:
    """Return the decision of this id, or all on the attempt of this id, oldest first."""
    return session.scalars(
        select(DecisionRow)
        .where(or_(DecisionRow.id == id_, DecisionRow.attempt_id == id_))
        .order_by(DecisionRow.released_at, DecisionRow.id)
    ).all()


def iterate_decisions(session: Session) -> Iterator[DecisionRow]:
    """Yield every decision, oldest first, a few hundred in memory at a time."""
    yield from session.scalars(
        select(DecisionRow)
        .order_by(DecisionRow.released_at, DecisionRow.id)
        .execution_options(yield_per=ROWS_AT_A_TIME)
    )


def find_document(session: Session, sha256: str) -> bytes | None:
    """Return the definition that is stored under a hash; equal ones are the same bytes."""
    return session.scalars(
        select(AchievementVersionRow.document)
        .where(AchievementVersionRow.document_sha256 == sha256)
        .limit(1)
    ).first()
