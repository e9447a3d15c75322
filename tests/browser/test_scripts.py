"""The scripts against a small server that keeps one draft: saving, conflicts, sessions, files."""

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, Locator, Page, expect

from rubrics.submission import word_count
from tests.browser.gallery import create_gallery, serious, serving

pytestmark = pytest.mark.browser
ANSWER = "answer.reflection"
SAVED_AT = "2026-11-21T10:42:00Z"


@dataclasses.dataclass
class Draft:
    """What the server holds, and how it behaves next."""

    revision: int = 7
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    session_ended: bool = False
    broken: int = 0
    received: bytes = b""
    playable: object = None

    def save(self) -> ResponseReturnValue:
        """Answer as the real endpoint does."""
        if self.session_ended:
            return jsonify(error="session_ended"), 401
        if self.broken:
            self.broken -= 1
            return "<h1>broken</h1>", 500
        sent = request.get_json()
        if sent["revision"] != self.revision:
            theirs = self.fields | {name: self.fields.get(name, "") for name in sent["fields"]}
            return jsonify(error="stale", revision=self.revision, fields=theirs), 409
        refused = {n: {"message": "Not this."} for n, v in sent["fields"].items() if v == "bad"}
        if refused:
            return jsonify(error="invalid", fields=refused), 422
        self.fields |= sent["fields"]
        self.revision += 1
        regions = {"checklist": f"<p>{self.revision}</p>", "trace": f"<p>{self.revision}</p>"}
        return jsonify(revision=self.revision, saved_at=SAVED_AT, regions=regions)

    def begin(self) -> ResponseReturnValue:
        """Begin or resume the one upload."""
        self.playable = request.get_json()["playable"]
        return jsonify(url="/uploads/one", offset=len(self.received), chunk_bytes=300_000), 201

    def piece(self) -> ResponseReturnValue:
        """Take one piece where the last one ended."""
        if self.broken:
            self.broken -= 1
            return "", 503
        if int(request.headers["Upload-Offset"]) != len(self.received):
            return jsonify(error="offset", offset=len(self.received)), 409
        self.received += request.get_data()
        return jsonify(offset=len(self.received))

    def finish(self) -> ResponseReturnValue:
        """End the upload."""
        return jsonify(regions={"artefacts": "<p id=arrived>arrived</p>"}, revision=8), 201


@pytest.fixture(scope="module")
def app() -> Flask:
    """Return the gallery with the endpoints that the scripts call; a test sets `DRAFT`."""
    app = create_gallery()
    rules = (
        ("/draft", "save", "POST"),
        ("/assessment", "save", "POST"),
        ("/uploads", "begin", "POST"),
        ("/uploads/one", "piece", "PUT"),
        ("/uploads/one/finish", "finish", "POST"),
    )
    for path, method, verb in rules:
        app.add_url_rule(
            path,
            endpoint=path,
            methods=[verb],
            view_func=lambda method=method: getattr(app.config["DRAFT"], method)(),
        )
    return app


@pytest.fixture
def draft(app: Flask) -> Draft:
    """Return the server's side of a fresh draft."""
    fresh = Draft()
    app.config["DRAFT"] = fresh
    return fresh


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    """Serve the app."""
    with serving(app) as address:
        yield address


@pytest.fixture
def page(browser: Browser, draft: Draft) -> Iterator[Page]:
    """Give a page of a fresh browser context that meets `draft`."""
    assert draft.revision == 7
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()


def open_draft(page: Page, address: str) -> Locator:
    """Open the empty draft and return its answer's field."""
    page.goto(f"{address}/learner-work-empty")
    return page.locator(f"[name='{ANSWER}']")


def kept(page: Page) -> str | None:
    """Return what the browser keeps for the draft."""
    found: str | None = page.evaluate("localStorage.getItem('quatrefoil:draft:attempt')")
    return found


def wait_until_nothing_is_kept(page: Page) -> None:
    """Wait until the server has everything; the policy forbids Playwright's own polling."""
    for _ in range(300):
        if page.evaluate("localStorage.length") == 0:
            return
        page.wait_for_timeout(100)
    pytest.fail("text is still kept in the browser")


def test_text_is_saved_as_it_is_typed(page: Page, draft: Draft, address: str) -> None:
    """What is typed reaches the server by itself, and the line says so."""
    open_draft(page, address).type("I waited.")
    page.locator("aside [data-save-status][data-state=saved]", has_text="Saved").wait_for()
    page.locator("[data-region=checklist] >> text=8").wait_for()

    assert draft.fields == {ANSWER: "I waited."}
    assert kept(page) is None


def test_text_survives_a_server_that_fails(page: Page, draft: Draft, address: str) -> None:
    """While nothing answers the text is kept in the browser, and sent when something does."""
    draft.broken = 1
    open_draft(page, address).fill("I waited.")
    page.locator("aside [data-save-status][data-state=kept]").wait_for()
    assert "I waited." in (kept(page) or "")
    page.locator("aside [data-save-status][data-state=saved]").wait_for()

    assert draft.fields == {ANSWER: "I waited."}


def test_text_goes_on_after_a_new_launch(page: Page, draft: Draft, address: str) -> None:
    """A session that ends in mid-work loses nothing: the next page puts the text back."""
    draft.session_ended = True
    open_draft(page, address).fill("I waited.")
    page.locator("[data-save-ended]").wait_for()
    draft.session_ended = False
    field = open_draft(page, address)
    page.locator("[data-save-restored]").wait_for()
    page.locator("[data-region=checklist] >> text=8").wait_for()

    assert field.input_value() == "I waited."
    assert draft.fields == {ANSWER: "I waited."}
    assert kept(page) is None


def test_change_elsewhere_of_another_field_is_no_conflict(
    page: Page, draft: Draft, address: str
) -> None:
    """A draft that moved on elsewhere takes this page's text all the same."""
    draft.revision = 12
    open_draft(page, address).fill("I waited.")
    page.locator("[data-region=checklist] >> text=13").wait_for()

    assert draft.fields == {ANSWER: "I waited."}
    assert page.locator("[data-conflict]").count() == 0


def test_untouched_fields_catch_up(page: Page, draft: Draft, address: str) -> None:
    """What changed elsewhere shows here too: no old text is written over it."""
    draft.revision = 12
    draft.fields = {"name_on_badge": "Ada B.", "reference.unknown.locator": "4"}
    open_draft(page, address).fill("I waited.")
    page.locator("[data-region=checklist] >> text=13").wait_for()

    assert page.locator("[name=name_on_badge]").input_value() == "Ada B."
    page.locator("[name=name_on_badge]").fill("Ada C.")
    page.locator("[data-region=checklist] >> text=14").wait_for()
    assert draft.fields["name_on_badge"] == "Ada C."
    assert page.locator("[data-conflict]").count() == 0


@pytest.mark.parametrize(("choice", "text"), [("mine", "I waited."), ("theirs", "I spoke.")])
def test_both_texts_are_kept(
    page: Page, draft: Draft, address: str, choice: str, text: str
) -> None:
    """A field changed in two places shows both texts, and keeps the one that is chosen."""
    draft.revision, draft.fields = 12, {ANSWER: "I spoke."}
    field = open_draft(page, address)
    field.fill("I waited.")
    page.locator("[data-theirs]", has_text="I spoke.").wait_for()
    assert draft.fields == {ANSWER: "I spoke."}
    assert field.input_value() == "I waited."
    page.locator(f"[data-keep={choice}]").click()
    wait_until_nothing_is_kept(page)

    assert field.input_value() == text
    assert draft.fields == {ANSWER: text}


def test_refused_field_holds_nothing_else_up(page: Page, draft: Draft, address: str) -> None:
    """A value that is refused is marked at its field, and the others are saved."""
    field = open_draft(page, address)
    field.fill("I waited.")
    page.locator("[name=name_on_badge]").fill("bad")
    page.locator("[data-error-for=name_on_badge]", has_text="Not this.").wait_for()
    page.locator("[data-region=checklist] >> text=8").wait_for()

    assert draft.fields == {ANSWER: "I waited."}


def test_blocked_storage_breaks_nothing(page: Page, draft: Draft, address: str) -> None:
    """Where the browser keeps nothing, saving works and a failure says to keep the page open."""
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }})"
    )
    draft.broken = 1
    open_draft(page, address).fill("I waited.")
    page.locator("aside [data-save-status][data-state=only]").wait_for()
    page.locator("aside [data-save-status][data-state=saved]").wait_for()

    assert draft.fields == {ANSWER: "I waited."}


def test_file_arrives_in_pieces(page: Page, draft: Draft, address: str) -> None:
    """A file is sent in pieces, goes on after a failure, and shows up when it is in."""
    draft.broken = 1
    content = bytes(range(256)) * 3000
    open_draft(page, address)
    page.locator("input[type=file]").set_input_files(
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.locator("#arrived").wait_for()

    assert draft.received == content
    assert draft.playable is None


def test_unplayable_video_is_said_at_once(page: Page, draft: Draft, address: str) -> None:
    """A video that this browser cannot play is named as such while it is sent."""
    draft.broken = 1
    open_draft(page, address)
    page.locator("input[type=file]").set_input_files(
        {"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"no video"}
    )
    page.locator("[data-uploads] .qf-error", has_text="cannot play").wait_for()
    page.locator("#arrived").wait_for()

    assert draft.playable is False


def test_level_is_chosen_by_click_and_by_key(page: Page, draft: Draft, address: str) -> None:
    """Inside the rubric a number chooses a level and n goes on; while writing they are text."""
    draft.revision = 3
    page.goto(f"{address}/assessor-score")
    page.locator("#rate-c1 input[value=exceeds]").check()
    # The page came with the second level: unless the first click was saved, nothing changed.
    wait_until_nothing_is_kept(page)
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.press("3")
    page.keyboard.press("c")
    page.keyboard.type("n 1")
    page.locator("[data-save-status][data-state=saved]").wait_for()
    wait_until_nothing_is_kept(page)

    assert draft.fields["level.c1"] == "meets"
    assert draft.fields["level.c2"] == "developing"
    assert draft.fields["comment.c2"] == "n 1"


def test_keys_do_nothing_outside_the_rubric(page: Page, address: str) -> None:
    """A number typed with the focus elsewhere rates nothing."""
    page.goto(f"{address}/assessor-score")
    page.locator(".qf-score-head a").first.focus()
    page.keyboard.press("1")

    assert page.locator("#rate-c1 :checked").get_attribute("value") == "meets"


def test_locator_moves_the_viewer(page: Page, address: str) -> None:
    """A locator's click shows its page in the frame that is there."""
    page.goto(f"{address}/assessor-score")
    page.locator("[data-locator=a1]").first.click()
    frame = page.locator("#artefact-a1 [data-frame]")

    assert (frame.get_attribute("src") or "").endswith("&page=4")
    assert page.url.endswith("/assessor-score")


def test_removal_asks_first(page: Page, address: str) -> None:
    """Removing a file asks, and No leaves everything as it is."""
    page.goto(f"{address}/learner-work")
    page.locator("[value='remove-artefact:a1']").click()
    page.locator("#confirm-dialog[open]").wait_for()
    page.locator("#confirm-dialog button", has_text="No").click()

    assert page.url.endswith("/learner-work")


def test_login_without_a_cookie_says_what_to_change(page: Page, address: str) -> None:
    """In a window of its own there is no other one to offer, and nothing is asked for."""
    page.goto(f"{address}/lti-login")
    expect(page.get_by_role("status")).to_contain_text("keeps no cookie")

    assert page.title().startswith("This did not open")
    assert not page.get_by_role("link", name="Open in a new window").is_visible()
    assert page.url.endswith("/lti-login")


def test_a_platform_that_does_not_answer_is_said(page: Page, address: str) -> None:
    """What login left with it cannot be read back: the page says so, and does not go on."""
    page.goto(f"{address}/lti-storage-launch")
    expect(page.get_by_role("status")).to_contain_text("did not answer")

    expect(page.locator("h1")).to_have_text("This did not open")
    assert page.title().startswith("This did not open")
    assert page.url.endswith("/lti-storage-launch")
    assert serious(page) == []


def test_words_are_counted_as_the_server_counts_them(page: Page, address: str) -> None:
    """The page and the check at the end agree, in any script and with any white space."""
    texts = [
        "",
        " one  two\nthree\t",
        "well-being, and/or - \u2014 3rd",
        "\u6211\u5f88\u9ad8\u5174 OK \u30ab\u30bf",
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643",
        "a\u00a0b\u3000c\u2028d\x1ce\ufefff\u200bg",
        "\U00020000\U0001f469\u200d\U0001f3eb \u00bd \u2460 _",
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0928\u092e\u0938\u094d\u0924\u0947",
    ]
    page.goto(f"{address}/learner-work-empty")
    script = """async (texts) => {
        const { wordCount } = await import("/static/js/words.js");
        return texts.map(wordCount);
    }"""

    assert page.evaluate(script, texts) == [word_count(text) for text in texts]
