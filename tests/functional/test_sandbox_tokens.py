"""Access tokens of the practice LMS, over real HTTP."""

from collections.abc import Iterator

import pytest

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.scopes import MEMBERSHIP_READ, SCORE
from lti_tool.sandbox.tool_keys import ToolKeys
from tests.functional.sandbox_tool import (
    Trial,
    running,
    tool_key,
)


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


def test_a_token_carries_the_scopes_that_were_granted(trial: Trial) -> None:
    """Unknown scopes are left out, and the answer says which are in."""
    answer = trial.tool.ask_token(scope=f"{SCORE} https://example.org/unknown").json()

    assert answer["scope"] == SCORE
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": 99_999_999_999},
        {"iat": 99_999_999_999},
        {"jti": None},
        {"jti": ""},
    ],
)
def test_a_wrong_assertion_gets_no_token(trial: Trial, changes: dict[str, object]) -> None:
    """Each claim of the assertion is checked."""
    answer = trial.tool.ask_token(trial.tool.assertion(**changes))

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize("text", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 70_000, "é.é.é"])
def test_a_malformed_assertion_gets_no_token(trial: Trial, text: str) -> None:
    """What is no signed JWT is refused as calmly as a wrong one."""
    assert trial.tool.ask_token(text).json()["error"] == "invalid_client"


def test_an_assertion_works_once(trial: Trial) -> None:
    """The same jti does not come in twice."""
    assertion = trial.tool.assertion()

    assert trial.tool.ask_token(assertion).status_code == 200
    assert trial.tool.ask_token(assertion).json()["error"] == "invalid_client"


def test_another_hand_gets_no_token(trial: Trial) -> None:
    """An assertion that the published key did not sign is refused."""
    head, body, _signature = trial.tool.assertion().split(".")
    _head, _body, foreign = trial.tool.assertion().split(".")

    assert trial.tool.ask_token(f"{head}.{body}.{foreign}").json()["error"] == "invalid_client"


def test_the_tools_rotated_key_is_found(trial: Trial) -> None:
    """An unknown key id makes the platform fetch the tool's JWK Set again."""
    trial.tool.token()
    tool_key("second")
    trial.tool.key_name = "second"

    assert trial.tool.ask_token().status_code == 200


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "secret"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_a_wrong_token_request_is_refused(trial: Trial, fields: dict[str, str], error: str) -> None:
    """Each fault of the request has its OAuth error."""
    assert trial.tool.ask_token(**fields).json()["error"] == error


def test_services_want_a_live_token_with_the_scope(trial: Trial) -> None:
    """No token, a revoked or expired one, or one without the scope opens nothing."""
    token = trial.tool.token()
    narrow = trial.tool.token(scope=MEMBERSHIP_READ)

    assert trial.tool.post_score(token="unknown").status_code == 401
    assert trial.tool.post_score(token=narrow).status_code == 403
    trial.clock.advance(3600)
    assert trial.tool.post_score(token=token).status_code == 401
    fresh = trial.tool.token()
    assert trial.tool.post_score(token=fresh).ok
    trial.control("DELETE", "/tokens")
    assert trial.tool.post_score(token=fresh).status_code == 401


def test_a_key_that_is_nowhere_gets_no_token(trial: Trial) -> None:
    """An assertion under an unpublished key id is refused."""
    assertion = trial.tool.assertion()
    trial.tool.key_name = "second"

    answer = trial.tool.ask_token(assertion)

    assert answer.json()["error_description"] == "the tool publishes no such key"


@pytest.mark.parametrize("path", ["/lti/nothing", "/lti/login"])
def test_unreachable_keys_get_no_token(path: str) -> None:
    """Where the tool publishes no keys, nothing of it can be checked."""
    with running() as trial:
        port = trial.settings.tool.origin
        keys = ToolKeys(f"{port}{path}")

        with pytest.raises(TokenInvalidError, match="could not be fetched"):
            keys.verify(trial.tool.assertion())
