"""What was pasted -> the draft of a badge: the table, and the text around it.

A title with its place in a stack, a rule in prose, a licence and credits are read; the
rest is the description. Whatever was not understood is kept as text, and marked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from badges.pasting.heading import Heading, read_heading
from badges.pasting.levels import KnownLevels
from badges.pasting.licence import gives_credit, read_rights, speaks_of_rights
from badges.pasting.marks import AroundCode, paste_mark_text
from badges.pasting.rule import asks_for_something, read_rule
from rubrics.documents import without_empty
from rubrics.naming import make_id
from rubrics.pasting import PastedRubric, read_pasted_rubric
from rubrics.pasting.cells import Cell
from rubrics.pasting.marks import PasteCode, PasteMark, mark
from rubrics.pasting.phrases import TEXT_CHARACTERS

__all__ = ["PastedDefinition", "paste_mark_text", "read_pasted"]

MAXIMUM_MARKS = 300
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"\u201c(]?[A-Z0-9\u00c0-\u00de])")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedDefinition:
    """The draft of a badge, as far as it could be read.

    `document` has the shape of a definition's document without what a text cannot say: its
    id, program, state and origin, and what learners hand in. What is not known is not
    there. `program_title` is what the title says that the badge is a part of.
    """

    document: dict[str, object]
    marks: tuple[PasteMark, ...]
    program_title: str = ""


def read_pasted(text: str = "", html: str = "") -> PastedDefinition:
    """Return what a clipboard holds, as text, as markup or as both: then markup counts.

    Raises:
        UnreadablePasteError: there is no table in it, or far too much.
    """
    pasted = read_pasted_rubric(text, html)
    heading = read_heading(pasted.before)
    around = _Around()
    for paragraph in heading.rest:
        around.take(paragraph, is_behind=False)
    for paragraph in pasted.behind:
        around.take(paragraph, is_behind=True)
    return _write(pasted, heading, around)


class _Topic(StrEnum):
    """What a sentence around a table is about."""

    DESCRIPTION = "description"
    RULE = "rule"
    RIGHTS = "rights"


class _Around:
    """The text around a table, sorted by what it is about."""

    def __init__(self) -> None:
        self.texts: dict[_Topic, list[str]] = {topic: [] for topic in _Topic}
        self.marks: list[PasteMark] = []

    def take(self, paragraph: str, *, is_behind: bool) -> None:
        """Take in a paragraph. Behind a table, credits are the whole of one that has some."""
        has_credit = is_behind and (speaks_of_rights(paragraph) or gives_credit(paragraph))
        rest = _Topic.RIGHTS if has_credit else _Topic.DESCRIPTION
        found: dict[_Topic, list[str]] = {}
        for sentence in _SENTENCE_END.split(paragraph):
            found.setdefault(_topic(sentence, rest), []).append(sentence)
        for topic, sentences in found.items():
            text = " ".join(sentences)
            self.texts[topic].append(text)
            if is_behind and topic is _Topic.DESCRIPTION:
                self.marks.append(mark(AroundCode.TEXT_UNPLACED, "description", Cell(text)))


def _topic(sentence: str, otherwise: _Topic) -> _Topic:
    if speaks_of_rights(sentence):
        return _Topic.RIGHTS
    return _Topic.RULE if asks_for_something(sentence) else otherwise


def _write(pasted: PastedRubric, heading: Heading, around: _Around) -> PastedDefinition:
    texts = around.texts
    sentences = [one for text in texts[_Topic.RULE] for one in _SENTENCE_END.split(text)]
    rule = read_rule(sentences, KnownLevels(pasted.document))
    rights = read_rights(texts[_Topic.RIGHTS])
    marks = [*heading.marks, *around.marks, *rule.marks, *rights.marks, *pasted.marks]
    credit = _text(texts[_Topic.RIGHTS], "attribution", marks)
    rubric = {
        "id": make_id(heading.title, "rubric", set()),
        "title": heading.line,
        **pasted.document,
        "licence": rights.licence,
        "attribution": credit,
    }
    document = {
        "title": heading.title,
        "position": heading.position,
        "total_in_stack": heading.total,
        "description": _text(texts[_Topic.DESCRIPTION], "description", marks),
        "criteria_narrative": _text(texts[_Topic.RULE], "criteria_narrative", marks),
        "licence": rights.licence,
        "attribution": credit,
        "conditions": rule.conditions,
        "rubric": without_empty(rubric),
    }
    return PastedDefinition(
        document=without_empty(document),
        marks=tuple(_cut(marks)),
        program_title=heading.program,
    )


def _text(paragraphs: Sequence[str], place: str, marks: list[PasteMark]) -> str:
    text = "\n".join(paragraphs)
    if len(text) > TEXT_CHARACTERS:
        count, limit = len(text), TEXT_CHARACTERS
        marks.append(mark(PasteCode.TEXT_CUT, place, Cell(text), count=count, limit=limit))
    return text[:TEXT_CHARACTERS].strip()


def _cut(marks: Sequence[PasteMark]) -> Sequence[PasteMark]:
    """Return as many marks as somebody can look at."""
    if len(marks) <= MAXIMUM_MARKS:
        return marks
    more = len(marks) - MAXIMUM_MARKS
    return [*marks[:MAXIMUM_MARKS], mark(AroundCode.MARKS_CUT, "rubric/criteria", count=more)]
