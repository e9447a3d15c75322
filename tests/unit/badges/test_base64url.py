"""Base64url: strict, and the same as the slow way."""

import base64
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges import base64url
from keys.late import FrequentModule


@pytest.fixture(params=["pybase64", "python"], autouse=True, scope="module")
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """All of it holds for either way."""
    with pytest.MonkeyPatch.context() as patch:
        module = FrequentModule("pybase64", after=0 if request.param == "pybase64" else 10**9)
        patch.setattr(base64url, "_PYBASE64", module)
        yield


@given(st.binary(max_size=40))
def test_it_round_trips(data: bytes) -> None:
    """As the standard library writes it, without padding."""
    text = base64url.encode(data)

    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    if data:
        assert base64url.decode(text) == data


@given(st.text("abAZ09-_", max_size=9) | st.text("aZ-_+/=. \n\0é\u0130\ud800", max_size=6))
def test_only_characters_of_the_alphabet_are_read(text: str) -> None:
    """One by one: none of another alphabet, no padding, no spaces, no length that cannot be."""
    if re.fullmatch("[A-Za-z0-9_-]+", text) and len(text) % 4 != 1:
        padded = text + "=" * (-len(text) % 4)
        assert base64url.decode(text) == base64.urlsafe_b64decode(padded)
    else:
        with pytest.raises(ValueError, match="not base64url"):
            base64url.decode(text)


@pytest.mark.parametrize("text", ["", "A", "AAAAA", "AA==", "AAA=", "A+A_", "A/AA", "AA\n", " AA"])
def test_what_others_may_read_is_refused(text: str) -> None:
    """A token has one spelling for each of its bytes."""
    with pytest.raises(ValueError, match="not base64url"):
        base64url.decode(text)
