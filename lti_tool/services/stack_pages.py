"""Microcredentials as pages show them: to anybody, to who holds one, on the way to one."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.pathway import Standing
from badges.pathway_definition import PathwayDefinition, parse_pathway
from lti_tool.errors import NotFoundError
from lti_tool.services.accepted import accepted_views
from lti_tool.services.disclosing import disclosure_of
from lti_tool.services.endorsed import standing_views
from lti_tool.services.foreign.pages import list_handed_in
from lti_tool.services.models import AchievementSummary
from lti_tool.services.pages.foreign import HandedInView
from lti_tool.services.pages.learner import OwnCredential
from lti_tool.services.pages.stack import (
    ComponentView,
    PathwayPage,
    PathwayView,
    StackPage,
    StackView,
)
from lti_tool.services.presenting import MARK
from lti_tool.services.stack_components import (
    CredentialURL,
    component_view,
    foreign_component,
    foreign_of,
)
from lti_tool.services.stacking import stack_of_award
from lti_tool.services.stacks import OPENED, Stack, Standings, as_stack, list_program_badges
from lti_tool.services.stacks import list_stacks as list_open_stacks
from lti_tool.services.stacks import stand as stand_with
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import awards, foreign, pathways, programs, shares
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardRow,
    ProgramRow,
)
from lti_tool.values import Launch, Role


def is_microcredential(session: Session, version_id: UUID) -> bool:
    """Whether a version is one of a microcredential, or raise `NotFoundError`."""
    version = programs.get_version(session, version_id)
    return session.get_one(AchievementRow, version.achievement_id).kind == "microcredential"


def published_stack(session: Session, version_id: UUID) -> Stack:
    """Return a pathway version that was published at some time.

    Raises:
        NotFoundError: there is none, or it is still somebody's draft.
    """
    version = programs.get_version(session, version_id)
    achievement = session.get_one(AchievementRow, version.achievement_id)
    if achievement.kind != "microcredential" or version.state not in OPENED:
        raise NotFoundError(f"version {version_id} is no published pathway")
    badges = {
        one.achievement.slug: one for one in list_program_badges(session, achievement.program_id)
    }
    return as_stack(achievement, version, parse_pathway(version.document), badges)


def pathway_page(session: Session, version_id: UUID, *, urls: PublicURLs) -> PathwayPage:
    """Return the public page of a pathway version.

    Raises:
        NotFoundError: as `published_stack`.
    """
    stack = published_stack(session, version_id)
    definition, issuer = stack.definition, awards.get_issuer_of_version(session, version_id)
    return PathwayPage(
        achievement=pathway_summary(stack.version, definition, urls),
        narrative=definition.criteria_narrative,
        issuer_name=issuer.name,
        issuer_url=issuer.url,
        pathway=pathway_view(stack),
        components=tuple(
            ComponentView(
                title=one.title,
                standing=Standing.PLACEHOLDER if one.is_placeholder else Standing.MISSING,
                about_url=about,
            )
            for one, about in zip(stack.badges, _about_urls(stack, urls), strict=True)
        ),
        version_label=str(stack.version.number),
        state=stack.version.state,
        json_url=urls.achievement(version_id, ".json"),
        tags=definition.tags,
        attribution=definition.attribution,
        licence=definition.licence.title if definition.licence else "",
        licence_url=definition.licence.url if definition.licence else "",
        endorsements=standing_views(session, version_id=version_id, issuer_id=issuer.id),
    )


def credential_components(
    session: Session, award: AwardRow, *, urls: PublicURLs, credential_url: CredentialURL
) -> tuple[PathwayView, tuple[ComponentView, ...]]:
    """Return what a microcredential asked, and each badge with the status it has now."""
    achievement = session.get_one(AchievementRow, award.achievement_id)
    stack = stack_of_award(session, achievement.program_id, award)
    named = {
        parts[0].achievement_id: parts for parts in pathways.list_components(session, award.id)
    }
    elsewhere = {row.component: row for row in foreign.list_components(session, award.id)}
    views = []
    for badge, about in zip(stack.badges, _about_urls(stack, urls), strict=True):
        parts, row = named.get(badge.achievement.id), elsewhere.get(badge.achievement.slug)
        if parts is not None:
            views.append(component_view(badge.title, parts, credential_url, about))
        elif row is not None:
            views.append(foreign_component(stack, badge.title, row, urls, about))
        else:
            views.append(ComponentView(title=badge.title, standing="other", about_url=about))
    return pathway_view(stack), tuple(views)


def shared_url(session: Session, urls: PublicURLs) -> CredentialURL:
    """Return what says where the world sees a credential: at its share link, if it has one."""

    def find(credential_id: UUID) -> str | None:
        share = shares.find_share(session, credential_id)
        return urls.shared(share.token) if share else None

    return find


def stack_page(session: Session, launch: Launch, *, public_urls: PublicURLs) -> StackPage:
    """Return how the launch's learner stands with the microcredentials behind its activity.

    Raises:
        NotFoundError: the activity opens nothing yet.
    """
    program = program_of(session, launch)
    handed_in = list_handed_in(session, launch, program.id, urls=public_urls)
    return StackPage(
        program_title=program.title,
        stacks=tuple(
            _stack_view(
                session,
                launch,
                stand_with(session, one, launch.earner_id),
                public_urls,
                tuple(each for each in handed_in if each.view.pathway_id == one.achievement.id),
            )
            for one in list_open_stacks(session, program.id)
        ),
        back_url=CourseURLs(launch.ref).home,
    )


def find_stack_url(session: Session, launch: Launch, achievement_id: UUID) -> str | None:
    """Return where a learner sees the microcredential that a badge counts toward, if it does."""
    program = programs.get_program_of(session, achievement_id)
    counts = any(
        achievement_id in one.achievement_ids for one in list_open_stacks(session, program.id)
    )
    return CourseURLs(launch.ref).stack if counts and launch.has(Role.LEARNER) else None


def pathway_summary(
    version: AchievementVersionRow, definition: PathwayDefinition, urls: PublicURLs
) -> AchievementSummary:
    """Return the head of a page about a microcredential."""
    return AchievementSummary(
        title=definition.title,
        description=definition.description,
        program=version.program_title,
        position=None,
        total_in_stack=None,
        image_url=urls.image(version.id) if definition.is_published else f"{urls.base_url}{MARK}",
        image_alt=definition.image_alt,
        criteria_url=urls.criteria(version.id),
    )


def pathway_view(stack: Stack) -> PathwayView:
    """Return what a pathway asks."""
    definition = stack.definition
    return PathwayView(
        required=definition.pathway.required,
        titles=tuple(one.title for one in stack.badges),
        is_ordered=definition.is_ordered,
        on_revoked=definition.on_revoked.value,
        needs_sign_off=definition.needs_sign_off,
        accepted=accepted_views(
            definition, {one.achievement.slug: one.title for one in stack.badges}
        ),
    )


def _stack_view(
    session: Session,
    launch: Launch,
    standings: Standings,
    public_urls: PublicURLs,
    handed_in: tuple[HandedInView, ...],
) -> StackView:
    stack, outcome, own = standings.stack, standings.outcome, CourseURLs(launch.ref)
    hand_in = own.hand_in(stack.achievement.id)
    awaited = {one.view.component for one in handed_in if one.status == "waiting"}
    open_slugs = {one.component for one in stack.definition.accepts} - {
        *awaited,
        *outcome.standing(Standing.HELD),
        *outcome.standing(Standing.PLACEHOLDER),
    }
    views = []
    for badge, about in zip(stack.badges, _about_urls(stack, public_urls), strict=True):
        slug = badge.achievement.slug
        state = outcome.components[slug]
        parts = standings.held.get(slug) or standings.lost.get(slug)
        row = standings.foreign.get(slug) or standings.foreign_lost.get(slug)
        views.append(
            ComponentView(
                title=badge.title,
                standing=state.standing.value,
                since=state.earned_at,
                revoked_at=state.revoked_at,
                is_attested=parts is not None and parts[2] is not None,
                out_of_order=slug in outcome.out_of_order,
                url=own.own_credential(parts[1].id) if parts else None,
                about_url=about,
                foreign=foreign_of(stack, badge.title, row, public_urls) if row else None,
                hand_in_url=f"{hand_in}?component={slug}" if slug in open_slugs else None,
                is_awaited=slug in awaited,
            )
        )
    return StackView(
        achievement=pathway_summary(stack.version, stack.definition, public_urls),
        pathway=pathway_view(stack),
        state=outcome.state.value,
        count_held=len(standings.held) + len(standings.foreign),
        components=tuple(views),
        credential=_own_credential(session, launch, standings, public_urls),
        about_url=public_urls.achievement(stack.version.id),
        handed_in=handed_in,
        hand_in_url=hand_in if stack.definition.accepts else None,
    )


def _own_credential(
    session: Session, launch: Launch, standings: Standings, public_urls: PublicURLs
) -> OwnCredential | None:
    parts = standings.own or standings.own_lost
    if parts is None:
        return None
    award, credential, _ = parts
    own, share = CourseURLs(launch.ref), shares.find_share(session, credential.id)
    return OwnCredential(
        page_url=own.own_credential(credential.id),
        json_url=own.own_credential(credential.id, ".json"),
        jwt_url=own.own_credential(credential.id, ".jwt"),
        image_url=public_urls.image(award.achievement_version_id),
        image_alt=standings.stack.definition.image_alt,
        share_link=public_urls.shared(share.token) if share else None,
        shows=disclosure_of(share).value,
        has_levels=False,
        share_url=own.share_own(credential.id),
        unshare_url=own.unshare_own(credential.id),
        evidence_url=None,
        keep_url=own.keep,
        issued_on=credential.issued_at,
        revoked_on=award.revoked_at,
        status="revoked" if award.revoked_at else "valid",
    )


def _about_urls(stack: Stack, urls: PublicURLs) -> tuple[str | None, ...]:
    versions: tuple[AchievementVersionRow | None, ...] = tuple(
        one.version_at(stack.opened_at) for one in stack.badges
    )
    return tuple(urls.achievement(one.id) if one else None for one in versions)


def program_of(session: Session, launch: Launch) -> ProgramRow:
    """Return the program behind the launch's activity.

    Raises:
        NotFoundError: the activity opens nothing yet.
    """
    link_id = launch.resource_link_id
    binding = programs.find_binding(session, launch.scope, link_id) if link_id else None
    if binding is None:
        raise NotFoundError("the activity opens nothing yet")
    return programs.get_program_of(session, binding.achievement_id)
