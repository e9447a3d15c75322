"""Scores and results at the practice LMS, by the rules of three families, over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lti_tool.sandbox.model import Family
from tests.functional.sandbox_tool import (
    ACTIVITY,
    ASSISTANT,
    INSTRUCTOR,
    LEARNER,
    RESULTS_TYPE,
    Trial,
    running,
)

CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


@pytest.fixture
def canvas() -> Iterator[Trial]:
    """A platform that behaves as Canvas does."""
    with running(Family.CANVAS) as trial:
        yield trial


@pytest.fixture
def moodle() -> Iterator[Trial]:
    """A platform that behaves as Moodle does."""
    with running(Family.MOODLE) as trial:
        yield trial


@pytest.fixture(params=list(Family))
def any_trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    """A platform of each family."""
    with running(request.param) as trial:
        yield trial


def test_a_score_reaches_the_gradebook_scaled(any_trial: Trial) -> None:
    """8 of 10 becomes 16 of 20, and results say so."""
    assert any_trial.tool.post_score({"comment": "Well done"}).ok

    (result,) = any_trial.tool.get(any_trial.tool.line_item_url("/results"), RESULTS_TYPE).json()
    assert result["userId"] == LEARNER
    assert (result["resultScore"], result["resultMaximum"]) == (16, 20)
    assert result["comment"] == "Well done"
    assert any_trial.result()["status"] == "Graded"


def test_results_can_be_asked_for_one_person(any_trial: Trial) -> None:
    """user_id leaves the others out; a person without a grade has no result."""
    any_trial.tool.post_score()
    url = any_trial.tool.line_item_url("/results")
    separator = "&" if "?" in url else "?"

    assert len(any_trial.tool.get(f"{url}{separator}user_id={LEARNER}", RESULTS_TYPE).json()) == 1
    assert any_trial.tool.get(f"{url}{separator}user_id=7", RESULTS_TYPE).json() == []


def test_answers_to_a_score_differ() -> None:
    """204 without a body, Canvas' resultUrl, Moodle's empty 200."""
    bodies: dict[Family, tuple[int, bool]] = {}
    for family in Family:
        with running(family) as trial:
            answer = trial.tool.post_score()
            bodies[family] = answer.status_code, "resultUrl" in answer.text

    assert bodies == {
        Family.GENERIC: (204, False),
        Family.CANVAS: (200, True),
        Family.MOODLE: (200, False),
    }


@pytest.mark.parametrize(
    ("family", "older", "equal", "within_a_second"),
    [
        (Family.GENERIC, 400, 400, 204),
        (Family.CANVAS, 400, 200, 200),
        (Family.MOODLE, 409, 409, 409),
    ],
)
def test_timestamps_must_move_on(
    family: Family, older: int, equal: int, within_a_second: int
) -> None:
    """Each family refuses older scores in its own way; Moodle compares whole seconds."""
    with running(family) as trial:
        trial.clock.advance(10)
        now = trial.clock()
        trial.tool.post_score()

        def post(seconds: float) -> int:
            timestamp = (now + timedelta(seconds=seconds)).isoformat()
            return trial.tool.post_score({"timestamp": timestamp}).status_code

        assert post(-5) == older
        assert post(0) == equal
        assert post(0.9) == within_a_second
        assert post(1) in {200, 204}


@pytest.mark.parametrize(
    ("family", "status"), [(Family.GENERIC, 400), (Family.CANVAS, 422), (Family.MOODLE, 400)]
)
@pytest.mark.parametrize("person_id", [INSTRUCTOR, ASSISTANT, "999"])
def test_only_learners_get_scores(family: Family, status: int, person_id: str) -> None:
    """A score for somebody who is no learner of the course is refused."""
    with running(family) as trial:
        answer = trial.tool.post_score({"userId": person_id})

    assert answer.status_code == status


def test_moodle_tells_the_body_in_the_status_line(moodle: Trial) -> None:
    """The reason of its 400 repeats what was sent, as one line."""
    answer = moodle.tool.post_score({"userId": INSTRUCTOR, "comment": "two\r\nlines: ü"})

    assert answer.reason.startswith("Incorrect score received{")
    assert answer.json() == []


@pytest.mark.parametrize("family", [Family.GENERIC, Family.MOODLE])
def test_a_pending_score(family: Family) -> None:
    """In Moodle a score that is not final erases the grade, elsewhere it does not."""
    with running(family) as trial:
        trial.tool.post_score()
        trial.clock.advance(2)
        answer = trial.tool.post_score(
            {
                "activityProgress": "Submitted",
                "gradingProgress": "PendingManual",
                "scoreGiven": None,
            }
        )
        result = trial.result()

    assert answer.ok
    assert result["score"] == (None if family is Family.MOODLE else 16)
    assert result["status"] == ("No grade yet" if family is Family.MOODLE else "Needs grading")


def test_after_an_erased_grade_moodle_takes_an_older_timestamp(moodle: Trial) -> None:
    """The timestamp goes with the grade."""
    moodle.clock.advance(10)
    moodle.tool.post_score()
    moodle.clock.advance(1)
    moodle.tool.post_score({"gradingProgress": "Pending", "scoreGiven": None})
    moodle.clock.advance(-5)

    assert moodle.tool.post_score().ok


def test_moodle_caps_a_score(moodle: Trial) -> None:
    """More than the maximum is cut to it, and zero is a grade."""
    moodle.tool.post_score({"scoreGiven": 30, "scoreMaximum": 20})
    assert moodle.result()["score"] == 20

    moodle.clock.advance(1)
    moodle.tool.post_score({"scoreGiven": 0})
    assert moodle.result()["score"] == 0


def test_extra_credit_is_kept_elsewhere(trial: Trial) -> None:
    """The specification allows more than the maximum."""
    trial.tool.post_score({"scoreGiven": 12})

    assert trial.result()["score"] == 24


def test_canvas_clears_what_is_not_sent(canvas: Trial) -> None:
    """Without scoreGiven the grade goes, unless preserve_score says to keep it."""
    canvas.tool.post_score()
    canvas.clock.advance(1)
    canvas.tool.post_score(
        {
            "gradingProgress": "PendingManual",
            "scoreGiven": None,
            CANVAS_SUBMISSION: {"preserve_score": True},
        }
    )
    kept = canvas.result()
    canvas.clock.advance(1)
    canvas.tool.post_score({"gradingProgress": "PendingManual", "scoreGiven": None})

    assert (kept["score"], kept["status"]) == (16, "Needs grading")
    assert canvas.result()["score"] is None


def test_canvas_adds_a_comment_with_each_post(canvas: Trial) -> None:
    """A comment that is sent again stands there twice."""
    canvas.tool.post_score({"comment": "Earned"})
    canvas.tool.post_score({"comment": "Earned"})

    assert canvas.result()["comments"] == ["Earned", "Earned"]


def test_elsewhere_a_comment_replaces_the_last(trial: Trial) -> None:
    """There is one comment, the latest; a score without one keeps it."""
    for comment in ("First", "Second", None):
        trial.tool.post_score({"comment": comment})
        trial.clock.advance(1)

    assert trial.result()["comments"] == ["Second"]


def test_canvas_counts_attempts(canvas: Trial) -> None:
    """Each post is a new submission unless told otherwise or submitted at the same time."""
    submitted = {"submission": {"submittedAt": "2026-11-21T08:59:00Z"}}
    canvas.tool.post_score(submitted)
    canvas.tool.post_score(submitted)
    canvas.tool.post_score({CANVAS_SUBMISSION: {"new_submission": False}})
    canvas.tool.post_score({CANVAS_SUBMISSION: {"submission_type": "none"}})
    assert canvas.result()["attempts"] == 1

    canvas.tool.post_score()
    assert canvas.result()["attempts"] == 2


def test_canvas_refuses_a_submission_in_the_future(canvas: Trial) -> None:
    """The time of submission may be at most a minute ahead."""
    answer = canvas.tool.post_score({"submission": {"submittedAt": "2026-11-21T09:02:00Z"}})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("family", "status"), [(Family.GENERIC, 400), (Family.CANVAS, 422), (Family.MOODLE, 400)]
)
@pytest.mark.parametrize("maximum", [None, 0])
def test_a_score_needs_its_maximum(family: Family, status: int, maximum: int | None) -> None:
    """A score without a positive scoreMaximum is refused."""
    with running(family) as trial:
        assert trial.tool.post_score({"scoreMaximum": maximum}).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": None},
        {"userId": 6},
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-21T09:00:00"},
        {"activityProgress": "Done"},
        {"gradingProgress": None},
        {"scoreGiven": "8"},
        {"scoreGiven": True},
        {"scoreGiven": -1},
    ],
)
def test_a_malformed_score_is_refused(any_trial: Trial, changes: dict[str, object]) -> None:
    """Each fault is a 400, and the gradebook stays as it was."""
    assert any_trial.tool.post_score(changes).status_code == 400
    assert any_trial.control("GET", "/results").json() == []


@pytest.mark.parametrize("body", ["", "[", "[]", "[" * 5000, '{"scoreGiven": NaN}', "\x00"])
def test_a_body_that_is_no_score_is_refused(any_trial: Trial, body: str) -> None:
    """What is no JSON object is a 400 like any other."""
    assert any_trial.tool.post_score(body=body).status_code == 400


def test_a_typed_grade_against_the_tools() -> None:
    """Moodle answers 200 and keeps the teacher's grade; Canvas keeps it when asked to."""
    asked = {CANVAS_SUBMISSION: {"prioritize_non_tool_grade": True}}
    with running(Family.MOODLE) as moodle, running(Family.CANVAS) as canvas:
        for trial in (moodle, canvas):
            trial.control("PUT", f"/results/{ACTIVITY}/{LEARNER}", {"score": 3.5})

        assert moodle.tool.post_score().status_code == 200
        assert moodle.result()["score"] == 3.5
        canvas.tool.post_score(asked)
        assert canvas.result()["score"] == 3.5
        canvas.tool.post_score()
        assert canvas.result()["score"] == 16


def test_every_score_is_listed_in_order(trial: Trial) -> None:
    """The switchboard shows what arrived, taken or refused, and goes on after a number."""
    trial.tool.post_score()
    trial.tool.post_score(body="nonsense")
    first, second = trial.control("GET", "/scores").json()

    assert first["body"]["userId"] == LEARNER
    assert (first["answered"], first["line_item_id"]) == ("204", f"{ACTIVITY}0")
    assert (second["body"], second["answered"]) == ("nonsense", "400")
    assert trial.control("GET", f"/scores?after={first['id']}").json() == [second]
