"""What each family of platforms does with a score: pure rules, seen in their own behaviour.

Source: AGS 2.0 section 3.4; Canvas API documentation of scores; Moodle 4.5.6
and Open edX (the generic family) as observed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from lti_tool.sandbox.errors import ScoreRefusedError
from lti_tool.sandbox.model import Family, Result

ACTIVITY_PROGRESS = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING_PROGRESS = frozenset({"NotReady", "Failed", "Pending", "PendingManual", "FullyGraded"})
CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"

_NON_LEARNER_STATUS = {Family.GENERIC: 400, Family.CANVAS: 422, Family.MOODLE: 400}
_BAD_MAXIMUM_STATUS = {Family.GENERIC: 400, Family.CANVAS: 422, Family.MOODLE: 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMessage:
    """One AGS score, parsed."""

    person_id: str
    activity_progress: str
    grading_progress: str
    timestamp: datetime
    given: Decimal | None = None
    maximum: Decimal | None = None
    comment: str = ""
    submitted_at: str = ""
    canvas: Mapping[str, object] = field(default_factory=dict)
    """Canvas' own extension of the message."""

    @property
    def is_final(self) -> bool:
        """Whether the tool says that grading is done."""
        return self.grading_progress == "FullyGraded"

    def scaled(self, maximum: Decimal) -> Decimal | None:
        """Return the score on the scale of a column, to two decimal places at most."""
        if self.given is None or self.maximum is None:
            return None
        scaled = (self.given / self.maximum * maximum).quantize(Decimal("0.01")).normalize()
        return scaled.quantize(Decimal(1)) if scaled == scaled.to_integral() else scaled


def parse_score(text: str, family: Family) -> ScoreMessage:
    """Return the score in the body of a request.

    Raises:
        ScoreRefusedError: with the status that the family answers.
    """
    body = _parse_object(text)
    given, maximum = _number(body, "scoreGiven"), _number(body, "scoreMaximum")
    if given is not None and (maximum is None or maximum <= 0):
        raise ScoreRefusedError(
            "scoreGiven needs a positive scoreMaximum", status=_BAD_MAXIMUM_STATUS[family]
        )
    submission, canvas = body.get("submission"), body.get(CANVAS_SUBMISSION)
    return ScoreMessage(
        person_id=_text(body, "userId"),
        activity_progress=_choice(body, "activityProgress", ACTIVITY_PROGRESS),
        grading_progress=_choice(body, "gradingProgress", GRADING_PROGRESS),
        timestamp=_instant(_text(body, "timestamp")),
        given=given,
        maximum=maximum,
        comment=str(body.get("comment") or ""),
        submitted_at=str(submission.get("submittedAt", "")) if isinstance(submission, dict) else "",
        canvas=canvas if isinstance(canvas, dict) else {},
    )


def take_score(
    message: ScoreMessage,
    *,
    family: Family,
    current: Result,
    maximum: Decimal,
    is_learner: bool,
    now: datetime,
) -> Result:
    """Return what the gradebook holds after `message`.

    Args:
        message: The score as sent.
        family: Whose rules apply.
        current: What the gradebook holds now.
        maximum: The maximum of the column; scores are scaled to it.
        is_learner: Whether the score's user is a learner of the course.
        now: The platform's time.

    Raises:
        ScoreRefusedError: with the status that the family answers.
    """
    if not is_learner:
        raise ScoreRefusedError(
            "the user is not a learner of this course", status=_NON_LEARNER_STATUS[family]
        )
    match family:
        case Family.GENERIC:
            return _take_generic(message, current, maximum)
        case Family.CANVAS:
            return _take_canvas(message, current, maximum, now=now)
        case Family.MOODLE:
            return _take_moodle(message, current, maximum)
        case _ as unreachable:
            assert_never(unreachable)


def _take_generic(message: ScoreMessage, current: Result, maximum: Decimal) -> Result:
    """Take a score as the specification asks; older or equal timestamps are 400."""
    if current.timestamp is not None and message.timestamp <= current.timestamp:
        raise ScoreRefusedError("the timestamp is not after that of the result", status=400)
    return replace(
        current,
        score=message.scaled(maximum) if message.is_final else current.score,
        activity_progress=message.activity_progress,
        grading_progress=message.grading_progress,
        timestamp=message.timestamp,
        comments=(message.comment,) if message.comment else current.comments,
        submitted_at=message.submitted_at or current.submitted_at,
    )


def _take_canvas(
    message: ScoreMessage, current: Result, maximum: Decimal, *, now: datetime
) -> Result:
    """Take a score as Canvas does: what is missing clears, what is said is added."""
    if current.timestamp is not None and message.timestamp < current.timestamp:
        raise ScoreRefusedError("the timestamp is before that of the result", status=400)
    if message.submitted_at and _instant(message.submitted_at) > now + timedelta(minutes=1):
        raise ScoreRefusedError("submittedAt lies in the future", status=400)
    is_launchable = message.canvas.get("submission_type") == "basic_lti_launch"
    return replace(
        current,
        score=_canvas_score(message, current, maximum),
        activity_progress=message.activity_progress,
        grading_progress=message.grading_progress,
        timestamp=message.timestamp,
        comments=(*current.comments, message.comment) if message.comment else current.comments,
        submitted_at=message.submitted_at or current.submitted_at,
        submission_url=str(message.canvas.get("submission_data", ""))
        if is_launchable
        else current.submission_url,
        attempts=current.attempts + _is_new_submission(message, current),
    )


def _canvas_score(message: ScoreMessage, current: Result, maximum: Decimal) -> Decimal | None:
    """Return the grade that Canvas keeps."""
    if message.given is None:
        return current.score if message.canvas.get("preserve_score") is True else None
    if message.grading_progress not in {"FullyGraded", "PendingManual"}:
        return current.score
    if current.is_overridden and message.canvas.get("prioritize_non_tool_grade") is True:
        return current.score
    return message.scaled(maximum)


def _is_new_submission(message: ScoreMessage, current: Result) -> bool:
    """Return whether Canvas counts this score as another attempt of the learner."""
    if message.canvas.get("submission_type") == "none":
        return False
    if message.submitted_at and message.submitted_at == current.submitted_at:
        return False
    return message.canvas.get("new_submission", True) is not False


def _take_moodle(message: ScoreMessage, current: Result, maximum: Decimal) -> Result:
    """Take a score as Moodle does: whole seconds, and only a final score is a grade.

    Anything but FullyGraded erases the grade and its timestamp. A grade that
    the teacher typed stays, and the answer is 200 all the same.
    """
    stored = current.timestamp
    if stored is not None and int(message.timestamp.timestamp()) <= int(stored.timestamp()):
        raise ScoreRefusedError(
            f"Refusing score with an earlier timestamp for item {current.activity_id}"
            f" and user {current.person_id}",
            status=409,
        )
    if current.is_overridden:
        return current
    scaled = message.scaled(maximum) if message.is_final else None
    return replace(
        current,
        score=None if scaled is None else min(scaled, maximum),
        timestamp=None if scaled is None else message.timestamp,
        comments=(message.comment,) if message.comment else current.comments,
    )


def _parse_object(text: str) -> dict[str, object]:
    """Return the JSON object of a body; NaN and Infinity are not JSON."""
    try:
        body = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ScoreRefusedError("the body is not JSON", status=400) from error
    if not isinstance(body, dict):
        raise ScoreRefusedError("the body is not a JSON object", status=400)
    return body


def _refuse_constant(name: str) -> object:
    """Refuse what Python's parser takes and JSON does not know."""
    raise ValueError(name)


def _text(body: Mapping[str, object], member: str) -> str:
    """Return a required, non-empty string."""
    value = body.get(member)
    if not isinstance(value, str) or not value:
        raise ScoreRefusedError(f"{member} is missing", status=400)
    return value


def _choice(body: Mapping[str, object], member: str, allowed: frozenset[str]) -> str:
    """Return a required string that is one of `allowed`."""
    value = _text(body, member)
    if value not in allowed:
        raise ScoreRefusedError(f"{member} has an unknown value", status=400)
    return value


def _number(body: Mapping[str, object], member: str) -> Decimal | None:
    """Return an optional number that is not negative."""
    value = body.get(member)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise ScoreRefusedError(f"{member} is not a number from 0", status=400)
    return Decimal(value)


def _instant(text: str) -> datetime:
    """Return an ISO 8601 instant with its zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScoreRefusedError(f"not an instant: {text!r}", status=400) from error
    if instant.tzinfo is None:
        raise ScoreRefusedError("the timestamp has no zone", status=400)
    return instant
