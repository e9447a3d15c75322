"""What verification looked at, and how each check came out. The words are made by the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CheckName(StrEnum):
    """The checks, in the order in which they are made."""

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


class CheckState(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"
    """An earlier check failed, or there was nothing to check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The outcome of one check.

    `code` is stable and says why; `facts` are what a page needs to say it in words,
    taken from the credential, so they are to be escaped like anything from outside.
    """

    name: CheckName
    state: CheckState
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
