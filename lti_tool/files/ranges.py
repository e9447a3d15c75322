"""Byte ranges of RFC 9110, section 14: one range at a time, which is all that players ask for."""

import re
from dataclasses import dataclass

from lti_tool.errors import RangeNotSatisfiableError

_RANGE = re.compile(r"[Bb]ytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """The bytes from `start` up to, not including, `end` of a file of `size` bytes."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes it covers."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The value of `Content-Range` in a 206 answer."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def find_range(header: str | None, size: int) -> ByteRange | None:
    """Return the range that a `Range` header asks of `size` bytes; None for the whole.

    A header that is malformed, or asks for several ranges, is ignored, as the
    RFC allows.

    Raises:
        RangeNotSatisfiableError: it asks for bytes that are not there.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(size - int(suffix), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= end:
        raise RangeNotSatisfiableError(size=size)
    return ByteRange(start=start, end=end, size=size)
