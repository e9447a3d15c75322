"""Credentials of other issuers that stand in for badges of a pathway: which, and whose they are.

That a credential holds says nothing of who hands it in. It is theirs if its issuer wrote
their address into it, or if somebody responsible looked and says so.
Source: https://www.imsglobal.org/spec/ob/v3p0/#org.1edtech.ob.v3p0.identityobject.class
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import md5, sha256
from typing import Any

from badges.document_checks import CredentialKind, kind_of
from badges.pathway import AcceptedCredential
from badges.summary import read_summary

# Both are the specification's; of either somebody would have to find an address for a hash.
_FUNCTIONS = {"sha256": sha256, "md5": lambda data: md5(data, usedforsecurity=False)}
_ADDRESS = "emailAddress"


class AddressMatch(StrEnum):
    """What a credential says of the address of whoever hands it in."""

    SAME = "same"
    """Its issuer gave it to this very address."""
    ANOTHER = "another"
    """Its issuer gave it to another address: of the same person, or of somebody else."""
    UNSAID = "unsaid"
    """It names no address."""
    NOT_COMPARED = "not_compared"
    """It names one, and nothing is known to compare it with."""


class HolderBasis(StrEnum):
    """Why a credential counts as that of whoever handed it in."""

    EMAIL = "email"
    """It names the address that the LMS says is theirs."""
    CONFIRMED = "confirmed"
    """A coordinator looked, and confirmed it."""


class NoStandIn(StrEnum):
    """Why a credential stands in for no badge of a pathway."""

    NOTHING_ACCEPTED = "nothing_accepted"
    """The pathway takes nothing from elsewhere."""
    NOT_A_BADGE = "not_a_badge"
    """It is a learner record or an endorsement."""
    ANOTHER_ACHIEVEMENT = "another_achievement"
    """It is of an issuer that the pathway names, and for something else."""
    ANOTHER_ISSUER = "another_issuer"
    """It is for what the pathway names, and of another issuer."""
    NOT_ACCEPTED = "not_accepted"
    """The pathway names neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFacts:
    """What counts of a verified credential of another issuer; texts and URIs are its issuer's.

    `earned_at` is its `awardedDate`, or else its `validFrom`, which also says since when
    these bytes count. `subject_name` is empty where it names nobody in clear text.
    """

    id: str
    achievement_id: str
    issuer_id: str
    title: str
    issuer_name: str
    subject_name: str
    earned_at: datetime
    valid_until: datetime | None


def read_facts(document: Mapping[str, object]) -> ForeignFacts:
    """Return what counts of a badge that `verify` has accepted; never call it with another."""
    summary, subject = read_summary(document), _subject(document)
    return ForeignFacts(
        id=summary.id,
        achievement_id=subject["achievement"]["id"],
        issuer_id=summary.issuer_id,
        title=summary.achievement_name,
        issuer_name=summary.issuer_name or "",
        subject_name=summary.subject_name or "",
        earned_at=summary.awarded_at or summary.valid_from,
        valid_until=summary.valid_until,
    )


def find_components(
    document: Mapping[str, object], accepts: Collection[AcceptedCredential]
) -> tuple[str, ...] | NoStandIn:
    """Return the components for which a verified credential may stand, or why for none.

    Ids are compared character by character.
    """
    if not accepts:
        return NoStandIn.NOTHING_ACCEPTED
    if kind_of(document) is not CredentialKind.BADGE:
        return NoStandIn.NOT_A_BADGE
    facts = read_facts(document)
    found = tuple(
        one.component for one in accepts if is_accepted(one, facts.achievement_id, facts.issuer_id)
    )
    if found:
        return found
    if any(one.issuer == facts.issuer_id for one in accepts):
        return NoStandIn.ANOTHER_ACHIEVEMENT
    if any(one.achievement == facts.achievement_id for one in accepts):
        return NoStandIn.ANOTHER_ISSUER
    return NoStandIn.NOT_ACCEPTED


def is_accepted(accepted: AcceptedCredential, achievement_id: str, issuer_id: str) -> bool:
    """Whether a credential is what a pathway names: the same achievement of the same issuer."""
    return (accepted.achievement, accepted.issuer) == (achievement_id, issuer_id)


def compare_address(document: Mapping[str, object], address: str) -> AddressMatch:
    """Return whether a verified credential names an e-mail address; empty is not known.

    Hashed or not, it is compared in lower case: the specification does not say how issuers
    write addresses, and nobody has two that differ by case. Beyond ASCII they are compared to
    the letter: U+212A in lower case is a plain k, of a mailbox that somebody else may have.
    """
    named = [one for one in _identities(document) if one["identityType"] == _ADDRESS]
    if not named:
        return AddressMatch.UNSAID
    if not address:
        return AddressMatch.NOT_COMPARED
    is_same = any(_names(one, address) for one in named)
    return AddressMatch.SAME if is_same else AddressMatch.ANOTHER


def _names(identity: Mapping[str, Any], address: str) -> bool:
    said: str = identity["identityHash"]
    written = dict.fromkeys((_in_lower_case(address), address.strip()))
    if not identity["hashed"]:
        return _in_lower_case(said) in written
    name, _, digest = said.partition("$")
    function = _FUNCTIONS.get(name)
    salt = identity.get("salt", "")
    return function is not None and digest.lower() in {
        function(f"{one}{salt}".encode()).hexdigest() for one in written
    }


def _in_lower_case(address: str) -> str:
    text = address.strip()
    return text.lower() if text.isascii() else text


def _identities(document: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    found: Any = _subject(document).get("identifier", ())
    return [found] if isinstance(found, Mapping) else found


def _subject(document: Mapping[str, object]) -> Mapping[str, Any]:
    subject: Any = document["credentialSubject"]
    return subject  # type: ignore[no-any-return]  # its shape was checked
