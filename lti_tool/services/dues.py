"""What an earner has earned of a program's pathways and does not hold yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.foreign import is_accepted
from badges.pathway import MISSING, AcceptedCredential, ComponentState, Standing, evaluate_pathway
from lti_tool.services.issuing import SignedCredential
from lti_tool.services.stacks import Stack, Standings, list_stacks
from lti_tool.services.stacks import stand as stand_with
from lti_tool.store.pathways import AwardParts
from lti_tool.store.rows import ForeignCredentialRow

NONE: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One credential that a microcredential rests on; it may not be stored yet."""

    credential_id: UUID
    evidence_page_id: UUID
    document: bytes
    document_sha256: str
    is_attested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignHolding:
    """One credential of another issuer that a microcredential rests on, verified just now."""

    foreign_id: UUID
    document: bytes
    document_sha256: str
    form: str
    accepted: AcceptedCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A badge that is about to be awarded, signed already."""

    achievement_id: UUID
    earned_at: datetime
    credential: SignedCredential
    is_attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A microcredential that an earner has earned and does not hold yet."""

    stack: Stack
    earner_id: UUID
    holdings: Mapping[str, Holding | ForeignHolding]

    @property
    def key(self) -> tuple[str, ...]:
        """Everything that its credential rests on."""
        stack = self.stack
        named = (one.version_at(stack.opened_at) for one in stack.badges)
        return (
            str(stack.version.id),
            str(self.earner_id),
            *(str(one.id) for one in named if one),
            *(one.document_sha256 for one in self.holdings.values()),
        )


def find_due(
    session: Session,
    program_id: UUID,
    earner_id: UUID,
    *,
    coming: Coming | None = None,
    signed_off: UUID | None = None,
    verified: frozenset[UUID] = NONE,
) -> tuple[Due, ...]:
    """Return what an earner has earned of a program's pathways, once `coming` is theirs.

    `signed_off` is the pathway that a coordinator signs off. Of credentials of other issuers
    those count that were `verified` just now, which nobody who awards a badge waits for: what
    follows from the others, the worker finds (`lti_tool.services.foreign`).
    """
    found = (
        due_of(
            stand_with(session, stack, earner_id),
            earner_id,
            coming=coming,
            is_signed_off=stack.achievement.id == signed_off,
            verified=verified,
        )
        for stack in list_stacks(session, program_id)
    )
    return tuple(due for due in found if due is not None)


def due_of(
    standings: Standings,
    earner_id: UUID,
    *,
    coming: Coming | None = None,
    is_signed_off: bool = False,
    verified: frozenset[UUID] = NONE,
) -> Due | None:
    """Return the microcredential of one pathway, if it is earned and not held."""
    stack = standings.stack
    states = dict(standings.outcome.components)
    holdings: dict[str, Holding | ForeignHolding] = {
        slug: _holding(parts) for slug, parts in standings.held.items()
    }
    for slug, row in standings.foreign.items():
        if row.id in verified:
            holdings[slug] = _foreign_holding(stack, row)
        else:
            states[slug] = MISSING
    for badge in stack.badges:
        if coming is not None and badge.achievement.id == coming.achievement_id:
            slug = badge.achievement.slug
            states[slug] = _with_coming(states[slug], coming)
            holdings[slug] = _holding_of(coming)
    outcome = evaluate_pathway(
        stack.definition.pathway,
        states,
        is_signed_off=is_signed_off,
        is_issued=standings.own is not None,
    )
    is_new = _is_new(standings, coming, verified)
    if not outcome.is_issuable or not (is_signed_off or is_new):
        return None
    counted = [one for one in stack.definition.components if one not in outcome.out_of_order]
    return Due(
        stack=stack,
        earner_id=earner_id,
        holdings={slug: holdings[slug] for slug in counted if slug in holdings},
    )


def _is_new(standings: Standings, coming: Coming | None, verified: frozenset[UUID]) -> bool:
    """Whether anything came since the microcredential was revoked, if it was.

    Without that it was revoked for itself, and does not come back by itself.
    """
    lost = standings.own_lost
    revoked_at = lost[0].revoked_at if lost else None
    ids = {one.achievement.id for one in standings.stack.badges}
    if revoked_at is None or (coming is not None and coming.achievement_id in ids):
        return True
    since = [parts[0].awarded_at for parts in standings.held.values()]
    since += [
        row.decided_at
        for row in standings.foreign.values()
        if row.id in verified and row.decided_at is not None
    ]
    return any(at >= revoked_at for at in since)


def _with_coming(state: ComponentState, coming: Coming) -> ComponentState:
    earned_at = min(filter(None, (state.earned_at, coming.earned_at)))
    return ComponentState(standing=Standing.HELD, earned_at=earned_at)


def _holding(parts: AwardParts) -> Holding:
    award, credential, attestation = parts
    return Holding(
        credential_id=credential.id,
        evidence_page_id=award.evidence_page_id,
        document=credential.document,
        document_sha256=credential.document_sha256,
        is_attested=attestation is not None,
    )


def _foreign_holding(stack: Stack, row: ForeignCredentialRow) -> ForeignHolding:
    return ForeignHolding(
        foreign_id=row.id,
        document=row.document,
        document_sha256=row.document_sha256,
        form=row.form,
        accepted=next(
            one
            for one in stack.definition.accepted_for(row.component)
            if is_accepted(one, row.achievement_uri, row.issuer_uri)
        ),
    )


def _holding_of(coming: Coming) -> Holding:
    credential = coming.credential
    return Holding(
        credential_id=credential.reservation.credential_id,
        evidence_page_id=credential.reservation.evidence_page_id,
        document=credential.document,
        document_sha256=credential.document_sha256,
        is_attested=coming.is_attested,
    )
