"""Read models of credentials of other issuers that stand in for badges."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignView:
    """One credential of another issuer, and what became of it.

    `title`, `issuer_name` and `subject_name` are its issuer's words. `state` is waiting,
    accepted, refused or withdrawn; `address` what it says of its earner's address: same,
    another, unsaid or not_compared; `holder_basis` email or confirmed. `check_outcome` is
    valid, revoked, expired, not_yet, unreachable or broken, as of `checked_at`.
    """

    id: UUID
    pathway_id: UUID
    pathway_title: str
    component: str
    component_title: str
    title: str
    issuer_name: str
    issuer_id: str
    subject_name: str
    earned_at: datetime
    valid_until: datetime | None
    handed_in_at: datetime
    state: str
    address: str
    holder_basis: str | None
    reason: str
    decided_at: datetime | None
    checked_at: datetime
    check_outcome: str
    failing_since: datetime | None
    revoked_at: datetime | None
    url: str
    """Where it is, while a microcredential that rests on it is shared."""
    can_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedInView:
    """What a learner handed in, and how it stands.

    `status` is waiting, counts, refused, revoked, expired, unchecked or broken; the last
    three say why one that counts is not relied on for anything new.
    """

    view: ForeignView
    status: str
    withdraw_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRequest:
    """A credential of another issuer as coordinators see it: with who handed it in.

    `is_own` says that it is the coordinator's own, which somebody else has to decide.
    """

    view: ForeignView
    learner_id: UUID | None
    learner_name: str
    decided_by: str
    is_own: bool
