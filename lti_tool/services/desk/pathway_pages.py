"""The desk's pages about microcredentials."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import InvalidPathwayError
from badges.pathway_definition import PathwayDefinition, find_faults, parse_pathway
from badges.pathway_faults import PathwayFault
from lti_tool.errors import ConflictError
from lti_tool.services.accepted import accepted_key, accepted_views
from lti_tool.services.desk.attesting import Attestation
from lti_tool.services.desk.foreign_pages import list_lines
from lti_tool.services.desk.pages import desk_head
from lti_tool.services.desk.pathway_forms import form_of
from lti_tool.services.desk.pathways import get_pathway
from lti_tool.services.desk.signing_off import list_waiting
from lti_tool.services.models import FieldError
from lti_tool.services.names import display_name
from lti_tool.services.pages.pathways import (
    AttestedView,
    AttestPage,
    ChoiceView,
    DeskPathway,
    PathwayEditorPage,
    PathwayForm,
    PathwaysPage,
    PublishPathwayPage,
    WaitingView,
)
from lti_tool.services.pages.stack import PathwayView
from lti_tool.services.publishing_pathways import (
    find_overdue,
    overdue_hash,
    preview_publishing,
)
from lti_tool.services.stack_pages import pathway_view
from lti_tool.services.stacks import ProgramBadge, as_stack, list_families, list_program_badges
from lti_tool.services.texts import plain_line
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.store import keys, pathways
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, UserRow
from lti_tool.values import Clock, Launch, ProgramScope

LEARNERS_MOST = 200
ATTESTED_MOST = 100
NAME_CHARACTERS = 100
_FAULT_CODES = {"missing": "required"}


def pathways_page(
    session: Session, launch: Launch, scope: ProgramScope, *, public_urls: PublicURLs
) -> PathwaysPage:
    """Return the microcredentials of the program, and what waits for a coordinator."""
    urls, id_ = DeskURLs(launch.ref), scope.program_id
    badges = {one.achievement.slug: one for one in list_program_badges(session, id_)}
    waiting, overdue = list_waiting(session, id_), find_overdue(session, id_)
    attested = pathways.list_attestations(session, scope, limit=ATTESTED_MOST)
    names = pathways.list_names(
        session,
        {one.earner_id for one in waiting}
        | {one.earner_id for one in overdue}
        | {award.earner_id for _, award, _ in attested},
    )
    titles = {one.achievement.id: one.title for one in badges.values()}
    return PathwaysPage(
        head=desk_head(session, launch, scope),
        pathways=tuple(
            _pathway(session, achievement, versions, badges, urls.pathway(id_, achievement.id))
            for achievement, versions in list_families(pathways.list_pathway_versions(session, id_))
        ),
        waiting=tuple(
            WaitingView(
                earner_id=str(one.earner_id),
                name=_name(names, one.earner_id),
                achievement_id=str(one.stack.achievement.id),
                title=one.stack.definition.title,
            )
            for one in waiting
        ),
        attested=tuple(
            AttestedView(
                name=_name(names, award.earner_id),
                badge=titles.get(award.achievement_id, ""),
                held_since=attestation.held_since,
                source=attestation.source,
                attested_by=display_name(user),
                is_revoked=award.revoked_at is not None,
            )
            for attestation, award, user in attested
        ),
        add_url=urls.add_pathway(id_),
        sign_off_url=urls.sign_off(id_),
        attest_url=urls.attest(id_),
        overdue=_names(names, [one.earner_id for one in overdue]),
        overdue_hash=overdue_hash(overdue),
        overdue_url=urls.award_overdue(id_),
        from_elsewhere=list_lines(session, launch, scope, urls=public_urls),
    )


def editor_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    public_urls: PublicURLs,
    typed: PathwayForm | None = None,
) -> PathwayEditorPage:
    """Return the form of a microcredential; with what was typed and refused, where something was.

    Raises:
        NotFoundError: no such pathway.
    """
    urls = DeskURLs(launch.ref)
    achievement, version, definition = get_pathway(session, scope, achievement_id)
    badges = {one.achievement.slug: one for one in list_program_badges(session, scope.program_id)}
    form = typed or form_of(definition)
    return PathwayEditorPage(
        head=desk_head(session, launch, scope),
        form=form,
        base=version.document_sha256,
        state=version.state,
        version=version.number,
        published_at=version.published_at,
        components=tuple(_choice(slug, badges) for slug in form.components),
        others=tuple(_choice(slug, badges) for slug in badges if slug not in form.components),
        accepted=accepted_views(definition, {slug: badge.title for slug, badge in badges.items()}),
        accept_url=urls.accept(scope.program_id, achievement.id),
        pathway=_view(achievement, version, definition, badges),
        count_holders=pathways.count_live(session, achievement.id),
        url=urls.pathway(scope.program_id, achievement.id),
        publish_url=urls.publish_pathway(scope.program_id, achievement.id),
        back_url=urls.stack(scope.program_id),
        public_url=public_urls.achievement(version.id) if definition.is_published else None,
    )


def find_errors(
    session: Session, scope: ProgramScope, achievement_id: UUID
) -> tuple[FieldError, ...]:
    """Return what keeps a pathway from being published, each at its field."""
    _, _, definition = get_pathway(session, scope, achievement_id)
    badges = {one.achievement.slug: one for one in list_program_badges(session, scope.program_id)}
    return tuple(
        FieldError(
            name=_field(definition, one),
            code=_FAULT_CODES.get(one.code, one.code.value),
            subject=badges[one.subject].title if one.subject in badges else one.subject,
            detail=str(len(definition.components)),
        )
        for one in find_faults(definition, badges, own_issuers=keys.list_issuer_ids(session))
    )


def publish_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    clock: Clock,
    note: str = "",
) -> PublishPathwayPage:
    """Return what publishing a pathway's draft would do now.

    Raises:
        NotFoundError: no such pathway.
        ConflictError: `already_published`; `not_publishable`: something has to change first.
    """
    urls = DeskURLs(launch.ref)
    preview = preview_publishing(session, scope.program_id, achievement_id, at=clock())
    if preview.faults:
        raise ConflictError("something has to change first", code="not_publishable")
    achievement, version, definition = get_pathway(session, scope, achievement_id)
    badges = {one.achievement.slug: one for one in list_program_badges(session, scope.program_id)}
    names = pathways.list_names(
        session,
        {one.earner_id for one in preview.due} | {*preview.waiting, *preview.following},
    )
    return PublishPathwayPage(
        head=desk_head(session, launch, scope),
        title=definition.title,
        description=definition.description,
        pathway=pathway_view(as_stack(achievement, version, definition, badges)),
        due=_names(names, [one.earner_id for one in preview.due]),
        following=_names(names, preview.following),
        waiting=_names(names, preview.waiting),
        undefined=preview.undefined,
        hash=preview.hash,
        note=note,
        url=urls.publish_pathway(scope.program_id, achievement_id),
        edit_url=urls.pathway(scope.program_id, achievement_id),
    )


def attest_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    *,
    name: str = "",
    typed: Attestation | None = None,
) -> AttestPage:
    """Return the form that attests an earlier award, for learners of a name."""
    urls = DeskURLs(launch.ref)
    name = plain_line(name[:NAME_CHARACTERS], field="name", most=NAME_CHARACTERS)
    found = pathways.list_learners(session, scope, name=name, limit=LEARNERS_MOST + 1)
    return AttestPage(
        head=desk_head(session, launch, scope),
        learners=tuple((str(one.id), display_name(one)) for one in found[:LEARNERS_MOST]),
        has_more=len(found) > LEARNERS_MOST,
        name=name,
        badges=tuple(
            (str(one.achievement.id), one.title)
            for one in list_program_badges(session, scope.program_id)
            if any(version.state == "published" for version in one.versions)
        ),
        learner=typed.learner if typed else "",
        badge=typed.badge if typed else "",
        held_since=typed.held_since if typed else "",
        source=typed.source if typed else "",
        url=urls.attest(scope.program_id),
        back_url=urls.stack(scope.program_id),
    )


def _pathway(
    session: Session,
    achievement: AchievementRow,
    versions: tuple[AchievementVersionRow, ...],
    badges: Mapping[str, ProgramBadge],
    url: str,
) -> DeskPathway:
    shown = next((one for one in reversed(versions) if one.published_at), versions[-1])
    definition = parse_pathway(shown.document)
    publisher = session.get(UserRow, shown.published_by) if shown.published_by else None
    return DeskPathway(
        title=definition.title,
        state=shown.state,
        version=shown.number,
        published_at=shown.published_at,
        published_by=display_name(publisher) if publisher else "",
        has_draft=shown is not versions[-1],
        pathway=_view(achievement, shown, definition, badges),
        undefined=tuple(
            badges[slug].title
            for slug in definition.components
            if slug in badges and badges[slug].is_placeholder
        ),
        count_holders=pathways.count_live(session, achievement.id),
        url=url,
    )


def _view(
    achievement: AchievementRow,
    version: AchievementVersionRow,
    definition: PathwayDefinition,
    badges: Mapping[str, ProgramBadge],
) -> PathwayView | None:
    """Return what a draft asks, once that can be said."""
    try:
        return pathway_view(as_stack(achievement, version, definition, badges))
    except (InvalidPathwayError, KeyError):
        return None


def _choice(slug: str, badges: Mapping[str, ProgramBadge]) -> ChoiceView:
    badge = badges.get(slug)
    return ChoiceView(
        slug=slug,
        title=badge.title if badge else slug,
        is_open=badge is not None and not badge.is_placeholder,
    )


def _field(definition: PathwayDefinition, fault: PathwayFault) -> str:
    """Return where on the form a fault is said."""
    if fault.position is None:
        return fault.field
    return f"accepted-{accepted_key(definition.accepts[fault.position])}"


def _names(names: Mapping[UUID, UserRow], earner_ids: Collection[UUID]) -> tuple[str, ...]:
    return tuple(sorted((_name(names, id_) for id_ in earner_ids), key=str.casefold))


def _name(names: Mapping[UUID, UserRow], earner_id: UUID) -> str:
    user = names.get(earner_id)
    return display_name(user) if user else f"#{str(earner_id)[:8]}"
