"""Learner records that somebody changed under the issuer's proof: words, associations, badges."""

from collections.abc import Mapping
from typing import Any

from badges.checks import CheckName
from badges.proof import add_data_integrity_proof
from badges.untrusted import parse_object
from badges.written import serialize
from tests.conformance.judges import TODAY
from tests.conformance.tampered_record_parts import a_badge_of
from tests.conformance.tampering import REMOVED, Form, Tampering, edited
from tests.credentials import (
    BASE,
    a_signed_credential,
    issuer_keys,
    other_keys,
)
from tests.parts import a_part, a_record

_SUBJECT = "credentialSubject"
_ASSOCIATIONS, _HELD = (_SUBJECT, "association"), (_SUBJECT, "verifiableCredential")
_MALLORY = "did:web:mallory.example.com"
_SIGNED = (CheckName.PROOF, "signature")
# The record and what it holds would say two things of one id: its status, say.
_REPEATED = (CheckName.SHAPE, "repeated_id")

_Document = dict[str, Any]


def tampered_records() -> list[Tampering]:
    """Return every tampering of a learner record."""
    record: _Document = a_record()
    return [
        *_edited_records(a_signed_credential(record)),
        *_signed_by_others(record),
    ]


def harmless_records() -> dict[str, bytes]:
    """Return what is the same record in other words, which all have to take."""
    signed = a_signed_credential(a_record())
    reversed_ = edited(signed, *_HELD, to=_at(signed, _HELD)[::-1])
    return {
        "record.json": serialize(signed),
        "record-reversed.json": serialize(dict(reversed(signed.items()))),
        "record-held-reversed.json": serialize(reversed_),
        "record-associations-reversed.json": serialize(
            edited(signed, *_ASSOCIATIONS, to=_at(signed, _ASSOCIATIONS)[::-1])
        ),
    }


# Changed under the proof.


def _edited_records(signed: _Document) -> list[Tampering]:
    edits = [*_EDITS, *_association_edits(signed), *_held_edits(signed)]
    return [_tampering(name, edited(signed, *path, to=to), *said) for name, path, to, said in edits]


_Edit = tuple[str, tuple[str | int, ...], object, tuple[CheckName, str]]

_EDITS: tuple[_Edit, ...] = (
    ("subject swapped", (_SUBJECT, "id"), "urn:uuid:1", _SIGNED),
    ("name of the learner changed", (_SUBJECT, "identifier", 0, "identityHash"), "Eve", _SIGNED),
    ("name changed", ("name",), "Coaching, Mastered", _SIGNED),
    ("description changed", ("description",), "All badges, with honours.", _SIGNED),
    ("called partial", ("partial",), True, _SIGNED),
    ("id swapped", ("id",), f"{BASE}/credentials/9", _SIGNED),
    ("issuer renamed", ("issuer", "name"), "Harbour University", _SIGNED),
    ("issuer swapped", ("issuer", "id"), _MALLORY, (CheckName.KEY, "issuer_unreachable")),
    ("awarded earlier", ("awardedDate",), "2020-01-01T00:00:00Z", _SIGNED),
    ("valid from earlier", ("validFrom",), "2020-01-01T00:00:00Z", _SIGNED),
    ("given an end", ("validUntil",), "2099-01-01T00:00:00Z", _SIGNED),
    ("status index moved", ("credentialStatus", "statusListIndex"), "94568", _REPEATED),
    ("status taken away", ("credentialStatus",), REMOVED, _SIGNED),
    ("proof taken away", ("proof",), REMOVED, (CheckName.PARSE, "no_proof_that_we_verify")),
    ("type taken away", ("type", 1), REMOVED, (CheckName.CONTEXT, "unknown_term")),
    ("unknown term", (_SUBJECT, "rank"), "1", (CheckName.CONTEXT, "unknown_term")),
    ("associations left out", _ASSOCIATIONS, REMOVED, _SIGNED),
    ("all that it holds left out", _HELD, [], (CheckName.SHAPE, "wrong_shape")),
)


def _association_edits(signed: _Document) -> list[_Edit]:
    """Each association turned round, of another kind, of something else, and left out."""
    edits: list[_Edit] = []
    for number, one in enumerate(_at(signed, _ASSOCIATIONS)):
        here = (*_ASSOCIATIONS, number)
        turned = {**one, "sourceId": one["targetId"], "targetId": one["sourceId"]}
        for name, path, to in (
            ("turned round", here, turned),
            ("of another kind", (*here, "associationType"), "exactMatchOf"),
            ("of another badge", (*here, "targetId"), f"{BASE}/achievements/9"),
            ("left out", here, REMOVED),
        ):
            edits.append((f"association {number + 1} {name}", path, to, _SIGNED))
    return edits


def _held_edits(signed: _Document) -> list[_Edit]:
    """What is done to one of the badges in it, and to the microcredential."""
    held = _at(signed, _HELD)
    badge, whole = (*_HELD, 2), (*_HELD, 0)
    achievement = (*badge, _SUBJECT, "achievement")
    status = (*badge, "credentialStatus")
    return [
        ("badge exchanged", badge, a_badge_of("Eve"), _SIGNED),
        ("badge dropped", badge, REMOVED, _SIGNED),
        ("badge given twice", (*_HELD, 4), held[2], _SIGNED),
        ("microcredential dropped", whole, REMOVED, _SIGNED),
        ("proof of a badge swapped", (*badge, "proof"), held[3]["proof"], _SIGNED),
        # Without a proof it is no document of its own any more, but a part of the record.
        ("proof of a badge taken away", (*badge, "proof"), REMOVED, _REPEATED),
        (
            "proof of a badge given an end",
            (*badge, "proof", 0, "expires"),
            "2099-01-01T00:00:00Z",
            _SIGNED,
        ),
        ("status index of a badge moved", (*status, "statusListIndex"), "94568", _SIGNED),
        ("status of a badge taken away", status, REMOVED, _SIGNED),
        ("name of a badge changed", (*badge, "name"), "Badge of Honour", _SIGNED),
        ("criteria of a badge eased", (*achievement, "criteria", "narrative"), "Turn up.", _SIGNED),
        ("achievement of a badge swapped", (*achievement, "id"), f"{BASE}/achievements/9", _SIGNED),
        ("learner of a badge swapped", (*badge, _SUBJECT, "id"), "urn:uuid:1", _SIGNED),
        ("issuer of a badge renamed", (*badge, "issuer", "name"), "Harbour University", _SIGNED),
        (
            "digests of two badges exchanged",
            (*whole, "relatedResource", 0, "digestMultibase"),
            held[0]["relatedResource"][1]["digestMultibase"],
            _SIGNED,
        ),
        ("digest of a badge dropped", (*whole, "relatedResource", 0), REMOVED, _SIGNED),
    ]


def _signed_by_others(record: _Document) -> list[Tampering]:
    """The record as it is, under the key of somebody else."""
    stranger = add_data_integrity_proof(record, other_keys()[0], created=TODAY)
    as_ours = edited(stranger, "proof", 0, "verificationMethod", to=issuer_keys()[0].id)
    part = parse_object(a_part("1"))
    return [
        _tampering("signed by another key", stranger, CheckName.KEY, "key_not_vouched_for"),
        _tampering("signed by another key in our name", as_ours, *_SIGNED),
        _tampering("under the proof of a badge", {**record, "proof": part["proof"]}, *_SIGNED),
    ]


def _tampering(name: str, document: Mapping[str, object], check: str, code: str) -> Tampering:
    return Tampering(
        name=f"record, {name}",
        form=Form.EMBEDDED,
        data=serialize(document),
        check=check,
        code=code,
    )


def _at(document: _Document, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - of our own documents
    for step in path:
        document = document[step]
    return document
