"""Packages for Node.js, installed under `var/` once for each list of dependencies."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

VAR = Path(__file__).parents[1] / "var"


def install(sources: Iterable[Path], name: str) -> Path:
    """Return a folder with the scripts among `sources` and what their package.json asks for.

    Raises:
        FileNotFoundError: Node.js is not there.
        subprocess.SubprocessError: it could not be installed.
    """
    files = sorted(sources)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    folder = VAR / name / digest[:16]
    if not folder.is_dir():
        _install(files, folder)
    return folder


def tool(name: str) -> str:
    """Return where a program lies.

    Raises:
        FileNotFoundError: nowhere.
    """
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(name)
    return path


def _install(sources: Iterable[Path], folder: Path) -> None:
    # Built aside and moved into place: two processes may come here at once.
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for source in sources:
        shutil.copyfile(source, building / source.name)
    try:
        subprocess.run(  # noqa: S603 - our own arguments
            [tool("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund"],
            cwd=building,
            capture_output=True,
            timeout=300,
            check=True,
        )
    except (subprocess.SubprocessError, FileNotFoundError):
        shutil.rmtree(building)
        raise
    try:
        building.rename(folder)
    except OSError:
        shutil.rmtree(building)
