"""Badges and microcredentials with a Data Integrity proof that somebody changed."""

import json
from collections.abc import Mapping

from badges.checks import CheckName
from badges.credential import build_credential
from badges.proof import add_data_integrity_proof
from badges.written import serialize
from tests.conformance.judges import TODAY
from tests.conformance.tampering import REMOVED, Form, Judge, Tampering, edited
from tests.credentials import (
    ACHIEVEMENT,
    BASE,
    DID,
    a_microcredential,
    a_signed_credential,
    issuer_keys,
    other_keys,
    some_facts,
)

_SUBJECT, _ACHIEVEMENT = ("credentialSubject",), ("credentialSubject", "achievement")
_RESULT = (*_SUBJECT, "result", 1)
_DESCRIPTION = (*_ACHIEVEMENT, "resultDescription", 1)
_ALIGNMENT = (*_ACHIEVEMENT, "alignment", 0)
_MALLORY = "did:web:mallory.example.com"
_PARSE, _CONTEXT = CheckName.PARSE, CheckName.CONTEXT
_SIGNED = (CheckName.PROOF, "signature")
_UNPROVED = (_PARSE, "no_proof_that_we_verify")
_STRANGE = (CheckName.KEY, "key_not_vouched_for")

_EDITS: tuple[tuple[str, tuple[str | int, ...], object, tuple[str, str]], ...] = (
    (
        "subject swapped",
        (*_SUBJECT, "id"),
        "urn:uuid:1",
        _SIGNED,
    ),
    ("name of the learner changed", (*_SUBJECT, "identifier", 0, "identityHash"), "Eve", _SIGNED),
    ("identifier called hashed", (*_SUBJECT, "identifier", 0, "hashed"), True, _SIGNED),
    ("level raised", (*_RESULT, "achievedLevel"), f"{ACHIEVEMENT}#criterion/calm/strong", _SIGNED),
    ("points raised", (*_RESULT, "value"), "5", _SIGNED),
    ("result left out", _RESULT, REMOVED, _SIGNED),
    ("result of another criterion", (*_RESULT, "resultDescription"), f"{ACHIEVEMENT}#x", _SIGNED),
    ("name of the badge changed", ("name",), "Leading Closely", _SIGNED),
    ("name of the achievement changed", (*_ACHIEVEMENT, "name"), "Leading Closely", _SIGNED),
    ("achievement swapped", (*_ACHIEVEMENT, "id"), f"{BASE}/achievements/9f9f", _SIGNED),
    ("version changed", (*_ACHIEVEMENT, "version"), "2", _SIGNED),
    ("kind raised", (*_ACHIEVEMENT, "achievementType"), "Certificate", _SIGNED),
    ("criteria eased", (*_ACHIEVEMENT, "criteria", "narrative"), "Turn up once.", _SIGNED),
    ("required level lowered", (*_DESCRIPTION, "requiredLevel"), f"{ACHIEVEMENT}#low", _SIGNED),
    (
        "words of a level changed",
        (*_DESCRIPTION, "rubricCriterionLevel", 0, "description"),
        "Excellent work.",
        _SIGNED,
    ),
    ("target of an alignment moved", (*_ALIGNMENT, "targetUrl"), f"{BASE}/other", _SIGNED),
    ("code of an alignment changed", (*_ALIGNMENT, "targetCode"), "S.9", _SIGNED),
    ("picture swapped", ("image", "id"), f"{BASE}/other.png", _SIGNED),
    ("creator swapped", (*_ACHIEVEMENT, "creator", "id"), _MALLORY, _SIGNED),
    ("evidence swapped", ("evidence", 0, "id"), f"{BASE}/evidence/other", _SIGNED),
    ("evidence left out", ("evidence",), REMOVED, _SIGNED),
    ("credential id swapped", ("id",), f"{BASE}/credentials/1", _SIGNED),
    ("issuer renamed", ("issuer", "name"), "Harbour University", _SIGNED),
    ("issuer swapped", ("issuer", "id"), _MALLORY, (CheckName.KEY, "issuer_unreachable")),
    ("awarded earlier", ("awardedDate",), "2020-01-01T00:00:00Z", _SIGNED),
    ("valid from earlier", ("validFrom",), "2020-01-01T00:00:00Z", _SIGNED),
    ("validity given an end", ("validUntil",), "2099-01-01T00:00:00Z", _SIGNED),
    ("status index moved", ("credentialStatus", "statusListIndex"), "94568", _SIGNED),
    ("status list swapped", ("credentialStatus", "statusListCredential"), f"{BASE}/x", _SIGNED),
    ("purpose of the status swapped", ("credentialStatus", "statusPurpose"), "message", _SIGNED),
    ("status taken away", ("credentialStatus",), REMOVED, _SIGNED),
    ("unknown term added", ("honours",), "summa cum laude", (_CONTEXT, "unknown_term")),
    (
        "unknown term in the proof",
        ("proof", 0, "honours"),
        "x",
        (_PARSE, "unknown_member"),
    ),
    ("type taken away", ("type", 1), REMOVED, (CheckName.SHAPE, "wrong_shape")),
    ("type added", (*_SUBJECT, "type"), ["AchievementSubject", "Profile"], _SIGNED),
    ("start of the proof moved", ("proof", 0, "created"), "2020-01-01T00:00:00Z", _SIGNED),
    ("proof given an end", ("proof", 0, "expires"), "2099-01-01T00:00:00Z", _SIGNED),
    ("proof for another purpose", ("proof", 0, "proofPurpose"), "authentication", _UNPROVED),
    ("another cryptosuite", ("proof", 0, "cryptosuite"), "eddsa-jcs-2022", _UNPROVED),
    ("proof taken away", ("proof",), REMOVED, _UNPROVED),
    ("key of the proof swapped", ("proof", 0, "verificationMethod"), f"{DID}#z6Mk", _STRANGE),
)
"""What is changed in a signed badge, where, to what, and which check says so."""

_SAME = "the context gives no word in the badge another meaning, so the same is signed"
_LAST = "it keeps the last of two members of one name, which here is the signed one"
_ACCEPTED = {
    "a known context added": {Judge.DIGITAL_BAZAAR: _SAME, Judge.OPENBADGESLIB: _SAME},
    "a name given twice": {Judge.DIGITAL_BAZAAR: _LAST, Judge.OPENBADGESLIB: _LAST},
}


def tampered_badges() -> list[Tampering]:
    """Return every tampering of a badge or microcredential as JSON."""
    signed = a_signed_credential(build_credential(some_facts(awarded_at=TODAY, valid_from=TODAY)))
    edits = [
        _tampering(name, edited(signed, *path, to=to), said) for name, path, to, said in _EDITS
    ]
    return [*edits, *_contexts(signed), *_proofs(signed), *_texts(signed), *_microcredentials()]


def harmless_badges() -> dict[str, bytes]:
    """Return what is the same badge in other words: all have to take it."""
    signed = a_signed_credential(build_credential(some_facts(awarded_at=TODAY, valid_from=TODAY)))
    proofs: list[object] = signed["proof"]  # type: ignore[assignment]  # ours is one
    subject: Mapping[str, object] = signed["credentialSubject"]  # type: ignore[assignment]
    results: list[object] = subject["result"]  # type: ignore[assignment]
    return {
        "issued.json": serialize(signed),
        "members-reversed.json": serialize(dict(reversed(signed.items()))),
        "results-reversed.json": serialize(edited(signed, *_SUBJECT, "result", to=results[::-1])),
        "laid-out.json": json.dumps(signed, indent=4).encode(),
        "letters-escaped.json": serialize(signed).replace(b"Ada", rb"\u0041\u0064\u0061"),
        "single-proof.json": serialize({**signed, "proof": proofs[0]}),
    }


def _tampering(
    name: str, document: Mapping[str, object] | bytes, said: tuple[str, str]
) -> Tampering:
    check, code = said
    return Tampering(
        name=name,
        form=Form.EMBEDDED,
        data=serialize(document) if isinstance(document, Mapping) else document,
        check=check,
        code=code,
        accepted_by=_ACCEPTED.get(name, {}),
    )


def _contexts(signed: dict[str, object]) -> list[Tampering]:
    """Contexts that give words another meaning, or might."""
    contexts: list[object] = signed["@context"]  # type: ignore[assignment]  # ours is one
    refused = (_CONTEXT, "context_not_supported")
    return [
        _tampering(name, {**signed, "@context": changed}, refused)
        for name, changed in (
            ("a word bound to another meaning", [*contexts, {"name": "https://example.com/x"}]),
            ("a context of a stranger added", [*contexts, "https://mallory.example.com/context"]),
            ("a known context added", [*contexts, "https://w3id.org/security/data-integrity/v2"]),
            ("the context of badges taken away", contexts[:1]),
        )
    ]


def _proofs(signed: dict[str, object]) -> list[Tampering]:
    """Proofs that are those of something or somebody else."""
    others = a_signed_credential(
        build_credential(some_facts(subject_name="Eve", awarded_at=TODAY, valid_from=TODAY))
    )
    unsigned = edited(signed, "proof", to=REMOVED)
    mallory = add_data_integrity_proof(unsigned, other_keys()[0], created=TODAY)
    as_ours = edited(mallory, "proof", 0, "verificationMethod", to=issuer_keys()[0].id)
    value = signed["proof"][0]["proofValue"]  # type: ignore[index]  # ours has one
    bit = value[:40] + ("2" if value[40] != "2" else "3") + value[41:]
    return [
        _tampering("proof of another badge", {**signed, "proof": others["proof"]}, _SIGNED),
        _tampering("signed by another key", mallory, _STRANGE),
        _tampering("signed by another key in our name", as_ours, _SIGNED),
        _tampering(
            "a bit of the signature", edited(signed, "proof", 0, "proofValue", to=bit), _SIGNED
        ),
    ]


def _texts(signed: dict[str, object]) -> list[Tampering]:
    """Changes that stand in the bytes alone."""
    text = serialize(signed)
    twice = text.replace(b'{"', b'{"name":"Leading Closely","', 1)
    return [
        _tampering("a name given twice", twice, (_PARSE, "duplicate_key")),
        _tampering("cut off", text[:-20], (_PARSE, "not_json")),
    ]


def _microcredentials() -> list[Tampering]:
    signed = a_signed_credential(
        build_credential(a_microcredential(awarded_at=TODAY, valid_from=TODAY))
    )
    related: list[dict[str, object]] = signed["relatedResource"]  # type: ignore[assignment]
    return [
        _tampering(f"microcredential, {name}", edited(signed, *path, to=to), _SIGNED)
        for name, path, to in (
            ("a component swapped", ("relatedResource", 0, "id"), f"{BASE}/credentials/9"),
            (
                "digests exchanged",
                ("relatedResource", 0, "digestMultibase"),
                related[1]["digestMultibase"],
            ),
            ("a component left out", ("relatedResource", 3), REMOVED),
            ("a story swapped", (*_SUBJECT, "narrative"), "All of it with honours."),
            ("evidence swapped", ("evidence", 1, "id"), f"{BASE}/evidence/9"),
        )
    ]
