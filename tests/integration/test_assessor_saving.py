"""What the scripts of the scoring page send and are answered."""

import threading
from datetime import datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.runtime import Runtime
from lti_tool.store.rows import AttemptRow, KeptTextRow
from tests.conftest import FakeClock
from tests.pages import Visitor
from tests.scenes import Scene, a_scene, a_task_definition


@pytest.fixture
def scene(runtime: Runtime) -> Scene:
    """A course whose badge takes its levels from tasks."""
    with runtime.writing() as session:
        return a_scene(session, definition=a_task_definition())


@pytest.fixture
def rater(app: Flask, scene: Scene) -> Visitor:
    """Somebody who has the work open."""
    made = Visitor(app, scene.rater)
    made.get(path_of(scene))
    return made


def path_of(scene: Scene) -> str:
    """The scoring page of the first work."""
    return f"/attempts/{scene.work.attempt.id}"


def save(rater: Visitor, scene: Scene, fields: object, *, revision: object = 0) -> TestResponse:
    """Autosave some fields."""
    return rater.send(path_of(scene), {"revision": revision, "fields": fields})


def test_a_save_answers_with_the_trace_and_what_was_derived(
    rater: Visitor, scene: Scene, clock: FakeClock
) -> None:
    """The regions are those of the page, of the criteria that were touched."""
    answer = save(rater, scene, {"task.a.task-1": "4", "task.a.task-2": 4, "comment.b": "Hm."})

    body = answer.get_json()
    assert (answer.status_code, body["revision"]) == (200, 1)
    assert datetime.fromisoformat(body["saved_at"]) == clock()
    assert body["regions"].keys() == {"trace", "derived.a", "derived.b"}
    assert "1 of 4 rated" in body["regions"]["trace"]
    assert "8 of 10" in body["regions"]["derived.a"]
    assert "3 points" in body["regions"]["derived.a"]
    assert "Still to score" in body["regions"]["derived.b"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_trace_says_what_would_not_award(rater: Visitor, scene: Scene) -> None:
    """In words, as soon as it is certain, and however much is missing."""
    answer = save(rater, scene, {"task.a.task-1": "1", "task.a.task-2": "1"})

    assert "Would not award:" in answer.get_json()["regions"]["trace"]
    assert "A is 1 points" in answer.get_json()["regions"]["trace"]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("6", "A whole number from 0–5."),
        (6, "A whole number from 0–5."),
        (5.5, "A whole number, please: 0–5."),
        ("5.5", "A whole number, please: 0–5."),
        (-1, "A whole number from 0–5."),
        ("-1", "A whole number, please: 0–5."),
        ("٣", "A whole number, please: 0–5."),
        ("1_0", "A whole number, please: 0–5."),
        (True, "A whole number, please: 0–5."),
        (None, "A whole number, please: 0–5."),
        ([], "A whole number, please: 0–5."),
    ],
    ids=repr,
)
def test_a_bad_score_is_answered_at_its_field(
    rater: Visitor, scene: Scene, points: object, message: str
) -> None:
    """With the words of the page, and with nothing stored."""
    answer = save(rater, scene, {"task.a.task-1": points, "comment": "Good."})

    assert answer.status_code == 422
    assert answer.get_json() == {
        "error": "invalid",
        "fields": {"task.a.task-1": {"message": message}},
    }
    assert save(rater, scene, {"comment": ""}).get_json()["revision"] == 0


def test_three_as_text_or_number_is_three(rater: Visitor, scene: Scene) -> None:
    """Fields of a form are text; a number says the same."""
    assert save(rater, scene, {"task.a.task-1": "3"}).status_code == 200
    answer = save(rater, scene, {"task.a.task-1": 3}, revision=1)

    assert (answer.status_code, answer.get_json()["revision"]) == (200, 1)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        None,
        {},
        {"revision": 0},
        {"fields": {}},
        {"revision": 0, "fields": []},
        {"revision": -1, "fields": {}},
        {"revision": "0x", "fields": {}},
        {"revision": 1.0, "fields": {}},
        {"revision": True, "fields": {}},
        {"revision": 10**30, "fields": {}},
        {"revision": 0, "fields": {"unknown": "x"}},
        {"revision": 0, "fields": {"task.a.task-1": {"a": 1}}},
    ],
    ids=lambda body: repr(body)[:50],
)
def test_bodies_of_any_other_shape_are_refused(rater: Visitor, scene: Scene, body: object) -> None:
    """Each with a coded answer, and nothing of them is stored."""
    answer = rater.send(path_of(scene), body)

    assert answer.status_code == 422
    assert answer.get_json()["error"] in {"malformed", "unknown_field", "invalid"}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"revision": 1e999}'])
def test_bytes_that_are_no_json_are_refused(rater: Visitor, scene: Scene, data: bytes) -> None:
    """Not even the depth of it brings the server down."""
    answer = rater._client.post(
        rater.url(path_of(scene)),
        base_url="https://tool.example",
        data=data,
        headers={"Content-Type": "application/json", "X-CSRF-Token": rater.token()},
    )

    assert answer.status_code == 422


def test_ten_megabytes_of_text_are_answered(rater: Visitor, scene: Scene) -> None:
    """With the limit, at the field."""
    answer = save(rater, scene, {"comment": "x" * 10_000_000})

    assert answer.status_code == 422
    assert "at most 20000 characters" in answer.get_json()["fields"]["comment"]["message"]


def test_a_stale_save_is_told_what_is_stored(rater: Visitor, scene: Scene) -> None:
    """The script merges field by field; words that came late are kept here too."""
    save(rater, scene, {"comment": "From the first tab"})

    answer = save(rater, scene, {"comment": "From the second tab"})

    body = answer.get_json()
    assert (answer.status_code, body["error"], body["revision"]) == (409, "stale", 1)
    assert body["fields"]["comment"] == "From the first tab"
    assert body["fields"]["task.a.task-1"] == ""
    assert datetime.fromisoformat(body["saved_at"])


def test_a_stale_save_brings_everything_derived_up_to_date(rater: Visitor, scene: Scene) -> None:
    """The page is behind in criteria that this save did not touch, and in the trace."""
    save(rater, scene, {"task.a.task-1": "4", "task.a.task-2": "4"})

    regions = save(rater, scene, {"comment.b": "Hm."}).get_json()["regions"]

    assert regions.keys() == {"trace", *(f"derived.{one}" for one in "abcd")}
    assert "1 of 4 rated" in regions["trace"]
    assert "8 of 10" in regions["derived.a"]


def test_a_save_after_a_takeover_is_closed_and_keeps_the_words(
    app: Flask, runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """The answer is `closed`, and what was written is on the server as well as on the page."""
    Visitor(app, scene.other).post(f"{path_of(scene)}/claim")

    answer = save(rater, scene, {"comment": "Half a thought", "task.a.task-1": "3"})

    assert (answer.status_code, answer.get_json()) == (409, {"error": "closed"})
    with runtime.reading() as session:
        kept = session.query(KeptTextRow).one()
    assert (kept.place, kept.text, kept.user_id) == (
        "comment",
        "Half a thought",
        scene.rater.user_id,
    )


def test_a_save_on_a_decided_attempt_is_closed(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """Nothing changes after the decision but by a correction."""
    with runtime.writing() as session:
        session.get_one(AttemptRow, scene.work.attempt.id).state = "decided"

    answer = save(rater, scene, {"comment": "Too late"})

    assert (answer.status_code, answer.get_json()) == (409, {"error": "closed"})


def test_a_save_without_its_form_token_is_refused(rater: Visitor, scene: Scene) -> None:
    """Another site cannot rate for anybody."""
    answer = rater.send(path_of(scene), {"revision": 0, "fields": {}}, token="guessed")

    assert (answer.status_code, answer.get_json()["error"]) == (422, "csrf")


def test_the_claim_is_renewed_and_says_who_has_it(
    app: Flask, rater: Visitor, scene: Scene, clock: FakeClock
) -> None:
    """The page's heartbeat keeps it, and shows when it is lost."""
    clock.advance(minutes=9)
    answer = rater.send(f"{path_of(scene)}/claim", {})
    assert answer.get_json()["is_mine"]
    assert "is scoring this" not in answer.get_json()["regions"]["claim"]

    clock.advance(minutes=9)
    seen = Visitor(app, scene.other).send(f"{path_of(scene)}/claim", {}).get_json()
    assert not seen["is_mine"]
    assert "Ivo Instructor is scoring this" in seen["regions"]["claim"]


def test_forty_saves_from_two_tabs_at_once_lose_nothing(
    app: Flask, rater: Visitor, scene: Scene
) -> None:
    """Each save is stored, or told what is; a tab that goes on from there gets everything in."""
    fields = {
        0: [f"task.{one}.task-1" for one in "abcd"],
        1: [f"task.{one}.task-2" for one in "abcd"],
    }
    barrier = threading.Barrier(2)

    def tab(number: int) -> None:
        visitor, revision = Visitor(app, scene.rater), 0
        token = visitor.token()
        barrier.wait()
        for points in range(5):
            for name in fields[number]:
                for _ in range(100):
                    body = {"revision": revision, "fields": {name: str(points)}}
                    answer = visitor.send(path_of(scene), body, token=token).get_json()
                    revision = answer["revision"]
                    if "error" not in answer:
                        break

    threads = [threading.Thread(target=tab, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    form = rater.get(path_of(scene)).form(rater.url(path_of(scene)))
    assert {form.fields[name] for names in fields.values() for name in names} == {"4"}
