"""The worker: one consumer of the queue, a few threads, and a clock that sweeps each minute.

A worker starts only with a queue that answers: the setting may be wrong. From
then on nothing depends on the queue but the speed of a wake-up: while it is
locked, gone or broken, the sweep goes on, and the queue is asked less and less often.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from huey.consumer import Consumer, Scheduler

from keys.ring import HeldKey
from keys.signing import Algorithm
from lti_tool.jobs.queue import check_queue, make_queue
from lti_tool.lti.tokens import ServiceClient
from lti_tool.runtime import Runtime
from lti_tool.services.deliveries import Backlog, find_backlog
from lti_tool.services.delivering import DeliveringParts, Turns, deliver_due
from lti_tool.services.foreign.following import look_at_due
from lti_tool.services.keyring import load_tool_ring
from lti_tool.services.ports import StoredServiceTokens
from lti_tool.services.sweeping import SweepingParts, run_alone, sweep
from lti_tool.services.urls import PublicURLs

# One slow platform holds one thread, until it is left alone for a while.
THREADS = 4
POLLED_EVERY_SECONDS = 1.0
SWEPT_EVERY_SECONDS = 60
LOGGED_EVERY_SECONDS = 60
WITHOUT_QUEUE = "the queue takes nothing: sweeping without it"
QUEUE_FAULTS = frozenset({"Error reading from queue", "Error reading schedule.", WITHOUT_QUEUE})
"""Messages, ours and huey's, of which the kind of error says all."""

log = logging.getLogger("quatrefoil")


class SteadyScheduler(Scheduler):  # type: ignore[misc]  # huey has no types
    """Keeps the clock, also while the queue takes nothing."""

    def enqueue_periodic_tasks(self, now: datetime | None) -> None:
        """Put what is due into the queue, or do it here."""
        for task in self.huey.read_periodic(now):
            try:
                self.huey.enqueue(task)
            except Exception:
                self._logger.exception(WITHOUT_QUEUE)
                task.execute()


class SteadyConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Huey's consumer with the clock above."""

    scheduler_class = SteadyScheduler


class Seldom(logging.Filter):
    """Lets each message through once a minute: a broken queue is asked every few seconds.

    That the queue does not answer is a line, without a traceback.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the message was not seen for a minute."""
        passed_at = self._passed_at.get(record.msg)
        if passed_at is not None and record.created - passed_at < LOGGED_EVERY_SECONDS:
            return False
        self._passed_at[record.msg] = record.created
        if record.msg in QUEUE_FAULTS and record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.msg} (%s)", (record.exc_info[0].__name__,)
            record.exc_info = None
        return True


class Work:
    """What the worker does, made of the parts of one process.

    Args:
        runtime: The process.
        is_stopping: Whether to begin nothing new.
    """

    def __init__(self, runtime: Runtime, is_stopping: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._backlog: Backlog | None = None
        self._elsewhere = threading.Lock()
        urls = PublicURLs(runtime.settings.base_url)
        self._delivering = DeliveringParts(
            database=runtime.database,
            client=service_client(runtime),
            urls=urls,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
            turns=Turns(),
            is_stopping=is_stopping,
        )
        self._sweeping = SweepingParts(
            database=runtime.database,
            files=runtime.files,
            part_files=runtime.part_files,
            rings=runtime.rings,
            urls=urls,
            clock=runtime.clock,
            new_id=runtime.new_id,
        )

    def deliver(self) -> None:
        """Send every score that is due."""
        run_alone("deliveries", partial(deliver_due, self._delivering))

    def wake(self) -> None:
        """Do what somebody may wait for: scores, then others' badges, which may take long."""
        self.deliver()
        self._look_elsewhere()

    def sweep(self) -> None:
        """Do everything that is due, and last what may take long: scores, and others' badges."""
        sweep(self._sweeping)
        self.deliver()
        run_alone("backlog", self._log_backlog)
        self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        """Verify what other issuers signed, in one thread at most: they may be slow."""
        if self._elsewhere.acquire(blocking=False):
            try:
                run_alone("foreign", partial(look_at_due, self._runtime.foreign, run=run_alone))
            finally:
                self._elsewhere.release()

    def _log_backlog(self) -> None:
        with self._runtime.reading() as session:
            backlog = find_backlog(session)
        if backlog != self._backlog:
            self._backlog = backlog
            log.info(
                "deliveries waiting=%d since=%s failed=%d",
                backlog.waiting,
                backlog.waiting_since.isoformat() if backlog.waiting_since else "-",
                backlog.failed,
            )


def service_client(runtime: Runtime) -> ServiceClient:
    """Return what calls the services of platforms in this installation's name."""
    master_key = runtime.settings.master_key

    def tool_key() -> HeldKey:
        with runtime.reading() as session:
            ring = load_tool_ring(session, master_key=master_key, now=runtime.clock())
        return ring.current(Algorithm.RS256)

    return ServiceClient(
        http=runtime.http,
        tokens=StoredServiceTokens(runtime.database, master_key, runtime.random_bytes),
        tool_key=tool_key,
        clock=runtime.clock,
        random_token=runtime.random_token,
    )


def make_consumer(runtime: Runtime) -> SteadyConsumer:
    """Return the consumer of the runtime's queue. TERM lets it finish what it has begun."""
    work = Work(runtime, lambda: bool(consumer.stop_flag.is_set()))
    queue, _ = make_queue(runtime.settings.queue_url, on_wake=work.wake, on_sweep=work.sweep)
    consumer = SteadyConsumer(
        queue,
        workers=THREADS,
        max_delay=POLLED_EVERY_SECONDS,
        scheduler_interval=SWEPT_EVERY_SECONDS,
        graceful_signal="TERM",
    )
    return consumer


def run_worker(runtime: Runtime) -> None:
    """Work until the process is told to stop. Takes the main thread and its signals.

    Raises:
        QueueError: the queue does not answer from the first.
    """
    consumer = make_consumer(runtime)
    check_queue(consumer.huey)
    # The demo shares a terminal with whoever clicks there: it tells them of trouble only.
    level = logging.WARNING if runtime.settings.is_demo else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("huey").setLevel(logging.WARNING)
    for name in ("huey.consumer.Worker", "huey.consumer.Scheduler"):
        logging.getLogger(name).addFilter(Seldom())
    log.info("worker started")
    consumer.run()
    log.info("worker stopped")
    runtime.http.close()
    runtime.database.dispose()
