"""Every page of the running demo: on a phone in the light, on a desk in the dark."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from lti_tool.cli.demo import DemoPlaces, running
from tests.browser import stage as s
from tests.browser.gallery import AXE, OF_THE_LOOK, serious
from tests.browser.stage_files import make_files
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODES = (("light", 390, 844), ("dark", 1280, 900))
HARMLESS = re.compile(r"the server responded with a status of (4\d\d)|Autofocus processing")
"""A page that says no answers with such a status, and the browser notes it."""

Go = Callable[[Page], object]


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[s.Stage]:
    """The demo in the middle of a term."""
    folder: Path = tmp_path_factory.mktemp("demo")
    places = DemoPlaces(folder=folder, port=free_port(), lms_port=free_port())
    with running(places):
        stage = s.Stage(places=places, browser=browser)
        set_the_stage(stage)
        yield stage


def set_the_stage(stage: s.Stage) -> None:
    """Bring the demo into its main states, and note the pages in the order in which they are."""
    stage.show("bind", s.INSTRUCTOR, s.WHOLE)
    stage.show("not set up", s.ROSA, s.UNBOUND)
    s.bind_all(stage)
    stage.show("queue, empty", s.INSTRUCTOR, s.THIRD)
    stage.show("activity", s.ROSA, s.THIRD)
    stage.show("draft, empty", s.LONG, s.WHOLE, press("/start"))
    earned(stage)
    not_earned(stage)
    waiting(stage)
    edges(stage)


def earned(stage: s.Stage) -> None:
    """One badge, shared, and everything that a stranger sees of it."""
    s.hand_in(stage, s.ROSA, s.FIRST)
    s.rate(stage, s.FIRST)
    decided = in_turn(to("queue?state=decided&page=1"), by_name("Rosa"))
    stage.show("decided", s.INSTRUCTOR, s.FIRST, decided)
    correct = in_turn(decided, by_address("/correct"))
    stage.show("correction", s.INSTRUCTOR, s.FIRST, correct)
    stage.show("correction, to confirm", s.INSTRUCTOR, s.FIRST, correct, prepare=preview)
    stage.show("result, awarded", s.ROSA, s.FIRST, press("/share"))
    page = stage.page(s.ROSA)
    stage.enter(page, s.FIRST)
    link = page.input_value("#share-link")
    document = page.request.get(f"{link}.json").text()
    page.goto(link)
    hrefs = page.eval_on_selector_all("main a", "all => all.map(a => a.href)")
    page.close()
    achievement = next(href for href in hrefs if "/achievements/" in href)
    stage.look("credential", "", link)
    stage.look("credential, private", "", json.loads(document)["id"])
    stage.look("achievement", "", achievement)
    stage.look("rubric", "", f"{achievement}/rubric")
    stage.look("evidence", "", next(href for href in hrefs if "/evidence/" in href))
    verify = f"{stage.places.tool_url}/verify"
    stage.look("verify", "", verify)
    stage.look("report, valid", "", verify, paste(document))
    stage.look("report, tampered", "", verify, paste(document.replace("Rosa", "Rosie")))
    stage.look("report, unreadable", "", verify, paste("hello {"))


def not_earned(stage: s.Stage) -> None:
    """A work that went back in a right-to-left language, and its second attempt."""
    s.hand_in(stage, s.ARABIC, s.FIRST, s.ARABIC_TEXT)
    s.rate(stage, s.FIRST, weak=2, action="return")
    stage.show("result, returned", s.ARABIC, s.FIRST)
    s.hand_in(stage, s.LONG, s.FIRST)
    s.rate(stage, s.FIRST, weak=1)
    stage.show("second attempt", s.LONG, s.FIRST, press("/resubmit"))


def waiting(stage: s.Stage) -> None:
    """Works that wait, one of them open."""
    files = make_files(stage.browser, f"{stage.places.tool_url}/verify")
    s.hand_in(stage, s.ROSA, s.WHOLE, files=files)
    stage.show("submitted", s.ROSA, s.WHOLE)
    s.hand_in(stage, s.ARABIC, s.SECOND, s.ARABIC_TEXT)
    score = by_address("/attempts/", pause=True)
    stage.show("scoring, tasks", s.ASSESSOR, s.WHOLE, score)
    stage.show("scoring, held", s.OTHER_ASSESSOR, s.WHOLE, score)
    stage.show("queue", s.OTHER_ASSESSOR, s.WHOLE)
    stage.show("scoring, levels", s.ASSESSOR, s.SECOND, score)
    unrated = in_turn(score, lambda page: page.locator("button[value=release]").click())
    stage.show("release, unrated", s.ASSESSOR, s.SECOND, unrated)


def edges(stage: s.Stage) -> None:
    """Refusals, and the practice LMS."""
    tool, lms = stage.places.tool_url, stage.places.lms_url
    stage.look("not found", "", f"{tool}/nothing/here")
    stage.look("session ended", "", f"{tool}/l/00000000-0000-4000-8000-000000000000/")
    stage.look("refused", s.ROSA, lms, flawed(stage, {"is_tampered": True}))
    stage.look("pending", s.ROSA, lms, flawed(stage, {"claims": {s.DEPLOYMENT: "7"}}))
    stage.look("practice: sign in", "", lms)
    stage.look("practice: courses", s.ROSA, lms)
    stage.look("practice: course", s.INSTRUCTOR, f"{lms}/courses/2")
    stage.look("practice: grades", s.INSTRUCTOR, f"{lms}/courses/2/grades")


def press(suffix: str) -> Go:
    """Press the button of the form that posts to an address with this end."""

    def go(page: Page) -> None:
        page.locator(f'form[action$="{suffix}"] button').last.click()
        page.wait_for_load_state()

    return go


def to(path: str) -> Go:
    """Go to an address inside the launch."""
    return lambda page: page.goto(page.url.partition("?")[0] + path)


def by_name(name: str) -> Go:
    """Follow the link with this in its name."""
    return lambda page: page.get_by_role("link", name=name).first.click()


def by_address(part: str, *, pause: bool = False) -> Go:
    """Follow the first link with this in its address."""

    def go(page: Page) -> None:
        page.locator(f'main a[href*="{part}"]').first.click()
        if pause:
            page.locator("#rubric-pane").wait_for()

    return go


def in_turn(*steps: Go) -> Go:
    """Do one thing after the other."""

    def go(page: Page) -> None:
        for step in steps:
            step(page)
            page.wait_for_load_state()

    return go


def preview(page: Page) -> None:
    """Lower one level and look at what a correction would change."""
    page.fill("[name=reason]", "It was read against the wrong recording.")
    page.locator(".qf-rate input").nth(2).check(force=True)
    page.locator('form[action$="/preview"] button').last.click()
    page.locator("#happens").wait_for()


def paste(text: str) -> Callable[[Page], None]:
    """Verify a pasted text."""

    def go(page: Page) -> None:
        page.fill("[name=credential]", text)
        page.locator("main form button").click()
        page.locator(".qf-verdict").wait_for()

    return go


def flawed(stage: s.Stage, flaws: dict[str, object]) -> Callable[[Page], None]:
    """Launch with a broken id_token."""

    def go(page: Page) -> None:
        stage.control("PUT", "flaws", flaws)
        page.goto(f"{stage.places.lms_url}/activities/{s.FIRST}/launch/window")
        page.wait_for_url(f"{stage.places.tool_url}/**")
        page.locator("main h1").wait_for()

    return go


def test_every_page_stands_for_everybody(stage: s.Stage) -> None:
    """Each page has one h1, fits its window, says nothing in the console, and axe finds nothing."""
    found: list[str] = []
    tabs: dict[str, tuple[Page, list[str]]] = {}
    for number, spot in enumerate(stage.spots):
        if spot.person not in tabs:
            tab = stage.page(spot.person)
            tab.add_init_script(AXE)
            tabs[spot.person] = tab, listen(tab)
        page, said = tabs[spot.person]
        # One load for both; pages take turns at which of them meets it first.
        for at, (scheme, width, height) in enumerate(MODES[:: -1 if number % 2 else 1]):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal
            page.set_viewport_size({"width": width, "height": height})
            if at == 0:
                page.goto(spot.url)
                if spot.prepare:
                    spot.prepare(page)
            rules = OF_THE_LOOK if at else ()
            found += [f"{spot.name} {width}: {line}" for line in (*faults(page, rules), *said)]
            said.clear()
    for tab, _ in tabs.values():
        tab.close()
    assert found == []


def listen(page: Page) -> list[str]:
    """Return a list that fills with what the console says is wrong."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not HARMLESS.search(message.text):
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def faults(page: Page, rules: tuple[str, ...]) -> Iterator[str]:
    """Say what is wrong with a page; by some of axe's rules or by all."""
    headings = page.locator("h1").count()
    if headings != 1:
        yield f"{headings} h1"
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "wider than the window"
    yield from serious(page, rules)
