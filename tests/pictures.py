"""Pictures for tests: small PNGs, right or wrong."""

import zlib
from struct import pack, unpack_from

from badges.png import read_chunks

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


def dimensions_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = unpack_from(">II", read_chunks(png)[0].data)
    return width, height


def pixels_of(png: bytes) -> list[bytes]:
    """The rows of a PNG of eight bits a channel, with their filters undone."""
    chunks = read_chunks(png)
    width, height = dimensions_of(png)
    channels = CHANNELS[chunks[0].data[9]]
    packed = zlib.decompress(b"".join(one.data for one in chunks if one.kind == b"IDAT"))
    stride = width * channels
    rows, above = [], bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        above = _unfilter(packed[start], packed[start + 1 : start + 1 + stride], above, channels)
        rows.append(above)
    return rows


def colours_of(png: bytes) -> set[bytes]:
    """Every colour in a PNG with four channels."""
    return {row[at : at + 4] for row in pixels_of(png) for at in range(0, len(row), 4)}


def _unfilter(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    done = bytearray(line)
    for at, value in enumerate(line):
        left = done[at - step] if at >= step else 0
        up, corner = above[at], above[at - step] if at >= step else 0
        added = (0, left, up, (left + up) // 2, _nearest(left, up, corner))[kind]
        done[at] = (value + added) & 255
    return bytes(done)


def _nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))
