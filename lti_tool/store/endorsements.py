"""Queries about endorsements."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import AchievementVersionRow, EndorsementRow, SigningKeyRow


def list_standing(
    session: Session, *, version_id: UUID | None = None, issuer_id: UUID | None = None
) -> Sequence[EndorsementRow]:
    """Return what badges carry that are issued now: of a version, or of an issuer.

    Not what was withdrawn, nor what a compromised key of ours signed.
    """
    compromised = select(SigningKeyRow.id).where(SigningKeyRow.compromised_at.is_not(None))
    about = (
        EndorsementRow.achievement_version_id == version_id
        if version_id
        else EndorsementRow.issuer_id == issuer_id
    )
    return session.scalars(
        select(EndorsementRow)
        .where(
            about,
            EndorsementRow.withdrawn_at.is_(None),
            or_(
                EndorsementRow.document_key_id.is_(None),
                EndorsementRow.document_key_id.not_in(compromised),
            ),
        )
        .order_by(EndorsementRow.added_at, EndorsementRow.id)
    ).all()


def list_signed_with(session: Session, key_id: str) -> Sequence[EndorsementRow]:
    """Return what a key of ours signed, withdrawn ones too, oldest first."""
    return session.scalars(
        select(EndorsementRow)
        .where(or_(EndorsementRow.document_key_id == key_id, EndorsementRow.token_key_id == key_id))
        .order_by(EndorsementRow.added_at, EndorsementRow.id)
    ).all()


def list_all(session: Session) -> Sequence[EndorsementRow]:
    """Return every endorsement, oldest first."""
    return session.scalars(
        select(EndorsementRow).order_by(EndorsementRow.added_at, EndorsementRow.id)
    ).all()


def get(session: Session, endorsement_id: UUID, *, locks: bool = False) -> EndorsementRow:
    """Return one endorsement, or raise `NotFoundError`."""
    row = session.get(EndorsementRow, endorsement_id, with_for_update=locks or None)
    if row is None:
        raise NotFoundError("no such endorsement: `quatrefoil endorsements list` shows all")
    return row


def find_by_url(session: Session, url: str) -> EndorsementRow | None:
    """Return the endorsement with this id of its own."""
    return session.scalars(select(EndorsementRow).where(EndorsementRow.url == url)).one_or_none()


def list_by_hash(session: Session, hashes: Collection[str]) -> Sequence[EndorsementRow]:
    """Return the endorsements whose documents have these hashes."""
    return session.scalars(
        select(EndorsementRow)
        .where(EndorsementRow.document_sha256.in_(hashes))
        .order_by(EndorsementRow.added_at, EndorsementRow.id)
    ).all()


def find_version(session: Session, version_id: UUID) -> AchievementVersionRow | None:
    """Return a version by its id."""
    return session.get(AchievementVersionRow, version_id)
