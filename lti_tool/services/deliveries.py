"""The outbox of scores: what has to reach the gradebook is a row of the decision's transaction.

The worker (`lti_tool.services.delivering`) takes it from there. Timestamps
strictly increase for one line item and user: Moodle compares whole seconds,
Canvas and Open edX refuse older ones (AGS 2.0 section 3.4.9).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from lti_tool.lti.scores import ScoreKind
from lti_tool.store import bulk, deliveries
from lti_tool.store.many_rows import ManyRows, NewRows, insert_many, many_rows
from lti_tool.store.rows import ScoreDeliveryRow, SubmissionRow, UserRow
from lti_tool.values import Clock, NewId

DeliveryKind: TypeAlias = ScoreKind
"""What a delivery says: the same three things that a score message says."""

STEP = timedelta(seconds=1)
REPLACES = {
    DeliveryKind.SUBMITTED: (DeliveryKind.SUBMITTED,),
    DeliveryKind.EARNED: tuple(DeliveryKind),
    DeliveryKind.CLEARED: tuple(DeliveryKind),
}
"""What is not worth sending any more once something newer is said. A result is never lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What has not reached the gradebooks of all courses together."""

    waiting: int
    failed: int
    waiting_since: datetime | None


def enqueue(
    session: Session,
    kind: DeliveryKind,
    *,
    submission_id: UUID,
    attempt_id: UUID,
    comment: str,
    occurred_at: datetime,
    clock: Clock,
    new_id: NewId,
    is_again: bool = False,
) -> int:
    """Write one delivery for each link that keeps a grade; return how many.

    What still waits for the same column is called off. Nothing is sent for
    test users. The caller owns the transaction, and wakes the worker after it.

    Args:
        session: The transaction that made it true.
        kind: What to say.
        submission_id: Whose result it is.
        attempt_id: The attempt that it is about.
        comment: Plain text for the learner; may be empty.
        occurred_at: When the learner submitted or the decision was released.
        clock: For the row's own times.
        new_id: For the rows' ids.
        is_again: It was sent before: the result is read first, a comment that has
            arrived is left out, and the timestamp is of now.
    """
    submission = session.get_one(SubmissionRow, submission_id)
    if session.get_one(UserRow, submission.user_id).is_test:
        return 0
    links, now = deliveries.list_graded_links(session, submission), clock()
    for link in links:
        cell = {"resource_link_id": link.id, "user_id": submission.user_id}
        is_repeated = is_again and deliveries.has_delivered(session, **cell, comment=comment)
        at = next_timestamp(session, **cell, earliest=now if is_again else occurred_at)
        deliveries.supersede(session, **cell, kinds=REPLACES[kind])
        shared = _shared(kind, occurred_at=occurred_at, now=now) | {"is_outcome_unknown": is_again}
        session.add(
            ScoreDeliveryRow(
                **cell,
                **shared,
                id=new_id(),
                submission_id=submission.id,
                attempt_id=attempt_id,
                comment="" if is_repeated else comment,
                timestamp=at,
            )
        )
    session.flush()
    return len(links)


class ManyDeliveries:
    """Deliveries for many learners' places in columns of gradebooks, none twice.

    Nobody in them is a test user, and the links keep grades. Else as `enqueue`.
    """

    def __init__(self, kind: DeliveryKind, *, occurred_at: datetime, new_id: NewId) -> None:
        self._kind = kind
        self._at = occurred_at
        self._new_id = new_id
        self._new = NewRows(
            ScoreDeliveryRow,
            _shared(kind, occurred_at=occurred_at, now=occurred_at),
            (
                "id",
                "resource_link_id",
                "user_id",
                "submission_id",
                "attempt_id",
                "comment",
                "timestamp",
            ),
        )
        self._ready: ManyRows | None = None

    def add(
        self,
        *,
        resource_link_id: UUID,
        user_id: UUID,
        submission_id: UUID,
        attempt_id: UUID,
        comment: str,
    ) -> None:
        """Note what one of them is to be told."""
        cell = resource_link_id, user_id
        self._new.rows.append((self._new_id(), *cell, submission_id, attempt_id, comment, self._at))

    def close(self, dialect: Dialect) -> None:
        """Turn them into what the database takes, as if nobody had been told anything before."""
        self._ready = many_rows(dialect, self._new)

    def write(self, session: Session) -> None:
        """Write them, as many statements for all as for one."""
        rows = self._new.rows
        links, users = {row[1] for row in rows}, {row[2] for row in rows}
        last = bulk.list_last_timestamps(session, links, users) if rows else {}
        is_late = False
        for number, (id_, link_id, user_id, *rest, at) in enumerate(rows if last else ()):
            if before := last.get((link_id, user_id)):
                # Only who was told something before is looked at one by one.
                deliveries.supersede(
                    session, resource_link_id=link_id, user_id=user_id, kinds=REPLACES[self._kind]
                )
                rows[number] = id_, link_id, user_id, *rest, max(at, before + STEP)
                is_late = True
        ready = self._ready
        if ready is None or is_late:
            ready = many_rows(session.get_bind().dialect, self._new)
        insert_many(session, ready)


def _shared(kind: DeliveryKind, *, occurred_at: datetime, now: datetime) -> dict[str, Any]:
    """Return what is the same in all deliveries that one thing leads to."""
    return {
        "kind": kind.value,
        "occurred_at": occurred_at,
        "state": "waiting",
        "tries": 0,
        "next_try_at": now,
        "leased_until": None,
        "is_outcome_unknown": False,
        "last_code": "",
        "delivered_at": None,
        "created_at": now,
    }


def call_off(session: Session, kind: DeliveryKind, *, submission_id: UUID) -> None:
    """Send no more of this kind for a submission. What has arrived stays as it is."""
    deliveries.supersede_of_submission(session, submission_id, kind=kind.value)


def next_timestamp(
    session: Session, *, resource_link_id: UUID, user_id: UUID, earliest: datetime
) -> datetime:
    """Return `earliest`, or a second after the last one of the same cell if that is later."""
    last = deliveries.find_last_timestamp(
        session, resource_link_id=resource_link_id, user_id=user_id
    )
    return max(earliest, last + STEP) if last else earliest


def find_backlog(session: Session) -> Backlog:
    """Return what an operator should know: what waits, since when, and what failed."""
    counted = deliveries.count_unfinished(session)
    return Backlog(
        waiting=counted.get("waiting", 0),
        failed=counted.get("failed", 0),
        waiting_since=deliveries.find_oldest_waiting(session),
    )
