"""Verification: what holds passes every check; whatever else comes in is an error that says why."""

import base64
import contextlib
import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges.checks import EVERY_CREDENTIAL, CheckName, CheckState
from badges.errors import VerificationError
from badges.proof import EmbeddedProof, sign_vc_jwt
from badges.verification import ProofForm
from badges.written import serialize
from keys.did import verification_method_id
from keys.multikey import encode_multibase
from tests.credentials import (
    BASE,
    DID,
    LIST_URL,
    NOW,
    STATUS_INDEX,
    FakeResolver,
    a_document,
    a_jwt,
    a_signed_credential,
    issuer_keys,
    other_keys,
)
from tests.verifying import a_token, check, refused, signed_with

ED25519, RSA = issuer_keys()
OTHER_ED25519, OTHER_RSA = other_keys()


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (serialize(a_signed_credential()), ProofForm.DATA_INTEGRITY),
        (a_jwt(), ProofForm.VC_JWT),
        (a_jwt().encode() + b"\n", ProofForm.VC_JWT),
        (json.dumps(a_signed_credential(), indent=2) + "\n", ProofForm.DATA_INTEGRITY),
    ],
    ids=range(4),
)
def test_a_credential_that_holds_passes_every_check(data: bytes | str, form: ProofForm) -> None:
    """Both forms, as bytes and as pasted text, give the same document and seven passed checks."""
    verified = check(data)

    assert verified.form is form
    assert verified.document == a_document()
    assert verified.issuer_id == DID
    assert [item.name for item in verified.checks] == list(EVERY_CREDENTIAL)
    assert {(item.state, item.code) for item in verified.checks} == {(CheckState.PASSED, "ok")}


def test_the_facts_of_the_checks() -> None:
    """What a page needs to say in words what was checked against what."""
    facts = {item.name: item.facts for item in check(a_signed_credential()).checks}

    assert facts[CheckName.KEY] == {"issuer": DID, "key": ED25519.id}
    assert facts[CheckName.DATES] == {"validFrom": "2026-11-21T12:00:00Z"}
    assert facts[CheckName.STATUS] == {
        "statusListCredential": LIST_URL,
        "statusListIndex": str(STATUS_INDEX),
    }


def test_only_what_the_credential_names_is_fetched() -> None:
    """The issuer's document, the key of a JWT, the list; nothing twice."""
    embedded, jwt = FakeResolver(), FakeResolver()
    check(a_signed_credential(), embedded)
    check(a_jwt(), jwt)

    assert embedded.asked == [DID, LIST_URL]
    assert jwt.asked == [DID, RSA.id, LIST_URL]


# Parsing.


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "jwt_parts"),
        (b"hello", "jwt_parts"),
        (b"{", "not_json"),
        (b"{}", "no_proof_that_we_verify"),
        (b"[]", "jwt_parts"),
        (b"\xff\xfe", "not_utf8"),
        (b"{" + b" " * 1_000_000, "too_large"),
        ("x" * 1_000_001, "too_large"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "too_deep"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a": NaN}', "bad_number"),
        (b'{"a": 1e999}', "bad_number"),
        (b"\x89PNG\r\n\x1a\n", "not_utf8"),
        (b"<svg/>", "jwt_parts"),
        (serialize(a_document()), "no_proof_that_we_verify"),
        (b"e30.e30.AA", "jwt_header"),
    ],
    ids=range(16),
)
def test_what_cannot_be_read_is_refused(data: bytes | str, code: str) -> None:
    """Nothing is fetched for what is not even a secured document."""
    resolver = FakeResolver()

    assert refused(data, resolver) == (CheckName.PARSE, code)
    assert resolver.asked == []


# Words and shape.


def test_unknown_contexts_are_refused() -> None:
    """Contexts are compared with the pinned lists, never fetched."""
    resolver = FakeResolver()
    contexts: list[object] = [
        [],
        None,
        "https://www.w3.org/ns/credentials/v2",
        ["https://www.w3.org/ns/credentials/v2"],
        ["https://www.w3.org/2018/credentials/v1"],
        ["https://www.w3.org/ns/credentials/v2", "https://evil.example/context.json"],
        [*a_document()["@context"], {"name": "https://evil.example/name"}],  # type: ignore[misc]
        [*a_document()["@context"], 5],  # type: ignore[misc]
        list(reversed(a_document()["@context"])),  # type: ignore[call-overload]
    ]
    for context in contexts:
        tampered = {**a_signed_credential(), "@context": context}
        assert refused(tampered, resolver) == (CheckName.CONTEXT, "context_not_supported")
        jwt = sign_vc_jwt({**a_document(), "@context": context}, RSA)
        assert refused(jwt, resolver) == (CheckName.CONTEXT, "context_not_supported")
    assert resolver.asked == []


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": "x"},
        {"@id": "urn:x"},
        {"https://schema.org/name": "x"},
        {"evidence": [{"type": ["Evidence"], "id": "no uri at all"}]},
        {"name": "a\x00b"},
        {"image": None},
    ],
    ids=range(6),
)
def test_words_without_a_known_meaning_are_refused(change: dict[str, object]) -> None:
    """In an embedded proof such members would be unsigned; the refusal is made by name."""
    name, _ = refused({**a_signed_credential(), **change})

    assert name is CheckName.CONTEXT


SUBJECT: dict[str, Any] = a_document()["credentialSubject"]  # type: ignore[assignment]
STATUS: dict[str, Any] = a_document()["credentialStatus"]  # type: ignore[assignment]


@pytest.mark.parametrize(
    "changes",
    [
        {"type": ["VerifiableCredential"]},
        {"type": ["OpenBadgeCredential"]},
        {"name": 5},
        {"name": {"en": "x"}},
        {"validFrom": None},
        {"validUntil": ["2030-01-01T00:00:00Z"]},
        {"validUntil": {}},
        {"issuer": 5},
        {"issuer": [DID]},
        {"issuer": {"type": ["Profile"]}},
        {"credentialSubject": [SUBJECT]},
        {"credentialSubject": "urn:x"},
        {"credentialSubject": {**SUBJECT, "achievement": None}},
        {"credentialSubject": {**SUBJECT, "achievement": "urn:x"}},
        {"credentialSubject": {**SUBJECT, "result": [5]}},
        {"credentialSubject": {**SUBJECT, "result": [{"value": 5}]}},
        {"credentialSubject": {**SUBJECT, "identifier": [{"type": "IdentityObject"}]}},
        {"credentialStatus": []},
        {"credentialStatus": [STATUS]},
        {"credentialStatus": "urn:x"},
        {"evidence": "text"},
        {"evidence": [{}] * 300},
        {"image": "https://example.org/x.png"},
    ],
    ids=range(23),
)
def test_wrong_types_everywhere_are_refused(changes: dict[str, object]) -> None:
    """A JWT signs bytes, so its content may be anything; pages rely on the shape."""
    document = a_document(**changes)
    claims: dict[str, object] = {"kid": RSA.id, "alg": "RS256"}
    token = a_token(claims, document)

    assert refused(token) == (CheckName.SHAPE, "wrong_shape")


def test_a_malformed_date_is_refused() -> None:
    """A date without a zone names no instant."""
    for changes in ({"validFrom": "2026-11-21"}, {"validUntil": "soon"}):
        assert refused(signed_with(**changes)) == (CheckName.SHAPE, "wrong_date")


def test_members_cannot_move_to_another_node_with_the_same_id() -> None:
    """The canonical form would be the same; the credential would have lost its end."""
    shared = f"{BASE}/credentials/1"
    evidence: dict[str, object] = {"id": shared, "type": ["Evidence"], "name": "Work"}
    document = a_document(id=shared, evidence=[evidence], validUntil="2026-11-22T00:00:00Z")
    signed: dict[str, Any] = a_signed_credential(document)
    types = [*signed["type"], "Evidence"]
    moved = copy.deepcopy(signed)
    moved["evidence"][0] |= {"validUntil": moved.pop("validUntil"), "type": types}

    for credential in (signed, moved):
        assert refused(credential) == (CheckName.SHAPE, "repeated_id")


# The proof.


@settings(deadline=None, max_examples=60)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_any_changed_byte_is_noticed_or_changes_nothing(position: int, byte: int) -> None:
    """A changed byte of the JSON fails some check, or the document still says the same."""
    data = bytearray(serialize(a_signed_credential()))
    data[position % len(data)] = byte
    try:
        verified = check(bytes(data))
    except VerificationError:
        return
    assert verified.document == a_document()


@settings(deadline=None, max_examples=40)
@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_changed_bit_of_a_jwt_is_noticed(position: int, bit: int) -> None:
    """A JWT signs its bytes."""
    data = bytearray(a_jwt().encode())
    # The last character holds bits that base64url does not use.
    data[position % (len(data) - 1)] ^= 1 << bit

    with pytest.raises(VerificationError):
        check(bytes(data))


def test_another_level_fails() -> None:
    """The forgery that is worth most: a higher level."""
    tampered: Any = copy.deepcopy(a_signed_credential())
    result = tampered["credentialSubject"]["result"][1]
    result["achievedLevel"] = result["achievedLevel"].replace("ready", "strong")

    assert refused(tampered) == (CheckName.PROOF, "signature")


def test_another_name_fails() -> None:
    """Nobody else's credential can be made one's own."""
    tampered: Any = copy.deepcopy(a_signed_credential())
    tampered["credentialSubject"]["identifier"][0]["identityHash"] = "Eve"

    assert refused(tampered) == (CheckName.PROOF, "signature")


def test_a_proof_of_another_credential_fails() -> None:
    """A proof cannot be taken over."""
    proof = a_signed_credential(a_document(name="Other"))["proof"]

    assert refused({**a_signed_credential(), "proof": proof}) == (CheckName.PROOF, "signature")


def test_a_key_of_the_wrong_kind_fails() -> None:
    """An embedded proof that names the issuer's RSA key."""
    signed: Any = copy.deepcopy(a_signed_credential())
    signed["proof"][0]["verificationMethod"] = verification_method_id(DID, RSA.public)

    assert refused(signed) == (CheckName.PROOF, "key_algorithm")


# Dates.


def test_dates_are_checked_against_the_clock() -> None:
    """Not before it begins, but for a minute of clock skew; not from its end on."""
    ends = signed_with(validUntil="2026-11-23T00:00:00Z")
    end = datetime(2026, 11, 23, tzinfo=UTC)

    check(ends, now=NOW - timedelta(seconds=60))
    check(ends, now=end - timedelta(seconds=1))
    # The list begins at the same time, but is reported by itself.
    document = a_document()
    del document["credentialStatus"]
    early = a_signed_credential(document)
    assert refused(early, now=NOW - timedelta(seconds=61)) == (CheckName.DATES, "not_yet_valid")
    assert refused(ends, now=end) == (CheckName.DATES, "expired")


def test_a_proof_may_expire_before_its_credential() -> None:
    """A proof's own end counts, too."""
    document = a_document()
    del document["credentialStatus"]
    options: dict[str, object] = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "expires": "2026-11-21T12:00:00Z",
        "verificationMethod": ED25519.id,
        "proofPurpose": "assertionMethod",
    }
    signed = _sign_with_options(document, options)

    check(signed, now=NOW - timedelta(seconds=1))
    assert refused(signed) == (CheckName.DATES, "proof_expired")


def _sign_with_options(
    document: dict[str, object], options: dict[str, object]
) -> dict[str, object]:
    unsigned = EmbeddedProof(
        document=document, options=options, signature=b"", key_id="", expires=None
    )
    value = encode_multibase(ED25519.sign(unsigned.signed_bytes()))
    return {**document, "proof": {**options, "proofValue": value}}


# Whatever comes.


def test_facts_are_cut() -> None:
    """A novel in an id does not end on a page."""
    issuer = "did:web:" + "a" * 1500
    with pytest.raises(VerificationError) as raised:
        check(signed_with(issuer=issuer))

    facts = [value for item in raised.value.checks for value in item.facts.values()]
    assert max(len(value) for value in facts) == 500


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([DID, LIST_URL, "2026-11-21T12:00:00Z", "BitstringStatusListEntry", ""])
    | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "issuer", "achievement", "x", "proof"]), children
        )
    ),
    max_leaves=8,
)
members = st.dictionaries(st.sampled_from(sorted(a_signed_credential())), json_values, max_size=3)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(changes=members, is_jwt=st.booleans())
def test_every_failure_is_our_own_error(*, changes: dict[str, object], is_jwt: bool) -> None:
    """Any value in place of any member, signed or not: valid, or a `VerificationError`."""
    data: str | dict[str, object] = {**a_signed_credential(), **changes}
    if is_jwt:
        payload = json.loads(base64.urlsafe_b64decode(a_jwt().split(".")[1] + "==")) | changes
        data = a_token({"alg": "RS256", "kid": RSA.id}, payload)
    with contextlib.suppress(VerificationError):
        check(data)
