"""The editor of a badge in a real browser: by keyboard alone, and beside somebody else."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.runtime import Runtime
from lti_tool.services.desk.editing import get_work
from lti_tool.store.organisations import get_latest_version
from lti_tool.values import ProgramScope
from tests.browser.gallery import serious
from tests.browser.live import with_token
from tests.coordinators import a_coordinator
from tests.editors import BLANK, a_slot
from tests.rows import a_course

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture
def slot(runtime: Runtime) -> tuple[str, UUID, ProgramScope]:
    """Where the desk of an empty slot is for its coordinator, and whose it is."""
    with runtime.writing() as session:
        course = a_course(session)
        launch = with_token(session, a_coordinator(session, course))
        achievement_id = a_slot(session, course).id
        scope = ProgramScope(
            program_id=course.program.id,
            organisation_id=course.organisation.id,
            user_id=launch.user_id,
        )
    return f"/l/{launch.ref}/desk/badges/{achievement_id}", achievement_id, scope


@pytest.fixture
def place(served: str, slot: tuple[str, UUID, ProgramScope]) -> str:
    """The address of the slot's desk, served."""
    return f"{served}{slot[0]}"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def go_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is where it should be."""
    for _ in range(150):
        if page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def press(page: Page, selector: str) -> None:
    """Go to a button or link by Tab, and press it."""
    go_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    """Go to a field by Tab and fill it in by typing."""
    go_to(page, f'[name="{name}"]')
    field = page.locator(f'[name="{name}"]')
    if field.evaluate("field => field.matches('select')"):
        # Letters choose an option, as in every list; scripts may send the form at once.
        shown = field.locator(f'option[value="{text}"]').inner_text()[:12]
        if field.get_attribute("data-submits"):
            with page.expect_navigation():
                page.keyboard.type(shown)
        else:
            page.keyboard.type(shown)
        expect(page.locator(f'[name="{name}"]')).to_have_value(text)
        return
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def is_saved(page: Page) -> None:
    """Wait until the server has everything."""
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")


@pytest.mark.slow
def test_a_slot_is_filled_tried_and_published_by_keyboard(
    page: Page, place: str, runtime: Runtime, slot: tuple[str, UUID, ProgramScope]
) -> None:
    """Nothing needs a mouse; every page on the way is free of serious faults."""
    page.goto(f"{place}/edit")
    assert serious(page) == []
    press(page, '[aria-labelledby="begin-blank"] button')
    write(page, "title", "Listening")
    for name, text in BLANK.items():
        if name == "licence/url":
            go_to(page, '[name="choice:conditions"]')
            page.keyboard.type("every competency")
            press(page, 'button[value="add:conditions"]')
            write(page, "conditions/0/level_id", "level-2")
        write(page, name, text)
    is_saved(page)
    expect(page.locator("[data-region=problems]")).to_contain_text("Nothing stands in the way")
    assert serious(page) == []

    page.goto(f"{place}/try")
    go_to(page, '[name="level:competency"]')
    page.keyboard.press("Space")
    expect(page.locator("[data-region=verdict]")).to_contain_text("The badge is earned")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-region=verdict]")).to_contain_text("The badge is not earned")
    assert serious(page) == []

    page.goto(f"{place}/publish")
    assert serious(page) == []
    write(page, "note", "By keyboard.")
    press(page, "main form .btn-primary")
    expect(page.locator("main")).to_contain_text("Published. It can be chosen")
    assert serious(page) == []
    with runtime.reading() as session:
        version = get_latest_version(session, slot[1])
        assert (version.state, version.title) == ("published", "Listening")


def test_findings_are_told_beside_the_field_as_one_types(page: Page, place: str) -> None:
    """And gone once it is right; the field says so to whoever hears it."""
    page.goto(f"{place}/edit")
    page.locator('form[action$="/begin"] button').last.click()
    points = page.locator('[name="levels/level/points"]')
    points.fill("many")
    beside = page.locator('[data-findings="levels/level/points"]')
    expect(beside).to_contain_text("This should be a number")
    expect(points).to_have_attribute("aria-invalid", "true")
    points.fill("5")
    expect(beside).to_be_empty()
    expect(points).not_to_have_attribute("aria-invalid", "true")


def test_two_tabs_write_at_once(
    browser: Browser, page: Page, place: str, runtime: Runtime, slot: tuple[str, UUID, ProgramScope]
) -> None:
    """Different fields are merged and shown; the same field is shown twice, and one is chosen."""
    page.goto(f"{place}/edit")
    page.locator('form[action$="/begin"] button').last.click()
    page.locator('[name="title"]').wait_for()
    other = browser.new_context().new_page()
    other.goto(f"{place}/edit")

    page.locator('[name="description"]').fill("Mine")
    page.locator('[name="description"]').blur()
    is_saved(page)
    other.locator('[name="criteria_narrative"]').fill("Theirs")
    expect(other.locator('[name="description"]')).to_have_value("Mine")
    page.locator('[name="title"]').fill("Title of mine")
    page.locator('[name="title"]').blur()
    expect(page.locator('[name="criteria_narrative"]')).to_have_value("Theirs")
    other.locator('[name="title"]').fill("Title of theirs")
    conflict = other.locator('[data-conflict="title"]')
    expect(conflict).to_contain_text("Title of mine")
    conflict.locator('[data-keep="mine"]').click()
    expect(conflict).to_have_count(0)
    is_saved(other)
    other.context.close()

    with runtime.reading() as session:
        document = get_work(session, slot[2], slot[1]).draft.document
    assert document["title"] == "Title of theirs"
    assert (document["description"], document["criteria_narrative"]) == ("Mine", "Theirs")


@pytest.mark.parametrize("kind", ["learner", "work", "assessor", "credential"])
def test_a_preview_runs_nothing(page: Page, place: str, kind: str) -> None:
    """Its styles are there, at a phone's width; its scripts and its buttons are not."""
    page.goto(f"{place}/edit")
    page.locator('form[action$="/begin"] button').last.click()
    for name, text in BLANK.items():
        field = page.locator(f'[name="{name}"]')
        if field.evaluate("field => field.matches('select')"):
            with page.expect_navigation():
                field.select_option(text)
        else:
            field.fill(text)
    page.locator('[name="choice:conditions"]').select_option("total_at_least")
    with page.expect_navigation():
        page.locator('button[value="add:conditions"]').click()
    page.locator('[name="conditions/0/points"]').fill("3")
    page.locator('[name="conditions/0/points"]').blur()
    expect(page.locator("[data-region=problems]")).to_contain_text("Nothing stands in the way")
    page.goto(f"{place}/preview?of={kind}")
    assert serious(page) == []
    frame = page.frame_locator(".qf-preview-phone")
    expect(frame.locator("h1").first).to_be_visible()
    styled = frame.locator("body").evaluate("body => getComputedStyle(body).lineHeight")
    assert styled != "normal"
    buttons = frame.locator("form button")
    if buttons.count():
        buttons.first.evaluate("button => button.click()")
        expect(frame.locator("h1").first).to_be_visible()
