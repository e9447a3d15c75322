"""The whole loop in a real browser that blocks third-party cookies."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from lti_tool.cli.demo import DemoPlaces, running
from lti_tool.cli.walkthrough.browser import BrowserVisitor
from lti_tool.cli.walkthrough.checking import check, save
from lti_tool.cli.walkthrough.steps import Visitor, walk_the_loop
from tests.browser.profiles import THIRD_PARTY_BLOCKED, Browsers
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def a_tab(browsers: Browsers) -> Iterator[Page]:
    """Open a browser that blocks third-party cookies, with nothing in it yet."""
    context = browsers.new_context(THIRD_PARTY_BLOCKED)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_the_loop_works_with_third_party_cookies_blocked(
    browsers: Browsers, tmp_path: Path
) -> None:
    """From an unbound activity to a badge that a stranger reads and verifies."""
    places = DemoPlaces(folder=tmp_path / "demo", port=free_port(), lms_port=free_port())
    with running(places):

        @contextmanager
        def visit(lms_url: str, person_id: str) -> Iterator[Visitor]:
            with a_tab(browsers) as page:
                page.goto(lms_url)
                page.click(f'button[name="person_id"][value="{person_id}"]')
                yield BrowserVisitor(page, lms_url)
                # A launch without a cookie would carry a token behind a dot.
                launches = [frame.url for frame in page.frames if "/l/" in frame.url]
                assert all("." not in url.partition("/l/")[2] for url in launches)

        link = walk_the_loop(
            visit, lms_url=places.lms_url, tool_url=places.tool_url, say=lambda _: None
        )
        save(link, tmp_path / "files")
        with a_tab(browsers) as page:
            read_as_a_stranger(page, link)
            verify_as_a_stranger(page, places.tool_url, tmp_path / "files")
    assert check(tmp_path / "files", say=lambda _: None) == 0


def read_as_a_stranger(page: Page, link: str) -> None:
    """Open the share link with nothing but the link."""
    page.goto(link)
    sentence = page.locator(".qf-sentence").inner_text()
    assert sentence.startswith("This badge is valid")
    assert "Rosa Delgado" in sentence


def verify_as_a_stranger(page: Page, tool_url: str, files: Path) -> None:
    """Upload the badge to the verify page: whole, then with one level changed."""
    whole = files / "credential.json"
    tampered = files / "tampered.json"
    credential = json.loads(whole.read_text("utf-8"))
    credential["credentialSubject"]["result"][0]["value"] = "5000"
    tampered.write_text(json.dumps(credential), "utf-8")
    for file, begins in ((whole, "This badge is valid"), (tampered, "Do not rely on")):
        page.goto(f"{tool_url}/verify")
        page.set_input_files('input[name="file"]', file)
        page.locator("main form button").last.click()
        assert page.locator(".qf-sentence").inner_text().startswith(begins)
