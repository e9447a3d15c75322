"""The practice LMS behind a server of its own.

Werkzeug's threaded server on purpose: it lends its socket to the failure that
hangs up, and it can be stopped and started again within a test.
"""

from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lti_tool.sandbox.app import close_platform, create_platform
from lti_tool.sandbox.settings import PlatformSettings


class PracticeServer:
    """A server in a thread; between `stop` and `start` connections are refused."""

    def __init__(self, app: Flask, *, host: str, port: int) -> None:
        self.app = app
        self._address = host, port
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Listen, and serve in a thread."""
        host, port = self._address
        self._server = _listen(self.app, host, port)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; the state stays, for another `start`."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        close_platform(self.app)


class _QuietHandler(WSGIRequestHandler):
    """Writes no access log: the addresses of the services hold ids of people."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def serve(settings: PlatformSettings) -> None:
    """Serve a practice LMS at its base URL until the process is told to stop."""
    parts = urlsplit(settings.base_url)
    app = create_platform(settings)
    server = _listen(app, parts.hostname or "127.0.0.1", parts.port or 80)
    # An interrupt ends it quietly, and closes its socket.
    server.serve_forever()
    close_platform(app)


def _listen(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Return a server that listens already."""
    return make_server(host, port, app, threaded=True, request_handler=_QuietHandler)
