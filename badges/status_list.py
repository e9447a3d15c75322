"""Bitstring Status List: one bit for each credential, set when it is revoked.

Source: https://www.w3.org/TR/vc-bitstring-status-list/
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Self, cast

from badges.errors import StatusListError
from badges.instants import format_instant
from badges.written import serialize

# So many credentials share a list that reading it does not tell whose status is read (section 6.1).
MINIMUM_ENTRIES = 131_072
_MAXIMUM_ENTRIES = 16_777_216
_CONTEXT = "https://www.w3.org/ns/credentials/v2"
_MULTIBASE_BASE64URL = "u"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
# zlib's name for a gzip member.
_GZIP = 16 + zlib.MAX_WBITS
# Blocks of a deflate stream that hold nothing (RFC 1951, 3.2.4): one in between, and the last.
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
_LAST_BLOCK = b"\x03\x00"
# A member without time or name, of an unknown system (RFC 1952, 2.3), and its end.
_HEAD = bytes.fromhex("1f8b08000000000000ff") + _EMPTY_BLOCK
_TAIL = struct.Struct("<II")
_NO_LIST = b'"encodedList":""'
_BLOCK_BYTES = 2048
_BLOCK_ENTRIES = 8 * _BLOCK_BYTES
_SECTION = 8
"""Blocks that are put together by themselves."""
_REMEMBERED = 2048
"""Blocks, of at most some 5 kB with what they are packed into; and as many sections of them."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits of a list, in blocks; index 0 is the left-most bit of the first byte.

    How a block is packed is remembered by its bits. So of a list that was encoded before,
    with one more bit set or read from the database again, only what changed is packed.
    """

    _blocks: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def empty(cls, entries: int = MINIMUM_ENTRIES) -> Self:
        """Return a list in which nothing is set; `entries` is a multiple of 8.

        Raises:
            StatusListError: fewer than 131,072 entries, or more than 16,777,216.
        """
        if entries % 8:
            raise StatusListError("the number of entries is a multiple of 8")
        _check_size(entries)
        whole, rest = divmod(entries // 8, _BLOCK_BYTES)
        last = (bytes(rest),) if rest else ()
        return cls((bytes(_BLOCK_BYTES),) * whole + last)

    @classmethod
    def decode(cls, encoded: object) -> Self:
        """Return the list in an `encodedList` from outside.

        Raises:
            StatusListError: malformed, too short, or more than it pretends to be.
        """
        decompressor = zlib.decompressobj(_GZIP)
        try:
            bits = decompressor.decompress(_decode_base64url(encoded), _MAXIMUM_ENTRIES // 8 + 1)
        except zlib.error as exc:
            raise StatusListError("the list is not gzip") from exc
        if not decompressor.eof or decompressor.unused_data:
            raise StatusListError("the list is longer than accepted, cut off, or has a tail")
        _check_size(len(bits) * 8)
        starts = range(0, len(bits), _BLOCK_BYTES)
        return cls(tuple(bits[start : start + _BLOCK_BYTES] for start in starts))

    def encode(self) -> str:
        """Return the list as `encodedList`: "u" and base64url of gzip. Same bits, same text.

        It is one gzip member, whose blocks are packed each by itself (RFC 1951 allows that
        a stream is flushed anywhere): a third longer than packed as a whole.
        """
        blocks, checksum = self._blocks, 0
        texts = [_MULTIBASE_BASE64URL, _base64url(_HEAD)]
        for start in range(0, len(blocks), _SECTION):
            section = blocks[start : start + _SECTION]
            text, own = _packed_section(section)
            texts.append(text)
            if len(section) == _SECTION and len(section[-1]) == _BLOCK_BYTES:
                checksum = _moved_on(checksum) ^ own
            else:
                checksum = zlib.crc32(b"".join(section), checksum)
        texts.append(_base64url(_LAST_BLOCK + _TAIL.pack(checksum, len(self) // 8)))
        return "".join(texts)

    def is_set(self, index: int) -> bool:
        """Return whether the bit at `index` is set.

        Raises:
            StatusListError: the list has no such entry.
        """
        number, byte, mask = _place(index)
        try:
            return bool(self._blocks[number][byte] & mask)
        except IndexError:
            raise StatusListError(f"the list has no entry {index}") from None

    def with_set(self, indices: Iterable[int]) -> Self:
        """Return the list with the bits at `indices` set. No bit is ever taken back.

        Raises:
            StatusListError: the list has no such entry.
        """
        changed: dict[int, bytearray] = {}
        for index in indices:
            number, byte, mask = _place(index)
            try:
                if number not in changed:
                    changed[number] = bytearray(self._blocks[number])
                changed[number][byte] |= mask
            except IndexError:
                raise StatusListError(f"the list has no entry {index}") from None
        blocks = list(self._blocks)
        for number, bits in changed.items():
            blocks[number] = bytes(bits)
        return type(self)(tuple(blocks))

    def __len__(self) -> int:
        return 8 * ((len(self._blocks) - 1) * _BLOCK_BYTES + len(self._blocks[-1]))


def build_status_list_credential(
    status_list: StatusList,
    *,
    url: str,
    issuer_id: str,
    valid_from: datetime,
    valid_until: datetime,
) -> dict[str, object]:
    """Return the unsigned credential that publishes a list of revocations at `url`.

    Verifiers refuse the list after `valid_until`, so it is signed again well before.
    """
    return {
        "@context": [_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": format_instant(valid_from),
        "validUntil": format_instant(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode(),
        },
    }


def serialize_list(document: Mapping[str, object]) -> bytes:
    """Return the credential of a list as `serialize` does, without a look at all of its text.

    Nothing in base64url is escaped, and a list is nearly all there is to its credential.
    """
    subject = cast("Mapping[str, str]", document["credentialSubject"])
    short = {**document, "credentialSubject": {**subject, "encodedList": ""}}
    text = subject["encodedList"].encode("ascii")
    # Within a text its quotes would be escaped: this is the member.
    return serialize(short).replace(_NO_LIST, _NO_LIST[:-1] + text + b'"', 1)


@lru_cache(maxsize=_REMEMBERED)
def _packed(bits: bytes) -> str:
    """Return a piece of a deflate stream that leans on nothing before or behind it, as base64url.

    Empty blocks make its length one that base64 writes without looking at what follows.
    """
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = compressor.compress(bits) + compressor.flush(zlib.Z_FULL_FLUSH)
    while len(packed) % 3:
        packed += _EMPTY_BLOCK
    return _base64url(packed)


@lru_cache(maxsize=_REMEMBERED)
def _packed_section(blocks: tuple[bytes, ...]) -> tuple[str, int]:
    """Return some blocks as packed, and the checksum of their bits."""
    return "".join(map(_packed, blocks)), zlib.crc32(b"".join(blocks))


def _moved_on(checksum: int) -> int:
    """Return what becomes of a checksum when a whole section follows, apart from that.

    CRC-32 is linear: what came before need not be read again.
    """
    a, b, c, d = _moved_bytes()
    return a[checksum & 255] ^ b[checksum >> 8 & 255] ^ c[checksum >> 16 & 255] ^ d[checksum >> 24]


@cache
def _moved_bytes() -> tuple[list[int], ...]:
    """Return the same for each byte of a checksum, the lowest first."""
    zeros = bytes(_SECTION * _BLOCK_BYTES)
    moved = [zlib.crc32(zeros, 1 << bit) ^ zlib.crc32(zeros) for bit in range(32)]
    tables = []
    for first in range(0, 32, 8):
        table = [0]
        for bit in moved[first : first + 8]:
            table += [one ^ bit for one in table]
        tables.append(table)
    return tuple(tables)


def _place(index: int) -> tuple[int, int, int]:
    """Return the number of the block, the byte in it, and the bit in that."""
    if index < 0:
        raise StatusListError(f"the list has no entry {index}")
    return index // _BLOCK_ENTRIES, index % _BLOCK_ENTRIES // 8, 0x80 >> index % 8


def _check_size(entries: int) -> None:
    if not MINIMUM_ENTRIES <= entries <= _MAXIMUM_ENTRIES:
        raise StatusListError(f"a list of {entries} entries is not accepted")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode_base64url(encoded: object) -> bytes:
    if not isinstance(encoded, str) or not encoded.startswith(_MULTIBASE_BASE64URL):
        raise StatusListError("the list is not multibase base64url")
    text = encoded.removeprefix(_MULTIBASE_BASE64URL)
    if not _BASE64URL.fullmatch(text):
        raise StatusListError("the list is not base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as exc:
        raise StatusListError("the list is not base64url") from exc
