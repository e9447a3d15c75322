"""What the last action did: a code in the query string, a name only from the database."""

from urllib.parse import quote
from uuid import UUID

from flask import get_template_attribute, request
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.services.models import Notice
from lti_tool.services.names import display_name
from lti_tool.services.urls import CourseURLs
from lti_tool.store.assessments import get_attempt
from lti_tool.values import Launch

KINDS = {
    "bound": "success",
    "saved": "success",
    "claim_taken": "info",
    "released_award": "success",
    "released_no_award": "success",
    "released_review": "success",
    "returned": "success",
    "corrected": "success",
    "resent": "success",
    "put_back": "success",
    "handed_in": "success",
    "reopened": "info",
    "nothing_left": "success",
    "changed_meanwhile": "warning",
}
NAMED = frozenset(
    {"released_award", "released_no_award", "released_review", "returned", "corrected"}
)
"""These say whose attempt it was: `about` is its id."""


def notices(session: Session, launch: Launch) -> tuple[Notice, ...]:
    """Return the notice that an assessor's page was redirected to with; unknown codes say nothing.

    The caller has checked that the launch is a rater's or administrator's.
    """
    code = request.args.get("notice", "")
    if code not in KINDS:
        return ()
    if code not in NAMED:
        return (Notice(kind=KINDS[code], code=code),)
    try:
        attempt, _, _, learner = get_attempt(
            session, launch.scope, UUID(request.args.get("about", ""))
        )
    except (ValueError, NotFoundError):
        return ()
    url = CourseURLs(launch.ref).attempt(attempt.id)
    return (
        Notice(
            kind=KINDS[code],
            code=code,
            subject=display_name(learner),
            url=url if url != request.path else None,
        ),
    )


def at_field(name: str) -> str:
    """Return the end of an address that leads to a field of the page."""
    id_of_field = get_template_attribute("components/errors.html", "field_id")
    return f"#{quote(str(id_of_field(name)))}"
