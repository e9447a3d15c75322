"""PNG as a list of chunks: read strictly, written byte for byte as it was.

Source: https://www.w3.org/TR/png-3/ (5 Datastream structure, 11.3.3 Textual information).
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from badges.errors import BakingError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAXIMUM_BYTES = 5_000_000
_MAXIMUM_CHUNKS = 10_000
_MAXIMUM_SIDE = 20_000
_HEADER = struct.Struct(">I4s")
_NUMBER = struct.Struct(">I")
_SIZE = struct.Struct(">II")
_HEADER_BYTES = 13
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its type and its data."""

    kind: bytes
    data: bytes

    @property
    def keyword(self) -> bytes | None:
        """The keyword of a textual chunk."""
        return self.data.partition(b"\0")[0] if self.kind in _TEXT_KINDS else None


def read_chunks(data: bytes) -> tuple[Chunk, ...]:
    """Return the chunks of a PNG, from IHDR to IEND.

    Raises:
        BakingError: `too_large`, or `not_png`: a broken chunk, or more than a PNG.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    if not data.startswith(SIGNATURE):
        raise BakingError("not_png")
    chunks: list[Chunk] = []
    place = len(SIGNATURE)
    while place < len(data) and len(chunks) < _MAXIMUM_CHUNKS:
        chunk, place = _read_chunk(data, place)
        chunks.append(chunk)
    _check_order(chunks, is_whole=place == len(data))
    return tuple(chunks)


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Return chunks as a PNG."""
    parts = [SIGNATURE]
    for chunk in chunks:
        checksum = zlib.crc32(chunk.data, zlib.crc32(chunk.kind))
        parts += (_HEADER.pack(len(chunk.data), chunk.kind), chunk.data, _NUMBER.pack(checksum))
    return b"".join(parts)


def dimensions(chunks: tuple[Chunk, ...]) -> tuple[int, int]:
    """Return width and height in pixels."""
    width, height = _SIZE.unpack_from(chunks[0].data)
    return width, height


def _read_chunk(data: bytes, place: int) -> tuple[Chunk, int]:
    try:
        length, kind = _HEADER.unpack_from(data, place)
        start = place + _HEADER.size
        (checksum,) = _NUMBER.unpack_from(data, start + length)
    except struct.error as error:
        raise BakingError("not_png") from error
    content = data[start : start + length]
    if zlib.crc32(content, zlib.crc32(kind)) != checksum:
        raise BakingError("not_png")
    return Chunk(kind, content), start + length + _NUMBER.size


def _check_order(chunks: list[Chunk], *, is_whole: bool) -> None:
    kinds = [chunk.kind for chunk in chunks]
    is_framed = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds
    is_single = kinds.count(b"IHDR") == kinds.count(b"IEND") == 1
    if not (is_whole and is_framed and is_single and len(chunks[0].data) == _HEADER_BYTES):
        raise BakingError("not_png")
    if not all(1 <= side <= _MAXIMUM_SIDE for side in dimensions(tuple(chunks))):
        raise BakingError("not_png")
