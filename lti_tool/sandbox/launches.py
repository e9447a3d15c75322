"""Launches: begun on a page, fetched once by the authentication request."""

import json
import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from lti_tool.sandbox.courses import get_activity, get_course, get_person
from lti_tool.sandbox.errors import TokenInvalidError
from lti_tool.sandbox.model import Activity, Course, Family, Launch, MessageKind, Person, Placement
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.sandbox.state import use_once
from lti_tool.sandbox.switches import Switches, read_switches

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchFacts:
    """All that the claims of one launch are made of."""

    settings: PlatformSettings
    switches: Switches
    launch: Launch
    person: Person
    course: Course
    activity: Activity | None
    """None for deep linking, where the activity does not exist yet."""


def begin_launch(db: sqlite3.Connection, launch: Launch) -> Launch:
    """Store a launch that is about to be sent to the tool."""
    document = {**asdict(launch), "created_at": launch.created_at.isoformat()}
    db.execute("INSERT INTO launch VALUES (?, ?)", (launch.id, json.dumps(document)))
    return launch


def new_launch_id() -> str:
    """Return an id that cannot be guessed."""
    return secrets.token_urlsafe(18)


def get_launch(db: sqlite3.Connection, launch_id: str, now: datetime) -> Launch:
    """Return a launch that was begun in the last minutes.

    Raises:
        TokenInvalidError: there is none.
    """
    row = db.execute("SELECT document FROM launch WHERE id = ?", (launch_id,)).fetchone()
    if row is None:
        raise TokenInvalidError("The launch is unknown.")
    document = json.loads(row["document"])
    launch = Launch(
        **{
            **document,
            "kind": MessageKind(document["kind"]),
            "placement": Placement(document["placement"]),
            "created_at": datetime.fromisoformat(document["created_at"]),
        }
    )
    if now - launch.created_at >= LIFETIME:
        raise TokenInvalidError("The launch is too old.")
    return launch


def take_launch(db: sqlite3.Connection, family: Family, hint: str, now: datetime) -> Launch:
    """Return the launch that a message hint names, and use it up.

    Raises:
        TokenInvalidError: the hint came back changed, or names a launch that
            is unknown, used or too old.
    """
    launch = get_launch(db, _launch_id_of(family, hint), now)
    if message_hint(family, launch) != hint:
        raise TokenInvalidError("The message hint came back changed.")
    use_once(db, f"launch {launch.id}")
    return launch


def gather_facts(db: sqlite3.Connection, settings: PlatformSettings, launch: Launch) -> LaunchFacts:
    """Return what the claims of `launch` are made of."""
    return LaunchFacts(
        settings=settings,
        switches=read_switches(db, settings.family),
        launch=launch,
        person=get_person(db, launch.person_id),
        course=get_course(db, launch.course_id),
        activity=get_activity(db, launch.activity_id) if launch.activity_id else None,
    )


def message_hint(family: Family, launch: Launch) -> str:
    """Return the hint that the tool must send back letter by letter."""
    if family is Family.MOODLE:
        return json.dumps({"cmid": launch.activity_id, "launchid": launch.id})
    return launch.id


def _launch_id_of(family: Family, hint: str) -> str:
    """Return the launch id in a message hint."""
    if family is not Family.MOODLE:
        return hint
    try:
        return str(json.loads(hint)["launchid"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise TokenInvalidError("The message hint came back changed.") from error
