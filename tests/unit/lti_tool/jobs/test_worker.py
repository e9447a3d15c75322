"""The worker: a clock that does not stop, a log that does not flood, work that goes on."""

import inspect
import logging
from collections.abc import Iterator
from pathlib import Path

import huey.consumer
import pytest

from lti_tool.jobs import worker
from lti_tool.jobs.worker import Seldom, SteadyScheduler, Work, make_consumer
from lti_tool.lti.scores import ScoreKind
from lti_tool.runtime import Runtime
from lti_tool.services import sweeping
from tests.conftest import FakeClock
from tests.gradebooks import Gradebook, a_gradebook


@pytest.fixture
def gradebook(runtime: Runtime, tmp_path: Path) -> Iterator[Gradebook]:
    """A platform whose gradebook takes scores."""
    with a_gradebook(runtime, tmp_path) as opened:
        yield opened


@pytest.fixture
def work(runtime: Runtime) -> Work:
    """What a worker of the runtime does."""
    return Work(runtime, lambda: False)


def test_a_sweep_delivers_what_is_due(gradebook: Gradebook, work: Work) -> None:
    """Nobody has to have called."""
    gradebook.say()
    work.sweep()

    assert gradebook.last().state == "delivered"


def test_scores_are_delivered_though_a_chore_fails(
    gradebook: Gradebook,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each part of a sweep fails alone."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(sweeping, "list_due_lists", fail)
    gradebook.say()
    work.sweep()

    assert gradebook.last().state == "delivered"
    assert "chore=status_lists code=failed" in caplog.text


def test_a_database_that_fails_ends_no_worker(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and tried with the next call."""

    def fail(*_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(worker, "deliver_due", fail)
    work.deliver()

    assert "chore=deliveries code=failed" in caplog.text


def test_the_backlog_is_logged_when_it_changes(
    gradebook: Gradebook, work: Work, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator reads how many wait and how many failed, once for each change."""
    caplog.set_level(logging.INFO, logger="quatrefoil")
    since = clock().isoformat()
    gradebook.fail(kind="status", status=429, retry_after="600")
    gradebook.say(ScoreKind.EARNED)
    work.sweep()
    work.sweep()
    clock.advance(hours=1)
    work.sweep()

    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if line.startswith("deliveries ")] == [
        f"deliveries waiting=1 since={since} failed=0",
        "deliveries waiting=0 since=- failed=0",
    ]


def test_the_clock_goes_on_without_a_queue(
    gradebook: Gradebook, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """What the queue does not take is done on the spot."""
    path = Path(runtime.settings.queue_url.removeprefix("sqlite:///"))
    path.write_bytes(b"this is no database" * 100)
    consumer = make_consumer(runtime)
    scheduler = consumer._create_scheduler()
    gradebook.say()
    scheduler.enqueue_periodic_tasks(None)

    assert isinstance(scheduler, SteadyScheduler)
    assert gradebook.last().state == "delivered"
    assert "sweeping without it" in caplog.text


def test_a_consumer_that_stops_begins_nothing(gradebook: Gradebook, runtime: Runtime) -> None:
    """TERM is not answered by a thousand more deliveries."""
    consumer = make_consumer(runtime)
    gradebook.say()
    consumer.stop_flag.set()
    for task in consumer.huey.read_periodic(None):
        consumer.huey.execute(task)

    assert gradebook.last().state == "waiting"


def test_the_same_line_is_logged_once_a_minute() -> None:
    """A broken queue is asked every second, and does not fill the disk."""
    seldom = Seldom()

    def passes(message: str, created: float) -> bool:
        record = logging.LogRecord("huey", logging.ERROR, "", 0, message, None, None)
        record.created = created
        return seldom.filter(record)

    assert [passes("broken", at) for at in (0, 1, 59, 60, 61)] == [True, False, False, True, False]
    assert passes("another", 61)


def test_a_queue_that_is_down_is_one_line() -> None:
    """Its kind of error says all; a defect keeps its traceback."""

    def filtered(message: str) -> logging.LogRecord:
        error = (ConnectionError, ConnectionError("redis://user:password@host"), None)
        record = logging.LogRecord("huey", logging.ERROR, "", 0, message, None, error)
        assert Seldom().filter(record)
        return record

    line = logging.Formatter().format(filtered("Error reading from queue"))
    assert line == "Error reading from queue (ConnectionError)"
    assert filtered("Unhandled error").exc_info


def test_the_lines_of_a_queue_that_is_down_are_huey_s() -> None:
    """Another version's words would come with a traceback again."""
    source = inspect.getsource(huey.consumer)

    assert all(f"'{one}'" in source for one in worker.QUEUE_FAULTS - {worker.WITHOUT_QUEUE})
