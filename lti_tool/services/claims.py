"""Who is rating an attempt: a seat with a lease, so that two never share one unawares."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, NotAllowedError
from lti_tool.services.names import display_name
from lti_tool.services.seats import ALONE, Seating, find_seating, find_takeable, keep_seat
from lti_tool.store import assessments
from lti_tool.store.assessments import AttemptParts
from lti_tool.store.rows import UserRow
from lti_tool.values import Clock, Launch, Role

LEASE = timedelta(minutes=10)
RATERS = frozenset({Role.INSTRUCTOR, Role.ASSISTANT})
OPEN_STATES = frozenset({"submitted", "in_review"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who has an attempt open right now."""

    is_mine: bool
    held_by: str | None
    """The other one's name, while their lease lives."""
    until: datetime | None


def open_attempt(
    session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock
) -> AttemptParts:
    """Return a handed-in attempt that a rater opens.

    The first one to open it ends the learner's chance to take it back. The
    rater gets the claim unless somebody else has it.

    Raises:
        NotFoundError: no such attempt in this course.
        NotAllowedError: the launch may not rate it.
    """
    parts = get_rateable(session, launch, attempt_id, locks=True)
    attempt = parts[0]
    if attempt.state not in OPEN_STATES:
        return parts
    if attempt.state == "submitted":
        attempt.state = "in_review"
        attempt.opened_at = clock()
    _take_if_free(session, launch, parts, clock=clock)
    return parts


def renew_claim(session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock) -> Claim:
    """Keep the claim for another lease, or get it when nobody has it; say who has it.

    Raises:
        NotFoundError, NotAllowedError: as `open_attempt`.
        ClosedError: the attempt is no longer open.
    """
    parts = _lock_open(session, launch, attempt_id)
    seating = _take_if_free(session, launch, parts, clock=clock)
    return find_claim(session, launch, attempt_id, clock=clock, seating=seating)


def take_claim(session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock) -> None:
    """Take the claim, from somebody else too: asked for in so many words.

    Raises:
        NotFoundError, NotAllowedError, ClosedError: as `renew_claim`; where several rate,
            what this launch has to rate is handed in.
    """
    parts = _lock_open(session, launch, attempt_id)
    seating = find_seating(session, launch, parts, clock=clock)
    takeable = find_takeable(session, attempt_id, seating, clock=clock)
    if takeable is not None:
        seating = replace(seating, seat=takeable[0])
        # From here on they see what was rated there: the other seat is no longer theirs to have.
        keep_seat(session, launch, attempt_id, seating)
    if not seating.may_change:
        raise ClosedError("it is handed in")
    _take(session, launch, attempt_id, seating, clock=clock)


def require_own_claim(
    session: Session, launch: Launch, attempt_id: UUID, *, clock: Clock
) -> AttemptParts:
    """Return the attempt, locked, if the launch's user is the one who rates it; renew the lease.

    A lease that ran out while nobody else took the seat is still theirs.

    Raises:
        NotFoundError, NotAllowedError: as `open_attempt`.
        ClosedError: the attempt is no longer open, claimed elsewhere, or handed in.
    """
    parts = _lock_open(session, launch, attempt_id)
    seating = find_seating(session, launch, parts, clock=clock)
    if seating.seat is None or not seating.may_change:
        raise ClosedError("others rate this attempt, or it is handed in")
    found = assessments.find_claim(session, attempt_id, seat=seating.seat)
    if found is None or found[0].user_id != launch.user_id:
        raise ClosedError("somebody else rates this attempt, or nobody has opened it")
    _take(session, launch, attempt_id, seating, clock=clock)
    keep_seat(session, launch, attempt_id, seating)
    return parts


def find_claim(
    session: Session,
    launch: Launch,
    attempt_id: UUID,
    *,
    clock: Clock,
    seating: Seating = ALONE,
) -> Claim:
    """Return who has a seat of the attempt open, seen by this launch that has it.

    A launch without one sees whose it could take over.
    """
    if seating.seat is None:
        takeable = find_takeable(session, attempt_id, seating, clock=clock)
        holder = session.get_one(UserRow, takeable[1]) if takeable else None
        return Claim(is_mine=False, held_by=display_name(holder) if holder else None, until=None)
    found = assessments.find_claim(session, attempt_id, seat=seating.seat)
    if found is None or found[0].leased_until <= clock():
        return Claim(is_mine=False, held_by=None, until=None)
    row, user = found
    is_mine = row.user_id == launch.user_id
    return Claim(
        is_mine=is_mine, held_by=None if is_mine else display_name(user), until=row.leased_until
    )


def get_rateable(
    session: Session, launch: Launch, attempt_id: UUID, *, locks: bool = False
) -> AttemptParts:
    """Return a handed-in attempt that this launch may rate.

    Raises:
        NotFoundError: no such attempt in this course.
        NotAllowedError: the launch is no rater's, or the work is the rater's own.
    """
    if not launch.roles & RATERS or launch.is_test_user:
        raise NotAllowedError("this launch may not rate", code="not_an_assessor")
    parts = assessments.get_attempt(session, launch.scope, attempt_id, locks=locks)
    if parts[3].earner_id == launch.earner_id:
        raise NotAllowedError("nobody rates their own work", code="own_submission")
    return parts


def _lock_open(session: Session, launch: Launch, attempt_id: UUID) -> AttemptParts:
    parts = get_rateable(session, launch, attempt_id, locks=True)
    if parts[0].state not in OPEN_STATES:
        raise ClosedError("the attempt is decided")
    return parts


def _take_if_free(
    session: Session, launch: Launch, parts: AttemptParts, *, clock: Clock
) -> Seating:
    """Take the seat that the launch has, unless somebody else works there; return it."""
    attempt_id = parts[0].id
    seating = find_seating(session, launch, parts, clock=clock)
    if seating.is_deciding:
        keep_seat(session, launch, attempt_id, seating)
    if not seating.may_change:
        return seating
    claim = find_claim(session, launch, attempt_id, clock=clock, seating=seating)
    if claim.held_by is None:
        _take(session, launch, attempt_id, seating, clock=clock)
    return seating


def _take(
    session: Session, launch: Launch, attempt_id: UUID, seating: Seating, *, clock: Clock
) -> None:
    if seating.seat is None:
        return
    assessments.set_claim(
        session,
        attempt_id,
        seat=seating.seat,
        user_id=launch.user_id,
        leased_until=clock() + LEASE,
    )
