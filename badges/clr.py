"""A microcredential with its badges in one document: a learner record (CLR 2.0).

Each credential stands in it byte for byte as it was issued, but for white space, and keeps
its own proof: the record's proof says only that they go together. It is secured with Data
Integrity alone, as 1EdTech's validator expects the token of a record in the older shape of
Verifiable Credentials 1.1 (with a `vc` claim), in which we sign nothing.

Source: https://www.imsglobal.org/spec/clr/v2p0/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.achievement import Issuer, Status
from badges.credential import (
    CONTEXTS,
    build_profile,
    build_status,
    check_statements,
)
from badges.errors import InvalidCredentialError
from badges.instants import format_instant
from badges.parts import list_foreign_associations
from badges.untrusted import parse_object
from badges.written import serialize

_CREDENTIALS, *_OPEN_BADGES = CONTEXTS
RECORD_CONTEXTS = (
    _CREDENTIALS,
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    *_OPEN_BADGES,
)
_SCHEMA_URL = (
    "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """All that one learner record says.

    `whole` is the signed microcredential, `parts` are its signed badges, all as stored.
    """

    id: str
    issuer: Issuer
    whole: bytes
    parts: tuple[bytes, ...]
    status: Status
    valid_from: datetime


def build_learner_record(facts: RecordFacts) -> dict[str, object]:
    """Return the unsigned record. Name, subject and dates are the microcredential's."""
    whole: dict[str, Any] = parse_object(facts.whole)
    parts: list[dict[str, Any]] = [parse_object(one) for one in facts.parts]
    return {
        "@context": list(RECORD_CONTEXTS),
        "id": facts.id,
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": whole["name"],
        "description": whole["description"],
        "partial": False,
        "issuer": build_profile(facts.issuer),
        "validFrom": format_instant(facts.valid_from),
        "awardedDate": whole["awardedDate"],
        "credentialSubject": {
            "id": whole["credentialSubject"]["id"],
            "type": ["ClrSubject"],
            **_identifier(whole["credentialSubject"]),
            "verifiableCredential": [whole, *parts],
            "association": _associations(whole, parts),
        },
        "credentialStatus": build_status(facts.status),
        "credentialSchema": [{"id": _SCHEMA_URL, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def check_learner_record(document: Mapping[str, object]) -> None:
    """Return if this unsigned record says what we mean, everywhere; raise otherwise.

    Raises: as `badges.credential.check_before_signing`.
    """
    once: Any = _said_once(document, set())
    check_statements(once, "issued-learner-record.schema.json")
    accepted: Any = document
    subject = accepted["credentialSubject"]
    whole = subject["verifiableCredential"][0]
    if list_foreign_associations(document):
        raise InvalidCredentialError("an association names an achievement that is not there")
    if any(
        one["credentialSubject"]["id"] != subject["id"] for one in subject["verifiableCredential"]
    ):
        raise InvalidCredentialError("a credential in it is about somebody else")
    bound = {one["id"] for one in whole["relatedResource"]}
    if bound != {one["id"] for one in subject["verifiableCredential"][1:]}:
        raise InvalidCredentialError("it holds other badges than its microcredential rests on")


def holds(record: bytes, whole: bytes, parts: Sequence[bytes]) -> bool:
    """Whether a record holds exactly these signed credentials."""
    document: dict[str, Any] = parse_object(record)
    held = document["credentialSubject"]["verifiableCredential"]
    return [serialize(one) for one in held] == [whole, *parts]


def _said_once(value: object, seen: set[bytes]) -> object:
    """Return a record with each endorsement in it once.

    Every badge of an endorsed issuer carries the same one. Its proof has no id, so nothing
    tells two of them apart; nothing has to, as they are the same, and verifiers cope.
    """
    match value:
        case Mapping():
            members = {
                name: [one for one in child if _is_first(one, seen)]
                if name == "endorsement" and isinstance(child, list)
                else _said_once(child, seen)
                for name, child in value.items()
            }
            return {key: one for key, one in members.items() if one != [] or key != "endorsement"}
        case list():
            return [_said_once(one, seen) for one in value]
    return value


def _is_first(endorsement: Mapping[str, object], seen: set[bytes]) -> bool:
    data = serialize(endorsement)
    is_first = data not in seen
    seen.add(data)
    return is_first


def _identifier(subject: Mapping[str, Any]) -> dict[str, object]:
    """Return the name that the earner confirmed, where they did."""
    return {"identifier": subject["identifier"]} if "identifier" in subject else {}


def _associations(
    whole: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
) -> list[dict[str, object]]:
    return [
        {
            "type": "Association",
            "associationType": "isParentOf",
            "sourceId": _achievement_id(whole),
            "targetId": _achievement_id(part),
        }
        for part in parts
    ]


def _achievement_id(credential: Mapping[str, Any]) -> object:
    return credential["credentialSubject"]["achievement"]["id"]
