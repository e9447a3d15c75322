"""The demo's walk: exit 0 only if the badge verifies, and 1 when a byte of it is changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lti_tool.cli.demo import DemoPlaces, running
from lti_tool.cli.walkthrough.checking import check, save
from lti_tool.cli.walkthrough.client import client_visitors
from lti_tool.cli.walkthrough.steps import walk_the_loop
from tests.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a walk over plain HTTP leaves, with tool, worker and LMS as processes."""
    folder = tmp_path_factory.mktemp("walk")
    places = DemoPlaces(folder=folder / "demo", port=free_port(), lms_port=free_port())
    with running(places), client_visitors() as visitors:
        link = walk_the_loop(
            visitors, lms_url=places.lms_url, tool_url=places.tool_url, say=lambda _: None
        )
        save(link, folder / "files")
    return folder / "files"


def test_the_walk_ends_in_a_badge_that_verifies(walked: Path) -> None:
    """Both forms, with us and with openbadgeslib."""
    said: list[str] = []

    assert check(walked, say=said.append) == 0
    assert [line[:4] for line in said[:4]] == ["ok  "] * 4


@pytest.mark.parametrize("name", ["credential.json", "did.json"])
def test_whatever_byte_is_changed_the_check_has_words_for_it(
    walked: Path, tmp_path: Path, name: str
) -> None:
    """Structure, names or values: each reader holds, or it is said why not."""
    for file in walked.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = (walked / name).read_bytes()
    for place in range(0, len(before), len(before) // 20):
        said: list[str] = []
        changed = bytes([before[place] ^ 1])
        (tmp_path / name).write_bytes(before[:place] + changed + before[place + 1 :])

        verdict = check(tmp_path, say=said.append)

        assert all(line.startswith("ok  ") or ": " in line for line in said[:4])
        assert verdict == any(line.startswith("FAIL") for line in said)


def change_a_level(text: str) -> str:
    """Give the earner a higher level than they reached."""
    credential = json.loads(text)
    result = credential["credentialSubject"]["result"][0]
    result["achievedLevel"] += "x"
    return json.dumps(credential)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("credential.json", lambda text: text.replace("Rosa Delgado", "Rosa Delgadi")),
        ("credential.json", change_a_level),
        (
            "credential.jwt",
            lambda text: text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:],
        ),
        (
            "did.json",
            lambda text: text.replace('"publicKeyMultibase":"z6Mk', '"publicKeyMultibase":"z6MK'),
        ),
        (
            "status-list.json",
            lambda text: text.replace('"encodedList":"uH4s', '"encodedList":"uH4t'),
        ),
    ],
)
def test_one_changed_byte_is_an_exit_code_of_1(
    walked: Path, tmp_path: Path, name: str, change: Callable[[str], str]
) -> None:
    """Whatever is changed in what the walk left, the check fails."""
    for file in walked.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = (tmp_path / name).read_text("utf-8")
    after = change(before)
    assert before != after
    (tmp_path / name).write_text(after, "utf-8")

    assert check(tmp_path, say=lambda _: None) == 1
