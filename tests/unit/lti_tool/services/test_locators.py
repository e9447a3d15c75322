"""Locators: what learners write, and where a viewer goes for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.services.locators import Place, find_place, locator_kind

NOWHERE = Place()


@pytest.mark.parametrize(
    ("kind", "locator", "place", "fragment"),
    [
        ("pdf", "4", Place(page=4), "#page=4"),
        ("pdf", " p. 12 ", Place(page=12), "#page=12"),
        ("pdf", "Page 3", Place(page=3), "#page=3"),
        ("pdf", "pp. 4-6", Place(page=4), "#page=4"),
        ("pdf", "0", NOWHERE, ""),
        ("pdf", "٣", NOWHERE, ""),
        ("pdf", "second paragraph on page 3", NOWHERE, ""),
        ("pdf", "", NOWHERE, ""),
        ("video", "3:12", Place(seconds=192), "#t=192"),
        ("video", "1:02:03", Place(seconds=3723), "#t=3723"),
        ("video", "0:00", Place(seconds=0), "#t=0"),
        ("video", "3:12 - 4:00", Place(seconds=192), "#t=192"),
        ("audio", "75:30", Place(seconds=4530), "#t=4530"),
        ("audio", "2m 5s", Place(seconds=125), "#t=125"),
        ("video", "90 sec", Place(seconds=90), "#t=90"),
        ("video", "1h", Place(seconds=3600), "#t=3600"),
        ("video", "3", NOWHERE, ""),
        ("video", "3:75", NOWHERE, ""),
        ("video", "the beginning", NOWHERE, ""),
        ("text", "4", NOWHERE, ""),
        ("answer", "4", NOWHERE, ""),
        ("link", "3:12", NOWHERE, ""),
        ("", "4", NOWHERE, ""),
    ],
)
def test_where_a_locator_leads(kind: str, locator: str, place: Place, fragment: str) -> None:
    """Pages of a PDF and times of a recording are found; everything else stays words."""
    assert find_place(kind, locator) == place
    assert find_place(kind, locator).fragment == fragment


@pytest.mark.parametrize(
    ("kind", "locator"),
    [("pdf", "page"), ("video", "time"), ("audio", "time"), ("image", "section"), ("", "")],
)
def test_what_locates_something_in_a_kind(kind: str, locator: str) -> None:
    """Pages for PDF, times for recordings, headings elsewhere, nothing while nothing is chosen."""
    assert locator_kind(kind) == locator


@given(st.sampled_from(["pdf", "video", "audio", "text", "answer"]), st.text(max_size=300))
def test_any_text_leads_somewhere_or_nowhere(kind: str, locator: str) -> None:
    """Any text at all gives a page, a second, or neither; never both."""
    place = find_place(kind, locator)

    assert place.page is None or place.seconds is None
    assert (place.page or 1) >= 1
    assert (place.seconds or 0) >= 0
