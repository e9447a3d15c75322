"""The rule of an award in prose -> conditions.

A sentence is read piece by piece; what is left of it and asks for something is marked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, pairwise

from badges.pasting.levels import KnownLevels
from badges.pasting.marks import AroundCode
from rubrics.documents import points_text
from rubrics.pasting.cells import Cell
from rubrics.pasting.marks import PasteMark, mark, notice, within

MAXIMUM_CONDITIONS = 20
"""As the schema has it."""

_POINTS = r"(?P<points>\d{1,5}(?:\.\d{1,4})?)"
_UNIT = r"(?:total )?(?:points?|pts)\b"
_OF = r"(?:,? (?:out )?of (?:a possible |the )?\d{1,5}\b)?"
_MUST = (
    r"(?:\b(?:must|shall|should|needs? to|ha(?:s|ve) to|required to) (?:also )?)?"
    r"(?:\b(?:score|earn|achieve|obtain|receive|get|reach|have|total) )?"
)
_LEAST = (
    r"\b(?:(?:a )?(?:total )?(?:score )?(?:of )?at least|(?:a )?minimum(?: total)?(?: score)?"
    r"(?: of)?|no (?:fewer|less) than) "
)
_MORE = r"or (?:more|higher|above|better|beyond)\b"
_NOUN = (
    r"(?:skills?|competenc(?:y|ies)|criteri(?:on|a)|areas?|category|categories|dimensions?|standards?|"
    r"indicators?|elements?|domains?|rows?|aspects?)\b"
)
_EVERY = rf"\b(?:all|every|each) (?:of )?(?:the |these )?(?:\w+ )?{_NOUN}"
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)})"
_LEVEL = r"(?P<level>[^.;]{1,80}?)"
_NEAR_LEVEL = r"(?P<level>(?:(?!at least)[^.;]){1,80}?)"
_LEVEL_AT_END = r"(?P<level>[^.,;]{1,60})"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MUST}{_LEAST}{_POINTS} {_UNIT} (?P<every>(?:in|on|for|per) {_EVERY})",
        rf"{_MUST}{_POINTS} {_UNIT} {_MORE} (?P<every>(?:in|on|for|per) {_EVERY})",
        rf"{_MUST}{_LEAST}{_POINTS}(?: {_UNIT})?{_OF} {_UNIT}",
        rf"{_MUST}{_LEAST}{_POINTS} {_UNIT}{_OF}",
        rf"{_MUST}{_POINTS} {_UNIT} {_MORE}{_OF}",
        rf"\b(?:at least )?{_COUNT} (?:out )?of (?:the )?(?:\w+ )?{_NOUN}{_LEVEL} {_MORE}",
        rf"(?P<every>{_EVERY}){_LEVEL} {_MORE}",
        rf"\b(?P<level>\w+(?: \w+){{0,5}}) {_MORE} (?P<every>(?:in|on|for|across) {_EVERY})",
        rf"\bat least {_NEAR_LEVEL} (?P<every>(?:in|on|for|across) {_EVERY})",
        rf"(?P<every>{_EVERY})[^.;]{{1,40}}?\bat least {_LEVEL_AT_END}",
        rf"(?P<every>\bno {_NOUN})[^.;]{{0,30}}? (?:below|under|lower than) {_LEVEL_AT_END}",
    )
)
"""Where two of them read the same words, the first one has them."""
_DEMANDS = re.compile(
    r"\b(?:must|shall|required|needs? to|ha(?:s|ve) to|at least|minimum|submit|complete|pass|"
    rf"\d+)\b|\b{_MORE}",
    re.IGNORECASE,
)
_IS_ABOUT_AWARD = re.compile(
    r"\b(?:badge|award|earn|points?|pts|scor\w+|rated|level|pass|microcredential)", re.IGNORECASE
)
_IS_REQUIRED = re.compile(r"\b(?:is|are) (?:required|needed|necessary)\b", re.IGNORECASE)
_LEADS_TO_LEVEL = re.compile(
    r".*\b(?:as|at|be|is|are|reach(?:es)?|rated|scored|least) (?:(?:a|an|the) )?", re.IGNORECASE
)
_OR = re.compile(r"\bor\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A condition that a sentence asks for; places of marks begin inside it."""

    condition: dict[str, object]
    marks: tuple[PasteMark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRule:
    """The conditions of a rule, and what was marked about them."""

    conditions: list[dict[str, object]]
    marks: tuple[PasteMark, ...]


def asks_for_something(sentence: str) -> bool:
    """Whether a sentence seems to say what an award asks for."""
    if any(pattern.search(sentence) for pattern in _PATTERNS):
        return True
    return _DEMANDS.search(sentence) is not None and _IS_ABOUT_AWARD.search(sentence) is not None


def read_rule(sentences: Sequence[str], levels: KnownLevels) -> ReadRule:
    """Return the conditions that sentences ask for, each of them once."""
    conditions: list[dict[str, object]] = []
    marks: list[PasteMark] = []
    for sentence in sentences:
        found = _find_clauses(sentence)
        marks += _rest_marks(sentence, found)
        for clause in _clauses(sentence, found, levels):
            if clause.condition not in conditions and len(conditions) < MAXIMUM_CONDITIONS:
                marks += within(f"conditions/{len(conditions)}", clause.marks)
                conditions.append(clause.condition)
    return ReadRule(conditions=conditions, marks=tuple(marks))


def _find_clauses(sentence: str) -> list[re.Match[str]]:
    """Return what patterns read of a sentence, in order, no word twice."""
    found: list[re.Match[str]] = []
    for pattern in _PATTERNS:
        for one in islice(pattern.finditer(sentence), MAXIMUM_CONDITIONS):
            if all(one.end() <= other.start() or other.end() <= one.start() for other in found):
                found.append(one)
    return sorted(found, key=lambda one: one.start())


def _rest_marks(sentence: str, found: Sequence[re.Match[str]]) -> Iterator[PasteMark]:
    """Yield a mark where what nothing was read of asks for something too."""
    ends = [0, *(one.end() for one in found)]
    begins = [*(one.start() for one in found), len(sentence)]
    rest = " ".join(sentence[end:begin] for end, begin in zip(ends, begins, strict=True))
    if not found:
        yield mark(AroundCode.RULE_UNREAD, "conditions", Cell(sentence))
    elif _DEMANDS.search(_IS_REQUIRED.sub("", rest)):
        yield mark(AroundCode.RULE_PARTLY_READ, "conditions", Cell(sentence))


def _clauses(
    sentence: str, found: Sequence[re.Match[str]], levels: KnownLevels
) -> Iterator[Clause]:
    clauses = [_clause(one, levels) for one in found]
    between = [sentence[one.end() : other.start()] for one, other in pairwise(found)]
    if not any(map(_OR.search, between)):
        yield from clauses
        return
    marks = [mark(AroundCode.RULE_CHOICE, "", Cell(sentence))]
    for number, clause in enumerate(clauses):
        marks += within(f"conditions/{number}", clause.marks)
    conditions = [clause.condition for clause in clauses]
    yield Clause(condition={"kind": "any_of", "conditions": conditions}, marks=tuple(marks))


def _clause(found: re.Match[str], levels: KnownLevels) -> Clause:
    groups = found.groupdict()
    text = (groups.get("level") or "").strip()
    points = points_text(Decimal(groups.get("points") or 0))
    if groups.get("points") and not groups.get("every"):
        return Clause(condition={"kind": "total_at_least", "points": points})
    condition: dict[str, object] = {"kind": "every_criterion_at_least"}
    if groups.get("count"):
        condition = {"kind": "criteria_at_least", "count": _count(groups["count"])}
    level = levels.find(text) if text else levels.with_points(points)
    if level is None:
        named = _LEADS_TO_LEVEL.sub("", text) or f"{points} points"
        unknown = mark(AroundCode.RULE_LEVEL_UNKNOWN, "level_id", Cell(found[0]), text=named)
        return Clause(condition=condition, marks=(unknown,))
    by_word = notice(
        AroundCode.RULE_LEVEL_BY_WORD,
        "level_id",
        Cell(found[0]),
        level=level.title,
        word=level.word,
    )
    condition["level_id"] = level.id
    return Clause(condition=condition, marks=(by_word,) if level.word else ())


def _count(text: str) -> int:
    number = text.lower()
    return _NUMBERS.index(number) + 1 if number in _NUMBERS else max(int(number), 1)
