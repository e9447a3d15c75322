"""Where a link of the gradebook to one submission leads."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.services.claims import RATERS
from lti_tool.services.urls import CourseURLs
from lti_tool.store import queues
from lti_tool.store.rows import SubmissionRow
from lti_tool.values import Launch


def locate_submission(session: Session, launch: Launch, submission_id: UUID) -> str:
    """Return the page of a submission for this launch: its scoring page, or its own learner's.

    Raises:
        NotFoundError: no such submission in this course, or somebody else's.
    """
    urls = CourseURLs(launch.ref)
    latest = queues.find_latest(session, launch.scope, submission_id)
    if latest is None:
        raise NotFoundError(f"no submission {submission_id} in this scope")
    is_own = session.get_one(SubmissionRow, submission_id).user_id == launch.user_id
    if launch.roles & RATERS and not is_own:
        return urls.home if latest.state == "draft" else urls.attempt(latest.id)
    if not is_own:
        raise NotFoundError(f"submission {submission_id} is somebody else's")
    return urls.home
