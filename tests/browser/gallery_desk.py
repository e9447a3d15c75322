"""The program desk in the gallery."""

from datetime import UTC, datetime

from lti_tool.services.models import AchievementSummary, FieldError, Notice
from lti_tool.services.pages.assessor import Pager
from lti_tool.services.pages.desk import (
    AskedProgram,
    CoursesPage,
    CourseView,
    DeskBadge,
    DeskHead,
    DeskHomePage,
    EventView,
    GridBadge,
    GridCell,
    GridPage,
    GridRow,
    InviteView,
    LogPage,
    PeoplePage,
    PersonView,
    ProgramPage,
)
from tests.browser import gallery_samples as s
from tests.browser.gallery_pages import Pages

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LONG_TITLE = "Co-creating the Academic Coaching Relationship across Faculties, Campuses and Cohorts"
CODE = "K7QW-3MTA-XN2D-P5RJ-BCVE-6HSL"
CODES = ("badges", "stack", "learners", "people", "courses", "log")
HEAD = DeskHead(
    program_title="Harbour Coaching Program",
    home_url="#",
    tabs=tuple((code, f"#{code}") for code in CODES),
    programs_url="#",
    course_url="#",
)
ASKED = (
    AskedProgram(
        title="Harbour Coaching Program", coordinators=("Cleo Coordinator", s.RTL_NAME, s.LONG_NAME)
    ),
    AskedProgram(title="A Program That Nobody Looks After Yet", coordinators=()),
)


def desk() -> Pages:
    """Return the pages of the program desk."""
    refused = (FieldError(name="code", code="invite_used"),)
    return {
        "desk-home": ("desk/home.html", {"page": home()}),
        "desk-home-stranger": ("desk/home.html", {"page": home(own=False), "errors": refused}),
        "desk-ask": ("desk/ask.html", {"o": ASKED[0], "course_url": "#"}),
        "desk-program": ("desk/program.html", {"page": program()}),
        "desk-program-empty": ("desk/program.html", {"page": program(empty=True)}),
        "desk-people": (
            "desk/people.html",
            {"page": people(), "notices": (Notice(kind="success", code="desk_saved"),)},
        ),
        "desk-people-code": ("desk/people.html", {"page": people(code=CODE)}),
        "desk-courses": ("desk/courses.html", {"page": courses(), "sent": None}),
        "desk-learners": ("desk/learners.html", {"page": learners()}),
        "desk-learners-none": ("desk/learners.html", {"page": learners(empty=True)}),
        "desk-log": ("desk/log.html", {"page": log()}),
        "desk-log-rtl": ("desk/log.html", {"page": log(), "lang": "ar", "text_direction": "rtl"}),
    }


def home(*, own: bool = True) -> DeskHomePage:
    """Return the first page."""
    programs = (("Harbour Coaching Program", "#"), (LONG_TITLE, "#")) if own else ()
    return DeskHomePage(
        programs=programs,
        others=ASKED,
        invite_url="#",
        course_url="#",
        code="" if own else CODE,
    )


def program(*, empty: bool = False) -> ProgramPage:
    """Return a program in the making."""
    states = ("published", "draft", "placeholder", "retired")
    return ProgramPage(
        head=HEAD,
        description="Four badges for students who coach fellow students.",
        badges=() if empty else tuple(badge(n, state) for n, state in enumerate(states, 1)),
        count_defined=0 if empty else 2,
        open_questions=("When is the microcredential earned? The source does not say.",),
        add_url="#",
    )


def badge(position: int, state: str) -> DeskBadge:
    """Return one badge."""
    is_public = state in {"published", "retired"}
    return DeskBadge(
        summary=AchievementSummary(
            title=LONG_TITLE if position == 2 else "Listening Closely",
            description="",
            program="Harbour Coaching Program",
            position=position,
            total_in_stack=4,
            image_url="/static/img/quatrefoil.svg",
            image_alt="",
            criteria_url="#",
        ),
        state=state,
        version=2 if is_public else 1,
        published_by="Cleo Coordinator" if is_public else "",
        published_at=NOW if is_public else None,
        has_draft=state == "published",
        count_criteria=4,
        open_questions=("How does a level arise?",) if position == 2 else (),
        url="#",
    )


def people(*, code: str = "") -> PeoplePage:
    """Return who works for a program."""
    names = ("Cleo Coordinator", s.RTL_NAME, s.LONG_NAME)
    return PeoplePage(
        head=HEAD,
        coordinators=tuple(person(name, is_me=not n) for n, name in enumerate(names)),
        invites=(InviteView(id="1", label="Somebody from the science school", expires_at=NOW),),
        assessors=(person(s.LONG_NAME, may_release=True), person(s.RTL_NAME)),
        staff=(("1", "Ana Assessor"), ("2", "Iris Instructor")),
        release_by="named",
        url="#",
        code=code,
        code_days=14,
    )


def person(name: str, *, is_me: bool = False, may_release: bool = False) -> PersonView:
    """Return somebody."""
    return PersonView(id=name, name=name, since=NOW, is_me=is_me, may_release=may_release)


def courses() -> CoursesPage:
    """Return the courses of an institution."""
    titles = ("Coaching in Community Colleges", LONG_TITLE, "Study Skills")
    return CoursesPage(
        head=HEAD,
        rule="named",
        courses=tuple(
            CourseView(id=str(n), title=title, is_named=n < 2, until="" if n else "2026-12-18")
            for n, title in enumerate(titles)
        ),
        url="#",
    )


def learners(*, empty: bool = False) -> GridPage:
    """Return the grid."""
    titles = ("Starting Well", LONG_TITLE, "Plans That Hold", "An Own Course")
    states = ("awarded", "submitted", "from_elsewhere", "")
    names = ("Ayşe Demir", s.LONG_NAME, s.RTL_NAME, "Bo Li")
    return GridPage(
        head=HEAD,
        badges=tuple(
            GridBadge(id=str(n), position=n, title=title, count_earned=12 - n, count_working=n - 1)
            for n, title in enumerate(titles, 1)
        ),
        rows=()
        if empty
        else tuple(
            GridRow(
                name=name,
                cells=tuple(
                    GridCell(state=(one := states[(n + k) % 4]), since=NOW if one else None)
                    for k in range(4)
                ),
            )
            for n, name in enumerate(names)
        ),
        count=0 if empty else 104,
        courses=(("1", "Coaching in Community Colleges"), ("2", LONG_TITLE)),
        course="1",
        badge="2:working",
        name="de",
        url="#",
        csv_url="#",
        bulk_url="#",
        revoke_url="#",
        pager=Pager(page=1, pages=3, previous_url=None, next_url="#"),
    )


def log() -> LogPage:
    """Return some lines."""
    done = (
        ("Cleo Coordinator", "achievement.published", "Listening Closely", "for the spring term"),
        (s.RTL_NAME, "coordinator.joined", s.RTL_NAME, ""),
        ("", "coordinator.invited", "", s.RTL_NAME),
        (s.LONG_NAME, "course.named", LONG_TITLE, "2026-12-18"),
    )
    return LogPage(
        head=HEAD,
        events=tuple(
            EventView(at=NOW, actor=actor, action=action, subject=subject, text=text)
            for actor, action, subject, text in done
        ),
        pager=Pager(page=1, pages=2, previous_url=None, next_url="#"),
    )
