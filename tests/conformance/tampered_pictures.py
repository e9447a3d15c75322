"""Baked badges that somebody changed."""

import struct
import zlib

from badges.baking import KEYWORD, NAMESPACE, bake
from badges.checks import CheckName
from badges.credential import build_credential
from badges.image import draw_badge_image
from badges.png import Chunk, read_chunks, write_chunks
from badges.written import serialize
from tests.conformance.judges import TODAY
from tests.conformance.tampering import Form, Judge, Tampering
from tests.credentials import a_jwt, a_signed_credential, some_facts

PICTURE = "picture"
"""In place of a check: no credential is taken from it."""
_PNG = write_chunks(
    [
        Chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)),
        Chunk(b"IDAT", zlib.compress(b"\0\xff\0\0\xff")),
        Chunk(b"IEND", b""),
    ]
)
_SVG = draw_badge_image(title="Listening Closely", position=2, total=4, alt="Badge 2 of 4")
_SIGNED = (str(CheckName.PROOF), "signature")
_NAME, _OTHER_NAME = b"Ada Lovelace", b"Eve Lovelace"
_CHUNK = KEYWORD + b"\0" * 5


def tampered_pictures() -> list[Tampering]:
    """Return every tampering of a baked badge."""
    document, token = _credentials()
    return [*_pngs(document, token), *_svgs(document, token)]


def harmless_pictures() -> dict[str, bytes]:
    """Return both pictures with both forms in them, and one that was changed elsewhere."""
    document, token = _credentials()
    titled = Chunk(b"tEXt", b"Title\0Listening Closely")
    head, *rest = read_chunks(bake(_PNG, document))
    return {
        "document.png": bake(_PNG, document),
        "token.png": bake(_PNG, token),
        "titled.png": write_chunks([head, titled, *rest]),
        "document.svg": bake(_SVG, document),
        "token.svg": bake(_SVG, token),
        "commented.svg": bake(_SVG, document).replace(b"</svg>", b"<!-- mine --></svg>"),
    }


def _credentials(name: str = "Ada Lovelace") -> tuple[bytes, bytes]:
    """A badge as JSON and as a token."""
    facts = some_facts(awarded_at=TODAY, valid_from=TODAY, subject_name=name)
    document = build_credential(facts)
    return serialize(a_signed_credential(document)), a_jwt(document).encode()


def _swapped(token: bytes) -> bytes:
    """Another badge under the signature of this one."""
    header, _, signature = token.split(b".")
    return b".".join((header, _credentials("Eve")[1].split(b".")[1], signature))


def _pngs(document: bytes, token: bytes) -> list[Tampering]:
    baked = bake(_PNG, document)
    head, *rest = read_chunks(baked)
    others_document, _ = _credentials("Eve")
    packed = zlib.compress(document.replace(_NAME, _OTHER_NAME))
    return [
        _tampering(
            "name in the chunk changed",
            Form.PNG,
            write_chunks(
                [head, Chunk(b"iTXt", _CHUNK + document.replace(_NAME, _OTHER_NAME)), *rest[1:]]
            ),
            _SIGNED,
        ),
        _tampering(
            "name in a packed chunk changed",
            Form.PNG,
            write_chunks([head, Chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0" + packed), *rest[1:]]),
            _SIGNED,
        ),
        _tampering(
            "bytes of the chunk changed",
            Form.PNG,
            baked.replace(_NAME, _OTHER_NAME),
            (PICTURE, "not_png"),
        ),
        _tampering("token in the chunk swapped", Form.PNG, bake(_PNG, _swapped(token)), _SIGNED),
        _tampering(
            "a second chunk",
            Form.PNG,
            write_chunks([head, *rest[:-1], Chunk(b"iTXt", _CHUNK + others_document), rest[-1]]),
            (PICTURE, "several"),
            accepted_by={Judge.OPENBADGESLIB: "it reads the first of several"},
        ),
        _tampering(
            "picture cut off",
            Form.PNG,
            baked[:-20],
            (PICTURE, "not_png"),
            accepted_by={Judge.OPENBADGESLIB: "it reads no further than the credential"},
        ),
        _tampering(
            "something behind the picture",
            Form.PNG,
            baked + baked,
            (PICTURE, "not_png"),
            accepted_by={Judge.OPENBADGESLIB: "it reads no further than the credential"},
        ),
    ]


def _svgs(document: bytes, token: bytes) -> list[Tampering]:
    baked, with_token = bake(_SVG, document), bake(_SVG, token)
    element = with_token[with_token.index(b"<openbadges:") : with_token.index(b"/>") + 2]
    other = bake(_SVG, _credentials("Eve")[1])
    others = other[other.index(b"<openbadges:") : other.index(b"/>") + 2]
    ran = "it reads pictures, and looks for scripts only when it bakes one"
    return [
        _tampering(
            "name in the element changed", Form.SVG, baked.replace(_NAME, _OTHER_NAME), _SIGNED
        ),
        _tampering(
            "token in the element swapped",
            Form.SVG,
            with_token.replace(token, _swapped(token)),
            _SIGNED,
        ),
        _tampering(
            "a second element",
            Form.SVG,
            with_token.replace(element, element + others),
            (PICTURE, "several"),
            accepted_by={Judge.OPENBADGESLIB: "it reads the first of several"},
        ),
        _tampering(
            "element of another vocabulary",
            Form.SVG,
            with_token.replace(NAMESPACE.encode(), b"https://mallory.example.com/"),
            (PICTURE, "not_baked"),
            accepted_by={Judge.OPENBADGESLIB: "it goes by the prefix, not by its namespace"},
        ),
        _tampering(
            "a script put in",
            Form.SVG,
            with_token.replace(b"</svg>", b"<script>alert(1)</script></svg>"),
            (PICTURE, "runs_scripts"),
            accepted_by={Judge.OPENBADGESLIB: ran},
        ),
        _tampering(
            "an entity declared",
            Form.SVG,
            b'<!DOCTYPE svg [<!ENTITY a "b">]>' + baked[baked.index(b"<svg") :],
            (str(CheckName.PARSE), "jwt_parts"),
        ),
    ]


def _tampering(
    name: str,
    form: Form,
    data: bytes,
    said: tuple[str, str],
    accepted_by: dict[Judge, str] | None = None,
) -> Tampering:
    check, code = said
    return Tampering(
        name=name, form=form, data=data, check=check, code=code, accepted_by=accepted_by or {}
    )
