"""Putting a wrong release right: a superseding decision with a reason.

The released decision is never changed. What happens to the credential and the
gradebook is known before it happens: `preview_correction` says it, `correct`
does it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.errors import ConflictError, InvalidInputError
from lti_tool.services import decisions
from lti_tool.services.awarding import take_back
from lti_tool.services.decision_inputs import CriterionInput, DecisionInputs, read_inputs
from lti_tool.services.decisions import Verdict
from lti_tool.services.deliveries import DeliveryKind, call_off, enqueue
from lti_tool.services.issuing import IssuingParts, SignedCredential, issue
from lti_tool.services.releasing import (
    Prepared,
    Released,
    as_released,
    award_facts,
    check_may_release,
    decision_row,
    gradebook_comment,
    prepare_following,
    store_decided_award,
)
from lti_tool.services.settling import settles
from lti_tool.services.stacking import Prepared as PreparedStack
from lti_tool.services.stacking import settle, settle_revoked
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, deliveries, organisations, pathways, programs
from lti_tool.store.rows import DecisionRow, EarnerRow, UserRow
from lti_tool.values import Launch


class CredentialEffect(StrEnum):
    """What a correction does to the credential."""

    NONE = "none"
    KEPT = "kept"
    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an instructor changes about a released decision."""

    criteria: tuple[CriterionInput, ...]
    comment: str
    reason: str
    sends_grade: bool
    """Whether the gradebook is told; a correction never changes a grade by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPreview:
    """What a correction would do."""

    prepared: Prepared
    standing: DecisionRow
    verdict: Verdict
    effect: CredentialEffect

    @property
    def hash(self) -> str:
        """What the confirmation page showed and the correction must still find."""
        return f"{self.standing.id}.{self.prepared.inputs_hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed for a correction: the badge, and what follows from it."""

    credential: SignedCredential | None
    stacks: tuple[PreparedStack, ...]


def preview_correction(
    session: Session, launch: Launch, attempt_id: UUID, correction: Correction
) -> CorrectionPreview:
    """Return what the correction would do.

    Raises:
        NotFoundError: no such attempt in this course.
        NotAllowedError: the program does not let this person release.
        ConflictError: nothing was released (`closed`), it was returned and not decided,
            or a criterion would have no level (`unrated`).
        InvalidInputError: `reason_required`.
    """
    if not correction.reason.strip():
        raise InvalidInputError(
            "a correction needs a reason", code="reason_required", field="reason"
        )
    attempt, submission, version = awards.get_attempt(session, launch.scope, attempt_id)
    check_may_release(session, launch, submission)
    standing = awards.find_standing_decision(session, attempt.id)
    if standing is None or standing.verdict == Verdict.RETURNED:
        raise ConflictError("nothing was decided yet", code="closed")
    definition = parse_definition(version.document)
    before = read_inputs(standing.inputs)
    inputs = DecisionInputs(
        attempt_id=attempt.id,
        definition_sha256=version.document_sha256,
        rater_id=launch.user_id,
        criteria=correction.criteria,
        comment=correction.comment,
        # What stood beside the ratings is what it was when they were judged.
        beside=before.beside,
        seats=before.seats,
        source=before.source,
    )
    user = session.get_one(UserRow, submission.user_id)
    prepared = Prepared(
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
    verdict = decisions.verdict_of(prepared.judgement)
    return CorrectionPreview(
        prepared=prepared,
        standing=standing,
        verdict=verdict,
        effect=_effect(session, prepared, standing, verdict),
    )


@settles
def correct_decision(
    parts: IssuingParts,
    launch: Launch,
    attempt_id: UUID,
    correction: Correction,
    *,
    preview_hash: str,
) -> Released:
    """Supersede the standing decision of an attempt.

    Doing it again returns what stands by it.

    Raises: as `preview_correction`; ConflictError `inputs_changed` when the standing
        decision or the ratings are not those of the preview, `stack_changed` when too
        much else was awarded to the same person at the same time.
    """
    with parts.database.reading() as session:
        preview = preview_correction(session, launch, attempt_id, correction)
        if preview.hash != preview_hash:
            return _repeated(session, preview, correction, preview_hash)
    corrected_at = parts.clock()
    credential = None
    stacks: tuple[PreparedStack, ...] = ()
    if preview.effect in {CredentialEffect.ISSUED, CredentialEffect.REPLACED}:
        credential = issue(parts, award_facts(preview.prepared, awarded_at=corrected_at))
        stacks = prepare_following(parts, preview.prepared, credential, at=corrected_at)
    signed = Signed(credential=credential, stacks=stacks)
    with parts.database.writing() as session:
        released, lists = _store(
            session, launch, attempt_id, correction, preview, signed, corrected_at, parts
        )
    for list_id in lists:
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)
    return released


def _effect(
    session: Session, prepared: Prepared, standing: DecisionRow, verdict: Verdict
) -> CredentialEffect:
    live = awards.find_live_award(session, prepared.earner.id, prepared.submission.achievement_id)
    is_of_this = live is not None and live.decision_id == standing.id
    if verdict is not Verdict.AWARDED:
        return CredentialEffect.REVOKED if is_of_this else CredentialEffect.NONE
    if live is None:
        return CredentialEffect.NONE if prepared.is_test else CredentialEffect.ISSUED
    if not is_of_this:
        return CredentialEffect.KEPT
    before = decisions.judge_inputs(prepared.definition, read_inputs(standing.inputs))
    same = [one.level for one in before.result.criteria] == [
        one.level for one in prepared.judgement.result.criteria
    ]
    return CredentialEffect.KEPT if same else CredentialEffect.REPLACED


def _store(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    correction: Correction,
    preview: CorrectionPreview,
    signed: Signed,
    corrected_at: datetime,
    parts: IssuingParts,
) -> tuple[Released, frozenset[UUID]]:
    """Write the correction; return it with the status lists that have to be signed."""
    pathways.share_program(session, preview.prepared.program_id)
    awards.lock_earner(session, preview.prepared.earner.id)
    awards.get_attempt(session, launch.scope, attempt_id, locks=True)
    again = preview_correction(session, launch, attempt_id, correction)
    if again.hash != preview.hash or again.effect is not preview.effect:
        return _repeated(session, again, correction, preview.hash), frozenset()
    prepared = again.prepared
    again.standing.superseded_at = corrected_at
    session.flush()
    decision = decision_row(
        prepared,
        launch,
        id_=parts.new_id(),
        verdict=again.verdict,
        released_at=corrected_at,
        note=correction.reason,
        supersedes_id=again.standing.id,
    )
    session.add(decision)
    session.flush()
    lists = _settle_award(session, again, decision, signed, parts, correction.reason)
    if correction.sends_grade:
        _send_grade(session, again, corrected_at, parts)
    else:
        _leave_grade(session, again)
    organisations.note(
        session,
        id_=parts.new_id(),
        at=corrected_at,
        actor_id=launch.user_id,
        program_id=prepared.program_id,
        action="decision.corrected",
        subject_id=decision.id,
        text=f"credential {again.effect.value}",
    )
    return as_released(session, decision), lists


def _repeated(
    session: Session, preview: CorrectionPreview, correction: Correction, preview_hash: str
) -> Released:
    """Return what stands, if it is exactly the correction that `preview_hash` was shown for.

    Raises:
        ConflictError: it is another one; `inputs_changed`.
    """
    standing, submission = preview.standing, preview.prepared.submission
    kind = DeliveryKind.EARNED if preview.verdict is Verdict.AWARDED else DeliveryKind.CLEARED
    was_sent = any(
        (row.kind, row.occurred_at) == (kind.value, standing.released_at)
        for row in deliveries.list_latest(session, submission.id)
    )
    is_this = (
        preview_hash == f"{standing.supersedes_id}.{standing.inputs_sha256}"
        and standing.inputs_sha256 == preview.prepared.inputs_hash
        and standing.note == correction.reason
        and was_sent is correction.sends_grade
    )
    if not is_this:
        raise ConflictError("this was corrected meanwhile", code="inputs_changed")
    return as_released(session, standing)


def _settle_award(
    session: Session,
    preview: CorrectionPreview,
    decision: DecisionRow,
    signed: Signed,
    parts: IssuingParts,
    reason: str,
) -> frozenset[UUID]:
    prepared, lists, at = preview.prepared, set[UUID](), decision.released_at
    award = awards.find_live_award(session, prepared.earner.id, prepared.submission.achievement_id)
    if preview.effect is CredentialEffect.KEPT and award is not None:
        if award.decision_id == preview.standing.id:
            award.decision_id = decision.id
        return frozenset()
    if preview.effect not in {CredentialEffect.REVOKED, CredentialEffect.REPLACED}:
        award = None
    if award is not None:
        lists.add(take_back(session, award, at=at, reason=reason))
    if signed.credential is not None:
        store_decided_award(session, prepared, decision, signed.credential, new_id=parts.new_id)
    if award is not None:
        lists.update(
            settle_revoked(
                session, prepared.program_id, award.earner_id, at=at, new_id=parts.new_id
            )
        )
    if signed.credential is not None:
        settle(
            session,
            prepared.program_id,
            prepared.earner.id,
            signed.stacks,
            at=at,
            actor_id=decision.released_by,
            new_id=parts.new_id,
        )
    return frozenset(lists)


def _leave_grade(session: Session, preview: CorrectionPreview) -> None:
    """Let the gradebook hold what it holds; full points that are on their way do not arrive."""
    if preview.verdict is not Verdict.AWARDED:
        call_off(session, DeliveryKind.EARNED, submission_id=preview.prepared.submission.id)


def _send_grade(
    session: Session, preview: CorrectionPreview, at: datetime, parts: IssuingParts
) -> None:
    prepared = preview.prepared
    is_earned = preview.verdict is Verdict.AWARDED
    url = parts.urls.launch_of_submission(prepared.submission.id)
    comment = gradebook_comment(prepared.definition, prepared.judgement, url)
    enqueue(
        session,
        DeliveryKind.EARNED if is_earned else DeliveryKind.CLEARED,
        submission_id=prepared.submission.id,
        attempt_id=prepared.attempt.id,
        comment=comment if is_earned else f"{prepared.definition.title}: corrected. {url}",
        occurred_at=at,
        clock=parts.clock,
        new_id=parts.new_id,
    )
