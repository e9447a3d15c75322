"""Attesting that a learner earned a badge before: a coordinator's word, marked as such."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import InvalidFieldsError
from lti_tool.services.awarding import NewAward, note_again, store_award
from lti_tool.services.credential_facts import AwardFacts, Subject
from lti_tool.services.dues import Coming, find_due
from lti_tool.services.issuing import IssuingParts, SignedCredential, issue
from lti_tool.services.settling import settles
from lti_tool.services.stacking import Prepared, prepare, settle
from lti_tool.services.stacks import list_program_badges
from lti_tool.services.texts import is_visible, plain_line
from lti_tool.store import awards, organisations, pathways
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttestationRow,
    EarnerRow,
    IssuerRow,
    ProgramRow,
    UserRow,
)
from lti_tool.values import ProgramScope

SOURCE_CHARACTERS = 500
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a coordinator attests, as it was typed; `learner` and `badge` are ids."""

    learner: str
    badge: str
    held_since: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    learner: UserRow
    version: AchievementVersionRow
    definition: AchievementDefinition
    issuer: IssuerRow
    earner: EarnerRow
    name: str
    held_since: datetime
    source: str


@settles
def attest(parts: IssuingParts, scope: ProgramScope, attestation: Attestation) -> UUID:
    """Award a badge of the program that a learner earned elsewhere; return the award.

    With it comes the microcredential of which it is the last badge.

    Raises:
        InvalidFieldsError: `required`, `unknown_learner`, `own_work`, `unknown_badge`,
            `held_already`, `not_a_day`, `day_too_late`, `day_too_early`, each at its field.
        ConflictError: `stack_changed` as in a release.
    """
    attested_at = parts.clock()
    with parts.database.reading() as session:
        facts = _read(session, scope, attestation, now=attested_at)
    credential = issue(
        parts,
        AwardFacts(
            definition=facts.definition,
            version_id=facts.version.id,
            version_number=facts.version.number,
            image_type=facts.version.image_type,
            issuer=facts.issuer,
            subject=Subject(urn=facts.earner.subject_urn, name=facts.name),
            result=None,
            awarded_at=facts.held_since,
            issued_at=attested_at,
        ),
    )
    coming = Coming(
        achievement_id=facts.version.achievement_id,
        earned_at=facts.held_since,
        credential=credential,
        is_attested=True,
    )
    with parts.database.reading() as session:
        due = find_due(session, scope.program_id, facts.earner.id, coming=coming)
    stacks = prepare(parts, due)
    with parts.database.writing() as session:
        return _store(session, parts, scope, facts, credential, stacks, attested_at)


def _store(
    session: Session,
    parts: IssuingParts,
    scope: ProgramScope,
    facts: _Facts,
    credential: SignedCredential,
    stacks: tuple[Prepared, ...],
    attested_at: datetime,
) -> UUID:
    award_id = parts.new_id()
    pathways.share_program(session, scope.program_id)
    awards.lock_earner(session, facts.earner.id)
    _check_not_held(session, facts.earner.id, facts.version.achievement_id)
    award = NewAward(
        id=award_id,
        origin="attested",
        earner_id=facts.earner.id,
        achievement_id=facts.version.achievement_id,
        version_id=facts.version.id,
        awarded_at=attested_at,
    )
    store_award(session, award, credential)
    session.add(
        AttestationRow(
            award_id=award_id,
            held_since=facts.held_since,
            source=facts.source,
            attested_by=scope.user_id,
            attested_at=attested_at,
        )
    )
    organisations.note(
        session,
        id_=parts.new_id(),
        at=attested_at,
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action="award.attested",
        subject_id=facts.learner.id,
        text=f"{facts.definition.title}, {facts.held_since.date().isoformat()}",
    )
    session.flush()
    note_again(
        session,
        scope.program_id,
        award,
        learner_id=facts.learner.id,
        title=facts.definition.title,
        actor_id=scope.user_id,
        new_id=parts.new_id,
    )
    settle(
        session,
        scope.program_id,
        facts.earner.id,
        stacks,
        at=attested_at,
        actor_id=scope.user_id,
        new_id=parts.new_id,
    )
    return award_id


def _read(
    session: Session, scope: ProgramScope, attestation: Attestation, *, now: datetime
) -> _Facts:
    learner_id = _id(attestation.learner, field="learner", code="unknown_learner")
    learner = pathways.find_learner(session, scope, learner_id)
    if learner is None:
        raise InvalidFieldsError({"learner": ("unknown_learner", None)})
    if learner.earner_id == session.get_one(UserRow, scope.user_id).earner_id:
        raise InvalidFieldsError({"learner": ("own_work", None)})
    version = _get_version(session, scope, _id(attestation.badge, "badge", "unknown_badge"))
    _check_not_held(session, learner.earner_id, version.achievement_id)
    source = plain_line(attestation.source, field="source", most=SOURCE_CHARACTERS)
    if not is_visible(source):
        raise InvalidFieldsError({"source": ("required", None)})
    program = session.get_one(ProgramRow, scope.program_id)
    return _Facts(
        learner=learner,
        version=version,
        definition=parse_definition(version.document),
        issuer=session.get_one(IssuerRow, program.issuer_id),
        earner=session.get_one(EarnerRow, learner.earner_id),
        name=pathways.find_confirmed_name(session, learner.earner_id),
        held_since=read_day(attestation.held_since, now=now),
        source=source,
    )


def _get_version(
    session: Session, scope: ProgramScope, achievement_id: UUID
) -> AchievementVersionRow:
    for badge in list_program_badges(session, scope.program_id):
        published = [one for one in badge.versions if one.state == "published"]
        if badge.achievement.id == achievement_id and published:
            return published[-1]
    raise InvalidFieldsError({"badge": ("unknown_badge", None)})


def _check_not_held(session: Session, earner_id: UUID, achievement_id: UUID) -> None:
    if awards.find_live_award(session, earner_id, achievement_id) is not None:
        raise InvalidFieldsError({"badge": ("held_already", None)})


def read_day(text: str, *, now: datetime) -> datetime:
    """Return the day on which something was earned.

    Raises:
        InvalidFieldsError: `not_a_day`, `day_too_early`, `day_too_late` at `held_since`.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidFieldsError({"held_since": ("not_a_day", None)}) from error
    if day < EARLIEST:
        raise InvalidFieldsError({"held_since": ("day_too_early", EARLIEST.isoformat())})
    found = datetime.combine(day, time(), UTC)
    if found > now:
        raise InvalidFieldsError({"held_since": ("day_too_late", None)})
    return found


def _id(text: str, field: str, code: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidFieldsError({field: (code if text else "required", None)}) from error
