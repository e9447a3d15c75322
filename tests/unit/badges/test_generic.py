"""A second reading agrees, or says that it does not, or what it lacks."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from badges import generic
from badges.canonical import canonicalize
from badges.errors import GenericReadingError, MissingReaderError
from badges.generic import compare_readings
from lti_tool.cli import cli, verifying
from tests.credentials import a_document, a_jwt, a_lasting_credential, a_signed_credential


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What a test leaves out is there again for the next one."""
    generic._load_reader.cache_clear()
    yield
    generic._load_reader.cache_clear()


def test_a_credential_and_its_proof_are_read_alike() -> None:
    """Two forms: what is signed, and how."""
    assert compare_readings(a_signed_credential()) == 2


def test_signed_documents_inside_are_read_by_themselves_too() -> None:
    """An endorsement brings two forms more; one of a suite unknown to us is part of the whole."""
    document: Any = a_document()
    endorsement = a_signed_credential({**a_document(), "id": "urn:uuid:1"})
    foreign = {**endorsement, "id": "urn:uuid:2", "proof": {"type": "DataIntegrityProof"}}
    document["endorsement"] = [endorsement, foreign]

    assert compare_readings(a_signed_credential(document)) == 4


def test_another_reading_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte is enough."""
    monkeypatch.setattr(generic, "canonicalize", lambda document: canonicalize(document) + " ")

    with pytest.raises(GenericReadingError):
        compare_readings(a_signed_credential())


def test_what_the_other_cannot_read_is_told() -> None:
    """We would not have signed it either."""
    document = {"@context": ["https://example.org/unknown"], "type": "X"}

    with pytest.raises(GenericReadingError):
        generic.canonicalize_with_pyld(document)


@pytest.mark.parametrize("error", [ModuleNotFoundError("pyld"), FileNotFoundError("context")])
def test_what_is_missing_is_said(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""

    def fail(_name: str) -> None:
        raise error

    monkeypatch.setattr(generic, "import_module", fail)

    with pytest.raises(MissingReaderError, match=r"pip install 'quatrefoil\[generic\]'"):
        compare_readings(a_signed_credential())


def test_other_contexts_are_no_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have to be the published ones, byte for byte, that the tables were learned from."""
    learn = import_module("badges.terms.learn")
    monkeypatch.setattr(learn, "read_document", lambda _url: b"{}")

    with pytest.raises(MissingReaderError, match="other contexts"):
        compare_readings(a_signed_credential())


def verify(path: Path, data: bytes, *options: str) -> tuple[int, str, str]:
    """Run the command on a file; return its status, and what it printed and complained."""
    path.write_bytes(data)
    done = CliRunner().invoke(cli, ["verify", str(path), "--generic", *options])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_says_what_was_compared(tmp_path: Path) -> None:
    """Beside the report, so that its JSON stays JSON."""
    status, report, note = verify(tmp_path / "badge.json", a_lasting_credential())

    assert (status, note) == (0, "Read alike by PyLD: 2 canonical forms, byte for byte.\n")
    assert "VALID" in report


def test_the_command_fails_where_readings_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A valid credential that others may read in another way is a fault of ours."""
    monkeypatch.setattr(generic, "_read", lambda *_: "")

    status, _, note = verify(tmp_path / "badge.json", a_lasting_credential())

    assert status == 1
    assert note.startswith("NOT READ ALIKE: PyLD has another canonical form of it.")


def test_the_command_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report comes first: it needs nothing."""

    def fail(_name: str) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(generic, "import_module", fail)

    status, report, note = verify(tmp_path / "badge.json", a_lasting_credential())

    assert (status, "VALID" in report) == (1, True)
    assert "--generic: this needs PyLD and openbadgeslib" in note


def test_a_token_is_not_read_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """It has no canonical form."""
    assert verifying._is_read_alike(a_jwt().encode())
    assert "a JWT signs its bytes" in capsys.readouterr().err


def test_what_does_not_hold_is_not_read_twice(tmp_path: Path) -> None:
    """Nor is it given to a processor that counts no work."""
    data = a_lasting_credential().replace(b"Listening", b"Listenin9")

    status, report, note = verify(tmp_path / "badge.json", data)

    assert (status, note) == (1, "")
    assert "NOT VALID" in report
