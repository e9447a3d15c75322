"""What a file is, told by its bytes: shown, only downloaded, or refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lti_tool.errors import UnsupportedFileError
from lti_tool.files.sniffing import DOWNLOAD_ONLY, kind_of, sniff_media_type

MATROSKA = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x86\x81\x01\x42\xf7\x81\x01"


def ftyp(brand: bytes) -> bytes:
    """The beginning of an ISO base media file."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00isomiso2"


@pytest.mark.parametrize(
    ("head", "media_type", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg", "image"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp", "image"),
        (ftyp(b"isom"), "video/mp4", "video"),
        (ftyp(b"mp42"), "video/mp4", "video"),
        (ftyp(b"qt  "), "video/mp4", "video"),
        (MATROSKA + b"\x42\x82\x84webm", "video/webm", "video"),
        (ftyp(b"M4A "), "audio/mp4", "audio"),
        (b"ID3\x04\x00\x00", "audio/mpeg", "audio"),
        (b"\xff\xfb\x90\x64\x00", "audio/mpeg", "audio"),
        (b"OggS\x00\x02", "audio/ogg", "audio"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav", "audio"),
        ("Grüße, 你好\n".encode(), "text/plain", "text"),
        (b"\xef\xbb\xbfnotes", "text/plain", "text"),
        (b"a < b and <i>emphasis</i> later", "text/plain", "text"),
    ],
)
def test_what_is_shown(head: bytes, media_type: str, kind: str) -> None:
    """The kinds that browsers render without running anything have their own media type."""
    assert sniff_media_type(head, is_whole=True) == media_type
    assert kind_of(media_type) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04 an office document or archive",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"GIF89a\x01\x00",
        ftyp(b"heic"),
        MATROSKA + b"\x42\x82\x88matroska",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"\xff\xfe\x00\x00",
        b"text with \x00 a NUL",
        b"caf\xe9 in an old encoding",
        b"cut in two: \xc3",
        b"\n%PDF-1.7 not at the beginning \x00",
    ],
)
def test_what_is_only_downloaded(head: bytes) -> None:
    """Any other file is taken as it is and never shown in a page."""
    assert sniff_media_type(head, is_whole=True) == DOWNLOAD_ONLY
    assert kind_of(DOWNLOAD_ONLY) == "file"


@pytest.mark.parametrize(
    "head",
    [
        b"MZ\x90\x00",
        b"\x7fELF\x02\x01",
        b"\xcf\xfa\xed\xfe",
        b"\xfe\xed\xfa\xce",
        b"\xca\xfe\xba\xbe",
        b"#!/bin/sh\n",
        b"L\x00\x00\x00\x01\x14\x02\x00",
        b"<!DOCTYPE html><p>",
        b"<!doctype HTML>",
        b"\xef\xbb\xbf \r\n\t<html>",
        b"<script>alert(1)</script>",
        b"<SVG xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<svg/onload=alert(1)>",
        b"<?xml version='1.0'?><svg/>",
        b"<!-- x --><script>",
        b"<iframe src=x>",
        b"<p>hello",
        b"<body\nonload=alert(1)>",
    ],
)
def test_what_is_refused(head: bytes) -> None:
    """Programs and markup are refused, whatever their name says."""
    with pytest.raises(UnsupportedFileError) as caught:
        sniff_media_type(head, is_whole=True)

    assert caught.value.code == "type_refused"


def test_a_character_cut_by_the_head_is_no_fault() -> None:
    """A text whose head ends within a character is still text."""
    assert sniff_media_type("x…".encode()[:-1], is_whole=False) == "text/plain"


@given(head=st.binary(max_size=64), is_whole=st.booleans())
@example(head=b"", is_whole=True)
def test_any_bytes_have_a_fate(head: bytes, is_whole: bool) -> None:  # noqa: FBT001 - drawn
    """Any bytes are shown as one of the known kinds, downloaded, or refused."""
    try:
        media_type = sniff_media_type(head, is_whole=is_whole)
    except UnsupportedFileError:
        return

    assert kind_of(media_type) in {"pdf", "image", "video", "audio", "text", "file"}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_plain_words_are_text_or_markup(text: str) -> None:
    """Printable UTF-8 is text, unless it opens like a known format, a page or a program."""
    try:
        media_type = sniff_media_type(text.encode(), is_whole=True)
    except UnsupportedFileError:
        assert text.lstrip("\ufeff \t\n\r\f").startswith(("<", "MZ", "#!"))
        return

    assert media_type in {"text/plain", "application/pdf", "audio/mpeg"}
