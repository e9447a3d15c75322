"""What several tests of pages start from."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.runtime import Runtime
from tests.conftest import FakeClock
from tests.desks import a_desk
from tests.foreign import College, a_college
from tests.instruments import Work, shipped
from tests.stages import PASS, Stage, a_stage
from tests.towns import Town, a_town


@pytest.fixture
def work(app: Flask, runtime: Runtime, clock: FakeClock, request: pytest.FixtureRequest) -> Work:
    """A learner who has begun the instrument that the test names by `of`."""
    definition = shipped(request.param)
    return Work(
        app, a_desk(runtime.database, clock, runtime.settings.data_dir, definition=definition)
    )


@pytest.fixture
def stage(runtime: Runtime) -> Stage:
    """A released badge."""
    made = a_stage(runtime, PASS)
    made.release()
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def college(clock: FakeClock) -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(clock) as made:
        yield made


@pytest.fixture
def town(runtime: Runtime, college: College) -> Town:
    """A pathway of two badges; the college's may stand for the second."""
    return a_town(runtime, college)
