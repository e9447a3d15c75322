"""What every test with a browser needs: one browser for all of them, and the tool behind a port."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from lti_tool.cli.walkthrough.browser import find_browser
from lti_tool.config import Settings
from tests.browser.gallery import launch
from tests.browser.live import listening
from tests.browser.profiles import Browsers
from tests.ports import free_port

# What is waited for comes at once on a quiet machine; a busy one is no fault of the page.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser; without one its tests are left out, or fail where CI runs them."""
    found = find_browser()
    if found is None:
        assert not os.environ.get("CI"), "CI has no browser"
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def playwright(chromium_path: str) -> Iterator[Playwright]:
    """Playwright, of which a thread can have only one."""
    assert chromium_path
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """A browser; each test opens a context of its own, which shares nothing with others."""
    launched = launch(playwright, chromium_path)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def browsers(
    playwright: Playwright, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browsers]:
    """Browsers with habits of their own, started when somebody first has these."""
    made = Browsers(playwright, chromium_path, tmp_path_factory.mktemp("profiles"))
    yield made
    made.close()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of an installation on this machine."""
    return replace(settings, base_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def served(app: Flask, settings: Settings) -> Iterator[str]:
    """The tool, listening; its address."""
    with listening(app, int(settings.base_url.rpartition(":")[2])):
        yield settings.base_url
