"""The font that words in PNG pictures are drawn with, and which characters it has.

It comes as a package, so that a title has the same outlines on every machine; fonts that
a machine happens to have are never used.
Source: https://learn.microsoft.com/typography/opentype/spec/cmap (subtable format 12)
"""

import struct
from functools import cache
from itertools import chain
from pathlib import Path

import fontpkg

FAMILY = "Noto Serif"
_TABLE = struct.Struct(">4sLLL")
_ENCODING = struct.Struct(">HHL")
_GROUP = struct.Struct(">LLL")
_HEADER_BYTES = 12
_FORMAT_12 = 12
_FORMAT_12_HEADER = 16


def font_path() -> Path:
    """Return where the font is."""
    return Path(fontpkg.path(FAMILY))


@cache
def covered() -> frozenset[int]:
    """Return the code points that the font has a glyph for."""
    data = font_path().read_bytes()
    cmap = _find_cmap(data)
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for number in range(count):
        _, _, offset = _ENCODING.unpack_from(data, cmap + 4 + number * _ENCODING.size)
        (kind,) = struct.unpack_from(">H", data, cmap + offset)
        if kind == _FORMAT_12:
            return _read_groups(data, cmap + offset)
    raise LookupError(f"{FAMILY} has no full table of characters")


def _find_cmap(data: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for number in range(count):
        tag, _, offset, _ = _TABLE.unpack_from(data, _HEADER_BYTES + number * _TABLE.size)
        if tag == b"cmap":
            return int(offset)
    raise LookupError(f"{FAMILY} has no table of characters")


def _read_groups(data: bytes, place: int) -> frozenset[int]:
    (count,) = struct.unpack_from(">L", data, place + 12)
    groups = (
        _GROUP.unpack_from(data, place + _FORMAT_12_HEADER + number * _GROUP.size)
        for number in range(count)
    )
    return frozenset(chain.from_iterable(range(first, last + 1) for first, last, _ in groups))
