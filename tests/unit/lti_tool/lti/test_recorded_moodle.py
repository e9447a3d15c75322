"""What a real Moodle 4.5 sent, signed again with a key of ours."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.messages import LaunchMessage, MessageType, PersonName
from lti_tool.values import Role
from tests.unit.lti_tool.lti.factories import (
    Clock,
    MemoryRegistrations,
    Stage,
    a_jwks,
    a_registration,
    a_token,
)

ROOT = Path(__file__).resolve().parents[4]
RECORDED = ROOT.parent / "shared" / "material" / "moodle-4.5"
MOODLE = "http://localhost:8900"
TOOL = "http://localhost:8910"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not RECORDED.is_dir(), reason="the reference material beside the repository is absent"
    ),
]


def recorded(name: str) -> dict[str, Any]:
    """One recorded exchange."""
    document: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return document


def replay(name: str) -> LaunchMessage:
    """Log in as Moodle does, and launch with the recorded claims and our nonce."""
    document = recorded(name)
    claims, header = document["claims"], document["jwt_header"]
    registration = a_registration(
        issuer=claims["iss"],
        client_id=claims["aud"],
        auth_login_url=f"{MOODLE}/mod/lti/auth.php",
        jwks_url=f"{MOODLE}/mod/lti/certs.php",
        family="moodle",
    )
    issued_at = datetime.fromtimestamp(claims["iat"], tz=UTC)
    stage = Stage(
        clock=Clock(issued_at + timedelta(seconds=1)),
        registrations=MemoryRegistrations(registration),
        fetch=lambda _: a_jwks().replace(b"kid-1", header["kid"].encode()),
        target=document["posted_to"],
        base_url=TOOL,
    )
    state, nonce = stage.begin(
        iss=claims["iss"],
        client_id=claims["aud"],
        login_hint=claims["sub"],
        lti_message_hint='{"cmid":2,"launchid":"ltilaunch1_142698118"}',
        lti_deployment_id="1",
    )
    token = a_token({**claims, "nonce": nonce}, header=header)
    return stage.accept({"id_token": [token], "state": [state]})


def test_the_recorded_login_is_answered() -> None:
    """Its hint is JSON text and comes back as it was."""
    params = recorded("login_initiation")["params"]
    registration = a_registration(issuer=params["iss"], client_id=params["client_id"])
    stage = Stage(registrations=MemoryRegistrations(registration), base_url=TOOL)

    query = parse_qs(urlsplit(stage.login(**params).url).query)

    assert query["lti_message_hint"] == [params["lti_message_hint"]]
    assert query["login_hint"] == [params["login_hint"]]


def test_a_deep_linked_activity_opens_for_a_learner() -> None:
    """Everything that the tool needs of a launch is found in a real one."""
    message = replay("resource_link_student1_deep_linked")

    assert message.registration_id == UUID(int=1)
    assert message.deployment_id == "1"
    assert message.platform_user_id == "5"
    assert message.name == PersonName(full="Sam Student", given="Sam", family="Student")
    assert message.roles == {Role.LEARNER}
    assert message.context is not None
    assert (message.context.id, message.context.label) == ("2", "COACH1")
    assert message.resource_link is not None
    assert (message.resource_link.id, message.resource_link.title) == ("2", "Essay 1")
    assert message.platform.family == "moodle"
    assert message.platform.version == "2024100706"
    assert message.locale == "en"
    assert message.return_url is not None
    assert message.return_url.startswith(f"{MOODLE}/mod/lti/return.php?")
    assert message.ags is not None
    assert message.ags.line_item_url == (
        f"{MOODLE}/mod/lti/services.php/2/lineitems/3/lineitem?type_id=1"
    )
    assert len(message.ags.scopes) == 4
    assert message.memberships_url is not None
    assert message.custom["weird"] == "x=1;y"
    assert message.custom["groups"] == ""
    assert "avail" not in message.custom


def test_a_learner_without_shared_name_opens_too() -> None:
    """With privacy on there is a user id and no name."""
    message = replay("resource_link_student1_privacy_off")

    assert message.platform_user_id == "5"
    assert message.name is None


@pytest.mark.parametrize("who", ["teacher", "ta", "admin"])
def test_teachers_assistants_and_administrators_are_instructors(who: str) -> None:
    """Moodle calls all of them Instructor; what an administrator is elsewhere does not count."""
    assert replay(f"resource_link_{who}").roles == {Role.INSTRUCTOR}


def test_a_teacher_reviews_one_learner() -> None:
    """From the grader report, with the learner's id."""
    message = replay("submission_review_teacher")

    assert message.message_type is MessageType.SUBMISSION_REVIEW
    assert message.for_user_id is not None


def test_a_teacher_reviews_a_column() -> None:
    """From the column's menu, without anybody's id."""
    assert replay("submission_review_no_for_user").for_user_id is None


def test_a_learner_reviews_their_own_work() -> None:
    """The link in their own grade report."""
    message = replay("submission_review_own_by_student")

    assert message.for_user_id == message.platform_user_id


def test_a_learner_does_not_review_another() -> None:
    """Moodle signed it, and it is refused all the same."""
    with pytest.raises(LaunchRejectedError) as caught:
        replay("submission_review_forged_by_student")

    assert caught.value.code == "review_not_allowed"


def test_deep_linking_is_refused_politely() -> None:
    """The teacher is told to add the activity without selecting content."""
    with pytest.raises(LaunchRejectedError) as caught:
        replay("deep_linking_request")

    assert caught.value.code == "deep_linking_unsupported"
