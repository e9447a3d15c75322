"""What goes into the outbox, for which links, and what is called off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.services import deliveries
from lti_tool.services.deliveries import DeliveryKind
from lti_tool.store.database import Database
from lti_tool.store.rows import AttemptRow, LinkBindingRow, ScoreDeliveryRow, SubmissionRow, UserRow
from tests import rows
from tests.conftest import FakeClock
from tests.rows import NOW, Course


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """One learner's submission in one course, and what is said about it."""

    database: Database
    clock: FakeClock
    course: Course
    user: UserRow
    submission: SubmissionRow
    attempt: AttemptRow

    def say(
        self,
        kind: DeliveryKind = DeliveryKind.EARNED,
        *,
        at: datetime = NOW,
        comment: str = "Earned.",
        is_again: bool = False,
    ) -> int:
        """Put a message into the outbox; return for how many links."""
        with self.database.writing() as session:
            return deliveries.enqueue(
                session,
                kind,
                submission_id=self.submission.id,
                attempt_id=self.attempt.id,
                comment=comment,
                occurred_at=at,
                clock=self.clock,
                new_id=rows.an_id,
                is_again=is_again,
            )

    def change(self, act: Callable[[Session], object]) -> None:
        """Change something in the database."""
        with self.database.writing() as session:
            act(session)

    def rows(self) -> Sequence[ScoreDeliveryRow]:
        """What the outbox holds, by timestamp."""
        with self.database.reading() as session:
            return session.scalars(
                select(ScoreDeliveryRow).order_by(ScoreDeliveryRow.timestamp)
            ).all()

    def settle(self, state: str) -> None:
        """Give every row that waits another state."""

        def act(session: Session) -> None:
            waiting = select(ScoreDeliveryRow).where(ScoreDeliveryRow.state == "waiting")
            for row in session.scalars(waiting):
                row.state = state

        self.change(act)

    def states(self) -> list[str]:
        """The states of all rows."""
        return [row.state for row in self.rows()]


@pytest.fixture
def outbox(database: Database, clock: FakeClock) -> Outbox:
    """A course with one graded link and one learner's attempt."""
    with database.writing() as session:
        course = rows.a_course(session)
        user = rows.a_user(session, course)
        submission = rows.a_submission(session, course, user)
        attempt = rows.an_attempt(session, submission)
    return Outbox(
        database=database,
        clock=clock,
        course=course,
        user=user,
        submission=submission,
        attempt=attempt,
    )


def test_one_delivery_for_each_link_that_keeps_a_grade(outbox: Outbox) -> None:
    """Every whole link of the achievement in the course; other courses are not concerned."""

    def add(session: Session) -> None:
        other = rows.a_context(session, outbox.course.deployment, lti_context_id="course-2")
        for context, name in ((outbox.course.context, "link-2"), (other, "link-3")):
            link = rows.a_link(session, context, lti_resource_link_id=name)
            rows.a_binding(session, link, outbox.course.version)

    outbox.change(add)

    assert outbox.say() == 2
    assert len(outbox.rows()) == 2


def test_a_row_says_all_that_is_known(outbox: Outbox) -> None:
    """It waits, due at once, untried, with the decision's own time."""
    outbox.clock.advance(minutes=5)
    outbox.say(at=NOW)
    (row,) = outbox.rows()

    assert (row.kind, row.state, row.comment, row.tries) == ("earned", "waiting", "Earned.", 0)
    assert (row.timestamp, row.occurred_at) == (NOW, NOW)
    assert row.next_try_at == row.created_at == outbox.clock()
    assert (row.is_outcome_unknown, row.leased_until, row.last_code) == (False, None, "")


def _without_column(session: Session, outbox: Outbox) -> None:
    session.merge(outbox.course.link).line_item_url = None


def _without_grades(session: Session, outbox: Outbox) -> None:
    session.get_one(LinkBindingRow, outbox.course.link.id).returns_grade = False


def _of_one_task(session: Session, outbox: Outbox) -> None:
    session.get_one(LinkBindingRow, outbox.course.link.id).task_id = "task-1"


def _of_a_test_user(session: Session, outbox: Outbox) -> None:
    session.merge(outbox.user).is_test = True


@pytest.mark.parametrize(
    "change", [_without_column, _without_grades, _of_one_task, _of_a_test_user]
)
def test_nothing_is_said_where_nobody_listens(
    outbox: Outbox, change: Callable[[Session, Outbox], None]
) -> None:
    """No column, a link that returns no grade, one task only, a person who is none."""
    outbox.change(lambda session: change(session, outbox))

    assert outbox.say() == 0
    assert outbox.rows() == []


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (DeliveryKind.SUBMITTED, DeliveryKind.SUBMITTED, "superseded"),
        (DeliveryKind.SUBMITTED, DeliveryKind.EARNED, "superseded"),
        (DeliveryKind.EARNED, DeliveryKind.CLEARED, "superseded"),
        (DeliveryKind.CLEARED, DeliveryKind.EARNED, "superseded"),
        (DeliveryKind.EARNED, DeliveryKind.SUBMITTED, "waiting"),
        (DeliveryKind.CLEARED, DeliveryKind.SUBMITTED, "waiting"),
    ],
)
def test_what_is_newer_calls_off_what_is_older(
    outbox: Outbox, first: DeliveryKind, second: DeliveryKind, state: str
) -> None:
    """But an announcement never calls off a result."""
    outbox.say(first)
    outbox.say(second)

    assert outbox.states() == [state, "waiting"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("failed", "superseded"), ("delivered", "delivered"), ("unneeded", "unneeded")],
)
def test_what_is_over_is_history(outbox: Outbox, before: str, after: str) -> None:
    """Only a failure that something newer makes up for is no failure any more."""
    outbox.say()
    outbox.settle(before)
    outbox.say()

    assert outbox.states() == [after, "waiting"]


@pytest.mark.parametrize("seconds", [-3600, 0, 0.5, 1, 3600])
def test_times_strictly_increase_by_whole_seconds(outbox: Outbox, seconds: float) -> None:
    """Whatever a clock says: Moodle compares whole seconds."""
    outbox.say(at=NOW)
    outbox.say(at=NOW + timedelta(seconds=seconds))
    first, second = outbox.rows()

    assert second.timestamp == NOW + timedelta(seconds=max(seconds, 1))
    assert int(second.timestamp.timestamp()) > int(first.timestamp.timestamp())


def test_sending_again_is_of_now_and_looks_first(outbox: Outbox) -> None:
    """The result is read before anything is said; the decision keeps its own time."""
    outbox.say()
    outbox.settle("failed")
    outbox.clock.advance(days=2)
    outbox.say(is_again=True)
    _, row = outbox.rows()

    assert (row.timestamp, row.occurred_at) == (outbox.clock(), NOW)
    assert row.is_outcome_unknown
    assert row.comment == "Earned."


def test_a_comment_that_has_arrived_is_not_sent_again(outbox: Outbox) -> None:
    """A new one is."""
    outbox.say(comment="Earned.")
    outbox.settle("delivered")
    outbox.say(comment="Earned.", is_again=True)
    outbox.say(comment="Earned, 16 points.", is_again=True)

    assert [row.comment for row in outbox.rows()] == ["Earned.", "", "Earned, 16 points."]


def test_calling_off_stops_what_has_not_arrived(outbox: Outbox) -> None:
    """Of one kind; what arrived stays."""
    outbox.say(DeliveryKind.EARNED)
    outbox.settle("delivered")
    outbox.say(DeliveryKind.SUBMITTED)
    outbox.change(
        lambda session: deliveries.call_off(
            session, DeliveryKind.EARNED, submission_id=outbox.submission.id
        )
    )
    assert outbox.states() == ["delivered", "waiting"]

    outbox.change(
        lambda session: deliveries.call_off(
            session, DeliveryKind.SUBMITTED, submission_id=outbox.submission.id
        )
    )
    assert outbox.states() == ["delivered", "superseded"]


def test_a_lease_is_left_to_who_has_it(outbox: Outbox) -> None:
    """Superseding does not take away the right to come back with the outcome."""
    until = NOW + timedelta(minutes=2)
    outbox.say()

    def lease(session: Session) -> None:
        session.scalars(select(ScoreDeliveryRow)).one().leased_until = until

    outbox.change(lease)
    outbox.say()

    assert [row.leased_until for row in outbox.rows()] == [until, None]


def test_an_empty_outbox_has_no_backlog(database: Database) -> None:
    """Nothing waits and nothing failed."""
    with database.reading() as session:
        found = deliveries.find_backlog(session)

    assert found == deliveries.Backlog(waiting=0, failed=0, waiting_since=None)
