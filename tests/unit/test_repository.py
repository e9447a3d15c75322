"""What must never be in the repository, and what must be in the package."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("badges", "keys", "lti_tool", "rubrics")
KNOWN_DATA = {
    ".css", ".html", ".js", ".json", ".mako", ".mo", ".po", ".py", ".svg", ".txt", ".typed",
}  # fmt: skip
SECRETS = {
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]",
    "a private JWK": rb'"d"\s*:\s*"[A-Za-z0-9_-]{30,}"',
    "a set master or secret key": rb"QUATREFOIL_(MASTER|SECRET)_KEY=[A-Za-z0-9_-]{16,}",
}
PLACES = {
    "a home folder": rb"/(home|Users)/[a-z]",
    "root's folder": rb"/root/",
    "a workplace": rb"/work/",
    "a temporary folder": rb"[\"' =]/tmp/",
    "another package index": rb"--(extra-)?index-url|--find-links|--trusted-host",
}


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that git keeps; without git there is nothing to look through."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - our own arguments
    names = listed.stdout.decode().split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


@pytest.mark.parametrize("what", SECRETS)
def test_no_secret_is_kept(what: str) -> None:
    """Tests make their keys; the demo makes its own on the machine where it runs."""
    pattern = re.compile(SECRETS[what])

    assert [str(one) for one in tracked() if pattern.search(one.read_bytes())] == []


@pytest.mark.parametrize("what", PLACES)
def test_no_machine_is_named(what: str) -> None:
    """What is kept works on any machine."""
    pattern = re.compile(PLACES[what])
    here = Path(__file__)

    found = [one for one in tracked() if one != here and pattern.search(one.read_bytes())]
    assert [str(one.relative_to(ROOT)) for one in found] == []


def test_pinned_requirements_have_hashes_and_no_addresses() -> None:
    """Whatever index they come from, they are what was tried."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        pins = re.findall(r"(?m)^[a-z0-9][\w.\[\],-]*==", text)
        assert len(pins) > 20
        assert len(pins) == len(re.findall(r"(?m)^[a-z0-9].*==.*\\$", text)), "a pin has no hash"
        assert not re.search(r"https?://|@ file:", text)


def test_packages_hold_only_what_the_build_knows() -> None:
    """A new kind of data file has to be added to the package data first."""
    inside = [one for one in tracked() if one.relative_to(ROOT).parts[0] in PACKAGES]

    assert {one.suffix or one.name for one in inside} <= KNOWN_DATA


@pytest.mark.slow
def test_the_wheel_has_everything(tmp_path: Path) -> None:
    """Templates, static files, schemas, terms, shipped programs, migrations: all that is kept."""
    source = tmp_path / "source"
    for one in tracked():
        copy = source / one.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one, copy)
    built = subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps"),
            *("--quiet", "--wheel-dir", str(tmp_path), str(source)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No matching distribution found for setuptools" in built.stderr:
        assert not os.environ.get("CI"), built.stderr
        pytest.skip("the build needs setuptools, and no package index answers")
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("quatrefoil-*.whl")

    with zipfile.ZipFile(wheel) as opened:
        packed = {name for name in opened.namelist() if ".dist-info/" not in name}
        entry_points = next(name for name in opened.namelist() if name.endswith("entry_points.txt"))
        scripts = opened.read(entry_points).decode()
    kept = {one.relative_to(ROOT).as_posix() for one in tracked()}
    assert packed == {name for name in kept if name.split("/")[0] in PACKAGES}
    for place in (
        "lti_tool/templates/base.html",
        "lti_tool/static/quatrefoil.css",
        "lti_tool/sandbox/templates/practice/base.html",
        "badges/schemas",
        "badges/library/atpa-academic-coaching-2.json",
        "rubrics/schemas",
        "lti_tool/store/migrations/versions",
    ):
        assert any(name.startswith(place) for name in packed), place
    assert "quatrefoil = lti_tool.cli:main" in scripts
