"""Delivering scores: claim a row, send outside any transaction, store what became of it.

The row is the truth. A worker leases it, so that nobody else sends it at the
same time; a lease that runs out belonged to a worker that died, and what it
sent may have arrived. Platforms are served in turn, one score of each at a
time, and one that does not answer is left alone for a while: it holds up
nobody else.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from lti_tool.errors import ConflictError, places_of
from lti_tool.lti.outcomes import Delivery, Outcome, Reason
from lti_tool.lti.scores import ScoreKind, ScoreRequest
from lti_tool.lti.tokens import ServiceClient
from lti_tool.services.deliveries import next_timestamp
from lti_tool.services.ports import as_registration
from lti_tool.services.sending import Errand, send_score
from lti_tool.services.urls import PublicURLs
from lti_tool.store import deliveries
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AchievementVersionRow,
    RegistrationRow,
    ResourceLinkRow,
    ScoreDeliveryRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Clock, RandomBytes

CALL = timedelta(seconds=140)
"""The longest that one call can take: a token and the call, both twice, 35 seconds each."""
LEASE = CALL + timedelta(seconds=10)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=1)
"""How long a platform that does not answer is left alone; its own Retry-After may be longer."""
GIVEN_UP_AFTER = timedelta(days=3)

PAUSING = frozenset(
    {
        Reason.PLATFORM_UNREACHABLE,
        Reason.PLATFORM_UNANSWERED,
        Reason.PLATFORM_BUSY,
        Reason.NOT_A_SERVICE_ANSWER,
    }
)
"""What is the whole platform's fault and not one score's."""

log = logging.getLogger("quatrefoil")


class Turns:
    """Which platforms this process is serving: at most one score of each at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: set[UUID] = set()

    @contextmanager
    def taking(self, registration_id: UUID) -> Iterator[bool]:
        """Take a platform's turn for the length of the block; False if it is taken."""
        with self._lock:
            is_ours = registration_id not in self._taken
            self._taken.add(registration_id)
        try:
            yield is_ours
        finally:
            if is_ours:
                with self._lock:
                    self._taken.discard(registration_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveringParts:
    """The long-lived things that delivering needs. Shared by the threads of one worker."""

    database: Database
    client: ServiceClient
    urls: PublicURLs
    clock: Clock
    random_bytes: RandomBytes
    turns: Turns
    is_stopping: Callable[[], bool]
    """Whether to begin nothing new."""


def deliver_due(parts: DeliveringParts) -> int:
    """Send everything that is due, platform by platform in turn; return how many were tried."""
    count = 0
    while True:
        with parts.database.reading() as session:
            waiting = deliveries.list_due_registrations(session, now=parts.clock())
        served = sum(_serve(parts, registration_id) for registration_id in waiting)
        if not served:
            return count
        count += served


def wait_before(tries: int, *, fraction: float) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time, up to an hour.

    Args:
        tries: How often it was tried, at least 1.
        fraction: A random number from 0 to 1: workers do not all come back at once.
    """
    doubled = FIRST_WAIT * (1 << min(tries - 1, 16))
    return min(doubled, LONGEST_WAIT) * (0.5 + fraction / 2)


def _serve(parts: DeliveringParts, registration_id: UUID) -> bool:
    """Send one score of a platform; False if there is none for this worker."""
    if parts.is_stopping():
        return False
    with parts.turns.taking(registration_id) as is_ours:
        lease = _claim(parts, registration_id) if is_ours else None
        if lease is None:
            return False
        _deliver(parts, lease, registration_id)
        return True


class _HeldLease:
    """The lease of one delivery, as a row: `leased_until` says whose it is."""

    def __init__(self, parts: DeliveringParts, delivery_id: UUID, until: datetime) -> None:
        self._parts = parts
        self.delivery_id = delivery_id
        self.until = until

    def keep(self) -> None:
        """Make sure that it lasts for one more call, or raise `ConflictError`."""
        if self.until - self._parts.clock() < CALL:
            with self._parts.database.writing() as session:
                self._renew(session)

    def postpone(self) -> datetime:
        """Give the delivery a later timestamp, store it and return it; or raise as `keep`."""
        with self._parts.database.writing() as session:
            row = self._renew(session)
            row.timestamp = next_timestamp(
                session,
                resource_link_id=row.resource_link_id,
                user_id=row.user_id,
                earliest=self._parts.clock(),
            )
            return row.timestamp

    def find(self, session: Session) -> ScoreDeliveryRow:
        """Return the row, locked; raise `ConflictError` if the lease is lost."""
        row = deliveries.find_leased(session, self.delivery_id, leased_until=self.until)
        if row is None:
            raise ConflictError("another worker has it now", code="lease_lost")
        return row

    def _renew(self, session: Session) -> ScoreDeliveryRow:
        row = self.find(session)
        row.leased_until = self.until = self._parts.clock() + LEASE
        return row


def _claim(parts: DeliveringParts, registration_id: UUID) -> _HeldLease | None:
    now = parts.clock()
    until = now + LEASE
    with parts.database.writing() as session:
        delivery_id = deliveries.find_due(session, registration_id, now=now)
        if delivery_id is None or not deliveries.lease(session, delivery_id, now=now, until=until):
            return None
    return _HeldLease(parts, delivery_id, until)


def _deliver(parts: DeliveringParts, lease: _HeldLease, registration_id: UUID) -> None:
    """Send one leased delivery. Whatever goes wrong with it is its own affair."""
    try:
        with parts.database.reading() as session:
            errand = _errand(session, lease.delivery_id, parts.urls)
        delivery = send_score(parts.client, errand, lease)
    except ConflictError as exc:
        log.warning("delivery=%s code=%s", lease.delivery_id, exc.code)
        return
    except Exception as exc:  # noqa: BLE001 - whatever it is
        places = places_of(exc)
        log.error("delivery=%s code=%s\n%s", lease.delivery_id, Reason.TOOL_FAILED, places)  # noqa: TRY400 - its words may hold values
        delivery = Delivery(outcome=Outcome.RETRY, reason=Reason.TOOL_FAILED, is_uncertain=True)
    _store(parts, lease, delivery, registration_id)


def _errand(session: Session, delivery_id: UUID, urls: PublicURLs) -> Errand:
    row = session.get_one(ScoreDeliveryRow, delivery_id)
    link = session.get_one(ResourceLinkRow, row.resource_link_id)
    user = session.get_one(UserRow, row.user_id)
    submission = session.get_one(SubmissionRow, row.submission_id)
    return Errand(
        delivery_id=row.id,
        registration=as_registration(session.get_one(RegistrationRow, user.registration_id)),
        line_item_url=link.line_item_url,
        score=ScoreRequest(
            kind=ScoreKind(row.kind),
            platform_user_id=user.sub,
            timestamp=row.timestamp,
            occurred_at=row.occurred_at,
            maximum=_maximum(session, submission),
            comment=row.comment,
            review_url=urls.launch_of_submission(submission.id),
            has_score=deliveries.has_score(session, resource_link_id=link.id, user_id=user.id),
        ),
        is_uncertain=row.is_outcome_unknown,
    )


def _maximum(session: Session, submission: SubmissionRow) -> Decimal:
    """Return the most points that the rubric gives: what "all of it" is in our own units."""
    version = session.get_one(AchievementVersionRow, submission.achievement_version_id)
    rubric = parse_definition(version.document).get_rubric()
    return rubric.maximum_points or Decimal(1)


def _store(
    parts: DeliveringParts,
    lease: _HeldLease,
    delivery: Delivery | None,
    registration_id: UUID,
) -> None:
    now = parts.clock()
    with parts.database.writing() as session:
        row = deliveries.find_leased(session, lease.delivery_id, leased_until=lease.until)
        if row is None:
            return
        row.leased_until = None
        row.tries += 1
        wait = wait_before(row.tries, fraction=int.from_bytes(parts.random_bytes(4)) / 2**32)
        _settle(row, delivery, now=now, wait=wait)
        if delivery is not None and _is_platforms_fault(delivery):
            until = now + max(min(wait, LONGEST_PAUSE), _asked_patience(delivery))
            deliveries.pause_registration(session, registration_id, until=until)
    log.info(
        "delivery=%s kind=%s state=%s code=%s tries=%d",
        row.id,
        row.kind,
        row.state,
        row.last_code or "-",
        row.tries,
    )


def _settle(
    row: ScoreDeliveryRow, delivery: Delivery | None, *, now: datetime, wait: timedelta
) -> None:
    """Write into the row what became of it.

    One that was superseded while it was under way stays so unless it arrived.
    """
    if delivery is None:
        row.state = "unneeded"
        return
    if delivery.outcome is Outcome.DELIVERED:
        row.state, row.delivered_at, row.last_code = "delivered", now, ""
        return
    row.last_code = delivery.reason
    row.is_outcome_unknown = row.is_outcome_unknown or delivery.is_uncertain
    if row.state != "waiting":
        return
    if delivery.outcome is Outcome.REFUSED:
        row.state = "failed"
    elif now - row.created_at >= GIVEN_UP_AFTER:
        row.state = "failed"
        if delivery.outcome is Outcome.RETRY:
            row.last_code = Reason.GIVEN_UP
    else:
        row.next_try_at = now + max(wait, _asked_patience(delivery))


def _is_platforms_fault(delivery: Delivery) -> bool:
    return delivery.outcome is Outcome.TOKEN or (
        delivery.outcome is Outcome.RETRY and delivery.reason in PAUSING
    )


def _asked_patience(delivery: Delivery) -> timedelta:
    return timedelta(seconds=delivery.retry_after_seconds or 0)
