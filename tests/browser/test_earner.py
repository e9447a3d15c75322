"""An earner with their badge, by keyboard on a phone: kept, shown, named, hidden again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from lti_tool.runtime import Runtime
from lti_tool.store.rows import UserRow
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.conftest import FakeClock
from tests.pieces import TEXT, a_file, a_pointer
from tests.rows import a_launch
from tests.stages import PASS, Stage, a_stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
PHONE: ViewportSize = {"width": 390, "height": 844}
NAME = "Rosa Quintero Ibáñez"


@pytest.fixture
def stage(runtime: Runtime, tmp_path: Path) -> Stage:
    """A released badge, with a file that its first criterion points to."""
    made = a_stage(runtime, PASS)
    file = a_file(runtime, tmp_path, made.attempt_id)
    with runtime.writing() as session:
        a_pointer(session, made.attempt_id, file, explanation="Here we agreed.")
    made.release()
    return made


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """The earner's own phone, which the course has never seen."""
    context = browser.new_context(viewport=PHONE, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """Somebody else's browser."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    """Reach a button or link by its name and press Enter, as one does without a mouse."""
    control = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    control.focus()
    page.keyboard.press("Enter")


def keep_link(runtime: Runtime, stage: Stage, served: str, page: Page) -> str:
    """Make the keep link in the course, as it is shown there once."""
    with runtime.writing() as session:
        user = session.get_one(UserRow, stage.learner_id)
        launch = with_token(session, a_launch(session, stage.course, user))
    page.goto(f"{served}/l/{launch.ref}/")
    press(page, "Keep your badges")
    press(page, "Make my link")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(page.get_by_role("img", name="Your link as a QR code")).to_be_visible()
    assert serious(page) == []
    page.emulate_media(media="print")
    expect(page.locator(".qf-print-only", has_text="/keep/")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.emulate_media(media="screen")
    return page.get_by_role("textbox", name="Your link").input_value()


def show_evidence(page: Page) -> None:
    """Let others see the file, and look at that beforehand."""
    press(page, "What others see of your work")
    expect(page.get_by_role("heading", name="What others see of your work")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("Agreement with Rosa.txt").focus()
    page.keyboard.press("Space")
    press(page, "Save")
    expect(page.get_by_text("Others see it like this from now on")).to_be_visible()
    expect(page.get_by_label("Agreement with Rosa.txt")).to_be_checked()
    with page.expect_popup() as opened:
        press(page, "See it as others do")
    preview = opened.value
    expect(preview.get_by_text("This is how others see it")).to_be_visible()
    expect(preview.get_by_text("Here we agreed.")).to_be_visible()
    preview.close()
    press(page, "Back")


def share_without_levels(page: Page) -> str:
    """Make a link that shows no levels."""
    page.get_by_label("The badge with my level in each competency").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("The badge without levels")).to_be_checked()
    press(page, "Show it: make a link")
    expect(page.get_by_text("The link shows the badge without levels")).to_be_visible()
    assert serious(page) == []
    return page.get_by_label("Anyone with this link can see it").input_value()


def look_as_a_stranger(page: Page, served: str, link: str) -> None:
    """See the badge and the evidence that is shown, and check both the page and the file."""
    page.goto(link)
    expect(page.get_by_text("This badge is valid")).to_be_visible()
    expect(page.get_by_text("without the result in each competency")).to_be_visible()
    expect(page.get_by_text("Result for each competency")).to_have_count(0)
    assert serious(page) == []
    document = page.request.get(f"{link}.json").body()
    assert "result" not in json.loads(document)["credentialSubject"]
    press(page, "Evidence")
    expect(page.get_by_text("Here we agreed.")).to_be_visible()
    shown = page.frame_locator("iframe").locator("body")
    expect(shown).to_contain_text(TEXT.decode().strip())
    assert serious(page) == []
    page.goto(f"{served}/verify")
    page.get_by_label("Paste").or_(page.locator("[name=credential]")).first.fill(document.decode())
    press(page, "Verify")
    expect(page.get_by_text("This badge is valid")).to_be_visible()


def change_name(page: Page) -> None:
    """Bear another name, after a look at what changes."""
    press(page, "The name on your badges")
    expect(page.get_by_role("heading", name="The name on your badges")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("As it should read").fill(NAME)
    # Enter in a field goes on to the preview, and changes nothing.
    page.get_by_label("As it should read").press("Enter")
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    expect(page.get_by_text("instead of Ada Learner")).to_be_visible()
    assert serious(page) == []
    press(page, "Issue them anew")
    expect(page.get_by_text("Your badges are issued anew")).to_be_visible()
    press(page, "Back")
    expect(page.get_by_role("heading", name=f"Badges of {NAME}")).to_be_visible()


def test_a_badge_is_kept_shown_named_and_hidden_again(
    runtime: Runtime,
    clock: FakeClock,
    stage: Stage,
    served: str,
    phone: BrowserContext,
    stranger: Page,
) -> None:
    """What a stranger gets is what its earner chose, at every step."""
    course = phone.new_page()
    link = keep_link(runtime, stage, served, course)
    course.close()
    page = phone.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Badges of Ada Learner")).to_be_visible()

    show_evidence(page)
    shared = share_without_levels(page)
    look_as_a_stranger(stranger, served, shared)
    clock.advance(minutes=1)
    change_name(page)
    stranger.goto(shared)
    expect(stranger.get_by_text(NAME).first).to_be_visible()
    expect(stranger.get_by_text("Ada Learner")).to_have_count(0)
    evidence = stranger.get_by_role("link", name="Evidence").get_attribute("href") or ""

    press(page, "Hide it")
    expect(page.get_by_role("button", name="Show it: make a link")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", name="This page is private")).to_be_visible()
    stranger.goto(evidence)
    expect(stranger.get_by_text("Nothing is shown here")).to_be_visible()
    expect(stranger.get_by_text("Here we agreed.")).to_have_count(0)
