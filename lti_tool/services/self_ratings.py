"""What learners rate themselves, as fields `self.<phase or ->.<criterion>`, and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.rating_rows import new_assessment, new_rating
from lti_tool.services.texts import read_number
from lti_tool.store import assessments
from lti_tool.store.rows import AssessmentRow
from lti_tool.values import Clock, NewId
from rubrics.criterion import Criterion, RaterRole
from rubrics.documents import points_text
from rubrics.model import Administration, Rubric

SELF = "self."
"""What the names of these fields begin with."""
NO_PHASE = "-"


def self_rounds(rubric: Rubric) -> tuple[Administration, ...]:
    """Return the rounds in which learners rate themselves, in the order of time."""
    return tuple(one for one in rubric.administrations if one.role is RaterRole.SELF)


def self_field(phase: str, criterion_id: str) -> str:
    """Return the name of the field in which a learner rates themselves."""
    return f"{SELF}{phase or NO_PHASE}.{criterion_id}"


def self_fields(rubric: Rubric) -> Iterator[str]:
    """Yield the names of all fields in which learners rate themselves."""
    for round_ in self_rounds(rubric):
        for criterion in rubric.criteria_of(round_):
            yield self_field(round_.phase, criterion.id)


def criterion_of(rubric: Rubric, name: str) -> Criterion:
    """Return the criterion that a field rates."""
    return rubric.criterion(name.split(".", 2)[2])


def phase_of(name: str) -> str:
    """Return the phase in which a field rates; nothing where there is only one time."""
    phase = name.split(".", 2)[1]
    return "" if phase == NO_PHASE else phase


def check_rating(rubric: Rubric, name: str, value: str) -> str | None:
    """Return a rating as it is stored, nothing for none yet; None where it cannot be one."""
    criterion, text = criterion_of(rubric, name), value.strip()
    if not text:
        return ""
    if criterion.numbers is None:
        return text if criterion.has_level(text) else None
    number = read_number(text)
    return points_text(number) if number is not None and number in criterion.numbers else None


def load_self_ratings(session: Session, attempt_id: UUID) -> Mapping[str, str]:
    """Return a learner's own ratings of an attempt by the names of their fields."""
    rounds = {one.id: one for one in _list_rounds(session, attempt_id)}
    return {
        self_field(rounds[row.assessment_id].phase, row.criterion_id): row.level_id
        or row.number
        or ""
        for row in assessments.list_ratings(session, *rounds)
    }


def store_self_rating(
    session: Session,
    attempt_id: UUID,
    criterion: Criterion,
    *,
    phase: str,
    value: str,
    learner_id: UUID,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Store one rating, which was checked, in place of an earlier one."""
    rounds = _list_rounds(session, attempt_id)
    assessment = next((one for one in rounds if one.phase == phase), None)
    if assessment is None:
        assessment = new_assessment(
            attempt_id, learner_id, role=RaterRole.SELF, phase=phase, clock=clock, new_id=new_id
        )
        session.add(assessment)
        session.flush()
    assessment.revision += 1
    assessment.saved_at = clock()
    session.merge(
        new_rating(
            assessment,
            criterion.id,
            level_id=None if criterion.numbers else value or None,
            number=value or None if criterion.numbers else None,
            rater_id=learner_id,
            now=clock(),
        )
    )
    session.flush()


def copy_self_ratings(
    session: Session, last_id: UUID, attempt_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """Give the next attempt what its learner rated in the last one."""
    for last in _list_rounds(session, last_id):
        copied = new_assessment(
            attempt_id,
            last.rater_id,
            role=RaterRole.SELF,
            phase=last.phase,
            clock=clock,
            new_id=new_id,
        )
        session.add(copied)
        session.flush()
        for row in assessments.list_ratings(session, last.id):
            session.add(
                new_rating(
                    copied,
                    row.criterion_id,
                    level_id=row.level_id,
                    number=row.number,
                    rater_id=row.rated_by,
                    now=row.rated_at,
                )
            )


def _list_rounds(session: Session, attempt_id: UUID) -> Sequence[AssessmentRow]:
    rounds = assessments.list_rounds(session, attempt_id)
    return [one for one in rounds if one.role == RaterRole.SELF]
