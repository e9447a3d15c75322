"""The independent verifiers on Node.js, installed once and run on files.

They lie beside the repository (`../shared/verifiers`), not in it.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.node_packages import install, tool

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
_SOURCE = SHARED / "verifiers"


@dataclass(frozen=True)
class NodeVerifiers:
    """The installed verifiers."""

    folder: Path

    def check_embedded(self, docs: Path, *files: Path) -> dict[str, bool]:
        """Return which files verify, by name; `docs` holds the DID document and the lists."""
        lines = self._run("verify.mjs", "--docs", docs, "--json", *files)
        results = [json.loads(line) for line in lines]
        return {result["file"]: result["ok"] is True for result in results}

    def check_jwts(self, jwk: Path, *files: Path) -> dict[str, bool]:
        """Return which tokens verify with the key in `jwk`, by file name."""
        words = [line.split() for line in self._run("jwt.mjs", "--jwk", jwk, *files)]
        return {line[1]: line[0] == "PASS" for line in words}

    def _run(self, script: str, *arguments: str | Path) -> list[str]:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [tool("node"), self.folder / script, *arguments],
            env={**os.environ, "OB3_CONTEXTS": str(SHARED / "material" / "contexts")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        # A crash says nothing on stdout; that something does not verify is said there.
        assert done.stdout, done.stderr
        return done.stdout.splitlines()


def install_node_verifiers() -> NodeVerifiers:
    """Return the verifiers, installed under `var/` once for each list of dependencies.

    Skips the test where they or Node.js are not there. Where Node.js is, a failing
    installation is an error on the build server and a skip elsewhere.
    """
    if not _SOURCE.is_dir():
        pytest.skip(f"the independent verifiers are not at {_SOURCE.relative_to(ROOT.parent)}")
    if not shutil.which("node"):
        pytest.skip("Node.js is not installed")
    sources = (path for path in _SOURCE.iterdir() if path.suffix in {".mjs", ".json"})
    try:
        return NodeVerifiers(install(sources, "verifiers"))
    except (subprocess.SubprocessError, FileNotFoundError) as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the independent verifiers could not be installed ({type(exc).__name__})")
