"""Microcredentials that follow when their last badge is awarded, in its transaction.

Whoever awards a badge finds out first what would follow from it (`find_due`), signs
that beside the badge's own credential, outside any transaction, and writes it in the
badge's transaction (`settle`), where the program's row is shared and the earner's is
locked. Where something else follows by then, nothing at all is written, and the whole
is prepared again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.pathway import PathwayState
from badges.pathway_definition import parse_pathway
from badges.pathway_publication import MEDIA_TYPES, HeldBadge, StackedBadge
from lti_tool.errors import NotFoundError
from lti_tool.services.awarding import NewAward, store_award, take_back
from lti_tool.services.credential_facts import StackFacts, Subject
from lti_tool.services.dues import NONE, Due, ForeignHolding, Holding, find_due
from lti_tool.services.issuing import IssuingParts, SignedCredential, issue
from lti_tool.services.records import (
    RecordedCredential,
    SignedRecord,
    sign_record,
    store_record,
)
from lti_tool.services.settling import StackChangedError
from lti_tool.services.stacks import Stack, as_stack, list_program_badges
from lti_tool.services.stacks import stand as stand_with
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, organisations, pathways
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    AwardComponentRow,
    AwardRow,
    EarnerRow,
    ForeignComponentRow,
    IssuerRow,
    ProgramRow,
)
from lti_tool.values import NewId

COMPONENT_REVOKED = "A badge that it rests on was revoked."
FOREIGN_REVOKED = "A credential of another issuer that it rests on was revoked."


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A microcredential that is signed, and what it was signed for."""

    due: Due
    credential: SignedCredential
    record: SignedRecord | None
    """The learner record; there is none where it would be too large to verify."""


def prepare(parts: IssuingParts, due: tuple[Due, ...]) -> tuple[Prepared, ...]:
    """Sign what is due, each with its learner record. Outside any transaction."""
    return tuple(_prepare(parts, one) for one in due)


def _prepare(parts: IssuingParts, due: Due) -> Prepared:
    facts = _facts(parts, due)
    credential = issue(parts, facts)
    record = sign_record(
        parts,
        RecordedCredential(
            whole=credential.document,
            badges=tuple(one.document for one in facts.held if one.accepted is None),
            foreign=tuple(one.document for one in facts.held if one.accepted is not None),
            issuer=facts.issuer,
            status_list_id=credential.reservation.status_list_id,
            position=credential.reservation.position,
        ),
        record_id=parts.new_id(),
        created=facts.issued_at,
    )
    return Prepared(due=due, credential=credential, record=record)


def settle(
    session: Session,
    program_id: UUID,
    earner_id: UUID,
    prepared: tuple[Prepared, ...],
    *,
    at: datetime,
    actor_id: UUID | None,
    new_id: NewId,
    signed_off: UUID | None = None,
    verified: frozenset[UUID] = NONE,
    action: str = "microcredential.awarded",
) -> None:
    """Write the microcredentials that follow, when exactly those were prepared.

    The program's row is shared, the earner's is locked, the badge is written. The rest is as
    for `find_due`.

    Raises:
        StackChangedError: something else follows: roll back, and prepare again.
    """
    due = find_due(session, program_id, earner_id, signed_off=signed_off, verified=verified)
    if [one.key for one in due] != [one.due.key for one in prepared]:
        raise StackChangedError("what follows from this award changed meanwhile")
    for one in prepared:
        write(session, program_id, one, at=at, actor_id=actor_id, new_id=new_id, action=action)


def write(
    session: Session,
    program_id: UUID,
    prepared: Prepared,
    *,
    at: datetime,
    actor_id: UUID | None,
    new_id: NewId,
    action: str = "microcredential.awarded",
) -> None:
    """Write one microcredential with what it rests on, all of which is written."""
    due, award_id = prepared.due, new_id()
    award = NewAward(
        id=award_id,
        origin="pathway",
        earner_id=due.earner_id,
        achievement_id=due.stack.achievement.id,
        version_id=due.stack.version.id,
        awarded_at=at,
    )
    store_award(session, award, prepared.credential)
    if prepared.record is not None:
        credential_id = prepared.credential.reservation.credential_id
        store_record(session, credential_id, prepared.record, at=at)
    for holding in due.holdings.values():
        session.add(_component_row(session, award_id, holding))
    session.flush()
    organisations.note(
        session,
        id_=new_id(),
        at=at,
        actor_id=actor_id,
        program_id=program_id,
        action=action,
        subject_id=award_id,
        text=due.stack.definition.title,
    )


def _component_row(
    session: Session, award_id: UUID, holding: Holding | ForeignHolding
) -> AwardComponentRow | ForeignComponentRow:
    if isinstance(holding, ForeignHolding):
        return ForeignComponentRow(award_id=award_id, foreign_id=holding.foreign_id)
    component = awards.find_credential(session, holding.credential_id)
    if component is None:
        raise LookupError(f"no credential {holding.credential_id}")
    return AwardComponentRow(award_id=award_id, component_id=component[1].id)


def settle_revoked(
    session: Session,
    program_id: UUID,
    earner_id: UUID,
    *,
    at: datetime,
    new_id: NewId,
    reason: str = COMPONENT_REVOKED,
) -> tuple[UUID, ...]:
    """Apply to microcredentials what their pathways declare for a badge that was revoked.

    Or for a credential of another issuer that stood for one. Each is judged by the version
    that it was issued by. The earner's row is locked, and whatever takes the badge's place is
    written. Returns the status lists to sign.
    """
    lists = []
    for above in pathways.list_live_microcredentials(session, program_id, earner_id):
        stack = stack_of_award(session, program_id, above)
        outcome = stand_with(session, stack, earner_id).outcome
        if outcome.state is not PathwayState.REVOKED:
            continue
        lists.append(take_back(session, above, at=at, reason=reason))
        organisations.note(
            session,
            id_=new_id(),
            at=at,
            actor_id=None,
            program_id=program_id,
            action="microcredential.revoked",
            subject_id=above.id,
            text=stack.definition.title,
        )
    return tuple(lists)


def stack_of_award(session: Session, program_id: UUID, award: AwardRow) -> Stack:
    """Return the pathway of a microcredential's award, in the version that it was issued by."""
    version = session.get_one(AchievementVersionRow, award.achievement_version_id)
    badges = {one.achievement.slug: one for one in list_program_badges(session, program_id)}
    achievement = session.get_one(AchievementRow, award.achievement_id)
    return as_stack(achievement, version, parse_pathway(version.document), badges)


def stacked_badges(stack: Stack, urls: PublicURLs) -> tuple[StackedBadge, ...]:
    """Return the badges of a pathway as its credentials name them.

    Raises:
        NotFoundError: one is not open yet.
    """
    named = []
    for badge in stack.badges:
        version = badge.version_at(stack.opened_at)
        if version is None:
            raise NotFoundError(f"{badge.achievement.slug} is not open")
        named.append(StackedBadge(title=version.title, url=urls.achievement(version.id)))
    return tuple(named)


def _facts(parts: IssuingParts, due: Due) -> StackFacts:
    stack, urls = due.stack, parts.urls
    titles = {one.achievement.slug: one.title for one in stack.badges}
    with parts.database.reading() as session:
        program = session.get_one(ProgramRow, stack.achievement.program_id)
        issuer = session.get_one(IssuerRow, program.issuer_id)
        earner = session.get_one(EarnerRow, due.earner_id)
        name = pathways.find_confirmed_name(session, due.earner_id)
    return StackFacts(
        definition=stack.definition,
        badges=stacked_badges(stack, urls),
        version_id=stack.version.id,
        version_number=stack.version.number,
        issuer=issuer,
        subject=Subject(urn=earner.subject_urn, name=name),
        held=tuple(_held(titles[slug], one, urls) for slug, one in due.holdings.items()),
        issued_at=parts.clock(),
    )


def _held(title: str, one: Holding | ForeignHolding, urls: PublicURLs) -> HeldBadge:
    if isinstance(one, ForeignHolding):
        url = urls.component(one.foreign_id)
        return HeldBadge(
            title=title,
            credential_url=url,
            evidence_url=f"{url}#evidence",
            is_attested=False,
            document=one.document,
            media_type=MEDIA_TYPES[one.form],
            accepted=one.accepted,
        )
    return HeldBadge(
        title=title,
        credential_url=urls.credential(one.credential_id),
        evidence_url=urls.evidence(one.evidence_page_id),
        is_attested=one.is_attested,
        document=one.document,
    )
