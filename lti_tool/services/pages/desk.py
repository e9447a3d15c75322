"""Read models of the program desk."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.models import AchievementSummary
from lti_tool.services.pages.assessor import Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskHead:
    """What stands on top of every page of one program's desk."""

    program_title: str
    home_url: str
    tabs: tuple[tuple[str, str], ...]
    """Codes and addresses; the words live in desk/base.html."""
    programs_url: str | None
    """Where another program is chosen; None where there is only one."""
    course_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedProgram:
    """A program that others look after, and whom to ask."""

    title: str
    coordinators: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskHomePage:
    """The programs that somebody coordinates, those of others, and where an invitation opens."""

    programs: tuple[tuple[str, str], ...]
    """Titles and addresses."""
    others: tuple[AskedProgram, ...]
    invite_url: str
    course_url: str
    code: str = ""
    """As it was typed in and refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBadge:
    """One badge of a program; `state` as on pills: placeholder, draft, published, retired."""

    summary: AchievementSummary
    state: str
    version: int
    published_by: str
    published_at: datetime | None
    has_draft: bool
    """Whether somebody is changing it beside what is published."""
    count_criteria: int
    open_questions: tuple[str, ...]
    """What its source leaves open."""
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramPage:
    """A program with its badges."""

    head: DeskHead
    description: str
    badges: tuple[DeskBadge, ...]
    count_defined: int
    open_questions: tuple[str, ...]
    add_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody with a name, and since when; `is_me` for the reader."""

    id: str
    name: str
    since: datetime
    is_me: bool
    may_release: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteView:
    """An invitation that nobody has used yet."""

    id: str
    label: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Coordinators, invitations, assessors, and who may release."""

    head: DeskHead
    coordinators: tuple[PersonView, ...]
    invites: tuple[InviteView, ...]
    assessors: tuple[PersonView, ...]
    staff: tuple[tuple[str, str], ...]
    """Ids and names of whoever could be named as an assessor."""
    release_by: str
    url: str
    code: str = ""
    """A new invitation's, shown this once."""
    code_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseView:
    """A course, whether it may award, and until when (a day, or as it was typed)."""

    id: str
    title: str
    is_named: bool
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursesPage:
    """Which courses may award the program's badges."""

    head: DeskHead
    rule: str
    courses: tuple[CourseView, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One line of the log; the words for `action` live in components/events.html."""

    at: datetime
    actor: str
    """Empty for an operator."""
    action: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Who did what in a program, newest first."""

    head: DeskHead
    events: tuple[EventView, ...]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class GridBadge:
    """A column: one badge, and how many of the listed learners stand how with it."""

    id: str
    position: int
    title: str
    count_earned: int = 0
    count_working: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """How a learner stands with a badge: a state as on pills, or nothing."""

    state: str
    since: datetime | None
    is_again: bool = False
    """Whether it was given again after it had been taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One learner; cells in the order of the badges."""

    name: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPage:
    """The learners of a program and its badges. `course`, `badge` and `name` are the filter."""

    head: DeskHead
    badges: tuple[GridBadge, ...]
    rows: tuple[GridRow, ...]
    count: int
    courses: tuple[tuple[str, str], ...]
    course: str
    badge: str
    """Id of a badge and a `Standing`, with a colon between."""
    name: str
    url: str
    csv_url: str
    bulk_url: str
    revoke_url: str
    pager: Pager
