"""The DID document that an issuer of ours publishes.

Sources: https://www.w3.org/TR/did-1.0/, https://www.w3.org/TR/cid-1.0/
"""

from collections.abc import Iterable
from datetime import UTC

from keys.did import verification_method_id
from keys.jwk import public_jwk
from keys.multikey import encode_multikey
from keys.ring import HeldKey, KeyState
from keys.signing import Algorithm, PublicKey

_CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")


def build_did_document(did: str, keys: Iterable[HeldKey]) -> dict[str, object]:
    """Return the DID document of an issuer.

    Retired keys stay listed and trusted. A compromised key stays listed, so that people
    find out what it is, with the instant since which it is `revoked`, but leaves
    `assertionMethod`, and bears another id than its proofs name: some verifiers look no
    further than that, and some take the first key that there is.
    """
    in_order = sorted(keys, key=lambda key: key.state is KeyState.COMPROMISED)
    listed = [(_listed_id(did, key), key) for key in in_order]
    return {
        "@context": list(_CONTEXTS),
        "id": did,
        "verificationMethod": [
            {"id": id_, "controller": did, **_key_members(key.public), **_revocation(key)}
            for id_, key in listed
        ],
        "assertionMethod": [id_ for id_, key in listed if key.state is not KeyState.COMPROMISED],
    }


def _key_members(key: PublicKey) -> dict[str, object]:
    if key.algorithm is Algorithm.ED25519:
        return {"type": "Multikey", "publicKeyMultibase": encode_multikey(key)}
    return {"type": "JsonWebKey", "publicKeyJwk": public_jwk(key)}


def _listed_id(did: str, key: HeldKey) -> str:
    id_ = verification_method_id(did, key.public)
    return id_.replace("#", "#revoked-") if key.state is KeyState.COMPROMISED else id_


def _revocation(key: HeldKey) -> dict[str, object]:
    if key.revoked_at is None:
        return {}
    return {"revoked": key.revoked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
