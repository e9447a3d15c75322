"""`quatrefoil awards revoke-many`: what an operator reads, before and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.environment import open_runtime
from tests.conftest import FakeClock
from tests.stacked import a_ladder
from tests.terminals import Terminal

ID = "00000000-0000-0000-0000-000000000007"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("name\nx\n", "does not name a column `credential`"),
        ("credential\nx\n", "row 2: 'x' is no credential's id or URL"),
        (f"credential\n{ID}\n", "row 2: there is no reason"),
        (f"credential,reason\n{ID},why\nx,y\n", "row 3: 'x'"),
    ],
)
def test_a_faulty_file_of_revocations_changes_nothing(
    installed: Terminal, rows: str, words: str
) -> None:
    """Every faulty row is named at once."""
    (installed.folder / "wrong.csv").write_text(rows, "utf-8")

    assert words in installed.fail("awards", "revoke-many", "wrong.csv")


def test_a_file_of_revocations_says_what_became_of_each(installed: Terminal) -> None:
    """Exit code 1 where one is not here."""
    (installed.folder / "some.csv").write_text(f"credential\nhttps://x/{ID}\n", "utf-8-sig")

    result = installed.run("awards", "revoke-many", "some.csv", "--reason", "x", "--dry-run")

    assert result.exit_code == 1
    assert f"{ID} is not here" in result.output
    assert "1 unknown" in result.output


def test_a_dry_run_says_what_would_go_along(terminal: Terminal) -> None:
    """The microcredential by its id; then it happens."""
    terminal.write_settings()
    terminal.do("migrate")
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=2))
    runtime = replace(open_runtime(), clock=clock, wake=lambda: None)
    ladder = a_ladder(runtime, slugs=("one", "two"))
    ladder.pathway(components=("one", "two"))
    ladder.release_all("one", "two")
    whole, badge = ladder.credential().id, ladder.credential("one").id
    (terminal.folder / "some.csv").write_text(f"credential\n{badge}\n", "utf-8")
    command = ("awards", "revoke-many", "some.csv", "--reason", "x")

    tried = terminal.do(*command, "--dry-run")

    assert f"{badge} would be revoked" in tried
    assert f"{whole} would go with them" in tried
    assert ladder.holds("one")
    assert f"{badge} revoked" in terminal.do(*command)
    assert not ladder.holds()
