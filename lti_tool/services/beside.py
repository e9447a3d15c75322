"""What conditions look at beside the ratings that count, read from what is stored.

Only what the conditions of a definition ask for is read: most ask for nothing.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from badges.conditions import (
    Condition,
    CountAtLeast,
    Covered,
    CriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    walk,
)
from badges.definition import AchievementDefinition
from lti_tool.services.decision_inputs import NOTHING_BESIDE, Beside, RoundInput, criterion_inputs
from lti_tool.store import assessments, awards, submissions
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow, LogEntryRow
from rubrics.criterion import RaterRole
from rubrics.form import ANSWER_PREFIX, ArtefactKind
from rubrics.model import Administration
from rubrics.requirements import serving, uncovered_families
from rubrics.submission import (
    AnswerFacts,
    ArtefactFacts,
    EvidenceReferenceFacts,
    LogFacts,
    People,
    SubmissionFacts,
    word_count,
)

_ASKING = (CountAtLeast, Covered, Holds, HoursAtLeast, Rated)


def load_beside(
    session: Session, attempt_id: UUID, definition: AchievementDefinition, *, earner_id: UUID
) -> Beside:
    """Return what the conditions of a definition ask for beside the ratings that count."""
    if not _asks_beside(definition):
        return NOTHING_BESIDE
    return _beside(
        definition,
        _facts(session, attempt_id),
        rounds=load_rounds(session, attempt_id),
        held=_held(session, earner_id, asked_slugs(definition)),
    )


def beside_of_nothing(definition: AchievementDefinition, held: frozenset[str]) -> Beside:
    """Return the same for an attempt with which nothing was handed in."""
    if not _asks_beside(definition):
        return NOTHING_BESIDE
    asked = asked_slugs(definition)
    return _beside(definition, SubmissionFacts(), rounds=(), held=held & asked)


def asked_slugs(definition: AchievementDefinition) -> frozenset[str]:
    """Return the slugs of the badges that its conditions ask for."""
    return frozenset(one.achievement for one in _every(definition) if isinstance(one, Holds))


def _beside(
    definition: AchievementDefinition,
    facts: SubmissionFacts,
    *,
    rounds: tuple[RoundInput, ...],
    held: frozenset[str],
) -> Beside:
    requirements = definition.artefact_requirements
    counts = {one.id: len(serving(one, facts.artefacts, requirements)) for one in requirements} | {
        one.log_id: one.entries for one in facts.logs
    }
    every = _every(definition)
    counted = {one.of for one in every if isinstance(one, CountAtLeast | HoursAtLeast)}
    logged = {log.id for log in definition.logs}
    minutes = {one.log_id: one.minutes for one in facts.logs}
    return Beside(
        rounds=rounds,
        counts={id_: counts.get(id_, 0) for id_ in sorted(counted)},
        minutes={id_: minutes.get(id_, 0) for id_ in sorted(counted & logged)},
        uncovered={
            one.id: uncovered_families(one, definition.get_rubric(), facts, requirements)
            for one in definition.coverages
        },
        held=held,
    )


def _every(definition: AchievementDefinition) -> list[Condition]:
    return [one for condition in definition.conditions for one in walk(condition)]


def _asks_beside(definition: AchievementDefinition) -> bool:
    return any(_asks(one) for one in _every(definition))


def _asks(condition: Condition) -> bool:
    if isinstance(condition, CriterionAtLeast):
        return condition.administration is not None
    return isinstance(condition, _ASKING)


def load_rounds(session: Session, attempt_id: UUID) -> tuple[RoundInput, ...]:
    """Return what others than assessors rated of an attempt, as far as anybody did."""
    found = assessments.list_rounds(session, attempt_id)
    ratings = assessments.list_ratings(session, *(one.id for one in found))
    return tuple(
        RoundInput(
            administration=Administration(role=RaterRole(one.role), phase=one.phase),
            criteria=criterion_inputs([row for row in ratings if row.assessment_id == one.id], []),
            rater_id=one.rater_id,
            source=one.source,
        )
        for one in found
    )


def _held(session: Session, earner_id: UUID, asked: frozenset[str]) -> frozenset[str]:
    return awards.list_held(session, earner_id, asked) if asked else frozenset()


def _facts(session: Session, attempt_id: UUID) -> SubmissionFacts:
    return SubmissionFacts(
        answers=tuple(
            AnswerFacts(prompt_id=row.prompt_id, words=word_count(row.text))
            for row in submissions.list_answers(session, attempt_id)
        ),
        artefacts=tuple(
            _artefact(row)
            for row in submissions.list_artefacts(session, attempt_id)
            if row.state == "ready"
        ),
        references=tuple(map(_reference, submissions.list_references(session, attempt_id))),
        logs=log_facts(submissions.list_log_entries(session, attempt_id)),
    )


def log_facts(entries: Sequence[LogEntryRow]) -> tuple[LogFacts, ...]:
    """Return what the whole entries of every log add up to; one without day or minutes waits."""
    whole = [row for row in entries if row.day and row.minutes]
    return tuple(
        LogFacts(
            log_id=log_id,
            entries=sum(row.log_id == log_id for row in whole),
            minutes=sum(int(row.minutes) for row in whole if row.log_id == log_id),
        )
        for log_id in sorted({row.log_id for row in whole})
    )


def _artefact(row: ArtefactRow) -> ArtefactFacts:
    return ArtefactFacts(
        artefact_id=str(row.id),
        kind=ArtefactKind(row.kind),
        is_ready=True,
        people=People(row.people),
        requirement_id=row.requirement_id,
        media_type=row.media_type,
        size=row.size,
        milliseconds=row.milliseconds,
        attested=frozenset(row.attested.split()),
    )


def _reference(row: EvidenceReferenceRow) -> EvidenceReferenceFacts:
    is_answer = row.source.startswith(ANSWER_PREFIX)
    return EvidenceReferenceFacts(
        reference_id=str(row.id),
        criterion_id=row.criterion_id,
        artefact_id=None if is_answer else row.source,
        prompt_id=row.source.removeprefix(ANSWER_PREFIX) if is_answer else None,
        has_locator=bool(row.locator.strip()),
        has_explanation=bool(row.explanation.strip()),
    )
