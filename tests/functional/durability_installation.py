"""An installation as the demo makes it, whose processes can be killed.

Server and worker lead process groups of their own, so that `kill -9` hits them
as it would in production. The practice LMS runs in a thread here; it plays
Canvas, which adds every comment that it is sent to those that are there.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from lti_tool.app import make_runtime
from lti_tool.cli.demo import DemoPlaces, prepare
from lti_tool.config import settings_from
from lti_tool.environment import read_settings_file
from lti_tool.runtime import Runtime
from lti_tool.sandbox.app import create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.model import Family
from lti_tool.sandbox.server import PracticeServer
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.values import Launch
from lti_tool.views import session as view_session
from tests.demo_course import Waiting, Work, store_work, with_learners
from tests.functional.sandbox_tool import give_key
from tests.ports import free_port
from tests.rows import BROWSER_SECRET

PATIENCE_SECONDS = 120


class ProcessGroup:
    """One command of the tool and all processes that it starts."""

    def __init__(self, *arguments: str, environment: dict[str, str]) -> None:
        self._command = [sys.executable, "-m", "lti_tool", *arguments]
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command as the leader of a group."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            self._command, env=self._environment, start_new_session=True
        )

    def kill(self) -> None:
        """`kill -9` the group, and wait until its leader is gone."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What runs, and what waits in it."""

    places: DemoPlaces
    practice: PlatformSettings
    runtime: Runtime
    """The test's own look into the database."""
    server: ProcessGroup
    worker: ProcessGroup
    work: Work

    def is_up(self) -> bool:
        """Whether the server answers."""
        try:
            return requests.get(f"{self.places.tool_url}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def release(self, assessor: Launch, one: Waiting) -> None:
        """Press the button until there is an answer, as people do; it has to be the right one."""
        form = {
            "csrf_token": view_session._csrf_token(self.runtime, assessor),
            "inputs": one.inputs_hash,
            "then": "stay",
        }
        answer = self._post(f"/l/{assessor.ref}/attempts/{one.attempt_id}/release", form)
        assert answer.status_code == 303, answer.text
        assert "notice=released_award" in answer.headers["Location"]

    def gradebook(self) -> dict[str, dict[str, Any]]:
        """What the practice LMS's gradebook holds, by person."""
        answer = requests.get(f"{self.practice.base_url}/control/results", timeout=30)
        return {one["person_id"]: one for one in answer.json()}

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return requests.post(
                    f"{self.places.tool_url}{path}",
                    data=form,
                    headers={"Cookie": f"{view_session.COOKIE}={BROWSER_SECRET}"},
                    allow_redirects=False,
                    timeout=PATIENCE_SECONDS,
                )
            except requests.ConnectionError:
                if time.monotonic() > ends_at:
                    raise
                time.sleep(0.05)


@contextmanager
def an_installation(folder: Path, database_url: str, *, learners: int) -> Iterator[Installation]:
    """Make an installation on an empty database, start it, and kill it in the end."""
    places = DemoPlaces(folder=folder, port=free_port(), lms_port=free_port())
    _write_settings(places, database_url)
    prepare(places)
    practice = with_learners(
        demo_settings(
            base_url=places.lms_url,
            tool_url=places.tool_url,
            state_path=folder / "practice-lms.db",
            family=Family.CANVAS,
        ),
        learners,
    )
    give_key(folder / "practice-lms.db")
    runtime = make_runtime(settings_from(read_settings_file(places.settings_file)))
    environment = os.environ | {"QUATREFOIL_SETTINGS": str(places.settings_file)}
    installation = Installation(
        places=places,
        practice=practice,
        runtime=runtime,
        server=ProcessGroup("serve", "--port", str(places.port), environment=environment),
        worker=ProcessGroup("worker", environment=environment),
        work=store_work(runtime, practice, learners=learners),
    )
    app = create_platform(practice)
    with ExitStack() as stack:
        stack.callback(runtime.database.dispose)
        stack.enter_context(PracticeServer(app, host="127.0.0.1", port=places.lms_port))
        for group in (installation.server, installation.worker):
            stack.callback(group.kill)
            group.start()
        wait_until(installation.is_up, within_seconds=PATIENCE_SECONDS)
        yield installation


def wait_until(holds: Callable[[], bool], *, within_seconds: float) -> None:
    """Return when `holds` does.

    Raises:
        TimeoutError: it did not in time.
    """
    ends_at = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{holds} did not come to pass in {within_seconds} seconds")
        time.sleep(0.02)


def _write_settings(places: DemoPlaces, database_url: str) -> None:
    """Write the demo's settings, with a database of choice."""
    places.folder.mkdir(parents=True)
    values = {
        "MODE": "demo",
        "BASE_URL": places.tool_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": database_url,
        "DATA_DIR": str(places.folder),
        "PRIVATE_HOSTS": f"127.0.0.1:{places.lms_port},localhost:{places.port}",
    }
    lines = (f"QUATREFOIL_{name}={value}\n" for name, value in values.items())
    places.settings_file.write_text("".join(lines), "utf-8")
