"""Phrases of rubrics that mean something: points, bands, where a title ends."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rubrics.scales import Band

TITLE_CHARACTERS = 300
TEXT_CHARACTERS = 20_000
HIGHEST_TOTAL = 1200
"""All as the schema has them."""
_SHORT_TITLE = 120
"""A cell that is longer holds more than a title."""

_NUMBER = r"(?<![\d.,])(\d{1,5}(?:\.\d{1,4}|,\d{1,2})?)(?![\d%]|[.,]\d)"
_UNIT = r"(?:points?|pts?)\b\.?"
_DASH = "[-\u2010-\u2015\u2212]"
_RANGE = rf"(?<![\d.,])(\d{{1,4}}) ?(?:{_DASH}|to|through) ?(\d{{1,4}})(?![\d%]|[.,]\d| %)"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_POINTS = _compile(rf"(?:worth )?{_NUMBER} ?(?:{_UNIT})?")
_UNIT_POINTS = _compile(
    rf"{_NUMBER}(?P<range> to ?>? ?[\d.,]{{1,10}})? ?(?:/ ?[\d.,]{{1,10}} ?)?{_UNIT}"
)
_POINTS_AT_START = _compile(
    rf"{_NUMBER} ?(?:{_UNIT} ?(?:{_DASH}|:)?|(?:{_DASH}|[:=])(?= ?[^\d\s]))"
)
_POINTS_AT_END = _compile(rf"(?:(?:{_DASH}|[:=,]) ?{_NUMBER}(?: ?{_UNIT})?|{_NUMBER} ?{_UNIT})\Z")
_CELL_POINTS = _compile(
    rf"\A{_NUMBER} ?{_UNIT}(?: ?(?:{_DASH}|:)\s?|\n|\Z)"
    rf"|\A[\[(]{_NUMBER} ?(?:{_UNIT})?[\])](?: ?(?:{_DASH}|:))?(?:\s|\Z)"
    rf"|\s\({_NUMBER} ?{_UNIT}\)\.?\Z|\s\[{_NUMBER} ?(?:{_UNIT})?\]\Z|\n{_NUMBER} ?{_UNIT}\Z"
)
_TOTALS = r"\b(?:scor(?:e|es|ing|ed)|totals?|sum)\b"
_BAND = rf"(?:{_TOTALS}[ :]*){{0,2}}(?:of |from )?{_RANGE}(?: total)?(?: {_UNIT})?"
_WHOLE_BAND = _compile(_BAND)
_BAND_AT_END = _compile(
    rf"(?:(?:{_DASH}|[:,]) ?{_BAND}|{_TOTALS}[ :]*(?:of |from )?{_RANGE}(?: {_UNIT})?"
    rf"|{_RANGE} (?:total )?{_UNIT})\Z"
)
_BAND_IN_TEXT = _compile(rf"{_TOTALS}[^\d\n.]{{0,40}}{_RANGE}|{_RANGE}(?: total)? {_UNIT}")
_SPEAKS_OF_TOTALS = _compile(r"\b(?:scoring totals?|totals? (?:scores?|points)|totals? of)\b")

_ITEM_NUMBER = re.compile(
    r"\(?(?:\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|[A-Za-z][.)]|[ivxIVX]{1,4}[.)]) "
)
_ITEM_NOUN = _compile(
    "(?:competency|criterion|skill|standard|element|domain|indicator|dimension|outcome)"
    rf" #?\d{{1,2}} ?(?:[:.]|{_DASH}) ?"
)
_LINKED = "This criterion is linked to a Learning Outcome"
"""What Canvas puts in front of a title."""
_DEFINITION = re.compile(rf"\s(?:Definition|Description|Meaning) ?(?::|{_DASH})\s?")
_TITLE_END = re.compile(rf": | {_DASH} |\. |\n")
_ONLY_NUMBER = re.compile(r"#?\(?\d{0,3}[.)]?")


@dataclass(frozen=True, slots=True)
class Parted:
    """A title and what stands behind it; `is_guess` where only its length told them apart."""

    title: str
    rest: str = ""
    is_guess: bool = False


def read_points(text: str) -> Decimal | None:
    """Return the points where the text is a number of them and nothing else."""
    found = _POINTS.fullmatch(text)
    return _number(found[1]) if found else None


def read_unit_points(text: str) -> tuple[Decimal, bool] | None:
    """Return the points of a text such as “5 pts”, and whether it is a range of them."""
    found = _UNIT_POINTS.fullmatch(text)
    return (_number(found[1]), bool(found["range"])) if found else None


def split_points(text: str) -> tuple[str, Decimal | None]:
    """Return a text without the points at its start or its end, and the points."""
    return _without(_POINTS_AT_START.match(text) or _POINTS_AT_END.search(text), text)


def split_cell_points(text: str) -> tuple[str, Decimal | None]:
    """Return the text of a cell without the points that it begins or ends with, and these."""
    return _without(_CELL_POINTS.search(text), text)


def read_band(text: str) -> Band | None:
    """Return the band where the text is one and nothing else."""
    found = _WHOLE_BAND.fullmatch(text)
    return _band(found) if found else None


def split_band(text: str) -> tuple[str, Band | None]:
    """Return a text without the band at its end, and the band."""
    found = _BAND_AT_END.search(text)
    return (text[: found.start()].strip(), _band(found)) if found else (text, None)


def find_bands(text: str) -> tuple[Band, ...]:
    """Return the bands that a text names by the word totals, scores or points."""
    return tuple(dict.fromkeys(filter(None, map(_band, _BAND_IN_TEXT.finditer(text)))))


def speaks_of_totals(text: str) -> bool:
    """Whether a text seems to name a band."""
    return _SPEAKS_OF_TOTALS.search(text) is not None


def part_criterion(text: str) -> Parted:
    """Return the title of a criterion, without its number, and its definition."""
    text = text.removeprefix(_LINKED).strip()
    for pattern in (_ITEM_NUMBER, _ITEM_NOUN):
        if found := pattern.match(text):
            text = text[found.end() :]
    if (found := _DEFINITION.search(text)) and found.start() <= TITLE_CHARACTERS:
        return Parted(bare(text[: found.start()]), text[found.end() :].strip())
    head, _, rest = text.partition("\n")
    if len(head) <= _SHORT_TITLE:
        return Parted(bare(head), rest)
    if (found := _TITLE_END.search(text)) and found.start() <= _SHORT_TITLE:
        return Parted(bare(text[: found.start()]), text[found.end() :].strip(), is_guess=True)
    end = text.rfind(" ", 0, _SHORT_TITLE)
    return Parted(bare(text[: end if end > 0 else _SHORT_TITLE]), text, is_guess=True)


def is_item_number(text: str) -> bool:
    """Whether a cell holds the number of its row, and nothing else."""
    return _ONLY_NUMBER.fullmatch(text) is not None


def bare(title: str) -> str:
    """Return a title as one line, without what leads over to something behind it."""
    return title.replace("\n", " ").strip(" :,-\u2013\u2014")


def _without(found: re.Match[str] | None, text: str) -> tuple[str, Decimal | None]:
    if found is None:
        return text, None
    number = next(filter(None, found.groups()))
    return f"{text[: found.start()]}{text[found.end() :]}".strip(), _number(number)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _band(found: re.Match[str]) -> Band | None:
    lowest, highest = sorted(int(number) for number in found.groups() if number)
    return Band(minimum=lowest, maximum=highest) if highest <= HIGHEST_TOTAL else None
