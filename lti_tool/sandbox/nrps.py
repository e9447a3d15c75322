"""Names and Role Provisioning: who is in a course.

Source: NRPS 2.0; Moodle 4.5 as observed.
"""

import json

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lti_tool.sandbox import media_types
from lti_tool.sandbox.claims import LTI, custom_of, person_claims, roles_of
from lti_tool.sandbox.courses import get_activity, get_course, list_members
from lti_tool.sandbox.errors import NotFoundError
from lti_tool.sandbox.failing import failing
from lti_tool.sandbox.failures import Service
from lti_tool.sandbox.launches import LaunchFacts
from lti_tool.sandbox.model import CourseRole, Family, Launch
from lti_tool.sandbox.paging import page_of
from lti_tool.sandbox.platform import current_platform
from lti_tool.sandbox.scopes import MEMBERSHIP_READ
from lti_tool.sandbox.tokens import require_scope
from lti_tool.sandbox.urls import memberships_url

blueprint = Blueprint("nrps", __name__)


@blueprint.get("/services/<course_id>/memberships")
@failing(Service.MEMBERSHIPS)
def memberships(course_id: str) -> ResponseReturnValue:
    """List the members of a course, as far as the privacy switch allows."""
    platform = current_platform()
    require_scope(MEMBERSHIP_READ)
    media_types.require_accept(media_types.MEMBERSHIPS)
    settings, switches, now = platform.settings, platform.switches(), platform.now()
    link_id = request.args.get("rlid", "")
    with platform.state.transaction() as db:
        course = get_course(db, course_id)
        members = list_members(db, course_id)
        activity = get_activity(db, link_id) if link_id else None
    if activity is not None and activity.course_id != course_id:
        raise NotFoundError("The link is in another course.")
    documents = []
    for person, role in members:
        launch = Launch(
            id="", person_id=person.id, course_id=course_id, target_link_uri="", created_at=now
        )
        facts = LaunchFacts(
            settings=settings,
            switches=switches,
            launch=launch,
            person=person,
            course=course,
            activity=activity,
        )
        documents.append(_member_document(facts, role))
    asked = [member for member in documents if _has_role(member["roles"])]
    url = memberships_url(settings, course_id)
    page, link = page_of(asked, url, has_curly_quotes=False)
    document = {
        "id": url,
        "context": {"id": course.id, "label": course.label, "title": course.title},
        "members": list(page),
    }
    return media_types.service_answer(json.dumps(document), media_types.MEMBERSHIPS, link=link)


def _member_document(facts: LaunchFacts, role: CourseRole) -> dict[str, object]:
    """Return one member as JSON; with a link, with the message it would launch."""
    person = person_claims(facts)
    person.pop(f"{LTI}lis", None)
    document: dict[str, object] = {
        "status": "Active",
        "user_id": facts.person.id,
        "roles": _membership_roles(facts, role),
        **person,
    }
    if facts.person.sourced_id:
        document["lis_person_sourcedid"] = facts.person.sourced_id
    if facts.activity is not None:
        message = {
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}custom": custom_of(facts, facts.activity),
        }
        document["message"] = [message]
    return document


def _membership_roles(facts: LaunchFacts, role: CourseRole) -> list[str]:
    """Return a member's roles; Moodle's are short, and its assistants are learners here."""
    if facts.settings.family is Family.MOODLE:
        return ["Instructor" if role is CourseRole.INSTRUCTOR else "Learner"]
    return roles_of(facts, role)


def _has_role(roles: object) -> bool:
    """Return whether a member has the role that the request asks for, if any."""
    asked = request.args.get("role", "").rpartition("#")[2]
    if not asked or not isinstance(roles, list):
        return True
    return asked in {str(role).rpartition("#")[2] for role in roles}
