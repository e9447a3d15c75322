"""Verifying a credential of another issuer: by the one verification there is, and what it asked.

Nothing here runs inside a transaction: it asks the world.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from badges.binding import Naming
from badges.checks import Check, CheckState
from badges.document_checks import parse
from lti_tool.lti.http import GuardedSession
from lti_tool.services.examining import Report, examine
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.foreign.answers import Answers
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.resolving import ChainedResolver, OwnResolver
from lti_tool.store import foreign

HOLDS = frozenset({"valid", "part_lost"})
"""What became of something that it rests on is for its issuer to say, in its own status."""
_NO_ANSWER = frozenset(
    {
        "issuer_unreachable",
        "issuer_document_malformed",
        "status_list_unreachable",
        "status_list_not_valid",
    }
)
_SAVED_AT_MOST = 8


class CheckOutcome(StrEnum):
    """What came of verifying it."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNREACHABLE = "unreachable"
    """Its issuer did not answer, or not with what verifies: it may hold or not."""
    BROKEN = "broken"
    """It does not hold: its proof, its key, or something that it carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignParts:
    """The long-lived things that credentials of other issuers need."""

    issuing: IssuingParts
    http: GuardedSession
    """For addresses that anybody may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What an issuer served: its `kind` is issuer, key or list."""

    kind: str
    uri: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a credential came out; `document` is there where it holds, without its proof."""

    at: datetime
    outcome: CheckOutcome
    report: Report
    document: Mapping[str, object] | None
    saved: tuple[Saved, ...]


def check(parts: ForeignParts, data: bytes, *, answers: Answers | None = None) -> Checked:
    """Verify a credential now, with all that belongs to it."""
    issuing, at = parts.issuing, parts.issuing.clock()
    own = OwnResolver(issuing.database, issuing.urls)
    asking = ChainedResolver(own, FetchingResolver(parts.http, waits=True))
    resolver = SavingResolver(asking, Answers() if answers is None else answers)
    report = examine(data, resolver=resolver, now=at)
    outcome = outcome_of(report)
    is_known = outcome in {CheckOutcome.VALID, CheckOutcome.REVOKED}
    return Checked(
        at=at,
        outcome=outcome,
        report=report,
        document=parse(data).document if outcome is CheckOutcome.VALID else None,
        saved=tuple(resolver.saved) if is_known else (),
    )


def outcome_of(report: Report) -> CheckOutcome:
    """Return what a report means for a credential that is to count here."""
    if report.status in HOLDS:
        return CheckOutcome.VALID
    if report.status in {"revoked", "expired", "not_yet"}:
        return CheckOutcome(report.status)
    failed = {one.code for one in _failed(report)}
    return CheckOutcome.UNREACHABLE if failed and failed <= _NO_ANSWER else CheckOutcome.BROKEN


def keep_documents(session: Session, checked: Checked) -> None:
    """Store what its issuer served, for offline kits."""
    for one in checked.saved:
        foreign.save_document(session, kind=one.kind, uri=one.uri, body=one.body, at=checked.at)


def _failed(report: Report) -> tuple[Check, ...]:
    return tuple(one for one in report.checks if one.state is CheckState.FAILED)


class SavingResolver:
    """Asks another resolver, and keeps the first of what issuers served, in the order of asking."""

    def __init__(self, resolver: ChainedResolver, answers: Answers) -> None:
        self._resolver = resolver
        self._answers = answers
        self.saved: list[Saved] = []

    def did_document(self, did: str) -> bytes:
        """Return the document of an issuer."""
        return self._ask("issuer", did, self._resolver.did_document)

    def jwk(self, url: str) -> bytes:
        """Return the one JWK at `url`."""
        return self._ask("key", url, self._resolver.jwk)

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return self._ask("list", url, self._resolver.status_list)

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`."""
        return self._resolver.credential(url, named_by=named_by)

    def _ask(self, kind: str, uri: str, ask: Callable[[str], bytes]) -> bytes:
        answer = self._answers.get(kind, uri, ask)
        if len(self.saved) < _SAVED_AT_MOST:
            # Of an endorser's, anything may come back and the badge still hold.
            with suppress(UnicodeDecodeError):
                answer.decode()
                self.saved.append(Saved(kind=kind, uri=uri, body=answer))
        return answer
