"""Fixtures that many tests share: databases, a clock, an application, a launch."""

import gc
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key
from flask import Flask
from hypothesis import settings as hypothesis_settings
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.engine import make_url

from keys.sealing import MasterKey
from keys.signing import SigningKey, generate_rsa
from lti_tool.app import create_app, make_runtime
from lti_tool.config import Settings
from lti_tool.runtime import EXTENSION, Runtime
from lti_tool.services import keyring
from lti_tool.store import schema
from lti_tool.store.database import Database
from lti_tool.store.rows import Row
from tests.postgresql import SERVER, a_database

# Tests never race a clock: a busy machine is no fault of the code.
hypothesis_settings.register_profile("quatrefoil", deadline=None)
hypothesis_settings.load_profile("quatrefoil")

# Collecting garbage a hundred times less often saves a seventh of a run. Whatever a test
# lets go of is seldom in a ring, and the process ends with the run.
gc.set_threshold(50_000, 20, 10)

EMPTY_ALL = "; ".join(str(one.delete()) for one in reversed(Row.metadata.sorted_tables))
"""One trip to the server for all tables."""
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test the same in every process, also where a value holds a fresh id."""
    named = UUID_TEXT.sub("an-id", val) if isinstance(val, str) else None
    return named if named != val else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that have something slow: at the end, one process would wait for them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Leave all modules alone that were imported so far: they stay."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the random documents of a run were, so that it can be repeated."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "canonical form":
                counts += value
    if counts:
        terminalreporter.section("canonical form")
        seed = os.environ.get("QUATREFOIL_TEST_SEED", "1")
        found = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items())
        terminalreporter.write_line(f"QUATREFOIL_TEST_SEED={seed}: {found}")


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.now

    def advance(self, **duration: float) -> None:
        """Move on by a `timedelta` of these parts."""
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> FakeClock:
    """A clock at a fixed instant."""
    return FakeClock()


@pytest.fixture
def new_id() -> Callable[[], UUID]:
    """Random ids."""
    return uuid4


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> Iterator[str]:
    """A PostgreSQL database of this test process alone; skips where there is no server."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(a_database(f"quatrefoil_test_{worker_id}", is_durable=False))
        except Exception as exc:
            if os.environ.get("CI"):
                raise
            server = make_url(SERVER)
            pytest.skip(f"no PostgreSQL at {server.host}:{server.port} ({type(exc).__name__})")
        yield url


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this test process, also without pytest-xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    """The migrated PostgreSQL database of this test process."""
    database = Database(postgresql_url)
    schema.upgrade(database.engine)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The SQLite database of this test process; its file comes with each test."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'quatrefoil.db'}")
    # Nobody waits for a disk: a machine that fails takes the test's database with it.
    event.listen(
        database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous = OFF")
    )
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, sqlite_template: Path) -> Iterator[Database]:
    """An empty, migrated database; each test runs on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        found = request.getfixturevalue("postgresql_database")
        yield found
        # Many times faster than TRUNCATE, which makes each table's files anew.
        with found.engine.begin() as connection:
            connection.exec_driver_sql(EMPTY_ALL)
        return
    # One engine for all tests: it remembers how statements are compiled.
    found = request.getfixturevalue("sqlite_database")
    path = Path(found.engine.url.database)
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    path.write_bytes(sqlite_template.read_bytes())
    yield found
    found.dispose()


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """Settings of an installation at https://tool.example."""
    return Settings(
        base_url="https://tool.example",
        secret_key=secrets.token_urlsafe(48),
        master_key=MasterKey.parse(secrets.token_hex(32)),
        database_url=database.engine.url.render_as_string(hide_password=False),
        data_dir=tmp_path / "var",
        queue_url=f"sqlite:///{tmp_path / 'queue.db'}",
        files_url=f"file://{tmp_path / 'files'}",
        private_hosts=frozenset({"127.0.0.1"}),
    )


@pytest.fixture
def runtime(settings: Settings, database: Database, clock: FakeClock) -> Runtime:
    """The long-lived parts of one process, with a still clock and a worker that nobody wakes."""
    made = make_runtime(settings, clock=clock, wake=lambda: None)
    return replace(made, database=database)


@pytest.fixture(scope="session")
def rsa_keys() -> list[SigningKey]:
    """RSA keys that were made in this test process: making one takes longer than most tests."""
    return []


@pytest.fixture(autouse=True)
def _borrowed_rsa_keys(rsa_keys: list[SigningKey], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keyrings of one test get different RSA keys; the next test gets the same again."""
    numbers = count()

    def borrow() -> SigningKey:
        number = next(numbers)
        if number == len(rsa_keys):
            rsa_keys.append(generate_rsa())
        return rsa_keys[number]

    monkeypatch.setattr(keyring, "generate_rsa", borrow)


@pytest.fixture(scope="session", autouse=True)
def _loaded_keys() -> Iterator[None]:
    """Each key is read once in this test process: checking an RSA key takes 40 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "keys.signing.serialization.load_der_private_key", cache(load_der_private_key)
        )
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates compiled once for all applications of a test run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def own_app(runtime: Runtime, compiled_templates: BytecodeCache) -> Flask:
    """An application that a test may change."""
    made = create_app(runtime)
    made.jinja_env.bytecode_cache = compiled_templates
    made.testing = True
    # Errors are answered as in production, not raised into the test.
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """Where applications wait between two tests: their routes and templates take long."""
    return {}


class Lend(Protocol):
    """Lends an application around the runtime of this test, extended once for all tests."""

    def __call__(self, name: str, extend: Callable[[Flask], object]) -> Flask:
        """Return the application that `extend` was given when the first test asked for `name`."""


@pytest.fixture
def lend(request: pytest.FixtureRequest, apps: dict[str, Flask], runtime: Runtime) -> Lend:
    """Applications that more tests than one can use, with routes of their own."""

    def lend(name: str, extend: Callable[[Flask], object]) -> Flask:
        if name not in apps:
            made: Flask = request.getfixturevalue("own_app")
            extend(made)
            apps[name] = made
        lent = apps[name]
        lent.extensions[EXTENSION] = runtime
        lent.config["BABEL_DEFAULT_TIMEZONE"] = runtime.settings.timezone
        return lent

    return lend


@pytest.fixture
def app(lend: Lend) -> Flask:
    """The application around the runtime of this test."""
    return lend("", lambda _: None)
