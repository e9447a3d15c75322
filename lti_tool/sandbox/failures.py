"""Failures that the practice LMS can be told to have."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lti_tool.sandbox.documents import typed_value, typed_values
from lti_tool.sandbox.errors import RequestError

MAXIMUM_SECONDS = 3600
STATUS_RANGE = range(200, 600)


class Service(StrEnum):
    """What can be made to fail."""

    SCORES = "scores"
    RESULTS = "results"
    LINE_ITEMS = "line_items"
    MEMBERSHIPS = "memberships"
    TOKEN = "token"  # noqa: S105  # the name of a service
    JWKS = "jwks"


class FailureKind(StrEnum):
    """How a service fails."""

    STATUS = "status"
    """Answers with the status of the failure."""
    HTML = "html"
    """Answers 200 with a page, as a proxy or a login wall does."""
    SLOW = "slow"
    """Waits, then answers as it should."""
    DROP = "drop"
    """Closes the connection without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure to come: for the next `times` requests, or until an instant."""

    service: Service = Service.SCORES
    kind: FailureKind = FailureKind.STATUS
    status: int = 500
    reason: str = ""
    """The text of the answer."""
    retry_after: str = ""
    """The value of a Retry-After header: seconds or an HTTP date."""
    seconds: int = 0
    """How long SLOW waits."""
    is_processed: bool = False
    """The request is served first, then the answer is lost: the outcome is unknown."""
    times: int = 1
    until: str = ""
    """Fail until this instant instead of `times`; ISO 8601."""


def add_failure(db: sqlite3.Connection, wish: object, now: datetime) -> Failure:
    """Arrange a failure; `for_seconds` in the wish makes it one for a period.

    Raises:
        RequestError: the wish is malformed.
    """
    if not isinstance(wish, dict):
        raise RequestError("Send a JSON object with service, kind and times.")
    wish = dict(wish)
    if "for_seconds" in wish:
        seconds = typed_value("for_seconds", wish.pop("for_seconds"), int)
        wish["until"] = (now + timedelta(seconds=_bounded(seconds))).isoformat()
    failure = _failure(wish)
    db.execute("INSERT INTO failure (document) VALUES (?)", (json.dumps(asdict(failure)),))
    return failure


def take_failure(db: sqlite3.Connection, service: Service, now: datetime) -> Failure | None:
    """Return the failure that the next request of a service meets, and count it."""
    for row in db.execute("SELECT id, document FROM failure ORDER BY id").fetchall():
        failure = _failure(json.loads(row["document"]))
        if failure.until and _instant(failure.until) <= now:
            db.execute("DELETE FROM failure WHERE id = ?", (row["id"],))
        elif failure.service is service:
            _count(db, row["id"], failure)
            return failure
    return None


def list_failures(db: sqlite3.Connection) -> tuple[Failure, ...]:
    """Return the failures that are still to come."""
    rows = db.execute("SELECT document FROM failure ORDER BY id")
    return tuple(_failure(json.loads(row["document"])) for row in rows)


def clear_failures(db: sqlite3.Connection) -> None:
    """Let everything work again."""
    db.execute("DELETE FROM failure")


def _count(db: sqlite3.Connection, id_: int, failure: Failure) -> None:
    """Use up one time of a failure that is not for a period."""
    if failure.until:
        return
    if failure.times <= 1:
        db.execute("DELETE FROM failure WHERE id = ?", (id_,))
        return
    left = json.dumps(asdict(replace(failure, times=failure.times - 1)))
    db.execute("UPDATE failure SET document = ? WHERE id = ?", (left, id_))


def _failure(document: Mapping[str, object]) -> Failure:
    """Return the failure that a JSON object describes, or raise `RequestError`."""
    failure = Failure(**typed_values(Failure, document))
    if failure.status not in STATUS_RANGE:
        raise RequestError("status goes from 200 to 599.")
    _bounded(failure.seconds)
    if failure.until:
        _instant(failure.until)
    return failure


def _instant(text: str) -> datetime:
    """Return an ISO 8601 instant with its zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestError("until is an ISO 8601 instant.") from error
    if instant.tzinfo is None:
        raise RequestError("until has no zone.")
    return instant


def _bounded(seconds: object) -> int:
    """Return a number of seconds from 0 to an hour."""
    if not isinstance(seconds, int) or not 0 <= seconds <= MAXIMUM_SECONDS:
        raise RequestError("Seconds go from 0 to 3600.")
    return seconds
