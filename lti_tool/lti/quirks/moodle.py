"""Moodle: a score that is not final erases the one that is there.

Seen on Moodle 4.5.6: any `gradingProgress` but FullyGraded sets the grade to
null, with or without `scoreGiven`. A teacher may have typed a grade that we
never heard of, so nothing is said on submitting at all. Timestamps are compared
in whole seconds, and an older or equal one is answered 409. Where a teacher
typed a grade in the gradebook, or the activity has none, a score is answered 200
and changes nothing.
"""

from typing import Final

from lti_tool.lti.outcomes import Reason
from lti_tool.lti.quirks.generic import JSON, Quirks
from lti_tool.lti.scores import ScoreRequest

_BAD_REQUEST: Final = 400


class MoodleQuirks(Quirks):
    """Moodle's mod_lti."""

    answers_for_nothing = True

    def submitted(self, score: ScoreRequest) -> JSON | None:
        """Say nothing."""
        return None

    def reason(self, status: int, text: str) -> Reason:
        """Read 400 as a person who has no grade here: teachers, the unenrolled, the unknown.

        The text holds our own body, with the word "timestamp" in it.
        """
        if status == _BAD_REQUEST:
            return Reason.USER_NOT_GRADABLE
        return super().reason(status, text)
