"""Pictures for tests: small PNGs, right or wrong."""

import zlib
from struct import pack

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def a_chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return pack(">I4s", len(body), name) + body + pack(">I", zlib.crc32(name + body))


def a_png(
    width: int = 100,
    *,
    height: int | None = None,
    colour: int = 0,
    depth: int = 8,
    interlaced: bool = False,
    notes: bytes = b"",
    pixels: bytes | None = None,
) -> bytes:
    """A PNG of one colour; `notes` are chunks before its pixels."""
    height = width if height is None else height
    bits = depth * CHANNELS[colour]

    def rows(columns: int, lines: int) -> int:
        return lines * (1 + -(-columns * bits // 8))

    size = rows(width, height)
    if interlaced:
        size = sum(rows(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in PASSES)
    head = pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    packed = zlib.compress(bytes(size) if pixels is None else pixels)
    return (
        SIGNATURE
        + a_chunk(b"IHDR", head)
        + notes
        + a_chunk(b"IDAT", packed)
        + a_chunk(b"IEND", b"")
    )
