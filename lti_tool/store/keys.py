"""Queries about signing keys and issuers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import IssuerRow, SigningKeyRow


def list_keys(session: Session, *, issuer_id: UUID | None) -> Sequence[SigningKeyRow]:
    """Return all keys of an issuer, or of the tool (None), oldest first."""
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at, SigningKeyRow.id)
    ).all()


def list_all_keys(session: Session, *, locks: bool = False) -> Sequence[SigningKeyRow]:
    """Return every key, the tool's and all issuers', oldest first.

    With `locks`, nobody else changes them until the transaction ends.
    """
    query = select(SigningKeyRow).order_by(SigningKeyRow.created_at, SigningKeyRow.id)
    return session.scalars(query.with_for_update() if locks else query).all()


def list_compromised_keys(session: Session) -> Sequence[SigningKeyRow]:
    """Return the keys that nobody may believe."""
    return session.scalars(
        select(SigningKeyRow).where(SigningKeyRow.compromised_at.is_not(None))
    ).all()


def get_key(session: Session, key_id: str, *, locks: bool = False) -> SigningKeyRow:
    """Return the key with this id, or raise `NotFoundError`."""
    row = session.get(SigningKeyRow, key_id, with_for_update=locks or None)
    if row is None:
        raise NotFoundError("no such key: `quatrefoil keys list` shows the ids of all")
    return row


def list_usable_keys(
    session: Session, *, now: datetime, locks: bool = False
) -> Sequence[SigningKeyRow]:
    """Return every key that signs now or will: the tool's and all issuers'.

    With `locks`, nobody else changes them until the transaction ends.
    """
    query = (
        select(SigningKeyRow)
        .where(
            SigningKeyRow.retired_at.is_(None) | (SigningKeyRow.retired_at > now),
            SigningKeyRow.compromised_at.is_(None),
        )
        .order_by(SigningKeyRow.id)
    )
    return session.scalars(query.with_for_update() if locks else query).all()


def list_spent_keys(session: Session, *, retired_before: datetime) -> Sequence[SigningKeyRow]:
    """Return the keys that sign no more and still have their private half."""
    return session.scalars(
        select(SigningKeyRow).where(
            SigningKeyRow.compromised_at.is_not(None) | (SigningKeyRow.retired_at < retired_before),
            SigningKeyRow.sealed != b"",
        )
    ).all()


def find_newest_key(
    session: Session, *, issuer_id: UUID | None, purpose: str
) -> SigningKeyRow | None:
    """Return the key of a purpose whose end is not set, if there is one."""
    return session.scalars(
        select(SigningKeyRow).where(
            SigningKeyRow.issuer_id == issuer_id,
            SigningKeyRow.purpose == purpose,
            SigningKeyRow.retired_at.is_(None),
            SigningKeyRow.compromised_at.is_(None),
        )
    ).one_or_none()


def get_issuer(session: Session, slug: str) -> IssuerRow:
    """Return the issuer with this slug, or raise `NotFoundError`."""
    row = session.scalars(select(IssuerRow).where(IssuerRow.slug == slug)).one_or_none()
    if row is None:
        raise NotFoundError(
            f"no such issuer {slug!r}: add it with `quatrefoil issuers add`, or correct its slug"
        )
    return row


def list_issuers(session: Session) -> Sequence[IssuerRow]:
    """Return all issuers, oldest first."""
    return session.scalars(select(IssuerRow).order_by(IssuerRow.created_at)).all()


def list_issuer_ids(session: Session) -> frozenset[str]:
    """Return the ids of all issuers, as they stand in credentials."""
    return frozenset(session.scalars(select(IssuerRow.did)))
