"""The picture of an achievement: a quatrefoil with the leaf of its place filled, and its title.

Drawn from a template, so that every achievement has an image of its own on the first day.
The same achievement gives the same bytes.
"""

from collections.abc import Iterator
from html import escape
from math import cos, pi, sin

from badges.lettering import LINE_HEIGHT, SERIF, clean, is_right_to_left, lay_out

_TEXT_WIDTH = 420
_TEXT_MIDDLE = 420
# Sizes of type to try, each with the lines that fit beneath the leaves.
_SETTINGS = ((44, 1), (38, 2), (31, 3), (25, 4))

_QUATREFOIL = 4
_FEWEST_LEAVES, _MOST_LEAVES = 2, 8
_LEAF_LENGTH = 158
# Leaves start this far from the middle, which leaves a gap between them.
_LEAF_START = 9

PAPER, _EDGE, INK = "#fcfbf7", "#e4dfd1", "#17352b"
_PALE, _PALE_EDGE, _PALE_VEIN = "#e9efe7", "#b3c6b8", "#c6d5c9"
_FULL, _FULL_EDGE, _FULL_VEIN = "#2c7355", "#1f5a42", "#9cc7af"
_SEED = "#c99a3c"
LEAVES = "translate(256 188)"
"""Where the leaves are, above the title."""

_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512" '
    'role="img">'
)
_CARD = (
    f'<rect x="3" y="3" width="506" height="506" rx="84" '
    f'fill="{PAPER}" stroke="{_EDGE}" stroke-width="3"/>'
)


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
        f"<title>{escape(clean(alt))}</title>",
        _CARD,
        f'<g transform="{LEAVES}" stroke-width="3" stroke-linejoin="round">',
        *(_leaf(number, leaves, is_filled=number in filled) for number in range(1, leaves + 1)),
        f'<circle r="8" fill="{_SEED}"/>',
        "</g>",
        *_title_lines(clean(title)),
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
    size, lines = lay_out(title, _SETTINGS, _TEXT_WIDTH)
    height = size * LINE_HEIGHT
    top = _TEXT_MIDDLE - height * (len(lines) - 1) / 2 + size * 0.34
    direction = ' direction="rtl"' if is_right_to_left(title) else ""
    yield (
        f'<g fill="{INK}" font-family="{SERIF}" font-size="{size}" text-anchor="middle"{direction}>'
    )
    for number, line in enumerate(lines):
        yield f'<text x="256" y="{top + height * number:.1f}">{escape(line)}</text>'
    yield "</g>"
