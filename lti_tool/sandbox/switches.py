"""The habits of the practice LMS that can be switched while it runs."""

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from lti_tool.sandbox.documents import typed_values
from lti_tool.sandbox.errors import RequestError
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.state import read_note, write_note


class Privacy(StrEnum):
    """How much of a person the platform tells the tool."""

    PUBLIC = "public"
    NAME_ONLY = "name_only"
    EMAIL_ONLY = "email_only"
    ANONYMOUS = "anonymous"


class Storage(StrEnum):
    """How the platform answers LTI platform storage messages."""

    OFF = "off"
    """Does not offer it."""
    ON = "on"
    SILENT = "silent"
    """Offers it and never answers, as the Canvas apps on phones do."""
    ERROR = "error"
    """Offers it and answers every message with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The habits of the platform; the defaults are those of the generic family."""

    login_method: str = "GET"
    """How login is begun: GET or POST."""
    storage: Storage = Storage.OFF
    storage_target: str = "_parent"
    """`_parent`, or the name of a frame of the page that holds the storage."""
    privacy: Privacy = Privacy.PUBLIC
    has_short_roles: bool = False
    """Launches carry bare role names, which are deprecated but seen."""
    is_staff_elsewhere: bool = False
    """Everybody also carries institution and system roles of an administrator."""
    expands_variables: bool = True
    """False leaves every `$Variable` of the custom parameters as it is."""
    has_wrong_resource_link: bool = False
    """Launches from the gradebook carry the id of another link."""
    authorization_error: str = ""
    """Answer every authentication request with this error."""
    id_token_seconds: int = 60
    access_token_seconds: int = 3600
    clock_offset_seconds: int = 0
    """How far the platform's clock is ahead of ours; negative is behind."""


_BY_FAMILY = {
    Family.GENERIC: Switches(),
    Family.CANVAS: Switches(
        login_method="POST",
        storage=Storage.ON,
        storage_target="post_message_forwarding",
        has_wrong_resource_link=True,
    ),
    Family.MOODLE: Switches(login_method="POST"),
}


def read_switches(db: sqlite3.Connection, family: Family) -> Switches:
    """Return the switches as they stand."""
    return _changed(_BY_FAMILY[family], read_note(db, "switches"))


def change_switches(db: sqlite3.Connection, family: Family, changes: object) -> Switches:
    """Set some switches; the others stay.

    Raises:
        RequestError: an unknown switch, or a value of another kind.
    """
    if not isinstance(changes, dict):
        raise RequestError("Send a JSON object of switches.")
    kept = {**read_note(db, "switches"), **changes}
    switches = _changed(_BY_FAMILY[family], kept)
    write_note(db, "switches", kept)
    return switches


def switches_document(switches: Switches) -> dict[str, object]:
    """Return the switches as JSON."""
    return asdict(switches)


def _changed(switches: Switches, changes: Mapping[str, object]) -> Switches:
    """Return `switches` with `changes`, each checked against its default's type."""
    changed = replace(switches, **typed_values(Switches, changes))
    if changed.login_method not in {"GET", "POST"}:
        raise RequestError("login_method is GET or POST.")
    return changed
