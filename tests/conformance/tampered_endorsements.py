"""Badges with an endorsement that somebody changed, exchanged or moved under the badge's proof.

The agency endorses the achievement.
"""

from typing import Any

from badges.checks import CheckName
from badges.written import serialize
from tests.conformance.tampered_endorsement_parts import a_token, by_the_college, of_another
from tests.conformance.tampering import REMOVED, Form, Tampering, edited
from tests.credentials import (
    DID,
    a_document,
    a_jwt,
    a_signed_credential,
)
from tests.parts import (
    an_endorsed_badge,
    signed_by_agency,
    with_endorsement,
)

_ACHIEVEMENT = ("credentialSubject", "achievement")
_PLACE = (*_ACHIEVEMENT, "endorsement")
_ONE = (*_PLACE, 0)
_SIGNED = (CheckName.PROOF, "signature")
_REPEATED = (CheckName.SHAPE, "repeated_id")
"""Without its proof it is part of the badge, which would say two things of one id."""

_Document = dict[str, Any]

_EDITS: tuple[tuple[str, tuple[str | int, ...], object, tuple[CheckName, str]], ...] = (
    ("comment changed", (*_ONE, "credentialSubject", "endorsementComment"), "Superb.", _SIGNED),
    ("comment left out", (*_ONE, "credentialSubject", "endorsementComment"), REMOVED, _SIGNED),
    ("name changed", (*_ONE, "name"), "The highest endorsement", _SIGNED),
    ("endorser renamed", (*_ONE, "issuer", "name"), "The Ministry", _SIGNED),
    ("endorser swapped", (*_ONE, "issuer", "id"), "did:web:mallory.example.com", _SIGNED),
    ("id swapped", (*_ONE, "id"), "https://agency.example.org/endorsements/1", _SIGNED),
    ("subject swapped", (*_ONE, "credentialSubject", "id"), DID, _SIGNED),
    ("valid from earlier", (*_ONE, "validFrom"), "2020-01-01T00:00:00Z", _SIGNED),
    ("given an end", (*_ONE, "validUntil"), "2099-01-01T00:00:00Z", _SIGNED),
    ("status index moved", (*_ONE, "credentialStatus", "statusListIndex"), "9", _SIGNED),
    ("status taken away", (*_ONE, "credentialStatus"), REMOVED, _SIGNED),
    ("start of its proof moved", (*_ONE, "proof", 0, "created"), "2020-01-01T00:00:00Z", _SIGNED),
    ("proof taken away", (*_ONE, "proof"), REMOVED, _REPEATED),
    ("left out", _PLACE, REMOVED, _SIGNED),
)


def tampered_endorsements() -> list[Tampering]:
    """Return every tampering of a badge with an endorsement."""
    badge = an_endorsed_badge()
    return [
        *_edited_badges(a_signed_credential(badge)),
    ]


def harmless_endorsements() -> dict[str, bytes]:
    """Return endorsed badges that all have to take."""
    badge = an_endorsed_badge()
    return {
        "endorsed.json": serialize(a_signed_credential(badge)),
        "endorsed.jwt": a_jwt(badge).encode(),
        "endorsed-by-token.json": serialize(
            a_signed_credential(with_endorsement(a_document(), a_token()))
        ),
        "endorsed-twice.json": serialize(
            a_signed_credential(with_endorsement(a_document(), signed_by_agency(), a_token()))
        ),
    }


def _edited_badges(signed: _Document) -> list[Tampering]:
    """Words of the endorsement, and others in its place."""
    added = [
        signed["credentialSubject"]["achievement"]["endorsement"][0],
        of_another(),
    ]
    own = edited(signed["issuer"], "endorsement", to=added[:1])
    moved = edited(edited(signed, *_PLACE, to=REMOVED), "issuer", to=own)
    changed = [
        *((name, edited(signed, *path, to=to), said) for name, path, to, said in _EDITS),
        ("exchanged for that of another badge", edited(signed, *_ONE, to=of_another()), _SIGNED),
        ("one more added", edited(signed, *_PLACE, to=added), _SIGNED),
        ("a token added", edited(signed, *_ACHIEVEMENT, "endorsementJwt", to=[a_token()]), _SIGNED),
        ("moved to the issuer", moved, _SIGNED),
        ("made its badge's own", edited(signed, *_ONE, to=by_the_college()), _SIGNED),
    ]
    return [
        Tampering(
            name=f"endorsement, {name}",
            form=Form.EMBEDDED,
            data=serialize(document),
            check=check,
            code=code,
        )
        for name, document, (check, code) in changed
    ]
