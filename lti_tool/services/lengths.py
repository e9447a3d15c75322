"""How long something plays, as people write it: 12:30, or 1:02:30. Pure."""

import re

_LENGTH = re.compile("(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])")
_MINUTES_OF_AN_HOUR = 60


def parse_length(text: str) -> int | None:
    """Return milliseconds; None where `text` is no length above nothing."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if match[1] and minutes >= _MINUTES_OF_AN_HOUR:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 or None


def hours_text(minutes: int) -> str:
    """Return minutes as hours, to the quarter of an hour where they are no whole ones."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def length_text(milliseconds: int | None) -> str:
    """Return a length to the second, as `parse_length` takes it; nothing for None."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02}"
