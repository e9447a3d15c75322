"""Handing in what one of several assessors rated, unseen by the others, and taking it back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, InvalidFieldsError, InvalidInputError
from lti_tool.services.assessing import Rated, get_own
from lti_tool.services.claims import LEASE, OPEN_STATES, get_rateable, require_own_claim
from lti_tool.services.decision_inputs import (
    canonical,
    criterion_inputs,
    inputs_hash,
    seat_document,
)
from lti_tool.services.decisions import judge, load_seats
from lti_tool.services.sheets import rating_field, unexplained_overrides
from lti_tool.store import assessments
from lti_tool.store.rows import HandInRow
from lti_tool.values import Clock, Launch

_MOMENT = timedelta(microseconds=1)


def hand_in(
    session: Session, launch: Launch, attempt_id: UUID, *, seat: int | None, clock: Clock
) -> None:
    """Hand in the ratings of the launch's seat; from then on they are only read.

    Once all have handed in, what each of them rated is put on record for good. `seat` is
    the one that the page was of.

    Raises:
        NotFoundError, NotAllowedError: as `claims.open_attempt`.
        ClosedError: decided, handed in, claimed by somebody else, or not the launch's seat.
        InvalidInputError: `unknown_action`: one assessor alone has nothing to hand in.
        InvalidFieldsError: criteria are not rated, or reasons are missing.
    """
    parts = require_own_claim(session, launch, attempt_id, clock=clock)
    rated = get_own(session, launch, parts, clock=clock)
    assessment, seating = rated.assessment, rated.seating
    if not seating.is_shared or seating.is_deciding:
        raise InvalidInputError("there is nothing to hand in", code="unknown_action")
    if assessment is None or seat != seating.seat:
        raise ClosedError("the page is of another seat")
    _refuse_unrated(rated)
    others = assessments.list_assessments(session, [attempt_id])
    before = [one.finished_at for one in others if one.finished_at is not None]
    assessment.finished_at = _after(before, clock())
    assessment.rater_id = launch.user_id
    session.flush()
    if len(before) + 1 >= seating.needed:
        _keep(session, rated)


def reopen(session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock) -> None:
    """Let the launch's user change what they handed in, as long as nothing is decided.

    Doing it again changes nothing. What all had handed in stays on record.

    Raises:
        NotFoundError, NotAllowedError: as `claims.open_attempt`.
        ClosedError: decided, or not this user's.
    """
    parts = get_rateable(session, launch, attempt_id, locks=True)
    own = assessments.find_own_seat(session, attempt_id, launch.user_id)
    found = assessments.find_assessment(session, attempt_id, seat=own) if own else None
    if parts[0].state not in OPEN_STATES or own is None or found is None:
        raise ClosedError("the attempt is decided, or others rate it")
    if found.rater_id != launch.user_id:
        raise ClosedError("somebody else handed it in")
    if found.finished_at is None:
        return
    found.finished_at = None
    assessments.set_claim(
        session, attempt_id, seat=own, user_id=launch.user_id, leased_until=clock() + LEASE
    )


def _refuse_unrated(rated: Rated) -> None:
    rubric = rated.rubric
    result = judge(rated.definition, criterion_inputs(rated.ratings, rated.task_scores)).result
    faults: dict[str, tuple[str, str | None]] = {
        rating_field(rubric, one): ("unrated", None) for one in result.criteria if not one.is_rated
    }
    for name in unexplained_overrides(rubric, rated.sheet):
        faults[name] = ("reason_required", None)
    if faults:
        raise InvalidFieldsError({name: faults[name] for name in rated.sheet if name in faults})


def _after(before: list[datetime], now: datetime) -> datetime:
    """Return a moment after all others, so that it is never in doubt which came last."""
    return max([now, *(one + _MOMENT for one in before)])


def _keep(session: Session, rated: Rated) -> None:
    """Put on record what every seat holds now, unless its last record says the same."""
    attempt_id = rated.attempt.id
    kept = {row.seat: row for row in assessments.list_hand_ins(session, attempt_id)}
    rows = {row.seat: row for row in assessments.list_assessments(session, [attempt_id])}
    for one in load_seats(session, attempt_id, rated.rubric):
        finished_at = rows[one.seat].finished_at
        if finished_at is None:
            continue
        document = canonical(seat_document(one))
        last = kept.get(one.seat)
        if last is not None and last.document == document:
            continue
        session.add(
            HandInRow(
                attempt_id=attempt_id,
                seat=one.seat,
                number=last.number + 1 if last else 1,
                rater_id=one.rater_id,
                handed_in_at=finished_at,
                document=document,
                document_sha256=inputs_hash(document),
            )
        )
    session.flush()
