"""What the world sees of achievements and credentials."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from badges.pathway_definition import parse_pathway
from lti_tool.errors import NotFoundError
from lti_tool.services import decisions
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.definition_facts import definition_facts, publicly
from lti_tool.services.disclosing import Disclosed, Disclosure, disclosed, disclosure_of
from lti_tool.services.endorsed import standing_views, views_in
from lti_tool.services.examining import Report
from lti_tool.services.models import (
    AchievementSummary,
    ResultView,
    RuleView,
)
from lti_tool.services.pages.public import (
    AchievementPage,
    AlignmentView,
    CredentialPage,
    RubricPage,
)
from lti_tool.services.pages.stack import ComponentView, PathwayView
from lti_tool.services.pictures import SVG
from lti_tool.services.presenting import (
    achievement_summary,
    result_views,
    rubric_view,
)
from lti_tool.services.rules import rule_views
from lti_tool.services.stack_components import CredentialURL
from lti_tool.services.stack_pages import (
    credential_components,
    is_microcredential,
    pathway_summary,
    shared_url,
)
from lti_tool.services.urls import PublicURLs
from lti_tool.services.verifying import check_views
from lti_tool.store import awards, programs, shares
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttestationRow,
    AwardRow,
    CredentialRow,
    DecisionRow,
    IssuerRow,
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


def pictured_version(session: Session, version_id: UUID) -> AchievementVersionRow:
    """Return a version that was published at some time, of a badge or a microcredential.

    Raises:
        NotFoundError: there is none.
    """
    row = programs.get_version(session, version_id)
    if row.state not in PUBLIC_STATES:
        raise NotFoundError(f"version {version_id} is not published")
    return row


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
        endorsements=standing_views(session, version_id=row.id, issuer_id=issuer.id),
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
    parts: tuple[CredentialRow, AwardRow, AchievementVersionRow, IssuerRow],
    shown: Disclosed,
    report: Report,
    *,
    urls: PublicURLs,
    page_url: str,
    json_url: str,
    jwt_url: str,
    picture_url: str,
    svg_url: str,
    now: datetime,
    own_url: CredentialURL | None = None,
    kit_url: str | None = None,
    record_url: str | None = None,
) -> CredentialPage:
    """Return the page of a credential as it is shown; `report` is of that document, just now.

    `own_url` says where its earner sees their credentials, when it is they who look.
    """
    credential, award, version, issuer = parts
    summary, is_owner = report.summary, own_url is not None
    given = _given_for(session, award, version, urls, own_url or shared_url(session, urls))
    hides_levels = shown.disclosure is Disclosure.WITHOUT_LEVELS
    renewal = awards.find_renewal(session, award)
    renewed_url = (own_url or shared_url(session, urls))(renewal[1].id) if renewal else None
    if renewal and hides_levels and _shows_levels(session, renewal[1].id):
        # Whoever was given a link without levels comes to no levels by it.
        renewed_url = None
    former = awards.find_former(session, award) if own_url else None
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
        results=() if hides_levels else given.results,
        points=None if hides_levels else given.points,
        hides_levels=hides_levels,
        rules=given.rules,
        level_source=given.level_source,
        evidence_url=None if given.pathway else urls.evidence(award.evidence_page_id),
        checks=check_views(report.checks),
        checked_at=now,
        json_url=json_url,
        jwt_url=jwt_url,
        picture_url=picture_url,
        svg_url=svg_url if version.image_type == SVG else None,
        card_url=urls.card(version.id),
        kit_url=kit_url,
        record_url=record_url,
        verify_url=urls.verify,
        credential_id=urls.credential(shown.id),
        page_url=page_url,
        is_owner=is_owner,
        is_shared=shares.find_share(session, credential.id) is not None,
        attested_since=given.attested_since,
        renewed_on=renewal[0].awarded_at if renewal and renewed_url else None,
        renewed_url=renewed_url,
        former_on=former[0].revoked_at if former else None,
        former_url=own_url(former[1].id) if own_url and former else None,
        pathway=given.pathway,
        components=given.components,
        endorsements=views_in(session, shown.document),
    )


def _shows_levels(session: Session, credential_id: UUID) -> bool:
    share = shares.find_share(session, credential_id)
    return disclosure_of(share) is Disclosure.WITH_LEVELS


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


def get_shared_at(session: Session, url: str, *, urls: PublicURLs) -> Disclosed:
    """Return what is shared at one of our addresses: a credential's id, or its share link.

    Raises:
        NotFoundError: it names none, or one that its earner does not share.
    """
    named = _OWN_ADDRESS.fullmatch(url.removeprefix(urls.base_url))
    if named is None:
        raise NotFoundError("not a credential's address")
    if named["token"]:
        found = shares.find_shared(session, named["token"])
    else:
        found = shares.find_shared_by_id(session, UUID(named["id"]))
        record = shares.find_shared_record(session, shares.is_record(UUID(named["id"])))
        if record is not None:
            return Disclosed(id=record[0].id, document=record[0].document, token=b"")
    if found is None:
        raise NotFoundError("no shared credential")
    return disclosed(found)
