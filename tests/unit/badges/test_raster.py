"""PNG of drawn badges: size, what is drawn, words or none, and nothing that a title breaks."""

import zlib
from base64 import b64encode

import pytest
import resvg_py
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.baking import bake, unbake
from badges.fonts import covered
from badges.image import draw_badge_image
from badges.png import read_chunks
from badges.raster import CARD_HEIGHT, CARD_WIDTH, draw_card, rasterize
from tests.pictures import a_png, colours_of, dimensions_of, pixels_of

GREEN, INK, PAPER = bytes.fromhex("2c7355ff"), bytes.fromhex("17352bff"), bytes.fromhex("fcfbf7ff")
SMALL = 256
HOSTILE = [
    "",
    "<script>alert(1)</script>",
    "]]></text><image href='file:///etc/passwd'/>",
    "&lt;&amp;",
    "x" * 5000,
    "\u202eegdab A",
    "\U0001f9ed\ufe0f\u200d\U0001f9ed",
    "a\u0301" * 400,
    "\x00\ud800\uffff",
]


def svg(title: str = "Listening Closely", position: int = 2) -> bytes:
    """A drawn badge."""
    return draw_badge_image(title=title, position=position, total=4, alt="A badge")


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG that can be read to its end."""
    width, height = dimensions_of(png)
    packed = b"".join(one.data for one in read_chunks(png) if one.kind == b"IDAT")
    assert len(zlib.decompress(packed)) == height * (1 + width * 4)
    return width, height


def small(card: bytes) -> bytes:
    """The same picture, of which the pixels are soon read."""
    url = f"data:image/png;base64,{b64encode(card).decode()}"
    image = f'<image width="1200" height="630" href="{url}"/>'
    return resvg_py.svg_to_bytes(
        svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630">{image}</svg>',
        width=150,
    )


def lower_half(png: bytes) -> bytes:
    """Where the words are."""
    rows = pixels_of(png)
    return b"".join(rows[int(len(rows) * 0.72) : int(len(rows) * 0.92)])


def has_words(png: bytes) -> bool:
    """Whether there is ink beneath the leaves."""
    part = lower_half(png)
    return INK in {part[at : at + 4] for at in range(0, len(part), 4)}


def test_a_badge_is_drawn_with_its_leaf_and_its_title() -> None:
    """In its colours; another place or title is another picture, the same gives the same."""
    png = rasterize(svg(), width=SMALL)

    assert size(png) == (SMALL, SMALL)
    assert {GREEN, INK, PAPER} <= colours_of(png)
    assert has_words(png)
    assert png == rasterize(svg(), width=SMALL)
    assert png != rasterize(svg(position=3), width=SMALL)
    assert lower_half(png) != lower_half(rasterize(svg("Listening Again"), width=SMALL))


@pytest.mark.parametrize("title", ["Ωμέγα", "Жизнь и тест", "Bahía ™ — “ß”"])
def test_words_are_drawn_in_every_script_of_the_font(title: str) -> None:
    """Latin, Greek and Cyrillic, with their marks."""
    assert has_words(rasterize(svg(title), width=SMALL))


@pytest.mark.parametrize("title", ["مرحبا", "שלום", "明日", "Reading 明日"])
def test_a_title_that_the_font_lacks_letters_for_has_no_words(title: str) -> None:
    """Rather than boxes; the leaves take the room."""
    png = rasterize(svg(title), width=SMALL)

    assert not has_words(png)
    assert GREEN in colours_of(png)


def test_signs_that_the_font_lacks_are_left_out() -> None:
    """The words stay as if they had not been there."""
    with_emoji = rasterize(
        svg("Listening Closely").replace(b"Closely", b"Closely \xf0\x9f\xa7\xad")
    )

    assert ord("\U0001f9ed") not in covered()
    assert with_emoji == rasterize(svg("Listening Closely"))


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_breaks_a_picture(title: str) -> None:
    """Whatever was typed in, a whole PNG comes out and what is in it is drawn, not run."""
    assert size(rasterize(svg(title), width=SMALL)) == (SMALL, SMALL)
    card = draw_card(svg(title), "image/svg+xml", title=title, by=title)
    assert size(card) == (CARD_WIDTH, CARD_HEIGHT)


@settings(max_examples=15)
@given(title=st.text(max_size=60), by=st.text(max_size=60))
def test_any_title_gives_a_card(title: str, by: str) -> None:
    """Of the size that is asked for."""
    card = draw_card(svg(title), "image/svg+xml", title=title, by=by)

    assert dimensions_of(card) == (1200, 630)


def test_a_card_shows_badge_title_and_issuer() -> None:
    """Each of them changes it, and it is not blank."""
    card = draw_card(svg(), "image/svg+xml", title="Listening Closely", by="Harbour College")

    assert {GREEN, INK} <= colours_of(card)
    others = [
        draw_card(
            svg(position=1), "image/svg+xml", title="Listening Closely", by="Harbour College"
        ),
        draw_card(svg(), "image/svg+xml", title="Listening", by="Harbour College"),
        draw_card(svg(), "image/svg+xml", title="Listening Closely", by="Bay College"),
    ]
    assert len({card, *others}) == 4


def test_a_card_shows_a_picture_of_the_programs_own() -> None:
    """A PNG stands where the drawn badge would."""
    black = draw_card(a_png(200), "image/png", title="A badge", by="")

    assert size(black) == (CARD_WIDTH, CARD_HEIGHT)
    assert b"\0\0\0\xff" in colours_of(small(black))


def test_a_badge_travels_in_its_png() -> None:
    """What was put in is read back."""
    credential = b'{"name":"\xc3\x93lafur"}'

    assert unbake(bake(rasterize(svg()), credential)) == credential
