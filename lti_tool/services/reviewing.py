"""Whose work a gradebook's link means."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.store import people, reviews
from lti_tool.values import Launch


def find_submission_of(session: Session, launch: Launch, *, sub: str) -> UUID | None:
    """Return the submission of the platform user `sub` behind the launch's resource link.

    Who may open it is decided where it is opened: platforms sign reviews of
    anybody's work for anybody (Moodle 4.5 does).
    """
    user = people.find_user(session, launch.registration_id, sub)
    if user is None or launch.resource_link_id is None:
        return None
    return reviews.find_submission_id(
        session, launch.scope, resource_link_id=launch.resource_link_id, user_id=user.id
    )
