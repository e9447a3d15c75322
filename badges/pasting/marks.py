"""What is marked around a pasted table, and all marks of a paste in plain English."""

from collections.abc import Mapping
from enum import StrEnum

from badges.findings import value_text
from rubrics.pasting.marks import PASTE_TEXTS, PasteMark


class AroundCode(StrEnum):
    """What is marked in the text around a pasted table."""

    # Somebody has to look.
    TITLE_MISSING = "title_missing"
    STACK_UNCLEAR = "stack_unclear"
    """A place in a stack that no stack has, such as 5 of 4."""
    TEXT_UNPLACED = "text_unplaced"
    """Text behind the table, or another table: it stands at the end of the description."""
    RULE_UNREAD = "rule_unread"
    """A sentence asks for something, and no condition says it."""
    RULE_PARTLY_READ = "rule_partly_read"
    """A sentence asks for more than the conditions that were read from it."""
    RULE_LEVEL_UNKNOWN = "rule_level_unknown"
    """A condition names a level that no level is called by."""
    RULE_CHOICE = "rule_choice"
    """An “or” between two conditions."""
    LICENCE_UNCLEAR = "licence_unclear"
    """It speaks of rights, and names no licence that we know."""
    LICENCE_VERSION_MISSING = "licence_version_missing"
    LICENCES_DIFFER = "licences_differ"
    MARKS_CUT = "marks_cut"
    # Said, so that nobody wonders.
    RULE_LEVEL_BY_WORD = "rule_level_by_word"
    """The level was found by a word of its descriptions."""
    PROGRAM_NAMED = "program_named"
    """The title names what the badge is a part of."""


AROUND_TEXTS: Mapping[str, str] = {
    AroundCode.TITLE_MISSING: "Nothing above the table looks like a title.",
    AroundCode.STACK_UNCLEAR: "“{text}” is no place in a stack.",
    AroundCode.TEXT_UNPLACED: "This was put at the end of the description: does it belong there?",
    AroundCode.RULE_UNREAD: "This asks for something that no condition says yet.",
    AroundCode.RULE_PARTLY_READ: "This asks for more than the conditions that were read from it.",
    AroundCode.RULE_LEVEL_UNKNOWN: "Which level is “{text}”?",
    AroundCode.RULE_CHOICE: "Read as: one of these is enough.",
    AroundCode.LICENCE_UNCLEAR: "This speaks of rights, and names no licence that we know.",
    AroundCode.LICENCE_VERSION_MISSING: "Which version of {licence}?",
    AroundCode.LICENCES_DIFFER: "Several licences are named: {licences}.",
    AroundCode.MARKS_CUT: "{count} more things were marked than are listed.",
    AroundCode.RULE_LEVEL_BY_WORD: "Read as “{level}”, whose descriptions say “{word}”.",
    AroundCode.PROGRAM_NAMED: "The title says that it is a part of “{program}”.",
}
"""By the code of a mark, with the names of its values."""

_TEXTS: Mapping[str, str] = {**PASTE_TEXTS, **AROUND_TEXTS}


def paste_mark_text(mark: PasteMark) -> str:
    """Return a mark as one sentence without markup; its place and its cell are not in it."""
    values = {name: value_text(value) for name, value in mark.values.items()}
    return _TEXTS[mark.code].format(**values)
