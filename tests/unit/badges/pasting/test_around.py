"""Titles with a place in a stack, and licences."""

import pytest

from badges.pasting.heading import read_heading
from badges.pasting.licence import gives_credit, read_rights
from badges.pasting.marks import AroundCode

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("line", "title", "place", "program"),
    [
        ("Listening Badge (2 of 4) of the Harbour Program", "Listening", (2, 4), "Harbour Program"),
        ("Listening (Badge 3/4)", "Listening", (3, 4), ""),
        ("Listening (1 of 2), Harbour", "Listening", (1, 2), "Harbour"),
        ("Badge 3 of 4: Listening", "Listening", (3, 4), ""),
        ("3 of 4 Listening", "Listening", (3, 4), ""),
        ("Listening well", "Listening well", (None, None), ""),
    ],
)
def test_a_title_says_where_the_badge_stands(
    line: str, title: str, place: tuple[int | None, int | None], program: str
) -> None:
    """In the forms that programs use; the whole line is kept beside it."""
    heading = read_heading(["Above it.", line] if place[0] else [line])

    assert (heading.title, heading.line, heading.program) == (title, line, program)
    assert (heading.position, heading.total) == place
    assert heading.rest == (("Above it.",) if place[0] else ())


@pytest.mark.parametrize("place", ["5 of 4", "0 of 4", "1 of 99"])
def test_a_place_that_no_stack_has_is_marked(place: str) -> None:
    """And not taken."""
    heading = read_heading([f"Listening ({place})"])

    assert (heading.title, heading.position, heading.total) == ("Listening", None, None)
    assert [one.code for one in heading.marks] == [AroundCode.STACK_UNCLEAR]


@pytest.mark.parametrize("paragraphs", [[], ["A sentence that ends."], ["word " * 60]])
def test_a_sentence_is_no_title(paragraphs: list[str]) -> None:
    """It stays in the text."""
    heading = read_heading(paragraphs)

    assert (heading.title, heading.rest) == ("", tuple(paragraphs))
    assert [one.code for one in heading.marks] == [AroundCode.TITLE_MISSING]


@pytest.mark.parametrize(
    ("text", "title", "path", "denied"),
    [
        ("licensed under CC BY 4.0.", "CC BY 4.0", "licenses/by/4.0", set()),
        ("CC-BY-SA 3.0", "CC BY-SA 3.0", "licenses/by-sa/3.0", set()),
        (f"{CC}/licenses/by-nd/4.0/", "CC BY-ND 4.0", "licenses/by-nd/4.0", {"changes"}),
        (
            "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International",
            "CC BY-NC-ND 4.0",
            "licenses/by-nc-nd/4.0",
            {"changes", "commercial_use"},
        ),
        (
            "a Creative Commons Attribution NonCommercial License, CC BY-NC 4.0",
            "CC BY-NC 4.0",
            "licenses/by-nc/4.0",
            {"commercial_use"},
        ),
        ("CC0", "CC0 1.0", "publicdomain/zero/1.0", set()),
        (f"{CC}/publicdomain/zero/1.0/", "CC0 1.0", "publicdomain/zero/1.0", set()),
    ],
)
def test_a_licence_is_read(text: str, title: str, path: str, denied: set[str]) -> None:
    """By its short name, its long one or its address."""
    rights = read_rights([text])

    permissions = {f"allows_{name}": False for name in denied}
    assert rights.licence == {"title": title, "url": f"{CC}/{path}/", **permissions}
    assert rights.marks == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CC BY", AroundCode.LICENCE_VERSION_MISSING),
        ("CC BY 4.0, or CC BY-SA 4.0", AroundCode.LICENCES_DIFFER),
        ("\u00a9 2020 by somebody. All rights reserved.", AroundCode.LICENCE_UNCLEAR),
        ("licensed under something else", AroundCode.LICENCE_UNCLEAR),
    ],
)
def test_rights_that_are_not_clear_are_marked(text: str, code: AroundCode) -> None:
    """Nobody's rights are guessed."""
    rights = read_rights([text])

    assert [one.code for one in rights.marks] == [code]
    assert (rights.licence is None) == (code is AroundCode.LICENCE_UNCLEAR)


def test_no_word_about_rights_is_no_licence() -> None:
    """And nothing to mark: the linter asks for one."""
    assert read_rights(["It was developed by somebody."]).licence is None
    assert gives_credit("It was developed by somebody.")
    assert not gives_credit("Coaches develop goals.")
