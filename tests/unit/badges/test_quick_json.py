"""What is read quickly is what the strict reader reads, and no limit of it is passed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import UntrustedInputError
from badges.quick_json import QuickReader, load, write_quickly
from badges.untrusted import _MAXIMUM_DEPTH, _MAXIMUM_VALUES, _parse_strictly, parse_object
from badges.written import serialize
from tests.credentials import a_signed_credential

load()
READER = QuickReader(depth=_MAXIMUM_DEPTH, values=_MAXIMUM_VALUES)

NUMBERS = (
    *("0", "-0", "-1", "1.0", "0.0", "-0.0", "2.5", "1e3", "1E3", "1e+3", "100000.0", "0.1"),
    *("1e400", "-1e400", "1e16", "1e-7", "5e-324", "0.30000000000000004", "1.7976931348623157e308"),
    *("9007199254740991", "9007199254740992", "-9007199254740992", "9999999999999999"),
    *("18446744073709551615", "18446744073709551616", "1180591620717411303424", "9" * 400),
    *("01", "1.", ".5", "+1", "NaN", "Infinity", "-Infinity"),
)
STRINGS = (
    *('""', '"a"', '"b"', r'"\u0061"', '"é"', r'"\u00e9"', '"\U0001f600"', r'"\ud83d\ude00"'),
    *(r'"\ud800"', r'"\udc00\ud800"', r'"\u0000"', r'"\n"', '"\n"', '"\x7f"', r'"\u007f"'),
    *(r'"\/"', '"/"', r'"\""', r'"\\u0061"', '"\ufeff"', '"\u2028"', '"{[,:"', "'a'", '"'),
)
SPACES = st.sampled_from(("",) * 9 + (" ", "\n", "\t", "\u00a0", "\ufeff", ","))


def _joined(opening: str, parts: Sequence[str], closing: str) -> str:
    return opening + ",".join(parts) + closing


texts = st.recursive(
    st.sampled_from(("true", "false", "null", "nul", *NUMBERS, *STRINGS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: _joined("[", items, "]")),
        st.lists(st.tuples(st.sampled_from(STRINGS), SPACES, inner, SPACES), max_size=4).map(
            lambda members: _joined(
                "{",
                [f"{name}{before}:{value}{after}" for name, before, value, after in members],
                "}",
            )
        ),
    ),
    max_leaves=12,
)
sensible = st.recursive(
    st.booleans() | st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def _nested(opening: str, depth: int, closing: str) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


HOSTILE = [
    *(_nested('{"a":', depth, "}") for depth in (30, 31, 32, 33, 253, 254, 255, 1_023, 5_000)),
    *(b'{"a":' + _nested("[", depth, "]") + b"}" for depth in (29, 30, 31, 32, 300, 200_000)),
    *(b'{"a":' + b"[" * depth + b"]" * depth + b"}" for depth in (30, 31, 32, 33)),
    *(b'{"a":[' + b"1," * many + b"1]}" for many in (9, 19_995, 19_996, 19_997, 19_998, 40_000)),
    *(b'{"a":{"b":{' + b'"c":1,' * many + b'"d":1}}}' for many in (1, 2, 20_000)),
    b'{"a":1,"a":1}',
    b'{"a":1,"b":{"c":1,"c":2}}',
    b'[{"a":1}]',
    b'{"a":1}' * 2,
    b'{"a":1}\n',
    b' {"a":1}',
    b'\xef\xbb\xbf{"a":1}',
    b'{"a":1}\0',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\xc0\xaf"}',
    b'{"a":1',
    b"",
    b"{}",
    b"[]",
    b"null",
    b"NaN",
    '{"a":"\n' + " " * 90 + '"}',
    '{"a":"' + "é" * 50_000 + '"}',
]


def _strictly(data: bytes) -> object:
    try:
        return _parse_strictly(data)
    except UntrustedInputError:
        return None


def _is_read_alike(data: bytes) -> bool:
    """Say whether the quick reader reads it; it has to read what the strict one reads."""
    quickly = READER.read(data)
    if quickly is None:
        return False
    # Down to the order of members, and to what Python takes for equal: true, 1 and 1.0.
    assert repr(quickly) == repr(_strictly(data))
    return True


@given(data=texts.map(lambda text: f'{{"x":{text}}}'.encode()))
def test_what_is_read_quickly_is_what_the_strict_reader_reads(data: bytes) -> None:
    """Whatever has no one meaning, or is beyond a limit, is left to the strict reader."""
    _is_read_alike(data)


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_left_to_the_strict_reader_or_read_alike(data: bytes | str) -> None:
    """Depth, number of values, names twice, what stands around the object, and what is no UTF-8."""
    _is_read_alike(data if isinstance(data, bytes) else data.encode())


@given(data=st.binary(max_size=40).map(lambda data: b'{"a":' + data + b"}") | st.binary())
def test_any_bytes_are_read_alike_or_left(data: bytes) -> None:
    """Nothing is raised."""
    _is_read_alike(data)


@given(value=st.dictionaries(st.text(max_size=5), sensible, min_size=1, max_size=5))
def test_what_we_write_is_read_quickly(value: dict[str, object]) -> None:
    """Any sensible object, as we write it; with null, too."""
    data = serialize(value)

    assert READER.read(data) == value
    assert repr(READER.read(data)) == repr(parse_object(data))


def test_a_credential_is_read_quickly() -> None:
    """Otherwise all of this were of no use."""
    assert _is_read_alike(serialize(a_signed_credential()))


@pytest.mark.parametrize(
    ("document", "is_read"),
    [
        ({"a": [[1] * 9_998] * 2}, False),
        ({"a": ["x" * 9] * 9_998}, True),
        ({"a": "[" * 60_000}, False),
        ({"a": "x" * 600_000}, True),
    ],
    ids=["too many", "many", "looks like many", "long"],
)
def test_values_are_counted_where_there_may_be_too_many(
    document: dict[str, object], *, is_read: bool
) -> None:
    """A status list of a million entries is one long text."""
    assert _is_read_alike(serialize(document)) is is_read


@pytest.mark.parametrize(
    "document", [{"x": 2**70}, {"x": None}, {"x": "null"}, {"x": {"y": [float("nan")]}}, {"x": {1}}]
)
def test_what_it_would_write_otherwise_is_left_to_python(document: dict[str, object]) -> None:
    """A number that is none would become null."""
    assert write_quickly(document) is None
