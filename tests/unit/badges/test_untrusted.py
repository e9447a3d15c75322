"""JSON from outside is read strictly or not at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import UntrustedInputError
from badges.untrusted import parse_object

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(value=st.dictionaries(st.text(), json_values, max_size=5))
def test_what_json_writes_is_read_back(value: dict[str, object]) -> None:
    """Any sensible object comes out as it went in, from bytes and from text."""
    text = json.dumps(value, ensure_ascii=False)

    assert parse_object(text) == value
    assert parse_object(text.encode()) == value


def test_numbers_with_a_fraction_are_read() -> None:
    """Open Badges has credit hours such as 2.5."""
    assert parse_object('{"creditsEarned": 2.5, "exponent": 1e3}') == {
        "creditsEarned": 2.5,
        "exponent": 1000.0,
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{}x", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1,}', "not_json"),
        (b'{"a": 01}', "not_json"),
        (b'{"a": "\n"}', "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8"),
        (b'{"a": "\xff"}', "not_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "not_utf8"),
        ('{"a": "\ud800"}', "not_utf8"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"a": 1, "a": 1}', "duplicate_key"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "duplicate_key"),
        (b'{"a": NaN}', "bad_number"),
        (b'{"a": -Infinity}', "bad_number"),
        (b'{"a": 1e999}', "bad_number"),
        (b'{"a": 99999999999999999}', "bad_number"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "bad_number"),
        (b'{"a": "\\ud800"}', "bad_text"),
        (b'{"\\udfff": 1}', "bad_text"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
        (b'{"a": [' + b"1," * 30_000 + b"1]}", "too_many_values"),
        (b'{"a": "' + b"x" * 1_000_000 + b'"}', "too_large"),
        ('{"a": "' + "é" * 1_000_000 + '"}', "too_large"),
    ],
    ids=range(29),
)
def test_hostile_json_is_refused(data: bytes | str, reason: str) -> None:
    """Whatever bytes come, reading ends in our own error with a stable reason."""
    with pytest.raises(UntrustedInputError) as raised:
        parse_object(data)

    assert raised.value.reason == reason


@given(data=st.binary(max_size=60) | st.text(max_size=60))
def test_any_input_is_an_object_or_our_own_error(data: bytes | str) -> None:
    """Nothing else comes out."""
    try:
        value = parse_object(data)
    except UntrustedInputError:
        return
    assert isinstance(value, dict)


@pytest.mark.parametrize(
    ("depth", "members", "is_read"),
    [(31, 1, True), (32, 1, False), (1, 9_999, True), (1, 10_000, False)],
)
def test_the_limits_are_where_they_are_said_to_be(
    depth: int, members: int, *, is_read: bool
) -> None:
    """Thirty-two levels, of which the innermost value is one; twenty thousand values and names."""
    value: object = 1
    for _ in range(depth - 1):
        value = [value]
    document = {"a": value} | {str(number): 1 for number in range(members - 1)}
    text = json.dumps(document)
    if is_read:
        assert parse_object(text) == document
    else:
        with pytest.raises(UntrustedInputError):
            parse_object(text)
