"""The desk's stack in a real browser, by keyboard: build, publish, and see who earned it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.runtime import Runtime
from tests import rows
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.coordinators import a_coordinator
from tests.stacked import Ladder, a_ladder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
TWO = ("one", "two")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab; whatever its scripts complain about is raised."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def press(page: Page, name: str) -> None:
    """Reach a button or link by its name and press Enter, as one does without a mouse.

    Once the page is there: one that opens at a place of its own moves the focus until then,
    and what its scripts do is not done before.
    """
    page.wait_for_load_state()
    control = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    control.focus()
    page.keyboard.press("Enter")


def test_a_stack_is_built_and_published_by_keyboard(
    runtime: Runtime, served: str, page: Page
) -> None:
    """On a phone: order, rule and words, one fault beside its field, the preview, the learner."""
    ladder = a_ladder(runtime, slugs=TWO)
    ladder.release_all(*TWO)
    with runtime.writing() as session:
        launch = with_token(session, a_coordinator(session, ladder.course))
    page.goto(f"{served}/l/{launch.ref}/desk/{ladder.program_id}/stack/")
    press(page, "Begin a microcredential")
    expect(page.get_by_text("Holds all 2 badges: One, Two.")).to_be_visible()
    press(page, "Up Two")
    expect(page.get_by_text("Holds all 2 badges: Two, One.")).to_be_visible()

    press(page, "Save and preview")
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    assert serious(page) == []
    page.get_by_label("Description").fill("Both of them.")
    page.get_by_label("What its picture shows").fill("Two leaves")
    # Enter in a field saves, and nothing else.
    page.get_by_label("What its picture shows").press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    press(page, "Save and preview")
    expect(page.get_by_text("1 learner earns it at once.")).to_be_visible()
    expect(page.get_by_text("Ada Learner")).to_be_visible()
    press(page, "Publish")
    expect(page.get_by_text("1 person holds it")).to_be_visible()

    look_at_it(runtime, served, page, ladder)


def look_at_it(runtime: Runtime, served: str, page: Page, ladder: Ladder) -> None:
    """Open it as its learner, share it, and look at it as a stranger does."""
    with runtime.writing() as session:
        own = with_token(session, rows.a_launch(session, ladder.course, ladder.learner))
    page.goto(f"{served}/l/{own.ref}/stack")
    expect(page.get_by_text("You earned this microcredential")).to_be_visible()
    press(page, "Make a link to share")
    page.goto(page.get_by_label("Anyone with this link can see it").input_value())
    expect(page.get_by_text("This badge is valid")).to_be_visible()
    expect(page.get_by_role("heading", name="The badges that make it")).to_be_visible()
    assert serious(page) == []
