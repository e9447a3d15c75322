"""How long a recording plays, read from its container: MP4 and QuickTime, WebM and Matroska.

Only the few bytes that say it are read, wherever they stand. A file that does not
say it, or says something impossible, has no length: nothing in it is trusted
further, and nothing in it makes this read more than `MOST_STEPS` small pieces.

ISO/IEC 14496-12 (boxes, `mvhd`) and RFC 9559 (Matroska: `Info`, `Duration`).
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MOST_STEPS = 2_000
"""Boxes or elements that are looked at before a file is given up."""
MOST_MILLISECONDS = 2**31 - 1
"""What the database takes: nearly 25 days."""

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = 0x18538067
_INFO = 0x1549A966
_TIMESTAMP_SCALE = 0x2AD7B1
_DURATION = 0x4489
_UNKNOWN_SIZE = -1
_HEADER_BYTES = 16
_NANOSECONDS = 1_000_000
_UNKNOWN_DURATIONS = frozenset({0, 2**32 - 1, 2**64 - 1})


@dataclass(frozen=True, slots=True)
class _Part:
    """A box or element: what it is, and where its content stands."""

    kind: bytes | int
    start: int
    end: int


class _UnreadableError(Exception):
    """The container is broken, or too much of it would have to be read."""


def read_milliseconds(file: IO[bytes]) -> int | None:
    """Return how long `file` plays; None where it does not say so."""
    size = file.seek(0, 2)
    reader = _Reader(file, size)
    try:
        head = reader.bytes_at(0, 8)
        if head.startswith(_EBML):
            length = _matroska_length(reader)
        elif head[4:] in {b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"}:
            length = _mp4_length(reader)
        else:
            return None
    except _UnreadableError:
        return None
    if length is None or not 0 < length <= MOST_MILLISECONDS:
        return None
    return round(length) or None


class _Reader:
    """Small pieces of a file, counted."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._steps = 0
        self.size = size

    def bytes_at(self, start: int, length: int) -> bytes:
        """Return `length` bytes, fewer at the end of the file."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _UnreadableError
        self._file.seek(start)
        return self._file.read(length)

    def exactly(self, start: int, length: int) -> bytes:
        """Return `length` bytes, or give the file up."""
        found = self.bytes_at(start, length)
        if len(found) < length:
            raise _UnreadableError
        return found


def _mp4_length(reader: _Reader) -> float | None:
    for movie in _boxes(reader, 0, reader.size):
        if movie.kind != b"moov":
            continue
        for box in _boxes(reader, movie.start, movie.end):
            if box.kind == b"mvhd":
                return _movie_length(reader, box)
    return None


def _movie_length(reader: _Reader, box: _Part) -> float | None:
    """Return the length that a movie header gives, in its own unit of time."""
    version = reader.exactly(box.start, 1)[0]
    # Behind version and flags: created, changed, units in a second, duration.
    form, length = (">QQIQ", 28) if version == 1 else (">IIII", 16)
    if box.end - box.start < 4 + length:
        raise _UnreadableError
    _, _, scale, duration = struct.unpack(form, reader.exactly(box.start + 4, length))
    if not scale or duration in _UNKNOWN_DURATIONS:
        return None
    return float(duration * 1000 / scale)


def _boxes(reader: _Reader, start: int, end: int) -> Iterator[_Part]:
    while start + 8 <= end:
        header = reader.bytes_at(start, _HEADER_BYTES)
        if len(header) < 8:  # noqa: PLR2004 - size and kind, four bytes each
            raise _UnreadableError
        size, kind = struct.unpack_from(">I4s", header)
        before = 8
        if size == 1:
            before = _HEADER_BYTES
            if len(header) < before:
                raise _UnreadableError
            (size,) = struct.unpack_from(">Q", header, 8)
        elif size == 0:
            size = end - start
        if size < before or start + size > end:
            raise _UnreadableError
        yield _Part(kind, start + before, start + size)
        start += size


def _matroska_length(reader: _Reader) -> float | None:
    for segment in _elements(reader, 0, reader.size):
        if segment.kind != _SEGMENT:
            continue
        for element in _elements(reader, segment.start, segment.end):
            if element.kind == _INFO:
                return _segment_length(reader, element)
    return None


def _segment_length(reader: _Reader, info: _Part) -> float | None:
    """Return the length that a segment's information gives, in its own unit of time."""
    scale, duration = _NANOSECONDS, None
    for element in _elements(reader, info.start, info.end):
        length = element.end - element.start
        if element.kind == _TIMESTAMP_SCALE and 0 < length <= 8:  # noqa: PLR2004 - a number
            scale = int.from_bytes(reader.exactly(element.start, length))
        if element.kind == _DURATION and length in {4, 8}:
            form = ">f" if length == 4 else ">d"  # noqa: PLR2004 - bytes of a float
            (duration,) = struct.unpack(form, reader.exactly(element.start, length))
    if duration is None or not math.isfinite(duration):
        return None
    return float(duration * scale / _NANOSECONDS)


def _elements(reader: _Reader, start: int, end: int) -> Iterator[_Part]:
    while start < end:
        header = reader.bytes_at(start, _HEADER_BYTES)
        kind, id_length = _number(header, 0, most=4, keeps_marker=True)
        size, size_length = _number(header, id_length, most=8, keeps_marker=False)
        begins = start + id_length + size_length
        # Whatever is being recorded while it is written has no end but the file's.
        # One that was cut off still says how long it was to be.
        stop = end if size == _UNKNOWN_SIZE else min(begins + size, end)
        yield _Part(kind, begins, stop)
        start = stop


def _number(header: bytes, start: int, *, most: int, keeps_marker: bool) -> tuple[int, int]:
    """Return a number of variable length, and how many bytes it takes."""
    if start >= len(header) or not header[start]:
        raise _UnreadableError
    length = 9 - header[start].bit_length()
    found = header[start : start + length]
    if length > most or len(found) < length:
        raise _UnreadableError
    value = int.from_bytes(found)
    if keeps_marker:
        return value, length
    value &= (1 << 7 * length) - 1
    return (_UNKNOWN_SIZE if value == (1 << 7 * length) - 1 else value), length
