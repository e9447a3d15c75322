"""`quatrefoil kit`, and what verifies in the folder that it writes: here and in other programs."""

import json
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.environment import open_runtime
from lti_tool.services import endorsing, sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.store.rows import CredentialFormRow
from tests.conformance.node_verifiers import install_node_verifiers
from tests.conftest import FakeClock
from tests.stacked import Ladder, a_ladder, add_dean
from tests.terminals import Terminal

YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Holder:
    """An installation where somebody holds four badges and the microcredential of them."""

    terminal: Terminal
    ladder: Ladder

    def kit(self, slug: str = "the-stack", *options: str) -> Path:
        """Write the kit of a badge; return its folder."""
        credential = self.ladder.credential(slug, live=False)
        folder = self.terminal.folder / f"kit-of-{slug}"
        self.terminal.do("kit", str(credential.id), "--out", str(folder), *options)
        return folder

    def verify(self, file: Path, *options: str) -> str:
        """Verify a file by the documents beside it alone."""
        return self.terminal.do("verify", str(file), "--documents", str(file.parent), *options)


@pytest.fixture
def holder(terminal: Terminal) -> Holder:
    """Their badges are private."""
    terminal.write_settings()
    terminal.do("migrate")
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=2))
    runtime = replace(open_runtime(), clock=clock, wake=lambda: None)
    ladder = a_ladder(runtime)
    ladder.release_all()
    ladder.pathway()
    return Holder(terminal, ladder)


def test_a_kit_holds_everything_as_issued(holder: Holder) -> None:
    """Byte for byte, for its owner's eyes, with a README that says what each file is."""
    folder = holder.kit()
    row = holder.ladder.credential()

    assert (folder / "credential.json").read_bytes() == row.document
    assert (folder / "credential.jwt").read_bytes() == row.token
    components = {
        (folder / f"component-{number}.{form}").read_bytes()
        for number in range(1, 5)
        for form in ("json", "jwt")
    }
    badges = [holder.ladder.credential(slug) for slug in ("one", "two", "three", "four")]
    assert components == {one for row in badges for one in (row.document, row.token)}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    readme = (folder / "README.txt").read_text("utf-8")
    assert {path.name for path in folder.iterdir()} - {"README.txt"} == {
        path.name for path in folder.iterdir() if f"\n{path.name} " in readme
    }
    assert "The Stack" in readme


def test_every_file_of_a_kit_verifies_without_a_network(holder: Holder) -> None:
    """Either form, the picture, the components: by the folder alone, and it says of when."""
    folder = holder.kit()
    files = [folder / f"component-{n}.{form}" for n in range(1, 5) for form in ("json", "jwt")]

    for file in (*files, *(folder / f"credential.{form}" for form in ("json", "jwt"))):
        assert "what changed since, they cannot tell" in holder.verify(file)
    for name in ("badge.png", "badge.svg", "learner-record.json"):
        assert "VALID" in holder.verify(folder / name)


def test_a_form_without_levels_has_a_kit_of_its_own(holder: Holder) -> None:
    """By its own id; nothing in the folder says more than the form does."""
    runtime, credential = holder.ladder.runtime, holder.ladder.credential("one")
    sharing.share(
        runtime.issuing,
        holder.ladder.learner.earner_id,
        credential.id,
        Disclosure.WITHOUT_LEVELS,
        random_token=runtime.random_token,
    )
    with runtime.reading() as session:
        form = session.scalars(
            select(CredentialFormRow).where(CredentialFormRow.kind == "without_levels")
        ).one()
    folder = holder.terminal.folder / "less"
    holder.terminal.do("kit", str(form.id), "--out", str(folder))

    assert (folder / "credential.json").read_bytes() == form.document
    assert b'"result"' in credential.document
    for path in folder.iterdir():
        assert b'"result"' not in path.read_bytes(), path.name
        assert str(credential.id).encode() not in path.read_bytes(), path.name
    for name in ("credential.json", "credential.jwt", "badge.png"):
        assert "VALID" in holder.verify(folder / name).upper()


def test_ten_years_on_a_kit_is_checked_as_of_its_day(holder: Holder) -> None:
    """The list's days are over by then, so it holds as of the day that the README gives."""
    folder = holder.kit("one")
    readme = (folder / "README.txt").read_text("utf-8")
    day = readme.partition("--at ")[2].split()[0]
    later = (datetime.now(UTC) + YEARS).isoformat()

    assert "As of" in holder.verify(folder / "credential.jwt", "--at", day)
    arguments = ("verify", str(folder / "credential.jwt"), "--documents", str(folder))
    result = holder.terminal.run(*arguments, "--at", later)
    assert result.exit_code == 1
    assert "FAIL  It has not been revoked (status_list_not_valid)" in result.output


def test_a_kit_tells_of_a_revocation(holder: Holder) -> None:
    """A revoked badge has its kit too, and that says so."""
    holder.ladder.revoke("one")
    folder = holder.kit("one")

    result = holder.terminal.run(
        "verify", str(folder / "credential.json"), "--documents", str(folder)
    )
    assert result.exit_code == 1
    assert "FAIL  It has not been revoked (revoked)" in result.output


def test_documents_of_somebody_else_answer_nothing(holder: Holder, tmp_path: Path) -> None:
    """Without its issuer's document nobody vouches for the key; without a list nothing is known."""
    folder = holder.kit("one")
    for name, failed in (("did.json", "Its issuer vouches"), ("status-list", "been revoked")):
        partial = tmp_path / f"without-{name}"
        partial.mkdir()
        for file in folder.iterdir():
            if not file.name.startswith(name):
                (partial / file.name).write_bytes(file.read_bytes())
        file = partial / "credential.jwt"
        result = holder.terminal.run("verify", str(file), "--documents", str(partial))
        assert result.exit_code == 1
        (line,) = (one for one in result.output.splitlines() if one.startswith("FAIL"))
        assert failed in line


def test_who_endorses_a_badge_is_in_its_kit(terminal: Terminal) -> None:
    """With its document and its status list: the endorsement holds offline too."""
    terminal.write_settings()
    terminal.do("migrate")
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=2))
    runtime = replace(open_runtime(), clock=clock, wake=lambda: None)
    ladder = a_ladder(runtime, slugs=("one",))
    add_dean(runtime)
    subject = f"https://tool.example/achievements/{ladder.versions['one']}"
    endorsing.endorse(runtime.issuing, endorser="dean", subject=subject, comment="Sound.")
    ladder.release("one")
    holder = Holder(terminal, ladder)
    folder = holder.kit("one")

    assert json.loads((folder / "did-2.json").read_bytes())["id"].endswith(":dean")
    assert (folder / "status-list-2.json").is_file()
    for form in ("json", "jwt"):
        assert "ok    endorsed by The Dean" in holder.verify(folder / f"credential.{form}")


def test_a_kit_is_never_written_over_something(holder: Holder) -> None:
    """Nor for an id that is not here, or none at all."""
    folder = holder.kit("one")
    credential_id = str(holder.ladder.credential("one").id)
    arguments = ("kit", credential_id, "--out", str(folder))

    assert "is not empty" in holder.terminal.fail(*arguments)
    assert "no such credential" in holder.terminal.fail(
        "kit", "00000000-0000-4000-8000-000000000000"
    )
    assert holder.terminal.run("kit", "hello").exit_code == 2
    url = f"https://tool.example/credentials/{credential_id}"
    assert f"badge-kit-{credential_id}" in holder.terminal.do("kit", url)


@pytest.mark.shared
@pytest.mark.node
def test_other_programs_verify_a_kit(holder: Holder) -> None:
    """Digital Bazaar's verifier by the folder alone, jose by the key in it."""
    verifiers = install_node_verifiers()
    folder = holder.kit()
    embedded = [
        folder / "learner-record.json",
        folder / "credential.json",
        *sorted(folder.glob("component-*.json")),
    ]
    tokens = sorted(folder.glob("*.jwt"))

    assert verifiers.check_embedded(folder, *embedded) == {one.name: True for one in embedded}
    assert verifiers.check_jwts(folder / "key.json", *tokens) == {one.name: True for one in tokens}
    assert len(tokens) == 6

    holder.ladder.revoke("two")
    revoked = holder.kit("two")
    file = revoked / "credential.json"
    assert verifiers.check_embedded(revoked, file) == {file.name: False}
    changed = json.loads((folder / "credential.json").read_bytes()) | {"name": "Another"}
    (folder / "credential.json").write_text(json.dumps(changed), "utf-8")
    assert verifiers.check_embedded(folder, folder / "credential.json") == {
        "credential.json": False
    }
