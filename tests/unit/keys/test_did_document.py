"""What an issuer publishes of its keys."""

from datetime import UTC, datetime

from keys.did import assertion_keys, verification_method_id
from keys.did_document import build_did_document
from keys.jwk import public_jwk, thumbprint
from keys.multikey import encode_multikey
from keys.ring import HeldKey, KeyState
from keys.signing import SigningKey, generate_ed25519

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DID = "did:web:badges.example.edu:issuers:coaching"


def test_a_did_document_lists_every_key_and_vouches_for_the_trusted(
    ed25519_key: SigningKey, rsa_key: SigningKey
) -> None:
    """The whole document: current, retired and compromised keys of both kinds."""
    retired, compromised = generate_ed25519(), generate_ed25519()
    multibase = [encode_multikey(k.public) for k in (ed25519_key, retired, compromised)]
    kid = thumbprint(rsa_key.public)

    document = build_did_document(
        DID,
        [
            HeldKey(id="1", public=ed25519_key.public),
            HeldKey(id="2", public=retired.public, state=KeyState.RETIRED),
            HeldKey(id="3", public=compromised.public, state=KeyState.COMPROMISED, revoked_at=NOW),
            HeldKey(id="4", public=rsa_key.public),
        ],
    )

    assert document == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            *(
                {
                    "id": f"{DID}#{text}",
                    "controller": DID,
                    "type": "Multikey",
                    "publicKeyMultibase": text,
                }
                for text in multibase[:2]
            ),
            {
                "id": f"{DID}#{kid}",
                "controller": DID,
                "type": "JsonWebKey",
                "publicKeyJwk": public_jwk(rsa_key.public),
            },
            {
                "id": f"{DID}#revoked-{multibase[2]}",
                "controller": DID,
                "type": "Multikey",
                "publicKeyMultibase": multibase[2],
                "revoked": "2026-11-21T12:00:00Z",
            },
        ],
        "assertionMethod": [f"{DID}#{multibase[0]}", f"{DID}#{multibase[1]}", f"{DID}#{kid}"],
    }
    assert assertion_keys(document, controller=DID, now=NOW) == {
        verification_method_id(DID, key.public): key.public
        for key in (ed25519_key, retired, rsa_key)
    }
