"""How workers share the outbox: each score once, in order, and no platform holds up another."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from lti_tool.lti import ags
from lti_tool.lti.outcomes import Reason
from lti_tool.lti.scores import ScoreKind
from lti_tool.runtime import Runtime
from lti_tool.sandbox.model import Family
from lti_tool.services import deliveries, delivering, sending
from lti_tool.services.delivering import LEASE, DeliveringParts, deliver_due
from lti_tool.store.rows import AchievementVersionRow, RegistrationRow, ScoreDeliveryRow
from tests import rows
from tests.conftest import FakeClock
from tests.gradebooks import LAYLA, MAXIMILIANA, ROSA, Gradebook, a_gradebook, some_parts

ALL = (ROSA, MAXIMILIANA, LAYLA)


@pytest.fixture
def gradebook(runtime: Runtime, tmp_path: Path) -> Iterator[Gradebook]:
    """A gradebook that adds comments, as Canvas does: what is said twice shows."""
    with a_gradebook(runtime, tmp_path, family=Family.CANVAS) as opened:
        yield opened


@pytest.fixture
def another(runtime: Runtime, tmp_path: Path) -> Iterator[Gradebook]:
    """A gradebook of another platform."""
    with a_gradebook(runtime, tmp_path, slug="another") as opened:
        yield opened


def comments(gradebook: Gradebook, of: str = ROSA) -> list[str]:
    """What stands beside a learner's grade."""
    result = gradebook.result(of)
    return list(result["comments"]) if result else []


def states(gradebook: Gradebook, of: str = ROSA) -> list[str]:
    """The states of a learner's rows."""
    return [row.state for row in gradebook.deliveries(of)]


def test_only_the_newest_result_is_sent(gradebook: Gradebook) -> None:
    """What was superseded before it went is never sent."""
    gradebook.say(comment="First.")
    gradebook.say(ScoreKind.CLEARED, comment="Second.")
    gradebook.say(comment="Third.")

    assert gradebook.deliver() == 1
    assert states(gradebook) == ["superseded", "superseded", "delivered"]
    assert comments(gradebook) == ["Third."]


def test_a_result_is_not_lost_to_work_handed_in_after_it(
    gradebook: Gradebook, clock: FakeClock
) -> None:
    """The removal of a score goes first, however often it has to be tried."""
    gradebook.say()
    gradebook.deliver()
    gradebook.say(ScoreKind.CLEARED, comment="")
    gradebook.say(ScoreKind.SUBMITTED, comment="")
    gradebook.fail(kind="status", status=500)

    assert gradebook.deliver() == 1
    assert states(gradebook) == ["delivered", "waiting", "waiting"]
    clock.advance(minutes=2)
    assert gradebook.deliver() == 2
    assert states(gradebook) == ["delivered"] * 3
    kinds = [post["body"]["gradingProgress"] for post in gradebook.posts()]
    assert kinds == ["FullyGraded", "FullyGraded", "FullyGraded", "PendingManual"]


def test_two_workers_deliver_each_row_once(gradebook: Gradebook, runtime: Runtime) -> None:
    """Whoever claims a row first sends it; both work until nothing is left."""
    with runtime.writing() as session:
        submissions = [
            rows.a_submission(session, gradebook.course, rows.a_user(session, gradebook.course))
            for _ in range(20)
        ]
        for submission in submissions:
            attempt = rows.an_attempt(session, submission, state="decided")
            deliveries.enqueue(
                session,
                ScoreKind.EARNED,
                submission_id=submission.id,
                attempt_id=attempt.id,
                comment=str(submission.id),
                occurred_at=runtime.clock(),
                clock=runtime.clock,
                new_id=runtime.new_id,
            )
    counts: list[int] = []
    workers = [
        threading.Thread(target=lambda: counts.append(deliver_due(some_parts(runtime))))
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver_due(some_parts(runtime))

    said = [post["body"]["comment"] for post in gradebook.posts()]
    assert sorted(said) == sorted(str(submission.id) for submission in submissions)
    assert sum(counts) == 20


def test_platforms_are_served_in_turn(
    gradebook: Gradebook, another: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long backlog of one does not make the other wait for its end."""
    for sub in ALL:
        gradebook.say(to=sub)
    for sub in ALL:
        another.say(to=sub)
    order: list[UUID] = []
    claim = delivering._claim

    def noting(parts: DeliveringParts, registration_id: UUID) -> object:
        order.append(registration_id)
        return claim(parts, registration_id)

    monkeypatch.setattr(delivering, "_claim", noting)
    gradebook.deliver()

    both = {gradebook.course.registration.id, another.course.registration.id}
    assert set(order[:2]) == set(order[2:4]) == set(order[4:6]) == both


def test_a_platform_that_is_down_is_tried_once_a_minute(
    gradebook: Gradebook, another: Gradebook, clock: FakeClock
) -> None:
    """Its other scores do not run into the same wall, and the other platform's go."""
    for sub in ALL:
        gradebook.say(to=sub)
        another.say(to=sub)
    gradebook.server.stop()

    assert gradebook.deliver() == 4
    assert all(states(another, sub) == ["delivered"] for sub in ALL)
    assert sum(row.tries for sub in ALL for row in gradebook.deliveries(sub)) == 1
    assert gradebook.deliver() == 0
    clock.advance(minutes=1)
    assert gradebook.deliver() == 1

    gradebook.server.start()
    clock.advance(minutes=1)
    gradebook.deliver()
    assert all(states(gradebook, sub) == ["delivered"] for sub in ALL)


def test_an_error_for_one_score_does_not_pause_the_platform(gradebook: Gradebook) -> None:
    """A 500 may be one score's fault: the others go on."""
    gradebook.fail(kind="status", status=500)
    for sub in ALL:
        gradebook.say(to=sub)

    assert gradebook.deliver() == 3
    assert sorted(states(gradebook, sub)[0] for sub in ALL) == [
        "delivered",
        "delivered",
        "waiting",
    ]


def test_a_row_that_cannot_be_read_holds_up_nobody(
    gradebook: Gradebook, another: Gradebook, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of ours is that row's own affair: it is logged, and tried again."""
    with runtime.writing() as session:
        version = session.get_one(AchievementVersionRow, gradebook.course.version.id)
        version.document = b"nonsense"
    gradebook.say()
    another.say()
    gradebook.deliver()

    row = gradebook.last()
    assert (row.state, row.last_code, row.tries) == ("waiting", Reason.TOOL_FAILED, 1)
    assert states(another) == ["delivered"]
    assert f"delivery={row.id} code=tool_failed" in caplog.text


def test_the_log_names_nobody(gradebook: Gradebook, caplog: pytest.LogCaptureFixture) -> None:
    """A line for each try: ids of ours and codes, no learner, no comment, no address."""
    caplog.set_level(logging.INFO, logger="quatrefoil")
    gradebook.fail(kind="status", status=422)
    gradebook.say(comment="Rosa earned it.")
    gradebook.deliver()

    lines = [record.getMessage() for record in caplog.records if record.name == "quatrefoil"]
    row = gradebook.last()
    assert lines == [f"delivery={row.id} kind=earned state=failed code=score_refused tries=1"]


@pytest.mark.parametrize("table", ["registration", "deployment"])
def test_nothing_is_sent_where_the_tool_is_switched_off(
    gradebook: Gradebook, runtime: Runtime, table: str
) -> None:
    """A row waits until an operator lets the platform in again."""
    gradebook.say()
    row = getattr(gradebook.course, table)
    before = row.status
    with runtime.writing() as session:
        session.merge(row).status = "disabled"
    assert gradebook.deliver() == 0

    with runtime.writing() as session:
        session.merge(row).status = before
    assert gradebook.deliver() == 1


def test_a_worker_that_stops_begins_nothing(gradebook: Gradebook) -> None:
    """What waits is left to the next worker."""
    gradebook.say()
    stopping = replace(gradebook.parts, is_stopping=lambda: True)

    assert deliver_due(stopping) == 0
    assert states(gradebook) == ["waiting"]


@pytest.mark.parametrize("has_arrived", [False, True])
def test_a_worker_that_died_is_succeeded(
    gradebook: Gradebook,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_arrived: bool,
) -> None:
    """When its lease has run out, another one looks what arrived, and says the rest."""
    gradebook.say()
    with monkeypatch.context() as dying:
        if has_arrived:
            dying.setattr(delivering, "_store", _die)
        else:
            dying.setattr(delivering, "send_score", _die)
        with pytest.raises(SystemExit):
            gradebook.deliver()
    survivor = some_parts(gradebook.runtime)
    assert deliver_due(survivor) == 0
    clock.now += LEASE
    assert deliver_due(survivor) == 0
    clock.advance(seconds=1)
    assert deliver_due(survivor) == 1

    assert states(gradebook) == ["delivered"]
    assert comments(gradebook) == ["Badge earned."]
    assert len(gradebook.posts()) == 1


def test_a_worker_that_was_too_slow_keeps_its_hands_off(
    gradebook: Gradebook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease that another one took is lost: neither is anything sent nor stored."""
    gradebook.say()
    slow, quick = gradebook.parts, some_parts(gradebook.runtime)
    load = delivering._errand

    def dawdle(*args: object) -> object:
        monkeypatch.setattr(delivering, "_errand", load)
        clock.now += LEASE + timedelta(seconds=1)
        deliver_due(quick)
        return load(*args)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(delivering, "_errand", dawdle)
    deliver_due(slow)

    assert states(gradebook) == ["delivered"]
    assert gradebook.last().tries == 1
    assert len(gradebook.posts()) == 1


def test_a_lease_that_was_lost_while_looking_ends_the_conversation(
    gradebook: Gradebook,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Before each call it is made sure that nobody else has it; who has lost it says nothing."""
    delivery_id = gradebook.say(is_again=True)
    look = ags.read_result

    def dawdle(*args: object, **names: object) -> object:
        monkeypatch.setattr(sending, "read_result", look)
        seen = look(*args, **names)  # type: ignore[arg-type]  # whatever it was called with
        clock.now += LEASE + timedelta(seconds=1)
        deliver_due(some_parts(gradebook.runtime))
        return seen

    monkeypatch.setattr(sending, "read_result", dawdle)
    gradebook.deliver()

    assert states(gradebook) == ["delivered"]
    assert comments(gradebook) == ["Badge earned."]
    assert f"delivery={delivery_id} code=lease_lost" in caplog.text


def test_a_lease_is_prolonged_for_a_long_conversation(
    gradebook: Gradebook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is slow and alive keeps its turn."""
    gradebook.say(is_again=True)
    look = ags.read_result

    def dawdle(*args: object, **names: object) -> object:
        seen = look(*args, **names)  # type: ignore[arg-type]  # whatever it was called with
        clock.now += LEASE - timedelta(seconds=1)
        return seen

    monkeypatch.setattr(sending, "read_result", dawdle)
    post = ags.post_score
    ends: list[timedelta] = []

    def noting(*args: object, **names: object) -> object:
        until = gradebook.last().leased_until
        assert until is not None
        ends.append(until - clock())
        return post(*args, **names)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(sending, "post_score", noting)
    gradebook.deliver()

    assert ends == [LEASE]
    assert states(gradebook) == ["delivered"]


def test_an_outcome_that_comes_too_late_is_not_stored(
    gradebook: Gradebook, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the lease now has the last word."""
    gradebook.say()
    send = sending.send_score

    def dawdle(*args: object) -> object:
        monkeypatch.setattr(delivering, "send_score", send)
        outcome = send(*args)  # type: ignore[arg-type]  # whatever it was called with
        clock.now += LEASE + timedelta(seconds=1)
        deliver_due(some_parts(gradebook.runtime))
        return outcome

    monkeypatch.setattr(delivering, "send_score", dawdle)
    gradebook.deliver()

    assert states(gradebook) == ["delivered"]
    assert gradebook.last().tries == 1
    assert comments(gradebook) == ["Badge earned."]


def test_a_delivery_that_was_superseded_on_its_way(
    gradebook: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It arrived, so it says so; the newer one follows."""
    gradebook.say(comment="First.")
    send = sending.send_score

    def correct(*args: object) -> object:
        monkeypatch.setattr(delivering, "send_score", send)
        outcome = send(*args)  # type: ignore[arg-type]  # whatever it was called with
        gradebook.say(ScoreKind.CLEARED, comment="Second.")
        return outcome

    monkeypatch.setattr(delivering, "send_score", correct)
    gradebook.deliver()

    assert states(gradebook) == ["delivered", "delivered"]
    assert comments(gradebook) == ["First.", "Second."]


def test_a_superseded_delivery_that_failed_stays_superseded(
    gradebook: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to read why: something newer was sent."""
    gradebook.fail(kind="status", status=422)
    gradebook.say(comment="First.")
    send = sending.send_score

    def correct(*args: object) -> object:
        monkeypatch.setattr(delivering, "send_score", send)
        outcome = send(*args)  # type: ignore[arg-type]  # whatever it was called with
        gradebook.say(comment="Second.")
        return outcome

    monkeypatch.setattr(delivering, "send_score", correct)
    gradebook.deliver()

    assert states(gradebook) == ["superseded", "delivered"]
    assert comments(gradebook) == ["Second."]


def test_sending_again_says_nothing_twice(gradebook: Gradebook) -> None:
    """What the gradebook holds is found there; the row is delivered without a message."""
    gradebook.say()
    gradebook.deliver()
    gradebook.say(is_again=True)
    gradebook.deliver()

    assert states(gradebook) == ["delivered", "delivered"]
    assert len(gradebook.posts()) == 1


def test_sending_again_puts_back_a_grade_that_was_changed(
    gradebook: Gradebook, clock: FakeClock
) -> None:
    """The score goes again with the time of now; its comment is there already."""
    gradebook.say()
    gradebook.deliver()
    gradebook.control("PUT", f"/results/11/{ROSA}", {"score": 3})
    clock.advance(days=1)
    gradebook.say(is_again=True)
    gradebook.deliver()

    result = gradebook.result()
    assert result is not None
    assert (result["score"], result["comments"]) == (20, ["Badge earned."])
    assert gradebook.last().timestamp == clock()


def test_sending_again_while_it_is_on_its_way(
    gradebook: Gradebook, runtime: Runtime, clock: FakeClock
) -> None:
    """The new row waits until the lease of the old one ends, and then finds what arrived."""
    first = gradebook.say()
    gradebook.change(first, leased_until=clock() + timedelta(seconds=60))
    gradebook.say(is_again=True)

    assert deliver_due(some_parts(runtime)) == 0
    clock.advance(seconds=60)
    assert deliver_due(some_parts(runtime)) == 1
    assert states(gradebook) == ["superseded", "delivered"]


def test_times_of_one_cell_increase_by_a_second(gradebook: Gradebook) -> None:
    """Also when several things happen at the same instant; other cells are not concerned."""
    for _ in range(3):
        gradebook.say()
    gradebook.say(to=MAXIMILIANA)

    times = [row.timestamp for row in gradebook.deliveries()]
    now = gradebook.runtime.clock()
    assert times == [now, now + timedelta(seconds=1), now + timedelta(seconds=2)]
    assert gradebook.last(MAXIMILIANA).timestamp == now


def test_an_operator_sees_what_has_not_arrived(
    gradebook: Gradebook, runtime: Runtime, clock: FakeClock
) -> None:
    """How many wait, since when, and how many failed for good."""
    gradebook.fail(kind="status", status=422)
    gradebook.say()
    gradebook.deliver()
    clock.advance(hours=1)
    since = clock()
    gradebook.say(to=MAXIMILIANA)
    clock.advance(hours=1)
    gradebook.say(to=LAYLA)

    with runtime.reading() as session:
        backlog = deliveries.find_backlog(session)
    assert (backlog.waiting, backlog.failed, backlog.waiting_since) == (2, 1, since)


def test_a_pause_ends_by_itself(gradebook: Gradebook, runtime: Runtime, clock: FakeClock) -> None:
    """It is kept with the platform, so every worker knows of it."""
    gradebook.fail(kind="status", status=429, retry_after="90")
    gradebook.say()
    gradebook.deliver()

    with runtime.reading() as session:
        registration = session.scalars(select(RegistrationRow)).one()
        assert registration.paused_until == clock() + timedelta(seconds=90)
        row = session.scalars(select(ScoreDeliveryRow)).one()
        assert row.next_try_at == clock() + timedelta(seconds=90)


def test_a_sleeping_platform_keeps_one_thread_busy(runtime: Runtime, tmp_path: Path) -> None:
    """While one thread waits for a platform, another leaves it alone and serves the rest."""
    with ExitStack() as stack:
        slow = stack.enter_context(a_gradebook(runtime, tmp_path, slug="slow"))
        quick = stack.enter_context(a_gradebook(runtime, tmp_path, slug="quick"))
        parts = slow.parts
        slow.fail(kind="slow", seconds=3)
        for sub in ALL:
            slow.say(to=sub)
        waiting = threading.Thread(target=deliver_due, args=(parts,))
        waiting.start()
        _wait_until_leased(runtime)
        for sub in ALL:
            quick.say(to=sub)
        served = deliver_due(parts)
        was_still_waiting = waiting.is_alive()
        waiting.join()

    assert (served, was_still_waiting) == (3, True)


def _wait_until_leased(runtime: Runtime) -> None:
    pause = threading.Event()
    for _ in range(200):
        with runtime.reading() as session:
            query = select(ScoreDeliveryRow).where(ScoreDeliveryRow.leased_until.is_not(None))
            if session.scalars(query).first() is not None:
                return
        pause.wait(0.02)
    pytest.fail("nobody began")


def _die(*_: object) -> None:
    raise SystemExit


def test_a_worker_takes_each_platform_once(gradebook: Gradebook) -> None:
    """Two threads of one worker never send to the same platform at the same time."""
    parts: DeliveringParts = gradebook.parts
    registration_id = gradebook.course.registration.id

    with parts.turns.taking(registration_id) as is_first:
        with parts.turns.taking(registration_id) as is_second:
            assert (is_first, is_second) == (True, False)
        gradebook.say()
        assert deliver_due(parts) == 0
    assert deliver_due(parts) == 1
