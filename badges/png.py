"""PNG as a list of chunks: read strictly, written byte for byte as it was.

Source: https://www.w3.org/TR/png-3/ (5 Datastream structure, 11.3.3 Textual information).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from badges.errors import BakingError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAXIMUM_BYTES = 5_000_000
_MAXIMUM_CHUNKS = 10_000
_MAXIMUM_SIDE = 20_000
_HEADER = struct.Struct(">I4s")
_NUMBER = struct.Struct(">I")
_SIZE = struct.Struct(">II")
_BEFORE, _BEHIND = _HEADER.size, _NUMBER.size
"""Bytes around the data of a chunk."""
_HEADER_BYTES = 13
_PIXELS = b"IDAT"
_FIRST, _LAST = _ENDS = b"IHDR", b"IEND"
_KIND_BYTES = 4
_KEYWORD_BYTES = 80
"""Of a keyword at most, with the end of it (11.3.3.2)."""
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")


class Chunk(NamedTuple):
    """One chunk: its type and its data."""

    kind: bytes
    data: bytes

    @property
    def keyword(self) -> bytes | None:
        """The keyword of a textual chunk."""
        if self.kind not in _TEXT_KINDS:
            return None
        return self.data[:_KEYWORD_BYTES].partition(b"\0")[0]


def read_chunks(data: bytes) -> tuple[Chunk, ...]:
    """Return the chunks of a PNG, from IHDR to IEND.

    Raises:
        BakingError: `too_large`, or `not_png`: a broken chunk, or more than a PNG.
    """
    chunks = []
    for kind, start, end in _checked_places(data):
        _check_sum(data, start, end)
        chunks.append(Chunk(kind, data[start:end]))
    return tuple(chunks)


def read_texts(data: bytes, keywords: tuple[bytes, ...]) -> list[Chunk]:
    """Return the textual chunks of a PNG with these keywords, each with the 0 that ends it.

    The pixels, which are most of a picture, have to be there and are not looked at.

    Raises:
        BakingError: as `read_chunks`.
    """
    found = []
    for kind, start, end in _checked_places(data):
        if kind != _PIXELS:
            _check_sum(data, start, end)
            if kind in _TEXT_KINDS and data.startswith(keywords, start, end):
                found.append(Chunk(kind, data[start:end]))
    return found


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Return chunks as a PNG."""
    parts = [SIGNATURE]
    for chunk in chunks:
        parts += pieces_of(chunk.kind, chunk.data)
    return b"".join(parts)


def pieces_of(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a chunk as it is written: before its data, the data, behind it."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return _HEADER.pack(len(data), kind), data, _NUMBER.pack(checksum)


def _checked_places(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return the type of each chunk of a PNG, and where its data begin and end."""
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    if not data.startswith(SIGNATURE):
        raise BakingError("not_png")
    places: list[tuple[bytes, int, int]] = []
    place, size = len(SIGNATURE), len(data)
    last, read = size - _BEFORE, _HEADER.unpack_from
    while place < last and len(places) < _MAXIMUM_CHUNKS:
        length, kind = read(data, place)
        end = place + _BEFORE + length
        places.append((kind, place + _BEFORE, end))
        place = end + _BEHIND
    if place != size or not places:
        raise BakingError("not_png")
    _check_order(data, places)
    return places


def _check_order(data: bytes, places: list[tuple[bytes, int, int]]) -> None:
    kinds = [kind for kind, _, _ in places]
    has_ends = kinds[0] == _FIRST and kinds[-1] == _LAST
    if not has_ends or kinds.count(_FIRST) + kinds.count(_LAST) > len(_ENDS):
        raise BakingError("not_png")
    _, start, end = places[0]
    if _PIXELS not in kinds or end - start != _HEADER_BYTES:
        raise BakingError("not_png")
    width, height = _SIZE.unpack_from(data, start)
    if not (1 <= width <= _MAXIMUM_SIDE and 1 <= height <= _MAXIMUM_SIDE):
        raise BakingError("not_png")


def _check_sum(data: bytes, start: int, end: int) -> None:
    # It is that of the type, too.
    if zlib.crc32(data[start - _KIND_BYTES : end]) != _NUMBER.unpack_from(data, end)[0]:
        raise BakingError("not_png")
