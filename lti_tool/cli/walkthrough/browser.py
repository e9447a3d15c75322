"""Visitors with a real browser: the tool stands in the LMS's frame, from another site."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Frame, Locator, Page, sync_playwright

from lti_tool.cli.walkthrough.steps import Visitor, Visitors

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CLICK = "f => f.click()"
LOOKS, LOOK_MILLISECONDS = 400, 50
OPEN_DETAILS = """f => {
  for (let d = f.closest("details"); d; d = d.parentElement?.closest("details")) d.open = true;
}"""


def find_browser() -> str | None:
    """Return the path of a Chromium: the system's, else Playwright's own; None without one."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110 - a plain question


@contextmanager
def browser_visitors(path: str) -> Iterator[Visitors]:
    """Return what signs people in, each with a browser profile of their own."""
    # As root (containers) Chromium's own sandbox cannot start.
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *sandbox], headless=True
        )

        @contextmanager
        def visit(lms_url: str, person_id: str) -> Iterator[Visitor]:
            with _signed_in(browser, lms_url, person_id) as visitor:
                yield visitor

        try:
            yield visit
        finally:
            browser.close()


@contextmanager
def _signed_in(browser: Browser, lms_url: str, person_id: str) -> Iterator[Visitor]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(lms_url)
    page.click(f'button[name="person_id"][value="{person_id}"]')
    try:
        yield BrowserVisitor(page, lms_url)
    finally:
        context.close()


class BrowserVisitor:
    """One person in one browser profile."""

    def __init__(self, page: Page, lms_url: str) -> None:
        self._page = page
        self._lms_url = lms_url

    def open_activity(self, activity_id: str) -> None:
        """Open an activity; wait until the tool's page stands in the frame."""
        self._page.goto(f"{self._lms_url}/activities/{activity_id}")
        self._settle()

    def fields(self) -> tuple[str, ...]:
        """Return the names of the visible fields of the tool's page, in order."""
        names = self._tool().evaluate(
            "() => [...document.querySelectorAll('main [name]')]"
            ".filter(f => f.type !== 'hidden' && f.tagName !== 'BUTTON').map(f => f.name)"
        )
        return tuple(names)

    def options(self, name: str) -> tuple[str, ...]:
        """Return the values that a select or a group of radio buttons offers."""
        values = self._tool().evaluate(
            "name => [...document.getElementsByName(name)].flatMap("
            "f => f.tagName === 'SELECT' ? [...f.options].map(o => o.value)"
            " : f.disabled ? [] : [f.value])",
            name,
        )
        return tuple(values)

    def fill(self, name: str, value: str) -> None:
        """Give a field a value as a person would."""
        field = self._tool().locator(f'main [name="{name}"]')
        self._reveal(field.first)
        kind = field.first.evaluate("f => f.type")
        match kind:
            case "radio":
                self._tool().locator(f'main [name="{name}"][value="{value}"]').evaluate(CLICK)
            case "checkbox":
                if not field.is_checked():
                    field.evaluate(CLICK)
            case "select-one":
                field.select_option(value)
            case _:
                field.fill(value)

    def press(self, name: str, value: str) -> None:
        """Press a button by name and value, the n-th that begins so, or a link by its address."""
        kind, _, number = name.partition("#")
        selector = (
            f'main a[href*="{value}"]'
            if kind == "link"
            else f'main button[name="{kind}"][value{"^" if number else ""}="{value}"]'
        )
        buttons = self._tool().locator(f"{selector}:not(.visually-hidden)")
        index = int(number or 0)
        if buttons.count() <= index:
            raise LookupError(f"no button {name}={value}")
        self._press(buttons.nth(index))

    def post_to(self, suffix: str) -> None:
        """Press the button of the form that posts to an address with this end."""
        self._press(self._tool().locator(f'main form[action$="{suffix}"] button').last)

    def text(self) -> str:
        """Return the tool's page as text."""
        return self._tool().locator("main").inner_text()

    def field_value(self, element_id: str) -> str:
        """Return the value of the field with this id."""
        return self._tool().locator(f"#{element_id}").input_value()

    def lms_text(self, path: str) -> str:
        """Open a page of the practice LMS, and return it as text."""
        self._page.goto(f"{self._lms_url}{path}")
        return self._page.locator("main").inner_text()

    def _press(self, button: Locator) -> None:
        self._reveal(button)
        self._tool().evaluate("() => { window.pressed = true; }")
        button.click()
        for _ in range(LOOKS):
            if not self._is_old_page():
                break
            self._page.wait_for_timeout(LOOK_MILLISECONDS)
        self._settle()

    def _is_old_page(self) -> bool:
        """Whether the page that was pressed on is still there: a new one has forgotten it."""
        try:
            return bool(self._tool().evaluate("() => window.pressed === true"))
        except Error:
            return True  # the frame is between two documents

    def _reveal(self, field: Locator) -> None:
        field.evaluate(OPEN_DETAILS)

    def _settle(self) -> None:
        self._page.frame_locator('iframe[name="tool"]').locator("main h1").first.wait_for()
        for _ in range(LOOKS):
            if "/l/" in self._tool().url:
                break
            self._page.wait_for_timeout(LOOK_MILLISECONDS)
        self._tool().wait_for_load_state()

    def _tool(self) -> Frame:
        frame = self._page.frame("tool")
        if frame is None:
            raise LookupError("the tool's frame is not there")
        return frame
