"""The queue, made on demand and never at import.

Its only tasks are `wake` and a `sweep` each minute, both idempotent: a killed
worker loses the task that it was running (tried), so the row is the truth and
the queue only wakes. No Huey retries, no results.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import SqliteStorage

from lti_tool.errors import QueueError, SettingsError

NAME = "quatrefoil"
WORKER_PATIENCE_SECONDS = 5
# Somebody waits for a page meanwhile, and the sweep finds the row within a minute.
WAKING_PATIENCE_SECONDS = 1

log = logging.getLogger("quatrefoil")


class JSONSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages as JSON: what lies in a queue database must not be able to run code."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name]).encode()

    def _deserialize(self, data: bytes) -> Message:
        task_id, name = json.loads(data)
        return Message(str(task_id), str(name))


class QueueFile(SqliteStorage):  # type: ignore[misc]  # huey has no types
    """A queue in an SQLite file: opened when it is needed, made again when it is gone."""

    _conn: sqlite3.Connection | None
    _identity: tuple[int, int] | None = None

    @property
    def conn(self) -> sqlite3.Connection:
        """The connection to the file that is there now."""
        if self._conn is not None and self._identity != _identity_of(self.filename):
            self._conn.close()
            self._conn = None
        if self._conn is None:
            self._conn = self._create_connection()
        return self._conn

    def _create_connection(self) -> sqlite3.Connection:
        Path(self.filename).parent.mkdir(parents=True, exist_ok=True)
        connection: sqlite3.Connection = super()._create_connection()
        try:
            for statement in self.ddl:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        self._identity = _identity_of(self.filename)
        return connection


def make_queue(
    queue_url: str,
    *,
    on_wake: Callable[[], None],
    on_sweep: Callable[[], None],
    patience_seconds: float = WORKER_PATIENCE_SECONDS,
) -> tuple[Huey, Callable[[], object]]:
    """Return the queue at `queue_url`, and what puts a `wake` into it. Connects to nothing yet.

    Args:
        queue_url: `sqlite:///path` or `redis://host:port/db`.
        on_wake: What a wake-up call leads to; idempotent.
        on_sweep: What is done each minute; idempotent.
        patience_seconds: How long to wait for a queue that is locked or does not answer.

    Raises:
        SettingsError: the URL is of another kind, or Redis's client is not installed.
    """
    options: dict[str, Any] = {"results": False, "serializer": JSONSerializer()}
    if queue_url.startswith("sqlite:///"):
        options |= {"filename": queue_url.removeprefix("sqlite:///"), "timeout": patience_seconds}
        queue = SqliteHuey(
            NAME, storage_class=QueueFile, create_tables=False, fsync=False, **options
        )
    else:
        pool = _redis_pool(queue_url, patience_seconds)
        queue = RedisHuey(NAME, connection_pool=pool, **options)

    # Messages carry the names of these two, which are thus the same in every process.
    def wake() -> None:
        on_wake()

    def sweep() -> None:
        on_sweep()

    queue.periodic_task(crontab(minute="*"))(sweep)
    return queue, queue.task()(wake)


def check_queue(queue: Huey) -> None:
    """Return when the queue answers.

    Raises:
        QueueError: it does not; the message says what to do, and holds no password.
    """
    try:
        queue.pending_count()
    except Exception as exc:
        kind = "Redis" if isinstance(queue, RedisHuey) else "its file"
        raise QueueError(
            f"The queue does not answer ({type(exc).__name__}): see to {kind}, or correct "
            "QUATREFOIL_QUEUE_URL; then start the worker again."
        ) from exc


def make_wake(queue_url: str) -> Callable[[], None]:
    """Return a function that wakes the worker behind `queue_url`, and never fails its caller."""
    queue, enqueue = make_queue(
        queue_url, on_wake=_nothing, on_sweep=_nothing, patience_seconds=WAKING_PATIENCE_SECONDS
    )

    def wake() -> None:
        try:
            # One call that waits wakes for everybody; without a worker they do not pile up.
            if queue.pending_count() == 0:
                enqueue()
        except Exception as exc:  # noqa: BLE001 - of whatever kind of queue
            # The sweep finds the row within a minute: the caller's own work is done.
            log.warning("the queue did not take a wake-up call (%s)", type(exc).__name__)

    return wake


def _redis_pool(queue_url: str, patience_seconds: float) -> object:
    if not queue_url.startswith(("redis://", "rediss://")):
        raise SettingsError(("QUATREFOIL_QUEUE_URL must begin with sqlite:/// or redis://.",))
    try:
        from redis import ConnectionPool  # noqa: PLC0415 - an extra, not installed everywhere
    except ImportError as exc:
        raise SettingsError(
            ("QUATREFOIL_QUEUE_URL names Redis: install quatrefoil[redis].",)
        ) from exc
    return ConnectionPool.from_url(
        queue_url, socket_timeout=patience_seconds, socket_connect_timeout=patience_seconds
    )


def _identity_of(filename: str) -> tuple[int, int] | None:
    try:
        found = Path(filename).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _nothing() -> None:
    """Stand in for the work in processes that only wake."""
