"""The real tool on a free port, with launches that need no LMS."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from lti_tool.lti.login import secret_hash
from lti_tool.store.rows import LaunchRow
from lti_tool.values import Launch
from tests.browser.gallery import Quiet

TOKEN = "token-of-a-test-launch"


@contextmanager
def listening(app: Flask, port: int) -> Iterator[None]:
    """Serve `app` on `port` of this machine."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_token(session: Session, launch: Launch) -> Launch:
    """Return the launch as it is where no cookie comes back: its token stands in the URL."""
    row = session.get_one(LaunchRow, launch.id)
    row.browser_id = None
    row.token_hash = secret_hash(TOKEN)
    return replace(launch, ref=f"{launch.id}.{TOKEN}")
