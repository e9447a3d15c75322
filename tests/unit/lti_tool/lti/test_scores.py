"""The bodies of score messages, whole, for each family."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.ags import score_message
from lti_tool.lti.outcomes import Reason
from lti_tool.lti.quirks import family_of, quirks_of
from lti_tool.lti.quirks.canvas import EXTENSION
from lti_tool.lti.scores import ScoreKind, ScoreRequest, instant, points
from tests.unit.lti_tool.lti.factories import NOW

FAMILIES = ["generic", "canvas", "moodle", "something-else"]
REVIEW = "https://badges.example/lti/launch?r=5f0c"
COMMENT = "Badge earned: https://badges.example/credentials/1"


def a_score(kind: ScoreKind, **changes: object) -> ScoreRequest:
    """What the gradebook is told about one learner."""
    score = ScoreRequest(
        kind=kind,
        platform_user_id="user-7",
        timestamp=NOW + timedelta(seconds=1),
        occurred_at=NOW,
        maximum=Decimal(20),
        comment=COMMENT,
        review_url=REVIEW,
    )
    return replace(score, **changes)  # type: ignore[arg-type]  # the caller names fields


EARNED = {
    "userId": "user-7",
    "timestamp": "2026-11-21T19:00:01.000Z",
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
    "scoreGiven": 20,
    "scoreMaximum": 20,
    "comment": COMMENT,
}
SUBMITTED = {
    "userId": "user-7",
    "timestamp": "2026-11-21T19:00:01.000Z",
    "activityProgress": "Submitted",
    "gradingProgress": "PendingManual",
    "submission": {"submittedAt": "2026-11-21T19:00:00.000Z"},
    "comment": COMMENT,
}
CLEARED = {
    "userId": "user-7",
    "timestamp": "2026-11-21T19:00:01.000Z",
    "activityProgress": "Completed",
    "gradingProgress": "NotReady",
    "comment": COMMENT,
}
ON_CANVAS = {
    "new_submission": True,
    "preserve_score": True,
    "submission_type": "basic_lti_launch",
    "submission_data": REVIEW,
}


@pytest.mark.parametrize(
    ("kind", "family", "expected"),
    [
        (ScoreKind.EARNED, "generic", EARNED),
        (ScoreKind.EARNED, "something-else", EARNED),
        (ScoreKind.EARNED, "moodle", EARNED),
        (ScoreKind.EARNED, "canvas", {**EARNED, EXTENSION: {"new_submission": False}}),
        (ScoreKind.SUBMITTED, "generic", SUBMITTED),
        (ScoreKind.SUBMITTED, "moodle", None),
        (ScoreKind.SUBMITTED, "canvas", {**SUBMITTED, EXTENSION: ON_CANVAS}),
        (ScoreKind.CLEARED, "generic", CLEARED),
        (ScoreKind.CLEARED, "moodle", CLEARED),
        (
            ScoreKind.CLEARED,
            "canvas",
            {**CLEARED, "gradingProgress": "FullyGraded", EXTENSION: {"new_submission": False}},
        ),
    ],
)
def test_a_whole_message(kind: ScoreKind, family: str, expected: dict[str, object] | None) -> None:
    """Exactly these members, and no others."""
    assert score_message(a_score(kind), family=family) == expected


@pytest.mark.parametrize(
    ("family", "is_sent"), [("generic", False), ("moodle", False), ("canvas", True)]
)
def test_a_resubmission_never_endangers_a_score(family: str, *, is_sent: bool) -> None:
    """Where a pending message may erase a grade, nothing is sent; Canvas is told to keep it."""
    message = score_message(a_score(ScoreKind.SUBMITTED, has_score=True), family=family)

    assert (message is not None) == is_sent
    if message is not None:
        extension = message[EXTENSION]
        assert isinstance(extension, dict)
        assert extension["preserve_score"] is True
        assert "scoreGiven" not in message


def test_without_a_review_page_canvas_gets_a_plain_submission() -> None:
    """The submission counts, and SpeedGrader has nothing to open."""
    message = score_message(a_score(ScoreKind.SUBMITTED, review_url=None), family="canvas")

    assert message is not None
    assert message[EXTENSION] == {"new_submission": True, "preserve_score": True}


def test_an_empty_comment_is_not_sent() -> None:
    """Canvas would add it all the same."""
    message = score_message(a_score(ScoreKind.EARNED, comment=""), family="canvas")

    assert message is not None
    assert "comment" not in message


@pytest.mark.parametrize("kind", list(ScoreKind))
@pytest.mark.parametrize("family", FAMILIES)
def test_a_message_is_json(kind: ScoreKind, family: str) -> None:
    """No value is of a type, or a number, that JSON does not know."""
    message = score_message(a_score(kind, maximum=Decimal("1E+2")), family=family)

    assert json.loads(json.dumps(message, allow_nan=False)) == message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20", 20),
        ("20.0", 20),
        ("1E+1", 10),
        ("0.5", 0.5),
        ("12.34565", 12.3457),
        ("0.00005", 0.0001),
    ],
)
def test_points_are_rounded_half_up_to_four_places(value: str, expected: float) -> None:
    """Whole numbers stay whole."""
    number = points(Decimal(value))

    assert number == expected
    assert type(number) is type(expected)


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_a_maximum_is_positive_and_finite(value: str) -> None:
    """AGS requires it, and JSON has no word for the rest."""
    with pytest.raises(ValueError, match="positive"):
        points(Decimal(value))


@given(st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(10**6), allow_nan=False))
def test_full_points_are_full_points(value: Decimal) -> None:
    """However it is rounded, score and maximum are the same number."""
    message = score_message(a_score(ScoreKind.EARNED, maximum=value), family="generic")

    assert message is not None
    assert message["scoreGiven"] == message["scoreMaximum"]
    json.dumps(message, allow_nan=False)


def test_an_instant_is_utc_with_milliseconds() -> None:
    """Whatever zone it was noted in."""
    zone = timezone(timedelta(hours=-6))

    assert instant(datetime(2026, 11, 21, 13, 0, 0, 174999, tzinfo=zone)) == (
        "2026-11-21T19:00:00.174Z"
    )
    assert instant(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("kind", list(ScoreKind))
def test_a_naive_instant_is_refused(kind: ScoreKind) -> None:
    """A timestamp without zone would be read as the platform's local time."""
    score = a_score(kind, timestamp=NOW.replace(tzinfo=None))

    with pytest.raises(ValueError, match="time zone"):
        score_message(score, family="canvas")


@pytest.mark.parametrize(
    ("code", "issuer", "family"),
    [
        ("canvas", "https://anything.example", "canvas"),
        ("moodle", "https://moodle.example", "moodle"),
        (" Moodle ", "https://moodle.example", "moodle"),
        ("sakai", "https://sakai.example", "generic"),
        ("sakai", "https://canvas.instructure.com", "generic"),
        ("generic", "https://x.example", "generic"),
        (None, "https://canvas.instructure.com", "canvas"),
        ("", "https://canvas.beta.instructure.com", "canvas"),
        (None, "https://instructure.com.evil.example", "generic"),
        (None, "https://notinstructure.com", "generic"),
        (None, "", "generic"),
    ],
)
def test_a_platform_belongs_to_a_family(code: str | None, issuer: str, family: str) -> None:
    """Its own word counts, else its issuer."""
    assert family_of(code, issuer) == family


@pytest.mark.parametrize(
    ("family", "status", "text", "reason"),
    [
        ("generic", 400, "Score timestamp can only be updated to a later point in time", "newer"),
        ("generic", 400, "userId is missing", "score_refused"),
        ("generic", 409, "", "newer"),
        ("generic", 403, "", "access_refused"),
        ("generic", 404, "", "line_item_gone"),
        ("generic", 410, "", "line_item_gone"),
        ("generic", 412, "", "score_refused"),
        ("generic", 422, "", "score_refused"),
        ("generic", 429, "", "platform_busy"),
        ("generic", 500, "<html>timestamp</html>", "platform_failed"),
        ("generic", 502, "", "platform_failed"),
        ("generic", 503, "", "platform_busy"),
        ("canvas", 400, "Provided timestamp of A before last updated timestamp of B", "newer"),
        ("canvas", 400, "Provided submitted_at timestamp of A in the future", "score_refused"),
        ("canvas", 403, "403 Forbidden (Rate Limit Exceeded)", "platform_busy"),
        ("canvas", 403, "", "access_refused"),
        ("canvas", 404, "", "line_item_gone"),
        ("canvas", 422, "User not found in course or is not a student", "user_not_gradable"),
        (
            "canvas",
            422,
            "The maximum number of allowed attempts has been reached for this submission",
            "attempts_used_up",
        ),
        ("canvas", 422, "This course has concluded. AGS requests will no longer", "course_ended"),
        ("canvas", 400, "Course not available for student", "course_ended"),
        ("canvas", 422, "ScoreMaximum must be greater", "score_refused"),
        ("canvas", 500, "", "platform_failed"),
        ("moodle", 400, 'Incorrect score received{"timestamp": "2026"}', "user_not_gradable"),
        ("moodle", 400, "[]", "user_not_gradable"),
        ("moodle", 409, "[]", "newer"),
        ("moodle", 404, "", "line_item_gone"),
        ("moodle", 503, "", "platform_busy"),
    ],
)
def test_a_refusal_is_read_in_the_platforms_words(
    family: str, status: int, text: str, reason: str
) -> None:
    """The same status means different things on different platforms."""
    expected = Reason.NEWER_SCORE if reason == "newer" else Reason(reason)

    assert quirks_of(family).reason(status, text) is expected


def test_a_score_keeps_the_person_out_of_its_repr() -> None:
    """A score that ends in a log names nobody."""
    assert "user-7" not in repr(a_score(ScoreKind.EARNED))
