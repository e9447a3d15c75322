"""The title of a pasted badge, and its place in a stack."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from badges.pasting.marks import AroundCode
from rubrics.pasting.cells import Cell
from rubrics.pasting.marks import PasteMark, mark, notice

_TITLE_CHARACTERS = 200
_HIGHEST = 50
"""As the schema has it."""
_PLACE = r"(?P<position>\d{1,3}) ?(?:of|/) ?(?P<total>\d{1,3})"
_PLACE_BEHIND = re.compile(
    rf"(?P<title>.+?)[ ,:\u2013-]*\((?:badge |part )?{_PLACE}\)(?P<rest>.*)", re.IGNORECASE
)
_PLACE_BEFORE = re.compile(
    rf"\(?(?:badge |part )?{_PLACE}\)?(?: ?[.:\u2013\u2014-] ?| )(?P<title>.+)", re.IGNORECASE
)
_BADGE = re.compile(r"\s+Badge$", re.IGNORECASE)
_PART_OF = re.compile(r"^[ ,:\u2013\u2014-]*(?:(?:of|in|from)\s)?(?:the\s)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A title: `line` is all of it as it stood there, `program` what it is a part of."""

    title: str = ""
    line: str = ""
    position: int | None = None
    total: int | None = None
    program: str = ""
    rest: tuple[str, ...] = ()
    """The paragraphs that are no title."""
    marks: tuple[PasteMark, ...] = ()


def read_heading(paragraphs: Sequence[str]) -> Heading:
    """Return the title among the paragraphs above a table.

    That is the first one with a place in a stack, or else the first one if it is no sentence.
    """
    for number, line in enumerate(paragraphs):
        if len(line) > _TITLE_CHARACTERS:
            continue
        rest = (*paragraphs[:number], *paragraphs[number + 1 :])
        if found := _PLACE_BEHIND.fullmatch(line) or _PLACE_BEFORE.fullmatch(line):
            return _with_place(found, line, rest)
    first = paragraphs[0] if paragraphs else ""
    if not first or len(first) > _TITLE_CHARACTERS or first.endswith("."):
        missing = mark(AroundCode.TITLE_MISSING, "title")
        return Heading(rest=tuple(paragraphs), marks=(missing,))
    return Heading(title=first, line=first, rest=tuple(paragraphs[1:]))


def _with_place(found: re.Match[str], line: str, rest: tuple[str, ...]) -> Heading:
    groups = found.groupdict()
    position, total = int(groups["position"]), int(groups["total"])
    program = _PART_OF.sub("", groups.get("rest") or "").strip(" .")
    marks: list[PasteMark] = []
    if program:
        named = notice(AroundCode.PROGRAM_NAMED, "title", Cell(line), program=program)
        marks.append(named)
    is_place = 1 <= position <= total <= _HIGHEST
    if not is_place:
        text = f"{position} of {total}"
        marks.append(mark(AroundCode.STACK_UNCLEAR, "position", Cell(line), text=text))
    return Heading(
        title=_BADGE.sub("", groups["title"].strip()),
        line=line,
        position=position if is_place else None,
        total=total if is_place else None,
        program=program,
        rest=rest,
        marks=tuple(marks),
    )
