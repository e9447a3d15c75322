"""Texts that people send: one form of line break, nothing invisible, never too long."""

import re
import unicodedata
from decimal import Decimal

from lti_tool.errors import InvalidInputError, TooLargeError

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control characters except tab and line feed, halves of surrogate pairs, and the two that no
credential may hold because verifiers write them in different ways."""
_REORDERING = re.compile("[\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What turns "fdp.exe" into "exe.pdf" before the eye. Joiners, which some scripts need, stay."""

_NUMBER = re.compile(r"-?[0-9]{1,7}([.,][0-9]{1,4})?", re.ASCII)


def plain_text(value: object, *, field: str, most: int) -> str:
    """Return text as it is stored: line feeds only, no control characters.

    Forms send CRLF where scripts send LF: one form keeps comparisons true.
    What the text says is left alone, markup too; pages escape it.

    Raises:
        InvalidInputError: it is no text.
        TooLargeError: it is longer than `most` characters.
    """
    if not isinstance(value, str):
        raise InvalidInputError("not a text", code="not_text", field=field)
    if len(value) > 2 * most:
        raise TooLargeError(f"more than {most} characters", field=field)
    text = _UNSTORABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > most:
        raise TooLargeError(f"more than {most} characters", field=field)
    return text


def read_number(text: str) -> Decimal | None:
    """Return a number as people write it, with a point or a comma; None where it is none.

    It has as many digits as a scale of numbers may have.
    """
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of a text; format characters and spaces alone are nothing."""
    return any(unicodedata.category(one)[0] not in "CZ" for one in text)


def plain_line(value: object, *, field: str, most: int) -> str:
    """Return text of one line as it is stored: single spaces, nothing that deceives the eye.

    Raises:
        InvalidInputError, TooLargeError: as `plain_text`.
    """
    return " ".join(_REORDERING.sub("", plain_text(value, field=field, most=most)).split())
