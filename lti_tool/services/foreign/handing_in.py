"""Handing in a credential of another issuer: verified, matched with the pathway, and stored.

It counts at once if its issuer gave it to the address that the LMS says is this person's, and
no coordinator has refused it; otherwise a coordinator looks whose it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.foreign import (
    AddressMatch,
    ForeignFacts,
    HolderBasis,
    NoStandIn,
    compare_address,
    find_components,
    read_facts,
)
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.examining import Report
from lti_tool.services.foreign.checking import (
    Checked,
    CheckOutcome,
    ForeignParts,
    check,
    keep_documents,
)
from lti_tool.services.foreign.following import Sequel, follow_now
from lti_tool.services.foreign.planning import CHECKED_EVERY, plan_next
from lti_tool.services.stacks import Stack, list_stacks, stand
from lti_tool.services.texts import plain_line
from lti_tool.store import awards, coordination, foreign, organisations, pathways
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import ForeignCredentialRow

STANDING_AT_MOST = 20
A_DAY_AT_MOST = 20
"""For each earner: enough for every pathway that there is, too few to fill a disk."""
_LINE = 300
_TEXT = 10_000


class ForeignRefusedError(ConflictError):
    """A credential of another issuer that does not count. `report` is there once it was verified.

    The code is `not_valid_` with what its verification amounts to, one of `NoStandIn`,
    `own_credential`, `id_unfit`, `held_already`, `handed_in_already`, `handed_in_by_another`,
    `too_many`, or `test_user`.
    """

    code = "foreign_refused"

    def __init__(self, code: str, report: Report | None = None) -> None:
        super().__init__(f"it does not count: {code}", code=code)
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody hands in, and for which microcredential (`pathway_id`, an achievement).

    `address` is what the LMS says is theirs, empty if that is not known. `component` names
    the badge, where the credential counts as several.
    """

    earner_id: UUID
    program_id: UUID
    pathway_id: UUID
    data: bytes
    address: str
    component: str = ""
    is_test_user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What became of it: accepted, or waiting for a coordinator; and what came of it at once."""

    id: UUID
    state: str
    address: AddressMatch
    component: str
    sequel: Sequel


def hand_in(parts: ForeignParts, offer: Offer) -> HandedIn:
    """Verify a credential and store that it stands for a badge. Outside any transaction.

    It is the only one that is verified here: what follows from it alone is issued, and what
    takes others, too, is left to the worker.

    Raises:
        NotFoundError: the program has no such pathway, or it is not open.
        ForeignRefusedError: it does not count; the code says why.
    """
    if offer.is_test_user:
        raise ForeignRefusedError("test_user")
    with parts.issuing.database.reading() as session:
        get_open_stack(session, offer.program_id, offer.pathway_id)
        _check_room(session, parts, offer.earner_id)
    checked = check(parts, offer.data)
    if checked.document is None or checked.outcome is not CheckOutcome.VALID:
        unanswered = checked.outcome is CheckOutcome.UNREACHABLE
        status = checked.outcome.value if unanswered else checked.report.status
        raise ForeignRefusedError(f"not_valid_{status}", checked.report)
    row, address = _store(parts, offer, checked, compare_address(checked.document, offer.address))
    sequel = Sequel.NOTHING
    if row.state == "accepted":
        sequel = follow_now(parts, offer.program_id, offer.earner_id, row.id)
    return HandedIn(
        id=row.id,
        state=row.state,
        address=address,
        component=row.component,
        sequel=sequel,
    )


def get_open_stack(session: Session, program_id: UUID, pathway_id: UUID) -> Stack:
    """Return a pathway of a program that is open, in its newest version.

    Raises:
        NotFoundError: there is none.
    """
    for stack in list_stacks(session, program_id):
        if stack.achievement.id == pathway_id:
            return stack
    raise NotFoundError(f"no open pathway {pathway_id} in this program")


def _check_room(session: Session, parts: ForeignParts, earner_id: UUID) -> None:
    since = parts.issuing.clock() - timedelta(days=1)
    if (
        foreign.count_handed_in(session, earner_id) >= STANDING_AT_MOST
        or foreign.count_handed_in(session, earner_id, since=since) >= A_DAY_AT_MOST
    ):
        raise ForeignRefusedError("too_many")


def _store(
    parts: ForeignParts, offer: Offer, checked: Checked, address: AddressMatch
) -> tuple[ForeignCredentialRow, AddressMatch]:
    document, report = checked.document or {}, checked.report
    with parts.issuing.database.writing() as session:
        # Whoever else hands the same in waits here, and then finds it.
        coordination.lock_program(session, offer.program_id)
        awards.lock_earner(session, offer.earner_id)
        stack = get_open_stack(session, offer.program_id, offer.pathway_id)
        components = find_components(document, stack.definition.accepts)
        if _is_own(session, parts, report):
            raise ForeignRefusedError("own_credential", report)
        if isinstance(components, NoStandIn):
            raise ForeignRefusedError(components.value, report)
        if offer.component:
            components = tuple(one for one in components if one == offer.component)
            if not components:
                raise ForeignRefusedError(NoStandIn.NOT_ACCEPTED.value, report)
        facts = read_facts(document)
        if not foreign.can_be_kept(facts.issuer_id, facts.id):
            raise ForeignRefusedError("id_unfit", report)
        _check_room(session, parts, offer.earner_id)
        was_refused = _check_new(session, offer, facts, report)
        component = _find_free(session, stack, offer.earner_id, components, report)
        row = _row(
            parts,
            offer,
            checked,
            facts,
            component=component,
            address=address,
            counts=address is AddressMatch.SAME and not was_refused,
        )
        session.add(row)
        session.flush()
        keep_documents(session, checked)
        if row.state == "accepted":
            only = frozenset({row.id})
            plan_next(
                session, offer.program_id, offer.earner_id, [row], checked=only, verified=only
            )
        _note(session, parts, offer, row, stack.definition.title)
    return row, address


def _is_own(session: Session, parts: ForeignParts, report: Report) -> bool:
    """Whether it is of an issuer of ours, or calls itself by an address of ours."""
    summary = report.summary
    return summary is not None and (
        summary.issuer_id in key_rows.list_issuer_ids(session)
        or summary.id.startswith(f"{parts.issuing.urls.base_url}/")
    )


def _check_new(session: Session, offer: Offer, facts: ForeignFacts, report: Report) -> bool:
    """Refuse what stands already: for somebody else, or for the same person in this pathway.

    Return whether a coordinator has refused it to this person: then one looks again, whatever
    address it names.
    """
    was_refused = False
    for row in foreign.list_same(
        session, offer.program_id, issuer_uri=facts.issuer_id, credential_uri=facts.id
    ):
        is_theirs = row.earner_id == offer.earner_id
        if row.state == "refused":
            was_refused = was_refused or is_theirs
        elif not is_theirs:
            raise ForeignRefusedError("handed_in_by_another", report)
        elif row.pathway_id == offer.pathway_id:
            raise ForeignRefusedError("handed_in_already", report)
    return was_refused


def _find_free(
    session: Session, stack: Stack, earner_id: UUID, components: Collection[str], report: Report
) -> str:
    """Return the first of some badges that its earner neither holds nor waits for."""
    held = stand(session, stack, earner_id).held
    for slug in components:
        if slug not in held and not foreign.find_standing(
            session, earner_id, stack.achievement.id, slug
        ):
            return slug
    raise ForeignRefusedError("held_already", report)


def _row(
    parts: ForeignParts,
    offer: Offer,
    checked: Checked,
    facts: ForeignFacts,
    *,
    component: str,
    address: AddressMatch,
    counts: bool,
) -> ForeignCredentialRow:
    return ForeignCredentialRow(
        id=parts.issuing.new_id(),
        earner_id=offer.earner_id,
        pathway_id=offer.pathway_id,
        component=component,
        document=offer.data,
        document_sha256=sha256(offer.data).hexdigest(),
        form="json" if offer.data.startswith(b"{") else "jwt",
        credential_uri=facts.id,
        achievement_uri=facts.achievement_id,
        issuer_uri=facts.issuer_id,
        title=_line(facts.title),
        issuer_name=_line(facts.issuer_name),
        subject_name=_line(facts.subject_name),
        earned_at=facts.earned_at,
        valid_until=facts.valid_until,
        address=address.value,
        handed_in_at=checked.at,
        state="accepted" if counts else "waiting",
        holder_basis=HolderBasis.EMAIL.value if counts else None,
        decided_at=checked.at if counts else None,
        decided_by=None,
        reason="",
        checked_at=checked.at,
        check_outcome=checked.outcome.value,
        failing_since=None,
        check_due_at=checked.at + CHECKED_EVERY,
        revoked_at=None,
    )


def _line(text: str) -> str:
    """Return what pages show of a text of others: one line, of bearable length."""
    return plain_line(text[:_TEXT], field="", most=_TEXT)[:_LINE]


def _note(
    session: Session,
    parts: ForeignParts,
    offer: Offer,
    row: ForeignCredentialRow,
    title: str,
) -> None:
    users = pathways.list_names(session, [offer.earner_id])
    organisations.note(
        session,
        id_=parts.issuing.new_id(),
        at=row.handed_in_at,
        actor_id=users[offer.earner_id].id if offer.earner_id in users else None,
        program_id=offer.program_id,
        action=f"earner.foreign_{row.state}",
        subject_id=offer.pathway_id,
        text=f"{row.title}, {title}",
    )
