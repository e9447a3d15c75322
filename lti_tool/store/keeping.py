"""Queries about what an earner keeps: their link, and all of their credentials."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardRow,
    CredentialRow,
    FormerCredentialRow,
    IssuerRow,
    KeepLinkRow,
    ShareRow,
)

KeptParts: TypeAlias = tuple[
    CredentialRow, AwardRow, AchievementVersionRow, IssuerRow, ShareRow | None
]
LiveParts: TypeAlias = ResultRow[CredentialRow, AwardRow, AchievementVersionRow, UUID]
"""A credential with its award, its version and the id of its program."""


def find_keep_link(session: Session, token_hash: str) -> KeepLinkRow | None:
    """Return a keep link that lives."""
    return session.scalars(
        select(KeepLinkRow).where(
            KeepLinkRow.token_hash == token_hash, KeepLinkRow.ended_at.is_(None)
        )
    ).one_or_none()


def find_keep_link_of(session: Session, earner_id: UUID) -> KeepLinkRow | None:
    """Return an earner's keep link that lives."""
    return session.scalars(
        select(KeepLinkRow).where(
            KeepLinkRow.earner_id == earner_id, KeepLinkRow.ended_at.is_(None)
        )
    ).one_or_none()


def end_keep_links(session: Session, earner_id: UUID, *, now: datetime) -> None:
    """End an earner's keep link."""
    session.execute(
        update(KeepLinkRow)
        .where(KeepLinkRow.earner_id == earner_id, KeepLinkRow.ended_at.is_(None))
        .values(ended_at=now)
    )


def list_kept(session: Session, earner_id: UUID) -> Sequence[KeptParts]:
    """Return every credential of an earner with the share that lives, newest first."""
    found = session.execute(
        select(CredentialRow, AwardRow, AchievementVersionRow, IssuerRow, ShareRow)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(AchievementVersionRow, AchievementVersionRow.id == AwardRow.achievement_version_id)
        .join(IssuerRow, IssuerRow.id == CredentialRow.issuer_id)
        .outerjoin(
            ShareRow,
            (ShareRow.credential_id == CredentialRow.id) & ShareRow.ended_at.is_(None),
        )
        .where(AwardRow.earner_id == earner_id)
        .order_by(AwardRow.awarded_at.desc(), CredentialRow.id)
    )
    return [(one, award, version, issuer, share) for one, award, version, issuer, share in found]


def list_live(session: Session, earner_id: UUID) -> Sequence[LiveParts]:
    """Return an earner's live credentials, oldest first, each with its program's id."""
    return session.execute(
        select(CredentialRow, AwardRow, AchievementVersionRow, AchievementRow.program_id)
        .join(AwardRow, AwardRow.id == CredentialRow.award_id)
        .join(AchievementVersionRow, AchievementVersionRow.id == AwardRow.achievement_version_id)
        .join(AchievementRow, AchievementRow.id == AwardRow.achievement_id)
        .where(AwardRow.earner_id == earner_id, AwardRow.revoked_at.is_(None))
        .order_by(AwardRow.awarded_at, CredentialRow.id)
    ).all()


def count_changes(
    session: Session, credential_ids: Collection[UUID], *, since: datetime
) -> Mapping[UUID, int]:
    """Return how often credentials were issued anew since then because their earner asked."""
    found = session.execute(
        select(
            FormerCredentialRow.credential_id,
            func.count(FormerCredentialRow.superseded_at.distinct()),
        )
        .where(
            FormerCredentialRow.credential_id.in_(credential_ids),
            FormerCredentialRow.reason == "earner_asked",
            FormerCredentialRow.superseded_at > since,
        )
        .group_by(FormerCredentialRow.credential_id)
    )
    return {one.credential_id: one[1] for one in found}
