import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.links import next_page, with_ending, with_parameter

PAGE = "https://lms.example/api/items?page=1"
NEXT = "https://lms.example/api/items?page=2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/li/1", "https://x.example/li/1/scores"),
        ("https://x.example/li/1/", "https://x.example/li/1/scores"),
        ("https://x.example/li?type_id=1", "https://x.example/li/scores?type_id=1"),
        ("https://x.example/li/?a=1&b=?", "https://x.example/li/scores?a=1&b=?"),
        ("https://x.example/a%2Fb%3F?c=%26", "https://x.example/a%2Fb%3F/scores?c=%26"),
        ("https://x.example", "https://x.example/scores"),
    ],
)
def test_an_ending_goes_before_the_query(url: str, expected: str) -> None:
    """Moodle's line items have a query, and nothing of it may change."""
    assert with_ending(url, "scores") == expected


def test_a_parameter_is_added_to_what_is_there() -> None:
    """The platform's own part stays as it is written, ours is encoded."""
    assert with_parameter("https://x.example/r?t=1", "user_id", "a&b/ü") == (
        "https://x.example/r?t=1&user_id=a%26b%2F%C3%BC"
    )
    assert with_parameter("https://x.example/r", "user_id", "5") == (
        "https://x.example/r?user_id=5"
    )


MOODLE_LINK = (
    "<https://lms.example/api/items?page=1&amp;limit=1>; rel=“first”, "
    "<https://lms.example/api/items?page=2&amp;limit=1>; rel=“next”"
)


@pytest.mark.parametrize(
    "header",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f"<{NEXT}>;rel='next'",
        f'<{NEXT}>; REL="NEXT"',
        f'<{NEXT}>; title="x, y"; rel="next"',
        f'<{NEXT}>; rel="last next"',
        f'<{PAGE}>; rel="current", <{NEXT}>; rel="next", <{PAGE}>; rel="last"',
        '</api/items?page=2>; rel="next"',
        '<?page=2>; rel="next"',
    ],
)
def test_the_next_page_is_found(header: str) -> None:
    """However the relation is quoted and wherever it stands."""
    assert next_page(header, url=PAGE) == NEXT


def test_curly_quotes_are_read_as_http_clients_deliver_them() -> None:
    """Moodle's UTF-8 arrives as Latin-1, with HTML's ampersands in the URL."""
    header = MOODLE_LINK.encode().decode("latin-1")

    assert next_page(header, url=PAGE) == f"{NEXT}&limit=1"


def test_the_case_of_a_page_is_kept() -> None:
    """Canvas's bookmarks are base64."""
    header = '<https://lms.example/api/Items?page=bookmark:WyJBIl0>; rel="next"'

    assert next_page(header, url=PAGE) == "https://lms.example/api/Items?page=bookmark:WyJBIl0"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "next",
        f'<{PAGE}>; rel="prev"',
        f'<{PAGE}>; rel="nextish"',
        f'<{PAGE}>; title="rel=next"',
        f"<{PAGE}>",
        '<https://evil.example/x>; rel="next"',
        '<http://lms.example/x>; rel="next"',
        '<https://lms.example:8443/x>; rel="next"',
        '<//evil.example/x>; rel="next"',
        '<https://[x>; rel="next"',
        '<//\u2100/>; rel="next"'.encode().decode("latin-1"),
    ],
)
def test_there_may_be_no_next_page(header: str | None) -> None:
    """Nor is one followed to another origin: the token would go there too."""
    assert next_page(header, url=PAGE) is None


@given(st.text())
def test_no_header_breaks_the_parser(header: str) -> None:
    """Whatever is sent, the answer is a page of the same origin or none."""
    found = next_page(header, url=PAGE)

    assert found is None or found.startswith("https://lms.example")
