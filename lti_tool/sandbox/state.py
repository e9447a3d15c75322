"""Where the practice LMS keeps what it knows: one SQLite database.

Plain `sqlite3` on purpose: the platform shares no code with the tool. One
connection, one lock: a practice LMS has a handful of visitors. The file holds
the names of invented people and a private key, and is readable by its owner only.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import RLock

from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.jose import PlatformKey
from lti_tool.sandbox.model import Activity, Course, Person
from lti_tool.sandbox.settings import PlatformSettings

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
  id TEXT PRIMARY KEY, given_name TEXT NOT NULL, family_name TEXT NOT NULL,
  email TEXT NOT NULL, sourced_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS course (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, title TEXT NOT NULL, history TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS membership (
  course_id TEXT NOT NULL REFERENCES course, person_id TEXT NOT NULL REFERENCES person,
  role TEXT NOT NULL, PRIMARY KEY (course_id, person_id));
CREATE TABLE IF NOT EXISTS activity (
  id TEXT PRIMARY KEY, course_id TEXT NOT NULL REFERENCES course, title TEXT NOT NULL,
  description TEXT NOT NULL, custom TEXT NOT NULL, placement TEXT NOT NULL, points TEXT,
  url TEXT NOT NULL, resource_id TEXT NOT NULL, tag TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS result (
  activity_id TEXT NOT NULL REFERENCES activity, person_id TEXT NOT NULL REFERENCES person,
  score TEXT, activity_progress TEXT NOT NULL, grading_progress TEXT NOT NULL, timestamp TEXT,
  comments TEXT NOT NULL, submitted_at TEXT NOT NULL, submission_url TEXT NOT NULL,
  attempts INTEGER NOT NULL, is_overridden INTEGER NOT NULL,
  PRIMARY KEY (activity_id, person_id));
CREATE TABLE IF NOT EXISTS score_post (
  id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, line_item_id TEXT NOT NULL,
  content_type TEXT NOT NULL, body TEXT NOT NULL, answered TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, person_id TEXT NOT NULL REFERENCES person);
CREATE TABLE IF NOT EXISTS launch (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS access_token (
  token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used_id (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS signing_key (
  position INTEGER PRIMARY KEY AUTOINCREMENT, kid TEXT NOT NULL UNIQUE, pem TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failure (
  id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, document TEXT NOT NULL);
"""
"""Points and scores are decimal text, instants ISO 8601, mappings JSON.

`used_id` holds what must not come twice: `jti` of assertions, nonces of
deep linking responses. The newest signing key signs, all of them are published.
"""


class State:
    """The database of one practice LMS."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        self._lock = RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to one caller; an exception undoes what was written.

        A transaction inside another of the same thread is part of it.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the database; what was only in memory is gone."""
        with self._lock:
            self._connection.close()


def fill(db: sqlite3.Connection, settings: PlatformSettings) -> None:
    """Make a first key, and write people, courses and activities into an empty state."""
    if not list_keys(db):
        add_key(db)
    if db.execute("SELECT 1 FROM course").fetchone():
        return
    for person in settings.people:
        insert_person(db, person)
    for course in settings.courses:
        insert_course(db, course)
    for activity in settings.activities:
        insert_activity(db, activity)


def insert_person(db: sqlite3.Connection, person: Person) -> None:
    """Write a person."""
    db.execute(
        "INSERT INTO person VALUES (?, ?, ?, ?, ?)",
        (person.id, person.given_name, person.family_name, person.email, person.sourced_id),
    )


def insert_course(db: sqlite3.Connection, course: Course) -> None:
    """Write a course with its members."""
    db.execute(
        "INSERT INTO course VALUES (?, ?, ?, ?)",
        (course.id, course.label, course.title, json.dumps(course.history)),
    )
    db.executemany(
        "INSERT INTO membership VALUES (?, ?, ?)",
        [(course.id, person_id, role.value) for person_id, role in course.members.items()],
    )


def insert_activity(db: sqlite3.Connection, activity: Activity) -> None:
    """Write an activity."""
    db.execute(
        "INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            activity.id,
            activity.course_id,
            activity.title,
            activity.description,
            json.dumps(dict(activity.custom)),
            activity.placement.value,
            None if activity.points is None else str(activity.points),
            activity.url,
            activity.resource_id,
            activity.tag,
        ),
    )


def add_key(db: sqlite3.Connection) -> PlatformKey:
    """Make a key that signs from now on; the older ones stay published."""
    key = PlatformKey.generate(secrets.token_hex(10))
    db.execute("INSERT INTO signing_key (kid, pem) VALUES (?, ?)", (key.kid, key.to_pem()))
    return key


def drop_old_keys(db: sqlite3.Connection) -> None:
    """Publish the signing key only."""
    db.execute("DELETE FROM signing_key WHERE position < (SELECT max(position) FROM signing_key)")


def list_keys(db: sqlite3.Connection) -> tuple[PlatformKey, ...]:
    """Return every published key; the last one signs."""
    rows = db.execute("SELECT kid, pem FROM signing_key ORDER BY position")
    return tuple(_load_key(row["kid"], row["pem"]) for row in rows)


@lru_cache(maxsize=16)
def _load_key(kid: str, pem: str) -> PlatformKey:
    """Read a key once: checking an RSA key takes longer than signing with it."""
    return PlatformKey.from_pem(kid, pem)


def use_once(db: sqlite3.Connection, id_: str) -> None:
    """Remember `id_`; raise `TokenInvalidError` if it was seen before."""
    cursor = db.execute("INSERT INTO used_id VALUES (?) ON CONFLICT DO NOTHING", (id_,))
    if not cursor.rowcount:
        raise TokenInvalidError("used before")


def next_id(db: sqlite3.Connection) -> str:
    """Return an id that no course and no activity has yet."""
    row = db.execute(
        "SELECT max(CAST(id AS INTEGER)) FROM (SELECT id FROM course UNION SELECT id FROM activity)"
    ).fetchone()
    return str((row[0] or 0) + 1)


def read_note(db: sqlite3.Connection, key: str) -> dict[str, object]:
    """Return the JSON object kept under `key`, or an empty one."""
    row = db.execute("SELECT document FROM note WHERE key = ?", (key,)).fetchone()
    return dict(json.loads(row["document"])) if row else {}


def write_note(db: sqlite3.Connection, key: str, document: dict[str, object]) -> None:
    """Keep a JSON object under `key`."""
    db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, json.dumps(document)))


def instant_text(instant: datetime | None) -> str | None:
    """Return an instant as the database holds it."""
    return None if instant is None else instant.isoformat()


def instant_of(text: str | None) -> datetime | None:
    """Return the instant that `instant_text` wrote."""
    return None if text is None else datetime.fromisoformat(text)
