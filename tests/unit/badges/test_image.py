"""The drawn picture: well-formed, harmless, deterministic, and the title always fits."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.image import draw_badge_image

SVG = "{http://www.w3.org/2000/svg}"
ATPA = "Co-creating the Academic Coaching Relationship"


def draw(title: str = ATPA, position: int = 2, total: int = 4) -> ET.Element:
    """The picture, parsed."""
    data = draw_badge_image(title=title, position=position, total=total, alt=f"Alt of {title}")
    return ET.fromstring(data)  # noqa: S314 - it is ours


def lines_of(picture: ET.Element) -> list[str]:
    """The lines of the title."""
    return [line.text or "" for line in picture.iter(f"{SVG}text")]


def filled_leaves(picture: ET.Element) -> list[int]:
    """The numbers of the leaves that are filled, from 1, and clockwise."""
    fills = [path.get("fill") for path in picture.iter(f"{SVG}path") if path.get("fill")]
    return [number for number, fill in enumerate(fills, start=1) if fill == "#2c7355"]


def test_the_same_achievement_gives_the_same_bytes() -> None:
    """A credential points at the image for years; it must not change."""
    first = draw_badge_image(title=ATPA, position=2, total=4, alt="x")

    assert first == draw_badge_image(title=ATPA, position=2, total=4, alt="x")
    assert first.startswith(b"<svg ")
    assert len(first) < 4000


@pytest.mark.parametrize("total", range(2, 9))
def test_the_leaf_of_the_place_is_filled(total: int) -> None:
    """A stack of two to eight has a leaf for each place."""
    for position in range(1, total + 1):
        assert filled_leaves(draw(position=position, total=total)) == [position]


@pytest.mark.parametrize("total", [1, 9, 50])
def test_any_other_stack_is_a_filled_quatrefoil(total: int) -> None:
    """One badge alone, or too many to count leaves."""
    assert filled_leaves(draw(position=1, total=total)) == [1, 2, 3, 4]


def test_a_title_is_wrapped_into_balanced_lines() -> None:
    """Lines break between words and are about equally long."""
    assert lines_of(draw()) == ["Co-creating the Academic", "Coaching Relationship"]
    assert lines_of(draw("Starting Well")) == ["Starting Well"]
    assert lines_of(draw("Keeping Your Own Course")) == ["Keeping Your", "Own Course"]


def test_a_picture_says_what_it_shows() -> None:
    """Its first child is the text for those who do not see it."""
    picture = draw('A <b> & "c"')

    assert picture.get("role") == "img"
    assert picture[0].tag == f"{SVG}title"
    assert picture[0].text == 'Alt of A <b> & "c"'


def test_a_title_from_right_to_left_is_set_so() -> None:
    """The first letter with a direction decides."""
    for title, direction in (("1. בניית יחסי אימון", "rtl"), ("بناء", "rtl"), ("1. Well בנ", None)):
        (group,) = (g for g in draw(title).iter(f"{SVG}g") if g.get("font-size"))

        assert group.get("direction") == direction


def test_a_long_title_is_cut_with_an_ellipsis() -> None:
    """A novel in the title field ends after four lines."""
    for title, end in (("word " * 200, " word…"), ("\u5b57" * 300, "\u5b57…")):
        lines = lines_of(draw(title))

        assert len(lines) == 4
        assert lines[-1].endswith(end)
        assert len(lines[-1]) <= len(lines[0]) + 1


def test_a_long_word_is_broken() -> None:
    """A word that fits nowhere is cut into pieces, and no letter is lost."""
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau"

    assert "".join(lines_of(draw(word))) == word
    assert len(lines_of(draw(word))) > 1


def test_a_mark_stays_with_its_letter() -> None:
    """Breaking a long word never parts an accent from what it stands on."""
    lines = lines_of(draw("e\u0301" * 120))

    assert all(line.startswith("e") for line in lines)


def test_nothing_turns_the_direction_of_a_title() -> None:
    """Direction marks are left out; they would make a title read as another."""
    assert lines_of(draw("a\u202eb\u2066c\u200fd")) == ["abcd"]


@given(title=st.text(max_size=300), position=st.integers(1, 4))
def test_any_title_gives_a_harmless_picture(title: str, position: int) -> None:
    """Well-formed, of known elements only, nothing to fetch or run, the text within the card."""
    picture = draw(title, position)

    assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= {
        "svg",
        "title",
        "rect",
        "g",
        "path",
        "circle",
        "text",
    }
    names = {name for element in picture.iter() for name in element.keys()}  # noqa: SIM118
    assert not {name for name in names if name.startswith("on") or "href" in name}
    places = [float(line.get("y", "0")) for line in picture.iter(f"{SVG}text")]
    assert all(340 < y < 500 for y in places)
    assert len(places) <= 4


def test_a_picture_refers_to_nothing_outside() -> None:
    """No URL but the name of the language itself."""
    data = draw_badge_image(title=ATPA, position=2, total=4, alt="x").decode()

    assert re.findall(r"https?://[^\"]+", data) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in data
    assert "@import" not in data
