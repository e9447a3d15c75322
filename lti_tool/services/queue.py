"""Who is waiting for an assessor, since when, and who comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.services.binding import Opens, get_opened, may_bind
from lti_tool.services.claims import RATERS
from lti_tool.services.decision_inputs import criterion_inputs
from lti_tool.services.decisions import judge, may_release
from lti_tool.services.models import Delivery
from lti_tool.services.names import display_name
from lti_tool.services.pages.assessor import Pager, QueuePage, QueueRow
from lti_tool.services.presenting import achievement_summary
from lti_tool.services.urls import CourseURLs, DeskURLs, PublicURLs
from lti_tool.store import assessments, programs, queues
from lti_tool.store.queues import ONE_SEAT, Place, QueueParts, Seats
from lti_tool.store.rows import AttemptRow, AwardRow, DecisionRow, ScoreDeliveryRow, UserRow
from lti_tool.values import Clock, Launch

PAGE_SIZE = 25
FILTERS = {"open": queues.OPEN, "decided": queues.DECIDED, "all": queues.ALL}
RESENDABLE = frozenset({"retrying", "failed"})

Progress: TypeAlias = tuple[int, int]
"""Rated criteria, and all of them; where several rate, who has handed in, and who is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Where an attempt stands among the open ones, and what is before and behind it."""

    previous_id: UUID | None
    next_id: UUID | None
    position: int | None
    count: int


def queue_page(
    session: Session,
    launch: Launch,
    *,
    state: str,
    page: int,
    public_urls: PublicURLs,
    clock: Clock,
) -> QueuePage:
    """Return one page of the queue of what the launch's link opens.

    An unknown `state` is `open`; a `page` that is not there is the last one.

    Raises:
        ConflictError: the link opens nothing (`not_bound`, `no_resource_link`).
    """
    opens = get_opened(session, launch)
    urls = CourseURLs(launch.ref)
    state = state if state in FILTERS else "open"
    counted = queues.count_by_state(session, launch.scope, opens.binding.achievement_id)
    counts = {name: sum(counted.get(one, 0) for one in states) for name, states in FILTERS.items()}
    pages = max(1, -(-counts[state] // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = queues.list_queue(
        session,
        launch.scope,
        opens.binding.achievement_id,
        states=FILTERS[state],
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    next_id = find_next(session, launch, opens, after=None, clock=clock)
    is_shared = opens.definition.get_rubric().assessors_needed > 1
    return QueuePage(
        achievement=achievement_summary(opens.version, opens.definition, public_urls),
        filter=state,
        open_url=urls.queue(),
        decided_url=urls.queue(state="decided"),
        all_url=urls.queue(state="all"),
        count_open=counts["open"],
        count_decided=counts["decided"],
        count_all=counts["all"],
        rows=_rows(session, launch, rows, clock=clock),
        pager=Pager(
            page=page,
            pages=pages,
            previous_url=urls.queue(state=state, page=page - 1) if page > 1 else None,
            next_url=urls.queue(state=state, page=page + 1) if page < pages else None,
        ),
        next_url=urls.attempt(next_id) if next_id else None,
        learner_view_url=urls.activity,
        agreement_url=urls.agreement if is_shared else None,
        bind_url=urls.bind if may_bind(launch) and not counts["all"] else None,
        desk_url=DeskURLs(launch.ref).home,
        settings_url=DeskURLs(launch.ref).badge(opens.binding.achievement_id),
    )


def find_next(
    session: Session, launch: Launch, opens: Opens, *, after: Place | None, clock: Clock
) -> UUID | None:
    """Return the next open attempt for this rater: behind `after`, else the oldest.

    Never one that others have open or have to rate, nor the rater's own work, nor `after` itself.
    """
    if not launch.roles & RATERS:
        return None
    seats = _seats(session, launch, opens)

    def find(place: Place | None) -> UUID | None:
        return queues.find_next(
            session,
            launch.scope,
            opens.binding.achievement_id,
            after=place,
            user_id=launch.user_id,
            earner_id=launch.earner_id,
            seats=seats,
            now=clock(),
        )

    found = find(after) or find(None)
    return None if after is not None and found == after.attempt_id else found


def find_neighbours(
    session: Session, launch: Launch, opens: Opens, attempt: AttemptRow, *, clock: Clock
) -> Neighbours:
    """Return what stands before and behind an attempt in the queue."""
    achievement_id = opens.binding.achievement_id
    counted = queues.count_by_state(session, launch.scope, achievement_id)
    place = place_of(attempt)
    previous_id = queues.find_previous(
        session,
        launch.scope,
        achievement_id,
        before=place,
        user_id=launch.user_id,
        earner_id=launch.earner_id,
        seats=_seats(session, launch, opens),
        now=clock(),
    )
    position = None
    if attempt.state in queues.OPEN:
        position = queues.count_ahead(session, launch.scope, achievement_id, place) + 1
    return Neighbours(
        previous_id=previous_id,
        next_id=find_next(session, launch, opens, after=place, clock=clock),
        position=position,
        count=sum(counted.get(state, 0) for state in queues.OPEN),
    )


def place_of(attempt: AttemptRow) -> Place:
    """Return where a handed-in attempt stands in the queue."""
    return Place(submitted_at=attempt.submitted_at or attempt.created_at, attempt_id=attempt.id)


def state_of(attempt: AttemptRow, decision: DecisionRow | None, award: AwardRow | None) -> str:
    """Return the state of an attempt as pages name it."""
    if decision is None:
        return attempt.state
    if award is not None and award.revoked_at is not None:
        return "revoked"
    return decision.verdict


def delivery_view(
    row: ScoreDeliveryRow | None, *, resend_url: str | None, resendable: frozenset[str]
) -> Delivery:
    """Return what the gradebook knows; `resendable` are the states that offer to send again."""
    if row is None or row.state == "unneeded":
        return Delivery(state="none")
    state = "retrying" if row.state == "waiting" and row.tries else row.state
    return Delivery(
        state=state,
        at=row.delivered_at or row.next_try_at,
        detail=row.last_code or None,
        resend_url=resend_url if state in resendable else None,
    )


def _seats(session: Session, launch: Launch, opens: Opens) -> Seats:
    """Return how many rate what the link opens, and whether the launch decides once all have."""
    needed = opens.definition.get_rubric().assessors_needed
    if needed == 1:
        return ONE_SEAT
    program = programs.get_program_of(session, opens.binding.achievement_id)
    decides = opens.binding.task_id is None and may_release(session, launch, program)
    return Seats(needed=needed, decides=decides)


def _rows(
    session: Session, launch: Launch, found: Sequence[QueueParts], *, clock: Clock
) -> tuple[QueueRow, ...]:
    ids = [parts[0].id for parts in found]
    claims: dict[UUID, list[UserRow]] = {}
    for claim, user in queues.list_live_claims(session, ids, now=clock()):
        claims.setdefault(claim.attempt_id, []).append(user)
    deliveries: dict[UUID, ScoreDeliveryRow] = {}
    for row in queues.list_result_deliveries(session, [parts[1].id for parts in found]):
        deliveries.setdefault(row.submission_id, row)
    progress = _progress(session, found)
    return tuple(
        _row(
            launch,
            parts,
            claimed_by=claims.get(parts[0].id, []),
            delivery=deliveries.get(parts[1].id),
            progress=progress.get(parts[0].id),
        )
        for parts in found
    )


def _row(
    launch: Launch,
    parts: QueueParts,
    *,
    claimed_by: Sequence[UserRow],
    delivery: ScoreDeliveryRow | None,
    progress: Progress | None,
) -> QueueRow:
    attempt, _, user, version, decision, award = parts
    urls = CourseURLs(launch.ref)
    may_open = bool(launch.roles & RATERS) and user.earner_id != launch.earner_id
    is_mine = any(one.id == launch.user_id for one in claimed_by)
    others = ", ".join(display_name(one) for one in claimed_by)
    needed = parse_definition(version.document).get_rubric().assessors_needed
    return QueueRow(
        learner_name=display_name(user),
        attempt_number=attempt.number,
        since=_since(attempt, decision),
        state=state_of(attempt, decision, award),
        claimed_by=others if others and not is_mine else None,
        claimed_by_me=is_mine,
        rated=progress[0] if progress and needed == 1 else None,
        total=progress[1] if progress and needed == 1 else None,
        handed_in=progress[0] if progress and needed > 1 else None,
        assessors=needed,
        url=urls.attempt(attempt.id) if may_open and attempt.state != "draft" else None,
        delivery=delivery_view(
            delivery,
            resend_url=urls.resend(attempt.id) if may_open else None,
            resendable=RESENDABLE,
        )
        if decision is not None
        else None,
    )


def _since(attempt: AttemptRow, decision: DecisionRow | None) -> datetime:
    if decision is not None:
        return decision.released_at
    return attempt.submitted_at or attempt.created_at


def _progress(session: Session, found: Sequence[QueueParts]) -> dict[UUID, Progress]:
    """Return how much is rated of each attempt in review, by attempt id.

    Where several rate, it is how many have handed in: more would tell one of them what
    another one does.
    """
    definitions = {
        parts[0].id: parse_definition(parts[3].document)
        for parts in found
        if parts[0].state == "in_review"
    }
    started = assessments.list_assessments(session, list(definitions))
    shared = {
        id_: needed
        for id_, definition in definitions.items()
        if (needed := definition.get_rubric().assessors_needed) > 1
    }
    progress = {
        id_: (sum(one.attempt_id == id_ and one.finished_at is not None for one in started), needed)
        for id_, needed in shared.items()
    }
    alone = [one for one in started if one.attempt_id not in shared]
    ids = [assessment.id for assessment in alone]
    ratings = assessments.list_ratings(session, *ids)
    scores = assessments.list_task_scores(session, *ids)
    for one in alone:
        inputs = criterion_inputs(
            [row for row in ratings if row.assessment_id == one.id],
            [row for row in scores if row.assessment_id == one.id],
        )
        result = judge(definitions[one.attempt_id], inputs).result
        rated = len(result.criteria) - len(result.unrated_criteria)
        progress[one.attempt_id] = (rated, len(result.criteria))
    return progress
