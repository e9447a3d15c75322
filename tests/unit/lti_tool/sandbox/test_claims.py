"""The claims of a launch, beside what a real Moodle sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lti_tool.sandbox.claims import build_claims
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.launches import LaunchFacts
from lti_tool.sandbox.model import Family, Launch, MessageKind, Placement
from lti_tool.sandbox.switches import Switches

ROOT = Path(__file__).resolve().parents[4]
MATERIAL = ROOT.parent / "shared" / "material" / "moodle-4.5"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LTI = "https://purl.imsglobal.org/spec/lti/claim/"

LEFT_OUT = {
    "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome",
    f"{LTI}ext",
}
"""Claims of Moodle that no tool of LTI 1.3 needs, and that the practice LMS does not send."""


def some_facts(
    family: Family = Family.MOODLE, kind: MessageKind = MessageKind.RESOURCE
) -> LaunchFacts:
    """The facts of a learner's launch in the demo's college."""
    settings = demo_settings(
        base_url="http://127.0.0.1:1", tool_url="http://localhost:2", family=family
    )
    is_choice = kind is MessageKind.DEEP_LINKING
    return LaunchFacts(
        settings=settings,
        switches=Switches(),
        launch=Launch(
            id="l",
            person_id="6",
            course_id="2",
            activity_id="" if is_choice else "11",
            kind=kind,
            target_link_uri="http://localhost:2/lti/launch",
            for_person_id="6" if kind is MessageKind.REVIEW else "",
            created_at=NOW,
        ),
        person=settings.people[3],
        course=settings.courses[0],
        activity=None if is_choice else settings.activities[0],
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("resource_link_student1_deep_linked", MessageKind.RESOURCE),
        ("submission_review_own_by_student", MessageKind.REVIEW),
        ("deep_linking_request", MessageKind.DEEP_LINKING),
    ],
)
def test_a_launch_has_the_claims_that_moodle_sends(name: str, kind: MessageKind) -> None:
    """Every claim of the real message is there, and of the same JSON type; none is invented."""
    path = MATERIAL / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded Moodle payloads are not beside the repository")
    real = json.loads(path.read_text("utf-8"))["claims"]

    ours = build_claims(some_facts(kind=kind), nonce="n", now=NOW)

    assert set(ours) == set(real) - LEFT_OUT
    assert {name: type(value) for name, value in ours.items()} == {
        name: type(real[name]) for name in ours
    }


def test_a_resource_link_launch_in_full() -> None:
    """The whole message of a generic platform, once."""
    assert build_claims(some_facts(Family.GENERIC), nonce="n", now=NOW) == {
        "iss": "http://127.0.0.1:1",
        "aud": "quatrefoil-practice",
        "sub": "6",
        "nonce": "n",
        "iat": 1795251600,
        "exp": 1795251660,
        "name": "Rosa Delgado",
        "given_name": "Rosa",
        "family_name": "Delgado",
        "email": "rosa.delgado@college.example",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "1",
        f"{LTI}message_type": "LtiResourceLinkRequest",
        f"{LTI}target_link_uri": "http://localhost:2/lti/launch",
        f"{LTI}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        f"{LTI}tool_platform": {
            "guid": "practice-generic",
            "product_family_code": "practice",
            "version": "1",
            "name": "Practice LMS",
        },
        f"{LTI}lis": {
            "person_sourcedid": "STU-1006",
            "course_section_sourcedid": "SIS-COACH-210",
        },
        f"{LTI}context": {
            "id": "2",
            "label": "COACH-210",
            "title": "Coaching in Community Colleges",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}launch_presentation": {
            "locale": "en",
            "document_target": "iframe",
            "return_url": "http://127.0.0.1:1/courses/2/return",
        },
        f"{LTI}resource_link": {
            "id": "11",
            "title": "Co-creating the Academic Coaching Relationship (badge 2 of 4)",
            "description": "Hand in your evidence, and read what your assessor says about it.",
        },
        f"{LTI}custom": {
            "context_id_history": "",
            "available_from": "$ResourceLink.available.startDateTime",
        },
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": [
                "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
                "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
                "https://purl.imsglobal.org/spec/lti-ags/scope/score",
            ],
            "lineitems": "http://127.0.0.1:1/services/2/lineitems",
            "lineitem": "http://127.0.0.1:1/services/2/lineitems/110/lineitem",
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": "http://127.0.0.1:1/services/2/memberships",
            "service_versions": ["2.0"],
        },
    }


def test_a_window_is_named_as_the_target() -> None:
    """A launch in a window differs from one in a frame by its document target."""
    facts = some_facts()
    launch = replace(facts.launch, placement=Placement.WINDOW)
    claims = build_claims(replace(facts, launch=launch), nonce="n", now=NOW)
    presentation = claims[f"{LTI}launch_presentation"]

    assert isinstance(presentation, Mapping)
    assert presentation["document_target"] == "window"
