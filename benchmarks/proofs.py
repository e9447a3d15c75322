"""Data Integrity: issue and verify one credential, beside other software and the bare signature.

A turn takes one credential after the other, all of one badge. Bytes in, valid or not out.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from openbadgeslib.ob3 import contexts, ldp
from pyld import jsonld

from badges.proof import add_data_integrity_proof, verify_data_integrity_proof
from badges.untrusted import parse_object
from badges.verification import verify
from benchmarks.measuring import Case, repeated
from benchmarks.peers import NodePeer
from benchmarks.samples import Samples, each, pem_of, private_of
from benchmarks.targets import at_least, at_most
from keys.multikey import decode_multibase
from keys.ring import HeldKey
from tests.credentials import DID, NOW, FakeResolver, a_did_document

ISSUE, VERIFY, WHOLE = "DI issue", "DI verify", "verification, all checks"
RAW_SIGN, RAW_VERIFY = "raw Ed25519 sign", "raw Ed25519 verify"
LIB_ISSUE, LIB_VERIFY = "openbadgeslib issue", "openbadgeslib verify"
LIB_PROOF = "openbadgeslib verify proof"
BAZAAR_ISSUE, BAZAAR_VERIFY = "@digitalbazaar/vc issue", "@digitalbazaar/vc verify"
PYLD_ISSUE, PYLD_VERIFY = "PyLD issue", "PyLD verify"
MULTIKEY = "https://w3id.org/security/multikey/v1"
PROOF_BYTES = 64
"""What a Data Integrity proof signs: two hashes."""
_OWN, _SLOW, _SLOWEST = 300, 5, 2
_LOADER = contexts.document_loader()

TARGETS = (
    at_least("DI issue", ISSUE, 100, LIB_ISSUE),
    at_least("DI issue", ISSUE, 60, BAZAAR_ISSUE, by_wall=True),
    at_least("DI issue", ISSUE, 55, PYLD_ISSUE),
    at_most("DI issue", ISSUE, 5, RAW_SIGN),
    at_least("DI verify", VERIFY, 150, LIB_VERIFY),
    at_least("DI verify", VERIFY, 70, LIB_PROOF),
    at_least("DI verify", VERIFY, 45, BAZAAR_VERIFY, by_wall=True),
    at_most("DI verify", VERIFY, 2.5, RAW_VERIFY),
)


def make_cases(samples: Samples, node: NodePeer | None) -> list[Case]:
    """Return our own, the bare signatures, and every peer that is there."""
    return [
        *_own(samples),
        *_raw(samples),
        *_openbadgeslib(samples),
        *_pyld(samples),
        *_bazaar(node),
    ]


def _own(samples: Samples) -> list[Case]:
    key = samples.ed25519
    resolver = FakeResolver()
    return [
        each(
            ISSUE,
            lambda one: add_data_integrity_proof(one, key, created=NOW),
            samples.documents,
            count=_OWN,
            peer=RAW_SIGN,
        ),
        each(
            VERIFY,
            lambda data: verify_data_integrity_proof(parse_object(data), key.public),
            samples.signed,
            count=_OWN,
            peer=RAW_VERIFY,
        ),
        each(
            WHOLE,
            lambda data: verify(data, resolver=resolver, now=NOW),
            samples.signed,
            count=10,
            peer=RAW_VERIFY,
        ),
    ]


def _raw(samples: Samples) -> list[Case]:
    private: Any = private_of(samples.ed25519)
    public = private.public_key()
    data = bytes(PROOF_BYTES)
    return [
        repeated(RAW_SIGN, partial(private.sign, data), count=_OWN),
        repeated(RAW_VERIFY, partial(public.verify, private.sign(data), data), count=_OWN),
    ]


def make_lib_issue(documents: Sequence[Mapping[str, Any]], key: HeldKey) -> Case:
    """Return openbadgeslib's signing of some credentials."""
    private, _ = pem_of(key)
    return each(
        LIB_ISSUE,
        lambda one: ldp.add_data_integrity_proof(one, private, key.id, created=NOW),
        documents,
        count=_SLOW,
        peer=ISSUE,
    )


def _openbadgeslib(samples: Samples) -> list[Case]:
    _, public = pem_of(samples.ed25519)
    verifier = ldp.OB3LdpVerifier(public)
    return [
        make_lib_issue(samples.documents, samples.ed25519),
        each(LIB_VERIFY, verifier.verify, samples.signed, count=_SLOWEST, peer=VERIFY),
        each(
            LIB_PROOF,
            lambda data: ldp.verify_data_integrity_proof(parse_object(data), public),
            samples.signed,
            count=_SLOW,
            peer=VERIFY,
        ),
    ]


def _pyld(samples: Samples) -> list[Case]:
    """PyLD's canonical form, signed and verified with the library that we use."""
    private: Any = private_of(samples.ed25519)
    public = private.public_key()
    signed = [parse_object(data) for data in samples.signed]
    pairs = [(one, decode_multibase(one["proof"][0]["proofValue"])) for one in signed]  # type: ignore[index]
    return [
        each(
            PYLD_ISSUE,
            lambda one: private.sign(_hashes(one["proof"][0], one)),
            signed,
            count=_SLOW,
            peer=ISSUE,
        ),
        each(
            PYLD_VERIFY,
            lambda pair: public.verify(pair[1], _hashes(pair[0]["proof"][0], pair[0])),
            pairs,
            count=_SLOW,
            peer=VERIFY,
        ),
    ]


def _hashes(proof: dict[str, object], document: dict[str, object]) -> bytes:
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    parts = (
        {"@context": document["@context"], **options},
        {name: value for name, value in document.items() if name != "proof"},
    )
    asked = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _LOADER,
    }
    return b"".join(sha256(jsonld.normalize(part, asked).encode()).digest() for part in parts)


def _bazaar(node: NodePeer | None) -> list[Case]:
    if node is None:
        return []
    return [
        node.case(BAZAAR_ISSUE, "issue", count=20, peer=ISSUE),
        node.case(BAZAAR_VERIFY, "verify", count=20, peer=VERIFY),
    ]


def documents_served(samples: Samples) -> dict[str, object]:
    """Return what the issuer serves: its DID document, and the key by its own name."""
    document = a_did_document()
    methods: list[Any] = document["verificationMethod"]  # type: ignore[assignment]  # ours is one
    (method,) = (one for one in methods if one["id"] == samples.ed25519.id)
    return {DID: document, samples.ed25519.id: {"@context": MULTIKEY, **method}}
