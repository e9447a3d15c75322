"""A platform that does what AGS 2.0 says, and what is common to all.

Source: https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from lti_tool.lti.outcomes import Reason
from lti_tool.lti.scores import ScoreRequest, instant, points

JSON = dict[str, object]

_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_GONE: Final = 410
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_SERVER_ERROR: Final = 500

_BY_STATUS: Final[Mapping[int, Reason]] = {
    _FORBIDDEN: Reason.ACCESS_REFUSED,
    _NOT_FOUND: Reason.LINE_ITEM_GONE,
    _CONFLICT: Reason.NEWER_SCORE,
    _GONE: Reason.LINE_ITEM_GONE,
    _TOO_MANY: Reason.PLATFORM_BUSY,
    _UNAVAILABLE: Reason.PLATFORM_BUSY,
}


class Quirks:
    """How scores are worded for a platform, and how its refusals are read."""

    adds_comments: ClassVar[bool] = False
    """Each message's comment is added to those that are there, instead of taking their place."""
    answers_for_nothing: ClassVar[bool] = False
    """A score that is not kept is answered like one that is."""

    def submitted(self, score: ScoreRequest) -> JSON | None:
        """Return the body that says work waits to be judged, or None to say nothing.

        Nothing is said once a score is there: a message without one may erase it.
        """
        return None if score.has_score else waiting(score)

    def earned(self, score: ScoreRequest) -> JSON:
        """Return the body for a badge that is earned: all points, of our own maximum.

        The platform scales: its column may be worth anything.
        """
        maximum = points(score.maximum)
        return {
            **_common(score),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": maximum,
            "scoreMaximum": maximum,
        }

    def cleared(self, score: ScoreRequest) -> JSON:
        """Return the body that takes a score back."""
        return {
            **_common(score),
            "activityProgress": "Completed",
            "gradingProgress": "NotReady",
        }

    def reason(self, status: int, text: str) -> Reason:
        """Return why a score was not taken, from the answer's status and text."""
        if status >= _SERVER_ERROR and status not in _BY_STATUS:
            return Reason.PLATFORM_FAILED
        if status == _BAD_REQUEST and _is_about_an_older_timestamp(text.lower()):
            return Reason.NEWER_SCORE
        return _BY_STATUS.get(status, Reason.SCORE_REFUSED)


def _is_about_an_older_timestamp(text: str) -> bool:
    """Whether a 400 says that a newer score is there, in Canvas's or Open edX's words.

    They also name the timestamp when it is malformed, which ours never is, or when
    a submission lies in the future, which no later timestamp would mend.
    """
    return "timestamp" in text and "future" not in text


def waiting(score: ScoreRequest) -> JSON:
    """Return the body that says work was handed in and waits for a person (AGS 3.4.8)."""
    return {
        **_common(score),
        "activityProgress": "Submitted",
        "gradingProgress": "PendingManual",
        "submission": {"submittedAt": instant(score.occurred_at)},
    }


def _common(score: ScoreRequest) -> JSON:
    body: JSON = {"userId": score.platform_user_id, "timestamp": instant(score.timestamp)}
    if score.comment:
        body["comment"] = score.comment
    return body
