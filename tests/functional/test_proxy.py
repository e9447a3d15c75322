"""The example of a proxy in docs/deploying.md, before the tool, by a real nginx."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from lti_tool.app import create_app
from lti_tool.environment import open_runtime
from tests.browser.live import listening
from tests.nginx_host import NGINX, WITHOUT_NGINX, nginx_hosting
from tests.ports import free_port
from tests.terminals import Terminal

BURST = 20
PAGE = Path(__file__).parents[2] / "docs" / "deploying.md"


@pytest.fixture
def front(installed: Terminal, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The proxy's address; behind it the tool."""
    if NGINX is None:
        pytest.skip(WITHOUT_NGINX)
    monkeypatch.setenv("QUATREFOIL_TRUSTED_PROXIES", "1")
    (example,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    port, behind = free_port(), free_port()
    places = {
        "proxy_pass": f"http://127.0.0.1:{behind}",
        "error_log": f"{installed.folder / 'proxy.log'} crit",
    }
    runtime = open_runtime()
    with (
        listening(create_app(runtime), behind),
        nginx_hosting(example, installed.folder / "nginx", port, **places),
    ):
        yield f"http://127.0.0.1:{port}"
    runtime.database.dispose()


def test_it_limits_who_verifies_and_nobody_else(front: str) -> None:
    """One address, more calls at once than a class makes; other pages answer as before."""
    form = {"credential": "nothing"}
    found = Counter(
        requests.post(f"{front}/api/verify", data=form, timeout=10).status_code for _ in range(40)
    )

    assert found[429] >= 40 - BURST - 5
    assert found.total() - found[429] > BURST
    assert requests.get(f"{front}/health", timeout=10).status_code == 200


def test_the_tool_hears_how_it_was_asked(front: str) -> None:
    """By which host; what a visitor claims to be forwarded for is not passed on."""
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}
    answer = requests.get(f"{front}/verify", headers=forged, timeout=10)

    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_what_is_too_large_does_not_reach_the_tool(front: str) -> None:
    """A piece of a file fits, and no more."""
    answer = requests.post(f"{front}/health", data=b"x" * (18 * 1024**2), timeout=30)

    assert answer.status_code == 413
