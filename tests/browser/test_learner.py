"""The learner's pages in a real browser: nothing typed is lost, nothing sent is sent twice."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from lti_tool.config import Settings
from lti_tool.runtime import Runtime
from lti_tool.services import drafts
from lti_tool.store.rows import KeptTextRow, LaunchRow, ShareRow, UserRow
from tests.browser.gallery import serious
from tests.browser.live import listening, with_token
from tests.conftest import FakeClock
from tests.desks import Desk, a_desk
from tests.grading import FAIL, PASS, an_assessor
from tests.instruments import VIDEO, shipped
from tests.ports import free_port
from tests.recordings import an_mp4
from tests.rows import a_launch

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PDF = b"%PDF-1.7\n" + b"words on a page\n" * 100_000


@pytest.fixture
def desk(runtime: Runtime, clock: FakeClock) -> Desk:
    """A learner with an empty draft; their launch has its token in the URL."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir)
    desk.start()
    with runtime.writing() as session:
        return replace(desk, launch=with_token(session, desk.launch))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own, as wide as a desk."""
    made = browser.new_context(viewport=DESK)
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab."""
    return context.new_page()


def work(served: str, desk: Desk) -> str:
    """The address of the draft."""
    return f"{served}/l/{desk.launch.ref}/work"


def story(page: Page) -> str:
    """What stands in the answer's field."""
    return page.locator("[name='answer.story']").input_value()


def wait_until_stored(page: Page, desk: Desk, text: str) -> None:
    """Wait until the database has the answer."""
    for _ in range(300):
        found = desk.page().answers[0].text
        if found == text:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the answer is {found!r}")


def relaunch(desk: Desk) -> Desk:
    """Launch again, as from the course."""
    with desk.database.writing() as session:
        user = session.get_one(UserRow, desk.launch.user_id)
        launch = with_token(session, a_launch(session, desk.course, user))
    return replace(desk, launch=launch)


def test_the_first_keystroke_is_saved(served: str, desk: Desk, page: Page) -> None:
    """Nobody presses a button; a reload shows what was typed."""
    page.goto(work(served, desk))
    page.locator("[name='answer.story']").press_sequentially("I")
    wait_until_stored(page, desk, "I")
    page.locator("[name='answer.story']").press_sequentially(" waited.", delay=20)
    wait_until_stored(page, desk, "I waited.")
    expect(page.locator("[data-region=checklist]")).to_contain_text("1 of 7 done")

    page.reload()

    assert story(page) == "I waited."


def test_two_tabs_write_over_nothing(
    served: str, desk: Desk, context: BrowserContext, page: Page
) -> None:
    """The second tab sees both texts; what it has not touched catches up."""
    other = context.new_page()
    for tab in (page, other):
        tab.goto(work(served, desk))
    page.locator("[name=name_on_badge]").fill("Ada of the first tab")
    page.locator("[name='answer.story']").fill("first tab")
    wait_until_stored(page, desk, "first tab")

    other.locator("[name='answer.story']").fill("second tab")

    box = other.locator("[data-conflict='answer.story']")
    expect(box.locator("[data-theirs]")).to_have_text("first tab")
    assert story(other) == "second tab"
    expect(other.locator("[name=name_on_badge]")).to_have_value("Ada of the first tab")
    assert desk.page().answers[0].text == "first tab"
    assert "second tab" in [row.text for row in desk.rows(KeptTextRow)]
    box.locator("[data-keep=mine]").click()
    wait_until_stored(other, desk, "second tab")


def test_a_kept_text_is_put_back_and_what_was_just_typed_is_saved(
    served: str, desk: Desk, page: Page
) -> None:
    """The button waits for the save; the text that gives way is kept in turn."""
    desk.save(answer__story="stored")
    with desk.database.writing() as session:
        drafts.keep_refused(
            session, desk.launch, sent={"answer.story": "late"}, clock=desk.clock, new_id=uuid4
        )
    page.goto(work(served, desk))
    page.get_by_text("Another version of a text was kept").click()
    page.locator("[name='answer.more']").press_sequentially("just typed")

    page.get_by_role("button", name="Put it back").click()

    expect(page.get_by_text("The kept text is back in its field.")).to_be_visible()
    assert story(page) == "late"
    assert [one.text for one in desk.page().answers] == ["late", "just typed"]
    assert [one.text for one in desk.page().kept_texts] == ["stored"]


def test_a_session_that_ends_in_mid_work_loses_nothing(
    served: str, desk: Desk, page: Page, clock: FakeClock
) -> None:
    """The page says so and keeps the text; after a new launch it is back, and saved."""
    page.goto(work(served, desk))
    page.locator("[name='answer.story']").fill("before")
    wait_until_stored(page, desk, "before")
    with desk.database.writing() as session:
        session.get_one(LaunchRow, desk.launch.id).expires_at = clock() - timedelta(seconds=1)

    page.locator("[name='answer.story']").fill("before and in mid-work")

    expect(page.locator("[data-save-ended]")).to_be_visible()
    assert desk.page().answers[0].text == "before"
    again = relaunch(desk)
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(work(served, again))
    expect(page.locator("[data-save-restored]")).to_be_visible()
    assert story(page) == "before and in mid-work"
    wait_until_stored(page, again, "before and in mid-work")


def test_work_that_was_handed_in_elsewhere_keeps_the_text_on_the_page(
    served: str, desk: Desk, page: Page
) -> None:
    """A tab that was left open says that it is closed, and loses nothing that is typed into it."""
    page.goto(work(served, desk))
    desk.fill()
    desk.submit()

    page.locator("[name='answer.story']").fill("one more thought")

    expect(page.locator("[data-save-closed]")).to_be_visible()
    assert story(page) == "one more thought"


@dataclass
class Cutter:
    """A wire that can be cut: it passes bytes on until so many have gone up, then breaks once."""

    port: int
    target: int
    cut_after: int = 10**12
    cuts: int = 0

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, goes_up in ((client, upstream, True), (upstream, client, False)):
                threading.Thread(
                    target=self._pass_on,
                    args=(source, sink),
                    kwargs={"goes_up": goes_up},
                    daemon=True,
                ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, *, goes_up: bool) -> None:
        passed = 0
        with suppress(OSError):
            while piece := source.recv(16 * 1024):
                passed += len(piece) if goes_up else 0
                if passed > self.cut_after:
                    self.cut_after, self.cuts = 10**12, self.cuts + 1
                    break
                sink.sendall(piece)
        for end in (source, sink):
            close(end)


def close(end: socket.socket) -> None:
    """Close both directions of a connection at once."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wire(port: int, target: int) -> Iterator[Cutter]:
    """Put a wire between a port and the server behind it."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        cutter = Cutter(port, target)
        threading.Thread(target=cutter.serve, args=(listener,), daemon=True).start()
        yield cutter


def test_a_dropped_connection_in_mid_upload_resumes(
    app: Flask, settings: Settings, desk: Desk, page: Page, tmp_path: Path
) -> None:
    """The wire breaks within a piece: the file goes on by itself and arrives byte for byte."""
    file = tmp_path / "plan.pdf"
    file.write_bytes(PDF)
    target, port = free_port(), int(settings.base_url.rpartition(":")[2])
    with listening(app, target), wire(port, target) as cutter:
        page.goto(work(settings.base_url, desk))
        offsets: list[str] = []
        page.on(
            "request",
            lambda request: (
                offsets.append(request.headers.get("upload-offset", ""))
                if request.method == "PUT"
                else None
            ),
        )
        cutter.cut_after = 700_000
        page.locator("#file").set_input_files(file)
        expect(page.locator(".qf-file-name", has_text="plan.pdf")).to_be_visible()
        expect(page.locator("[data-region=artefacts] fieldset").first).to_be_visible(timeout=30_000)

    assert cutter.cuts == 1
    assert "0" in offsets
    assert len(set(offsets)) > 2
    artefact = desk.page().artefacts[0]
    assert (artefact.kind, artefact.size_bytes) == ("pdf", len(PDF))
    stored = next(
        path for path in (settings.data_dir.parent / "files").rglob("*-*") if path.is_file()
    )
    assert stored.read_bytes() == PDF


def test_an_upload_is_taken_up_again_after_a_reload(
    served: str, desk: Desk, page: Page, tmp_path: Path
) -> None:
    """The page shows how far it is; choosing the same file goes on from there."""
    file = tmp_path / "plan.pdf"
    file.write_bytes(PDF)
    page.goto(work(served, desk))
    page.route(
        "**/uploads/*",
        lambda route: (
            route.continue_()
            if route.request.method != "PUT" or route.request.headers["upload-offset"] == "0"
            else route.abort()
        ),
    )
    page.locator("#file").set_input_files(file)
    for _ in range(300):
        if desk.page().unfinished and desk.page().unfinished[0].offset:
            break
        page.wait_for_timeout(100)
    page.reload()
    row = page.locator("[data-unfinished='plan.pdf']")
    expect(row).to_be_visible()
    page.unroute("**/uploads/*")
    offsets: list[str] = []
    page.on(
        "request",
        lambda request: (
            offsets.append(request.headers.get("upload-offset", ""))
            if request.method == "PUT"
            else None
        ),
    )

    page.locator("#file").set_input_files(file)

    expect(page.locator("[data-region=artefacts] fieldset").first).to_be_visible(timeout=30_000)
    assert offsets[0] == str(256 * 1024)
    assert desk.page().artefacts[0].size_bytes == len(PDF)
    assert desk.page().unfinished == ()


def test_a_refused_file_is_told_at_once(
    served: str, desk: Desk, page: Page, tmp_path: Path
) -> None:
    """A page that poses as a document is refused in words, and leaves nothing behind."""
    file = tmp_path / "essay.pdf"
    file.write_bytes(b"<html><script>document.title='run'</script>")
    page.goto(work(served, desk))

    page.locator("#file").set_input_files(file)

    expect(page.locator("[data-progress-text]")).to_contain_text("cannot be taken here")
    assert desk.page().unfinished == ()


def fill_page(page: Page) -> None:
    """Fill everything that the checklist asks for, as a person would."""
    page.locator("[name='answer.story']").fill("What I did, and why.")
    page.get_by_text("Add a link instead").click()
    page.locator("[name='link.url']").fill("https://video.example/1")
    page.locator("[name='link.title']").fill("Recording")
    page.get_by_role("button", name="Add the link").click()
    page.get_by_text("Nobody else", exact=True).click()
    for title in "ABCD":
        page.get_by_role("button", name=f"Add a pointer for {title}").click()
        section = page.locator(f"#references-{title.lower()}")
        section.locator("select").select_option(label="Recording")
        section.locator("input[type=text]").fill("3:12")
        section.locator("textarea").fill(f"Shows {title}.")
    page.get_by_text("Yes, this is right").click()


def test_a_learner_hands_in_on_a_phone(served: str, desk: Desk, browser: Browser) -> None:
    """At 390 px: everything in reach, nothing beside the screen, handed in and taken back."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(work(served, desk))
    fill_page(page)
    expect(page.locator("[data-region=checklist]")).to_contain_text("8 of 8 done")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert serious(page) == []

    page.get_by_role("button", name="Hand in").click()

    expect(page.get_by_role("heading", name="Your work is in")).to_be_visible()
    assert desk.attempt().state == "submitted"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Your work is a draft again.")).to_be_visible()
    assert story(page) == "What I did, and why."
    context.close()


def test_what_is_missing_is_one_click_away(served: str, desk: Desk, page: Page) -> None:
    """Handing in too early names each thing and leads to its field."""
    page.goto(work(served, desk))
    page.get_by_role("button", name="Hand in").click()

    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="What happened?: This is needed.").click()
    assert page.url.endswith("#answer-story")
    for link in summary.get_by_role("link").all():
        target = (link.get_attribute("href") or "#none").removeprefix("#")
        assert page.locator(f"[id='{target}']").count() == 1
    assert serious(page) == []


def test_everything_works_without_scripts(
    served: str, desk: Desk, browser: Browser, tmp_path: Path
) -> None:
    """Plain forms do the same: save, add, upload, hand in."""
    file = tmp_path / "plan.pdf"
    file.write_bytes(PDF[:5000])
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(work(served, desk))
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    expect(page.locator(".qf-file-name")).to_contain_text("plan.pdf")
    page.get_by_role("button", name="Remove plan.pdf").click()
    fill_page(page)

    page.get_by_role("button", name="Hand in").click()

    expect(page.get_by_role("heading", name="Your work is in")).to_be_visible()
    context.close()


def test_what_came_of_it(served: str, desk: Desk, page: Page, runtime: Runtime) -> None:
    """Returned, changed, handed in again, earned, shared: each page without a serious fault."""
    desk.fill()
    desk.submit()
    assessor = an_assessor(runtime, desk)
    assessor.give_back(FAIL, note="Show the ending of the session.")
    page.goto(f"{served}/l/{desk.launch.ref}/")
    expect(page.get_by_text("Show the ending of the session.")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("button", name="Change it and hand it in again").click()
    expect(page.get_by_role("heading", name="What to change")).to_be_visible()
    page.locator("[name='answer.story']").fill("Now with the ending.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Your work is in")).to_be_visible()
    assessor.release(PASS)

    page.reload()

    expect(page.get_by_role("heading", name="You earned this badge")).to_be_visible()
    page.get_by_role("button", name="Make a link to share").click()
    expect(page.locator("#share-link")).to_have_value(f"{served}/s/{share_token(desk)}")
    assert serious(page) == []


def share_token(desk: Desk) -> str:
    """The token of the only share link."""
    return desk.rows(ShareRow)[0].token


def test_a_recording_stands_under_what_it_is_for(
    page: Page, served: str, runtime: Runtime, clock: FakeClock
) -> None:
    """Its length is read, what is stated is saved at once, and it moves where its learner says."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir, definition=shipped(VIDEO))
    desk.start()
    with runtime.writing() as session:
        desk = replace(desk, launch=with_token(session, desk.launch))
    page.goto(work(served, desk))

    page.locator("[name='answer.before']").fill("three words here")
    page.locator("[name='answer.after']").fill("我很高兴 OK")
    expect(page.locator("[data-pool] [data-count]")).to_have_text("8")

    page.locator("#file-video").set_input_files(
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(page.locator("#uploads-video .qf-error")).to_contain_text("Asked for: MP4")
    page.locator("#file-video").set_input_files(
        {"name": "talk.mp4", "mimeType": "video/mp4", "buffer": an_mp4(750)}
    )
    slot = page.locator("#slot-video")
    expect(slot).to_contain_text("It is 12:30 long.")
    slot.get_by_label("Both people can be seen all the time.").check()
    expect(page.locator("[data-save-status]").first).to_have_attribute("data-state", "saved")
    slot.get_by_label("What is it for?").focus()
    slot.get_by_label("What is it for?").select_option("other-work")

    choice = page.locator("#slot-other-work").get_by_label("What is it for?")
    expect(choice).to_be_focused()
    expect(slot.locator("li[id^=artefact-]")).to_have_count(0)
    choice.select_option("video")
    # What was stated of it was stated of something else.
    expect(slot.get_by_label("Both people can be seen all the time.")).not_to_be_checked()
    assert serious(page) == []
    assert desk.page().artefacts[0].length == "12:30"
