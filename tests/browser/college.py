"""The tool and the practice LMS in server threads of this process, and browsers with habits.

The LMS is at 127.0.0.1 and the tool at localhost: to a browser two sites, as in real life.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

from flask import Flask, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import BrowserContext, Frame, Page
from playwright.sync_api import TimeoutError as TooLate
from sqlalchemy import select, update

from lti_tool.app import create_app, make_runtime
from lti_tool.cli.demo import DemoPlaces, prepare
from lti_tool.cli.walkthrough.client import client_visitors
from lti_tool.config import settings_from
from lti_tool.environment import read_settings_file
from lti_tool.runtime import Runtime
from lti_tool.sandbox.app import create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.server import PracticeServer
from lti_tool.store.rows import (
    AchievementVersionRow,
    AttemptRow,
    ContextRow,
    LaunchRow,
    ResourceLinkRow,
    SubmissionRow,
)
from tests.browser.live import listening
from tests.browser.profiles import BLOCKED, OPEN, Browsers, Preferences
from tests.ports import free_port
from tests.rows import a_binding

LEARNER, INSTRUCTOR = "6", "3"
ACTIVITY, OTHER_COURSES_ACTIVITY = "11", "15"
PATIENCE_MILLISECONDS = 30_000


@dataclass(frozen=True, kw_only=True)
class College:
    """A served tool with its practice LMS."""

    places: DemoPlaces
    runtime: Runtime

    def cookies_forbidden(
        self, *, only_in_frames: bool = False, has_scripts: bool = True
    ) -> Preferences:
        """A browser that takes no cookie of the tool: nowhere, or not inside the LMS."""
        around = self.places.lms_url if only_in_frames else "*"
        exceptions = {f"{self.places.tool_url},{around}": {"setting": BLOCKED}}
        scripts = {} if has_scripts else {"default_content_setting_values": {"javascript": BLOCKED}}
        return {"profile": {"content_settings": {"exceptions": {"cookies": exceptions}}, **scripts}}

    def switch(self, **switches: object) -> None:
        """Change habits of the LMS."""
        sent = Request(  # noqa: S310 - our own address
            f"{self.places.lms_url}/control/switches",
            data=json.dumps(switches).encode(),
            method="PATCH",
            headers={"Content-Type": "application/json"},
        )
        urlopen(sent, timeout=30).close()  # noqa: S310 - the same

    def bind_everything(self) -> None:
        """Let the activity of each course open a badge."""
        with (
            client_visitors() as visitors,
            visitors(self.places.lms_url, INSTRUCTOR) as instructor,
        ):
            for activity in (ACTIVITY, OTHER_COURSES_ACTIVITY):
                instructor.open_activity(activity)
        with self.runtime.writing() as session:
            version = session.scalars(
                select(AchievementVersionRow).where(AchievementVersionRow.state == "published")
            ).first()
            assert version is not None
            for link in session.scalars(select(ResourceLinkRow)).all():
                a_binding(session, link, version)

    def courses_with(self, name: str) -> list[str]:
        """The titles of the courses in which a draft holds this name for the badge."""
        with self.runtime.reading() as session:
            return list(
                session.scalars(
                    select(ContextRow.title)
                    .join(SubmissionRow, SubmissionRow.context_id == ContextRow.id)
                    .join(AttemptRow, AttemptRow.submission_id == SubmissionRow.id)
                    .where(AttemptRow.name_on_badge == name)
                )
            )

    def end_sessions(self) -> None:
        """Let the time of every launch be over."""
        with self.runtime.writing() as session:
            session.execute(update(LaunchRow).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))


@contextmanager
def a_college(
    folder: Path, *, family: Family = Family.GENERIC, publishes: bool = True
) -> Iterator[College]:
    """Serve a fresh tool and a fresh practice LMS, with all that the demo prepares.

    Without `publishes` its programs are installed, and nothing of them is open yet.
    """
    places = DemoPlaces(folder=folder, port=free_port(), lms_port=free_port())
    prepare(places, publishes=publishes)
    settings = settings_from(read_settings_file(places.settings_file))
    runtime = make_runtime(settings, wake=lambda: None)
    app = create_app(runtime)
    add_probes(app)
    practice = create_platform(
        demo_settings(base_url=places.lms_url, tool_url=places.tool_url, family=family)
    )
    college = College(places=places, runtime=runtime)
    with (
        PracticeServer(practice, host="127.0.0.1", port=places.lms_port),
        listening(app, places.port),
    ):
        if publishes:
            college.bind_everything()
        yield college
    runtime.database.dispose()


def add_probes(app: Flask) -> None:
    """Add two places that tell which cookies of the tool this browser takes and sends."""

    def set_cookies() -> ResponseReturnValue:
        answer = make_response("")
        for name, partitioned in (("plain", False), ("partitioned", True)):
            answer.set_cookie(
                name, "1", secure=True, httponly=True, samesite="None", partitioned=partitioned
            )
        return answer

    def show_cookies() -> ResponseReturnValue:
        return jsonify([name for name in ("plain", "partitioned") if name in request.cookies])

    app.add_url_rule("/probe/set", "probe_set", set_cookies)
    app.add_url_rule("/probe", "probe_show", show_cookies)


ASK_PROBES = """async () => {
  await fetch("/probe/set");
  return await (await fetch("/probe")).json();
}"""


def cookies_taken(place: Frame | Page) -> list[str]:
    """Which kinds of cookies come back to the tool from where it stands now."""
    found = place.evaluate(ASK_PROBES)
    assert isinstance(found, list)
    return found


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a browser of their own, signed in at the LMS."""

    college: College
    context: BrowserContext

    def open(self, activity: str = ACTIVITY) -> Page:
        """Open an activity of the LMS in a new tab."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(f"{self.college.places.lms_url}/activities/{activity}")
        return page

    def tool_cookies(self) -> list[str]:
        """The names of the tool's cookies that this browser holds."""
        return [str(one["name"]) for one in self.context.cookies() if one["domain"] == "localhost"]


def tool_frame(page: Page) -> Frame:
    """Return the frame in which the tool stands."""
    frame = page.frame(name="tool")
    assert frame is not None
    return frame


def launched(page: Page) -> Frame:
    """Wait until a launch has landed in the frame, and return it."""
    frame = tool_frame(page)
    try:
        frame.wait_for_url("**/l/**", timeout=PATIENCE_MILLISECONDS / 2)
    except TooLate as error:
        # Seen once in thousands of launches: a page that sends itself stood still on a
        # busy machine. Its button is there for that; where something else is the matter,
        # there is no such button.
        warnings.warn(f"the frame stood still at {frame.url}: {error}", stacklevel=2)
        frame.get_by_role("button", name="Continue").click()
        frame.wait_for_url("**/l/**")
    frame.locator("h1").wait_for()
    return frame


def ref_of(place: Frame | Page) -> str:
    """Return the launch that a page's address names, with its token if it has one."""
    return place.url.partition("/l/")[2].partition("/")[0]


@contextmanager
def a_person(
    college: College,
    browsers: Browsers,
    *,
    preferences: Preferences = OPEN,
    person_id: str = LEARNER,
) -> Iterator[Person]:
    """Open a browser that has these preferences and nothing else, and sign in at the LMS."""
    context = browsers.new_context(preferences)
    try:
        page = context.new_page()
        page.goto(college.places.lms_url)
        page.click(f'button[name="person_id"][value="{person_id}"]')
        yield Person(college=college, context=context)
    finally:
        context.close()
