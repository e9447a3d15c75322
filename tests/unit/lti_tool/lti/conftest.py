from collections.abc import Iterator

import pytest

from lti_tool.lti.http import GuardedSession
from tests.unit.lti_tool.lti.factories import Stage
from tests.unit.lti_tool.lti.server import Server, serving


@pytest.fixture
def stage() -> Stage:
    """Return the tool's side of a launch, one platform registered."""
    return Stage()


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a platform's web server on loopback."""
    with serving() as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[GuardedSession]:
    """Open a client that may call this one server, though it is on loopback."""
    with GuardedSession(private_hosts=frozenset({server.host})) as opened:
        yield opened
