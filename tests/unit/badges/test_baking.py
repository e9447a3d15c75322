"""Credentials in pictures: in, out, replaced; nothing else changes, nothing that runs gets in."""

import contextlib
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.baking import (
    KEYWORD,
    NAMESPACE,
    RECORD_KEYWORD,
    RECORD_NAMESPACE,
    bake,
    is_picture,
    unbake,
)
from badges.errors import BakingError
from badges.image import draw_badge_image
from badges.png import SIGNATURE, Chunk, read_chunks, write_chunks

JWT = b"eyJhbGciOiJSUzI1NiJ9.eyJ4IjoxfQ.c2lnbmF0dXJl"
JSON = '{"name":"Ünïcode 🏅 <b> & ]]> \\u003c","id":"urn:uuid:1"}'.encode()
PIXEL = zlib.compress(b"\0\xff\0\0\xff")
PNG = write_chunks(
    [
        Chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)),
        Chunk(b"tEXt", b"Title\0A pixel"),
        Chunk(b"IDAT", PIXEL),
        Chunk(b"IEND", b""),
    ]
)
SVG = draw_badge_image(title="Listening <Closely> & Well", position=2, total=4, alt="Badge 2")
PICTURES = {"png": PNG, "svg": SVG}


def an_svg(inside: str = "", attributes: str = "") -> bytes:
    """Return a small SVG."""
    return (
        f'<?xml version="1.0"?><!-- > --><svg xmlns="http://www.w3.org/2000/svg" '
        f"xmlns:xlink='http://www.w3.org/1999/xlink' data-x='>' {attributes}>{inside}</svg>"
    ).encode()


def refused(picture: bytes, credential: bytes = JWT) -> str:
    """Return why a picture is refused, in and out alike."""
    with pytest.raises(BakingError) as caught:
        bake(picture, credential)
    with pytest.raises(BakingError) as again:
        unbake(picture)
    assert caught.value.reason == again.value.reason
    return caught.value.reason


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("credential", [JWT, JSON], ids=["jwt", "json"])
def test_what_goes_in_comes_out(kind: str, credential: bytes) -> None:
    """JSON may spell one sequence in another way, and says the same."""
    baked = bake(PICTURES[kind], credential)

    expected = credential.replace(b"]]>", b"]]\\u003e") if kind == "svg" else credential
    assert unbake(baked) == expected
    assert is_picture(baked)


@pytest.mark.parametrize("kind", PICTURES)
def test_a_second_credential_takes_the_place_of_the_first(kind: str) -> None:
    """The picture is then the same as if there had been no first."""
    picture = PICTURES[kind]

    assert bake(bake(picture, JSON), JWT) == bake(picture, JWT)
    assert unbake(bake(bake(picture, JWT), JSON)).startswith(b"{")


def test_every_other_chunk_of_a_png_stays() -> None:
    """One iTXt chunk behind IHDR, uncompressed, with no language."""
    before, after = read_chunks(PNG), read_chunks(bake(PNG, JWT))

    assert [one for one in after if one not in before] == [after[1]]
    assert after[1] == Chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + JWT)
    assert [one for one in after if one != after[1]] == list(before)


def test_an_svg_is_spliced_and_nothing_else() -> None:
    """The element is the first child of the root, in its namespace; the rest is as it was."""
    baked = bake(SVG, JSON)
    root = ET.fromstring(baked)  # noqa: S314 - our own

    assert root[0].tag == f"{{{NAMESPACE}}}credential"
    start, end = baked.index(b"<openbadges:"), baked.index(b"</openbadges:credential>")
    declared = f' xmlns:openbadges="{NAMESPACE}"'.encode()
    rest = baked[:start] + baked[end + len(b"</openbadges:credential>") :]
    assert rest.replace(declared, b"", 1) == SVG


def test_a_jwt_in_an_svg_is_an_attribute() -> None:
    """The element has no content."""
    root = ET.fromstring(bake(an_svg("<g/>"), JWT))  # noqa: S314 - our own

    assert root[0].attrib == {"verify": JWT.decode()}
    assert not root[0].text


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<g><script href='x.js'/></g>",
        "<foreignObject/>",
        "<g onload='alert(1)'/>",
        "<a href='javascript:alert(1)'><g/></a>",
        "<a xlink:href=' java\tscript:alert(1)'><g/></a>",
        "<set attributeName='href' to='javascript:alert(1)'/>",
        "<image href='data:text/html,x'/>",
        "<s:script xmlns:s='http://www.w3.org/2000/svg'/>",
        "<h:script xmlns:h='http://www.w3.org/1999/xhtml'/>",
    ],
)
def test_a_picture_that_runs_something_is_refused(inside: str) -> None:
    """Whatever the prefix, and however the address is written."""
    assert refused(an_svg(inside)) == "runs_scripts"


def test_a_root_that_runs_something_is_refused() -> None:
    """Attributes of the root count as well."""
    assert refused(an_svg(attributes="ONLOAD='x()'")) == "runs_scripts"


@pytest.mark.parametrize(
    "picture",
    [
        b"<html/>",
        b"<svg/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>",
        b"<?php echo 1 ?><svg xmlns='http://www.w3.org/2000/svg'></svg>",
        an_svg("<g>" * 300 + "</g>" * 300),
        '<?xml version="1.0" encoding="UTF-16"?><svg/>'.encode("utf-16"),
    ],
)
def test_what_is_no_svg_is_refused(picture: bytes) -> None:
    """No entities, no instructions, no other encoding, no depth without end."""
    assert refused(picture) in {"not_svg", "not_a_picture"}


def test_a_page_is_no_picture() -> None:
    """Also one that shows pictures."""
    assert not is_picture(b"<!doctype html><html><body><svg></svg></body></html>")


def test_a_prefix_that_means_something_else() -> None:
    """Declaring it again would be no XML."""
    with pytest.raises(BakingError, match="not_svg"):
        bake(an_svg(attributes="xmlns:openbadges='urn:else'"), JWT)


@pytest.mark.parametrize(
    "picture",
    [
        PNG[:-1],
        PNG + b"x",
        PNG.replace(b"IDAT", b"IDAX"),
        PNG[:40] + b"\0" + PNG[41:],
        SIGNATURE,
        write_chunks([*read_chunks(PNG), *read_chunks(PNG)]),
        write_chunks([Chunk(b"IHDR", b"\0" * 13), *read_chunks(PNG)[1:]]),
    ],
)
def test_a_broken_png_is_refused(picture: bytes) -> None:
    """A checksum, an order, an end: all of them."""
    assert refused(picture) == "not_png"


def test_damaged_pixels_hide_no_credential_and_get_none() -> None:
    """What is read is the credential, with its own checksum; what is written is a whole picture."""
    baked = bake(PNG, JSON)
    damaged = baked.replace(PIXEL, bytes(len(PIXEL)))
    assert damaged != baked

    assert unbake(damaged) == JSON
    with pytest.raises(BakingError, match="not_png"):
        bake(damaged, JSON)
    with pytest.raises(BakingError, match="not_png"):
        unbake(baked.replace(b"urn:uuid:1", b"urn:uuid:2"))


def test_a_picture_without_a_credential_and_one_with_two() -> None:
    """Neither is guessed at."""
    chunks = read_chunks(bake(PNG, JWT))
    twice = write_chunks([*chunks[:2], chunks[1], *chunks[2:]])
    doubled = bake(SVG, JWT).replace(
        b"</svg>", f"<x:credential xmlns:x='{NAMESPACE}'/></svg>".encode()
    )

    for picture, reason in (
        (PNG, "not_baked"),
        (SVG, "not_baked"),
        (twice, "several"),
        (doubled, "several"),
    ):
        with pytest.raises(BakingError) as caught:
            unbake(picture)
        assert caught.value.reason == reason
    assert unbake(bake(twice, JSON)) == JSON


@pytest.mark.parametrize("text", [b"\0", b"\0\0\0{}", b"\0\0\0\0{}"])
def test_a_text_without_all_its_parts_is_refused(text: bytes) -> None:
    """Whatever another reader would take for the credential."""
    head, *rest = read_chunks(PNG)

    with pytest.raises(BakingError, match="not_png"):
        unbake(write_chunks([head, Chunk(b"iTXt", KEYWORD + text), *rest]))


def test_a_compressed_text_is_read_up_to_a_limit() -> None:
    """Others compress; a bomb is refused before it is unpacked."""
    head, *rest = read_chunks(PNG)

    def with_text(text: bytes) -> bytes:
        packed = KEYWORD + b"\0\1\0en\0Badge\0" + zlib.compress(text)
        return write_chunks([head, Chunk(b"iTXt", packed), *rest])

    assert unbake(with_text(JSON)) == JSON
    with pytest.raises(BakingError, match="too_large"):
        unbake(with_text(b"x" * 2_000_000))


@pytest.mark.parametrize("picture", [b"", b"GIF89a", b"{}", JWT])
def test_what_is_no_picture(picture: bytes) -> None:
    """It says so."""
    assert refused(picture) == "not_a_picture"
    assert not is_picture(picture)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=300).map(SIGNATURE.__add__)
    | st.text().map(str.encode)
)
def test_whatever_comes_in_is_read_or_refused(data: bytes) -> None:
    """No other error gets out."""
    for act in (unbake, lambda one: bake(one, JWT)):
        with contextlib.suppress(BakingError):
            act(data)


@given(st.data())
def test_a_changed_byte_raises_nothing_else(data: st.DataObject) -> None:
    """Whatever became of it is read or refused."""
    for picture in PICTURES.values():
        baked = bytearray(bake(picture, JSON))
        place = data.draw(st.integers(0, len(baked) - 1))
        baked[place] ^= data.draw(st.integers(1, 255))
        with contextlib.suppress(BakingError):
            unbake(bytes(baked))


def test_a_learner_record_of_others_is_read_from_its_picture() -> None:
    """It has names of its own; with a badge in the same picture there is one too many."""
    token = JWT.decode()
    head, *rest = read_chunks(PNG)
    text = RECORD_KEYWORD + b"\0" * 5 + JWT
    pictures = (
        write_chunks([head, Chunk(b"iTXt", text), *rest]),
        an_svg(f'<clr:credential verify="{token}"/>', f'xmlns:clr="{RECORD_NAMESPACE}"'),
    )

    for picture in pictures:
        assert unbake(picture) == JWT
        with pytest.raises(BakingError, match="several"):
            unbake(bake(picture, JWT))
