"""The application from the environment, and granian around it."""

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lti_tool.app import create_app
from lti_tool.environment import open_runtime

# Four slow phones starve four threads (tried): uploads hold a thread each.
BLOCKING_THREADS = 64


def make_application() -> Flask:
    """Return the application that the environment's settings describe."""
    return create_app(open_runtime())


def serve_forever(*, host: str, port: int, workers: int) -> None:
    """Serve until told to stop. Access logs stay off: paths may hold tokens."""
    Granian(
        "lti_tool.serving:make_application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        log_access=False,
        # It would call the threads too many: they wait for slow phones, not for a core.
        log_level=LogLevels.error,
        websockets=False,
    ).serve()
