"""Queries about signing keys and issuers."""

from collections.abc import Sequence
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


def list_current_keys(session: Session) -> Sequence[SigningKeyRow]:
    """Return every key that signs now: the tool's and all issuers'."""
    return session.scalars(
        select(SigningKeyRow).where(
            SigningKeyRow.retired_at.is_(None), SigningKeyRow.compromised_at.is_(None)
        )
    ).all()


def find_current_key(
    session: Session, *, issuer_id: UUID | None, purpose: str
) -> SigningKeyRow | None:
    """Return the key that signs now for a purpose, if there is one."""
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
