"""PNG as a list of chunks: read strictly, written byte for byte as it was.

Source: https://www.w3.org/TR/png-3/ (5 Datastream structure, 11.3.3 Textual information).
"""

import struct
from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

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
_FIRST, _LAST = b"IHDR", b"IEND"
_BEGINNING = SIGNATURE + _HEADER.pack(_HEADER_BYTES, _FIRST)
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
    return tuple(_read(data))


def read_texts(data: bytes, keywords: tuple[bytes, ...]) -> list[Chunk]:
    """Return the textual chunks of a PNG with these keywords, each with the 0 that ends it.

    The pixels, which are most of a picture, have to be there and are not looked at.

    Raises:
        BakingError: as `read_chunks`.
    """
    found = _read(data, unseen=_PIXELS, beginnings=keywords)
    return [one for one in found if one.kind in _TEXT_KINDS]


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Return chunks as a PNG."""
    parts = [SIGNATURE]
    for chunk in chunks:
        parts += pieces_of(chunk.kind, chunk.data)
    return b"".join(parts)


def pieces_of(kind: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a chunk as it is written: before its data, the data, behind it."""
    checksum = crc32(data, crc32(kind))
    return _HEADER.pack(len(data), kind), data, _NUMBER.pack(checksum)


def _read(
    data: bytes, *, unseen: bytes = b"", beginnings: tuple[bytes, ...] = (b"",)
) -> list[Chunk]:
    """Return the chunks of a PNG whose data begin with one of `beginnings`.

    Chunks of the kind `unseen` have to be there, and nobody looks at their data. One function
    with one loop: calls would take longer than all that is done here.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    if not data.startswith(_BEGINNING):
        raise BakingError("not_png")
    found: list[Chunk] = []
    kinds: list[bytes] = []
    place, size = len(SIGNATURE), len(data)
    last, read, read_sum = size - _BEFORE, _HEADER.unpack_from, _NUMBER.unpack_from
    while place < last and len(kinds) < _MAXIMUM_CHUNKS:
        length, kind = read(data, place)
        start = place + _BEFORE
        end = start + length
        place = end + _BEHIND
        kinds.append(kind)
        if kind != unseen:
            # The sum is that of the kind, too.
            told = data[start - _KIND_BYTES : end]
            if place > size or read_sum(data, end)[0] != crc32(told):
                raise BakingError("not_png")
            if data.startswith(beginnings, start, end):
                found.append(Chunk(kind, data[start:end]))
    if place != size or not _is_whole(data, kinds):
        raise BakingError("not_png")
    return found


def _is_whole(data: bytes, kinds: list[bytes]) -> bool:
    width, height = _SIZE.unpack_from(data, len(_BEGINNING))
    return (
        0 < int(width) <= _MAXIMUM_SIDE
        and 0 < int(height) <= _MAXIMUM_SIDE
        and kinds[-1] == _LAST
        and kinds.count(_LAST) == 1
        and kinds.count(_FIRST) == 1
        and _PIXELS in kinds
    )
