"""Deep linking at the practice LMS, over real HTTP."""

import secrets
from collections.abc import Iterator, Mapping

import pytest
import requests

from lti_tool.sandbox.model import Family
from tests.functional.sandbox_tool import COURSE, INSTRUCTOR, LEARNER, LTI, Trial, running

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CHOOSE = f"/courses/{COURSE}/choose/launch"
BADGE = {
    "type": "ltiResourceLink",
    "title": "Chosen badge",
    "custom": {"badge": "b2"},
    "lineItem": {"scoreMaximum": 12, "resourceId": "r-1", "tag": "badge"},
}


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


def settings_of(trial: Trial) -> dict[str, str]:
    """Begin deep linking as the instructor, and return the settings."""
    claims = trial.claims(INSTRUCTOR, CHOOSE)
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest"
    settings = claims[f"{DL}deep_linking_settings"]
    assert isinstance(settings, dict)
    return settings


def choose(
    trial: Trial,
    settings: Mapping[str, str],
    items: object,
    changes: Mapping[str, object] | None = None,
) -> requests.Response:
    """Send a response of the tool, with changed claims; None leaves one out."""
    now = int(trial.clock().timestamp())
    claims = {
        "iss": trial.settings.tool.client_id,
        "aud": [trial.settings.issuer],
        "iat": now,
        "exp": now + 300,
        "nonce": secrets.token_hex(8),
        f"{LTI}deployment_id": trial.settings.tool.deployment_id,
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{DL}content_items": items,
        f"{DL}data": settings.get("data"),
        **(changes or {}),
    }
    sent = {name: value for name, value in claims.items() if value is not None}
    form = {"JWT": trial.tool.sign(sent)}
    return requests.post(settings["deep_link_return_url"], data=form, timeout=30)


def test_what_was_chosen_becomes_an_activity(trial: Trial) -> None:
    """Title, custom parameters and line item of the content item arrive in the course."""
    answer = choose(trial, settings_of(trial), [BADGE])
    page = trial.visitor(INSTRUCTOR).get(f"/courses/{COURSE}").text

    assert "Chosen badge" in answer.text
    assert "Chosen badge" in page
    assert "12 points" in page
    custom = trial.claims(LEARNER, "/activities/16/launch/frame")[f"{LTI}custom"]
    assert isinstance(custom, dict)
    assert custom["badge"] == "b2"


def test_several_items_come_at_once_and_others_are_left_out(trial: Trial) -> None:
    """Each resource link becomes an activity; an item without a line item is not graded."""
    plain = {"type": "ltiResourceLink", "title": "Plain"}
    answer = choose(trial, settings_of(trial), [BADGE, plain, {"type": "html", "html": "<p>"}])

    assert "Plain" in answer.text
    assert "(not graded)" in answer.text
    assert answer.text.count("<li>") == 2


def test_choosing_nothing_changes_nothing(trial: Trial) -> None:
    """An empty list is a cancelled choice, and the tool's message is shown."""
    answer = choose(trial, settings_of(trial), [], {f"{DL}msg": "Not today"})

    assert "Nothing was chosen" in answer.text
    assert "Not today" in answer.text


def test_moodle_sends_no_data_and_shows_no_message() -> None:
    """Its settings hold no data, and what the tool says is shown nowhere."""
    with running(Family.MOODLE) as moodle:
        settings = settings_of(moodle)
        answer = choose(moodle, settings, [BADGE], {f"{DL}msg": "Not today"})

    assert "data" not in settings
    assert "Chosen badge" in answer.text
    assert "Not today" not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "https://elsewhere.example"},
        {"exp": 1},
        {"nonce": None},
        {f"{LTI}deployment_id": "2"},
        {f"{LTI}message_type": "LtiResourceLinkRequest"},
        {f"{LTI}version": "1.1"},
        {f"{DL}data": "another"},
        {f"{DL}data": None},
        {f"{DL}content_items": "x"},
        {f"{DL}content_items": [1]},
        {f"{DL}content_items": [{**BADGE, "lineItem": {"scoreMaximum": 0}}]},
        {f"{DL}content_items": [{**BADGE, "lineItem": {"scoreMaximum": "12"}}]},
    ],
)
def test_a_wrong_response_adds_nothing(trial: Trial, changes: dict[str, object]) -> None:
    """Each claim of the response is checked, and each item is read with care."""
    answer = choose(trial, settings_of(trial), [BADGE], changes)

    assert answer.status_code == 400
    assert "Chosen badge" not in trial.visitor(INSTRUCTOR).get(f"/courses/{COURSE}").text


def test_a_response_works_once(trial: Trial) -> None:
    """The second answer to the same request is refused."""
    settings = settings_of(trial)

    assert choose(trial, settings, [BADGE]).ok
    assert choose(trial, settings, [BADGE]).status_code == 400


def test_an_unsigned_response_is_refused(trial: Trial) -> None:
    """What the tool did not sign is not looked at."""
    url = settings_of(trial)["deep_link_return_url"]

    assert requests.post(url, data={"JWT": "e30.e30."}, timeout=30).status_code == 400
    assert requests.post(url, timeout=30).status_code == 400


def test_a_learner_cannot_choose(trial: Trial) -> None:
    """Deep linking is the instructor's."""
    assert trial.visitor(LEARNER).get(CHOOSE).status_code == 403
