"""`quatrefoil endorsements`: who vouches for what, from a terminal."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lti_tool.cli import cli
from lti_tool.runtime import Runtime
from lti_tool.store.rows import EndorsementRow, IssuerRow
from tests.stacked import Ladder, a_ladder, add_dean

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ladder(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Ladder:
    """A badge, and a department that may endorse it."""
    monkeypatch.setattr("lti_tool.cli.endorsements.open_runtime", lambda: runtime)
    made = a_ladder(runtime, slugs=("one",))
    add_dean(runtime)
    return made


def run(*words: object) -> Result:
    """Run one command of the group."""
    return CliRunner().invoke(cli, ["endorsements", *map(str, words)])


def page_of(ladder: Ladder) -> str:
    """The address of the badge's page."""
    return f"{ladder.runtime.settings.base_url}/achievements/{ladder.versions['one']}"


def test_from_adding_to_withdrawing(ladder: Ladder) -> None:
    """Each step says what it did; a check verifies with what we serve."""
    added = run("add", "dean", page_of(ladder), "--comment", "Sound.")
    with ladder.runtime.reading() as session:
        row = session.scalars(select(EndorsementRow)).one()
        own = session.scalars(select(IssuerRow.slug).where(IssuerRow.slug != "dean")).one()

    assert (added.exit_code, row.url in added.output) == (0, True)
    assert f"{row.id}  stands  The Dean, of a badge" in run("list").output
    checked = run("list", "--check")
    assert (checked.exit_code, f"{row.id}  holds" in checked.output) == (0, True)
    assert run("add", "dean", own).exit_code == 0
    withdrawn = run("withdraw", row.id)
    assert "The endorsement by The Dean is revoked." in withdrawn.output
    assert "withdrawn" in run("list").output


def test_what_is_wrong_is_one_sentence(ladder: Ladder, tmp_path: Path) -> None:
    """No such issuer, nothing of ours, a file that is no endorsement, an unknown id."""
    file = tmp_path / "endorsement.json"
    file.write_text(json.dumps({"type": "nothing"}))
    for words in (
        ("add", "nobody", page_of(ladder)),
        ("add", "dean", "https://elsewhere.example/1"),
        ("import", file),
        ("withdraw", "00000000-0000-4000-8000-000000000000"),
    ):
        result = run(*words)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert "Traceback" not in result.output


def test_one_that_holds_no_longer_is_told_by_the_check(ladder: Ladder) -> None:
    """By exit code, too."""
    run("add", "dean", page_of(ladder))
    with ladder.runtime.writing() as session:
        row = session.scalars(select(EndorsementRow)).one()
        row.document = row.document.replace(b"Endorsement of", b"Endorsement 0f")
    checked = run("list", "--check")

    assert checked.exit_code == 1
    assert "DOES NOT HOLD (signature)" in checked.output
