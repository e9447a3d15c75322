"""Ports for servers of tests that are stopped and started again in between."""

import os
import random
import socket

FIRST, SPAN = 20_000, 2_000
"""Each process has a range of its own, below those that the system gives out itself."""


def free_port() -> int:
    """Return a port that was free a moment ago, and that no test of another process takes."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = FIRST + SPAN * (int(worker) % 6)
    while True:
        port = random.randrange(first, first + SPAN)  # noqa: S311 - no secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
