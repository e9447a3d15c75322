"""The practice LMS behind a server of its own."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from lti_tool.sandbox.app import close_platform, create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.server import PracticeServer
from tests.functional.sandbox_tool import give_key
from tests.ports import free_port

PATIENCE_SECONDS = 120

# Whoever runs the tests in the background may have interrupts ignored: here they count.
SERVE = """
import signal
import sys
from pathlib import Path
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.server import serve
url, path = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)
serve(demo_settings(base_url=url, tool_url="http://localhost:1", state_path=Path(path)))
"""


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """`serve` answers at the base URL, and ends with an interrupt."""
    path = tmp_path / "practice.db"
    give_key(path)
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-c", SERVE, url, str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: S603  # our own code
    try:
        assert "Who would you like to be?" in _first_answer(url)
    finally:
        process.send_signal(signal.SIGINT)
        _output, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, errors) == (0, b"")


def _first_answer(url: str) -> str:
    """Return the start page as soon as somebody serves it."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return requests.get(url, timeout=PATIENCE_SECONDS).text
        except requests.ConnectionError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)


def test_stopping_twice_does_no_harm(tmp_path: Path) -> None:
    """A server that does not run can be stopped."""
    give_key(tmp_path / "practice.db")
    port = free_port()
    settings = demo_settings(
        base_url=f"http://127.0.0.1:{port}",
        tool_url="http://localhost:1",
        state_path=tmp_path / "practice.db",
    )
    server = PracticeServer(create_platform(settings), host="127.0.0.1", port=port)
    server.start()
    server.stop()
    server.stop()
    close_platform(server.app)
