"""What every test with a browser needs: the browser."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from lti_tool.cli.walkthrough.browser import find_browser

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


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, for tests that bring a profile of their own."""
    with sync_playwright() as started:
        yield started
