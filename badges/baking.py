"""Credentials in and out of pictures: PNG and SVG, in either form of proof.

A picture is changed by exactly the piece that holds the credential; one that is there
already is replaced.
Source: https://www.imsglobal.org/spec/ob/v3p0/#baking (5.3 Baked Badge)
"""

import zlib
from html import escape

from badges.errors import BakingError
from badges.png import SIGNATURE, Chunk, read_chunks, write_chunks
from badges.svg import is_svg, read_svg

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ELEMENT = "credential"
_PREFIX = "openbadges"
_MAXIMUM_TEXT = 1_000_000


def bake(picture: bytes, credential: bytes) -> bytes:
    """Return the picture with the credential in it: JSON with its proof, or a compact JWT.

    Raises:
        BakingError: `not_a_picture`, `not_png`, `not_svg`, `runs_scripts`, `too_large`.
    """
    if picture.startswith(SIGNATURE):
        return _bake_png(picture, credential)
    if is_svg(picture):
        return _bake_svg(picture, credential)
    raise BakingError("not_a_picture")


def unbake(picture: bytes) -> bytes:
    """Return the credential in a picture, as it was put in.

    Raises:
        BakingError: as `bake`; `not_baked`: there is none; `several`: there is more than one.
    """
    if picture.startswith(SIGNATURE):
        found = [_text_of(one) for one in read_chunks(picture) if one.keyword == KEYWORD]
    elif is_svg(picture):
        elements = read_svg(picture, looked_for=(NAMESPACE, _ELEMENT)).found
        found = [(one.attributes.get("verify") or one.text).strip().encode() for one in elements]
    else:
        raise BakingError("not_a_picture")
    if len(found) > 1:
        raise BakingError("several")
    if not found or not found[0]:
        raise BakingError("not_baked")
    return found[0]


def is_picture(data: bytes) -> bool:
    """Whether it looks like something that `unbake` reads."""
    return data.startswith(SIGNATURE) or is_svg(data)


def _bake_png(picture: bytes, credential: bytes) -> bytes:
    chunks = [one for one in read_chunks(picture) if one.keyword != KEYWORD]
    # Keyword, no compression, no language, no translated keyword (PNG 11.3.3.4).
    baked = Chunk(b"iTXt", KEYWORD + b"\0" * 5 + credential)
    return write_chunks([chunks[0], baked, *chunks[1:]])


def _text_of(chunk: Chunk) -> bytes:
    if chunk.kind != b"iTXt":
        raise BakingError("not_baked")
    rest = chunk.data[len(KEYWORD) + 1 :]
    flag, method = rest[:1], rest[1:2]
    text = rest[2:].split(b"\0", 2)[-1]
    if flag == b"\0":
        return text
    if (flag, method) != (b"\1", b"\0"):
        raise BakingError("not_png")
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(text, _MAXIMUM_TEXT)
    except zlib.error as error:
        raise BakingError("not_png") from error
    if unpacker.unconsumed_tail:
        raise BakingError("too_large")
    return unpacked


def _bake_svg(picture: bytes, credential: bytes) -> bytes:
    found = read_svg(picture, looked_for=(NAMESPACE, _ELEMENT))
    if found.prefixes.get(_PREFIX, NAMESPACE) != NAMESPACE:
        raise BakingError("not_svg")
    declared = b"" if _PREFIX in found.prefixes else f' xmlns:{_PREFIX}="{NAMESPACE}"'.encode()
    parts = [
        picture[: found.root_name_end],
        declared,
        picture[found.root_name_end : found.root_end],
        _element(credential),
    ]
    place = found.root_end
    for old in found.found:
        parts.append(picture[place : old.start])
        place = old.end
    return b"".join([*parts, picture[place:]])


def _element(credential: bytes) -> bytes:
    name = f"{_PREFIX}:{_ELEMENT}".encode()
    if not credential.lstrip().startswith(b"{"):
        token = escape(credential.decode("ascii")).encode()
        return b"<" + name + b' verify="' + token + b'"/>'
    # Within a JSON string this spells the same text, and ends no CDATA section.
    content = credential.replace(b"]]>", b"]]\\u003e")
    return b"<" + name + b"><![CDATA[" + content + b"]]></" + name + b">"
