"""Queries about access tokens of platforms' services."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.store.rows import ServiceTokenRow
from lti_tool.store.upsert import insert_or_replace


def replace_token(
    session: Session, registration_id: UUID, scopes: str, *, sealed: bytes, expires_at: datetime
) -> None:
    """Keep a token in place of an earlier one; of two workers at once, the later wins."""
    values = {
        "registration_id": registration_id,
        "scopes": scopes,
        "sealed": sealed,
        "expires_at": expires_at,
    }
    insert_or_replace(session, ServiceTokenRow, values)


def list_tokens(session: Session) -> Sequence[ServiceTokenRow]:
    """Return every token; nobody else changes them until the transaction ends."""
    query = select(ServiceTokenRow).order_by(ServiceTokenRow.registration_id)
    return session.scalars(query.with_for_update()).all()


def delete_expired_tokens(session: Session, *, now: datetime) -> None:
    """Forget the tokens that are worth nothing any more."""
    session.execute(delete(ServiceTokenRow).where(ServiceTokenRow.expires_at <= now))


def delete_token(session: Session, registration_id: UUID, scopes: str) -> None:
    """Forget a token, if there is one."""
    session.execute(
        delete(ServiceTokenRow).where(
            ServiceTokenRow.registration_id == registration_id, ServiceTokenRow.scopes == scopes
        )
    )
