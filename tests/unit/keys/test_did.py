"""DIDs and DID documents: names, whose keys are trusted, hostile documents."""

from datetime import UTC, datetime

import pytest

from keys.did import (
    assertion_keys,
    did_web,
    did_web_document_url,
    parse_did_key,
    revoked_names,
    verification_method_id,
)
from keys.errors import InvalidDIDError, InvalidKeyError
from keys.jwk import public_jwk, thumbprint
from keys.multikey import encode_multikey
from keys.signing import PublicKey, SigningKey, generate_ed25519

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DID = "did:web:badges.example.edu:issuers:coaching"


def assertions(document: object) -> dict[str, PublicKey]:
    """The keys that `document` vouches for as that of `DID`, at `NOW`."""
    return assertion_keys(document, controller=DID, now=NOW)


@pytest.mark.parametrize(
    ("base_url", "path", "did", "document_url"),
    [
        (
            "https://badges.example.edu",
            (),
            "did:web:badges.example.edu",
            "https://badges.example.edu/.well-known/did.json",
        ),
        (
            "https://Badges.Example.edu/",
            ("issuers", "coaching"),
            DID,
            "https://badges.example.edu/issuers/coaching/did.json",
        ),
        (
            "https://badges.example.edu:443/tool/",
            ("issuers", "x"),
            "did:web:badges.example.edu:tool:issuers:x",
            "https://badges.example.edu/tool/issuers/x/did.json",
        ),
        (
            "http://localhost:8000",
            ("issuers", "x"),
            "did:web:localhost%3A8000:issuers:x",
            "https://localhost:8000/issuers/x/did.json",
        ),
    ],
)
def test_a_did_web_names_a_url(
    base_url: str, path: tuple[str, ...], did: str, document_url: str
) -> None:
    """Host, port and path become the name; the name leads back to a document."""
    assert did_web(base_url, *path) == did
    assert did_web_document_url(did) == document_url


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("", ()),
        ("badges.example.edu", ()),
        ("ftp://badges.example.edu", ()),
        ("https://", ()),
        ("https://user@badges.example.edu", ()),
        ("https://[::1]:8000", ()),
        ("https://bädges.example", ()),
        ("https://host:99999", ()),
        ("https://host", ("a/b",)),
        ("https://host", ("..",)),
        ("https://host", ("a:b",)),
        ("https://host", ("",)),
        ("https://host", ("é",)),
        ("https://host/a%2fb", ()),
    ],
)
def test_what_is_no_did_web_is_refused(base_url: str, path: tuple[str, ...]) -> None:
    """A name that would need escaping, or has no host, is not made."""
    with pytest.raises(InvalidDIDError):
        did_web(base_url, *path)


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:web:",
        "did:key:z6Mk",
        "did:web:host/path",
        "did:web:host:..:x",
        "did:web:host:a%2f..%2fb",
        "did:web:user@host",
        "did:web:host%40evil",
        "did:web:host%3Aport",
        "did:web:host%3A80%3A80",
        "did:web:host#key",
        "did:web:host?x",
        "did:web:host:",
        "did:web:host\n",
        "did:web:" + "a:" * 50_000,
        "did:web:h\u00f6st",
    ],
)
def test_a_hostile_did_web_leads_nowhere(did: str) -> None:
    """A DID from outside cannot smuggle a path, a user or another host into the URL."""
    with pytest.raises(InvalidDIDError):
        did_web_document_url(did)


def test_a_did_key_is_its_key(ed25519_key: SigningKey) -> None:
    """A did:key needs no document."""
    assert parse_did_key(f"did:key:{encode_multikey(ed25519_key.public)}") == ed25519_key.public


@pytest.mark.parametrize("did", ["", "did:key:", "did:web:host", "xdid:key:z6Mk"])
def test_what_is_no_did_key_is_refused(did: str) -> None:
    """Another method or an empty name is not a did:key."""
    with pytest.raises(InvalidDIDError):
        parse_did_key(did)


def test_a_did_key_of_another_kind_is_refused() -> None:
    """A P-256 did:key is well-formed, and of a kind that we do not use."""
    with pytest.raises(InvalidKeyError):
        parse_did_key("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169")


def a_method(key: PublicKey, **changes: object) -> dict[str, object]:
    """A Multikey method of `DID` for `key`."""
    return {
        "id": verification_method_id(DID, key),
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": encode_multikey(key),
        **changes,
    }


def a_document(method: object, **changes: object) -> dict[str, object]:
    """A DID document with one method that is vouched for."""
    reference = method.get("id") if isinstance(method, dict) else method
    return {
        "id": DID,
        "verificationMethod": [method],
        "assertionMethod": [reference],
        **changes,
    }


def test_embedded_and_relative_methods_are_understood(ed25519_key: SigningKey) -> None:
    """A method may stand inside assertionMethod, and an id may be relative to the document."""
    method = a_method(ed25519_key.public)
    fragment = f"#{encode_multikey(ed25519_key.public)}"
    expected = {method["id"]: ed25519_key.public}

    assert assertions({"id": DID, "assertionMethod": [method]}) == expected
    assert assertions(a_document(method | {"id": fragment})) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"controller": "did:web:evil.example"},
        {"controller": None},
        {"controller": [DID]},
        {"type": "Ed25519VerificationKey2018"},
        {"type": ["Multikey"]},
        {"type": None},
        {"publicKeyMultibase": "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"},
        {"publicKeyMultibase": None},
        {"type": "JsonWebKey", "publicKeyJwk": []},
        {"revoked": "2026-01-01T00:00:00Z"},
        {"expires": "2026-11-21T11:59:59Z"},
        {"expires": "2030-01-01"},
        {"expires": 5},
    ],
)
def test_a_method_that_must_not_be_used_is_left_out(
    change: dict[str, object], ed25519_key: SigningKey
) -> None:
    """Somebody else's, revoked, expired and foreign kinds of keys vouch for nothing."""
    assert assertions(a_document(a_method(ed25519_key.public, **change))) == {}


def test_a_method_that_has_not_yet_expired_is_used(ed25519_key: SigningKey) -> None:
    """An expiry in the future does no harm."""
    method = a_method(ed25519_key.public, expires="2026-11-21T12:00:01Z")

    assert assertions(a_document(method)) == {method["id"]: ed25519_key.public}


def test_a_key_that_is_not_for_assertion_is_left_out(ed25519_key: SigningKey) -> None:
    """A method that is listed, but not under assertionMethod, signs no credentials."""
    method = a_method(ed25519_key.public)

    assert assertions(a_document(method, assertionMethod=[])) == {}
    assert assertions({"id": DID, "verificationMethod": [method]}) == {}


def test_a_revoked_key_is_known_by_its_names(ed25519_key: SigningKey, rsa_key: SigningKey) -> None:
    """The id of its method, the one that its value makes, and its thumbprint."""
    revoked = {"revoked": "2026-01-01T00:00:00Z"}
    jwk = {"type": "JsonWebKey", "publicKeyJwk": public_jwk(rsa_key.public), "id": f"{DID}#r"}
    document = {
        "id": DID,
        "verificationMethod": [
            a_method(ed25519_key.public),
            {"controller": DID, **jwk, **revoked},
            {"id": "#odd", "type": "JsonWebKey", "publicKeyJwk": {"kid": 5}, **revoked},
        ],
    }

    kid = thumbprint(rsa_key.public)
    names = {f"{DID}#r", f"{DID}#{kid}", kid, f"{DID}#odd"}
    assert revoked_names(document, controller=DID) == names


METHOD = a_method(generate_ed25519().public)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        {"id": "did:web:evil.example"},
        {"id": [DID]},
        a_document(METHOD, verificationMethod={}),
        a_document(METHOD, verificationMethod=["text"]),
        a_document(METHOD, verificationMethod=[METHOD, METHOD]),
        a_document(METHOD, verificationMethod=[{**METHOD, "id": 5}]),
        a_document(METHOD, verificationMethod=[METHOD] * 1001),
        a_document(METHOD, assertionMethod="text"),
        a_document(METHOD, assertionMethod=[None]),
        a_document(METHOD, assertionMethod=[METHOD]),
        a_document(METHOD, assertionMethod=["x"] * 1001),
    ],
)
def test_a_malformed_did_document_is_refused(document: object) -> None:
    """Whatever shape a document from outside has, reading it ends in our own error."""
    with pytest.raises(InvalidDIDError):
        assertions(document)
