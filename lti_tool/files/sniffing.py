"""What a file is, told by its first bytes: never by its name or by what a browser says of it.

Three fates:

- PDF, PNG, JPEG, WebP, MP4, WebM, the usual sound formats and plain text are
  shown on pages: browsers render them without running anything of theirs in
  our origin, and they are served with `nosniff` and CSP `sandbox` besides.
- Programs and markup (HTML, SVG, XML) are refused: nobody's evidence has to be
  one, and a page or program that poses as a document is how people are attacked.
- Everything else, office documents and archives above all, is taken as it is
  and only ever downloaded.
"""

import codecs
import re

from lti_tool.errors import UnsupportedFileError

HEAD_BYTES = 4096
"""How many of a file's first bytes are looked at."""

DOWNLOAD_ONLY = "application/octet-stream"
PLAIN_TEXT = "text/plain"

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"OggS\x00", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_RIFF_FORMS = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
# MPEG-1 and MPEG-2 layer III frames, with and without checksum.
_MP3_FRAME = re.compile(rb"\xff[\xfa\xfb\xf2\xf3][\x10-\xef]")
_MP4_SOUND_BRANDS = frozenset({b"M4A ", b"M4B "})
# QuickTime, what phones of one maker record, is the format that MP4 was made
# from: browsers play it under MP4's name and refuse it under its own.
_MP4_BRAND = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|qt  |3gp[4-7]")
_EBML = b"\x1a\x45\xdf\xa3"

_PROGRAM = re.compile(
    rb"""MZ                          # Windows
      | \x7fELF                     # Linux
      | \xfe\xed\xfa[\xce\xcf]      # macOS
      | [\xce\xcf]\xfa\xed\xfe
      | \xca\xfe\xba\xbe            # macOS universal, Java
      | \#!                         # scripts
      | L\x00\x00\x00\x01\x14\x02   # Windows shortcuts
    """,
    re.VERBOSE,
)
# The tags by which browsers recognise HTML (WHATWG MIME Sniffing 7.1), and SVG.
_MARKUP = re.compile(
    rb"""(?:\xef\xbb\xbf)?[\t\n\f\r ]*<
      (?: (?: !doctype\ html | html | head | script | iframe | h1 | div | font | table | a
            | style | title | b | body | br | p | svg )[\ >\t\n\f\r/:]
        | !-- | \?xml )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What text files hold beside printable characters: tab, line ends, form feed, escape.
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def sniff_media_type(head: bytes, *, is_whole: bool) -> str:
    """Return the media type to serve a file with; `application/octet-stream` to download only.

    Args:
        head: The file's first bytes, `HEAD_BYTES` of them or all that it has.
        is_whole: Whether `head` is the whole file.

    Raises:
        UnsupportedFileError: it is a program or markup.
    """
    if _PROGRAM.match(head) or _MARKUP.match(head):
        raise UnsupportedFileError("programs and web pages are not taken", field="file")
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    return _sniff_container(head) or _sniff_text(head, is_whole=is_whole) or DOWNLOAD_ONLY


def kind_of(media_type: str) -> str:
    """Return how pages show a media type: pdf, image, video, audio, text or file."""
    if media_type == "application/pdf":
        return "pdf"
    family = media_type.partition("/")[0]
    return family if family in {"image", "video", "audio", "text"} else "file"


def _sniff_container(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _MP4_SOUND_BRANDS:
            return "audio/mp4"
        return "video/mp4" if _MP4_BRAND.fullmatch(brand) else None
    if head.startswith(_EBML):
        # The document type stands in the header, after elements of a few bytes.
        return "video/webm" if b"\x42\x82\x84webm" in head[:64] else None
    return "audio/mpeg" if _MP3_FRAME.match(head) else None


def _sniff_text(head: bytes, *, is_whole: bool) -> str | None:
    try:
        # A character that the head cuts in two is no fault of the file.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole)
    except UnicodeDecodeError:
        return None
    return None if _BINARY.search(text) else PLAIN_TEXT
