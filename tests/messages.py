"""Messages of a platform, as the protocol edge hands them on."""

from uuid import UUID

from lti_tool.lti.messages import (
    AGSEndpoint,
    Context,
    LaunchMessage,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
)
from lti_tool.values import Role

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LINE_ITEM_URL = "https://lms.example/lineitems/7"


def a_name(full: str | None = "Ada Learner", **parts: str) -> PersonName:
    """A person's name."""
    return PersonName(full=full, given=parts.get("given"), family=parts.get("family"))


def an_endpoint(line_item_url: str | None = LINE_ITEM_URL, *scopes: str) -> AGSEndpoint:
    """Where scores go."""
    return AGSEndpoint(
        line_item_url=line_item_url,
        line_items_url=None,
        scopes=frozenset(scopes or {SCORE_SCOPE}),
    )


def a_message(registration_id: UUID, **changes: object) -> LaunchMessage:
    """A learner's launch of one link in one course, with some members replaced."""
    values: dict[str, object] = {
        "registration_id": registration_id,
        "deployment_id": "1",
        "platform_user_id": "user-7",
        "name": a_name(),
        "email": "lee@college.example",
        "message_type": MessageType.RESOURCE_LINK,
        "roles": frozenset({Role.LEARNER}),
        "raw_roles": (),
        "is_test_user": False,
        "context": Context(id="course-1", title="Coaching", label="C101"),
        "resource_link": ResourceLink(id="link-1", title="Badge 2"),
        "custom": {},
        "target_link_uri": "https://tool.example/lti/launch",
        "platform": Platform(guid="guid-1", name="Harbour LMS", family="practice", version="1"),
        "return_url": None,
        "locale": "en",
        "ags": an_endpoint(),
        "memberships_url": None,
        "deep_linking": None,
        "for_user_id": None,
    } | changes
    return LaunchMessage(**values)  # type: ignore[arg-type]  # a test's own keywords
