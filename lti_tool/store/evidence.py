"""Queries about the evidence behind an award: what its earner shows of it, what was removed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.store.rows import (
    ArtefactRow,
    AttemptRow,
    AwardRow,
    DecisionRow,
    EvidenceChoiceRow,
)


def find_award_of_page(session: Session, evidence_page_id: UUID) -> AwardRow | None:
    """Return the award whose credential names this evidence page."""
    return session.scalars(
        select(AwardRow).where(AwardRow.evidence_page_id == evidence_page_id)
    ).one_or_none()


def find_attempt_of(session: Session, award_id: UUID) -> AttemptRow | None:
    """Return the attempt that was decided on, where an award came of a decision."""
    return session.scalars(
        select(AttemptRow)
        .join(DecisionRow, DecisionRow.attempt_id == AttemptRow.id)
        .join(AwardRow, AwardRow.decision_id == DecisionRow.id)
        .where(AwardRow.id == award_id)
    ).one_or_none()


def list_artefacts(session: Session, attempt_id: UUID) -> Sequence[ArtefactRow]:
    """Return the files and links of an attempt, also those that were removed, oldest first."""
    return session.scalars(
        select(ArtefactRow)
        .where(ArtefactRow.attempt_id == attempt_id, ArtefactRow.state != "uploading")
        .order_by(ArtefactRow.created_at, ArtefactRow.id)
    ).all()


def list_copies(session: Session, artefact: ArtefactRow) -> Sequence[tuple[ArtefactRow, str]]:
    """Return an artefact wherever attempts of its submission hold it, with their states."""
    own = aliased(AttemptRow)
    is_same = (
        ArtefactRow.storage_key == artefact.storage_key
        if artefact.storage_key
        else ArtefactRow.url == artefact.url
    )
    found = session.execute(
        select(ArtefactRow, AttemptRow.state)
        .join(AttemptRow, AttemptRow.id == ArtefactRow.attempt_id)
        .join(own, own.submission_id == AttemptRow.submission_id)
        .where(
            own.id == artefact.attempt_id,
            ArtefactRow.state == "ready",
            or_(ArtefactRow.id == artefact.id, is_same),
        )
        .order_by(ArtefactRow.id)
    )
    return [(row, state) for row, state in found]


def list_choices(session: Session, award_id: UUID) -> frozenset[str]:
    """Return the sources that an earner lets others see."""
    return frozenset(
        session.scalars(
            select(EvidenceChoiceRow.source).where(EvidenceChoiceRow.award_id == award_id)
        )
    )


def replace_choices(
    session: Session, award_id: UUID, sources: Collection[str], *, now: datetime
) -> None:
    """Let others see these sources, and no others."""
    session.execute(delete(EvidenceChoiceRow).where(EvidenceChoiceRow.award_id == award_id))
    session.add_all(
        EvidenceChoiceRow(award_id=award_id, source=source, chosen_at=now)
        for source in sorted(sources)
    )
    session.flush()


def forget_choice(session: Session, award_id: UUID, source: str) -> None:
    """Show a source to nobody else any more."""
    session.execute(
        delete(EvidenceChoiceRow).where(
            EvidenceChoiceRow.award_id == award_id, EvidenceChoiceRow.source == source
        )
    )
