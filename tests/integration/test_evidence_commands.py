"""What an operator does with evidence when somebody asks: look, withhold, delete, keep."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lti_tool.cli import awards, cli, evidence, programs
from lti_tool.runtime import Runtime
from lti_tool.services import sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.services.uploads import delete_due_files
from lti_tool.store.rows import (
    ArtefactRow,
    AuditEventRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    EvidenceChoiceRow,
    ProgramRow,
    UserRow,
)
from tests.pieces import a_file
from tests.rows import NOW, an_id
from tests.stages import PASS, Stage, a_stage

Command: TypeAlias = Callable[..., Result]


@pytest.fixture
def stage(runtime: Runtime) -> Stage:
    """A released badge that is shared without levels."""
    made = a_stage(runtime, PASS)
    made.release()
    with runtime.reading() as session:
        earner_id = session.get_one(UserRow, made.learner_id).earner_id
        id_ = session.scalars(select(CredentialRow.id)).one()
    sharing.share(
        runtime.issuing,
        earner_id,
        id_,
        Disclosure.WITHOUT_LEVELS,
        random_token=runtime.random_token,
    )
    return made


@pytest.fixture
def file(stage: Stage, tmp_path: Path) -> UUID:
    """A file with others in it, which the earner shows."""
    runtime = stage.runtime
    id_ = a_file(runtime, tmp_path, stage.attempt_id, people="consented", visibility="public")
    with runtime.writing() as session:
        award_id = session.scalars(select(AwardRow.id)).one()
        session.add(EvidenceChoiceRow(award_id=award_id, source=str(id_), chosen_at=NOW))
    return id_


@pytest.fixture
def run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Command:
    """An operator's terminal at this installation."""
    for module in (awards, evidence, programs):
        monkeypatch.setattr(module, "open_runtime", lambda: stage.runtime)
    return lambda *arguments: CliRunner().invoke(cli, [str(one) for one in arguments])


def form_id(stage: Stage) -> UUID:
    """The id that stands on the shared page."""
    with stage.runtime.reading() as session:
        return session.scalars(select(CredentialFormRow.id)).one()


def listed(run: Command, stage: Stage) -> dict[str, str]:
    """What the operator reads of the one piece."""
    result = run("evidence", "list", f"https://tool.example/credentials/{form_id(stage)}")
    assert result.exit_code == 0, result.output
    (row,) = csv.DictReader(result.output.splitlines())
    return row


def test_a_piece_is_found_by_what_a_stranger_sees(run: Command, stage: Stage, file: UUID) -> None:
    """The address of the badge as it is shared is enough."""
    assert listed(run, stage) == {
        "piece": str(file),
        "kind": "text",
        "state": "ready",
        "people": "consented",
        "shown": "yes",
        "title": "Agreement with Rosa.txt",
    }


def test_somebody_in_it_asks_that_it_be_shown_no_more(
    run: Command, stage: Stage, file: UUID
) -> None:
    """The operator takes it off the page; assessors keep it."""
    done = run("evidence", "withhold", form_id(stage), file)

    assert done.exit_code == 0, done.output
    row = listed(run, stage)
    assert (row["people"], row["shown"], row["state"]) == ("not_consented", "no", "ready")


def test_it_is_deleted_whatever_the_program_keeps(run: Command, stage: Stage, file: UUID) -> None:
    """After a question; the log of the program says so, without a name."""
    refused = run("evidence", "remove", form_id(stage), file)
    assert refused.exit_code == 1
    assert listed(run, stage)["state"] == "ready"

    done = run("evidence", "remove", form_id(stage), file, "--yes")
    assert done.exit_code == 0, done.output
    row = listed(run, stage)
    assert (row["state"], row["title"], row["shown"]) == ("removed", "", "no")
    runtime = stage.runtime
    assert delete_due_files(runtime.database, runtime.files, clock=runtime.clock) == 1
    with runtime.reading() as session:
        notes = {one.action: one.note for one in session.scalars(select(AuditEventRow))}
        assert session.get_one(ArtefactRow, file).storage_key is not None
    assert notes["evidence.removed"] == "text"
    again = run("evidence", "remove", form_id(stage), file, "--yes")
    assert again.exit_code == 1
    assert "no such piece" in again.output


def test_a_program_says_how_long_it_keeps_evidence(run: Command, stage: Stage) -> None:
    """In days after an award, within reason."""
    assert run("programs", "evidence", "coaching", "--kept-days", 30).exit_code == 0
    with stage.runtime.reading() as session:
        assert session.scalars(select(ProgramRow.evidence_kept_days)).one() == 30
    for days in (-1, 4000, "soon"):
        assert run("programs", "evidence", "coaching", "--kept-days", days).exit_code == 2


def test_a_badge_is_revoked_by_what_a_stranger_sees(run: Command, stage: Stage) -> None:
    """The form that is shared stands for the badge itself."""
    done = run("awards", "revoke", form_id(stage), "--reason", "By mistake")

    assert done.exit_code == 0, done.output
    with stage.runtime.reading() as session:
        assert session.scalars(select(AwardRow.revoked_at)).one() is not None


def test_what_is_not_there_is_said(run: Command, file: UUID) -> None:
    """In a sentence that says where to look."""
    for command in ("list", "withhold"):
        pieces = () if command == "list" else (file,)
        result = run("evidence", command, an_id(), *pieces)
        assert result.exit_code == 1
        assert "take its id from its page" in result.output
