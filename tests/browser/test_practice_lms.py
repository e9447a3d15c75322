"""The practice LMS in a real browser: frames, windows, platform storage, looks."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Frame, Page

from lti_tool.sandbox.model import Family
from tests.browser.gallery import OF_THE_LOOK, SCHEMES, serious
from tests.functional.sandbox_tool import ACTIVITY, COURSE, INSTRUCTOR, LEARNER, Trial, running

pytestmark = pytest.mark.browser

ACTIVITY_PAGE = f"/activities/{ACTIVITY}"
PATIENCE_MS = 30_000
SILENCE_MS = 500

ASK = """([subject, target, wish, patience]) => new Promise((resolve) => {
  const holder = window.opener || window.parent;
  const frame = target === "_parent" ? holder : holder.frames[target];
  window.addEventListener("message", ({ data }) => resolve(data), { once: true });
  setTimeout(() => resolve(null), patience);
  frame.postMessage({ subject, message_id: "m1", ...wish }, "*");
})"""
"""Sends one platform storage message from the tool, and waits for the answer; null is silence."""


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


def enter(browser: Browser, trial: Trial, person_id: str = LEARNER, **options: object) -> Page:
    """Open a fresh browser as a person."""
    context = browser.new_context(**options)  # type: ignore[arg-type]  # options of Playwright
    page = context.new_page()
    page.goto(trial.settings.base_url)
    page.locator(f'.people button[value="{person_id}"]').click()
    return page


def launched(page: Page, trial: Trial) -> Frame:
    """Open the activity, and return the tool's frame once it was launched."""
    page.goto(f"{trial.settings.base_url}{ACTIVITY_PAGE}")
    page.frame_locator("iframe.tool").get_by_text("launched").wait_for(timeout=PATIENCE_MS)
    frame = page.frame(name="tool")
    assert frame is not None
    return frame


def ask(
    frame: Frame | Page,
    subject: str,
    target: str = "_parent",
    patience_ms: int = PATIENCE_MS,
    /,
    **wish: str,
) -> object:
    """Send one message of platform storage as the tool."""
    return frame.evaluate(ASK, [subject, target, wish, patience_ms])


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("has_login_page", [False, True])
def test_a_launch_in_a_frame(browser: Browser, family: Family, *, has_login_page: bool) -> None:
    """The tool is launched in a frame from another site, however it comes back from login."""
    with running(family) as trial:
        trial.tool.has_login_page = has_login_page
        page = enter(browser, trial)
        frame = launched(page, trial)

        assert frame.url == trial.settings.tool.launch_url
        page.context.close()

    assert "id_token" in trial.tool.launches[-1]


def test_a_launch_in_a_window(browser: Browser, trial: Trial) -> None:
    """The button opens the tool in a window of its own, with the platform as its opener."""
    trial.switch(storage="on")
    page = enter(browser, trial)
    launched(page, trial)
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Open in a new window").click()
    window = opening.value
    window.get_by_text("launched").wait_for(timeout=PATIENCE_MS)

    assert ask(window, "lti.put_data", key="k", value="v") == {
        "subject": "lti.put_data.response",
        "message_id": "m1",
        "key": "k",
        "value": "v",
    }
    page.context.close()


def test_platform_storage_keeps_what_it_is_given(browser: Browser, trial: Trial) -> None:
    """What was put comes back by its key; a key nobody put has no value."""
    trial.switch(storage="on")
    page = enter(browser, trial)
    frame = launched(page, trial)
    ask(frame, "lti.put_data", key="k", value="v")

    found, missing = ask(frame, "lti.get_data", key="k"), ask(frame, "lti.get_data", key="x")
    assert isinstance(found, dict)
    assert isinstance(missing, dict)
    assert (found["value"], missing["value"]) == ("v", None)
    page.context.close()


def test_storage_in_a_named_frame(browser: Browser) -> None:
    """Canvas names a frame: the parent says so, and the frame beside the tool answers."""
    with running(Family.CANVAS) as canvas:
        page = enter(browser, canvas)
        frame = launched(page, canvas)
        named = "post_message_forwarding"
        said = ask(frame, "lti.capabilities")
        put = ask(frame, "lti.put_data", named, key="k", value="v")
        refused = ask(frame, "lti.put_data", key="k", value="v")
        page.context.close()

    assert isinstance(said, dict)
    assert {"subject": "lti.get_data", "frame": named} in said["supported_messages"]
    assert isinstance(put, dict)
    assert put["value"] == "v"
    assert isinstance(refused, dict)
    assert refused["error"]["code"] == "unsupported_subject"


@pytest.mark.parametrize(
    ("storage", "is_offered", "is_answered"),
    [("off", False, False), ("silent", True, False), ("error", True, True)],
)
def test_storage_can_be_switched(
    browser: Browser, trial: Trial, storage: str, *, is_offered: bool, is_answered: bool
) -> None:
    """It can be absent, silent as in the Canvas apps, or full of errors."""
    trial.switch(storage=storage)
    page = enter(browser, trial)
    frame = launched(page, trial)
    patience_ms = PATIENCE_MS if is_answered else SILENCE_MS
    answer = ask(frame, "lti.put_data", "_parent", patience_ms, key="k", value="v")

    assert ("lti_storage_target" in trial.tool.logins[-1]) is is_offered
    assert (answer is not None) is is_answered
    if isinstance(answer, dict):
        assert answer["error"]["code"] == "bad_request"
    page.context.close()


@pytest.mark.parametrize(
    ("subject", "wish", "code"),
    [
        ("lti.put_data", {"key": "k"}, "bad_request"),
        ("lti.put_data", {"key": "k", "value": "v" * 5000}, "storage_exhaustion"),
        ("lti.get_data", {}, "bad_request"),
        ("lti.unknown", {}, "unsupported_subject"),
    ],
)
def test_storage_refuses_what_it_cannot_do(
    browser: Browser, trial: Trial, subject: str, wish: dict[str, str], code: str
) -> None:
    """Malformed, too large and unknown messages have their error codes."""
    trial.switch(storage="on")
    page = enter(browser, trial)
    answer = ask(launched(page, trial), subject, **wish)

    assert isinstance(answer, dict)
    assert answer["error"]["code"] == code
    page.context.close()


def test_storage_answers_the_tool_alone(browser: Browser, trial: Trial) -> None:
    """A message of another origin, here the platform's own, gets silence."""
    trial.switch(storage="on")
    page = enter(browser, trial)
    page.goto(f"{trial.settings.base_url}/courses/{COURSE}")
    heard = page.evaluate(
        """() => new Promise((resolve) => {
          const heard = [];
          window.addEventListener("message", ({ data }) => heard.push(data.subject));
          window.postMessage({ subject: "lti.put_data", key: "k", value: "v" }, "*");
          setTimeout(() => resolve(heard), 300);
        })"""
    )

    assert heard == ["lti.put_data"]
    page.context.close()


def test_the_pages_suit_everybody(browser: Browser, trial: Trial) -> None:
    """Axe finds nothing serious, nothing is wider than the screen, nothing is blocked."""
    trial.tool.post_score({"comment": "Earned: http://localhost/credentials/1"})
    complaints: list[str] = []
    page = enter(browser, trial, INSTRUCTOR, reduced_motion="reduce")
    page.on("console", lambda message: complaints.append(message.text))
    for path in ("/", f"/courses/{COURSE}", f"/courses/{COURSE}/grades", ACTIVITY_PAGE):
        page.goto(f"{trial.settings.base_url}{path}")
        page.locator(".who summary").click()
        assert faults(page) == [], path
    page.locator(".menu .leave").click()

    assert faults(page) == []
    assert complaints == []
    page.context.close()


def faults(page: Page) -> list[str]:
    """What is wrong with a page on a phone or a desk, light or dark."""
    found: list[str] = []
    rules: tuple[str, ...] = ()
    for scheme, width in product(SCHEMES, (390, 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme} {width}: {line}" for line in serious(page, rules)]
        rules = OF_THE_LOOK
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{scheme} {width}: wider than the window")
    return found


def test_a_person_is_changed_by_keyboard(browser: Browser, trial: Trial) -> None:
    """The menu opens and works without a mouse, and leads back to the same page."""
    page = enter(browser, trial, INSTRUCTOR)
    page.goto(f"{trial.settings.base_url}/courses/{COURSE}/grades")
    page.locator(".who summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="My grades").wait_for(timeout=PATIENCE_MS)
    assert page.locator(".who-name").inner_text() == "Rosa Delgado"
    page.context.close()
