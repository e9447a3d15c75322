"""Words in drawn pictures: in lines and sizes that fit, since an SVG has no layout of its own.

Widths are estimates, generous enough for common serif typefaces.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeAlias

LINE_HEIGHT = 1.22
SERIF = "Georgia, 'Noto Serif', 'DejaVu Serif', serif"
Settings: TypeAlias = Sequence[tuple[int, int]]

# How wide characters are, in em; all others are _USUAL.
_USUAL = 0.53
_ADVANCES = {
    **dict.fromkeys("iljtfrI.,:;'|!()[]-/ ·\u2019", 0.31),
    **dict.fromkeys("wQOGDHNUAVXK&—", 0.78),
    **dict.fromkeys("mMW@%…", 1.0),
}
# Marks that turn the direction of what follows them; a title has no business with them.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068\u2069")


def lay_out(title: str, settings: Settings, width: int) -> tuple[int, list[str]]:
    """Return the size of type and the lines; what does not fit even in the smallest is cut.

    `settings` are the sizes to try, largest first, each with the most lines it may take.
    """
    for size, most_lines in settings:
        lines = _balance(title, width / size, most_lines)
        if len(lines) <= most_lines:
            return size, lines
    size, most_lines = settings[-1]
    kept = _wrap(title, width / size)[:most_lines]
    while _width(kept[-1] + "…") > width / size:
        kept[-1] = kept[-1][:-1]
    return size, [*kept[:-1], kept[-1].rstrip() + "…"]


def _balance(title: str, limit: float, most_lines: int) -> list[str]:
    """Return the title in as few lines as `limit` allows, and those about equally long."""
    lines = _wrap(title, limit)
    if len(lines) > most_lines:
        return lines
    narrower = limit
    while narrower > limit / 2:
        narrower -= limit / 24
        shorter = _wrap(title, narrower)
        if len(shorter) > len(lines):
            break
        lines = shorter
    return lines


def _wrap(title: str, limit: float) -> list[str]:
    """Return the title in lines of at most `limit` em; a longer word is broken."""
    lines = [""]
    for word in title.split(" "):
        for piece in _pieces(word, limit):
            joined = f"{lines[-1]} {piece}".strip() if piece == word else piece
            if piece == word and _width(joined) <= limit:
                lines[-1] = joined
            else:
                lines.append(piece)
    return [line for line in lines if line] or [""]


def _pieces(word: str, limit: float) -> Iterator[str]:
    """Yield the word whole, or in pieces that fit, never parting a mark from its letter."""
    if _width(word) <= limit:
        yield word
        return
    piece = ""
    for character in word:
        if _width(piece + character) > limit and not _joins(character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _width(text: str) -> float:
    """Return about how wide the text is, in em."""
    return sum(_advance(character) for character in text)


def _advance(character: str) -> float:
    if _joins(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.02
    return _ADVANCES.get(character, _USUAL)


def _joins(character: str) -> bool:
    """Return whether the character belongs to the one before it."""
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction goes right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((item for item in directions if item in {"L", "R", "AL"}), "L") != "L"


def clean(text: str) -> str:
    """Return the text on one line, without what XML forbids or what would turn its direction."""
    kept = (
        character if unicodedata.category(character) not in {"Cc", "Cs", "Cn"} else " "
        for character in text
        if character not in _DIRECTION_MARKS | _ISOLATES
    )
    return " ".join("".join(kept).split())
