"""Content-Disposition: a name for the reader's disk, whatever somebody called the file."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.files.names import NAME_CHARACTERS, content_disposition, shorten_name

HEADER = re.compile(
    r"(?:inline|attachment); filename=\"[^\"%\\]+\"; filename\*=UTF-8''[A-Za-z0-9!#$&+\-.^_`|~%]+"
)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "inline; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("../../x", "inline; filename=\"_.._x\"; filename*=UTF-8''_.._x"),
        (
            'né "x".txt',
            "inline; filename=\"ne _x_.txt\"; filename*=UTF-8''n%C3%A9%20%22x%22.txt",
        ),
        ("报告", "inline; filename=\"file\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A"),
        ("..", "inline; filename=\"file\"; filename*=UTF-8''file"),
        ("", "inline; filename=\"file\"; filename*=UTF-8''file"),
        (
            "a\r\nSet-Cookie: x",
            "inline; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x",
        ),
    ],
)
def test_a_name_is_quoted(name: str, header: str) -> None:
    """Folders, quotation marks, line ends and other scripts leave the header well formed."""
    assert content_disposition(name, is_download=False) == header


@given(st.text(), st.booleans())
def test_every_name_gives_a_header(name: str, is_download: bool) -> None:  # noqa: FBT001 - drawn
    """The header has one form, one line, and says the whole name in `filename*`."""
    header = content_disposition(name, is_download=is_download)

    assert HEADER.fullmatch(header)
    assert header.startswith("attachment" if is_download else "inline")
    shown = unquote(header.partition("UTF-8''")[2])
    assert "/" not in shown
    assert "\\" not in shown


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x", "../../x"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
        ("z." + "w" * 300, "z." + "w" * 198),
        ("a.b/" + "c" * 300, "a.b/" + "c" * 196),
    ],
)
def test_a_long_name_keeps_its_ending(name: str, kept: str) -> None:
    """What is too long is cut before the ending, where there is a short one."""
    assert shorten_name(name) == kept


@given(st.text(max_size=600))
def test_names_are_bounded(name: str) -> None:
    """No name is longer than the limit."""
    assert len(shorten_name(name)) <= NAME_CHARACTERS
