"""The picture of an achievement: a quatrefoil with the leaf of its place filled, and its title.

Drawn from a template, so that every achievement has an image of its own on the first day.
The same achievement gives the same bytes. The text is laid out here, since an image has
no layout of its own: widths are estimates, generous enough for common serif typefaces.
"""

import unicodedata
from collections.abc import Iterator
from html import escape
from math import cos, pi, sin

_TEXT_WIDTH = 420
_TEXT_MIDDLE = 420
_LINE_HEIGHT = 1.22
# Sizes of type to try, each with the lines that fit beneath the leaves.
_SETTINGS = ((44, 1), (38, 2), (31, 3), (25, 4))

_QUATREFOIL = 4
_FEWEST_LEAVES, _MOST_LEAVES = 2, 8
_LEAF_LENGTH = 158
# Leaves start this far from the middle, which leaves a gap between them.
_LEAF_START = 9

_PAPER, _EDGE, _INK = "#fcfbf7", "#e4dfd1", "#17352b"
_PALE, _PALE_EDGE, _PALE_VEIN = "#e9efe7", "#b3c6b8", "#c6d5c9"
_FULL, _FULL_EDGE, _FULL_VEIN = "#2c7355", "#1f5a42", "#9cc7af"
_SEED = "#c99a3c"

_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512" '
    'role="img">'
)
_CARD = (
    f'<rect x="3" y="3" width="506" height="506" rx="84" '
    f'fill="{_PAPER}" stroke="{_EDGE}" stroke-width="3"/>'
)

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


def draw_badge_image(*, title: str, position: int, total: int | None, alt: str) -> bytes:
    """Return an SVG picture of 512 by 512 units for place `position` of `total` in a stack.

    Stacks of two to eight have a leaf for each place, clockwise from the top right; any
    other stack, and a badge of none, has a quatrefoil that is filled. Nothing in the
    picture is fetched or run.
    """
    has_places = total is not None and _FEWEST_LEAVES <= total <= _MOST_LEAVES
    leaves = total if total is not None and has_places else _QUATREFOIL
    filled = {position} if has_places else set(range(1, leaves + 1))
    parts = (
        _OPENING,
        f"<title>{escape(_clean(alt))}</title>",
        _CARD,
        '<g transform="translate(256 188)" stroke-width="3" stroke-linejoin="round">',
        *(_leaf(number, leaves, is_filled=number in filled) for number in range(1, leaves + 1)),
        f'<circle r="8" fill="{_SEED}"/>',
        "</g>",
        *_title_lines(_clean(title)),
        "</svg>\n",
    )
    return "\n".join(parts).encode()


def _leaf(number: int, leaves: int, *, is_filled: bool) -> str:
    """Return one leaf: a circle, and its two tangents from a point near the middle."""
    fill, edge, vein = (
        (_FULL, _FULL_EDGE, _FULL_VEIN) if is_filled else (_PALE, _PALE_EDGE, _PALE_VEIN)
    )
    half = min(pi / leaves, pi / 4)
    distance = (_LEAF_LENGTH - _LEAF_START) / (1 + sin(half))
    radius = distance * sin(half)
    x = distance * cos(half) * sin(half)
    y = -_LEAF_START - distance * cos(half) ** 2
    angle = (number - 0.5) * 360 / leaves
    return (
        f'<g transform="rotate({angle:g})"><path fill="{fill}" stroke="{edge}" '
        f'd="M0 {-_LEAF_START}L{-x:.1f} {y:.1f}A{radius:.1f} {radius:.1f} 0 1 1 {x:.1f} {y:.1f}Z"/>'
        f'<path d="M0 -36V{-_LEAF_LENGTH * 0.72:.0f}" stroke="{vein}" stroke-width="5" '
        'stroke-linecap="round"/></g>'
    )


def _title_lines(title: str) -> Iterator[str]:
    """Yield the title, centred beneath the leaves, in the largest type that holds it."""
    size, lines = _lay_out(title)
    height = size * _LINE_HEIGHT
    top = _TEXT_MIDDLE - height * (len(lines) - 1) / 2 + size * 0.34
    direction = ' direction="rtl"' if _is_right_to_left(title) else ""
    yield (
        f"<g fill=\"{_INK}\" font-family=\"Georgia, 'Noto Serif', 'DejaVu Serif', serif\" "
        f'font-size="{size}" text-anchor="middle"{direction}>'
    )
    for number, line in enumerate(lines):
        yield f'<text x="256" y="{top + height * number:.1f}">{escape(line)}</text>'
    yield "</g>"


def _lay_out(title: str) -> tuple[int, list[str]]:
    """Return the size of type and the lines; what does not fit even in the smallest is cut."""
    for size, most_lines in _SETTINGS:
        lines = _balance(title, _TEXT_WIDTH / size, most_lines)
        if len(lines) <= most_lines:
            return size, lines
    size, most_lines = _SETTINGS[-1]
    kept = _wrap(title, _TEXT_WIDTH / size)[:most_lines]
    while _width(kept[-1] + "…") > _TEXT_WIDTH / size:
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


def _is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction goes right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((item for item in directions if item in {"L", "R", "AL"}), "L") != "L"


def _clean(text: str) -> str:
    """Return the text on one line, without what XML forbids or what would turn its direction."""
    kept = (
        character if unicodedata.category(character) not in {"Cc", "Cs", "Cn"} else " "
        for character in text
        if character not in _DIRECTION_MARKS | _ISOLATES
    )
    return " ".join("".join(kept).split())
