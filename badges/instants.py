"""Instants as Open Badges write them: XML Schema dateTimeStamp, always with a zone."""

import re
from datetime import UTC, datetime

_DATE_TIME_STAMP = re.compile(
    r"(?P<seconds>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?P<fraction>\.[0-9]{1,20})?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})"
)

_USUAL = len("2026-11-21T12:00:00Z")
"""What matches and has this length is in UTC, in whole seconds."""


def format_instant(instant: datetime) -> str:
    """Return `instant` in UTC, cut to whole seconds: 2026-11-21T12:00:00Z.

    Raises:
        ValueError: `instant` is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    text = instant.astimezone(UTC).isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z"


def parse_instant(text: object) -> datetime:
    """Return the instant in a date-time with a zone; digits beyond microseconds are cut.

    Raises:
        ValueError: anything else, a date without zone or an hour 24 included.
    """
    match = _DATE_TIME_STAMP.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("not a date-time with a zone")
    if len(match[0]) == _USUAL:
        return datetime.fromisoformat(match[0])
    fraction = (match["fraction"] or ".0")[:7]
    instant = datetime.fromisoformat(f"{match['seconds']}{fraction}{match['zone']}")
    try:
        return instant.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("an instant outside the years 1 to 9999") from exc
