"""The two ways in which a credential is secured: an embedded proof, and a compact JWT.

Data Integrity with eddsa-rdfc-2022 signs the canonical form of the document, so the JSON
may be laid out anew. A VC-JWT signs bytes. Both are parsed first, which proves nothing;
`verify` of the parsed value then raises unless the key made the signature.

Sources: https://www.w3.org/TR/vc-di-eddsa/, https://www.imsglobal.org/spec/ob/v3p0/#proof-formats
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, Protocol, TypeAlias

from badges import base64url
from badges.canonical import canonicalize
from badges.errors import InvalidCredentialError, ProofError, UntrustedInputError
from badges.instants import format_instant, parse_instant
from badges.memo import Memo, content_key
from badges.untrusted import parse_object
from badges.written import serialize
from keys.errors import InvalidKeyError, InvalidSignatureError
from keys.multikey import decode_multibase, encode_multibase
from keys.signing import Algorithm, PublicKey

_Document = Mapping[str, object]

CRYPTOSUITE = "eddsa-rdfc-2022"
_SUITE = {"type": "DataIntegrityProof", "cryptosuite": CRYPTOSUITE}
_PURPOSE = "assertionMethod"
_SELECTED = {**_SUITE, "proofPurpose": _PURPOSE}
"""What a proof says that we verify."""
_PROOF_MEMBERS = frozenset(
    {
        "id",
        "type",
        "cryptosuite",
        "created",
        "expires",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    }
)
_OPTIONS: Memo[bytes] = Memo(most=1_000_000)
_PROOF_DATES = ("created", "expires")
_MAXIMUM_PROOFS = 8
JWT_ALGORITHMS = Algorithm.RS256, Algorithm.ES256
"""What a VC-JWT may be signed with: verifiers have to know the first, and many know the other."""
_JWT_TYPES = (None, "JWT", "vc+jwt", "vc+ld+jwt")
_MIRRORED_CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
_CLAIMS = frozenset({*_MIRRORED_CLAIMS, "iat"})
_NOT_SIGNED = _CLAIMS | {"proof"}
"""What no document has that is to become a token."""
_HEADERS = 64
_USUAL_HEADER = 1_000
"""Characters of a header that is remembered, and how many are."""


SecuredDocument: TypeAlias = "EmbeddedProof | CompactJWT"


class Signer(Protocol):
    """What signs. `id` is what the proof names: a verification method, or a JWT's `kid`."""

    @property
    def id(self) -> str:
        """Where a verifier finds the public key."""

    @property
    def algorithm(self) -> Algorithm:
        """What the key signs with."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`."""


class EmbeddedProof(NamedTuple):
    """A document and the Data Integrity proof that stood in it. Parsed, not yet verified."""

    document: _Document
    options: _Document
    signature: bytes
    key_id: str
    expires: datetime | None

    @property
    def algorithm(self) -> Algorithm:
        """What the suite that we verify signs with."""
        return Algorithm.ED25519

    def signed_bytes(self) -> bytes:
        """Return the 64 bytes that the proof signs: hash of the options, hash of the document.

        Raises:
            CanonicalizationError: a word of either has no meaning that we know.
        """
        options = {"@context": self.document.get("@context"), **self.options}
        return _options_hash(options) + sha256(canonicalize(self.document).encode()).digest()

    def verify(self, key: PublicKey, signed_bytes: bytes) -> None:
        """Return if `key` signed what `signed_bytes` returned.

        Raises:
            ProofError: it did not.
        """
        _check_signature(key, self.algorithm, self.signature, signed_bytes)


class CompactJWT(NamedTuple):
    """A document and the claims and signature that came with it. Parsed, not yet verified.

    `claims` are those that the document implies, too; `key_id` is the `kid`; `key` is the
    `jwk` of the header, if the token has no `kid`.
    """

    document: _Document
    claims: _Document
    signing_input: bytes
    signature: bytes
    algorithm: Algorithm
    key_id: str | None
    key: object

    def signed_bytes(self) -> bytes:
        """Return what the token signs: its header and payload as they came."""
        return self.signing_input

    def verify(self, key: PublicKey, signed_bytes: bytes) -> None:
        """Return if `key` signed the token and its claims say what the credential says.

        Raises:
            ProofError: it did not, or they do not.
        """
        _check_signature(key, self.algorithm, self.signature, signed_bytes)
        expected = _claims_of(self.document)
        if self.claims == expected:
            return
        for name in _MIRRORED_CLAIMS:
            if self.claims.get(name) != expected.get(name):
                raise ProofError(f"claim_{name}")


def add_data_integrity_proof(
    document: _Document, signer: Signer, *, created: datetime
) -> dict[str, object]:
    """Return the document with a Data Integrity proof, in an array of its own.

    Raises:
        InvalidCredentialError: it has a proof already, or the key is not Ed25519.
        CanonicalizationError: a word of it has no meaning that we know.
    """
    if "proof" in document:
        raise InvalidCredentialError("a document without proof is needed")
    options = proof_options(signer, created=created)
    unsigned = EmbeddedProof(
        document=document, options=options, signature=b"", key_id=signer.id, expires=None
    )
    value = encode_multibase(signer.sign(unsigned.signed_bytes()))
    return {**document, "proof": [{**options, "proofValue": value}]}


def proof_options(signer: Signer, *, created: datetime) -> dict[str, object]:
    """Return a Data Integrity proof without its value.

    Raises:
        InvalidCredentialError: the key is not Ed25519.
    """
    if signer.algorithm is not Algorithm.ED25519:
        raise InvalidCredentialError("an Ed25519 key is needed")
    return {
        **_SUITE,
        "created": format_instant(created),
        "verificationMethod": signer.id,
        "proofPurpose": _PURPOSE,
    }


def parse_embedded_proof(document: _Document) -> EmbeddedProof:
    """Return the first proof of a kind that we verify, apart from its document.

    Raises:
        ProofError: there is none, or it is malformed.
    """
    proof = _find_proof(document.get("proof"))
    if not proof.keys() <= _PROOF_MEMBERS:
        raise ProofError("unknown_member")
    key_id = proof.get("verificationMethod")
    if not isinstance(key_id, str):
        raise ProofError("verification_method")
    try:
        dates = {name: parse_instant(proof[name]) for name in _PROOF_DATES if name in proof}
        signature = decode_multibase(proof.get("proofValue"))
    except ValueError as exc:
        raise ProofError("proof_dates") from exc
    except InvalidKeyError as exc:
        raise ProofError("proof_value") from exc
    unsigned, options = dict(document), dict(proof)
    del unsigned["proof"], options["proofValue"]
    return EmbeddedProof(
        document=unsigned,
        options=options,
        signature=signature,
        key_id=key_id,
        expires=dates.get("expires"),
    )


def verify_data_integrity_proof(document: _Document, public_key: PublicKey) -> None:
    """Return if `public_key` made the document's proof over this very document.

    Raises:
        ProofError: no proof, a malformed one, or one that does not fit.
        CanonicalizationError: a word of the document has no meaning that we know.
    """
    proof = parse_embedded_proof(document)
    proof.verify(public_key, proof.signed_bytes())


def sign_vc_jwt(document: _Document, signer: Signer) -> str:
    """Return the document as a compact JWT, without a line end.

    Raises:
        InvalidCredentialError: it has a proof or a claim already, or the key signs no JWTs.
    """
    if signer.algorithm not in JWT_ALGORITHMS or not _NOT_SIGNED.isdisjoint(document):
        raise InvalidCredentialError(
            "a document without proof and claims and an RSA or P-256 key are needed"
        )
    payload = base64url.encode(serialize({**document, **_claims_of(document)}))
    signing_input = f"{_written_header(signer.algorithm.value, signer.id)}.{payload}"
    return f"{signing_input}.{base64url.encode(signer.sign(signing_input.encode()))}"


def parse_vc_jwt(token: str) -> CompactJWT:
    """Return the parts of a compact JWT from outside.

    Raises:
        ProofError: malformed, of another algorithm or type, or of the shape of VC 1.1.
    """
    signing_input, _, encoded_signature = token.rpartition(".")
    # What is left of too many parts holds a dot, and what is missing is empty.
    encoded_header, _, encoded_payload = signing_input.partition(".")
    is_usual = len(encoded_header) <= _USUAL_HEADER
    header = (_known_header if is_usual else _read_header)(encoded_header)
    document = _read_part(encoded_payload)
    if "vc" in document:
        raise ProofError("jwt_vc_claim")
    claims = {name: document.pop(name) for name in _CLAIMS if name in document}
    claims.pop("iat", None)
    return CompactJWT(
        document=document,
        claims=claims,
        signing_input=signing_input.encode(),
        signature=_decode(encoded_signature),
        algorithm=header.algorithm,
        key_id=header.key_id,
        key=header.key,
    )


def verify_vc_jwt(token: str, public_key: PublicKey) -> dict[str, object]:
    """Return the credential in a compact JWT that `public_key` signed.

    Raises:
        ProofError: malformed, signed by another key, or with claims that contradict it.
    """
    jwt = parse_vc_jwt(token)
    jwt.verify(public_key, jwt.signed_bytes())
    return dict(jwt.document)


def _options_hash(options: _Document) -> bytes:
    """Return the hash of a proof configuration; credentials issued together have one."""
    key = content_key(options)
    known = _OPTIONS.find(key) if key is not None else None
    if known is not None:
        return known
    found = sha256(canonicalize(options).encode()).digest()
    if key is not None:
        _OPTIONS.keep(key, found, len(key))
    return found


def _find_proof(proofs: object) -> _Document:
    listed = proofs if isinstance(proofs, list) else [proofs]
    for proof in listed[:_MAXIMUM_PROOFS]:
        if isinstance(proof, Mapping) and _SELECTED.items() <= proof.items():
            return proof
    raise ProofError("no_proof_that_we_verify")


def _check_signature(key: PublicKey, algorithm: Algorithm, signature: bytes, data: bytes) -> None:
    if key.algorithm is not algorithm:
        raise ProofError("key_algorithm")
    try:
        key.verify(signature, data)
    except InvalidSignatureError as exc:
        raise ProofError("signature") from exc


def _claims_of(document: _Document) -> dict[str, object]:
    """Return the claims that a credential implies; Open Badges 3.0 section 8.2.4.1.

    Raises:
        ProofError: its issuer, subject or dates are of no shape that implies any.
    """
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    if not isinstance(subject, Mapping):
        raise ProofError("claim_sub")
    claims: dict[str, object] = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "jti": document.get("id"),
        "sub": subject.get("id"),
        "nbf": _seconds(document.get("validFrom")),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    if None in claims.values():
        return {name: value for name, value in claims.items() if value is not None}
    return claims


def _seconds(text: object) -> int:
    try:
        return int(parse_instant(text).timestamp())
    except ValueError as exc:
        raise ProofError("claim_dates") from exc


@lru_cache(maxsize=_HEADERS)
def _written_header(algorithm: str, key_id: str) -> str:
    return base64url.encode(serialize({"alg": algorithm, "typ": "JWT", "kid": key_id}))


class _Header(NamedTuple):
    algorithm: Algorithm
    key_id: str | None
    key: object


def _read_header(encoded: str) -> _Header:
    members = _read_part(encoded)
    key_id = members.get("kid")
    algorithm = next((one for one in JWT_ALGORITHMS if one == members.get("alg")), None)
    if algorithm is None or members.get("typ") not in _JWT_TYPES or "crit" in members:
        raise ProofError("jwt_header")
    if not isinstance(key_id, str | None):
        raise ProofError("jwt_header")
    return _Header(algorithm, key_id, members.get("jwk"))


# All tokens that one key signed have one header.
_known_header = lru_cache(maxsize=_HEADERS)(_read_header)


def _read_part(encoded: str) -> dict[str, object]:
    try:
        return parse_object(_decode(encoded))
    except UntrustedInputError as exc:
        raise ProofError("jwt_json") from exc


def _decode(encoded: str) -> bytes:
    try:
        return base64url.decode(encoded)
    except ValueError as exc:
        raise ProofError("jwt_parts") from exc
