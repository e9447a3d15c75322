"""Where a launch lands: the right page for the role and for what the link opens."""

from uuid import UUID

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from lti_tool.errors import NotAllowedError
from lti_tool.runtime import runtime
from lti_tool.services.landing import locate_submission
from lti_tool.values import Role
from lti_tool.views import assessor, learner
from lti_tool.views.session import PREFIX, RATERS, current, guard

bp = Blueprint("course", __name__, url_prefix=PREFIX)
guard(bp)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the first page for whoever came. Who rates here meets the queue, a learner too."""
    launch = current().launch
    if launch.roles & (RATERS | {Role.ADMINISTRATOR}):
        return assessor.home()
    if launch.has(Role.LEARNER):
        return learner.home()
    raise NotAllowedError("no role that has a page here", code="not_a_member")


@bp.get("/submissions/<uuid:submission_id>")
def submission(submission_id: UUID) -> ResponseReturnValue:
    """Open the latest attempt of one submission, for links from the gradebook."""
    with runtime().reading() as session:
        url = locate_submission(session, current().launch, submission_id)
    return redirect(url, code=303)
