"""Lengths and hours as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.services.lengths import hours_text, length_text, parse_length


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("12:30", 750_000),
        (" 9:59 ", 599_000),
        ("0:01", 1_000),
        ("90:00", 5_400_000),
        ("1:02:03", 3_723_000),
        ("0:00", None),
        ("1:75:00", None),
        ("12.30", None),
        ("12:60", None),
        ("12", None),
        ("", None),
        ("-1:00", None),
        ("\N{ARABIC-INDIC DIGIT ONE}:00", None),
        ("9999:00", None),
    ],
)
def test_a_length_is_minutes_and_seconds(text: str, milliseconds: int | None) -> None:
    """With hours in front where there are some; everything else is none."""
    assert parse_length(text) == milliseconds


@given(st.integers(1, 999 * 60))
def test_lengths_are_read_as_they_are_written(seconds: int) -> None:
    """To the second."""
    assert parse_length(length_text(seconds * 1000)) == seconds * 1000


def test_hours_have_no_tail() -> None:
    """Whole ones are whole."""
    assert [hours_text(one) for one in (0, 45, 90, 1200)] == ["0", "0.75", "1.5", "20"]
