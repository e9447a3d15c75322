"""What verification looked at, and how each check came out. The words are made by the pages."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class CheckName(StrEnum):
    """The checks. Those that every credential goes through come first, in their order."""

    PARSE = "parse"
    """It can be read: JSON with a proof, or a compact JWT."""
    CONTEXT = "context"
    """Every word in it has the meaning that Open Badges 3.0 gives it."""
    SHAPE = "shape"
    """It has the members of an Open Badge, of the right types."""
    KEY = "key"
    """The issuer vouches for the key that the proof names."""
    PROOF = "proof"
    """That key signed exactly this content."""
    DATES = "dates"
    """It is valid at the time of the check."""
    STATUS = "status"
    """Its issuer has not revoked it."""
    PARTS = "parts"
    """The credentials that it rests on, or holds, are those that it names, and hold."""
    ASSOCIATIONS = "associations"
    """What a learner record says about achievements is about such as are in it."""
    ENDORSEMENTS = "endorsements"
    """Whoever endorses it, or what it names, does."""
    BINDING = "binding"
    """Of a part: it is what the credential around it names."""


EVERY_CREDENTIAL = (
    CheckName.PARSE,
    CheckName.CONTEXT,
    CheckName.SHAPE,
    CheckName.KEY,
    CheckName.PROOF,
    CheckName.DATES,
    CheckName.STATUS,
)
"""The others are made where there is something to check."""


class CheckState(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    """It holds in itself, but what it rests on was true once and is so no longer."""
    NOT_CHECKED = "not_checked"
    """An earlier check failed, it could not be found out, or there was nothing to check."""


class Check(NamedTuple):
    """The outcome of one check.

    `code` is stable and says why; `facts` are what a page needs to say it in words,
    taken from the credential, so they are to be escaped like anything from outside.
    """

    name: CheckName
    state: CheckState
    code: str
    facts: Mapping[str, str] = MappingProxyType({})


class PartKind(StrEnum):
    """How one credential belongs to another."""

    COMPONENT = "component"
    """It is bound by the digest of its bytes (`relatedResource`)."""
    EMBEDDED = "embedded"
    """It stands in a learner record, whole."""
    ENDORSEMENT = "endorsement"
    """It is somebody's word about the credential, its achievement or its issuer."""


class Part(NamedTuple):
    """A credential that belongs to another one, verified on its own.

    `place` is where it stands or is named, as a JSON pointer. Name and issuer are known
    where its proof holds: otherwise nobody stands behind the words. `comment` is that of
    an endorsement, `subject_id` what it endorses.
    """

    kind: PartKind
    place: str
    id: str
    state: CheckState
    code: str
    name: str = ""
    issuer_id: str = ""
    issuer_name: str = ""
    subject_id: str = ""
    comment: str = ""
    checks: tuple[Check, ...] = ()
    parts: tuple["Part", ...] = ()
