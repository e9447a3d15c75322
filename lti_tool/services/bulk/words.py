"""What became of rows, in words: for terminals and for reports. Pages have their own."""

from collections.abc import Iterable, Sequence

from lti_tool.services.bulk.columns import RowFault
from lti_tool.services.bulk.planning import Outcome, RowResult
from lti_tool.services.bulk.reading import AwardFile
from rubrics.tables import write_table

OUTCOMES = {
    Outcome.AWARDED: "awarded",
    Outcome.NOT_AWARDED: "decided: not earned",
    Outcome.REVIEWED: "reviewed",
    Outcome.ALREADY: "there already",
    Outcome.REPEATED: "repeated",
    Outcome.REFUSED: "refused",
}
FAULTS = {
    "nobody_named": "give `user`, the account's id on its platform, or `name`",
    "unknown_user": "nobody like that has opened the tool: let them open any activity of it in "
    "their course once, then give the file again",
    "not_in_course": "they have not opened the tool from that course: let them do so once, or "
    "name their course in `course`",
    "no_learner": "they are no learner there",
    "test_account": "the platform says that this is a test account: nothing is awarded to it",
    "several_people": "several accounts are called that: give `user`, and `course` where "
    "platforms share ids",
    "other_name": "the platform calls this account otherwise: were cells moved?",
    "unknown_course": "no course is called that: give its id or its exact title",
    "name_course": "they learn in several courses: name one in `course`",
    "unknown_badge": "no such badge is open in the program",
    "says_nothing": "give ratings, or `held_since` for an earlier award",
    "both": "give ratings or `held_since`, not both",
    "no_source": "say in `source` where this is known from",
    "not_a_day": "write the day as 2025-06-30",
    "day_too_late": "lies in the future",
    "day_too_early": "lies before {detail}",
    "too_many_characters": "is longer than {detail} characters",
    "not_coordinator": "only a coordinator of the program attests earlier awards",
    "may_not_release": "the program does not let whoever answers for this file release there",
    "own_work": "nobody decides on their own work",
    "course_may_not": "the program does not let this course award its badges",
    "several_rate": "several assessors rate this badge, unseen of each other: that is done in "
    "the course",
    "open_draft": "they are working on it: let them hand it in, and rate it in the course",
    "open_submitted": "they have handed work in: rate it in the course",
    "open_in_review": "their work is being rated: release or return it in the course",
    "held_otherwise": "they hold this badge by another decision: correct that one in its course",
    "was_revoked": "their badge was revoked on {detail}: say so if it is to be awarded again",
    "no_more_tries": "it was decided, and the program allows no other try",
    "unrated": "not rated: {detail}",
    "contradicts": "row {detail} says something else of the same person",
    "no_such_column": "the version that they work on is not rated by this",
    "unknown_level": "is no level's name, id or points",
    "ambiguous_level": "could be several levels: give its id",
    "not_a_number": "is no number",
    "number_range": "is not within {detail}",
    "off_step": "is not in steps of {detail}",
    "not_whole_number": "is no whole number that the task allows: {detail}",
    "out_of_range": "is not within {detail}",
    "unknown_choice": "write yes, or leave it empty",
    "reason_required": "a level against the derived one needs a reason",
    "not_signable": "cannot be signed ({detail})",
}
"""What to do about a fault, by its code."""


def fault_words(fault: RowFault) -> str:
    """Return what is wrong with a row, and what to do about it."""
    words = FAULTS.get(fault.code, fault.code).format(detail=fault.detail)
    return f"{fault.column}: {words}" if fault.column else words


def report(file: AwardFile, results: Iterable[RowResult]) -> bytes:
    """Return the refused rows as CSV: where, whom, and why. Formulas are guarded."""
    rows = {row.number: row for row in file.rows}
    lines: list[Sequence[str]] = [("row", "user", "name", "problem")]
    for one in sorted(results, key=lambda result: result.number):
        row = rows[one.number]
        lines += [(str(row.number), row.user, row.name, fault_words(f)) for f in one.faults]
    return write_table(lines)
