"""`quatrefoil export-site`: the tool is switched off, a static host answers, badges verify."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import requests
from click.testing import Result
from sqlalchemy import select, update

from keys.did import did_web
from lti_tool.environment import open_runtime
from lti_tool.headers import PAGE_POLICY
from lti_tool.runtime import Runtime
from lti_tool.services import sharing
from lti_tool.services.disclosing import Disclosure
from lti_tool.store.rows import AuditEventRow, IssuerRow, ShareRow, StatusListRow
from tests.conformance.node_verifiers import install_node_verifiers
from tests.conftest import FakeClock
from tests.nginx_host import NGINX, WITHOUT_NGINX, nginx_hosting
from tests.ports import free_port
from tests.stacked import Ladder, a_ladder
from tests.static_host import hosting
from tests.terminals import Terminal

NAME = "Ada Learner"


@dataclass(frozen=True)
class College:
    """An installation where somebody shares some of their badges, and its static copy."""

    terminal: Terminal
    ladder: Ladder
    folder: Path
    port: int

    @property
    def runtime(self) -> Runtime:
        """The tool's."""
        return self.ladder.runtime

    @property
    def site(self) -> Path:
        """What is to be served."""
        return self.folder / "site"

    def share(self, slug: str, disclosure: Disclosure = Disclosure.WITH_LEVELS) -> str:
        """Share a badge; return its token."""
        credential = self.ladder.credential(slug, live=False)
        sharing.share(
            self.runtime.issuing,
            self.ladder.learner.earner_id,
            credential.id,
            disclosure,
            random_token=self.runtime.random_token,
        )
        with self.runtime.reading() as session:
            query = select(ShareRow).where(ShareRow.ended_at.is_(None))
            rows = session.scalars(query.where(ShareRow.credential_id == credential.id))
            return rows.one().token

    def unshare(self, slug: str) -> None:
        """End the link."""
        with self.runtime.writing() as session:
            sharing.unshare(
                session,
                self.ladder.learner.earner_id,
                self.ladder.credential(slug).id,
                clock=self.runtime.clock,
            )

    def export(self, *options: str) -> str:
        """Write the copy."""
        return self.terminal.do("export-site", str(self.folder), "--confirm", *options)

    def names(self) -> set[str]:
        """Every file of the site, by its path."""
        found = (path for path in self.site.rglob("*") if path.is_file())
        return {str(path.relative_to(self.site)) for path in found}

    def verify(self, source: object, *options: str) -> Result:
        """Verify as a stranger does, over the network."""
        host = f"localhost:{self.port}"
        return self.terminal.run("verify", str(source), "--allow-host", host, *options)

    def file(self, slug: str, form: str = "json") -> Path:
        """A badge that its earner has downloaded while the tool was there."""
        row = self.ladder.credential(slug, live=False)
        path = self.terminal.folder / f"{slug}.{form}"
        path.write_bytes(row.document if form == "json" else row.token or b"")
        return path


@pytest.fixture
def college(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> College:
    """Four badges and a microcredential; nothing is shared yet."""
    port = free_port()
    terminal.write_settings()
    monkeypatch.setenv("QUATREFOIL_MODE", "demo")
    monkeypatch.setenv("QUATREFOIL_BASE_URL", f"http://localhost:{port}")
    terminal.do("migrate")
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=2))
    runtime = replace(open_runtime(), clock=clock, wake=lambda: None)
    ladder = a_ladder(runtime)
    with runtime.writing() as session:
        issuer = session.scalars(select(IssuerRow)).one()
        issuer.did = did_web(runtime.settings.base_url, "issuers", issuer.slug)
    ladder.release_all()
    ladder.pathway()
    return College(terminal, ladder, terminal.folder / "copy", port)


@pytest.fixture
def exported(college: College) -> College:
    """The copy of a college where three badges are shared. The tool is off."""
    college.share("one")
    college.share("two")
    college.ladder.revoke("two")
    college.share("three", Disclosure.WITHOUT_LEVELS)
    college.export()
    return college


@pytest.fixture
def hosted(exported: College) -> Iterator[College]:
    """The copy, served by a plain host under the tool's name."""
    with hosting(exported.site, exported.port):
        yield exported


@pytest.fixture
def by_nginx(exported: College) -> Iterator[College]:
    """The same by nginx, as the example in the copy says."""
    if NGINX is None:
        pytest.skip(WITHOUT_NGINX)
    example = (exported.folder / "nginx.conf").read_text("utf-8")
    place = exported.terminal.folder / "nginx"
    with nginx_hosting(example, place, exported.port, root=str(exported.site)):
        yield exported


@pytest.fixture(params=["hosted", "by_nginx"])
def on_each(request: pytest.FixtureRequest) -> College:
    """By either of the two."""
    college: College = request.getfixturevalue(request.param)
    return college


def test_badges_verify_when_the_tool_is_off(on_each: College) -> None:
    """Shared or not, either form; a revoked one does not, and neither does a changed one."""
    for slug in ("one", "three", "four"):
        for form in ("json", "jwt"):
            result = on_each.verify(on_each.file(slug, form))
            assert result.exit_code == 0, result.output
    for form in ("json", "jwt"):
        revoked = on_each.verify(on_each.file("two", form))
        assert revoked.exit_code == 1
        assert "FAIL  It has not been revoked (revoked)" in revoked.output
    changed = on_each.file("one")
    changed.write_bytes(changed.read_bytes().replace(b'"One"', b'"Two"'))
    assert on_each.verify(changed).exit_code == 1


def test_a_microcredential_verifies_with_its_badges(college: College) -> None:
    """Those that are shared are found at their ids, where a plain host has the document."""
    for slug in ("one", "two", "three", "four", "the-stack"):
        college.share(slug)
    college.export()

    with hosting(college.site, college.port):
        result = college.verify(college.file("the-stack"))
    assert result.exit_code == 0, result.output
    assert result.output.count("ok    rests on") == 4
    (record,) = college.site.glob("s/*.record")
    ids = {path.name for path in college.site.glob("credentials/*")}
    assert json.loads(record.read_bytes())["id"].rpartition("/")[2] in ids


def test_links_that_were_given_out_still_lead_to_the_badge(hosted: College) -> None:
    """The id of a credential, and the downloads below its link."""
    with hosted.runtime.reading() as session:
        query = select(ShareRow).where(ShareRow.form_id.is_not(None))
        less = session.scalars(query).one()
    base = f"http://localhost:{hosted.port}"
    for path in (
        f"credentials/{hosted.ladder.credential('one').id}",
        f"credentials/{less.form_id}",
        f"s/{less.token}.json",
        f"s/{less.token}.jwt",
        f"s/{less.token}.png",
    ):
        result = hosted.verify(f"{base}/{path}")
        assert result.exit_code == 0, result.output


def test_years_later_it_still_verifies_and_then_no_more(hosted: College) -> None:
    """As long as the lists were signed for, and no longer."""
    file = hosted.file("one")

    def after(years: float) -> int:
        at = datetime.now(UTC) + timedelta(days=365.25 * years)
        return hosted.verify(file, "--at", at.isoformat()).exit_code

    assert (after(9.9), after(10.1)) == (0, 1)


@pytest.mark.shared
@pytest.mark.node
def test_other_programs_verify_against_the_copy(hosted: College) -> None:
    """Digital Bazaar's with the served documents, jose with the served key; one is revoked."""
    verifiers = install_node_verifiers()
    (slug,) = {path.parent.name for path in hosted.site.glob("issuers/*/did.json")}
    docs = hosted.terminal.folder / "docs"
    docs.mkdir()

    def fetch(path: str) -> bytes:
        with urlopen(f"http://localhost:{hosted.port}/{path}", timeout=10) as answer:
            return bytes(answer.read())

    (docs / "did.json").write_bytes(fetch(f"issuers/{slug}/did.json"))
    for path in hosted.site.glob("status/*"):
        (docs / f"{path.name}.json").write_bytes(fetch(f"status/{path.name}"))
        (docs / f"{path.name}.jwt").write_bytes(fetch(f"status-jwt/{path.name}"))
    kid = hosted.ladder.credential("one").token_key_id
    (docs / "key.jwk").write_bytes(fetch(f"issuers/{slug}/keys/{kid}"))

    files = [hosted.file(one) for one in ("one", "two", "three", "four")]
    assert verifiers.check_embedded(docs, *files) == {
        f"{one}.json": one != "two" for one in ("one", "two", "three", "four")
    }
    tokens = [hosted.file("one", "jwt"), *docs.glob("*.jwt")]
    assert set(verifiers.check_jwts(docs / "key.jwk", *tokens).values()) == {True}


def test_every_link_of_every_page_leads_somewhere(on_each: College) -> None:
    """Within the copy: pages, pictures, scripts and style sheets, as the browser asks for them."""
    base = f"http://localhost:{on_each.port}"
    pages = sorted(path for path in on_each.site.rglob("*.html"))
    assert len(pages) > 12
    seen: set[str] = set()
    for page in pages:
        text = page.read_text("utf-8")
        for url in re.findall(r'(?:href|src|content)="([^"#]+)', text):
            if url.startswith((f"{base}/", "/")):
                seen.add(urlsplit(url).path)
    for path in sorted(seen):
        assert requests.get(base + path, timeout=10).status_code == 200, path
    assert any(path.endswith("/card.png") for path in seen)
    assert any(path.startswith("/bootstrap/") for path in seen)


def test_every_page_is_bound_by_the_policy_of_the_tool(on_each: College) -> None:
    """But for the one that verifies, which names its scripts by their hashes: both would count."""
    pages = sorted(str(path.relative_to(on_each.site)) for path in on_each.site.rglob("*.html"))
    policies = {}
    for page in pages:
        path = page.removesuffix("/index.html")
        answer = requests.get(f"http://localhost:{on_each.port}/{path}", timeout=10)
        assert answer.content == (on_each.site / page).read_bytes()
        policies[page] = answer.headers.get("Content-Security-Policy")

    assert policies.pop("verify/index.html") is None
    assert {page.partition("/")[0] for page in policies} == {
        "achievements",
        "credential-pages",
        "evidence",
        "s",
    }
    assert set(policies.values()) == {PAGE_POLICY}


def test_documents_come_with_their_types_to_any_origin(on_each: College) -> None:
    """As `_headers` says; a verifier in a browser is of another origin."""
    expected = {
        "issuers/*/did.json": "application/did+json",
        "issuers/*/keys/*": "application/jwk+json",
        "status/*": "application/vc",
        "status-jwt/*": "application/vc+jwt",
        "credentials/*": "application/vc",
    }
    for pattern, media_type in expected.items():
        paths = list(on_each.site.glob(pattern))
        assert paths, pattern
        for path in paths:
            url = f"http://localhost:{on_each.port}/{path.relative_to(on_each.site)}"
            with urlopen(url, timeout=10) as answer:
                assert answer.headers["Content-Type"] == media_type
                assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_nginx_answers_by_what_is_asked_for(by_nginx: College) -> None:
    """Pages to people and documents to programs, as the tool did; pages keep their policy."""
    credential = f"credentials/{by_nginx.ladder.credential('one').id}"
    (shared, *_) = (path.parent.name for path in by_nginx.site.glob("s/*/index.html"))
    (listed, *_) = by_nginx.site.glob("status/*")

    def ask(path: str, accept: str) -> requests.Response:
        url = f"http://localhost:{by_nginx.port}/{path}"
        return requests.get(url, headers={"Accept": accept}, timeout=10)

    for path in (credential, f"s/{shared}"):
        page = ask(path, "text/html,application/xhtml+xml,*/*;q=0.8")
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert ask(path, "application/vc").json()["proof"]
    for form in ("application/vc", "application/vc+jwt"):
        answer = ask(f"status/{listed.name}", form)
        assert answer.headers["Content-Type"] == form
        assert answer.headers["Vary"] == "Accept"
    assert ask("s/unknown", "text/html").status_code == 404
    assert ask("../nginx.conf", "text/html").status_code in {400, 404}


def test_nothing_is_exported_that_is_not_public(college: College) -> None:
    """No private badge, no name, no page behind one; what is shared with less shows less."""
    college.export()
    assert not [name for name in college.names() if name.startswith(("s/", "credential", "evid"))]
    assert not [
        name for name in college.names() if NAME.encode() in (college.site / name).read_bytes()
    ]

    college.share("three", Disclosure.WITHOUT_LEVELS)
    college.export()
    whole = str(college.ladder.credential("three").id)
    assert not [name for name in college.names() if whole in name]
    (name,) = (name for name in college.names() if name.startswith("credentials/"))
    document = json.loads((college.site / name).read_bytes())
    assert "result" not in document["credentialSubject"]


def test_again_is_the_same_and_takes_away_what_is_no_longer_shared(college: College) -> None:
    """A folder can be brought up to date."""
    college.share("one")
    college.share("four")
    college.export()
    before = college.names()
    college.export()
    assert college.names() == before

    college.unshare("four")
    college.export()
    gone = before - college.names()
    assert {name.split("/")[0] for name in gone} == {
        "s",
        "credentials",
        "credential-pages",
        "evidence",
    }
    assert len([name for name in college.names() if name.startswith("credentials/")]) == 1
    assert college.names() < before


def test_the_lists_of_the_tool_stay_as_they_are(college: College) -> None:
    """Only the copy's are good for years; the log says that they were signed."""
    with college.runtime.reading() as session:
        stored = {
            row.id: (row.document, row.token) for row in session.scalars(select(StatusListRow))
        }
    college.export("--years", "3")

    with college.runtime.reading() as session:
        rows = session.scalars(select(StatusListRow)).all()
        actions = session.scalars(select(AuditEventRow.action)).all()
    assert {row.id: (row.document, row.token) for row in rows} == stored
    assert "site.exported" in actions
    for row in rows:
        exported = json.loads((college.site / "status" / str(row.id)).read_bytes())
        years = (datetime.fromisoformat(exported["validUntil"]) - datetime.now(UTC)).days / 365.25
        assert 2.9 < years < 3.1


def test_long_lists_are_signed_only_when_told(college: College) -> None:
    """Asked first, with what it means; and nothing is written over what is not its own."""
    result = college.terminal.run("export-site", str(college.folder))
    assert result.exit_code == 1
    assert "as not taken back until" in result.output
    assert not college.folder.exists()

    college.folder.mkdir()
    (college.folder / "thesis.txt").write_text("years of work", "utf-8")
    said = college.terminal.fail("export-site", str(college.folder), "--confirm")
    assert "not empty" in said
    assert (college.folder / "thesis.txt").read_text("utf-8") == "years of work"


def test_the_readme_says_until_when_and_how_to_serve(college: College) -> None:
    """With the host's name, in the example for nginx too."""
    college.export()
    readme = (college.folder / "README.txt").read_text("utf-8")
    config = (college.folder / "nginx.conf").read_text("utf-8")

    assert f"{datetime.now(UTC).year + 10}-" in readme
    assert f"server_name localhost:{college.port};" in config
    assert config.count("{") == config.count("}")
    assert "{{" not in config + readme


def test_an_issuer_of_another_host_has_its_document_apart(college: College) -> None:
    """The tool moved once; old badges look for the document where it was."""
    with college.runtime.writing() as session:
        session.execute(update(IssuerRow).values(did="did:web:old.example:issuers:harbour"))
    college.export()

    moved = college.folder / "other-hosts" / "old.example" / "issuers" / "harbour" / "did.json"
    assert json.loads(moved.read_bytes())["id"] == "did:web:old.example:issuers:harbour"
    assert not list(college.site.glob("issuers/*/did.json"))
    assert "old.example" in (college.folder / "README.txt").read_text("utf-8")
