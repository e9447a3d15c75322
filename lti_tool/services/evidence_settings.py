"""Where an earner says what others see of their work, and takes back what they once allowed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.evidence import ANSWER, artefact_kind
from lti_tool.services.evidence_pages import removed_on
from lti_tool.services.evidence_removal import erase, get_piece, withhold
from lti_tool.services.pages.evidence import EvidenceSettingsPage, PieceView
from lti_tool.services.presenting import prompt_title
from lti_tool.services.showing import Behind, find_obstacle, load_behind
from lti_tool.services.urls import EarnerURLs, PublicURLs
from lti_tool.store import awards, evidence, programs, submissions
from lti_tool.values import Clock, NewId

KEPT_DAYS = 90
"""How long evidence is kept from removal where the program has not decided: time to appeal."""
_BEGINNING = 120


def settings_page(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    *,
    own: EarnerURLs,
    urls: PublicURLs,
    clock: Clock,
) -> EvidenceSettingsPage:
    """Return what an earner shows of the work behind a badge, and what they may.

    Raises:
        NotFoundError: the credential is not theirs, or is a microcredential's.
    """
    behind = _own(session, earner_id, credential_id)
    removable_from = _removable_from(session, behind)
    return EvidenceSettingsPage(
        title=behind.version.title,
        pieces=(*_answers(session, behind), *_artefacts(behind)),
        is_shared=behind.share is not None,
        is_revoked=behind.award.revoked_at is not None,
        save_url=own.own_evidence(credential_id),
        preview_url=own.own_evidence(credential_id, "/preview"),
        withdraw_url=own.own_evidence(credential_id, "/withdraw"),
        remove_url=own.own_evidence(credential_id, "/remove"),
        removable_from=removable_from if removable_from > clock() else None,
        public_url=urls.evidence(behind.award.evidence_page_id),
        back_url=own.home,
    )


def choose_evidence(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    sources: Collection[str],
    *,
    clock: Clock,
) -> None:
    """Let others see these pieces of the work behind a badge, and no others.

    Raises:
        NotFoundError: the credential is not theirs.
        InvalidInputError: one may not be shown: `not_showable`. Nothing was changed.
    """
    awards.lock_earner(session, earner_id)
    behind = _own(session, earner_id, credential_id)
    if not set(sources) <= behind.free:
        raise InvalidInputError("it may not be shown, or is not there", code="not_showable")
    evidence.replace_choices(session, behind.award.id, set(sources), now=clock())


def withdraw_consent(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    artefact_id: UUID,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Note that somebody in a piece no longer agrees: it is never shown from now on.

    Raises:
        NotFoundError: the credential is not theirs, or the piece is not of its work.
    """
    awards.lock_earner(session, earner_id)
    behind = _own(session, earner_id, credential_id)
    piece = get_piece(behind, artefact_id)
    withhold(session, behind, piece, action="earner.evidence_withheld", clock=clock, new_id=new_id)


def remove_evidence(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    artefact_id: UUID,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Delete a file or link from the evidence of a badge, for good. The award stands.

    Raises:
        NotFoundError: the credential is not theirs, or the piece is not of its work.
        ConflictError: `evidence_kept`: the program keeps it for longer; `closed`: work that
            is being assessed holds it.
    """
    awards.lock_earner(session, earner_id)
    behind = _own(session, earner_id, credential_id)
    if _removable_from(session, behind) > clock():
        raise ConflictError("the program keeps the evidence for longer", code="evidence_kept")
    piece = get_piece(behind, artefact_id)
    erase(session, behind, piece, action="earner.evidence_removed", clock=clock, new_id=new_id)


def _own(session: Session, earner_id: UUID, credential_id: UUID) -> Behind:
    found = awards.find_own_credential(session, earner_id, credential_id)
    if found is None:
        raise NotFoundError("not this earner's credential")
    return load_behind(session, found[1], found[0])


def _removable_from(session: Session, behind: Behind) -> datetime:
    program = programs.get_program_of(session, behind.award.achievement_id)
    days = KEPT_DAYS if program.evidence_kept_days is None else program.evidence_kept_days
    return behind.award.awarded_at + timedelta(days=days)


def _answers(session: Session, behind: Behind) -> tuple[PieceView, ...]:
    if behind.attempt is None:
        return ()
    texts = {
        row.prompt_id: row.text for row in submissions.list_answers(session, behind.attempt.id)
    }
    return tuple(
        PieceView(
            source=f"{ANSWER}{prompt.id}",
            kind="answer",
            title=prompt_title(behind.definition, prompt),
            detail=_beginning(texts[prompt.id]),
            is_shown=f"{ANSWER}{prompt.id}" in behind.shown,
            obstacle=None,
            has_others=False,
        )
        for prompt in behind.definition.prompts
        if prompt.id in behind.answered
    )


def _artefacts(behind: Behind) -> tuple[PieceView, ...]:
    return tuple(
        PieceView(
            source=str(row.id),
            kind=artefact_kind(row),
            title=row.title,
            detail=row.url or "",
            is_shown=str(row.id) in behind.shown,
            obstacle=find_obstacle(row),
            has_others=row.people == "consented",
            removed_on=removed_on(row),
        )
        for row in behind.artefacts
    )


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _BEGINNING else f"{line[:_BEGINNING].rstrip()}…"
