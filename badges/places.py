"""Where something stands in a document, and refusing it there."""

from collections.abc import Iterable
from typing import NoReturn, TypeAlias

from badges.errors import (
    CanonicalizationError,
    NestedArrayError,
    NullValueError,
    UnsafeNumberError,
    UnsupportedValueError,
)

Place: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value."""


def pointer_to(place: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a place."""
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in place)
    return "".join("/" + token for token in tokens)


def refuse(error: type[CanonicalizationError], message: str, place: Place) -> NoReturn:
    """Raise `error` for what stands at `place`."""
    raise error(message, pointer=pointer_to(place))


def refuse_value(value: object, place: Place) -> NoReturn:
    """Raise the error of a value that cannot stand at `place`, whatever else could."""
    match value:
        case None:
            refuse(NullValueError, "null says nothing", place)
        case list():
            refuse(NestedArrayError, "no array can stand here", place)
        case float():
            refuse(UnsafeNumberError, "a number with a fraction", place)
    refuse(UnsupportedValueError, f"no {type(value).__name__} can stand here", place)
