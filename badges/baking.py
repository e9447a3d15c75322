"""Credentials in and out of pictures: PNG and SVG, in either form of proof.

A picture is changed by exactly the piece that holds the credential; one that is there
already is replaced.
A learner record of others may be in a picture, too, under names of its own; ours are not.
Sources: https://www.imsglobal.org/spec/ob/v3p0/#baking (5.3 Baked Badge),
https://www.imsglobal.org/spec/clr/v2p0/#baking
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from badges.errors import BakingError
from badges.png import SIGNATURE, Chunk, pieces_of, read_chunks, read_texts, write_chunks
from badges.svg import is_svg, read_svg

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
RECORD_KEYWORD = b"clrcredential"
_KEYWORDS = KEYWORD + b"\0", RECORD_KEYWORD + b"\0"
RECORD_NAMESPACE = "https://purl.imsglobal.org/clr/v2p0"
_ELEMENT = "credential"
_PREFIX = "openbadges"
_TOKEN_START, _TOKEN_END = f'<{_PREFIX}:{_ELEMENT} verify="'.encode(), b'"/>'
_DOCUMENT_START, _DOCUMENT_END = (
    f"<{_PREFIX}:{_ELEMENT}><![CDATA[".encode(),
    f"]]></{_PREFIX}:{_ELEMENT}>".encode(),
)
_MAXIMUM_TEXT = 1_000_000
_PICTURES = 32
"""How many are kept in two halves: a badge has one picture, whoever earns it."""


def bake(picture: bytes, credential: bytes) -> bytes:
    """Return the picture with the credential in it: JSON with its proof, or a compact JWT.

    Raises:
        BakingError: `not_a_picture`, `not_png`, `not_svg`, `runs_scripts`, `too_large`.
    """
    halves = _halves_of(picture)
    pieces = _chunk(credential) if halves.is_png else _element(credential)
    return b"".join((halves.before, *pieces, halves.behind))


def unbake(picture: bytes) -> bytes:
    """Return the credential in a picture, as it was put in. The pixels are not looked at.

    Raises:
        BakingError: as `bake`; `not_baked`: there is none; `several`: there is more than one.
    """
    if picture.startswith(SIGNATURE):
        found = [_text_of(one) for one in read_texts(picture, _KEYWORDS)]
    elif is_svg(picture):
        found = [
            (one.attributes.get("verify") or one.text).strip().encode()
            for namespace in (NAMESPACE, RECORD_NAMESPACE)
            for one in read_svg(picture, looked_for=(namespace, _ELEMENT)).found
        ]
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


@dataclass(frozen=True, slots=True)
class _Halves:
    """A picture that was looked at, before and behind the place of its credential."""

    is_png: bool
    before: bytes
    behind: bytes


@lru_cache(maxsize=_PICTURES)
def _halves_of(picture: bytes) -> _Halves:
    if picture.startswith(SIGNATURE):
        return _halves_of_png(picture)
    if is_svg(picture):
        return _halves_of_svg(picture)
    raise BakingError("not_a_picture")


def _halves_of_png(picture: bytes) -> _Halves:
    head, *others = (one for one in read_chunks(picture) if one.keyword != KEYWORD)
    whole = write_chunks([head, *others])
    place = len(write_chunks([head]))
    return _Halves(is_png=True, before=whole[:place], behind=whole[place:])


def _chunk(credential: bytes) -> tuple[bytes, ...]:
    # Keyword, no compression, no language, no translated keyword (PNG 11.3.3.4).
    return pieces_of(b"iTXt", KEYWORD + b"\0" * 5 + credential)


def _text_of(chunk: Chunk) -> bytes:
    if chunk.kind != b"iTXt":
        raise BakingError("not_baked")
    # Keyword, flag and method, language, translated keyword, each ended by 0 (PNG 11.3.3.4).
    data = chunk.data
    flags = data.find(b"\0") + 1
    language = data.find(b"\0", flags + 2)
    translated = data.find(b"\0", language + 1)
    if not 0 < flags < language < translated:
        raise BakingError("not_png")
    flag, method = data[flags : flags + 1], data[flags + 1 : flags + 2]
    text = data[translated + 1 :]
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


def _halves_of_svg(picture: bytes) -> _Halves:
    found = read_svg(picture, looked_for=(NAMESPACE, _ELEMENT))
    if found.prefixes.get(_PREFIX, NAMESPACE) != NAMESPACE:
        raise BakingError("not_svg")
    declared = b"" if _PREFIX in found.prefixes else f' xmlns:{_PREFIX}="{NAMESPACE}"'.encode()
    named, opened = found.root_name_end, found.root_end
    kept, place = [], opened
    for old in found.found:
        kept.append(picture[place : old.start])
        place = old.end
    return _Halves(
        is_png=False,
        before=picture[:named] + declared + picture[named:opened],
        behind=b"".join([*kept, picture[place:]]),
    )


def _element(credential: bytes) -> tuple[bytes, bytes, bytes]:
    if not credential.lstrip().startswith(b"{"):
        token = escape(credential.decode("ascii")).encode()
        return _TOKEN_START, token, _TOKEN_END
    # Within a JSON string this spells the same text, and ends no CDATA section.
    # One sign is searched for much faster than three, and few have it.
    content = credential.replace(b"]]>", b"]]\\u003e") if b">" in credential else credential
    return _DOCUMENT_START, content, _DOCUMENT_END
