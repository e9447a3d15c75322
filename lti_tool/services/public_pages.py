"""What the world sees of achievements, credentials and evidence."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from badges.pathway_definition import parse_pathway
from lti_tool.errors import NotFoundError
from lti_tool.services import decisions
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.definition_facts import definition_facts, publicly
from lti_tool.services.models import (
    AchievementSummary,
    ArtefactView,
    ResultView,
    RuleView,
)
from lti_tool.services.pages.public import (
    AchievementPage,
    AlignmentView,
    CredentialPage,
    EvidencePage,
    RubricPage,
)
from lti_tool.services.pages.stack import ComponentView, PathwayView
from lti_tool.services.presenting import (
    achievement_summary,
    result_views,
    rubric_view,
)
from lti_tool.services.rules import rule_views
from lti_tool.services.stack_pages import (
    CredentialURL,
    credential_components,
    is_microcredential,
    pathway_summary,
    shared_url,
)
from lti_tool.services.urls import PublicURLs
from lti_tool.services.verifying import Report, check_views
from lti_tool.store import awards, programs
from lti_tool.store.awards import CredentialParts
from lti_tool.store.rows import (
    AchievementVersionRow,
    ArtefactRow,
    AttemptRow,
    AttestationRow,
    AwardRow,
    DecisionRow,
)

PUBLIC_STATES = frozenset({"published", "retired"})
_OWN_ADDRESS = re.compile(
    r"/s/(?P<token>[A-Za-z0-9_-]+)(\.json|\.jwt)?|/credentials/(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


def published_version(
    session: Session, version_id: UUID
) -> tuple[AchievementVersionRow, AchievementDefinition]:
    """Return a version of a badge that was published at some time, with its definition.

    Raises:
        NotFoundError: there is none, or it is still somebody's draft.
    """
    row = programs.get_version(session, version_id)
    if row.state not in PUBLIC_STATES or is_microcredential(session, version_id):
        raise NotFoundError(f"version {version_id} is no published badge")
    return row, parse_definition(row.document)


def achievement_page(session: Session, version_id: UUID, *, urls: PublicURLs) -> AchievementPage:
    """Return the page of an achievement version."""
    row, definition = published_version(session, version_id)
    issuer = awards.get_issuer_of_version(session, row.id)
    return AchievementPage(
        achievement=achievement_summary(row, definition, urls),
        issuer_name=issuer.name,
        issuer_url=issuer.url,
        rubric=publicly(definition, rubric_view(definition)),
        version_label=str(row.number),
        state=row.state,
        rubric_url=urls.rubric(row.id),
        json_url=urls.achievement(row.id, ".json"),
        alignments=tuple(
            AlignmentView(
                framework=f"{item.framework} {item.framework_version}".strip(),
                name=item.title,
                url=item.url,
            )
            for item in definition.alignments
        ),
        tags=definition.tags,
        provenance=definition.attribution or None,
        is_practice=False,
    )


def rubric_page(session: Session, version_id: UUID, *, urls: PublicURLs) -> RubricPage:
    """Return the page of an achievement version's whole rubric."""
    row, definition = published_version(session, version_id)
    rubric = definition.get_rubric()
    notes = (*rubric.notes, *(note for one in rubric.all_criteria for note in one.notes))
    return RubricPage(
        achievement=achievement_summary(row, definition, urls),
        achievement_url=urls.achievement(row.id),
        rubric=publicly(definition, rubric_view(definition)),
        notes=tuple(f"“{note.quote}”: {note.text}" for note in notes),
        facts=definition_facts(definition),
    )


def credential_page(
    session: Session,
    parts: CredentialParts,
    report: Report,
    *,
    urls: PublicURLs,
    page_url: str,
    json_url: str,
    jwt_url: str,
    picture_url: str,
    now: datetime,
    own_url: CredentialURL | None = None,
) -> CredentialPage:
    """Return the page of a credential; `report` is of its stored document, just now.

    `own_url` says where its earner sees their credentials, when it is they who look.
    """
    credential, award, version, issuer = parts
    summary, is_owner = report.summary, own_url is not None
    given = _given_for(session, award, version, urls, own_url or shared_url(session, urls))
    return CredentialPage(
        status="revoked" if award.revoked_at else report.status,
        name=(summary.subject_name if summary else None) or "",
        issuer_name=issuer.name,
        issuer_url=issuer.url,
        issued_on=credential.issued_at,
        expires_on=None,
        revoked_at=award.revoked_at,
        revocation_reason=award.revocation_reason if is_owner else None,
        achievement=given.achievement,
        achievement_url=urls.achievement(version.id),
        results=given.results,
        points=given.points,
        rules=given.rules,
        level_source=given.level_source,
        evidence_url=None if given.pathway else urls.evidence(award.evidence_page_id),
        checks=check_views(report.checks),
        checked_at=now,
        json_url=json_url,
        jwt_url=jwt_url,
        picture_url=picture_url,
        verify_url=urls.verify,
        credential_id=urls.credential(credential.id),
        page_url=page_url,
        is_owner=is_owner,
        is_shared=awards.find_share(session, credential.id) is not None,
        attested_since=given.attested_since,
        pathway=given.pathway,
        components=given.components,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _GivenFor:
    """What a credential was given for: an assessment, an attestation, or other badges."""

    achievement: AchievementSummary
    rules: tuple[RuleView, ...] = ()
    level_source: str = ""
    results: tuple[ResultView, ...] = ()
    points: Decimal | None = None
    attested_since: datetime | None = None
    pathway: PathwayView | None = None
    components: tuple[ComponentView, ...] = ()


def _given_for(
    session: Session,
    award: AwardRow,
    version: AchievementVersionRow,
    urls: PublicURLs,
    credential_url: CredentialURL,
) -> _GivenFor:
    if award.origin == "pathway":
        pathway, components = credential_components(
            session, award, urls=urls, credential_url=credential_url
        )
        summary = pathway_summary(version, parse_pathway(version.document), urls)
        return _GivenFor(achievement=summary, pathway=pathway, components=components)
    definition = parse_definition(version.document)
    rubric = definition.get_rubric()
    attestation = session.get(AttestationRow, award.id)
    given = _GivenFor(
        achievement=achievement_summary(version, definition, urls),
        rules=rule_views(definition),
        level_source=rubric.level_source.value if rubric.level_source else "assessor",
        attested_since=attestation.held_since if attestation else None,
    )
    decision = session.get(DecisionRow, award.decision_id) if award.decision_id else None
    if decision is None:
        return given
    result = decisions.judge_inputs(definition, read_inputs(decision.inputs)).result
    return replace(given, results=result_views(result, comments={}), points=result.points)


def get_shared_at(session: Session, url: str, *, urls: PublicURLs) -> CredentialParts:
    """Return the shared credential that one of our addresses names, by its id or its share link.

    Raises:
        NotFoundError: it names none, or one that its earner does not share.
    """
    named = _OWN_ADDRESS.fullmatch(url.removeprefix(urls.base_url))
    if named is None:
        raise NotFoundError("not a credential's address")
    if named["token"]:
        parts = awards.find_shared_credential(session, named["token"])
    else:
        parts = awards.find_credential(session, UUID(named["id"]))
        parts = parts if awards.find_share(session, UUID(named["id"])) else None
    if parts is None:
        raise NotFoundError("no shared credential")
    return parts


def evidence_page(session: Session, evidence_page_id: UUID, *, urls: PublicURLs) -> EvidencePage:
    """Return what the earner lets the world see of the work behind an award.

    Until the earner shares the credential, and after it was revoked, that is
    nothing but how many pieces there are.

    Raises:
        NotFoundError: no award has this page.
    """
    award = awards.find_award_of_evidence_page(session, evidence_page_id)
    credential = awards.find_credential_of_award(session, award.id) if award else None
    if award is None or credential is None:
        raise NotFoundError("no such evidence page")
    if award.origin == "pathway":
        raise NotFoundError("the evidence of a microcredential are its badges")
    version = programs.get_version(session, award.achievement_version_id)
    decision = session.get(DecisionRow, award.decision_id) if award.decision_id else None
    attempt = session.get(AttemptRow, decision.attempt_id) if decision else None
    is_open = award.revoked_at is None and awards.find_share(session, credential.id) is not None
    listed = awards.list_artefacts(session, attempt.id) if attempt else ()
    shown = [one for one in listed if is_open and _is_public(one)]
    return EvidencePage(
        credential_url=urls.credential(credential.id),
        achievement=achievement_summary(version, parse_definition(version.document), urls),
        name=attempt.name_on_badge if attempt and is_open else "",
        answers=(),
        artefacts=tuple(_artefact_view(one) for one in shown),
        criteria=(),
        count_withheld=len(listed) - len(shown),
        is_attested=attempt is None,
    )


def _is_public(artefact: ArtefactRow) -> bool:
    """Whether its learner shows it, and nobody in it is shown against their will."""
    return artefact.visibility == "public" and artefact.people in {"nobody", "consented"}


def _artefact_view(artefact: ArtefactRow) -> ArtefactView:
    """Return a piece of evidence by name; a link can be followed, a file is not handed out."""
    return ArtefactView(
        id=str(artefact.id),
        kind=artefact.kind,
        title=artefact.title,
        size_bytes=artefact.size if artefact.kind == "file" else None,
        url=artefact.url or "",
        download_url=None,
        host=urlsplit(artefact.url).hostname if artefact.url else None,
        people=artefact.people,
        visibility=artefact.visibility,
        is_playable=None,
    )
