"""The running platform, and how the views get at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app

from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.sandbox.state import State
from lti_tool.sandbox.switches import Switches, read_switches
from lti_tool.sandbox.tool_keys import ToolKeys

EXTENSION = "practice_lms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What lives as long as the application."""

    settings: PlatformSettings
    state: State
    tool_keys: ToolKeys

    def switches(self) -> Switches:
        """Return the switches as they stand."""
        with self.state.transaction() as db:
            return read_switches(db, self.settings.family)

    def now(self) -> datetime:
        """Return the platform's time, which a switch may put ahead or behind."""
        offset = timedelta(seconds=self.switches().clock_offset_seconds)
        return self.settings.clock() + offset


def current_platform() -> Platform:
    """Return the platform that serves this request."""
    return cast("Platform", current_app.extensions[EXTENSION])
