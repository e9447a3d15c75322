"""Queries about what a static copy of the public pages consists of, batch by batch."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    EndorsementRow,
    IssuerRow,
    ShareRow,
    SigningKeyRow,
    StatusListRow,
)
from lti_tool.store.shares import LEARNER_RECORD

VersionParts: TypeAlias = ResultRow[UUID, str, str]
"""A version's id, the kind of its achievement, and the media type of its image."""
ShareParts: TypeAlias = ResultRow[UUID, str, UUID, UUID, str, UUID | None]
"""A share's id and token, the id that it shows, its evidence page, where the award is from, and
the id of the learner record of a microcredential."""


def list_issuer_keys(session: Session) -> Sequence[ResultRow[IssuerRow, SigningKeyRow]]:
    """Return every issuer's keys that anybody may believe, oldest first."""
    return session.execute(
        select(IssuerRow, SigningKeyRow)
        .join(SigningKeyRow, SigningKeyRow.issuer_id == IssuerRow.id)
        .where(SigningKeyRow.compromised_at.is_(None))
        .order_by(IssuerRow.created_at, SigningKeyRow.created_at, SigningKeyRow.id)
    ).all()


def list_status_list_ids(session: Session) -> Sequence[UUID]:
    """Return the ids of all status lists."""
    return session.scalars(
        select(StatusListRow.id).order_by(StatusListRow.issuer_id, StatusListRow.number)
    ).all()


def list_endorsement_ids(session: Session) -> Sequence[UUID]:
    """Return the ids of what issuers of ours have endorsed, withdrawn or not."""
    return session.scalars(
        select(EndorsementRow.id)
        .where(EndorsementRow.endorser_id.is_not(None))
        .order_by(EndorsementRow.id)
    ).all()


def list_public_versions(
    session: Session, *, after: UUID | None, limit: int
) -> Sequence[VersionParts]:
    """Return versions that were published at some time, by id, after one of them."""
    query = (
        select(AchievementVersionRow.id, AchievementRow.kind, AchievementVersionRow.image_type)
        .join(AchievementRow, AchievementRow.id == AchievementVersionRow.achievement_id)
        .where(AchievementVersionRow.state.in_(("published", "retired")))
        .order_by(AchievementVersionRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(AchievementVersionRow.id > after)
    return session.execute(query).all()


def list_live_shares(session: Session, *, after: UUID | None, limit: int) -> Sequence[ShareParts]:
    """Return share links that live, by id, after one of them."""
    query = (
        select(
            ShareRow.id,
            ShareRow.token,
            func.coalesce(ShareRow.form_id, ShareRow.credential_id),
            AwardRow.evidence_page_id,
            AwardRow.origin,
            CredentialFormRow.id,
        )
        .join(CredentialRow, CredentialRow.id == ShareRow.credential_id)
        .outerjoin(
            CredentialFormRow,
            (CredentialFormRow.credential_id == CredentialRow.id)
            & (CredentialFormRow.kind == LEARNER_RECORD),
        )
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .where(ShareRow.ended_at.is_(None))
        .order_by(ShareRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(ShareRow.id > after)
    return session.execute(query).all()
