"""JSON from outside: one strict reading with limits, before anything looks at the content."""

import json
import math
from typing import Any, NoReturn

from badges.errors import UntrustedInputError
from badges.quick_json import QuickReader

# An Open Badge takes some 10 kB; a status list of a million entries some 150 kB.
MAXIMUM_BYTES = 1_000_000
_MAXIMUM_DEPTH = 32
_MAXIMUM_VALUES = 20_000
# JSON-LD and JavaScript agree on integers up to 2**53 only.
_MAXIMUM_DIGITS = 16


def parse_object(data: bytes | str) -> dict[str, object]:
    """Return the JSON object in `data`.

    Strict where JSON readers differ: no name twice in an object, no NaN, no number that
    a double cannot hold, no lone surrogate, limited size, depth and number of values.

    Raises:
        UntrustedInputError: `reason` says what is wrong.
    """
    encoded = _encoded(data)
    return _QUICK.read(encoded) or _parse_strictly(encoded)


def _encoded(data: bytes | str) -> bytes:
    if len(data) > MAXIMUM_BYTES:
        raise UntrustedInputError("too_large")
    try:
        # Lone surrogates are refused here.
        return data if isinstance(data, bytes) else data.encode()
    except UnicodeError as exc:
        raise UntrustedInputError("not_utf8") from exc


def _parse_strictly(data: bytes) -> dict[str, object]:
    try:
        # UTF-16 is refused here, and a byte order mark with JSON itself.
        text = data.decode()
        value = _DECODER.decode(text)
    except UnicodeError as exc:
        raise UntrustedInputError("not_utf8") from exc
    except RecursionError as exc:
        raise UntrustedInputError("too_deep") from exc
    except ValueError as exc:
        raise UntrustedInputError("not_json") from exc
    if not isinstance(value, dict):
        raise UntrustedInputError("not_an_object")
    _check_extent(value, text)
    # Without such an escape there is no lone surrogate: it is JSON, but no text.
    if "\\u" in text and not _is_text(value):
        raise UntrustedInputError("bad_text")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise UntrustedInputError("duplicate_key")
    return result


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAXIMUM_DIGITS:
        raise UntrustedInputError("bad_number")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise UntrustedInputError("bad_number")
    return number


def _refuse_constant(_name: str) -> NoReturn:
    raise UntrustedInputError("bad_number")


def _check_extent(value: dict[str, object], text: str) -> None:
    """Check depth and number of values, names included, level by level and without recursion."""
    # Each value and name stands behind one of these, which texts may hold, too.
    may_be_many = sum(map(text.count, "{[,:")) >= _MAXIMUM_VALUES
    level: list[Any] = [value]
    depth = count = 1
    while level:
        if may_be_many:
            count += sum(len(one) * (2 if one.__class__ is dict else 1) for one in level)
            if count > _MAXIMUM_VALUES:
                raise UntrustedInputError("too_many_values")
        # A value that is neither array nor object is one level, too.
        depth += any(level)
        if depth > _MAXIMUM_DEPTH:
            raise UntrustedInputError("too_deep")
        level = [
            child
            for parent in level
            for child in (parent.values() if parent.__class__ is dict else parent)
            if child.__class__ is dict or child.__class__ is list
        ]


def _is_text(value: object) -> bool:
    """Tell whether all names and texts can be encoded; `value` is not too deep."""
    match value:
        case dict():
            return all(_is_text(one) for pair in value.items() for one in pair)
        case list():
            return all(_is_text(one) for one in value)
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in value)
    return True


_QUICK = QuickReader(depth=_MAXIMUM_DEPTH, values=_MAXIMUM_VALUES)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_number,
    parse_constant=_refuse_constant,
)
