"""The desk's pages about badges of other issuers that learners handed in."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.desk.pages import desk_head
from lti_tool.services.foreign.checking import Checked
from lti_tool.services.foreign.listing import get_request, list_requests
from lti_tool.services.foreign.pages import status_of
from lti_tool.services.pages.foreign import ForeignRequest
from lti_tool.services.pages.handing_in import RequestLine, RequestPage
from lti_tool.services.urls import DeskURLs, PublicURLs
from lti_tool.services.verifying import check_views
from lti_tool.values import Launch, ProgramScope


def list_lines(
    session: Session, launch: Launch, scope: ProgramScope, *, urls: PublicURLs
) -> tuple[RequestLine, ...]:
    """Return what waits and what counts in a program, newest first."""
    desk = DeskURLs(launch.ref)
    return tuple(_line(one, desk, scope) for one in list_requests(session, scope, urls=urls))


def request_page(
    session: Session,
    launch: Launch,
    scope: ProgramScope,
    foreign_id: UUID,
    *,
    urls: PublicURLs,
    checked: Checked | None,
    confirm_reason: str = "",
    refuse_reason: str = "",
) -> RequestPage:
    """Return one badge of another issuer with what verifying it found just now, if it was.

    Raises:
        NotFoundError: the program has no such badge.
    """
    desk, id_ = DeskURLs(launch.ref), scope.program_id
    request, _ = get_request(session, scope, foreign_id, urls=urls)
    return RequestPage(
        head=desk_head(session, launch, scope),
        line=_line(request, desk, scope),
        outcome=checked.outcome.value if checked else request.view.check_outcome,
        checks=check_views(checked.report.checks) if checked else (),
        confirm_reason=confirm_reason,
        refuse_reason=refuse_reason,
        confirm_url=desk.foreign(id_, foreign_id, "/confirm"),
        refuse_url=desk.foreign(id_, foreign_id, "/refuse"),
        back_url=desk.stack(id_),
    )


def _line(request: ForeignRequest, desk: DeskURLs, scope: ProgramScope) -> RequestLine:
    view = request.view
    return RequestLine(
        request=request,
        name=request.learner_name or f"#{str(view.id)[:8]}",
        status=status_of(view),
        url=desk.foreign(scope.program_id, view.id),
    )
