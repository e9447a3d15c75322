"""What others than the assessor say of the work, typed in by an assessor with its source.

A peer, the program, a supervisor or a coachee has no account here: what they gave on paper or
in a talk is entered for them. It counts where a condition asks for it by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition
from lti_tool.errors import (
    ClosedError,
    ConflictError,
    InvalidFieldsError,
    NotFoundError,
)
from lti_tool.services.assessing import get_rated
from lti_tool.services.beside import load_rounds
from lti_tool.services.claims import OPEN_STATES, get_rateable
from lti_tool.services.decision_inputs import ratings_of
from lti_tool.services.models import CriterionView, RoundView
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import RoundPage, RoundRating
from lti_tool.services.presenting import criterion_view
from lti_tool.services.rating_rows import new_assessment, new_rating
from lti_tool.services.sheets import Sheet, blank_round, check_fields
from lti_tool.services.texts import plain_line
from lti_tool.services.urls import CourseURLs
from lti_tool.store import assessments
from lti_tool.store.rows import AssessmentRow, AttemptRow, RatingRow
from lti_tool.values import Clock, Launch, NewId
from rubrics.comparison import compare
from rubrics.criterion import Criterion, RaterRole
from rubrics.documents import points_text
from rubrics.model import Administration, Rubric
from rubrics.scoring import CriterionResult, RubricResult, score

SOURCE = "source"
SOURCE_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of an attempt as it is stored; no row while nothing was entered."""

    administration: Administration
    criteria: tuple[Criterion, ...]
    assessment: AssessmentRow | None
    ratings: Sequence[RatingRow]

    @property
    def result(self) -> Mapping[str, RatingRow]:
        """The ratings by criterion id."""
        return {row.criterion_id: row for row in self.ratings}


def round_key(administration: Administration) -> str:
    """Return what names a round in a URL: `peer`, `peer.mid`."""
    phase = f".{administration.phase}" if administration.phase else ""
    return f"{administration.role.value}{phase}"


def typed_rounds(rubric: Rubric) -> tuple[Administration, ...]:
    """Return the rounds that an assessor enters for others, in the order of the phases."""
    own = {RaterRole.ASSESSOR, RaterRole.SELF}
    return tuple(one for one in rubric.administrations if one.role not in own)


def find_round(rubric: Rubric, key: str) -> Administration:
    """Return the round of a URL, or raise NotFoundError."""
    for one in typed_rounds(rubric):
        if round_key(one) == key:
            return one
    raise NotFoundError("no such round of ratings")


def round_page(
    session: Session, launch: Launch, attempt_id: UUID, key: str, *, sent: Sheet | None = None
) -> RoundPage:
    """Return the page on which one round is typed in.

    Raises:
        NotFoundError, NotAllowedError: as `claims.get_rateable`; no such round.
    """
    rated = get_rated(session, launch, get_rateable(session, launch, attempt_id))
    rubric = rated.rubric
    administration = find_round(rubric, key)
    found = _load(session, attempt_id, rubric, administration)
    fields = {**_stored(found), **(sent or {})}
    urls = CourseURLs(launch.ref)
    return RoundPage(
        learner_name=display_name(rated.learner),
        achievement_title=rated.definition.title,
        role=administration.role.value,
        phase=_phase_title(rubric, administration),
        source=fields[SOURCE],
        ratings=tuple(
            RoundRating(
                criterion=criterion_view(number, criterion),
                level_id=fields.get(f"level.{criterion.id}") or None,
                number=fields.get(f"number.{criterion.id}", ""),
            )
            for number, criterion in enumerate(found.criteria, start=1)
        ),
        revision=found.assessment.revision if found.assessment else 0,
        is_open=rated.attempt.state in OPEN_STATES,
        save_url=urls.round(attempt_id, key),
        back_url=urls.attempt(attempt_id),
    )


def save_round(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    key: str,
    *,
    revision: int,
    fields: Mapping[str, object],
    clock: Clock,
    new_id: NewId,
) -> None:
    """Store what somebody else said, all of it or nothing.

    Raises:
        NotFoundError, NotAllowedError: as `claims.get_rateable`; no such round.
        ClosedError: the attempt is decided.
        ConflictError: `changed_elsewhere`: somebody else typed it in since.
        InvalidFieldsError: values that cannot be taken, or no source.
    """
    parts = get_rateable(session, launch, attempt_id, locks=True)
    rated = get_rated(session, launch, parts)
    if rated.attempt.state not in OPEN_STATES:
        raise ClosedError("the attempt is decided")
    administration = find_round(rated.rubric, key)
    found = _load(session, attempt_id, rated.rubric, administration)
    checked = _check(rated.rubric, found.criteria, fields)
    assessment = found.assessment
    if revision != (assessment.revision if assessment else 0):
        raise ConflictError("typed in elsewhere", code="changed_elsewhere")
    if assessment is None:
        assessment = new_assessment(
            attempt_id,
            launch.user_id,
            role=administration.role,
            phase=administration.phase,
            clock=clock,
            new_id=new_id,
        )
        session.add(assessment)
        session.flush()
    assessment.rater_id = launch.user_id
    assessment.source = checked[SOURCE]
    assessment.revision += 1
    assessment.saved_at = clock()
    _write(session, assessment, found, checked, launch, clock=clock)
    session.flush()


def round_views(
    session: Session,
    attempt: AttemptRow,
    definition: AchievementDefinition,
    *,
    urls: CourseURLs | None = None,
) -> tuple[RoundView, ...]:
    """Return every round beside the assessor's, with how each criterion changed over the phases.

    `change` stands at the last phase of a role: steps on levels, a difference of numbers.
    With `urls`, each says where it is typed in.
    """
    rubric = definition.get_rubric()
    others = [one for one in rubric.administrations if one.role is not RaterRole.ASSESSOR]
    if not others:
        return ()
    given = {one.administration: one for one in load_rounds(session, attempt.id)}
    ratings = {one: ratings_of(given[one].criteria) if one in given else {} for one in others}
    results = {one: score(rubric, ratings[one], one) for one in others}
    typed = typed_rounds(rubric) if urls else ()
    addresses = {one: urls.round(attempt.id, round_key(one)) for one in typed if urls}
    return tuple(
        _view(
            one,
            rubric,
            results,
            source=given[one].source if one in given else "",
            url=addresses.get(one),
        )
        for one in others
    )


def _view(
    administration: Administration,
    rubric: Rubric,
    results: Mapping[Administration, RubricResult],
    *,
    source: str,
    url: str | None,
) -> RoundView:
    result = results[administration]
    role = [one for one in results if one.role is administration.role]
    changes: dict[str, str] = {}
    if administration == role[-1] and len(role) > 1:
        for one in compare(results[role[0]], result):
            if one.steps is not None:
                changes[one.criterion_id] = f"{one.steps:+d}"
            elif one.change is not None:
                changes[one.criterion_id] = f"{one.change:+f}"
    return RoundView(
        role=administration.role.value,
        phase=_phase_title(rubric, administration),
        source=source,
        ratings=tuple(
            (_criterion_view(rubric, one), _words(one), changes.get(one.criterion_id, ""))
            for one in result.criteria
        ),
        url=url,
    )


def _criterion_view(rubric: Rubric, one: CriterionResult) -> CriterionView:
    return criterion_view(None, rubric.criterion(one.criterion_id))


def _words(one: CriterionResult) -> str:
    if one.level is not None:
        return one.level.title
    return "" if one.number is None else points_text(one.number)


def _load(
    session: Session, attempt_id: UUID, rubric: Rubric, administration: Administration
) -> Round:
    assessment = assessments.find_round(
        session, attempt_id, role=administration.role.value, phase=administration.phase
    )
    return Round(
        administration=administration,
        criteria=rubric.criteria_of(administration),
        assessment=assessment,
        ratings=assessments.list_ratings(session, assessment.id) if assessment else (),
    )


def _stored(found: Round) -> Sheet:
    fields = {SOURCE: found.assessment.source if found.assessment else ""}
    for row in found.ratings:
        fields[f"level.{row.criterion_id}"] = row.level_id or ""
        fields[f"number.{row.criterion_id}"] = row.number or ""
    return fields


def _check(rubric: Rubric, criteria: Sequence[Criterion], fields: Mapping[str, object]) -> Sheet:
    ratings = {name: value for name, value in fields.items() if name != SOURCE}
    known = blank_round(criteria)
    checked = {**known, **check_fields(rubric, ratings, known)}
    source = plain_line(fields.get(SOURCE, ""), field=SOURCE, most=SOURCE_CHARACTERS)
    if not source:
        raise InvalidFieldsError({SOURCE: ("required", None)})
    return {**checked, SOURCE: source}


def _write(
    session: Session,
    assessment: AssessmentRow,
    found: Round,
    checked: Sheet,
    launch: Launch,
    *,
    clock: Clock,
) -> None:
    rows = found.result
    for criterion in found.criteria:
        level = checked.get(f"level.{criterion.id}") or None
        number = checked.get(f"number.{criterion.id}") or None
        row = rows.get(criterion.id)
        if row is None:
            row = new_rating(assessment, criterion.id, rater_id=launch.user_id, now=clock())
            session.add(row)
        row.level_id, row.number = level, number
        row.rated_by, row.rated_at = launch.user_id, clock()


def _phase_title(rubric: Rubric, administration: Administration) -> str:
    titles = {one.id: one.title for one in rubric.phases}
    return titles.get(administration.phase, "")
