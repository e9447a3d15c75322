"""The evidence page of an award: what its earner lets the world see of the work."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.summary import read_summary
from badges.untrusted import parse_object
from lti_tool.errors import NotFoundError
from lti_tool.services.evidence import ANSWER, Evidence, artefact_kind, load_evidence
from lti_tool.services.file_access import FileLinks
from lti_tool.services.models import ArtefactView, CriterionEvidence
from lti_tool.services.pages.evidence import EvidencePage, RemovedView
from lti_tool.services.presenting import achievement_summary
from lti_tool.services.showing import Behind, load_behind
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, evidence
from lti_tool.store.rows import ArtefactRow, CredentialRow

NOTHING = Evidence(answers=(), artefacts=(), criteria=(), logs=())


def public_page(
    session: Session, evidence_page_id: UUID, *, urls: PublicURLs, links: FileLinks
) -> EvidencePage:
    """Return an evidence page as a stranger sees it.

    Until the earner shares the badge, and after it was revoked, that is how many pieces
    there are, and what was removed.

    Raises:
        NotFoundError: no award has this page.
    """
    award = evidence.find_award_of_page(session, evidence_page_id)
    credential = awards.find_credential_of_award(session, award.id) if award else None
    if award is None or credential is None:
        raise NotFoundError("no such evidence page")
    behind = load_behind(session, award, credential)
    sources = behind.shown if behind.is_open else frozenset()
    return _page(session, behind, credential, sources, urls, replace(links, award_id=award.id))


def previewed_page(
    session: Session,
    earner_id: UUID,
    credential_id: UUID,
    *,
    urls: PublicURLs,
    links: FileLinks,
    settings_url: str,
) -> EvidencePage:
    """Return the page as strangers see it while the badge has a link, for its earner.

    Raises:
        NotFoundError: the credential is not theirs.
    """
    found = awards.find_own_credential(session, earner_id, credential_id)
    if found is None:
        raise NotFoundError("not this earner's credential")
    behind = load_behind(session, found[1], found[0])
    page = _page(session, behind, found[0], behind.shown, urls, links)
    return replace(page, settings_url=settings_url)


def removed_on(row: ArtefactRow) -> datetime | None:
    """Return when a piece was removed, if it was."""
    return row.removed_at if row.state == "removed" else None


def removed_views(artefacts: Iterable[ArtefactRow]) -> tuple[RemovedView, ...]:
    """Return what is told of pieces that were removed."""
    return tuple(
        RemovedView(kind=artefact_kind(row), removed_on=at)
        for row in artefacts
        if (at := removed_on(row))
    )


def _page(
    session: Session,
    behind: Behind,
    credential: CredentialRow,
    sources: frozenset[str],
    urls: PublicURLs,
    links: FileLinks,
) -> EvidencePage:
    work = _shown_of(session, behind, sources, links) if sources else NOTHING
    pieces = [row for row in behind.artefacts if row.state == "ready"]
    summary = read_summary(parse_object(credential.document))
    return EvidencePage(
        achievement=achievement_summary(behind.version, behind.definition, urls),
        name=(summary.subject_name or "") if sources else "",
        answers=work.answers,
        artefacts=work.artefacts,
        criteria=work.criteria,
        count_withheld=len(pieces) - len(work.artefacts),
        is_attested=behind.attempt is None,
        is_entered=behind.attempt is not None and behind.attempt.is_entered,
        removed=removed_views(behind.artefacts),
    )


def _shown_of(
    session: Session, behind: Behind, sources: frozenset[str], links: FileLinks
) -> Evidence:
    """Return what is shown, and the pointers to it; logs name others and are never shown."""
    if behind.attempt is None:
        return NOTHING
    whole = load_evidence(session, behind.attempt.id, definition=behind.definition, links=links)
    return Evidence(
        answers=tuple(one for one in whole.answers if f"{ANSWER}{one.prompt_id}" in sources),
        artefacts=tuple(_plain(one) for one in whole.artefacts if one.id in sources),
        criteria=tuple(
            CriterionEvidence(
                criterion=one.criterion,
                references=tuple(to for to in one.references if to.source_id in sources),
            )
            for one in whole.criteria
        ),
        logs=(),
    )


def _plain(artefact: ArtefactView) -> ArtefactView:
    """Leave out what was asked of a piece, and said of it, for its assessors."""
    return replace(
        artefact, people=None, requirement="", attested=(), is_length_stated=False, is_playable=None
    )
