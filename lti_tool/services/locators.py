"""Where in a piece of evidence to look: a page, a time, or a heading in the learner's words."""

import re
from dataclasses import dataclass

_PAGE = re.compile(r"(?:p|pp|pg|page)?[. ]*([1-9][0-9]{0,4})(?:\s*[-\u2013].*)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])(?:\s*[-\u2013].*)?")
_UNITS = re.compile(
    r"(?:([0-9]{1,2})\s*h)?\s*(?:([0-9]{1,3})\s*m(?:in)?)?\s*(?:([0-9]{1,4})\s*s(?:ec)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page (from 1) or a second (from 0) that a viewer can be sent to; at most one is set."""

    page: int | None = None
    seconds: int | None = None

    @property
    def fragment(self) -> str:
        """What to put behind a file's address: `#page=`, `#t=`, or nothing."""
        if self.page is not None:
            return f"#page={self.page}"
        return "" if self.seconds is None else f"#t={self.seconds}"


def locator_kind(source_kind: str) -> str:
    """Return what locates something in a kind of source: page, time or section."""
    if source_kind in {"video", "audio"}:
        return "time"
    if source_kind == "pdf":
        return "page"
    return "section" if source_kind else ""


def find_place(source_kind: str, locator: str) -> Place:
    """Return the place that a locator names; neither page nor second where it is just words.

    Of a range ("4-6", "3:12 to the end" with a dash) the beginning counts. A
    bare number is a page; it is no time, because it may mean minutes or seconds.
    """
    text = locator.strip()
    kind = locator_kind(source_kind)
    if kind == "page" and (page := _PAGE.fullmatch(text)):
        return Place(page=int(page[1]))
    if kind == "time" and text:
        match = _CLOCK.fullmatch(text) or _UNITS.fullmatch(text)
        if match:
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return Place(seconds=hours * 3600 + minutes * 60 + seconds)
    return Place()
