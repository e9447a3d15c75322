"""Queries about credentials whose VC-JWT is not signed yet."""

from collections.abc import Collection, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.store.rows import AwardRow, CredentialRow, IssuerRow

UnsignedParts: TypeAlias = ResultRow[UUID, bytes, str, UUID, IssuerRow]
"""A credential's id, document and its hash, its earner's id, and its issuer."""


def list_unsigned_ids(session: Session, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return credentials without a VC-JWT, by id, after one of them."""
    query = (
        select(CredentialRow.id)
        # Of the three columns the one with an index.
        .where(CredentialRow.token_key_id.is_(None))
        .order_by(CredentialRow.id)
        .limit(limit)
    )
    return session.scalars(query if after is None else query.where(CredentialRow.id > after)).all()


def list_unsigned(session: Session, ids: Collection[UUID]) -> Sequence[UnsignedParts]:
    """Return those of some credentials that have no VC-JWT, by id."""
    return session.execute(
        select(
            CredentialRow.id,
            CredentialRow.document,
            CredentialRow.document_sha256,
            AwardRow.earner_id,
            IssuerRow,
        )
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(IssuerRow, IssuerRow.id == CredentialRow.issuer_id)
        .where(CredentialRow.id.in_(ids), CredentialRow.token_key_id.is_(None))
        .order_by(CredentialRow.id)
    ).all()


def find_token(session: Session, credential_id: UUID) -> bytes | None:
    """Return the VC-JWT of a credential, if it is signed."""
    return session.scalars(
        select(CredentialRow.token).where(CredentialRow.id == credential_id)
    ).one()


def set_token(
    session: Session, credential_id: UUID, *, made_from: str, token: bytes, sha256: str, key_id: str
) -> bool:
    """Store a VC-JWT unless there is one, or the document is another by now; say if it was."""
    done = session.execute(
        update(CredentialRow)
        .where(
            CredentialRow.id == credential_id,
            CredentialRow.token_key_id.is_(None),
            CredentialRow.document_sha256 == made_from,
        )
        .values(token=token, token_sha256=sha256, token_key_id=key_id)
        .returning(CredentialRow.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None
