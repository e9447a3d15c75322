"""What was decided on earlier attempts, as pages show it and as the next attempt keeps it."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from lti_tool.services.decision_inputs import CriterionInput, DecisionInputs, read_inputs
from lti_tool.services.decisions import Verdict, judge_inputs, kept_criteria
from lti_tool.services.models import PreviousAttempt, ResultView
from lti_tool.services.presenting import result_views
from lti_tool.store import assessments
from lti_tool.store.rows import DecisionRow


def list_previous(
    session: Session,
    submission_id: UUID,
    *,
    before_number: int,
    definition: AchievementDefinition,
) -> tuple[PreviousAttempt, ...]:
    """Return the decided attempts before the one with that number, newest first.

    `definition` is the one that the submission is pinned to.
    """
    return tuple(
        PreviousAttempt(
            number=attempt.number,
            decided_at=decision.released_at,
            comment=decision_comment(decision),
            results=decision_results(definition, decision),
        )
        for attempt, decision in assessments.list_past_decisions(
            session, submission_id, before_number=before_number
        )
    )


def decision_results(
    definition: AchievementDefinition, decision: DecisionRow
) -> tuple[ResultView, ...]:
    """Return each criterion as it was decided on."""
    inputs = read_inputs(decision.inputs)
    return result_views(
        judge_inputs(definition, inputs).result,
        comments={one.criterion_id: one.comment for one in inputs.criteria},
        kept=frozenset(one.criterion_id for one in inputs.criteria if one.is_kept),
    )


def decision_comment(decision: DecisionRow) -> str:
    """Return the assessor's words to the learner on the whole.

    A return says in its note what to change; a correction's note is its reason.
    """
    if decision.verdict == Verdict.RETURNED and decision.supersedes_id is None:
        return decision.note
    return read_inputs(decision.inputs).comment


def find_kept(
    session: Session,
    submission_id: UUID,
    *,
    before_number: int,
    definition: AchievementDefinition,
) -> tuple[DecisionInputs, tuple[CriterionInput, ...]] | None:
    """Return what the last decision rested on, and of it what the next attempt keeps.

    A badge that was taken back leaves nothing to keep: all of it is judged anew.
    """
    past = assessments.list_past_decisions(session, submission_id, before_number=before_number)
    if not past or past[0][1].verdict == Verdict.AWARDED:
        return None
    inputs = read_inputs(past[0][1].inputs)
    kept = kept_criteria(judge_inputs(definition, inputs))
    return inputs, tuple(one for one in inputs.criteria if one.criterion_id in kept)
