"""What the templates are given."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from lti_tool.sandbox.model import Person
from lti_tool.sandbox.rendering import initials, linked, points


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See http://localhost:8100/c/1.", "http://localhost:8100/c/1"),
        ("(https://a.example/x?y=1&z=2)", "https://a.example/x?y=1&amp;z=2"),
        ("https://a.example/\"onmouseover='x'", "https://a.example/"),
    ],
)
def test_addresses_become_links(text: str, address: str) -> None:
    """An address ends before punctuation and quotes."""
    assert f'<a href="{address}" target="_blank"' in linked(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "//evil.example", "data:text/html,x"])
def test_other_schemes_stay_text(text: str) -> None:
    """Only http and https are linked."""
    assert "<a" not in linked(text)


@given(text=st.text())
def test_no_text_gets_into_the_markup(text: str) -> None:
    """Without an address the text comes out escaped, and nothing more."""
    if "http" not in text:
        assert linked(text) == escape(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [("20", "20"), ("20.00", "20"), ("7.25", "7.25"), ("7.50", "7.5"), ("0", "0"), ("1E+2", "100")],
)
def test_points_are_short(value: str, text: str) -> None:
    """Zeros that say nothing are left out."""
    assert points(Decimal(value)) == text


def test_initials_of_one_name() -> None:
    """A person with one name has one initial."""
    assert initials(Person(id="1", given_name="", family_name="Rosa")) == "R"
