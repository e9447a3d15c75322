"""What is kept is kept under its whole content, and there is an end to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.memo import Memo, content_key
from badges.quick_json import load

load()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(JSON, JSON)
def test_only_the_same_content_has_the_same_key(first: object, second: object) -> None:
    """Down to the order of members, and to what Python takes for equal: true and 1."""
    assert (content_key(first) == content_key(second)) == (repr(first) == repr(second))


def test_a_key_does_not_depend_on_how_the_content_came_to_be() -> None:
    """Texts may be one object or several; other names may hold them, or none."""
    text = str(12345)

    assert content_key({"x": [text, text]}) == content_key({"x": [str(12345), str(12345)]})


@pytest.mark.parametrize(
    "value",
    [{"x": "a" * 100_000}, {"x": object()}, {"x": 2**70}, {"x": "\ud800"}],
    ids=["large", "no JSON", "large number", "no text"],
)
def test_some_content_has_no_key(value: dict[str, object]) -> None:
    """It is worked out each time, then."""
    assert content_key(value) is None


def test_what_was_used_longest_ago_goes_first() -> None:
    """Whatever was asked for counts as used."""
    memo: Memo[str] = Memo(most=25)
    for key in "abc":
        memo.keep(key, key.upper(), 10)
        memo.find("a")

    assert [memo.find(key) for key in "abc"] == ["A", None, "C"]


def test_a_value_that_is_too_large_is_not_kept() -> None:
    """It would drive out all others."""
    memo: Memo[str] = Memo(most=10)
    memo.keep("small", "s", 10)
    memo.keep("large", "l", 11)
    memo.keep("small", "another", 10)

    assert memo.find("small") == "s"
    assert memo.find("large") is None
