"""Browsers with habits, which Chromium reads from the preferences of a profile."""

import json
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests.browser.gallery import arguments

BLOCKED = 2
"""Chromium's number for a content setting that forbids."""

Preferences = Mapping[str, object]
OPEN: Preferences = {"profile": {"cookie_controls_mode": 0}}
"""Cookies of other sites are allowed."""
WITHOUT_SCRIPTS: Preferences = {
    "profile": {
        "cookie_controls_mode": 0,
        "default_content_setting_values": {"javascript": BLOCKED},
    }
}
THIRD_PARTY_BLOCKED: Preferences = {
    "profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}
}


class Browsers:
    """One browser for all with the same habits: each person gets a context, empty and apart."""

    def __init__(self, playwright: Playwright, executable: str, folder: Path) -> None:
        self._playwright = playwright
        self._executable = executable
        self._folder = folder
        self._profiles: dict[str, BrowserContext] = {}

    def new_context(self, preferences: Preferences) -> BrowserContext:
        """Open a context that inherits these preferences."""
        text = json.dumps(preferences)
        if text not in self._profiles:
            self._profiles[text] = self._launch(text)
        browser = self._profiles[text].browser
        assert browser is not None
        return browser.new_context()

    def close(self) -> None:
        """Close all of them."""
        for profile in self._profiles.values():
            profile.close()

    def _launch(self, preferences: str) -> BrowserContext:
        profile = self._folder / f"profile-{len(self._profiles)}"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(preferences, "utf-8")
        return self._playwright.chromium.launch_persistent_context(
            str(profile), executable_path=self._executable, args=arguments(), headless=True
        )
