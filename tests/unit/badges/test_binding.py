"""Only a key that the issuer vouches for makes a proof count."""

import base64
import json
from dataclasses import replace

import pytest

from badges.binding import issuer_id
from badges.checks import CheckName
from badges.errors import ProofError
from badges.proof import add_data_integrity_proof, sign_vc_jwt
from badges.verification import ProofForm
from badges.written import serialize
from keys.did import verification_method_id
from keys.jwk import public_jwk
from keys.multikey import encode_multikey
from keys.ring import HeldKey, KeyState
from keys.signing import generate_ed25519
from tests.credentials import (
    BASE,
    DID,
    NOW,
    FakeResolver,
    a_did_document,
    a_document,
    a_jwt,
    a_key_in_state,
    a_signed_credential,
    es256_key,
    issuer_keys,
    other_keys,
)
from tests.verifying import a_token, check, refused, signed_with

ED25519, RSA = issuer_keys()
OTHER_ED25519, OTHER_RSA = other_keys()


def test_a_key_that_the_issuer_does_not_vouch_for_is_refused() -> None:
    """A sound signature of somebody else, under the issuer's name, is worth nothing."""
    forged = add_data_integrity_proof(a_document(), OTHER_ED25519, created=NOW)
    forged_jwt = sign_vc_jwt(a_document(), OTHER_RSA)
    resolver = FakeResolver()
    resolver.jwks[OTHER_RSA.id] = public_jwk(OTHER_RSA.public)

    assert refused(forged) == (CheckName.KEY, "key_not_vouched_for")
    assert refused(forged_jwt, resolver) == (CheckName.KEY, "key_not_vouched_for")


def test_an_es256_key_is_found_by_its_url_by_its_method_and_in_the_header() -> None:
    """As an issuer elsewhere may have it: what counts is that its document lists the key."""
    key = es256_key()
    resolver = FakeResolver()
    resolver.documents[DID] = a_did_document(ED25519, key)
    resolver.jwks[key.id] = public_jwk(key.public)
    named = sign_vc_jwt(a_document(), replace(key, id=verification_method_id(DID, key.public)))

    for token in (a_jwt(key=key), named):
        verified = check(token, resolver)
        assert (verified.form, verified.algorithm) == (ProofForm.VC_JWT, "ES256")
    assert refused(a_jwt(key=key)) == (CheckName.KEY, "issuer_unreachable")
    resolver.documents[DID] = a_did_document()
    assert refused(a_jwt(key=key), resolver) == (CheckName.KEY, "key_not_vouched_for")


def test_a_key_is_bound_to_its_own_issuer() -> None:
    """Under another issuer's name, the key of an issuer on the same host is nobody's key."""
    neighbour = "did:web:badges.example.edu:issuers:neighbour"
    resolver = FakeResolver()
    resolver.documents[neighbour] = a_did_document() | {
        "id": neighbour,
        "verificationMethod": [],
        "assertionMethod": [],
    }
    document = a_document(issuer={"id": neighbour, "type": ["Profile"], "name": "N"})

    for data in (a_signed_credential(document), a_jwt(document)):
        assert refused(data, resolver) == (CheckName.KEY, "key_not_vouched_for")


def test_a_retired_key_still_verifies() -> None:
    """Keys change; what they signed stays valid."""
    retired = (a_key_in_state(key.public, KeyState.RETIRED) for key in issuer_keys())
    resolver = FakeResolver(documents={DID: a_did_document(*retired)})

    check(a_signed_credential(), resolver)
    check(a_jwt(), resolver)


def test_a_compromised_key_is_not_believed() -> None:
    """Whoever holds it can sign anything under any date."""
    compromised = (a_key_in_state(key.public, KeyState.COMPROMISED) for key in issuer_keys())
    resolver = FakeResolver(documents={DID: a_did_document(*compromised)})

    for data in (serialize(a_signed_credential()), a_jwt()):
        assert refused(data, resolver) == (CheckName.KEY, "key_not_vouched_for")


def test_a_key_that_is_said_to_be_revoked_is_named_so() -> None:
    """By its method, and by the URL of a JWT's key, which need not answer any more."""
    keys = [
        replace(a_key_in_state(key.public, KeyState.COMPROMISED), revoked_at=NOW)
        for key in issuer_keys()
    ]
    resolver = FakeResolver(documents={DID: a_did_document(*keys)}, jwks={})

    for data in (serialize(a_signed_credential()), a_jwt()):
        assert refused(data, resolver) == (CheckName.KEY, "key_revoked")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (None, "issuer_unreachable"),
        (b"", "issuer_document_malformed"),
        (b"<html>", "issuer_document_malformed"),
        (b"[]", "issuer_document_malformed"),
        (b"{}", "issuer_document_malformed"),
        (serialize(a_did_document() | {"id": "did:web:evil.example"}), "issuer_document_malformed"),
        (serialize(a_did_document() | {"assertionMethod": []}), "key_not_vouched_for"),
        (serialize(a_did_document() | {"assertionMethod": {}}), "issuer_document_malformed"),
        (serialize(a_did_document() | {"verificationMethod": []}), "key_not_vouched_for"),
        (b"x" * 1_000_001, "issuer_document_malformed"),
    ],
    ids=range(10),
)
def test_a_hostile_issuer_document_is_refused(document: bytes | None, code: str) -> None:
    """Whatever is served instead of the issuer's document, verification ends in our error."""
    resolver = FakeResolver(documents={DID: document} if document is not None else {})

    assert refused(a_signed_credential(), resolver) == (CheckName.KEY, code)


@pytest.mark.parametrize(
    ("jwk", "code"),
    [
        (None, "issuer_unreachable"),
        (b"<html>", "issuer_document_malformed"),
        (b"{}", "key_malformed"),
        (serialize({"keys": [public_jwk(RSA.public)]}), "key_malformed"),
        (serialize(public_jwk(OTHER_RSA.public)), "key_not_vouched_for"),
    ],
    ids=range(5),
)
def test_a_hostile_key_url_is_refused(jwk: bytes | None, code: str) -> None:
    """Whatever is served instead of the key, verification ends in our error."""
    resolver = FakeResolver(jwks={RSA.id: jwk} if jwk is not None else {})

    assert refused(a_jwt(), resolver) == (CheckName.KEY, code)


def test_a_jwt_may_name_its_key_in_other_ways() -> None:
    """A DID fragment, or the key itself in the header: the issuer's document decides."""
    payload = json.loads(base64.urlsafe_b64decode(a_jwt().split(".")[1] + "=="))
    fragment = verification_method_id(DID, RSA.public)
    headers: tuple[dict[str, object], ...] = (
        {"kid": fragment},
        {"jwk": public_jwk(RSA.public)},
    )
    for header in headers:
        assert check(a_token({"alg": "RS256", **header}, payload)).form is ProofForm.VC_JWT
    refusals: tuple[tuple[dict[str, object], str], ...] = (
        ({}, "key_malformed"),
        ({"jwk": []}, "key_malformed"),
        ({"jwk": public_jwk(OTHER_RSA.public)}, "key_not_vouched_for"),
        ({"kid": "did:web:evil.example#key"}, "key_not_vouched_for"),
        ({"kid": "file:///etc/passwd"}, "key_not_vouched_for"),
        ({"kid": ""}, "key_not_vouched_for"),
    )
    for header, code in refusals:
        assert refused(a_token({"alg": "RS256", **header}, payload)) == (CheckName.KEY, code)


def test_a_did_key_needs_no_resolver() -> None:
    """The name is the key; only that key signs for it."""
    key = generate_ed25519()
    did = f"did:key:{encode_multikey(key.public)}"
    signer = HeldKey(id=verification_method_id(did, key.public), public=key.public, signing=key)
    document = a_document(issuer={"id": did, "type": ["Profile"], "name": "Ada"})
    del document["credentialStatus"]
    resolver = FakeResolver()

    verified = check(add_data_integrity_proof(document, signer, created=NOW), resolver)

    assert verified.issuer_id == did
    assert resolver.asked == []
    forged = add_data_integrity_proof(document, OTHER_ED25519, created=NOW)
    assert refused(forged) == (CheckName.KEY, "key_not_vouched_for")


def test_an_issuer_that_is_a_url_vouches_by_its_document_or_its_host() -> None:
    """An embedded proof needs a controller document there, a JWT a key on the same host."""
    issuer = f"{BASE}/issuers/1"
    key = generate_ed25519()
    method = verification_method_id(issuer, key.public)
    signer = HeldKey(id=method, public=key.public, signing=key)
    document = a_document(issuer={"id": issuer, "type": ["Profile"], "name": "Harbour"})
    del document["credentialStatus"]
    listed = {
        "id": method,
        "type": "Multikey",
        "controller": issuer,
        "publicKeyMultibase": encode_multikey(key.public),
    }
    resolver = FakeResolver()
    resolver.documents[issuer] = {"id": issuer, "assertionMethod": [listed]}

    check(add_data_integrity_proof(document, signer, created=NOW), resolver)
    check(a_jwt(document), resolver)

    for elsewhere in (
        "https://other.example/1",
        "https://badges.example.edu:8443/1",
        "https://[/1",
    ):
        data = a_jwt(document | {"issuer": elsewhere})
        assert refused(data) == (CheckName.KEY, "key_not_vouched_for")


@pytest.mark.parametrize(
    "issuer",
    ["urn:uuid:0b7e2f3a-52e5-4c3e-9d0e-2b7b0c8a4f11", "http://badges.example.edu/1", "did:ion:x"],
)
def test_an_issuer_that_nobody_can_look_up_is_refused(issuer: str) -> None:
    """Names without keys, and hosts without TLS, stand behind nothing."""
    for data in (signed_with(issuer=issuer), a_jwt(a_document(issuer=issuer))):
        assert refused(data) == (CheckName.KEY, "issuer_not_supported")


def test_a_malformed_did_key_is_refused() -> None:
    """A did:key that holds no key."""
    name, code = refused(signed_with(issuer="did:key:z6MkXXXX"))

    assert (name, code) == (CheckName.KEY, "key_malformed")


@pytest.mark.parametrize("document", [{}, {"issuer": None}, {"issuer": {}}, {"issuer": {"id": 5}}])
def test_a_document_without_an_issuer_has_none(document: dict[str, object]) -> None:
    """Nobody is not somebody called None."""
    with pytest.raises(ProofError):
        issuer_id(document)
