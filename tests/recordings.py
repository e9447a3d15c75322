"""Recordings in tests: the few bytes that say how long something plays, and no picture."""

import struct


def a_box(kind: bytes, content: bytes, *, is_long: bool = False) -> bytes:
    """A box of ISO/IEC 14496-12."""
    if is_long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), kind) + content


def an_mp4(seconds: float, *, scale: int = 1000, version: int = 0, brand: bytes = b"isom") -> bytes:
    """An MP4 whose movie header stands behind its media, as cameras write it."""
    form = ">B3xQQIQ" if version else ">B3xIIII"
    header = struct.pack(form, version, 0, 0, scale, round(seconds * scale))
    parts = (
        a_box(b"ftyp", brand + bytes(4) + brand),
        a_box(b"mdat", bytes(64), is_long=True),
        a_box(b"moov", a_box(b"udta", b"") + a_box(b"mvhd", header + bytes(80))),
    )
    return b"".join(parts)


def an_element(kind: bytes, content: bytes, *, is_endless: bool = False) -> bytes:
    """An element of EBML; an endless one goes on to the end of the file."""
    size = b"\xff" if is_endless else struct.pack(">Q", len(content) | 1 << 56)
    return kind + size + content


def a_webm(seconds: float | None, *, scale: int = 1_000_000, is_endless: bool = False) -> bytes:
    """A WebM; without `seconds` as browsers record it: it does not say how long it is."""
    head = an_element(b"\x42\x86", b"\x01") + b"\x42\x82\x84webm"
    info = an_element(b"\x2a\xd7\xb1", scale.to_bytes(4))
    if seconds is not None:
        info += an_element(b"\x44\x89", struct.pack(">d", seconds * 1e9 / scale))
    segment = an_element(b"\x11\x4d\x9b\x74", bytes(12)) + an_element(b"\x15\x49\xa9\x66", info)
    segment += an_element(b"\x1f\x43\xb6\x75", bytes(32), is_endless=True)
    return an_element(b"\x1a\x45\xdf\xa3", head) + an_element(
        b"\x18\x53\x80\x67", segment, is_endless=is_endless
    )
