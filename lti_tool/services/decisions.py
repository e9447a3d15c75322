"""What ratings amount to, what is decided by it, and by whom it may be released."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from badges.conditions import (
    Condition,
    Covered,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
)
from badges.criteria import (
    ConditionOutcome,
    CriteriaOutcome,
    Facts,
    evaluate,
    outcome_document,
)
from badges.definition import AchievementDefinition
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.beside import load_beside
from lti_tool.services.combining import DECIDING, combine
from lti_tool.services.decision_inputs import (
    NOTHING_BESIDE,
    Beside,
    CriterionInput,
    DecisionInputs,
    SeatInput,
    canonical,
    criterion_inputs,
    ratings_of,
)
from lti_tool.store import assessments, programs
from lti_tool.store.rows import ProgramRow, RatingRow
from lti_tool.values import Launch, Role
from rubrics.model import Rubric
from rubrics.scoring import CriterionResult, RubricResult, result_document, score

SEAT = 1
"""The one assessor's seat."""


class Verdict(StrEnum):
    """What was decided about one attempt."""

    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    """Read and answered, where a definition is for growth and awards nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What inputs amount to under one definition."""

    definition: AchievementDefinition
    result: RubricResult
    outcome: CriteriaOutcome


def judge(
    definition: AchievementDefinition,
    criteria: Iterable[CriterionInput],
    beside: Beside = NOTHING_BESIDE,
) -> Judgement:
    """Return what `criteria` amount to under the rubric and conditions of `definition`."""
    rubric = definition.get_rubric()
    result = score(rubric, ratings_of(criteria))
    facts = Facts(
        rounds={
            one.administration: score(rubric, ratings_of(one.criteria), one.administration)
            for one in beside.rounds
        },
        counts=beside.counts,
        minutes=beside.minutes,
        uncovered=beside.uncovered,
        held=beside.held,
    )
    outcome = evaluate(definition.conditions, result, facts)
    return Judgement(definition=definition, result=result, outcome=outcome)


def judge_inputs(definition: AchievementDefinition, inputs: DecisionInputs) -> Judgement:
    """Return what the stored inputs of a decision amount to."""
    return judge(definition, inputs.criteria, inputs.beside)


def trace_bytes(outcome: CriteriaOutcome, result: RubricResult) -> bytes:
    """Return the canonical document of why: every condition, every criterion's level."""
    return canonical({"outcome": outcome_document(outcome), "result": result_document(result)})


def verdict_of(judgement: Judgement) -> Verdict:
    """Return what a complete judgement decides: the rule, nobody's mood.

    Raises:
        ConflictError: `unrated`: missing is never zero, so nothing is decided yet.
    """
    if judgement.definition.is_formative:
        return Verdict.REVIEWED
    if not judgement.outcome.is_complete:
        raise ConflictError("a criterion is not rated yet", code="unrated")
    return Verdict.AWARDED if judgement.outcome.is_met else Verdict.NOT_AWARDED


def kept_criteria(judgement: Judgement) -> frozenset[str]:
    """Return the ids of the criteria that the next attempt need not do again.

    Where conditions ask for levels, whatever reached them is kept, except where a coverage of
    it lacks something. Where only the total stands in the way, every criterion could still
    give more points, except those at their highest level or number.
    """
    result = judgement.result
    rated = {one.criterion_id: one for one in result.criteria if one.is_rated}
    every = list(_walk(judgement.outcome.conditions))
    asked = [one for one in every if _asks_for_levels(one.condition)]
    failing = {id_ for one in asked for id_ in one.failing}
    failing |= _uncovered(judgement.definition, every)
    if asked and (failing or not result.is_complete):
        return frozenset(rated.keys() - failing)
    return frozenset(id_ for id_, one in rated.items() if _is_highest(result, one))


def _walk(outcomes: Iterable[ConditionOutcome]) -> Iterator[ConditionOutcome]:
    for outcome in outcomes:
        yield outcome
        yield from _walk(outcome.parts)


def _asks_for_levels(condition: Condition) -> bool:
    if isinstance(condition, CriterionAtLeast):
        return condition.administration is None
    return isinstance(condition, EveryCriterionAtLeast | CriteriaAtLeast)


def _uncovered(definition: AchievementDefinition, every: list[ConditionOutcome]) -> set[str]:
    """Return the criteria whose coverage lacks something."""
    places = {one.id: one.criterion_id for one in definition.coverages}
    return {
        places[one.condition.coverage_id]
        for one in every
        if isinstance(one.condition, Covered) and one.failing
    }


def _is_highest(result: RubricResult, one: CriterionResult) -> bool:
    criterion = result.rubric.criterion(one.criterion_id)
    if criterion.numbers is not None:
        return one.number == criterion.numbers.maximum
    return one.level == criterion.highest_level


def load_inputs(
    session: Session,
    attempt_id: UUID,
    definition: AchievementDefinition,
    *,
    earner_id: UUID,
    definition_sha256: str,
) -> DecisionInputs:
    """Return what is rated right now for one attempt. The caller has locked what must hold.

    Raises:
        NotFoundError: nobody has rated it yet.
        ConflictError: `not_all_rated`: several rate, and one of them has not handed in.
        InvalidInputError: `reason_required`: a level is set against the derived
            one without a word of why; `field` names the reason's field.
    """
    rubric = definition.get_rubric()
    if rubric.assessors_needed > 1:
        seats = load_seats(session, attempt_id, rubric)
        combined = combine(rubric, seats)
        deciding = assessments.find_assessment(session, attempt_id, seat=DECIDING)
        decided = assessments.list_ratings(session, deciding.id) if deciding else ()
        _refuse_unexplained([one for one in decided if one.criterion_id in combined.to_decide])
        return DecisionInputs(
            attempt_id=attempt_id,
            definition_sha256=definition_sha256,
            rater_id=seats[-1].rater_id,
            criteria=combined.criteria,
            comment=combined.comment,
            beside=load_beside(session, attempt_id, definition, earner_id=earner_id),
            seats=seats,
        )
    assessment = assessments.find_assessment(session, attempt_id, seat=SEAT)
    if assessment is None:
        raise NotFoundError(f"no assessment of attempt {attempt_id}")
    ratings = assessments.list_ratings(session, assessment.id)
    _refuse_unexplained(ratings)
    return DecisionInputs(
        attempt_id=attempt_id,
        definition_sha256=definition_sha256,
        rater_id=assessment.rater_id,
        criteria=criterion_inputs(ratings, assessments.list_task_scores(session, assessment.id)),
        comment=assessment.comment,
        beside=load_beside(session, attempt_id, definition, earner_id=earner_id),
    )


def load_seats(session: Session, attempt_id: UUID, rubric: Rubric) -> tuple[SeatInput, ...]:
    """Return what every assessor handed in, oldest first, and at the end what was decided.

    Raises:
        ConflictError: `not_all_rated`: somebody who is needed has not handed in.
    """
    rows = assessments.list_assessments(session, [attempt_id])
    finished = [row for row in rows if row.finished_at is not None]
    if len(finished) < rubric.assessors_needed:
        raise ConflictError("not everybody has handed in", code="not_all_rated")
    raters = sorted(finished, key=lambda row: (row.finished_at, row.seat))
    every = (*raters, *(row for row in rows if row.seat == DECIDING))
    ids = [row.id for row in every]
    ratings = assessments.list_ratings(session, *ids)
    task_scores = assessments.list_task_scores(session, *ids)
    return tuple(
        SeatInput(
            seat=row.seat,
            rater_id=row.rater_id,
            criteria=criterion_inputs(
                [one for one in ratings if one.assessment_id == row.id],
                [one for one in task_scores if one.assessment_id == row.id],
            ),
            comment=row.comment,
        )
        for row in every
    )


def _refuse_unexplained(ratings: Sequence[RatingRow]) -> None:
    for rating in ratings:
        if rating.override_level_id and not rating.override_reason.strip():
            raise InvalidInputError(
                "an override needs a reason",
                code="reason_required",
                field=f"override.{rating.criterion_id}.reason",
            )


def may_release(session: Session, launch: Launch, program: ProgramRow) -> bool:
    """Whether the program lets this rater release a decision."""
    if not launch.roles & {Role.INSTRUCTOR, Role.ASSISTANT}:
        return False
    match program.release_by:
        case "assessor":
            return True
        case "instructor":
            return launch.has(Role.INSTRUCTOR)
        case _:
            named = programs.find_assessor(session, program.id, launch.user_id)
            return named is not None and named.may_release
