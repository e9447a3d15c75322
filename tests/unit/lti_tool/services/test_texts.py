"""Texts that people send: always storable, never shortened in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import InvalidInputError, TooLargeError
from lti_tool.services.texts import plain_line, plain_text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud800 a pair", "half  a pair"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("مرحبا שלום 👩‍🏫", "مرحبا שלום 👩‍🏫"),
    ],
)
def test_text_is_kept_as_it_says(sent: str, kept: str) -> None:
    """Line breaks get one form and what cannot be stored goes; the words stay, markup too."""
    assert plain_text(sent, field="comment", most=1000) == kept


@pytest.mark.parametrize("value", [None, 3, 3.5, True, [], {}, b"bytes"])
def test_what_is_no_text_is_refused(value: object) -> None:
    """JSON may hold anything in place of a text."""
    with pytest.raises(InvalidInputError, match="not a text"):
        plain_text(value, field="comment", most=1000)


@pytest.mark.parametrize("length", [11, 10 * 1024 * 1024])
def test_a_text_that_is_too_long_is_refused_with_its_field(length: int) -> None:
    """Ten megabytes of text are answered, not stored."""
    with pytest.raises(TooLargeError) as caught:
        plain_text("x" * length, field="comment", most=10)

    assert caught.value.field == "comment"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Ada \t\n Lovelace ", "Ada Lovelace"),
        ("../../x", "../../x"),
        ("a\x00\x07b\r\n.pdf", "ab .pdf"),
        ("\u202efdp.exe\u2066", "fdp.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_line_loses_what_deceives_the_eye(sent: str, kept: str) -> None:
    """A line has single spaces and no signs that reorder it; joiners of a script stay."""
    assert plain_line(sent, field="name", most=100) == kept


@given(st.text(st.characters(), max_size=50))
def test_a_line_is_one_line(text: str) -> None:
    """A line has no line break of any kind, and cleaning it again changes nothing."""
    line = plain_line(text, field="name", most=100)

    assert len(line.splitlines()) <= 1
    assert plain_line(line, field="name", most=100) == line


@given(st.text(st.characters(), max_size=50))
def test_text_can_be_stored_and_is_stable(text: str) -> None:
    """Text encodes as UTF-8 without NUL, and cleaning it again changes nothing."""
    cleaned = plain_text(text, field="comment", most=100)

    assert b"\x00" not in cleaned.encode()
    assert plain_text(cleaned, field="comment", most=100) == cleaned
