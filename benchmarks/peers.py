"""The peers that come from elsewhere, installed under `var/` by the benchmark itself.

What cannot be installed is left out, and said by name: a figure without its peer says less
than none.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from benchmarks.measuring import Case, Turn
from tests.node_packages import VAR, install, tool

NODE_SOURCES = Path(__file__).with_name("node")
PYTHON_PEERS = "pillow", "joserfc"
"""What is no dependency of ours; each needs nothing that is not there already."""
MOST_SECONDS = 300


def add_python_peers() -> tuple[str, ...]:
    """Make the Python peers importable, and return the names of those that are not."""
    folder = VAR / "benchmarks" / "python"
    missing = []
    for name in PYTHON_PEERS:
        if not any(folder.glob(f"{name}-*.dist-info")):
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            done = subprocess.run(  # noqa: S603 - our own arguments
                [*pip, "install", "--no-deps", "--target", folder, name],
                capture_output=True,
                timeout=MOST_SECONDS,
                check=False,
            )
            if done.returncode:
                missing.append(name)
    sys.path.append(str(folder))
    return tuple(missing)


def install_node_peers() -> Path | None:
    """Return the folder of the peers on Node.js, or None where they cannot be installed."""
    try:
        return install(NODE_SOURCES.iterdir(), "benchmarks")
    except (subprocess.SubprocessError, FileNotFoundError):
        return None


class NodePeer:
    """One process of Node.js that does what it is told, and says what that cost."""

    def __init__(self, folder: Path, samples: Mapping[str, object]) -> None:
        self._left = ExitStack()
        self._process = self._left.enter_context(
            subprocess.Popen(  # noqa: S603 - our own arguments
                [tool("node"), folder / "peer.mjs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        self._ask(samples)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._left.close()

    def case(self, name: str, operation: str, *, count: int, peer: str = "") -> Case:
        """Return a case of that process."""

        def take(asked: int) -> Turn:
            cost = self._ask({"case": operation, "count": asked})
            return Turn(cost["wall"] / asked, cost["cpu"] / asked)

        return Case(name=name, peer=peer or name, count=count, take=take)

    def _ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peers on Node.js ended; what they said is above")
        answer: dict[str, Any] = json.loads(line)
        return answer
