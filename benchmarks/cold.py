"""A whole process that verifies one file, beside other software and Python that does nothing."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from openbadgeslib.ob3 import contexts

from benchmarks.measuring import Case, Turn
from benchmarks.targets import at_least, at_most
from tests.credentials import a_lasting_credential
from tests.node_packages import tool

VERIFY, NOTHING = "quatrefoil verify FILE, cold", "python -c pass"
LIBRARY, BAZAAR = "openbadgeslib verify, cold", "@digitalbazaar/vc verify, cold"
TARGETS = (
    at_most("cold start", VERIFY, 0.080),
    at_most("cold start", VERIFY, 5, NOTHING),
    at_least("cold start", VERIFY, 5, LIBRARY),
    at_least("cold start", VERIFY, 4, BAZAAR),
)
_RUNS = 3
_LIBRARY = """
import sys
from openbadgeslib.ob3.ldp import OB3LdpVerifier
OB3LdpVerifier().verify(open(sys.argv[1], "rb").read())
"""
# Whatever is installed has been compiled: modules are read as bytecode, ours as anybody's.
_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPATH": str(Path(__file__).parents[1]),
}


def make_cases(folder: Path, node: Path | None) -> list[Case]:
    """Return our own, and each who is there. `folder` is for the file."""
    file = folder / "credential.json"
    file.write_bytes(a_lasting_credential())
    cases = [
        _case(VERIFY, [Path(sys.executable).with_name("quatrefoil"), "verify", file], peer=NOTHING),
        _case(NOTHING, [sys.executable, "-c", "pass"]),
        _case(LIBRARY, [sys.executable, "-c", _LIBRARY, file], peer=VERIFY),
    ]
    if node is not None:
        known = folder / "contexts.json"
        known.write_text(json.dumps(contexts.bundled_contexts()), "utf-8")
        cases.append(_case(BAZAAR, [tool("node"), node / "cold.mjs", file, known], peer=VERIFY))
    return cases


def _case(name: str, command: Sequence[str | Path], *, peer: str = "") -> Case:
    def take(asked: int) -> Turn:
        wall, cpu = time.perf_counter(), _of_children()
        for _ in range(asked):
            subprocess.run(  # noqa: S603 - our own arguments
                command,
                env=_ENVIRONMENT,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        return Turn((time.perf_counter() - wall) / asked, (_of_children() - cpu) / asked)

    return Case(name=name, peer=peer or name, count=_RUNS, take=take)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
