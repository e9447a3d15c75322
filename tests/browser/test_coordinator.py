"""A coordinator in a fresh installation: four badges and their stack, by clicks alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from lti_tool.cli.walkthrough.client import client_visitors
from lti_tool.cli.walkthrough.steps import hand_in, score_and_release
from tests.browser.college import (
    INSTRUCTOR,
    LEARNER,
    PATIENCE_MILLISECONDS,
    College,
    a_college,
    a_person,
)
from tests.browser.profiles import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ACTIVITIES = ("11", "12", "13", "14")
MARK = "TEST WORDING"
"""Stands in all that is written here: nobody may take it for the program's own words."""

TABLE = f"""{MARK} first Badge (1 of 4) of the ATPA Academic Coaching Microcredential

{MARK}: what this badge is about. Participants must score 6 points or more.

Competency\tExceeds Expectations [5]\tMeets Expectations [3]\tDeveloping Expectations [1]
1. {MARK} one Definition: Words.\tMuch\tEnough\tSome
2. {MARK} two Definition: Words.\tMuch\tEnough\tSome

{MARK}, licensed under CC BY 4.0.
"""


@dataclass
class Clicks:
    """A tab of the coordinator that counts what they click and choose."""

    page: Page
    count: int = 0
    trail: list[str] = field(default_factory=list)

    def click(self, name: str, *, role: str = "button", exact: bool = False) -> None:
        """Press a button or follow a link by its words, and wait for the next page."""
        self._note(name)
        found = self.page.get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]  # a word of ARIA
        with self.page.expect_navigation():
            found.first.click()

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a list."""
        self._note(label)
        self.page.get_by_label(label).first.select_option(label=option)

    def decide(self, place: str, value: str) -> None:
        """Choose an option that brings the page anew."""
        self._note(place)
        with self.page.expect_navigation():
            self.page.locator(f'[id="{place}"]').select_option(value)

    def tick(self, selector: str) -> None:
        """Tick every box that is not ticked; they may go once they are."""
        left = self.page.locator(f"{selector}:not(:checked)")
        while left.count():
            self._note(selector)
            left.first.check()

    def _note(self, what: str) -> None:
        self.count += 1
        self.trail.append(what)


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """A tool in which two programs are installed and nothing is open."""
    with a_college(tmp_path_factory.mktemp("fresh"), publishes=False) as served:
        yield served


@pytest.fixture
def desk(college: College, browsers: Browsers) -> Iterator[Clicks]:
    """The coordinator, in front of an activity that opens nothing yet."""
    with a_person(college, browsers, person_id=INSTRUCTOR) as person:
        page = person.context.new_page()
        enter_activity(page, college, ACTIVITIES[0])
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        yield Clicks(page)


def test_a_coordinator_builds_publishes_and_stacks_four_badges(
    desk: Clicks, college: College
) -> None:
    """And a learner who earns all four holds the microcredential. No command, no file."""
    enter(desk, college)
    paste_slot(desk, 1)
    for position in (3, 4):
        fill_slot(desk, position)
    publish_second(desk)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("4 of 4 badges defined")
    publish_stack(desk)
    bind_activities(desk, college)
    assert desk.count < 80, desk.trail

    lms = college.places.lms_url
    with client_visitors() as visitors:
        for activity in ACTIVITIES:
            with visitors(lms, LEARNER) as learner:
                hand_in(learner, activity)
            with visitors(lms, INSTRUCTOR) as assessor:
                score_and_release(assessor, activity)
        with visitors(lms, LEARNER) as learner:
            learner.open_activity(ACTIVITIES[-1])
            learner.press("link", "/stack")
            said = learner.text()

    assert "You earned this microcredential" in said
    assert MARK in said


def enter_activity(page: Page, college: College, activity: str) -> None:
    """Open an activity in a window of its own."""
    page.goto(f"{college.places.lms_url}/activities/{activity}/launch/window")
    page.wait_for_url("**/l/**")


def enter(desk: Clicks, college: College) -> None:
    """Come to the desk by the invitation."""
    line = next(one for one in college.places.codes_file.read_text().splitlines() if "ATPA" in one)
    desk.click("Program desk", role="link")
    desk.page.get_by_label("Code of the invitation").fill(line.split()[0])
    desk.click("Open the invitation")
    expect(desk.page.get_by_text("You now look after this program")).to_be_visible()
    for question in (
        "How does a level arise",
        "strategic plan",
        "When is the microcredential earned",
    ):
        assert question in desk.page.content()


def fill_slot(desk: Clicks, position: int) -> None:
    """Take the shape of badge 2, write the words, confirm the numbers, publish."""
    page = desk.page
    desk.click(f"ATPA Academic Coaching Badge {position} of 4", role="link")
    desk.choose("Which one", "Co-creating the Academic Coaching Relationship")
    desk.click("Begin like it")
    page.locator("#title").fill(f"{MARK}: badge {position}")
    page.locator("#description").fill(f"{MARK}: what badge {position} is about.")
    page.locator("#criteria_narrative").fill(f"{MARK}: how badge {position} is earned.")
    page.locator("#attribution").fill(f"{MARK}: whom it comes from.")
    page.locator('[id="image_alt"]').fill(f"{MARK}: a picture of badge {position}")
    titles = page.locator('[id^="rubric/criteria/"][id$="/title"]')
    for number in range(titles.count()):
        titles.nth(number).fill(f"{MARK}: competency {number + 1}")
    for area in page.locator('textarea[id$="/definition"], textarea[id$="/descriptor"]').all():
        area.fill(f"{MARK}: words.")
    desk.decide("rubric/level_source", "assessor")
    if page.get_by_role("button", name="All of these are right").count():
        desk.click("All of these are right")
    desk.tick(".qf-tick input")
    desk.decide("licence/url", "https://creativecommons.org/licenses/by/4.0/")
    desk.click("Save", exact=True)
    publish(desk, f"{MARK}: first version")
    desk.click("Badges", role="link", exact=True)


def paste_slot(desk: Clicks, position: int) -> None:
    """Paste a table with the words around it, say how levels arise, publish."""
    page = desk.page
    desk.click(f"ATPA Academic Coaching Badge {position} of 4", role="link")
    desk.click("Paste a table", role="link")
    page.get_by_label("The table, with the text around it").fill(TABLE)
    desk.click("Read it")
    expect(page.get_by_text("2 competencies were read")).to_be_visible()
    desk.click("Use this")
    page.locator('[id="image_alt"]').fill(f"{MARK}: a picture of badge {position}")
    desk.decide("rubric/level_source", "assessor")
    desk.tick(".qf-tick input")
    desk.click("Save", exact=True)
    publish(desk, f"{MARK}: pasted")
    desk.click("Badges", role="link", exact=True)


def publish_second(desk: Clicks) -> None:
    """Publish the shipped badge, with the program's choice of how levels arise."""
    desk.click("Co-creating the Academic Coaching Relationship", role="link")
    desk.click("Begin", exact=True)
    desk.decide("rubric/level_source", "assessor")
    desk.click("Save", exact=True)
    publish(desk, "As transcribed; assessors rate.")
    desk.click("Badges", role="link", exact=True)


def publish(desk: Clicks, note: str) -> None:
    """Publish the badge that is open; a reason for every warning."""
    desk.click("Publish", role="link", exact=True)
    stopping = desk.page.locator(".qf-notice li a").all()
    assert not stopping, [f"{one.get_attribute('href')}: {one.inner_text()}" for one in stopping]
    for reason in desk.page.locator(".qf-item textarea").all():
        reason.fill(f"{MARK}: right as it is.")
    desk.page.locator("#note").fill(note)
    desk.click("Publish version")


def publish_stack(desk: Clicks) -> None:
    """All four make the microcredential, by themselves."""
    desk.click("Microcredential", role="link", exact=True)
    desk.click("Begin a microcredential")
    desk.page.locator("#title").fill(f"{MARK}: the microcredential")
    desk.page.locator("#description").fill(f"{MARK}: what the whole is about.")
    desk.page.locator("#image_alt").fill(f"{MARK}: a picture")
    desk.click("Save and preview")
    desk.click("Publish")


def bind_activities(desk: Clicks, college: College) -> None:
    """Let each activity of the course open one of the badges."""
    for activity, number in zip(ACTIVITIES, range(4), strict=True):
        enter_activity(desk.page, college, activity)
        desk.page.locator('input[name="achievement"]:not(:disabled)').nth(number).check()
        desk.count += 1
        desk.click("Use this badge")
    assert re.search("submissions", desk.page.title())
