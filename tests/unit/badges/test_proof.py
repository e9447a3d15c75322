"""Both forms of a proof: made and verified here, and refused for every change."""

import base64
import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import BadgesError, CanonicalizationError, InvalidCredentialError, ProofError
from badges.proof import (
    add_data_integrity_proof,
    parse_embedded_proof,
    parse_vc_jwt,
    sign_vc_jwt,
    verify_data_integrity_proof,
    verify_vc_jwt,
)
from badges.written import serialize
from keys.multikey import decode_multibase
from tests.credentials import (
    NOW,
    a_document,
    a_jwt,
    a_signed_credential,
    a_status_list_credential,
    es256_key,
    issuer_keys,
    other_keys,
)

ED25519, RSA = issuer_keys()


def test_a_proof_has_the_members_of_its_suite() -> None:
    """One proof in an array, with a verification method that names the key by its value."""
    document = a_document()

    signed: Any = add_data_integrity_proof(document, ED25519, created=NOW + timedelta(seconds=5))

    (proof,) = signed["proof"]
    assert len(decode_multibase(proof.pop("proofValue"))) == 64
    assert proof == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-21T12:00:05Z",
        "verificationMethod": ED25519.id,
        "proofPurpose": "assertionMethod",
    }
    assert "proof" not in document
    assert {name: value for name, value in signed.items() if name != "proof"} == document


def test_a_proof_verifies_with_its_key_only() -> None:
    """The key that signed, and no other of either kind."""
    signed = a_signed_credential()

    verify_data_integrity_proof(signed, ED25519.public)
    for key, reason in ((other_keys()[0], "signature"), (RSA, "key_algorithm")):
        with pytest.raises(ProofError) as raised:
            verify_data_integrity_proof(signed, key.public)
        assert raised.value.reason == reason


def test_a_proof_need_not_stand_in_an_array() -> None:
    """Others write a single proof as an object, or add proofs that we do not know."""
    signed: Any = a_signed_credential()
    unknown = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023"}

    verify_data_integrity_proof({**signed, "proof": signed["proof"][0]}, ED25519.public)
    verify_data_integrity_proof({**signed, "proof": [unknown, *signed["proof"]]}, ED25519.public)


def test_the_layout_of_the_json_is_free() -> None:
    """Order of members and of sets is not signed; it says nothing."""
    signed: Any = a_signed_credential()
    turned = dict(reversed(list(copy.deepcopy(signed).items())))
    turned["credentialSubject"]["result"].reverse()

    verify_data_integrity_proof(turned, ED25519.public)


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all texts and booleans of a document."""
    match value:
        case dict():
            return [leaf for name, item in value.items() for leaf in _leaves(item, (*path, name))]
        case list():
            return [leaf for i, item in enumerate(value) for leaf in _leaves(item, (*path, i))]
        case _:
            return [path]


LEAVES = _leaves(a_signed_credential())


@settings(deadline=None)
@given(data=st.data())
def test_any_changed_text_breaks_the_proof(data: st.DataObject) -> None:
    """Whatever single value is changed, in the document or the proof, it no longer verifies."""
    document: Any = copy.deepcopy(a_signed_credential())
    *path, last = data.draw(st.sampled_from(LEAVES))
    parent = document
    for step in path:
        parent = parent[step]
    value = parent[last]
    parent[last] = (
        not value if isinstance(value, bool) else value + data.draw(st.sampled_from("x1Z"))
    )

    with pytest.raises(BadgesError):
        verify_data_integrity_proof(document, ED25519.public)


@settings(deadline=None)
@given(data=st.data())
def test_any_missing_member_breaks_the_proof(data: st.DataObject) -> None:
    """Whatever single member is taken out, it no longer verifies."""
    document: Any = copy.deepcopy(a_signed_credential())
    # What is said twice of one id, as of the issuer and the creator, is still said once.
    said_twice = {"issuer", "creator", "image"}
    paths = [path for path in LEAVES if said_twice.isdisjoint(map(str, path))]
    *path, last = data.draw(st.sampled_from(paths))
    parent = document
    for step in path:
        parent = parent[step]
    del parent[last]

    with pytest.raises(BadgesError):
        verify_data_integrity_proof(document, ED25519.public)


def test_an_added_member_breaks_the_proof() -> None:
    """A known word changes what is signed, an unknown one is refused by name."""
    signed = a_signed_credential()

    with pytest.raises(ProofError):
        verify_data_integrity_proof(
            {**signed, "validUntil": "2027-01-01T00:00:00Z"}, ED25519.public
        )
    with pytest.raises(CanonicalizationError, match="surprise"):
        verify_data_integrity_proof({**signed, "surprise": "x"}, ED25519.public)


PROOF: dict[str, Any] = a_signed_credential()["proof"][0]  # type: ignore[index]


@pytest.mark.parametrize(
    "proof",
    [
        None,
        "text",
        [],
        {},
        [None, 5, "x", []],
        [PROOF | {"type": ["DataIntegrityProof"]}],
        [PROOF | {"type": "Ed25519Signature2020"}],
        [PROOF | {"cryptosuite": "eddsa-jcs-2022"}],
        [PROOF | {"proofPurpose": "authentication"}],
        [PROOF | {"proofPurpose": ["assertionMethod"]}],
        [PROOF | {"verificationMethod": None}],
        [PROOF | {"verificationMethod": {"id": "x"}}],
        [PROOF | {"created": "yesterday"}],
        [PROOF | {"expires": ["2030-01-01T00:00:00Z"]}],
        [PROOF | {"proofValue": None}],
        [PROOF | {"proofValue": "z"}],
        [PROOF | {"proofValue": "u" + "A" * 86}],
        [PROOF | {"proofValue": "z" + "1" * 100_000}],
        [PROOF | {"@context": "https://evil.example/context"}],
        [PROOF | {"previousProof": "urn:x"}],
        [{"type": "x"}] * 8 + [PROOF],
    ],
    ids=range(21),
)
def test_a_hostile_proof_is_refused(proof: object) -> None:
    """Malformed proofs, those of other suites and purposes, and too many of them."""
    with pytest.raises(ProofError):
        verify_data_integrity_proof({**a_document(), "proof": proof}, ED25519.public)


def test_a_document_is_signed_once_and_with_the_right_kind_of_key() -> None:
    """A second proof, or a key of the wrong kind, is a mistake of the caller."""
    with pytest.raises(InvalidCredentialError):
        add_data_integrity_proof(a_signed_credential(), ED25519, created=NOW)
    with pytest.raises(InvalidCredentialError):
        add_data_integrity_proof(a_document(), RSA, created=NOW)
    with pytest.raises(InvalidCredentialError):
        sign_vc_jwt(a_signed_credential(), RSA)
    with pytest.raises(InvalidCredentialError):
        sign_vc_jwt(a_document(), ED25519)
    with pytest.raises(InvalidCredentialError):
        sign_vc_jwt(a_document(iss="x"), RSA)


def _read_part(token: str, number: int) -> Any:  # noqa: ANN401 - JSON of any shape
    part = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_jwt_has_the_header_and_claims_of_open_badges() -> None:
    """RS256, type JWT, the key's URL; the credential itself with its claims; no line end."""
    token = a_jwt()
    document = a_document()

    assert _read_part(token, 0) == {"alg": "RS256", "typ": "JWT", "kid": RSA.id}
    assert _read_part(token, 1) == document | {
        "iss": "did:web:badges.example.edu:issuers:harbour",
        "jti": document["id"],
        "sub": "urn:uuid:0b7e2f3a-52e5-4c3e-9d0e-2b7b0c8a4f11",
        "nbf": 1795262400,
    }
    assert token.count(".") == 2
    assert not set("=\n ") & set(token)
    assert verify_vc_jwt(token, RSA.public) == document


def test_a_jwt_may_be_signed_with_es256() -> None:
    """The header says so; the claims are the same; only that key verifies it."""
    token = a_jwt(key=es256_key())

    assert _read_part(token, 0) == {"alg": "ES256", "typ": "JWT", "kid": es256_key().id}
    assert _read_part(token, 1) == _read_part(a_jwt(), 1)
    assert verify_vc_jwt(token, es256_key().public) == a_document()
    with pytest.raises(ProofError, match="key_algorithm"):
        verify_vc_jwt(token, RSA.public)
    with pytest.raises(ProofError, match="key_algorithm"):
        verify_vc_jwt(a_jwt(), es256_key().public)


def test_a_list_is_signed_in_both_forms() -> None:
    """A status list ends some day, which its JWT says as `exp`."""
    document = a_status_list_credential(5)

    token = sign_vc_jwt(document, RSA)
    assert verify_vc_jwt(token, RSA.public) == document
    assert _read_part(token, 1)["exp"] - _read_part(token, 1)["nbf"] == 7 * 24 * 3600
    assert _read_part(token, 1)["sub"] == document["credentialSubject"]["id"]  # type: ignore[index]
    verify_data_integrity_proof(
        add_data_integrity_proof(document, ED25519, created=NOW), ED25519.public
    )


@settings(deadline=None)
@given(position=st.integers(0, 10**6), replacement=st.sampled_from("AZaz09-_.=é"))
def test_any_changed_character_breaks_a_jwt(position: int, replacement: str) -> None:
    """Header, payload and signature: whatever character is changed, it no longer verifies."""
    token = a_jwt()
    position %= len(token) - 1  # The last character holds bits that base64url does not use.
    if token[position] == replacement:
        return

    with pytest.raises(ProofError):
        verify_vc_jwt(token[:position] + replacement + token[position + 1 :], RSA.public)


def test_a_jwt_verifies_with_its_key_only() -> None:
    """The key that signed, and no other of either kind."""
    for key in (other_keys()[1], ED25519):
        with pytest.raises(ProofError):
            verify_vc_jwt(a_jwt(), key.public)


def _token(header: object, payload: object) -> str:
    """A token with these parts, properly signed."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, payload)
    ]
    signature = base64.urlsafe_b64encode(RSA.sign(b".".join(parts))).rstrip(b"=")
    return b".".join((*parts, signature)).decode()


HEADER = {"alg": "RS256", "typ": "JWT", "kid": RSA.id}
PAYLOAD: dict[str, Any] = _read_part(a_jwt(), 1)


@pytest.mark.parametrize(
    ("header", "payload", "reason"),
    [
        (HEADER | {"alg": "none"}, PAYLOAD, "jwt_header"),
        (HEADER | {"alg": "HS256"}, PAYLOAD, "jwt_header"),
        (HEADER | {"alg": "Ed25519"}, PAYLOAD, "jwt_header"),
        (HEADER | {"alg": "ES256"}, PAYLOAD, "key_algorithm"),
        (HEADER | {"alg": ["RS256"]}, PAYLOAD, "jwt_header"),
        (HEADER | {"typ": "at+jwt"}, PAYLOAD, "jwt_header"),
        (HEADER | {"typ": {}}, PAYLOAD, "jwt_header"),
        (HEADER | {"crit": ["exp"]}, PAYLOAD, "jwt_header"),
        (HEADER | {"kid": 5}, PAYLOAD, "jwt_header"),
        ([], PAYLOAD, "jwt_json"),
        (HEADER, [], "jwt_json"),
        (HEADER, {"vc": PAYLOAD}, "jwt_vc_claim"),
        (HEADER, PAYLOAD | {"iss": "did:web:evil.example"}, "claim_iss"),
        (HEADER, PAYLOAD | {"jti": "urn:x"}, "claim_jti"),
        (HEADER, PAYLOAD | {"sub": None}, "claim_sub"),
        (HEADER, PAYLOAD | {"nbf": 1}, "claim_nbf"),
        (HEADER, PAYLOAD | {"nbf": "1795262400"}, "claim_nbf"),
        (HEADER, PAYLOAD | {"exp": 1}, "claim_exp"),
        (HEADER, PAYLOAD | {"validUntil": "2027-01-01T00:00:00Z"}, "claim_exp"),
        (HEADER, PAYLOAD | {"validFrom": "yesterday"}, "claim_dates"),
        (HEADER, PAYLOAD | {"credentialSubject": []}, "claim_sub"),
        (HEADER, PAYLOAD | {"issuer": ["x"]}, "claim_iss"),
        (HEADER, {}, "claim_sub"),
    ],
    ids=range(23),
)
def test_a_hostile_jwt_is_refused(header: object, payload: object, reason: str) -> None:
    """Even properly signed: other algorithms, types, shapes, and claims that contradict."""
    with pytest.raises(ProofError) as raised:
        verify_vc_jwt(_token(header, payload), RSA.public)

    assert raised.value.reason == reason


def test_a_claim_that_is_missing_is_refused() -> None:
    """Each of the claims has to be there."""
    for name in ("iss", "jti", "sub", "nbf"):
        payload = {key: value for key, value in PAYLOAD.items() if key != name}
        with pytest.raises(ProofError, match=f"claim_{name}"):
            verify_vc_jwt(_token(HEADER, payload), RSA.public)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", "A.A.A", "a b.c.d"])
def test_what_is_no_jwt_is_refused(token: str) -> None:
    """Whatever text comes, parsing ends in our own error."""
    with pytest.raises(ProofError):
        parse_vc_jwt(token)


def test_the_expiry_of_a_proof_is_read() -> None:
    """A proof may end before its credential does."""
    document = {**a_document(), "proof": PROOF | {"expires": "2026-12-01T00:00:00Z"}}

    expires = parse_embedded_proof(document).expires
    assert expires is not None
    assert expires > NOW


def test_a_proof_survives_serializing() -> None:
    """Signed, written, read and verified."""
    verify_data_integrity_proof(json.loads(serialize(a_signed_credential())), ED25519.public)
