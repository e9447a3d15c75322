"""Ports for servers of tests that are stopped and started again in between."""

import os
import random
import socket
from itertools import cycle

FIRST, SPAN = 20_000, 2_000
"""Each process has a range of its own, below those that the system gives out itself."""


def _own_ports() -> list[int]:
    """Return the ports of this process, from one that another run is unlikely to begin with."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = FIRST + SPAN * (int(worker) % 6)
    begin = random.randrange(SPAN)  # noqa: S311 - no secret
    return [first + (begin + number) % SPAN for number in range(SPAN)]


_ports = cycle(_own_ports())


def free_port() -> int:
    """Return a port that is free, and that was not returned for a long while: two are two."""
    while True:
        port = next(_ports)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
