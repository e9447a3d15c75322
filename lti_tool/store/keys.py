"""Queries about signing keys and issuers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import IssuerRow, SigningKeyRow


def list_keys(session: Session, *, issuer_id: UUID | None) -> Sequence[SigningKeyRow]:
    """Return all keys of an issuer, or of the tool (None), oldest first."""
    return session.scalars(_of(issuer_id)).all()


def lock_keys(session: Session, *, issuer_id: UUID | None) -> Sequence[SigningKeyRow]:
    """Return all keys of an issuer, or of the tool (None), as they are now, oldest first.

    Until the transaction ends nobody else changes them, or stores what they signed. An
    issuer's row is locked for all of its keys: programs and earners are locked before it.
    """
    if issuer_id is None:
        session.execute(_of(None).with_for_update()).all()
    else:
        session.get_one(IssuerRow, issuer_id, with_for_update=True)
    # Whoever was waited for may have changed one, or added another.
    return session.scalars(_of(issuer_id).execution_options(populate_existing=True)).all()


def _of(issuer_id: UUID | None) -> Select[SigningKeyRow]:
    return (
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at, SigningKeyRow.id)
    )


def share_keys(session: Session, ids: Collection[str]) -> Sequence[SigningKeyRow]:
    """Return some keys as they are now; nobody changes them until the transaction ends."""
    issuer_ids = select(SigningKeyRow.issuer_id).where(SigningKeyRow.id.in_(ids))
    session.execute(
        select(IssuerRow.id)
        .where(IssuerRow.id.in_(issuer_ids))
        .order_by(IssuerRow.id)
        .with_for_update(read=True)
    ).all()
    # Only the next statement sees what whoever was waited for has written.
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.id.in_(ids))
        .execution_options(populate_existing=True)
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


def get_key(session: Session, key_id: str) -> SigningKeyRow:
    """Return the key with this id, or raise `NotFoundError`."""
    row = session.get(SigningKeyRow, key_id)
    if row is None:
        raise NotFoundError("no such key: `quatrefoil keys list` shows the ids of all")
    return row


def list_usable_keys(session: Session, *, now: datetime) -> Sequence[SigningKeyRow]:
    """Return every key that signs now or will: the tool's and all issuers'."""
    return session.scalars(
        select(SigningKeyRow)
        .where(
            SigningKeyRow.retired_at.is_(None) | (SigningKeyRow.retired_at > now),
            SigningKeyRow.compromised_at.is_(None),
        )
        .order_by(SigningKeyRow.id)
    ).all()


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
