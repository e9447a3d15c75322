"""Read models of publishing a badge and of its versions."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.pages.desk import DeskHead
from lti_tool.services.pages.editor import BadgeHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding, with the place in the editor where it is put right; `field` asks for a reason."""

    text: str
    url: str
    field: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """How many learners of a course are still at work on a version."""

    course: str
    version: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage:
    """What publishing would do, and what stops it."""

    badge: BadgeHead
    url: str
    edit_url: str
    draft_id: str
    revision: int
    stopping: tuple[Told, ...]
    asking: tuple[Told, ...]
    telling: tuple[Told, ...]
    licence: str
    """Empty: not said."""
    licence_url: str
    attribution: str
    origin: str
    changes: tuple[str, ...]
    """Against the version before; empty where there is none."""
    former: int | None
    """The number of the version before."""
    open_work: tuple[OpenWork, ...]
    moving: tuple[str, ...]
    """Titles of activities that open the new version for whoever begins from now on."""
    staying: tuple[str, ...]
    """Those that stay: the new version lacks their scored task."""
    is_overtaken: bool
    note: str

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedByPage:
    """Somebody else was first: who published what, and when."""

    badge: BadgeHead
    version: int
    by: str
    at: datetime | None
    note: str
    versions_url: str
    edit_url: str

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version, and what it changed against the one before."""

    number: int
    state: str
    by: str
    """Empty for an operator, and for what is not published."""
    at: datetime | None
    note: str
    changes: tuple[str, ...]
    open_work: tuple[OpenWork, ...]
    public_url: str
    """Empty where it is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage:
    """The versions of a badge, newest first."""

    badge: BadgeHead
    versions: tuple[VersionView, ...]
    can_retire: bool
    retire_url: str
    activities: tuple[str, ...]

    @property
    def head(self) -> DeskHead:
        """What `desk/base.html` asks of every page."""
        return self.badge.desk
