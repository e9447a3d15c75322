"""Canvas: submissions of its own kind, and refusals in its own words.

A message without a score clears the grade unless it says `preserve_score`; each
message makes a new submission unless it says otherwise, and adds its comment to
those that are there.

Source: Canvas LMS score service (`Ims::ScoresController`) and its documentation.
"""

from collections.abc import Sequence
from typing import Final

from lti_tool.lti.outcomes import Reason
from lti_tool.lti.quirks.generic import JSON, Quirks, waiting
from lti_tool.lti.scores import ScoreRequest

EXTENSION: Final = "https://canvas.instructure.com/lti/submission"

_FORBIDDEN: Final = 403
_WORDS: Final[Sequence[tuple[str, Reason]]] = (
    ("allowed attempts", Reason.ATTEMPTS_USED_UP),
    ("course has concluded", Reason.COURSE_ENDED),
    ("not available for student", Reason.COURSE_ENDED),
    ("user not found", Reason.USER_NOT_GRADABLE),
    ("not a student", Reason.USER_NOT_GRADABLE),
)


class CanvasQuirks(Quirks):
    """Canvas, hosted or not."""

    adds_comments = True

    def submitted(self, score: ScoreRequest) -> JSON:
        """Return a submission that SpeedGrader opens, without touching a grade."""
        extension: JSON = {"new_submission": True, "preserve_score": True}
        if score.review_url is not None:
            extension |= {
                "submission_type": "basic_lti_launch",
                "submission_data": score.review_url,
            }
        return {**waiting(score), EXTENSION: extension}

    def earned(self, score: ScoreRequest) -> JSON:
        """Return a grade for the submission that is there."""
        return {**super().earned(score), EXTENSION: {"new_submission": False}}

    def cleared(self, score: ScoreRequest) -> JSON:
        """Return a message without a score that Canvas acts on: only a final one clears."""
        return {
            **super().cleared(score),
            "gradingProgress": "FullyGraded",
            EXTENSION: {"new_submission": False},
        }

    def reason(self, status: int, text: str) -> Reason:
        """Read Canvas's own words first."""
        lowered = text.lower()
        if status == _FORBIDDEN and "rate limit" in lowered:
            return Reason.PLATFORM_BUSY
        for words, reason in _WORDS:
            if words in lowered:
                return reason
        return super().reason(status, text)
