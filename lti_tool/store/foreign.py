"""Queries about credentials of other issuers that stand in for badges."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, and_, exists, func, select, update
from sqlalchemy.orm import Session, defer

from lti_tool.errors import NotFoundError
from lti_tool.store.many_rows import is_among
from lti_tool.store.rows import (
    AchievementRow,
    CredentialRow,
    ForeignComponentRow,
    ForeignCredentialRow,
    ForeignDocumentRow,
    ShareRow,
)
from lti_tool.store.upsert import insert_or_replace

ForeignParts: TypeAlias = ResultRow[ForeignCredentialRow, AchievementRow]
"""A credential of another issuer, and the microcredential's achievement for which it counts."""

_NAME_BYTES = 2_500
"""PostgreSQL's indexes hold no more than 2,700."""
STANDING = ("waiting", "accepted")
_STANDS = (ForeignCredentialRow.state.in_(STANDING), ForeignCredentialRow.revoked_at.is_(None))
_COUNTS = (ForeignCredentialRow.state == "accepted", ForeignCredentialRow.revoked_at.is_(None))


def get(session: Session, foreign_id: UUID, *, locks: bool = False) -> ForeignCredentialRow:
    """Return one, or raise `NotFoundError`."""
    row = session.get(
        ForeignCredentialRow, foreign_id, with_for_update=locks or None, populate_existing=locks
    )
    if row is None:
        raise NotFoundError(f"no credential {foreign_id} of another issuer")
    return row


def list_accepted(
    session: Session, earner_ids: Collection[UUID], pathway_id: UUID
) -> Sequence[ForeignCredentialRow]:
    """Return what counts, or counted until it was revoked, for some earners; oldest first.

    The documents, which are large, are loaded where they are looked at.
    """
    return session.scalars(
        select(ForeignCredentialRow)
        .options(defer(ForeignCredentialRow.document))
        .where(
            ForeignCredentialRow.earner_id.in_(earner_ids),
            ForeignCredentialRow.pathway_id == pathway_id,
            ForeignCredentialRow.state == "accepted",
        )
        .order_by(ForeignCredentialRow.decided_at, ForeignCredentialRow.id)
    ).all()


def list_counting(
    session: Session, program_id: UUID, earner_id: UUID
) -> Sequence[ForeignCredentialRow]:
    """Return what counts for an earner in the pathways of a program."""
    return session.scalars(
        select(ForeignCredentialRow)
        .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
        .where(
            AchievementRow.program_id == program_id,
            ForeignCredentialRow.earner_id == earner_id,
            *_COUNTS,
        )
        .order_by(ForeignCredentialRow.id)
    ).all()


def list_counting_ids(session: Session, program_id: UUID, earner_id: UUID) -> frozenset[UUID]:
    """Return the ids of the same, without the documents."""
    return frozenset(
        session.scalars(
            select(ForeignCredentialRow.id)
            .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
            .where(
                AchievementRow.program_id == program_id,
                ForeignCredentialRow.earner_id == earner_id,
                *_COUNTS,
            )
        )
    )


def list_holders(session: Session, pathway_id: UUID) -> Sequence[UUID]:
    """Return the earners for whom one counts in a pathway, in the order of locking."""
    return session.scalars(
        select(ForeignCredentialRow.earner_id)
        .where(ForeignCredentialRow.pathway_id == pathway_id, *_COUNTS)
        .distinct()
        .order_by(ForeignCredentialRow.earner_id)
    ).all()


def list_same(
    session: Session, program_id: UUID, *, issuer_uri: str, credential_uri: str
) -> Sequence[ForeignCredentialRow]:
    """Return where a credential stands in a program, or was refused, whoever handed it in."""
    return session.scalars(
        select(ForeignCredentialRow)
        .options(defer(ForeignCredentialRow.document))
        .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
        .where(
            AchievementRow.program_id == program_id,
            ForeignCredentialRow.issuer_uri == issuer_uri,
            ForeignCredentialRow.credential_uri == credential_uri,
            and_(*_STANDS) | (ForeignCredentialRow.state == "refused"),
        )
    ).all()


def find_standing(
    session: Session, earner_id: UUID, pathway_id: UUID, component: str
) -> ForeignCredentialRow | None:
    """Return what stands for a badge, accepted or waiting."""
    return session.scalars(
        select(ForeignCredentialRow)
        .options(defer(ForeignCredentialRow.document))
        .where(
            ForeignCredentialRow.earner_id == earner_id,
            ForeignCredentialRow.pathway_id == pathway_id,
            ForeignCredentialRow.component == component,
            *_STANDS,
        )
    ).one_or_none()


def count_handed_in(session: Session, earner_id: UUID, *, since: datetime | None = None) -> int:
    """Return how many an earner has handed in since then; of all time, those that stand."""
    query = (
        select(func.count())
        .select_from(ForeignCredentialRow)
        .where(ForeignCredentialRow.earner_id == earner_id)
    )
    query = (
        query.where(*_STANDS)
        if since is None
        else query.where(ForeignCredentialRow.handed_in_at >= since)
    )
    return session.scalar(query) or 0


def list_of_earner(
    session: Session, earner_id: UUID, program_id: UUID | None = None
) -> Sequence[ForeignParts]:
    """Return all that an earner handed in, newest first."""
    query = _with_pathway().where(ForeignCredentialRow.earner_id == earner_id)
    if program_id is not None:
        query = query.where(AchievementRow.program_id == program_id)
    return session.execute(query).all()


def list_of_program(
    session: Session, program_id: UUID, *, states: Collection[str], limit: int
) -> Sequence[ForeignParts]:
    """Return what was handed in for a program's pathways, newest first."""
    return session.execute(
        _with_pathway()
        .where(AchievementRow.program_id == program_id, ForeignCredentialRow.state.in_(states))
        .limit(limit)
    ).all()


def list_all(session: Session) -> Sequence[ForeignParts]:
    """Return everything, newest first."""
    return session.execute(_with_pathway()).all()


def list_components(session: Session, award_id: UUID) -> Sequence[ForeignCredentialRow]:
    """Return the credentials of other issuers that a microcredential's award rests on."""
    return session.scalars(
        select(ForeignCredentialRow)
        .join(ForeignComponentRow, ForeignComponentRow.foreign_id == ForeignCredentialRow.id)
        .where(ForeignComponentRow.award_id == award_id)
        .order_by(ForeignCredentialRow.handed_in_at, ForeignCredentialRow.id)
    ).all()


def list_resting(session: Session, foreign_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these a microcredential rests on, or rested on before it was revoked."""
    return frozenset(
        session.scalars(
            select(ForeignComponentRow.foreign_id).where(
                ForeignComponentRow.foreign_id.in_(foreign_ids)
            )
        )
    )


def find_shared(session: Session, foreign_id: UUID) -> ForeignCredentialRow | None:
    """Return one while a microcredential that rests on it is shared with all that it says."""
    is_shared = (
        exists()
        .where(
            ForeignComponentRow.foreign_id == ForeignCredentialRow.id,
            CredentialRow.award_id == ForeignComponentRow.award_id,
            ShareRow.credential_id == CredentialRow.id,
            ShareRow.ended_at.is_(None),
            ShareRow.form_id.is_(None),
        )
        .correlate(ForeignCredentialRow)
    )
    return session.scalars(
        select(ForeignCredentialRow).where(ForeignCredentialRow.id == foreign_id, is_shared)
    ).one_or_none()


def list_shared_ids(session: Session, credential_ids: Collection[UUID]) -> Sequence[UUID]:
    """Return what some microcredentials rest on, by id."""
    return session.scalars(
        select(ForeignComponentRow.foreign_id)
        .join(CredentialRow, CredentialRow.award_id == ForeignComponentRow.award_id)
        .where(CredentialRow.id.in_(credential_ids))
        .distinct()
        .order_by(ForeignComponentRow.foreign_id)
    ).all()


def claim_due(session: Session, *, now: datetime, until: datetime) -> tuple[UUID, UUID] | None:
    """Return whose credentials are longest due to be verified: a program and an earner.

    Until `until` nobody else gets them.
    """
    found = session.execute(
        select(ForeignCredentialRow, AchievementRow.program_id)
        .options(defer(ForeignCredentialRow.document))
        .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
        .where(ForeignCredentialRow.check_due_at <= now, *_COUNTS)
        .order_by(ForeignCredentialRow.check_due_at, ForeignCredentialRow.id)
        .limit(1)
        .with_for_update(of=ForeignCredentialRow, skip_locked=True)
    ).one_or_none()
    if found is None:
        return None
    row, program_id = found
    row.check_due_at = until
    return program_id, row.earner_id


def look_soon(session: Session, earner_ids: Collection[UUID], *, at: datetime) -> None:
    """Have what counts for some earners verified by the next sweep: something new may follow."""
    session.execute(
        update(ForeignCredentialRow)
        .where(
            is_among(session, ForeignCredentialRow.earner_id, earner_ids),
            ForeignCredentialRow.check_due_at > at,
            *_COUNTS,
        )
        .values(check_due_at=at)
        .execution_options(synchronize_session=False)
    )


def find_unreachable_since(session: Session, *, after: datetime) -> datetime | None:
    """Return since when the first of those could not be verified that failed after an instant.

    Only those whose issuer does not answer: what ran out, ran out.
    """
    return session.scalar(
        select(func.min(ForeignCredentialRow.failing_since)).where(
            *_COUNTS,
            ForeignCredentialRow.check_outcome == "unreachable",
            ForeignCredentialRow.failing_since > after,
        )
    )


def can_be_kept(*names: str) -> bool:
    """Whether rows are found by these names together; what a token signs may be no name."""
    text = "".join(names)
    return text.isprintable() and len(text.encode()) <= _NAME_BYTES


def save_document(session: Session, *, kind: str, uri: str, body: bytes, at: datetime) -> None:
    """Keep what another issuer serves under an address, in place of what it served before."""
    values = {"kind": kind, "uri": uri, "body": body, "saved_at": at}
    if can_be_kept(uri):
        insert_or_replace(session, ForeignDocumentRow, values)


def find_document(session: Session, kind: str, uri: str) -> ForeignDocumentRow | None:
    """Return what was last saved under an address."""
    return session.get(ForeignDocumentRow, (kind, uri)) if can_be_kept(uri) else None


def _with_pathway() -> Select[ForeignCredentialRow, AchievementRow]:
    return (
        select(ForeignCredentialRow, AchievementRow)
        .options(defer(ForeignCredentialRow.document))
        .join(AchievementRow, AchievementRow.id == ForeignCredentialRow.pathway_id)
        .order_by(ForeignCredentialRow.handed_in_at.desc(), ForeignCredentialRow.id)
    )
