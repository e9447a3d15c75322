"""Bitstring Status List: one bit for each credential, set when it is revoked.

Source: https://www.w3.org/TR/vc-bitstring-status-list/
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from badges.errors import StatusListError
from badges.instants import format_instant

# So many credentials share a list that reading it does not tell whose status is read (section 6.1).
MINIMUM_ENTRIES = 131_072
_MAXIMUM_ENTRIES = 16_777_216
_CONTEXT = "https://www.w3.org/ns/credentials/v2"
_MULTIBASE_BASE64URL = "u"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
# zlib's name for a gzip member; a gzip header written by zlib holds no time.
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits of a list; index 0 is the left-most bit of the first byte."""

    bits: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not MINIMUM_ENTRIES <= len(self) <= _MAXIMUM_ENTRIES:
            raise StatusListError(f"a list of {len(self)} entries is not accepted")

    @classmethod
    def empty(cls, entries: int = MINIMUM_ENTRIES) -> Self:
        """Return a list in which nothing is set; `entries` is a multiple of 8.

        Raises:
            StatusListError: fewer than 131,072 entries, or more than 16,777,216.
        """
        if entries % 8:
            raise StatusListError("the number of entries is a multiple of 8")
        return cls(bytes(entries // 8))

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
        return cls(bits)

    def encode(self) -> str:
        """Return the list as `encodedList`: "u" and base64url of gzip. Same bits, same text."""
        compressor = zlib.compressobj(wbits=_GZIP)
        compressed = compressor.compress(self.bits) + compressor.flush()
        return _MULTIBASE_BASE64URL + base64.urlsafe_b64encode(compressed).rstrip(b"=").decode()

    def is_set(self, index: int) -> bool:
        """Return whether the bit at `index` is set.

        Raises:
            StatusListError: the list has no such entry.
        """
        byte, mask = self._locate(index)
        return bool(self.bits[byte] & mask)

    def with_set(self, indices: Iterable[int]) -> Self:
        """Return the list with the bits at `indices` set. No bit is ever taken back.

        Raises:
            StatusListError: the list has no such entry.
        """
        bits = bytearray(self.bits)
        for index in indices:
            byte, mask = self._locate(index)
            bits[byte] |= mask
        return type(self)(bytes(bits))

    def _locate(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise StatusListError(f"the list has no entry {index}")
        return index // 8, 0x80 >> index % 8

    def __len__(self) -> int:
        return len(self.bits) * 8


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
