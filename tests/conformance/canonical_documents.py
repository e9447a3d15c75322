"""Documents to try the canonical form on: one whole of each kind that we handle."""

from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_OLDER = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

Json = dict[str, Any]

_BASE = "https://badges.example.edu"
_LEVELS = (("Developing", "1"), ("Meets", "3"), ("Exceeds", "5"))


def an_achievement() -> Json:
    """An achievement with two criteria of three levels each."""
    iri = f"{_BASE}/achievements/7"
    descriptions = [
        {
            "id": f"{iri}#c{number}",
            "type": ["ResultDescription"],
            "name": f"Criterion {number}",
            "resultType": "RubricCriterionLevel",
            "requiredLevel": f"{iri}#c{number}l2",
            "rubricCriterionLevel": [
                {
                    "id": f"{iri}#c{number}l{level}",
                    "type": ["RubricCriterionLevel"],
                    "name": name,
                    "points": points,
                }
                for level, (name, points) in enumerate(_LEVELS, 1)
            ],
        }
        for number in (1, 2)
    ]
    return {
        "id": iri,
        "type": ["Achievement"],
        "name": "Essay",
        "description": "Planned, researched and written.",
        "criteria": {"narrative": "Reach **Meets** on every criterion."},
        "image": {"id": f"{iri}/image.svg", "type": "Image", "caption": "A badge"},
        "resultDescription": descriptions,
    }


def a_credential() -> Json:
    """A credential as we issue them: several parts without an id, all of them different."""
    iri = f"{_BASE}/achievements/7"
    return {
        "@context": [CREDENTIALS, OPEN_BADGES, EXTENSIONS],
        "id": "urn:uuid:8d4bff7a-0c1e-4b1c-9f57-0e6f6ad0f6a1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Essay",
        "issuer": {"id": "did:web:badges.example.edu", "type": ["Profile"], "name": "College"},
        "validFrom": "2026-11-02T09:00:00Z",
        "awardedDate": "2026-11-02T09:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:1b0c7c7e-6f5e-4f6c-8f5c-8d6f0b8f3c55",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$00ff",
                    "identityType": "emailAddress",
                    "salt": "00aa",
                }
            ],
            "achievement": an_achievement(),
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": f"{iri}#c{number}",
                    "achievedLevel": f"{iri}#c{number}l3",
                    "value": "5",
                }
                for number in (1, 2)
            ],
        },
        "credentialSchema": [{"id": f"{_BASE}/schema", "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {
            "id": f"{_BASE}/status/1#42",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "42",
            "statusListCredential": f"{_BASE}/status/1",
        },
    }


def a_status_list() -> Json:
    """A status list credential, with a number in it."""
    return {
        "@context": [CREDENTIALS],
        "id": f"{_BASE}/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:badges.example.edu",
        "validFrom": "2026-11-02T09:00:00Z",
        "credentialSubject": {
            "id": f"{_BASE}/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
            "ttl": 300_000,
        },
    }


def a_proof_configuration() -> Json:
    """The proof of `a_credential` as it is hashed, a document without an id."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES, EXTENSIONS],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-02T09:00:00Z",
        "verificationMethod": "did:web:badges.example.edu#z6Mk",
        "proofPurpose": "assertionMethod",
    }


def a_proof(number: int = 1) -> Json:
    """A proof as it stands in a signed document; nobody checks it here."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-02T09:00:00Z",
        "verificationMethod": "did:web:badges.example.edu#z6Mk",
        "proofPurpose": "assertionMethod",
        "proofValue": f"z{number}",
    }


def an_endorsement(number: int = 1) -> Json:
    """An endorsement credential."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:uuid:8d4bff7a-0c1e-4b1c-9f57-00000000000{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": "did:web:other.example.edu", "type": ["Profile"]},
        "credentialSubject": {
            "id": f"{_BASE}/achievements/7",
            "type": ["EndorsementSubject"],
            "endorsementComment": "Well made.",
        },
    }


def signed(document: Json, number: int = 1) -> Json:
    """The document with a proof."""
    return {**document, "proof": [a_proof(number)]}


def an_endorsed_credential() -> Json:
    """A credential with a signed endorsement wherever one may stand."""
    document = a_credential()
    achievement = document["credentialSubject"]["achievement"]
    for number, endorsed in enumerate([document, document["issuer"], achievement], 1):
        endorsed["endorsement"] = [signed(an_endorsement(number), number)]
    return document


def a_learner_record() -> Json:
    """A CLR without credentials in it."""
    return {
        "@context": [CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS],
        "id": "urn:uuid:0d0c7c7e-6f5e-4f6c-8f5c-8d6f0b8f3c55",
        "type": ["VerifiableCredential", "ClrCredential"],
        "partial": False,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "achievement": [an_achievement()],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ada",
                    "identityType": "name",
                }
            ],
            "association": [
                {
                    "type": "Association",
                    "associationType": "precedes",
                    "sourceId": f"{_BASE}/achievements/7",
                    "targetId": f"{_BASE}/achievements/8",
                }
            ],
        },
    }


def a_full_learner_record() -> Json:
    """A CLR with two signed badges of the same person in it, one of them endorsed."""
    document = a_learner_record()
    second = a_credential()
    second["id"] = "urn:uuid:8d4bff7a-0c1e-4b1c-9f57-0e6f6ad0f6a2"
    # What cannot have an id may say the same in both; nothing else hangs on it.
    del second["credentialSubject"]["result"]
    document["credentialSubject"]["verifiableCredential"] = [
        signed(an_endorsed_credential(), 7),
        signed(second, 8),
    ]
    return document
