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
_ENDS = frozenset({b"IHDR", b"IEND"})
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


def read_chunks(data: bytes, *, with_pixels: bool = True) -> tuple[Chunk, ...]:
    """Return the chunks of a PNG, from IHDR to IEND.

    Args:
        data: The picture.
        with_pixels: Otherwise the chunks of the pixels, which are most of a picture, are left
            out; they still have to be there.

    Raises:
        BakingError: `too_large`, or `not_png`: a broken chunk, or more than a PNG.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    if not data.startswith(SIGNATURE):
        raise BakingError("not_png")
    places = _places_of(data)
    _check_order(data, places)
    chunks = []
    for kind, start, end in places:
        if with_pixels or kind != _PIXELS:
            content = data[start:end]
            if zlib.crc32(content, zlib.crc32(kind)) != _NUMBER.unpack_from(data, end)[0]:
                raise BakingError("not_png")
            chunks.append(Chunk(kind, content))
    return tuple(chunks)


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


def _places_of(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return the type of each chunk, and where its data begin and end."""
    places: list[tuple[bytes, int, int]] = []
    place, size = len(SIGNATURE), len(data)
    last, read = size - _BEFORE, _HEADER.unpack_from
    while place < last and len(places) < _MAXIMUM_CHUNKS:
        length, kind = read(data, place)
        end = place + _BEFORE + length
        places.append((kind, place + _BEFORE, end))
        place = end + _BEHIND
    if place != size:
        raise BakingError("not_png")
    return places


def _check_order(data: bytes, places: list[tuple[bytes, int, int]]) -> None:
    kinds = [kind for kind, _, _ in places]
    inner = frozenset(kinds[1:-1])
    if kinds[:1] != [b"IHDR"] or kinds[-1] != b"IEND" or not _ENDS.isdisjoint(inner):
        raise BakingError("not_png")
    _, start, end = places[0]
    if _PIXELS not in inner or end - start != _HEADER_BYTES:
        raise BakingError("not_png")
    width, height = _SIZE.unpack_from(data, start)
    if not (1 <= width <= _MAXIMUM_SIDE and 1 <= height <= _MAXIMUM_SIDE):
        raise BakingError("not_png")
