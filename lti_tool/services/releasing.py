"""Releasing a decision, in three steps, so that nothing is ever half done.

1. Reserve a credential id and a status position (an unused one is harmless).
2. Build, sign and verify, outside any transaction: the badge's credential, and with
   it the microcredential of which it is the last badge.
3. One transaction shares the program's row, locks the earner's, then the attempt's,
   checks that the inputs still hash the same, and writes decision, awards, credentials
   and outbox rows. A second click, a second worker or a replay finds what is there.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import ConflictError, NotAllowedError
from lti_tool.services import decisions
from lti_tool.services.awarding import NewAward, note_again, store_award
from lti_tool.services.credential_facts import AwardFacts, Subject
from lti_tool.services.decision_inputs import DecisionInputs, decision_inputs, inputs_hash
from lti_tool.services.decisions import Judgement, Verdict
from lti_tool.services.deliveries import DeliveryKind, enqueue
from lti_tool.services.dues import Coming, find_due
from lti_tool.services.issuing import IssuingParts, SignedCredential, issue
from lti_tool.services.settling import settles
from lti_tool.services.stacking import Prepared as PreparedStack
from lti_tool.services.stacking import prepare as prepare_stacks
from lti_tool.services.stacking import settle
from lti_tool.store import awards, pathways, people, programs
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttemptRow,
    DecisionRow,
    EarnerRow,
    IssuerRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Clock, Launch, NewId

RELEASABLE = frozenset({"submitted", "in_review"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that a release rests on, read before anything is written."""

    attempt: AttemptRow
    submission: SubmissionRow
    program_id: UUID
    version: AchievementVersionRow
    definition: AchievementDefinition
    issuer: IssuerRow
    earner: EarnerRow
    is_test: bool
    inputs: DecisionInputs
    judgement: Judgement

    @property
    def inputs_document(self) -> bytes:
        """The inputs as they will be stored."""
        return decision_inputs(self.inputs)

    @property
    def inputs_hash(self) -> str:
        """What the confirmation page showed and the release must still find."""
        return inputs_hash(self.inputs_document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What stands after a release, whoever did it first."""

    decision_id: UUID
    verdict: Verdict
    credential_id: UUID | None


@settles
def release_decision(
    parts: IssuingParts, launch: Launch, attempt_id: UUID, *, inputs_hash: str
) -> Released:
    """Decide an attempt by its rule and, if it is earned, issue the credential.

    Releasing again returns what was released. `inputs_hash` is that of the
    confirmation page.

    Raises:
        NotFoundError: no such attempt in this course, or nobody has rated it.
        NotAllowedError: the program does not let this person release, or it is their own work.
        ConflictError: `unrated`, `inputs_changed`, `closed`; `stack_changed` when too much
            else was awarded to the same person at the same time.
    """
    with parts.database.reading() as session:
        standing = _find_released(session, launch, attempt_id)
        if standing is not None and standing.verdict is not Verdict.RETURNED:
            return standing
        prepared = prepare(session, launch, attempt_id)
    _check_hash(prepared, inputs_hash)
    verdict = decisions.verdict_of(prepared.judgement)
    released_at = parts.clock()
    credential = None
    stacks: tuple[PreparedStack, ...] = ()
    if verdict is Verdict.AWARDED and not prepared.is_test and not _has_live_award(parts, prepared):
        credential = issue(parts, award_facts(prepared, awarded_at=released_at))
        stacks = prepare_following(parts, prepared, credential, at=released_at)
    with parts.database.writing() as session:
        return _store(
            session,
            launch,
            prepared,
            verdict=verdict,
            credential=credential,
            stacks=stacks,
            released_at=released_at,
            parts=parts,
        )


def return_for_revision(
    parts: IssuingParts, launch: Launch, attempt_id: UUID, *, inputs_hash: str, note: str
) -> Released:
    """Give an attempt back with what to change. Ratings may be partial; nothing is issued.

    Raises: as `release_decision`, except `unrated`.
    """
    with parts.database.reading() as session:
        standing = _find_released(session, launch, attempt_id)
        if standing is not None:
            return standing
        prepared = prepare(session, launch, attempt_id)
    _check_hash(prepared, inputs_hash)
    with parts.database.writing() as session:
        return _store(
            session,
            launch,
            prepared,
            verdict=Verdict.RETURNED,
            credential=None,
            stacks=(),
            released_at=parts.clock(),
            parts=parts,
            note=note,
        )


def prepare(session: Session, launch: Launch, attempt_id: UUID) -> Prepared:
    """Read what a release of this attempt would rest on.

    Raises: as `release_decision`, except `inputs_changed` and `unrated`.
    """
    attempt, submission, version = awards.get_attempt(session, launch.scope, attempt_id)
    check_may_release(session, launch, submission)
    if attempt.state not in RELEASABLE:
        raise ConflictError("the attempt is not handed in", code="closed")
    definition = parse_definition(version.document)
    user = session.get_one(UserRow, submission.user_id)
    inputs = decisions.load_inputs(
        session,
        attempt.id,
        definition,
        earner_id=user.earner_id,
        definition_sha256=version.document_sha256,
    )
    return Prepared(
        attempt=attempt,
        submission=submission,
        program_id=programs.get_program_of(session, submission.achievement_id).id,
        version=version,
        definition=definition,
        issuer=awards.get_issuer_of_version(session, version.id),
        earner=session.get_one(EarnerRow, user.earner_id),
        is_test=user.is_test,
        inputs=inputs,
        judgement=decisions.judge_inputs(definition, inputs),
    )


def check_may_release(session: Session, launch: Launch, submission: SubmissionRow) -> None:
    """Raise `NotAllowedError` unless the program lets this person release this work."""
    program = programs.get_program_of(session, submission.achievement_id)
    if submission.user_id == launch.user_id:
        raise NotAllowedError("nobody decides on their own work", code="own_work")
    if launch.is_test_user or not decisions.may_release(session, launch, program):
        raise NotAllowedError("the program lets others release", code="may_not_release")


def award_facts(prepared: Prepared, *, awarded_at: datetime) -> AwardFacts:
    """Return what the credential of a prepared release says."""
    attempt = prepared.attempt
    return AwardFacts(
        definition=prepared.definition,
        version_id=prepared.version.id,
        version_number=prepared.version.number,
        image_type=prepared.version.image_type,
        issuer=prepared.issuer,
        subject=Subject(
            urn=prepared.earner.subject_urn,
            name=people.name_that_counts(
                prepared.earner,
                attempt.name_on_badge if attempt.name_confirmed else "",
                attempt.submitted_at,
            ),
        ),
        result=prepared.judgement.result,
        awarded_at=awarded_at,
        issued_at=awarded_at,
        is_entered=attempt.is_entered,
    )


def prepare_following(
    parts: IssuingParts, prepared: Prepared, credential: SignedCredential, *, at: datetime
) -> tuple[PreparedStack, ...]:
    """Sign the microcredentials that would follow from a badge that is signed."""
    coming = Coming(
        achievement_id=prepared.submission.achievement_id, earned_at=at, credential=credential
    )
    with parts.database.reading() as session:
        due = find_due(session, prepared.program_id, prepared.earner.id, coming=coming)
    return prepare_stacks(parts, due)


def decision_row(
    prepared: Prepared,
    launch: Launch,
    *,
    id_: UUID,
    verdict: Verdict,
    released_at: datetime,
    note: str = "",
    supersedes_id: UUID | None = None,
) -> DecisionRow:
    """Return the decision as it will be stored."""
    judgement = prepared.judgement
    trace = decisions.trace_bytes(judgement.outcome, judgement.result)
    return DecisionRow(
        id=id_,
        attempt_id=prepared.attempt.id,
        verdict=verdict.value,
        released_by=launch.user_id,
        released_at=released_at,
        note=note,
        supersedes_id=supersedes_id,
        superseded_at=None,
        inputs=prepared.inputs_document,
        inputs_sha256=prepared.inputs_hash,
        trace=trace,
        trace_sha256=sha256(trace).hexdigest(),
        definition_sha256=prepared.inputs.definition_sha256,
    )


def store_decided_award(
    session: Session,
    prepared: Prepared,
    decision: DecisionRow,
    credential: SignedCredential,
    *,
    new_id: NewId,
) -> None:
    """Store an award and its credential. The earner's row is locked and holds no live award."""
    award = NewAward(
        id=new_id(),
        origin="decision",
        decision_id=decision.id,
        earner_id=prepared.earner.id,
        achievement_id=prepared.submission.achievement_id,
        version_id=prepared.version.id,
        awarded_at=decision.released_at,
    )
    store_award(session, award, credential)
    note_again(
        session,
        prepared.program_id,
        award,
        learner_id=prepared.submission.user_id,
        title=prepared.definition.title,
        actor_id=decision.released_by,
        new_id=new_id,
    )


def as_released(session: Session, decision: DecisionRow) -> Released:
    """Return what stands by a decision, with the credential that it led to."""
    award = awards.find_award_of_decision(session, decision.id)
    credential = awards.find_credential_of_award(session, award.id) if award else None
    return Released(
        decision_id=decision.id,
        verdict=Verdict(decision.verdict),
        credential_id=credential.id if credential else None,
    )


def gradebook_comment(definition: AchievementDefinition, judgement: Judgement, url: str) -> str:
    """Return the plain text that the gradebook shows: the verdict and a stable link.

    It is stored with the delivery, so it is in the product's language, not the reader's.
    """
    return f"{gradebook_verdict(definition, judgement)} {url}"


def gradebook_verdict(definition: AchievementDefinition, judgement: Judgement) -> str:
    """Return what the comment says before its link."""
    points = judgement.result.points
    total = f", {points.normalize():f} points" if points is not None else ""
    return f"{definition.title}: badge earned{total}."


def _check_hash(prepared: Prepared, inputs_hash: str) -> None:
    if prepared.inputs_hash != inputs_hash:
        raise ConflictError("the ratings changed since they were shown", code="inputs_changed")


def _has_live_award(parts: IssuingParts, prepared: Prepared) -> bool:
    with parts.database.reading() as session:
        found = awards.find_live_award(
            session, prepared.earner.id, prepared.submission.achievement_id
        )
        return found is not None


def _find_released(session: Session, launch: Launch, attempt_id: UUID) -> Released | None:
    awards.get_attempt(session, launch.scope, attempt_id)
    decision = awards.find_standing_decision(session, attempt_id)
    return as_released(session, decision) if decision is not None else None


def _store(
    session: Session,
    launch: Launch,
    prepared: Prepared,
    *,
    verdict: Verdict,
    credential: SignedCredential | None,
    stacks: tuple[PreparedStack, ...],
    released_at: datetime,
    parts: IssuingParts,
    note: str = "",
) -> Released:
    pathways.share_program(session, prepared.program_id)
    awards.lock_earner(session, prepared.earner.id)
    attempt, _, _ = awards.get_attempt(session, launch.scope, prepared.attempt.id, locks=True)
    standing = awards.find_standing_decision(session, attempt.id)
    if standing is not None:
        return as_released(session, standing)
    again = prepare(session, launch, attempt.id)
    _check_hash(again, prepared.inputs_hash)
    decision = decision_row(
        prepared, launch, id_=parts.new_id(), verdict=verdict, released_at=released_at, note=note
    )
    session.add(decision)
    attempt.state = "returned" if verdict is Verdict.RETURNED else "decided"
    attempt.opened_at = attempt.opened_at or released_at
    attempt.closed_at = released_at
    session.flush()
    live = awards.find_live_award(session, prepared.earner.id, prepared.submission.achievement_id)
    if credential is not None and live is None:
        store_decided_award(session, prepared, decision, credential, new_id=parts.new_id)
        settle(
            session,
            prepared.program_id,
            prepared.earner.id,
            stacks,
            at=released_at,
            actor_id=launch.user_id,
            new_id=parts.new_id,
        )
    elif verdict is Verdict.AWARDED and live is None and not prepared.is_test:
        # The award that was live a moment ago was revoked: raising leaves nothing behind.
        raise ConflictError("the earner's award changed meanwhile", code="inputs_changed")
    if verdict is Verdict.AWARDED:
        _enqueue_earned(
            session,
            prepared,
            released_at,
            parts.urls.launch_of_submission(prepared.submission.id),
            parts.clock,
            parts.new_id,
        )
    return as_released(session, decision)


def _enqueue_earned(
    session: Session,
    prepared: Prepared,
    released_at: datetime,
    url: str,
    clock: Clock,
    new_id: NewId,
) -> None:
    enqueue(
        session,
        DeliveryKind.EARNED,
        submission_id=prepared.submission.id,
        attempt_id=prepared.attempt.id,
        comment=gradebook_comment(prepared.definition, prepared.judgement, url),
        occurred_at=released_at,
        clock=clock,
        new_id=new_id,
    )
