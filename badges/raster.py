"""PNG pictures: of a drawn badge, and the card that stands for a badge where links are shared.

Words are drawn with the one font that comes along. Where a title has letters that it has no
glyph for, the picture has no words, which is better than boxes; signs such as emoji that
it lacks are left out one by one.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from html import escape, unescape

import resvg_py

from badges.fonts import FAMILY, covered, font_path
from badges.image import INK, LEAVES, PAPER
from badges.lettering import LINE_HEIGHT, SERIF, clean, is_right_to_left, lay_out

SIDE = 1024
"""Of a badge's PNG, in pixels."""
CARD_WIDTH, CARD_HEIGHT = 1200, 630
"""What LinkedIn and others show of a link: at least 1200 by 627."""

_TEXT = re.compile(r"(<text[^>]*>)([^<]*)</text>")
_BADGE_SIDE = 470
_COLUMN_MIDDLE, _COLUMN_WIDTH = 855, 560
_TITLE_SETTINGS = ((76, 2), (62, 3), (50, 4), (42, 5))
_BY_SETTINGS = ((32, 2),)
_LEAVES_ALONE = "translate(256 256) scale(1.25)"
"""Where the leaves are in a picture without words: in the middle, and larger."""
_SOFT, _RULE = "#56635f", "#c99a3c"


def rasterize(svg: bytes, *, width: int = SIDE) -> bytes:
    """Return a picture that `draw_badge_image` drew as PNG, so many pixels wide."""
    return _render(_drawable(svg.decode()), width)


def draw_card(picture: bytes, media_type: str, *, title: str, by: str) -> bytes:
    """Return a PNG of 1200 by 630 pixels: the badge, its title, and who gives it."""
    title, by = clean(title), clean(by)
    if media_type == "image/svg+xml":
        picture = _drawable(picture.decode()).encode()
    has_words = not _letters_missing(title)
    x = 80 if has_words else (CARD_WIDTH - _BADGE_SIDE) // 2
    y = (CARD_HEIGHT - _BADGE_SIDE) // 2
    data_url = f"data:{media_type};base64,{b64encode(picture).decode()}"
    size = f'width="{_BADGE_SIDE}" height="{_BADGE_SIDE}"'
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CARD_WIDTH} {CARD_HEIGHT}">',
        f'<rect width="{CARD_WIDTH}" height="{CARD_HEIGHT}" fill="{PAPER}"/>',
        f'<image x="{x}" y="{y}" {size} href="{data_url}"/>',
        *(_words(title, by) if has_words else ()),
        "</svg>",
    )
    return _render("".join(parts), CARD_WIDTH)


def _words(title: str, by: str) -> Iterator[str]:
    """Yield the title, a rule and who gives it, in the middle of the right column."""
    size, lines = lay_out(_without_signs(title), _TITLE_SETTINGS, _COLUMN_WIDTH)
    height = size * LINE_HEIGHT
    below = [] if _letters_missing(by) else [_without_signs(by)]
    by_size, by_lines = lay_out(below[0], _BY_SETTINGS, _COLUMN_WIDTH) if below else (0, [])
    whole = height * len(lines) + 52 + by_size * LINE_HEIGHT * len(by_lines)
    top = (CARD_HEIGHT - whole) / 2
    yield from _block(lines, size, INK, top, title)
    if not by_lines:
        return
    rule = top + height * len(lines) + 18
    yield f'<rect x="{_COLUMN_MIDDLE - 36}" y="{rule:.1f}" width="72" height="4" fill="{_RULE}"/>'
    yield from _block(by_lines, by_size, _SOFT, rule + 30, by)


def _block(lines: list[str], size: int, fill: str, top: float, text: str) -> Iterator[str]:
    direction = ' direction="rtl"' if is_right_to_left(text) else ""
    for number, line in enumerate(lines):
        y = top + size * (LINE_HEIGHT * number + 0.95)
        yield (
            f'<text x="{_COLUMN_MIDDLE}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
            f'font-family="{SERIF}" text-anchor="middle"{direction}>{escape(line)}</text>'
        )


def _drawable(svg: str) -> str:
    """Return the picture with only such words as the font can draw."""
    words = "".join(unescape(found[2]) for found in _TEXT.finditer(svg))
    if _letters_missing(words):
        return _TEXT.sub("", svg).replace(LEAVES, _LEAVES_ALONE)
    return _TEXT.sub(
        lambda found: f"{found[1]}{escape(_without_signs(unescape(found[2])))}</text>", svg
    )


def _letters_missing(text: str) -> bool:
    """Whether a letter, a mark or a digit cannot be drawn."""
    return any(
        ord(character) not in covered() and unicodedata.category(character)[0] in "LMN"
        for character in text
    )


def _without_signs(text: str) -> str:
    kept = "".join(character for character in text if ord(character) in covered())
    return " ".join(kept.split())


def _render(svg: str, width: int) -> bytes:
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        skip_system_fonts=True,
        font_files=[str(font_path())],
        font_family=FAMILY,
        serif_family=FAMILY,
    )
