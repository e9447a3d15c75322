"""The claims of an id_token, in the shape that each family sends.

Source: LTI 1.3 Core, Deep Linking 2.0, AGS 2.0, NRPS 2.0, Submission Review 1.0;
payloads of a Moodle 4.5; Canvas' documentation.
"""

from collections.abc import Mapping
from datetime import datetime

from lti_tool.sandbox import urls
from lti_tool.sandbox.launches import LaunchFacts
from lti_tool.sandbox.model import Activity, CourseRole, Family, MessageKind, Placement
from lti_tool.sandbox.scopes import AGS_SCOPES
from lti_tool.sandbox.switches import Privacy

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"

_VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"
_MESSAGE_TYPES = {
    MessageKind.RESOURCE: "LtiResourceLinkRequest",
    MessageKind.SUBMISSION: "LtiResourceLinkRequest",
    MessageKind.REVIEW: "LtiSubmissionReviewRequest",
    MessageKind.DEEP_LINKING: "LtiDeepLinkingRequest",
}
_ROLES = {
    CourseRole.INSTRUCTOR: f"{_VOCABULARY}membership#Instructor",
    CourseRole.ASSISTANT: f"{_VOCABULARY}membership/Instructor#TeachingAssistant",
    CourseRole.LEARNER: f"{_VOCABULARY}membership#Learner",
}
_SHORT_ROLES = {
    CourseRole.INSTRUCTOR: "Instructor",
    CourseRole.ASSISTANT: "Instructor",
    CourseRole.LEARNER: "Learner",
}
_CANVAS_ROLES = {
    CourseRole.INSTRUCTOR: f"{_VOCABULARY}institution/person#Instructor",
    CourseRole.ASSISTANT: f"{_VOCABULARY}institution/person#Instructor",
    CourseRole.LEARNER: f"{_VOCABULARY}institution/person#Student",
}
_STAFF_ROLES = (
    f"{_VOCABULARY}institution/person#Instructor",
    f"{_VOCABULARY}institution/person#Administrator",
    f"{_VOCABULARY}system/person#Administrator",
)
_PLATFORMS: Mapping[Family, dict[str, object]] = {
    Family.GENERIC: {"product_family_code": "practice", "version": "1", "name": "Practice LMS"},
    Family.CANVAS: {"product_family_code": "canvas", "version": "cloud", "name": "Practice LMS"},
    Family.MOODLE: {
        "product_family_code": "moodle",
        "version": "2024100706",
        "name": "Practice LMS",
        "description": "Practice LMS",
    },
}


def build_claims(facts: LaunchFacts, *, nonce: str, now: datetime) -> dict[str, object]:
    """Return the claims of one launch, as they are signed."""
    issued = int(now.timestamp())
    settings = facts.settings
    return {
        "iss": settings.issuer,
        "aud": settings.tool.client_id,
        "sub": facts.person.id,
        "nonce": nonce,
        "iat": issued,
        "exp": issued + facts.switches.id_token_seconds,
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": settings.tool.deployment_id,
        f"{LTI}message_type": _MESSAGE_TYPES[facts.launch.kind],
        f"{LTI}target_link_uri": facts.launch.target_link_uri,
        f"{LTI}roles": roles_of(facts, facts.course.members[facts.person.id]),
        f"{LTI}tool_platform": {
            "guid": f"practice-{settings.family}",
            **_PLATFORMS[settings.family],
        },
        **person_claims(facts),
        **_course_claims(facts),
        **_message_claims(facts),
        **_service_claims(facts),
    }


def roles_of(facts: LaunchFacts, role: CourseRole) -> list[str]:
    """Return the roles claim of a member."""
    if facts.switches.has_short_roles:
        return [_SHORT_ROLES[role]]
    extra = _STAFF_ROLES if facts.switches.is_staff_elsewhere else ()
    match facts.settings.family:
        case Family.MOODLE:
            # A non-editing teacher launches as a plain Instructor there.
            launched = CourseRole.INSTRUCTOR if role is CourseRole.ASSISTANT else role
            return [_ROLES[launched], *extra]
        case Family.CANVAS:
            return [_CANVAS_ROLES[role], _ROLES[role], f"{_VOCABULARY}system/person#User", *extra]
        case _:
            return [_ROLES[role], *extra]


def person_claims(facts: LaunchFacts) -> dict[str, object]:
    """Return what the privacy switch lets out about the person."""
    person, privacy = facts.person, facts.switches.privacy
    claims: dict[str, object] = {}
    if privacy in {Privacy.PUBLIC, Privacy.NAME_ONLY}:
        claims |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
        }
    if privacy in {Privacy.PUBLIC, Privacy.EMAIL_ONLY}:
        claims["email"] = person.email
    # Moodle sends it even where names are kept back.
    if privacy is Privacy.PUBLIC or facts.settings.family is Family.MOODLE:
        claims[f"{LTI}lis"] = {
            "person_sourcedid": person.sourced_id,
            "course_section_sourcedid": f"SIS-{facts.course.label}",
        }
    return claims


def _course_claims(facts: LaunchFacts) -> dict[str, object]:
    """Return the claims about the course and the way back to it."""
    course, settings = facts.course, facts.settings
    offering = (
        "CourseSection"
        if settings.family is Family.MOODLE
        else "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
    )
    is_frame = facts.launch.placement is Placement.FRAME
    return {
        f"{LTI}context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": [offering],
        },
        f"{LTI}launch_presentation": {
            "locale": "en",
            "document_target": "iframe" if is_frame else "window",
            "return_url": urls.return_url(settings, course.id),
        },
    }


def _message_claims(facts: LaunchFacts) -> dict[str, object]:
    """Return the claims that the type of message asks for."""
    activity, launch = facts.activity, facts.launch
    if activity is None:
        return {
            f"{LTI}custom": custom_of(facts, None),
            f"{DEEP_LINKING}deep_linking_settings": _deep_linking_settings(facts),
        }
    if is_misplaced(facts):
        # Canvas makes this launch from a URL alone and fills in the course for
        # the link (canvas-lms issue 1952).
        link = {"id": facts.course.id, "title": facts.course.title}
        return {f"{LTI}resource_link": link, f"{LTI}custom": custom_of(facts, None)}
    claims: dict[str, object] = {
        f"{LTI}resource_link": {
            "id": activity.id,
            "title": activity.title,
            "description": activity.description,
        },
        f"{LTI}custom": custom_of(facts, activity),
    }
    if launch.kind is MessageKind.REVIEW:
        claims[f"{LTI}for_user"] = {"user_id": launch.for_person_id}
    return claims


def is_misplaced(facts: LaunchFacts) -> bool:
    """Return whether the launch carries the id of a link that it is not about."""
    return facts.launch.kind is MessageKind.SUBMISSION and facts.switches.has_wrong_resource_link


def _deep_linking_settings(facts: LaunchFacts) -> dict[str, object]:
    """Return what the platform takes back from the tool."""
    settings: dict[str, object] = {
        "deep_link_return_url": urls.deep_link_return_url(facts.settings, facts.launch.id),
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "accept_lineitem": True,
        "auto_create": False,
        "title": facts.settings.tool.name,
        "text": "",
    }
    if facts.settings.family is not Family.MOODLE:
        settings["data"] = deep_linking_data(facts.launch.id)
    return settings


def deep_linking_data(launch_id: str) -> str:
    """Return the text that a deep linking response must bring back."""
    return f"practice:{launch_id}"


def _service_claims(facts: LaunchFacts) -> dict[str, object]:
    """Return where the services of this course are."""
    settings, activity = facts.settings, facts.activity
    endpoint: dict[str, object] = {
        "scope": list(AGS_SCOPES),
        "lineitems": urls.line_items_url(settings, facts.course.id),
    }
    if activity is not None and activity.points is not None and not is_misplaced(facts):
        endpoint["lineitem"] = urls.line_item_url(settings, activity)
    return {
        AGS: endpoint,
        NRPS: {
            "context_memberships_url": urls.memberships_url(settings, facts.course.id),
            "service_versions": ["2.0"],
        },
    }


def custom_of(facts: LaunchFacts, activity: Activity | None) -> dict[str, str]:
    """Return the custom parameters; a `$Variable` nobody knows arrives as it is."""
    custom = {**facts.settings.tool.custom, **(activity.custom if activity else {})}
    known = _variables(facts, activity) if facts.switches.expands_variables else {}
    return {name: known.get(value, value) for name, value in custom.items()}


def _variables(facts: LaunchFacts, activity: Activity | None) -> dict[str, str]:
    """Return the values of the variables that this family expands."""
    person, course = facts.person, facts.course
    known = {
        "$User.id": person.id,
        "$User.username": person.email.partition("@")[0],
        "$Person.name.full": person.name,
        "$Person.email.primary": person.email,
        "$Person.sourcedId": person.sourced_id,
        "$Context.id": course.id,
        "$Context.title": course.title,
        "$Context.label": course.label,
        "$Context.id.history": ",".join(course.history),
        "$CourseSection.sourcedId": f"SIS-{course.label}",
    }
    if activity is not None:
        known |= {"$ResourceLink.id": activity.id, "$ResourceLink.title": activity.title}
    if facts.settings.family is Family.CANVAS:
        known["$Canvas.course.id"] = course.id
    return known
