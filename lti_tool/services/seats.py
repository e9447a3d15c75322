"""Who has which seat at an attempt that several rate, and how far all of them are.

Assessors who rate independently have seats 1, 2, …, and nobody ever gets two of them. Once
all have handed in, whoever may release has seat 0, where what differs is decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.services.binding import find_opened
from lti_tool.services.combining import DECIDING
from lti_tool.services.decisions import SEAT, may_release
from lti_tool.store import assessments, programs
from lti_tool.store.assessments import AttemptParts
from lti_tool.store.rows import AssessmentRow, AttemptClaimRow, SubmissionRow
from lti_tool.values import Clock, Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """The seat of one launch at one attempt; None where others have all of them.

    `own` is the one that is theirs for good, also while they decide; `finished` are those
    that are handed in.
    """

    seat: int | None
    own: int | None
    needed: int
    finished: frozenset[int] = frozenset()

    @property
    def is_shared(self) -> bool:
        """Whether several rate."""
        return self.needed > 1

    @property
    def has_all(self) -> bool:
        """Whether everybody who is needed has handed in."""
        return len(self.finished) >= self.needed

    @property
    def is_deciding(self) -> bool:
        """Whether this is the seat of whoever decides where assessors differ."""
        return self.seat == DECIDING

    @property
    def may_change(self) -> bool:
        """Whether anything may be rated from this seat now."""
        return self.seat is not None and self.seat not in self.finished


ALONE = Seating(seat=SEAT, own=SEAT, needed=1)


def find_seating(session: Session, launch: Launch, parts: AttemptParts, *, clock: Clock) -> Seating:
    """Return which seat a launch has at an attempt, or would have if it opened it now."""
    attempt, submission, version, _ = parts
    needed = parse_definition(version.document).get_rubric().assessors_needed
    if needed == 1:
        return ALONE
    rows = {row.seat: row for row in assessments.list_assessments(session, [attempt.id])}
    finished = frozenset(seat for seat, row in rows.items() if row.finished_at is not None)
    own = assessments.find_own_seat(session, attempt.id, launch.user_id)
    # Whoever decided before saw all ratings: no seat to rate from is left for them.
    seat = own or None
    if len(finished) >= needed:
        seat = DECIDING if _may_decide(session, launch, submission) else seat
    elif own is None:
        claims = assessments.list_claims(session, attempt.id)
        seat = _free(range(1, needed + 1), rows, claims, launch.user_id, now=clock())
    return Seating(seat=seat, own=own, needed=needed, finished=finished)


def find_takeable(
    session: Session, attempt_id: UUID, seating: Seating, *, clock: Clock
) -> tuple[int, UUID] | None:
    """Return an unfinished seat that somebody without one may take over, and whose it is.

    One whose holder is away comes before one at which somebody works right now.
    """
    is_free = seating.seat is None and seating.own is None
    if not seating.is_shared or not is_free or seating.has_all:
        return None
    rows = {row.seat: row for row in assessments.list_assessments(session, [attempt_id])}
    holders = _holders(assessments.list_claims(session, attempt_id), now=clock())
    open_ = [seat for seat in range(1, seating.needed + 1) if seat not in seating.finished]
    seat = min(open_, key=lambda one: (one in holders, one))
    return seat, holders.get(seat) or rows[seat].rater_id


def keep_seat(session: Session, launch: Launch, attempt_id: UUID, seating: Seating) -> None:
    """Let a launch's user have their seat for good: they rated there, or saw what was rated."""
    if seating.is_shared and seating.seat is not None and seating.own is None:
        assessments.keep_own_seat(session, attempt_id, launch.user_id, seat=seating.seat)


def is_taken(row: AssessmentRow | None) -> bool:
    """Whether something is rated at a seat; to have looked at the work is not enough."""
    return row is not None and (row.saved_at is not None or row.finished_at is not None)


def _free(
    seats: range,
    rows: Mapping[int, AssessmentRow],
    claims: Sequence[AttemptClaimRow],
    user_id: UUID,
    *,
    now: datetime,
) -> int | None:
    """Return the seat that the user had last, else the first one that nobody has."""
    for claim in claims:
        if claim.user_id == user_id and claim.seat in seats and not is_taken(rows.get(claim.seat)):
            return claim.seat
    holders = _holders(claims, now=now)
    for seat in seats:
        if seat not in holders and not is_taken(rows.get(seat)):
            return seat
    return None


def _holders(claims: Sequence[AttemptClaimRow], *, now: datetime) -> Mapping[int, UUID]:
    return {claim.seat: claim.user_id for claim in claims if claim.leased_until > now}


def _may_decide(session: Session, launch: Launch, submission: SubmissionRow) -> bool:
    """Whether the launch sees the whole, and may release it."""
    opens = find_opened(session, launch)
    if opens is None or opens.binding.task_id is not None:
        return False
    program = programs.get_program_of(session, submission.achievement_id)
    return may_release(session, launch, program)
