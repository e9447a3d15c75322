"""Login and launch at the practice LMS, over real HTTP."""

import json
from collections.abc import Iterator

import pytest

from lti_tool.sandbox.model import Family
from tests.functional.sandbox_tool import (
    ACTIVITY,
    COURSE,
    FRAME,
    LEARNER,
    LTI,
    OTHER_LEARNER,
    Trial,
    running,
)
from tests.functional.sandbox_visitor import Visitor


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


@pytest.fixture(params=list(Family))
def any_trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """A platform of each family, and a tool."""
    with running(request.param) as trial:
        yield trial


def test_a_launch_goes_all_the_way(any_trial: Trial) -> None:
    """In every family a launch ends as a signed id_token at the tool, with the state."""
    claims = any_trial.claims(LEARNER)

    assert any_trial.tool.launches[-1]["state"] == "the state"
    assert claims["sub"] == LEARNER
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{LTI}deployment_id"] == "1"
    assert claims[f"{LTI}target_link_uri"] == any_trial.settings.tool.launch_url
    context, link = claims[f"{LTI}context"], claims[f"{LTI}resource_link"]
    assert isinstance(context, dict)
    assert isinstance(link, dict)
    assert (context["id"], link["id"]) == (COURSE, ACTIVITY)


def test_the_services_of_a_launch_stand_in_its_claims(any_trial: Trial) -> None:
    """A graded activity names its line item; Moodle's addresses carry a query."""
    claims = any_trial.claims(LEARNER)

    endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert isinstance(endpoint, dict)
    assert endpoint["lineitem"] == any_trial.tool.line_item_url()


@pytest.mark.parametrize(
    ("family", "method", "present", "absent"),
    [
        (Family.GENERIC, "GET", "lti_deployment_id", "lti_storage_target"),
        (Family.CANVAS, "POST", "deployment_id", "lti_deployment_id"),
        (Family.CANVAS, "POST", "lti_storage_target", "lti_deployment_id"),
        (Family.MOODLE, "POST", "lti_deployment_id", "lti_storage_target"),
    ],
)
def test_login_is_begun_as_the_family_does(
    family: Family, method: str, present: str, absent: str
) -> None:
    """GET or POST, the name of the deployment and the storage target differ by family."""
    with running(family) as trial:
        trial.claims()
        login = trial.tool.logins[-1]

    assert login["method"] == method
    assert present in login
    assert absent not in login


def test_canvas_repeats_the_storage_target() -> None:
    """It comes with the id_token too, for the page that has to read the storage."""
    with running(Family.CANVAS) as canvas:
        canvas.claims()

    assert canvas.tool.launches[-1]["lti_storage_target"] == "post_message_forwarding"


def test_moodle_hints_are_json() -> None:
    """The message hint of Moodle is JSON text, which must come back letter by letter."""
    with running(Family.MOODLE) as trial:
        trial.claims()
        hint = json.loads(trial.tool.logins[-1]["lti_message_hint"])

    assert hint["cmid"] == ACTIVITY


def test_the_login_method_can_be_switched(trial: Trial) -> None:
    """A generic platform begins login by POST when it is told to."""
    trial.switch(login_method="POST")
    trial.claims()

    assert trial.tool.logins[-1]["method"] == "POST"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": ""}, "invalid_request"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"client_id": "somebody"}, "unauthorized_client"),
        ({"nonce": ""}, "invalid_request"),
        ({"lti_message_hint": ""}, "invalid_request"),
        ({"lti_message_hint": "unknown"}, "invalid_request"),
        ({"login_hint": OTHER_LEARNER}, "login_required"),
    ],
)
def test_a_wrong_authentication_request_is_answered_with_an_error(
    trial: Trial, changes: dict[str, str], error: str
) -> None:
    """Each fault is posted back as error and description, with the state and no token."""
    trial.tool.changes = changes
    trial.visitor(LEARNER).launch()

    (posted,) = trial.tool.launches
    assert posted["error"] == error
    assert posted["error_description"]
    assert posted["state"] == "the state"
    assert "id_token" not in posted


@pytest.mark.parametrize("suffix", ["?x=1", "/", "/../launch", "#here"])
def test_a_foreign_redirect_uri_is_never_answered(trial: Trial, suffix: str) -> None:
    """A redirect URI is compared letter by letter, and another one gets nothing."""
    trial.tool.changes = {"redirect_uri": trial.settings.tool.launch_url + suffix}
    answer = trial.visitor(LEARNER).launch()

    assert answer.status_code == 400
    assert trial.tool.launches == []


def begin(trial: Trial, visitor: Visitor) -> str:
    """Begin a launch, and return the address of the tool's login."""
    answer = visitor.session.get(trial.settings.base_url + FRAME, allow_redirects=False, timeout=30)
    return answer.headers["Location"]


def test_nobody_signed_in_gets_login_required(trial: Trial) -> None:
    """Without a session the request is reposted by the platform's own page, then refused."""
    begun = begin(trial, trial.visitor(LEARNER))
    trial.visitor().launch(begun)

    assert trial.tool.launches[-1]["error"] == "login_required"


def test_a_cookie_that_stayed_behind_comes_along_with_the_repost(trial: Trial) -> None:
    """A SameSite cookie kept from the tool's redirect arrives with the platform's own form."""
    visitor = trial.visitor(LEARNER)
    cookies = visitor.session.cookies.copy()
    begun = begin(trial, visitor)
    visitor.session.cookies.clear()
    page = visitor.get(begun)
    visitor.session.cookies.update(cookies)
    visitor.submit(visitor.submit(page))

    assert "id_token" in trial.tool.launches[-1]


def test_a_launch_works_once(any_trial: Trial) -> None:
    """A hint that was used is refused as the family does; Moodle shows its own page."""
    visitor = any_trial.visitor(LEARNER)
    visitor.launch()
    hint = any_trial.tool.logins[-1]["lti_message_hint"]
    any_trial.tool.changes = {"lti_message_hint": hint}
    answer = visitor.launch()

    errors = [launch.get("error") for launch in any_trial.tool.launches]
    expected = {
        Family.GENERIC: [None, "invalid_request"],
        Family.CANVAS: [None, "launch_no_longer_valid"],
        Family.MOODLE: [None],
    }
    assert errors == expected[any_trial.settings.family]
    assert answer.ok is (any_trial.settings.family is not Family.MOODLE)


def test_a_launch_grows_old(trial: Trial) -> None:
    """A login that comes back after more than ten minutes is refused."""
    visitor = trial.visitor(LEARNER)
    begun = begin(trial, visitor)
    trial.clock.advance(601)
    visitor.launch(begun)

    assert trial.tool.launches[-1]["error"] == "invalid_request"


def test_an_error_can_be_switched_on(trial: Trial) -> None:
    """Every authentication request is answered with the error of the switch."""
    trial.switch(authorization_error="launch_no_longer_valid")
    trial.visitor(LEARNER).launch()

    assert trial.tool.launches[-1]["error"] == "launch_no_longer_valid"
