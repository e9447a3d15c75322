"""Each rung of the session in a real browser, from cookies allowed to nothing at all.

The rungs: a cookie; a partitioned cookie where those of other sites are blocked;
the platform's storage and a token in the address where none is taken; a window
of its own where not even that works. Each test first proves that the browser
really blocks what it is said to block.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.college import (
    ACTIVITY,
    OTHER_COURSES_ACTIVITY,
    College,
    Person,
    a_college,
    a_person,
    cookies_taken,
    launched,
    ref_of,
    tool_frame,
)
from tests.browser.gallery import serious
from tests.browser.profiles import OPEN, THIRD_PARTY_BLOCKED, WITHOUT_SCRIPTS, Browsers, Preferences

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HABITS = {"storage": "off", "storage_target": "_parent", "login_method": "GET"}
COURSE, OTHER_COURSE = "Coaching in Community Colleges", "Peer Mentoring Practicum"
COOKIE = "__Host-quatrefoil"


class Enter(Protocol):
    """Opens a browser with these preferences, signed in at the LMS."""

    def __call__(self, preferences: Preferences = OPEN) -> Person:
        """Return the person before the browser."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """A tool and an LMS with an activity in each of two courses."""
    with a_college(tmp_path_factory.mktemp("college")) as college:
        yield college


@pytest.fixture
def college(served: College) -> College:
    """The same, with the LMS in its usual habits."""
    served.switch(**HABITS)
    return served


@pytest.fixture
def enter(college: College, browsers: Browsers) -> Iterator[Enter]:
    """People whose browsers are closed after the test."""
    with ExitStack() as stack:

        def open_browser(preferences: Preferences = OPEN) -> Person:
            return stack.enter_context(a_person(college, browsers, preferences=preferences))

        yield open_browser


def write(college: College, place: Frame | Page, words: str) -> list[str]:
    """Write something into the draft as learners do; the courses in which it was stored."""
    start = place.locator('form[action$="/start"] button').first
    name = place.locator("[name=name_on_badge]")
    start.or_(name).first.wait_for()
    if start.is_visible():
        start.click()
    name.fill(words)
    for _ in range(300):
        found = college.courses_with(words)
        if found:
            return found
        place.wait_for_timeout(100)
    pytest.fail("nothing was stored")


# The first rung: a cookie


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_frame_with_cookies(college: College, enter: Enter, method: str) -> None:
    """The browser is named by a cookie; the address holds the launch's id and nothing secret."""
    college.switch(login_method=method)
    person = enter()
    frame = launched(person.open())
    assert cookies_taken(frame) == ["plain", "partitioned"]

    assert "." not in ref_of(frame)
    assert COOKIE in person.tool_cookies()
    assert write(college, frame, f"By cookie, after a {method}") == [COURSE]


def test_the_second_launch_meets_no_login_page(enter: Enter) -> None:
    """A browser that is known goes straight through."""
    person = enter()
    launched(person.open())
    page = person.context.new_page()
    logins: list[int] = []
    page.on(
        "response",
        lambda answer: logins.append(answer.status) if "/lti/login" in answer.url else None,
    )
    page.goto(f"{person.college.places.lms_url}/activities/{ACTIVITY}")
    launched(page)

    assert logins == [302]


def test_a_window_of_the_lms(enter: Enter) -> None:
    """The LMS's apps open the tool at top level."""
    person = enter()
    page = person.context.new_page()
    page.goto(f"{person.college.places.lms_url}/activities/{ACTIVITY}/launch/window")
    page.wait_for_url("**/l/**")

    assert "." not in ref_of(page)
    expect(page.locator("h1")).to_be_visible()


# The second rung: a partitioned cookie


def test_a_frame_with_third_party_cookies_blocked(college: College, enter: Enter) -> None:
    """The browser takes our cookie all the same: it is kept apart for this LMS."""
    person = enter(THIRD_PARTY_BLOCKED)
    page = person.open()
    frame = launched(page)
    assert cookies_taken(frame) == ["partitioned"], "the browser does not block"

    assert "." not in ref_of(frame)
    assert write(college, frame, "By partitioned cookie") == [COURSE]
    frame.evaluate("location.reload()")
    expect(frame.locator("[name=name_on_badge]")).to_have_value("By partitioned cookie")
    page.reload()
    expect(launched(page).locator("[name=name_on_badge]")).to_have_value("By partitioned cookie")


# The third rung: the platform's storage, and a token in the address


@pytest.mark.parametrize("target", ["_parent", "post_message_forwarding"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_frame_without_any_cookie(
    college: College, enter: Enter, target: str, method: str
) -> None:
    """The platform's page keeps what binds login and launch; the address holds a token."""
    college.switch(storage="on", storage_target=target, login_method=method)
    person = enter(college.cookies_forbidden())
    page = person.open()
    frame = launched(page)
    assert cookies_taken(frame) == [], "the browser does not block"
    assert person.tool_cookies() == []

    ref = ref_of(frame)
    assert len(ref.partition(".")[2]) == 43
    words = f"By token, {target}, {method}"
    assert write(college, frame, words) == [COURSE]
    assert ref_of(frame) == ref
    frame.evaluate("location.reload()")
    expect(frame.locator("[name=name_on_badge]")).to_have_value(words)
    assert person.tool_cookies() == []


def test_a_token_is_not_sent_along(college: College, enter: Enter) -> None:
    """Not to static files, not to public pages: no request says which page it comes from."""
    college.switch(storage="on")
    person = enter(college.cookies_forbidden())
    page = person.context.new_page()
    referrers: list[str] = []
    page.on(
        "request",
        lambda sent: (
            referrers.append(sent.headers.get("referer", ""))
            if sent.url.startswith(college.places.tool_url)
            else None
        ),
    )
    page.goto(f"{college.places.lms_url}/activities/{ACTIVITY}")
    frame = launched(page)
    frame.evaluate("fetch('/verify')")
    frame.evaluate("location.reload()")
    frame.locator("h1").wait_for()

    assert len(referrers) > 5
    assert not [one for one in referrers if "/l/" in one]


def test_a_page_without_storage_complains_about_nothing(college: College, enter: Enter) -> None:
    """Where cookies are forbidden the browser keeps nothing else either: scripts live with it."""
    college.switch(storage="on")
    person = enter(college.cookies_forbidden())
    page = person.context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{college.places.lms_url}/activities/{ACTIVITY}")
    frame = launched(page)
    kept = frame.evaluate("() => { try { return !!localStorage } catch { return 'forbidden' } }")
    assert kept == "forbidden", "the browser does not block"
    write(college, frame, "Without storage")

    assert complaints == []


# The last rung: a window of its own


@pytest.mark.parametrize("storage", ["off", "silent", "error"])
def test_a_window_of_its_own(college: College, enter: Enter, storage: str) -> None:
    """No cookie in the frame and no storage: a button opens a window, where cookies work."""
    college.switch(storage=storage)
    person = enter(college.cookies_forbidden(only_in_frames=True))
    page = person.open()
    frame = tool_frame(page)
    button = frame.get_by_role("link", name="Open in a new window")
    button.wait_for()
    assert cookies_taken(frame) == [], "the browser does not block"
    expect(frame.locator("h1")).to_have_text("One more step")
    assert serious(page) == []
    with person.context.expect_page() as opening:
        button.click()
    window = opening.value
    window.wait_for_url("**/l/**")

    assert "partitioned" in cookies_taken(window)
    assert "." not in ref_of(window)
    assert write(college, window, f"In a window, storage {storage}") == [COURSE]
    window.reload()
    expect(window.locator("[name=name_on_badge]")).to_have_value(f"In a window, storage {storage}")


def test_a_window_opened_twice(college: College, enter: Enter) -> None:
    """The LMS honours a launch once: the second window is told calmly, the first goes on."""
    person = enter(college.cookies_forbidden(only_in_frames=True))
    button = tool_frame(person.open()).get_by_role("link", name="Open in a new window")
    windows = []
    for _ in range(2):
        with person.context.expect_page() as opening:
            button.click()
        windows.append(opening.value)
        expect(opening.value.locator("h1")).not_to_have_text("Opening…")

    expect(windows[1].get_by_text("Code for whoever helps you")).to_be_visible()
    windows[0].reload()
    assert write(college, windows[0], "In the first of two windows") == [COURSE]


def test_a_window_in_which_no_cookie_is_kept(college: College, enter: Enter) -> None:
    """Where nothing works we say what to change, and offer no second window after the first."""
    college.switch(storage="off")
    person = enter(college.cookies_forbidden())
    button = tool_frame(person.open()).get_by_role("link", name="Open in a new window")
    with person.context.expect_page() as opening:
        button.click()
    window = opening.value

    expect(window.locator("h1")).to_have_text("This did not open")
    expect(window.get_by_role("status")).to_contain_text("keeps no cookie")
    expect(window.get_by_role("link", name="Open in a new window")).to_be_hidden()
    assert serious(window) == []


def go_on(place: Frame | Page) -> None:
    """Press the buttons of the LMS's own forms until the launch has landed."""
    with place.expect_navigation():
        place.get_by_role("link", name="Continue").click()
    while "/l/" not in place.url:
        with place.expect_navigation():
            place.get_by_role("button", name="Continue").click()


def test_a_frame_without_scripts(enter: Enter) -> None:
    """Where cookies work, Continue goes on."""
    frame = tool_frame(enter(WITHOUT_SCRIPTS).open())
    go_on(frame)

    expect(frame.locator("h1")).to_be_visible()
    assert "." not in ref_of(frame)


def test_a_window_without_scripts(college: College, enter: Enter) -> None:
    """Where they do not work in the frame, the other link opens a window."""
    person = enter(college.cookies_forbidden(only_in_frames=True, has_scripts=False))
    frame = tool_frame(person.open())
    with person.context.expect_page() as opening:
        frame.get_by_role("link", name="Open in a new window").click()
    go_on(opening.value)

    expect(opening.value.locator("h1")).to_be_visible()


# Tabs, reloads, ends


@pytest.mark.parametrize("rung", ["cookie", "partitioned", "token"])
def test_two_courses_in_two_tabs_never_mix(college: College, enter: Enter, rung: str) -> None:
    """Whichever was opened last: each tab goes on in its own course."""
    college.switch(storage="on" if rung == "token" else "off")
    preferences = {
        "cookie": OPEN,
        "partitioned": THIRD_PARTY_BLOCKED,
        "token": college.cookies_forbidden(),
    }
    person = enter(preferences[rung])
    first = launched(person.open(ACTIVITY))
    second = launched(person.open(OTHER_COURSES_ACTIVITY))

    assert write(college, first, f"First tab, {rung}") == [COURSE]
    assert write(college, second, f"Second tab, {rung}") == [OTHER_COURSE]
    for frame, words in ((first, f"First tab, {rung}"), (second, f"Second tab, {rung}")):
        frame.evaluate("location.reload()")
        expect(frame.locator("[name=name_on_badge]")).to_have_value(words)
    assert write(college, first, f"First tab again, {rung}") == [COURSE]


@pytest.mark.parametrize("rung", ["cookie", "token"])
def test_a_session_that_has_ended(college: College, enter: Enter, rung: str) -> None:
    """The frame shows a calm page; opening the activity again goes on where it was."""
    college.switch(storage="on" if rung == "token" else "off")
    person = enter(college.cookies_forbidden() if rung == "token" else OPEN)
    page = person.open()
    frame = launched(page)
    write(college, frame, f"Before the end, {rung}")
    college.end_sessions()
    frame.evaluate("location.reload()")

    expect(frame.get_by_role("heading", name="Your session has ended")).to_be_visible()
    assert serious(page) == []
    page.reload()
    again = launched(page)
    expect(again.locator("[name=name_on_badge]")).to_have_value(f"Before the end, {rung}")


def test_another_browser_with_the_address(enter: Enter) -> None:
    """Sending the address of one's page to a friend opens nothing of one's own."""
    frame = launched(enter().open())
    stranger = enter().context.new_page()
    stranger.goto(frame.url)

    expect(stranger.get_by_role("heading", name="Your session has ended")).to_be_visible()


def test_a_new_tab_where_cookies_are_parted(enter: Enter) -> None:
    """A partitioned cookie stays in the LMS: such a tab is told calmly what to do."""
    person = enter(THIRD_PARTY_BLOCKED)
    frame = launched(person.open())
    tab = person.context.new_page()
    tab.goto(frame.url)

    expect(tab.get_by_role("heading", name="Your session has ended")).to_be_visible()
    expect(tab.get_by_text("Open the activity again from your course")).to_be_visible()


def test_back_and_forward_after_a_launch(enter: Enter) -> None:
    """Going back never posts a launch again."""
    person = enter()
    page = person.open()
    launched(page)
    page.goto(f"{person.college.places.lms_url}/")
    page.go_back()
    frame = launched(page)

    expect(frame.locator("h1")).to_be_visible()
    assert "/l/" in frame.url
