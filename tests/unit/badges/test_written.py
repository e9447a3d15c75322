"""Documents as bytes: what Python's own module writes, byte for byte."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.quick_json import write_quickly
from badges.written import serialize

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)


def in_python(document: dict[str, object]) -> bytes:
    """The document by the standard library alone."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_what_is_written_is_what_python_writes(document: dict[str, object]) -> None:
    """Bytes are stored, and named by their digest."""
    assert serialize(document) == in_python(document)


def test_every_character_is_written_as_python_writes_it() -> None:
    """Those that need an escape, too; and what is no text is not written."""
    for start in range(0, 0x110000, 0x800):
        document: dict[str, object] = {"x": "".join(map(chr, range(start, start + 0x800)))}
        if 0xD800 <= start < 0xE000:
            with pytest.raises(UnicodeEncodeError):
                serialize(document)
        else:
            assert write_quickly(document) == in_python(document)


@pytest.mark.parametrize("value", [{1}, datetime(2026, 11, 22, tzinfo=UTC), object()])
def test_what_is_no_json_is_not_written(value: object) -> None:
    """Also what orjson has a text for."""
    with pytest.raises(TypeError):
        serialize({"x": value})


def test_a_number_that_is_none_is_not_written() -> None:
    """It would have to be null."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        serialize({"x": [float("nan")]})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_with_a_fraction_are_written_so_that_they_are_read_back(number: float) -> None:
    """None is ever signed; a foreign document may hold one."""
    assert json.loads(serialize({"x": number})) == {"x": number}
