"""A microcredential with its badges in one document: a learner record (CLR 2.0).

Each credential stands in it byte for byte as it was issued, but for white space, and keeps
its own proof: the record's proof says only that they go together. It is secured with Data
Integrity alone, as 1EdTech's validator expects the token of a record in the older shape of
Verifiable Credentials 1.1 (with a `vc` claim), in which we sign nothing.

Source: https://www.imsglobal.org/spec/clr/v2p0/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from badges.achievement import Issuer, Status
from badges.canonical import check_unambiguous
from badges.credential import (
    CONTEXTS,
    build_profile,
    build_status,
    check_statements,
)
from badges.errors import BadgesError, InvalidCredentialError, UntrustedInputError
from badges.instants import format_instant
from badges.nodes import find_repeated_id
from badges.parts import list_foreign_associations
from badges.untrusted import parse_object
from badges.written import serialize

_FEWEST = 2
"""The microcredential, and something that it rests on."""
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

    `whole` is the signed microcredential, `parts` are its signed badges, all as stored;
    `foreign` are signed badges of other issuers on which it rests, too.
    """

    id: str
    issuer: Issuer
    whole: bytes
    parts: tuple[bytes, ...]
    status: Status
    valid_from: datetime
    foreign: tuple[bytes, ...] = ()


def build_learner_record(facts: RecordFacts) -> dict[str, object]:
    """Return the unsigned record. Name, subject and dates are the microcredential's."""
    whole: dict[str, Any] = parse_object(facts.whole)
    parts: list[dict[str, Any]] = [parse_object(one) for one in (*facts.parts, *facts.foreign)]
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


def check_learner_record(
    document: Mapping[str, object], *, foreign: int = 0, left_out: int = 0
) -> None:
    """Return if this unsigned record says what we mean, everywhere; raise otherwise.

    The last `foreign` of its credentials are of other issuers, who know its subject by
    another name; the microcredential names each of them by an address of ours, and as many
    as are `left_out`, too.

    Raises: as `badges.credential.check_before_signing`.
    """
    once: Any = _said_once(document, set())
    check_statements(_without_last(once, foreign), "issued-learner-record.schema.json")
    accepted: Any = document
    subject = accepted["credentialSubject"]
    held = subject["verifiableCredential"]
    own, others = held[: len(held) - foreign], held[len(held) - foreign :]
    if others:
        _check_foreign(once, others)
    if len({one["id"] for one in held}) < len(held):
        raise InvalidCredentialError("two credentials in it have one id")
    if len(held) < _FEWEST or list_foreign_associations(document):
        raise InvalidCredentialError("an association names an achievement that is not there")
    if any(one["credentialSubject"]["id"] != subject["id"] for one in own):
        raise InvalidCredentialError("a credential in it is about somebody else")
    bound = {one["id"] for one in own[0]["relatedResource"]}
    badges = {one["id"] for one in own[1:]}
    if not badges <= bound or len(bound - badges) != foreign + left_out:
        raise InvalidCredentialError("it holds other badges than its microcredential rests on")


def _without_last(record: Mapping[str, Any], foreign: int) -> dict[str, Any]:
    """Return a record without so many of its last credentials, whose shape others chose."""
    subject = record["credentialSubject"]
    held, associations = subject["verifiableCredential"], subject["association"]
    return {
        **record,
        "credentialSubject": {
            **subject,
            "verifiableCredential": held[: len(held) - foreign],
            "association": associations[: len(associations) - foreign],
        },
    }


def _check_foreign(record: Mapping[str, object], others: Sequence[Mapping[str, object]]) -> None:
    """Check what others signed: of the shape that the official schema asks for, and unambiguous."""
    for one in others:
        subject, issuer, proof = (
            one.get(name) for name in ("credentialSubject", "issuer", "proof")
        )
        lists = (one.get("@context"), one.get("type"), proof)
        objects = (subject, issuer)
        is_fit = all(isinstance(value, list) for value in lists) and all(
            isinstance(value, Mapping) for value in objects
        )
        if not is_fit:
            raise InvalidCredentialError("a credential of another issuer is of another shape")
    repeated = find_repeated_id(record)
    if repeated is not None:
        raise InvalidCredentialError(f"two different things share the id {repeated}")
    check_unambiguous(record)


def with_foreign(facts: RecordFacts, foreign: Sequence[bytes]) -> RecordFacts:
    """Return the facts with what others signed, as far as it can be signed in one with ours.

    Their contexts may not go together with ours, or it is a token, or it would be too much.
    """
    for document in foreign:
        tried = replace(facts, foreign=(*facts.foreign, document))
        count = len(tried.foreign)
        try:
            unsigned = build_learner_record(tried)
            check_learner_record(unsigned, foreign=count, left_out=len(foreign) - count)
        except BadgesError:
            continue
        if is_readable(serialize(unsigned)):
            facts = tried
    return facts


def is_readable(record: bytes) -> bool:
    """Whether it keeps to the limits of size and number; some dozens of long badges do not."""
    try:
        parse_object(record)
    except UntrustedInputError:
        return False
    return True


def holds(record: bytes, whole: bytes, parts: Sequence[bytes]) -> bool:
    """Whether a record holds these signed credentials first: what else it holds never changes."""
    document: dict[str, Any] = parse_object(record)
    held = document["credentialSubject"]["verifiableCredential"]
    return [serialize(one) for one in held[: 1 + len(parts)]] == [whole, *parts]


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
