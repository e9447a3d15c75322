"""Status lists that somebody changed so that a revoked badge might pass for a good one."""

import base64
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from badges.achievement import Status
from badges.checks import CheckName
from badges.credential import build_credential
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.ring import HeldKey
from tests.conformance.judges import TODAY
from tests.conformance.tampering import Form, Judge, Tampering, edited
from tests.credentials import (
    BASE,
    DID,
    STATUS_INDEX,
    a_jwt,
    a_signed_credential,
    issuer_keys,
    other_keys,
    some_facts,
)

_ED25519, _RSA = issuer_keys()
_ENCODED = ("credentialSubject", "encodedList")
_MALLORY = "did:web:mallory.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """A list as JSON and as a token."""

    embedded: Mapping[str, object]
    token: str


def _issued(url: str, *revoked: int, **changes: object) -> dict[str, object]:
    """The unsigned list at `url`; `changes` are members to replace."""
    document = build_status_list_credential(
        StatusList.empty().with_set(revoked),
        url=url,
        issuer_id=DID,
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=7),
    )
    return {**document, **changes}


def _signed(
    document: dict[str, object], ed25519: HeldKey = _ED25519, rsa: HeldKey = _RSA
) -> _Served:
    return _Served(
        embedded=add_data_integrity_proof(document, ed25519, created=TODAY),
        token=sign_vc_jwt(document, rsa),
    )


def _spliced(document: dict[str, object], *path: str, to: object) -> _Served:
    """The list with one other value under the signatures of what stood there."""
    served = _signed(document)
    changed = edited(document, *path, to=to)
    return _Served(
        embedded={**changed, "proof": served.embedded["proof"]},
        token=_under(served.token, sign_vc_jwt(changed, _RSA)),
    )


def _under(signed: str, other: str) -> str:
    """The payload of one token under the signature of the other."""
    header, _, signature = signed.split(".")
    return ".".join((header, other.split(".")[1], signature))


def _with_list(url: str, encoded: str) -> dict[str, object]:
    """A list whose issuer signed something that is no list."""
    return edited(_issued(url, STATUS_INDEX), *_ENCODED, to=encoded)


def _of_bytes(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _renamed(key: HeldKey, like: HeldKey) -> HeldKey:
    return HeldKey(id=like.id, public=key.public, signing=key.signing)


_BOMB = gzip.compress(bytes(2**25), mtime=0)
_SHORT = gzip.compress(bytes(64), mtime=0)
_INVALID = "status_list_invalid"
_FAR = "it unpacks lists of more entries than we do"
_PLACE = "it does not compare the id of a list with its address"
_ACCEPTED = {
    "list that never ends, embedded": {Judge.DIGITAL_BAZAAR: _FAR},
    "list of another address, embedded": {Judge.DIGITAL_BAZAAR: _PLACE},
    "list of another address, token": {Judge.OPENBADGESLIB: _PLACE},
    "list of a type of its own, token": {
        Judge.OPENBADGESLIB: "it goes by what the subject is, not by the type of the credential"
    },
}

_LISTS: tuple[tuple[str, Callable[[str], _Served], str | tuple[str, str]], ...] = (
    (
        "bit flipped back",
        lambda url: _spliced(_issued(url, STATUS_INDEX), *_ENCODED, to=_encoded()),
        "signature",
    ),
    (
        "list cut short",
        lambda url: _signed(_with_list(url, _encoded(STATUS_INDEX)[:-12])),
        _INVALID,
    ),
    ("list with few entries", lambda url: _signed(_with_list(url, _of_bytes(_SHORT))), _INVALID),
    (
        "list that never ends",
        lambda url: _signed(_with_list(url, _of_bytes(_BOMB))),
        _INVALID,
    ),
    ("list that is no gzip", lambda url: _signed(_with_list(url, _of_bytes(bytes(99)))), _INVALID),
    (
        "list of another issuer",
        lambda url: _signed(_issued(url, issuer=_MALLORY), *other_keys()),
        "another_issuer_or_list",
    ),
    (
        "list of another address",
        lambda _: _signed(_issued(f"{BASE}/status/another")),
        "another_issuer_or_list",
    ),
    (
        "list signed by another key in our name",
        lambda url: _signed(
            _issued(url),
            *map(_renamed, other_keys(), (_ED25519, _RSA)),
        ),
        "signature",
    ),
    (
        "list that has run out",
        lambda url: _signed(
            _issued(url, validFrom="2025-01-01T00:00:00Z", validUntil="2025-02-01T00:00:00Z")
        ),
        "expired",
    ),
    (
        "list that is not valid yet",
        lambda url: _signed(
            _issued(url, validFrom="2098-01-01T00:00:00Z", validUntil="2099-01-01T00:00:00Z")
        ),
        "not_yet_valid",
    ),
    (
        "end of the list moved",
        lambda url: _spliced(
            _issued(url, validUntil="2026-01-01T00:00:00Z"),
            "validUntil",
            to="2099-01-01T00:00:00Z",
        ),
        "signature",
    ),
    (
        "list for another purpose",
        lambda url: _signed(
            edited(_issued(url), "credentialSubject", "statusPurpose", to="suspension")
        ),
        "wrong_shape",
    ),
    (
        "list of a type of its own",
        lambda url: _signed(_issued(url, type=["VerifiableCredential"])),
        "wrong_shape",
    ),
    (
        "list without a proof",
        lambda url: _Served(embedded=_issued(url), token=_unsigned(_issued(url))),
        ("no_proof_that_we_verify", "jwt_parts"),
    ),
)
"""What is served in place of the list, and what our check of the status says of it.

Where the two forms fail for different reasons, that of JSON comes first.
"""


def tampered_lists() -> list[Tampering]:
    """Return a badge in both forms for each list."""
    return [
        one for name, make, reason in _LISTS for one in _both_forms(name, make(_url(name)), reason)
    ]


def _both_forms(name: str, served: _Served, reason: str | tuple[str, str]) -> list[Tampering]:
    url = _url(name)
    status = Status(list_url=url, index=STATUS_INDEX)
    badge = build_credential(some_facts(awarded_at=TODAY, valid_from=TODAY, status=status))
    reasons = (reason, reason) if isinstance(reason, str) else reason
    return [
        Tampering(
            name=f"{name}, {form.name.lower()}",
            form=form,
            data=data,
            check=CheckName.STATUS,
            code=why,
            lists={url: as_served},
            accepted_by=_ACCEPTED.get(f"{name}, {form.name.lower()}", {}),
        )
        for form, why, data, as_served in (
            (
                Form.EMBEDDED,
                reasons[0],
                serialize(a_signed_credential(badge)),
                serialize(served.embedded),
            ),
            (Form.TOKEN, reasons[1], a_jwt(badge).encode(), served.token.encode()),
        )
    ]


def _url(name: str) -> str:
    return f"{BASE}/status/{name.replace(' ', '-')}"


def _encoded(*revoked: int) -> str:
    return StatusList.empty().with_set(revoked).encode()


def _unsigned(document: dict[str, object]) -> str:
    return sign_vc_jwt(document, _RSA).rpartition(".")[0] + "."
