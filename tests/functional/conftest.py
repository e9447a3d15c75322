"""Terminals in folders of their own, empty or with an installation."""

import contextlib
import shutil
from pathlib import Path

import pytest

from tests.terminals import Terminal


@pytest.fixture(scope="session")
def college(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal whose folder has an installation: migrated, a tenant with keys and a program."""
    terminal = Terminal(tmp_path_factory.mktemp("college"))
    terminal.write_settings()
    with contextlib.chdir(terminal.folder):
        for line in (
            "migrate",
            "organisations add harbour --name Harbour",
            "issuers add harbour --organisation harbour --name Harbour --url https://c.example/",
            "keys init",
            "programs install atpa-academic-coaching --issuer harbour",
        ):
            terminal.do(*line.split())
    return terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("QUATREFOIL_SETTINGS", "QUATREFOIL_BASE_URL", "QUATREFOIL_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Terminal(tmp_path)


@pytest.fixture
def installed(terminal: Terminal, college: Terminal) -> Terminal:
    """A terminal in a copy of the installation."""
    shutil.copytree(college.folder, terminal.folder, dirs_exist_ok=True)
    terminal.printed = college.printed
    return terminal
