"""Microcredentials as their learner sees them: on the way to one, and once it is held."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.pathway import Standing
from lti_tool.errors import NotFoundError
from lti_tool.services.disclosing import disclosure_of
from lti_tool.services.foreign.pages import list_handed_in
from lti_tool.services.pages.foreign import HandedInView
from lti_tool.services.pages.learner import OwnCredential
from lti_tool.services.pages.stack import ComponentView, StackPage, StackView
from lti_tool.services.stack_components import foreign_of
from lti_tool.services.stack_pages import about_urls, pathway_summary, pathway_view
from lti_tool.services.stacks import Standings
from lti_tool.services.stacks import list_stacks as list_open_stacks
from lti_tool.services.stacks import stand as stand_with
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.store import programs, shares
from lti_tool.store.rows import ProgramRow
from lti_tool.values import Launch, Role


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
    for badge, about in zip(stack.badges, about_urls(stack, public_urls), strict=True):
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
