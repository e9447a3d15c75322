"""A learner's pages about badges of other issuers: handing one in, and how it stands."""

from collections import Counter
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.accepted import accepted_views
from lti_tool.services.foreign.handing_in import ForeignRefusedError, get_open_stack
from lti_tool.services.foreign.listing import list_own
from lti_tool.services.foreign.reading import DOCUMENT_BYTES
from lti_tool.services.pages.foreign import ForeignView, HandedInView
from lti_tool.services.pages.handing_in import HandInPage, RefusalView
from lti_tool.services.urls import CourseURLs, PublicURLs
from lti_tool.services.verifying import check_views
from lti_tool.values import Launch

_FAILING = {"expired": "expired", "unreachable": "unchecked"}


def status_of(view: ForeignView) -> str:
    """Return how a badge of another issuer stands, in one word."""
    if view.revoked_at is not None:
        return "revoked"
    if view.state != "accepted":
        return view.state
    if view.failing_since is None:
        return "counts"
    return _FAILING.get(view.check_outcome, "broken")


def hand_in_page(
    session: Session,
    launch: Launch,
    program_id: UUID,
    pathway_id: UUID,
    *,
    component: str = "",
    text: str = "",
    url: str = "",
    refused: ForeignRefusedError | None = None,
) -> HandInPage:
    """Return the form on which a learner hands in a badge of another issuer.

    Raises:
        NotFoundError: no such microcredential is open in the program.
    """
    stack, urls = get_open_stack(session, program_id, pathway_id), CourseURLs(launch.ref)
    titles = {one.achievement.slug: one.title for one in stack.badges}
    accepts = stack.definition.accepts
    # Which badge it counts as is only asked where the same is accepted for several.
    several = Counter((one.achievement, one.issuer) for one in accepts)
    choices = tuple(
        dict.fromkeys(one.component for one in accepts if several[one.achievement, one.issuer] > 1)
    )
    return HandInPage(
        pathway=stack.definition.title,
        accepted=accepted_views(stack.definition, titles),
        choices=tuple((slug, titles[slug]) for slug in choices),
        component=component,
        text=text[:DOCUMENT_BYTES],
        url=url,
        maximum_bytes=DOCUMENT_BYTES,
        knows_address=bool(launch.email),
        refusal=_refusal(refused) if refused else None,
        action_url=urls.hand_in(pathway_id),
        back_url=urls.stack,
    )


def list_handed_in(
    session: Session, launch: Launch, program_id: UUID, *, urls: PublicURLs
) -> tuple[HandedInView, ...]:
    """Return what a learner handed in for a program and did not take back, newest first."""
    own = CourseURLs(launch.ref)
    return tuple(
        HandedInView(
            view=one,
            status=status_of(one),
            withdraw_url=own.withdraw(one.id) if one.can_withdraw else None,
        )
        for one in list_own(session, launch.earner_id, urls=urls, program_id=program_id)
        if one.state != "withdrawn"
    )


def _refusal(refused: ForeignRefusedError) -> RefusalView:
    report = refused.report
    return RefusalView(code=refused.code, checks=check_views(report.checks) if report else ())
