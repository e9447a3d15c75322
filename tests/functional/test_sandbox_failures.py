"""Failures and restarts of the practice LMS, over real HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.functional.sandbox_tool import (
    COURSE,
    INSTRUCTOR,
    LINE_ITEMS_TYPE,
    MEMBERSHIPS_TYPE,
    OTHER_LEARNER,
    RESULTS_TYPE,
    Trial,
    running,
)


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


FAILURES: list[tuple[dict[str, object], Callable[[requests.Response], bool]]] = [
    ({"status": 401}, lambda answer: answer.status_code == 401),
    ({"status": 404}, lambda answer: answer.status_code == 404),
    ({"status": 409}, lambda answer: answer.status_code == 409),
    (
        {"status": 422, "reason": "attempts exhausted"},
        lambda answer: answer.text == "attempts exhausted",
    ),
    (
        {"status": 429, "retry_after": "2"},
        lambda answer: answer.headers["Retry-After"] == "2",
    ),
    ({"status": 500}, lambda answer: answer.status_code == 500),
    (
        {"kind": "html"},
        lambda answer: answer.status_code == 200 and "<!doctype html>" in answer.text,
    ),
]


@pytest.mark.parametrize(("failure", "is_met"), FAILURES)
def test_the_next_scores_fail_as_arranged(
    trial: Trial,
    failure: dict[str, object],
    is_met: Callable[[requests.Response], bool],
) -> None:
    """Two score posts meet the failure and change nothing, the third is served."""
    trial.fail(**failure, times=2)

    assert is_met(trial.tool.post_score())
    assert is_met(trial.tool.post_score())
    assert trial.control("GET", "/results").json() == []
    assert trial.tool.post_score().status_code == 204
    assert trial.answers()[-1] == "204"


def test_a_failure_can_last_for_a_period(trial: Trial) -> None:
    """Until the time is over every post fails, however many there are."""
    trial.fail(status=503, for_seconds=30)

    assert [trial.tool.post_score().status_code for _ in range(3)] == [503, 503, 503]
    trial.clock.advance(31)
    assert trial.tool.post_score().ok


def test_a_dropped_connection(trial: Trial) -> None:
    """The client gets no answer at all."""
    trial.fail(kind="drop")

    with pytest.raises(requests.ConnectionError):
        trial.tool.post_score()
    assert trial.answers() == ["drop 502"]


def test_a_score_that_was_taken_before_the_answer_was_lost(trial: Trial) -> None:
    """The outcome is unknown to the tool, and known to the gradebook."""
    trial.fail(kind="drop", is_processed=True)

    with pytest.raises(requests.ConnectionError):
        trial.tool.post_score()
    assert trial.result()["score"] == 16
    assert trial.answers() == ["drop 502 after 204"]


def test_a_slow_answer(trial: Trial) -> None:
    """A client with less patience gives up, one with more is served."""
    token = trial.tool.token()
    trial.fail(kind="slow", seconds=1, times=2)

    with pytest.raises(requests.Timeout):
        trial.tool.post_score(token=token, timeout=0.3)
    trial.clock.advance(1)
    assert trial.tool.post_score(token=token).ok


def test_a_refused_connection(trial: Trial) -> None:
    """While the server is stopped nobody listens; afterwards everything is still there."""
    token = trial.tool.token()
    trial.server.stop()

    with pytest.raises(requests.ConnectionError):
        trial.tool.post_score(token=token)
    trial.server.start()
    assert trial.tool.post_score(token=token).ok


@pytest.mark.parametrize("service", ["token", "line_items", "results", "memberships", "jwks"])
def test_every_service_can_fail(trial: Trial, service: str) -> None:
    """A failure of one service meets that service and no other."""
    token = trial.tool.token()
    trial.fail(service=service, status=500)
    assert trial.tool.post_score(token=token).ok

    base = f"{trial.settings.base_url}/services/{COURSE}"
    asked: dict[str, Callable[[], requests.Response]] = {
        "token": trial.tool.ask_token,
        "line_items": lambda: trial.tool.get(f"{base}/lineitems", LINE_ITEMS_TYPE, token=token),
        "results": lambda: trial.tool.get(
            trial.tool.line_item_url("/results"), RESULTS_TYPE, token=token
        ),
        "memberships": lambda: trial.tool.get(f"{base}/memberships", MEMBERSHIPS_TYPE, token=token),
        "jwks": lambda: requests.get(trial.settings.jwks_url, timeout=30),
    }
    assert asked[service]().status_code == 500
    assert asked[service]().status_code == 200


def test_failures_are_listed_and_forgotten(trial: Trial) -> None:
    """The switchboard shows what is still to come, and can call it off."""
    trial.fail(status=500, times=3)
    assert trial.control("GET", "").json()["failures"][0]["times"] == 3

    trial.control("DELETE", "/failures")
    assert trial.tool.post_score().ok


def test_a_state_file_survives_a_restart(tmp_path: Path) -> None:
    """Keys, grades and activities are there again, and the demo is not written twice."""
    path = tmp_path / "practice.db"
    with running(state_path=path) as trial:
        trial.tool.post_score()
        visitor = trial.visitor(INSTRUCTOR)
        visitor.post(f"/courses/{COURSE}/activities", title="Later", points="5")
        kids = trial.control("GET", "").json()["kids"]
    with running(state_path=path) as trial:
        assert trial.result()["score"] == 16
        assert trial.control("GET", "").json()["kids"] == kids
        assert "Later" in trial.visitor(OTHER_LEARNER).get(f"/courses/{COURSE}").text

    assert path.stat().st_mode & 0o077 == 0


def test_behind_another_server_a_dropped_connection_is_a_bad_gateway(trial: Trial) -> None:
    """Where no socket is lent, the failure is an answer that no client takes for a success."""
    trial.fail(service="jwks", kind="drop")

    answer = trial.server.app.test_client().get(trial.settings.jwks_url)

    assert answer.status_code == 502
