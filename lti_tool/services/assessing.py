"""Rating one attempt: everything saves itself, partial ratings too, and nothing is written over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import (
    ClosedError,
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    StaleRevisionError,
)
from lti_tool.services.binding import Opens, get_opened
from lti_tool.services.claims import (
    OPEN_STATES,
    get_rateable,
    open_attempt,
    require_own_claim,
)
from lti_tool.services.combining import Combined, combine
from lti_tool.services.decision_inputs import SeatInput
from lti_tool.services.decisions import load_seats
from lti_tool.services.history import find_kept
from lti_tool.services.kept_texts import keep_texts, take_kept
from lti_tool.services.rating_rows import RatingWriter, carry_over, new_assessment
from lti_tool.services.seats import ALONE, Seating, find_seating
from lti_tool.services.sheets import (
    COMMENT,
    Sheet,
    check_fields,
    stored_sheet,
    unexplained_overrides,
    written_words,
)
from lti_tool.store import assessments, platforms
from lti_tool.store.assessments import AttemptParts
from lti_tool.store.rows import (
    AchievementVersionRow,
    AssessmentRow,
    AttemptRow,
    RatingRow,
    SubmissionRow,
    TaskScoreRow,
    UserRow,
)
from lti_tool.values import Clock, Launch, NewId
from rubrics.model import Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One attempt with what is rated of it, and the link that it is seen through."""

    opens: Opens
    attempt: AttemptRow
    submission: SubmissionRow
    version: AchievementVersionRow
    learner: UserRow
    definition: AchievementDefinition
    """The one that the submission is pinned to."""
    assessment: AssessmentRow | None
    ratings: Sequence[RatingRow]
    task_scores: Sequence[TaskScoreRow]
    seating: Seating
    seats: tuple[SeatInput, ...] = ()
    """What all assessors handed in; only where it is decided what stands."""
    combined: Combined | None = None
    """What that amounts to."""

    @property
    def rubric(self) -> Rubric:
        """The rubric of the pinned definition."""
        return self.definition.get_rubric()

    @property
    def sheet(self) -> Sheet:
        """What is stored, as the fields of the form."""
        return stored_sheet(self.rubric, self.assessment, self.ratings, self.task_scores)

    @property
    def revision(self) -> int:
        """How often it was saved."""
        return self.assessment.revision if self.assessment else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save came to. `criteria` are the ids of the criteria that it touched."""

    revision: int
    saved_at: datetime | None
    criteria: frozenset[str]


def open_for_rating(
    session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """Open an attempt: claim it if nobody has it, and carry over what the last one kept.

    Raises:
        NotFoundError, NotAllowedError: as `claims.open_attempt`.
    """
    parts = open_attempt(session, launch, attempt_id, clock=clock)
    attempt, submission, version, _ = parts
    if attempt.state not in OPEN_STATES:
        return
    seating = find_seating(session, launch, parts, clock=clock)
    if seating.seat is None or not seating.may_change:
        return
    if assessments.find_assessment(session, attempt.id, seat=seating.seat) is not None:
        return
    assessment = new_assessment(
        attempt.id, launch.user_id, seat=seating.seat, clock=clock, new_id=new_id
    )
    session.add(assessment)
    session.flush()
    if seating.is_deciding:
        # What was kept is rated by the assessors, and decided only where they differ.
        return
    kept = find_kept(
        session,
        submission.id,
        before_number=attempt.number,
        definition=parse_definition(version.document),
    )
    if kept is not None:
        last_inputs, criteria = kept
        for one in criteria:
            carry_over(session, assessment, one, rater_id=last_inputs.rater_id, now=clock())
    session.flush()


def find_unexplained(
    session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock
) -> tuple[str, ...]:
    """Return the fields that still need a reason before anything can be decided."""
    rated = get_own(session, launch, get_rateable(session, launch, attempt_id), clock=clock)
    return unexplained_overrides(rated.rubric, rated.sheet)


def keep_refused(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    fields: Mapping[str, object],
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Keep the written words of a save that came too late, where they are not what is stored."""
    parts = get_rateable(session, launch, attempt_id, locks=True)
    stored = get_own(session, launch, parts, clock=clock).sheet
    sent = ((name, written_words(name, fields[name])) for name in stored.keys() & fields.keys())
    texts = {name: text for name, text in sent if text.strip() and text != stored[name]}
    keep_texts(session, attempt_id, launch.user_id, texts, clock=clock, new_id=new_id)


def put_back(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    kept_id: UUID,
    *,
    clock: Clock,
    new_id: NewId,
) -> str | None:
    """Store a kept text in its field, and keep what stood there; return the field.

    Doing it again changes nothing.

    Raises: as `save_assessment`.
    """
    parts = require_own_claim(session, launch, attempt_id, clock=clock)
    rated = get_own(session, launch, parts, clock=clock)
    stored = rated.sheet
    taken = take_kept(session, attempt_id, launch.user_id, kept_id)
    if taken is None:
        return None
    place, text = taken
    save_assessment(
        session, launch, attempt_id, revision=rated.revision, fields={place: text}, clock=clock
    )
    before = {place: stored[place]} if stored[place].strip() else {}
    keep_texts(session, attempt_id, launch.user_id, before, clock=clock, new_id=new_id)
    return place


def dismiss(session: Session, launch: Launch, attempt_id: UUID, kept_id: UUID) -> None:
    """Forget a kept text of this rater's, whoever has the claim. Raises as `get_rateable`."""
    get_rateable(session, launch, attempt_id)
    take_kept(session, attempt_id, launch.user_id, kept_id)


def get_own(session: Session, launch: Launch, parts: AttemptParts, *, clock: Clock) -> Rated:
    """Return an attempt with what is rated of it from the launch's own seat.

    Raises: as `get_rated`.
    """
    seating = find_seating(session, launch, parts, clock=clock)
    return get_rated(session, launch, parts, seating=seating)


def get_rated(
    session: Session, launch: Launch, parts: AttemptParts, *, seating: Seating = ALONE
) -> Rated:
    """Return an attempt, found by the launch's scope, with what is rated of it from one seat.

    Raises:
        NotFoundError: the launch's link opens another badge.
        ConflictError: the link opens nothing.
    """
    attempt, submission, version, learner = parts
    opens = get_opened(session, launch)
    if submission.achievement_id != opens.binding.achievement_id:
        raise NotFoundError(f"no attempt {attempt.id} behind this link")
    assessment = None
    if seating.seat is not None:
        assessment = assessments.find_assessment(session, attempt.id, seat=seating.seat)
    definition = parse_definition(version.document)
    seats: tuple[SeatInput, ...] = ()
    if seating.is_deciding:
        seats = load_seats(session, attempt.id, definition.get_rubric())
    ids = [assessment.id] if assessment else []
    return Rated(
        opens=opens,
        attempt=attempt,
        submission=submission,
        version=version,
        learner=learner,
        definition=definition,
        assessment=assessment,
        ratings=assessments.list_ratings(session, *ids),
        task_scores=assessments.list_task_scores(session, *ids),
        seating=seating,
        seats=seats,
        combined=combine(definition.get_rubric(), seats) if seats else None,
    )


def save_assessment(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    revision: int,
    fields: Mapping[str, object],
    clears: str | None = None,
    seat: int | None = None,
    clock: Clock,
) -> Saved:
    """Store the changed ones of `fields`, all or none; fields as `services.sheets` names them.

    Fields that are not sent stay as they are. `clears` is a criterion whose
    rating is taken back. `seat` is the one that the page was of, where several rate.

    Raises:
        NotFoundError, NotAllowedError: as `claims.open_attempt`.
        ClosedError: decided, handed in, claimed by somebody else, or not the launch's seat.
        InvalidFieldsError, InvalidInputError: some fields cannot be taken.
        StaleRevisionError: saved elsewhere since `revision`. It has every
            stored field, so that a page can catch up with all of them.
    """
    parts = require_own_claim(session, launch, attempt_id, clock=clock)
    rated = get_own(session, launch, parts, clock=clock)
    if seat is not None and seat != rated.seating.seat:
        raise ClosedError("the page is of another seat")
    assessment = rated.assessment
    if assessment is None:
        raise NotFoundError(f"attempt {attempt_id} was never opened")
    stored = rated.sheet
    checked = _check(rated, {**fields, **_cleared(rated, clears)}, stored)
    if revision != assessment.revision:
        raise StaleRevisionError(
            revision=assessment.revision,
            saved_at=assessment.saved_at,
            fields={name: stored[name] for name in field_names(rated)},
        )
    changes = {name: value for name, value in checked.items() if value != stored[name]}
    if changes:
        RatingWriter(
            session,
            assessment,
            ratings=rated.ratings,
            task_scores=rated.task_scores,
            link_title=_task_link_title(session, launch, rated),
            rater_id=launch.user_id,
            now=clock(),
        ).write(changes)
    return Saved(
        revision=assessment.revision,
        saved_at=assessment.saved_at,
        criteria=frozenset(name.split(".")[1] for name in changes if name != COMMENT),
    )


def field_names(rated: Rated) -> frozenset[str]:
    """Return the fields that may be changed here.

    A link to one scored task takes its scores only; the whole takes everything
    except the scores that came from such a link.
    """
    if rated.combined is not None:
        # Where assessors agree there is nothing to decide, only something to say.
        return frozenset(
            name
            for name in rated.sheet
            if name.startswith(COMMENT) or name.split(".")[1] in rated.combined.to_decide
        )
    only = rated.opens.binding.task_id
    if only is not None:
        return frozenset(
            name for name in rated.sheet if name.startswith("task.") and name.endswith(f".{only}")
        )
    from_links = {
        f"{kind}.{row.criterion_id}.{row.task_id}"
        for row in rated.task_scores
        if row.source == "link"
        for kind in ("task", "task_source")
    }
    return frozenset(rated.sheet.keys() - from_links)


def _check(rated: Rated, sent: Mapping[str, object], stored: Sheet) -> Sheet:
    checked = check_fields(rated.rubric, sent, standing=stored)
    allowed = field_names(rated)
    for name, value in checked.items():
        if name not in allowed and value != stored[name]:
            raise InvalidInputError("not to be changed here", code="elsewhere", field=name)
    result = {**stored, **checked}
    groundless = {
        name: ("unrated", None)
        for name, value in checked.items()
        if name.startswith("task_source.") and value.strip()
        # A score that is taken back takes its source along.
        if not result[name.replace("task_source.", "task.", 1)] and value != stored[name]
    }
    if groundless:
        raise InvalidFieldsError(groundless)
    return checked


def _cleared(rated: Rated, criterion_id: str | None) -> Sheet:
    """Return the fields that take back what one criterion was given; words stay."""
    return {
        name: ""
        for name in field_names(rated)
        if criterion_id is not None and name.split(".")[1:2] == [criterion_id]
        if not name.startswith("comment")
    }


def _task_link_title(session: Session, launch: Launch, rated: Rated) -> str | None:
    binding = rated.opens.binding
    if binding.task_id is None:
        return None
    return platforms.get_resource_link(session, launch.scope, binding.resource_link_id).title
