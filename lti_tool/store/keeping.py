"""Queries about what an earner keeps: their link, and all of their credentials."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.store.rows import (
    AchievementVersionRow,
    AwardRow,
    CredentialRow,
    IssuerRow,
    KeepLinkRow,
    ShareRow,
)

KeptParts: TypeAlias = tuple[
    CredentialRow, AwardRow, AchievementVersionRow, IssuerRow, ShareRow | None
]


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
