"""What several tests of pages start from."""

import pytest
from flask import Flask

from lti_tool.runtime import Runtime
from tests.conftest import FakeClock
from tests.desks import a_desk
from tests.instruments import Work, shipped


@pytest.fixture
def work(app: Flask, runtime: Runtime, clock: FakeClock, request: pytest.FixtureRequest) -> Work:
    """A learner who has begun the instrument that the test names by `of`."""
    definition = shipped(request.param)
    return Work(
        app, a_desk(runtime.database, clock, runtime.settings.data_dir, definition=definition)
    )
