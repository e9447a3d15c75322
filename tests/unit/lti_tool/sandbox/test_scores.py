"""The rules by which each family takes a score."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.sandbox.errors import ScoreRefusedError
from lti_tool.sandbox.model import Family, Result
from lti_tool.sandbox.scores import (
    ACTIVITY_PROGRESS,
    CANVAS_SUBMISSION,
    GRADING_PROGRESS,
    ScoreMessage,
    parse_score,
    take_score,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
POINTS = st.decimals(min_value=0, max_value=1000, places=2)


def a_message(**changes: object) -> ScoreMessage:
    """A final score of 8 out of 10."""
    values: dict[str, object] = {
        "person_id": "6",
        "activity_progress": "Completed",
        "grading_progress": "FullyGraded",
        "timestamp": NOW,
        "given": Decimal(8),
        "maximum": Decimal(10),
    }
    return ScoreMessage(**{**values, **changes})  # type: ignore[arg-type]  # changes are a test's


def take(
    message: ScoreMessage,
    family: Family = Family.GENERIC,
    current: Result | None = None,
    *,
    maximum: Decimal = Decimal(20),
) -> Result:
    """Take a message into an empty cell of a column of 20 points."""
    return take_score(
        message,
        family=family,
        current=current or Result(activity_id="11", person_id="6"),
        maximum=maximum,
        is_learner=True,
        now=NOW,
    )


@pytest.mark.parametrize("family", list(Family))
@given(given=POINTS, maximum=st.decimals(min_value="0.01", max_value=1000, places=2))
def test_a_score_is_scaled_to_the_column(family: Family, given: Decimal, maximum: Decimal) -> None:
    """Whatever the tool's maximum is, the result is the same share of the column's."""
    result = take(a_message(given=min(given, maximum), maximum=maximum), family)

    assert result.score is not None
    assert 0 <= result.score <= 20
    assert abs(result.score - min(given, maximum) / maximum * 20) <= Decimal("0.005")


@given(
    given=st.none() | POINTS,
    activity=st.sampled_from(sorted(ACTIVITY_PROGRESS)),
    grading=st.sampled_from(sorted(GRADING_PROGRESS - {"FullyGraded"})),
)
def test_in_moodle_what_is_not_final_leaves_no_grade(
    given: Decimal | None, activity: str, grading: str
) -> None:
    """No progress but FullyGraded lets a grade stand, whatever else was sent."""
    graded = take(a_message(), Family.MOODLE)
    message = a_message(
        given=given,
        activity_progress=activity,
        grading_progress=grading,
        timestamp=NOW + timedelta(seconds=1),
    )

    result = take(message, Family.MOODLE, graded)

    assert result.score is None
    assert result.timestamp is None


@given(seconds=st.floats(min_value=-100, max_value=0.999))
def test_moodle_takes_nothing_within_the_same_second(seconds: float) -> None:
    """A score that is not later by a whole second is a conflict."""
    graded = take(a_message(), Family.MOODLE)

    with pytest.raises(ScoreRefusedError) as refused:
        take(a_message(timestamp=NOW + timedelta(seconds=seconds)), Family.MOODLE, graded)
    assert refused.value.status == 409


@given(grading=st.sampled_from(sorted(GRADING_PROGRESS - {"FullyGraded"})))
def test_elsewhere_what_is_not_final_keeps_the_grade(grading: str) -> None:
    """By the specification only FullyGraded changes a grade."""
    graded = take(a_message())
    later = a_message(grading_progress=grading, timestamp=NOW + timedelta(seconds=1), given=None)

    assert take(later, current=graded).score == 16


@given(grading=st.sampled_from(sorted(GRADING_PROGRESS)))
def test_canvas_preserves_a_grade_on_request(grading: str) -> None:
    """With preserve_score a missing score never clears, in no state of grading."""
    graded = take(a_message(), Family.CANVAS)
    message = a_message(given=None, grading_progress=grading, canvas={"preserve_score": True})

    assert take(message, Family.CANVAS, graded).score == 16
    assert (
        take(a_message(given=None, grading_progress=grading), Family.CANVAS, graded).score is None
    )


@pytest.mark.parametrize("grading", ["NotReady", "Failed", "Pending"])
def test_canvas_writes_no_score_that_is_not_ready(grading: str) -> None:
    """Only FullyGraded and PendingManual change the grade to what was sent."""
    graded = take(a_message(), Family.CANVAS)
    message = a_message(given=Decimal(2), grading_progress=grading)

    assert take(message, Family.CANVAS, graded).score == 16


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Result(activity_id="1", person_id="6"), "No grade yet"),
        (Result(activity_id="1", person_id="6", activity_progress="InProgress"), "In progress"),
        (Result(activity_id="1", person_id="6", activity_progress="Submitted"), "Submitted"),
        (Result(activity_id="1", person_id="6", grading_progress="PendingManual"), "Needs grading"),
        (Result(activity_id="1", person_id="6", score=Decimal(0)), "Graded"),
    ],
)
def test_the_gradebook_has_a_word_for_each_state(result: Result, status: str) -> None:
    """Zero is a grade, and a score that waits for a person needs grading."""
    assert result.status == status


def test_a_whole_score_is_read_whole() -> None:
    """Every member of a score arrives in the message, numbers without rounding."""
    text = json.dumps(
        {
            "userId": "6",
            "activityProgress": "Submitted",
            "gradingProgress": "PendingManual",
            "timestamp": "2026-11-21T09:00:00.123456Z",
            "scoreGiven": 0.1,
            "scoreMaximum": 3,
            "comment": "c",
            "submission": {"submittedAt": "2026-11-21T08:59:00Z"},
            CANVAS_SUBMISSION: {"preserve_score": True},
        }
    )

    assert parse_score(text, Family.CANVAS) == ScoreMessage(
        person_id="6",
        activity_progress="Submitted",
        grading_progress="PendingManual",
        timestamp=NOW.replace(microsecond=123456),
        given=Decimal("0.1"),
        maximum=Decimal(3),
        comment="c",
        submitted_at="2026-11-21T08:59:00Z",
        canvas={"preserve_score": True},
    )


@given(text=st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever arrives ends as a score or as a refusal."""
    with pytest.raises(ScoreRefusedError):
        parse_score(text, Family.GENERIC)


@given(
    body=st.dictionaries(
        st.sampled_from(
            ["userId", "timestamp", "scoreGiven", "scoreMaximum", "submission", CANVAS_SUBMISSION]
        ),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_no_json_breaks_the_parser(body: dict[str, object]) -> None:
    """Members of any kind end as a refusal, never as another error."""
    with pytest.raises(ScoreRefusedError):
        parse_score(json.dumps(body), Family.MOODLE)
