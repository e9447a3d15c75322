"""The queue: two messages that carry nothing, in a place that may be locked, broken or gone."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huey import Huey
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from lti_tool.errors import QueueError, SettingsError
from lti_tool.jobs import queue as queues
from lti_tool.jobs.queue import check_queue, make_queue, make_wake

REDIS_URL = os.environ.get("QUATREFOIL_TEST_REDIS", "redis://127.0.0.1:6379/13")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the queue's file will be."""
    return tmp_path / "deep" / "queue.db"


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis database of this test alone, emptied before and after; skips without a server."""
    client = Redis.from_url(REDIS_URL, socket_connect_timeout=1)
    try:
        client.flushdb()
    except RedisConnectionError as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Redis at {REDIS_URL} ({type(exc).__name__})")
    yield REDIS_URL
    client.flushdb()
    client.close()


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """The URL of a queue of each kind."""
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    return f"sqlite:///{path}"


def a_queue(url: str, done: list[str]) -> tuple[Huey, Callable[[], object]]:
    """A queue whose tasks note that they ran."""
    return make_queue(
        url,
        on_wake=lambda: done.append("wake"),
        on_sweep=lambda: done.append("sweep"),
        patience_seconds=0.2,
    )


def run_one(queue: Huey) -> None:
    """Do what a worker's thread does."""
    queue.execute(queue.dequeue())


def test_making_a_queue_touches_nothing(path: Path) -> None:
    """A web process starts whatever the state of the queue."""
    make_wake(f"sqlite:///{path}")

    assert not path.parent.exists()


def test_a_wake_up_call_goes_from_process_to_process(url: str) -> None:
    """What one puts in, another takes out and runs; then it is gone."""
    done: list[str] = []
    make_wake(url)()
    queue, _ = a_queue(url, done)

    assert queue.pending_count() == 1
    run_one(queue)
    assert done == ["wake"]
    assert queue.pending_count() == 0


def test_a_sweep_goes_through_the_queue_too(url: str) -> None:
    """It is due each minute, and survives being written and read."""
    done: list[str] = []
    queue, _ = a_queue(url, done)
    (task,) = queue.read_periodic(None)
    queue.enqueue(task)
    found = queue.dequeue()

    assert (found.id, found.retries, found.eta) == (task.id, 0, None)
    queue.execute(found)
    assert done == ["sweep"]


def test_calls_do_not_pile_up(url: str) -> None:
    """Without a worker one call waits, and wakes it for everybody."""
    wake = make_wake(url)
    for _ in range(5):
        wake()

    queue, _ = a_queue(url, [])
    assert queue.pending_count() == 1


def test_messages_are_json(path: Path) -> None:
    """What lies in the file is an id and a name, and cannot run code."""
    make_wake(f"sqlite:///{path}")()
    with sqlite3.connect(path) as connection:
        (data,) = connection.execute("SELECT data FROM task").fetchone()

    assert data.startswith(b'["')
    assert data.endswith(b', "lti_tool.jobs.queue.wake"]')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'["x", "os.system"]',
        b'[["x"], ["y"]]',
        b"\x80\x05N.",
        b"[1,2,3]",
    ],
)
def test_a_message_of_a_stranger_is_dropped(path: Path, data: bytes) -> None:
    """It fails where it is read, is gone, and the next one runs."""
    done: list[str] = []
    queue, enqueue = a_queue(f"sqlite:///{path}", done)
    queue.storage.enqueue(data)
    enqueue()

    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, the consumer logs it
        queue.dequeue()
    run_one(queue)
    assert done == ["wake"]


def test_a_file_that_was_deleted_is_made_again(path: Path) -> None:
    """Both sides go on with the new file, without a restart."""
    done: list[str] = []
    wake = make_wake(f"sqlite:///{path}")
    queue, _ = a_queue(f"sqlite:///{path}", done)
    wake()
    run_one(queue)
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()

    assert queue.dequeue() is None
    wake()
    run_one(queue)
    assert done == ["wake", "wake"]


def test_a_file_that_was_replaced_is_opened_anew(path: Path) -> None:
    """An empty file in its place becomes a queue."""
    done: list[str] = []
    wake = make_wake(f"sqlite:///{path}")
    wake()
    for file in path.parent.iterdir():
        file.unlink()
    path.touch()
    wake()

    run_one(a_queue(f"sqlite:///{path}", done)[0])
    assert done == ["wake"]


def test_a_locked_queue_holds_nobody_up(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who wakes waits a moment, goes on, and leaves a line in the log."""
    monkeypatch.setattr(queues, "WAKING_PATIENCE_SECONDS", 0.1)
    wake = make_wake(f"sqlite:///{path}")
    wake()
    run_one(a_queue(f"sqlite:///{path}", [])[0])
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        began_at = time.monotonic()
        wake()
        took = time.monotonic() - began_at

    assert took < 2
    assert "did not take a wake-up call" in caplog.text


def test_a_broken_queue_fails_nobody(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither garbage in its place nor a folder."""
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    make_wake(f"sqlite:///{path}")()
    make_wake(f"sqlite:///{path.parent}")()

    assert caplog.text.count("did not take a wake-up call") == 2
    assert len(caplog.text.splitlines()) == 2


def test_a_redis_that_does_not_answer_fails_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The sweep finds the row all the same."""
    make_wake("redis://127.0.0.1:1/0")()

    assert "did not take a wake-up call" in caplog.text


def test_a_queue_that_answers_passes_the_check(path: Path, redis_url: str) -> None:
    """Of either kind, also when it was never used."""
    for url in (f"sqlite:///{path}", redis_url):
        check_queue(a_queue(url, [])[0])


def test_a_queue_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    """With its setting and what to do, but not with its URL, which may hold a password."""
    for url, words in (
        ("redis://user:password@127.0.0.1:1/0", "see to Redis"),
        (f"sqlite:///{tmp_path}", "see to its file"),
    ):
        with pytest.raises(QueueError, match="QUATREFOIL_QUEUE_URL") as caught:
            check_queue(a_queue(url, [])[0])
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "password" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "queue.db", "amqp://broker", "postgresql://x"])
def test_another_kind_of_queue_is_refused(url: str) -> None:
    """The operator reads which kinds there are."""
    with pytest.raises(SettingsError, match="QUATREFOIL_QUEUE_URL"):
        make_wake(url)


def test_redis_without_its_client_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads what to install."""
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    with pytest.raises(SettingsError, match=r"quatrefoil\[redis\]"):
        make_wake("redis://127.0.0.1:6379/13")
