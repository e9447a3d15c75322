"""Sending a result to the gradebook again, because an instructor asks for it."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.errors import ConflictError
from lti_tool.services import decisions
from lti_tool.services.claims import get_rateable
from lti_tool.services.decision_inputs import read_inputs
from lti_tool.services.decisions import Verdict
from lti_tool.services.deliveries import DeliveryKind, enqueue
from lti_tool.services.releasing import gradebook_comment
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, deliveries
from lti_tool.store.rows import DecisionRow
from lti_tool.values import Clock, Launch, NewId


def resend(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    public_urls: PublicURLs,
    clock: Clock,
    new_id: NewId,
) -> int:
    """Put what stands for an attempt into the outbox again; return to how many columns it goes.

    What is sent is what stands now: full points for a badge that is earned, or
    the removal of a score if a correction sent one. The worker reads the result
    first and sends nothing that is there already. The caller wakes it after the
    transaction.

    Raises:
        NotFoundError, NotAllowedError: as `claims.get_rateable`.
        ConflictError: `nothing_to_send`: the gradebook gets nothing for what stands, or
            there is none.
    """
    attempt, submission, version, learner = get_rateable(session, launch, attempt_id)
    awards.lock_earner(session, learner.earner_id)
    decision = awards.find_standing_decision(session, attempt.id)
    if decision is None:
        raise ConflictError("nothing was decided yet", code="nothing_to_send")
    if _is_earned(session, decision):
        definition = parse_definition(version.document)
        judgement = decisions.judge_inputs(definition, read_inputs(decision.inputs))
        kind = DeliveryKind.EARNED
        comment = gradebook_comment(
            definition, judgement, public_urls.launch_of_submission(submission.id)
        )
    else:
        kind, comment = DeliveryKind.CLEARED, _comment_of_clearing(session, submission.id)
    count = enqueue(
        session,
        kind,
        submission_id=submission.id,
        attempt_id=attempt.id,
        comment=comment,
        occurred_at=decision.released_at,
        clock=clock,
        new_id=new_id,
        is_again=True,
    )
    if not count:
        raise ConflictError("no column keeps this grade", code="nothing_to_send")
    return count


def _is_earned(session: Session, decision: DecisionRow) -> bool:
    """Whether full points are still the truth; a revoked badge is not sent as if it were earned."""
    award = awards.find_award_behind(session, decision.id)
    is_revoked = award is not None and award.revoked_at is not None
    return decision.verdict == Verdict.AWARDED and not is_revoked


def _comment_of_clearing(session: Session, submission_id: UUID) -> str:
    """Return what was said when the score was taken back, if that was the last thing said."""
    said = deliveries.list_latest(session, submission_id)
    results = [row for row in said if row.kind != DeliveryKind.SUBMITTED]
    if not results or results[0].kind != DeliveryKind.CLEARED:
        raise ConflictError("no result goes to the gradebook", code="nothing_to_send")
    return results[0].comment
