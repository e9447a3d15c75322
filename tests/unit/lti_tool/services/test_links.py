"""Links: http and https addresses that others can open, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import InvalidInputError
from lti_tool.services.links import MOST_CHARACTERS, parse_link


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "required"),
        ("  ", "required"),
        ("javascript:alert(1)", "not_a_link"),
        ("data:text/html,x", "not_a_link"),
        ("ftp://files.example/x", "not_a_link"),
        ("//video.example/x", "not_a_link"),
        ("video.example", "not_a_link"),
        ("https://", "not_a_link"),
        ("https:video.example", "not_a_link"),
        ("https://[::1", "not_a_link"),
        ("https://user:pass@video.example/", "not_a_link"),
        ("https://video.example:0/", "not_a_link"),
        ("https://video.example:99999/", "not_a_link"),
        ("https://video.example:x/", "not_a_link"),
        ("https://video example/", "not_a_link"),
        ("https://video.example/a b", "not_a_link"),
        ("https://video.example/\nx", "not_a_link"),
        ("https://video.example\\@evil.example/", "not_a_link"),
        ("https://video.example/\u202e", "not_a_link"),
        ("https://video.example/\u200b", "not_a_link"),
        ("https://" + "a" * 64 + ".example/", "not_a_link"),
        ("https://a..example/", "not_a_link"),
        ("https://video.example/" + "x" * MOST_CHARACTERS, "not_a_link"),
        ("http://localhost/", "link_private"),
        ("http://localhost./", "link_private"),
        ("http://portal/", "link_private"),
        ("http://files.school.local/x", "link_private"),
        ("http://127.0.0.1:8000/", "link_private"),
        ("http://10.0.0.4/", "link_private"),
        ("http://[::1]/", "link_private"),
        ("http://[fe80::1]/", "link_private"),
        ("http://169.254.169.254/latest", "link_private"),
    ],
)
def test_what_is_no_link_is_refused(url: str, code: str) -> None:
    """Another scheme, a broken or private address: each says which it is."""
    with pytest.raises(InvalidInputError) as caught:
        parse_link(url)

    assert (caught.value.code, caught.value.field) == (code, "link.url")


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        (" https://Video.Example/A?b=c#t=3 ", "https://video.example/A?b=c#t=3"),
        ("HTTP://video.example:8080/", "http://video.example:8080/"),
        ("https://b\xfccher.example/", "https://xn--bcher-kva.example/"),
        ("https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("https://[2606:2800:220:1::]/x", "https://[2606:2800:220:1::]/x"),
        ("https://video.example/\xe9cole", "https://video.example/\xe9cole"),
        ("https://drive_1.example", "https://drive_1.example"),
    ],
)
def test_a_link_keeps_its_address(url: str, stored: str) -> None:
    """Only its host takes the form that resolves, so that a look-alike is seen."""
    assert parse_link(url) == stored
    assert parse_link(stored) == stored


@given(st.text(max_size=80) | st.text(max_size=60).map("https://{}".format))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    """What is stored is bounded, http or https, and reads the same again."""
    try:
        link = parse_link(text)
    except InvalidInputError:
        return

    assert link.startswith(("https://", "http://"))
    assert parse_link(link) == link
