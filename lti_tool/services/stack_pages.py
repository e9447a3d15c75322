"""Microcredentials as pages show them: to anybody, and to who holds one."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.pathway import Standing
from badges.pathway_definition import PathwayDefinition, parse_pathway
from lti_tool.errors import NotFoundError
from lti_tool.services.accepted import accepted_views
from lti_tool.services.endorsed import standing_views
from lti_tool.services.models import AchievementSummary
from lti_tool.services.pages.stack import (
    ComponentView,
    PathwayPage,
    PathwayView,
)
from lti_tool.services.presenting import MARK
from lti_tool.services.stack_components import (
    CredentialURL,
    component_view,
    foreign_component,
)
from lti_tool.services.stacking import stack_of_award
from lti_tool.services.stacks import OPENED, Stack, as_stack, list_program_badges
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, foreign, pathways, programs, shares
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardRow,
)


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
            for one, about in zip(stack.badges, about_urls(stack, urls), strict=True)
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
    for badge, about in zip(stack.badges, about_urls(stack, urls), strict=True):
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


def about_urls(stack: Stack, urls: PublicURLs) -> tuple[str | None, ...]:
    """Return where each badge of a stack says what it asks, as far as it is open."""
    versions: tuple[AchievementVersionRow | None, ...] = tuple(
        one.version_at(stack.opened_at) for one in stack.badges
    )
    return tuple(urls.achievement(one.id) if one else None for one in versions)
