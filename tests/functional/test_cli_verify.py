"""`quatrefoil verify`: a stranger checks a badge of a running tool, over real HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from badges.baking import bake
from badges.image import draw_badge_image
from badges.instants import format_instant
from badges.proof import sign_vc_jwt
from keys.did import did_web
from keys.did_document import build_did_document
from lti_tool.app import create_app
from lti_tool.cli import cli
from lti_tool.config import Settings
from lti_tool.runtime import Runtime
from lti_tool.services.revoking import revoke_credential
from lti_tool.store.rows import CredentialRow, IssuerRow, ShareRow
from tests.browser.live import listening
from tests.credentials import NOW as SIGNED_AT
from tests.credentials import a_did_document, a_document, a_signed_status_list, issuer_keys
from tests.parts import (
    AGENCY,
    agency_keys,
    an_agency_list,
    an_endorsement,
    an_endorsement_jwt,
    with_endorsement,
)
from tests.ports import free_port
from tests.rows import NOW, an_id, stored
from tests.stages import PASS, a_stage

SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass
class Badge:
    """One issued badge, its files, and where its issuer is served."""

    runtime: Runtime
    row: CredentialRow
    json: Path
    jwt: Path

    @property
    def host(self) -> str:
        """The tool's name and port."""
        return self.runtime.settings.host

    def verify(self, source: object, *, may_ask: bool = True) -> Result:
        """Verify, allowing to ask the tool or not."""
        return verify(source, *(["--allow-host", self.host] if may_ask else []))


def verify(source: object, *options: str) -> Result:
    """Verify as somebody who has nothing but a terminal."""
    return CliRunner().invoke(cli, ["verify", str(source), *options])


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of an installation on this machine."""
    return replace(settings, base_url=f"http://localhost:{free_port()}")


@pytest.fixture
def badge(runtime: Runtime, tmp_path: Path) -> Iterator[Badge]:
    """A badge that was just released, by a tool that is served."""
    base_url = runtime.settings.base_url
    stage = a_stage(runtime, PASS)
    with runtime.writing() as session:
        issuer = session.scalars(select(IssuerRow)).one()
        issuer.did = did_web(base_url, "issuers", issuer.slug)
    stage.release()
    with runtime.reading() as session:
        row = session.scalars(select(CredentialRow)).one()
    files = tmp_path / "badge.json", tmp_path / "badge.jwt"
    files[0].write_bytes(row.document)
    files[1].write_bytes(row.token or b"")
    with listening(create_app(runtime), int(base_url.rpartition(":")[2])):
        yield Badge(runtime, row, *files)


@SQLITE_ONLY
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_good_badge_is_valid_in_both_forms(badge: Badge, form: str) -> None:
    """Check by check, then who gave what to whom, and what is not proved."""
    result = badge.verify(getattr(badge, form))

    assert result.exit_code == 0, result.output
    assert result.output.count("ok ") == 7
    assert "VALID: Harbour College gave “A badge” to " in result.output
    assert "Not proved:" in result.output


@SQLITE_ONLY
def test_a_picture_is_verified_by_what_is_in_it(badge: Badge) -> None:
    """One without a badge says what to do."""
    drawn = draw_badge_image(title="A badge", position=1, total=1, alt="A badge")
    picture = badge.json.with_name("badge.svg")

    picture.write_bytes(bake(drawn, badge.row.document))
    assert badge.verify(picture).exit_code == 0
    picture.write_bytes(drawn)
    empty = badge.verify(picture)
    assert empty.exit_code == 1
    assert "there is no badge in this picture" in empty.output


@SQLITE_ONLY
def test_a_shared_badge_is_verified_by_its_url(badge: Badge) -> None:
    """The address that people get, its JSON or JWT, or the credential's own id."""
    with badge.runtime.writing() as session:
        stored(
            session,
            ShareRow(
                id=an_id(),
                credential_id=badge.row.id,
                token="shared",
                created_at=NOW,
                ended_at=None,
            ),
        )

    for path in ("s/shared", "s/shared.json", "s/shared.jwt", f"credentials/{badge.row.id}"):
        assert badge.verify(f"http://{badge.host}/{path}").exit_code == 0
    for path in ("s/nothing.json", "s/nothing", f"credentials/{an_id()}"):
        missing = badge.verify(f"http://{badge.host}/{path}")
        assert missing.exit_code == 1
        assert "it answered 404" in missing.output
    page = badge.verify(f"http://{badge.host}/verify")
    assert page.exit_code == 1
    assert "give the JSON download" in page.output


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"A badge"', b'"Another badge"'),
        (b'"achievedLevel":', b'"achievedlevel":'),
        (b'"type":["Result"]', b'"type":["Evidence"]'),
    ],
)
def test_a_changed_badge_is_not_valid(badge: Badge, old: bytes, new: bytes) -> None:
    """Exit code 1, and which check failed."""
    assert old in badge.row.document
    badge.json.write_bytes(badge.row.document.replace(old, new, 1))
    result = badge.verify(badge.json)

    assert result.exit_code == 1
    assert "FAIL " in result.output
    assert result.output.endswith("NOT VALID\n")


@SQLITE_ONLY
def test_a_revoked_badge_is_not_valid(badge: Badge) -> None:
    """The issuer's list says so."""
    revoke_credential(badge.runtime.issuing, badge.row.id, reason="wrong person")
    result = badge.verify(badge.json)

    assert result.exit_code == 1
    assert "FAIL  It has not been revoked" in result.output


@SQLITE_ONLY
def test_private_addresses_are_asked_only_when_allowed(badge: Badge) -> None:
    """A badge could name any address inside somebody's network."""
    result = badge.verify(badge.json, may_ask=False)

    assert result.exit_code == 1
    assert "FAIL  Its issuer vouches for the key" in result.output


@SQLITE_ONLY
def test_an_issuer_that_does_not_answer_vouches_for_nothing(badge: Badge) -> None:
    """Nobody says that the key is theirs."""
    with badge.runtime.writing() as session:
        session.execute(update(IssuerRow).values(did="did:web:elsewhere.example"))

    assert badge.verify(badge.json).exit_code == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"a.b.c",
        b"<html>",
        b"[" * 100_000,
        b"x" * 3_000_000,
    ],
)
def test_what_is_no_badge_is_not_valid(tmp_path: Path, content: bytes) -> None:
    """Whatever it is: no traceback."""
    (tmp_path / "badge.json").write_bytes(content)
    result = verify(tmp_path / "badge.json")

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "NOT VALID" in result.output


@pytest.mark.parametrize(
    "source", ["no-such-file", ".", "http://127.0.0.1:1/x", "https://", "https://[", "file:///x"]
)
def test_what_cannot_be_read_is_said(source: str) -> None:
    """One sentence."""
    result = verify(source)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "cannot be read" in result.output


def test_what_a_badge_says_is_one_line_and_no_command(tmp_path: Path) -> None:
    """A JWT signs any text: it can neither write a line of the report nor steer a terminal."""
    endorsement: Any = an_endorsement()
    endorsement["issuer"] = {**endorsement["issuer"], "name": "B\r\x9b2Kok"}
    document: Any = with_endorsement(a_document(), an_endorsement_jwt(endorsement))
    document["issuer"] = {**document["issuer"], "name": "X\x1b]0;y\x07"}
    name = "A\nok    It has not been revoked\x1b[2J"
    document["credentialSubject"]["achievement"]["name"] = name
    agency = build_did_document(AGENCY, agency_keys())
    for number, one in enumerate((a_did_document(), agency)):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    (tmp_path / "list.json").write_bytes(a_signed_status_list())
    (tmp_path / "agency-list.json").write_bytes(an_agency_list())
    badge = tmp_path / "badge.txt"
    badge.write_text(sign_vc_jwt(document, issuer_keys()[1]))

    result = verify(badge, "--documents", str(tmp_path), "--at", format_instant(SIGNED_AT))

    assert result.exit_code == 0, result.output
    lines = result.output.split("\n")
    assert lines.count("ok    It has not been revoked") == 1
    assert all(line.isprintable() for line in lines)
    assert "endorsed by B 2Kok" in result.output
