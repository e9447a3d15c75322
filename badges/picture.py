"""Pictures from outside: a PNG is looked at, and written again without its notes."""

import zlib
from struct import Struct

from badges.errors import BakingError, InvalidPictureError
from badges.png import Chunk, read_chunks, write_chunks

MAXIMUM_BYTES = 500_000
MINIMUM_PIXELS = 90
MAXIMUM_PIXELS = 2000
"""Of each side. A picture that is larger says nothing more at the size of a badge."""

_IHDR = Struct(">IIBBBBB")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})
"""What the picture looks like. All else are notes: when, where, with what, and by whom."""
_PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""The seven passes of an interlaced picture: first column, first row, steps."""


def clean_picture(data: bytes) -> bytes:
    """Return the PNG without what does not change how it looks.

    Raises:
        InvalidPictureError: it is none, broken, too large, too small, not square, or it moves.
    """
    if len(data) > MAXIMUM_BYTES:
        raise InvalidPictureError("too_large")
    try:
        chunks = read_chunks(data)
    except BakingError as error:
        raise InvalidPictureError("not_png") from error
    kinds = {chunk.kind for chunk in chunks}
    if b"acTL" in kinds:
        raise InvalidPictureError("moves")
    # A name that begins with a capital must be understood.
    if any(kind[:1].isupper() for kind in kinds - _KEPT):
        raise InvalidPictureError("broken")
    _check_pixels(chunks, _count_bytes(chunks[0].data))
    return write_chunks(chunk for chunk in chunks if chunk.kind in _KEPT)


def _count_bytes(head: bytes) -> int:
    """Return how many bytes the pixels take, once unpacked."""
    width, height, depth, colour, packing, filtering, interlace = _IHDR.unpack(head)
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlace > 1:
        raise InvalidPictureError("broken")
    if width != height:
        raise InvalidPictureError("not_square")
    if not MINIMUM_PIXELS <= width <= MAXIMUM_PIXELS:
        raise InvalidPictureError("wrong_size")
    bits = depth * _CHANNELS[colour]
    if not interlace:
        return _bytes(width, height, bits)
    return sum(
        _bytes(-(-(width - x) // dx), -(-(height - y) // dy), bits) for x, y, dx, dy in _PASSES
    )


def _bytes(width: int, height: int, bits: int) -> int:
    return height * (1 + -(-width * bits // 8))


def _check_pixels(chunks: tuple[Chunk, ...], size: int) -> None:
    packed = b"".join(chunk.data for chunk in chunks if chunk.kind == b"IDAT")
    unpacking = zlib.decompressobj()
    try:
        pixels = unpacking.decompress(packed, size + 1)
    except zlib.error as error:
        raise InvalidPictureError("broken") from error
    if len(pixels) != size or not unpacking.eof:
        raise InvalidPictureError("broken")
