"""The keep link over HTTP: made in a launch, opened without one, replaced, told to nobody."""

import io
import json
import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.runtime import Runtime
from lti_tool.services.revoking import revoke_credential
from lti_tool.store.rows import CredentialRow, KeepLinkRow, UserRow
from tests.pages import BASE, Visitor, read_page
from tests.rows import a_launch, a_user
from tests.stages import Stage


@pytest.fixture
def learner(app: Flask, runtime: Runtime, stage: Stage) -> Visitor:
    """The earner in their course."""
    with runtime.writing() as session:
        user = session.get_one(UserRow, stage.learner_id)
        return Visitor(app, a_launch(session, stage.course, user))


def credential_id(runtime: Runtime) -> str:
    """Return the id of the one credential."""
    with runtime.reading() as session:
        return str(session.scalars(select(CredentialRow.id)).one())


def make_link(learner: Visitor) -> str:
    """Make a keep link; return its path."""
    page = read_page(learner.post("/keep"))
    found = re.search(r'id="keep-link" readonly value="([^"]+)"', page.text)
    assert found
    return urlsplit(found[1]).path


def test_a_link_opens_everything_without_a_course(
    learner: Visitor, client: FlaskClient, runtime: Runtime
) -> None:
    """Shown once, stored hashed; kept out of search machines and caches."""
    link = make_link(learner)

    answer = client.get(link, base_url=BASE)
    page = read_page(answer)

    assert "Badges of Ada Learner" in page.text
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    token = link.split("/")[2]
    assert token not in learner.get("/keep").text
    with runtime.reading() as session:
        assert token not in session.scalars(select(KeepLinkRow)).one().token_hash


def test_a_badge_is_shown_and_hidden_from_there(
    learner: Visitor, client: FlaskClient, runtime: Runtime
) -> None:
    """LinkedIn's form is filled in with the link that others see."""
    link, id_ = make_link(learner), credential_id(runtime)
    assert client.get(f"/credentials/{id_}", base_url=BASE).status_code == 404

    page = read_page(client.post(f"{link}{id_}/share", base_url=BASE, follow_redirects=True))
    shared = re.findall(r'id="share-1" readonly value="([^"]+)"', page.text)[0]
    profile = re.findall(r'href="(https://www.linkedin.com[^"]+)"', page.text)[0]
    assert parse_qs(urlsplit(profile.replace("&amp;", "&")).query)["certUrl"] == [shared]
    assert client.get(urlsplit(shared).path, base_url=BASE).status_code == 200

    client.post(f"{link}{id_}/unshare", base_url=BASE)
    assert client.get(urlsplit(shared).path, base_url=BASE).status_code == 404


@pytest.mark.parametrize("form", ["json", "jwt", "picture"])
def test_every_form_can_be_taken_along(
    learner: Visitor, client: FlaskClient, runtime: Runtime, form: str
) -> None:
    """Also of a badge that nobody else may see."""
    answer = client.get(f"{make_link(learner)}{credential_id(runtime)}.{form}", base_url=BASE)

    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    if form == "json":
        assert json.loads(answer.data)["credentialSubject"]["id"].startswith("urn:uuid:")


def test_a_kit_is_taken_along_from_either_page(
    learner: Visitor, client: FlaskClient, runtime: Runtime
) -> None:
    """Both pages lead to the same files: the badge as issued, and a page that checks it."""
    id_, link = credential_id(runtime), make_link(learner)
    assert f"{link}{id_}.zip" in client.get(link, base_url=BASE).text
    own = learner.get(f"/credentials/{id_}")
    assert f"{id_}.zip" in own.text
    kept = client.get(f"{link}{id_}.zip", base_url=BASE)
    with runtime.reading() as session:
        row = session.scalars(select(CredentialRow)).one()

    assert kept.mimetype == "application/zip"
    assert "attachment" in kept.headers["Content-Disposition"]
    assert kept.headers["Cache-Control"] == "no-store"
    files = unpacked(kept.data)
    assert files["badge-kit/credential.json"] == row.document
    assert files["badge-kit/credential.jwt"] == row.token
    assert {"badge-kit/README.txt", "badge-kit/verify.html", "badge-kit/did.json"} < files.keys()
    assert row.token in files["badge-kit/verify.html"]
    assert unpacked(learner.answer(f"/credentials/{id_}.zip").data) == files


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a ZIP file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_new_link_ends_the_old_one(
    learner: Visitor, client: FlaskClient, runtime: Runtime
) -> None:
    """From any launch; every door of the old one is closed."""
    old, new, id_ = make_link(learner), make_link(learner), credential_id(runtime)

    assert client.get(new, base_url=BASE).status_code == 200
    ended = client.get(old, base_url=BASE)
    assert ended.status_code == 404
    assert "Keep your badges" in ended.text
    for path in (f"{old}{id_}.json", f"{old}{id_}.picture", f"{old}{id_}.zip"):
        assert client.get(path, base_url=BASE).status_code == 404
    assert client.post(f"{old}{id_}/share", base_url=BASE).status_code == 404


def test_nobody_reaches_another_persons_badge(
    app: Flask, learner: Visitor, client: FlaskClient, runtime: Runtime, stage: Stage
) -> None:
    """A link opens its earner's badges and no others."""
    with runtime.writing() as session:
        other = Visitor(app, a_launch(session, stage.course, a_user(session, stage.course)))
    link, id_ = make_link(other), credential_id(runtime)

    assert "No badges yet" in client.get(link, base_url=BASE).text
    assert client.get(f"{link}{id_}.json", base_url=BASE).status_code == 404
    assert client.get(f"{link}{id_}.zip", base_url=BASE).status_code == 404
    assert other.answer(f"/credentials/{id_}.zip").status_code == 404
    assert client.post(f"{link}{id_}/share", base_url=BASE).status_code == 404
    assert learner.get("/keep").status == 200


def test_a_revoked_badge_stays_and_says_so(
    learner: Visitor, client: FlaskClient, runtime: Runtime, stage: Stage
) -> None:
    """Its history is its earner's as well."""
    link = make_link(learner)
    with runtime.reading() as session:
        row = session.scalars(select(CredentialRow)).one()
    revoke_credential(stage.runtime.issuing, row.id, reason="a mistake")

    assert "Revoked" in client.get(link, base_url=BASE).text


@pytest.mark.parametrize("path", ["/keep/x/", "/keep/%00/", "/keep/" + "a" * 500 + "/"])
def test_a_link_that_is_none(client: FlaskClient, path: str) -> None:
    """It says how to get one, and nothing else."""
    answer = client.get(path, base_url=BASE)

    assert answer.status_code == 404
    assert "href" in answer.text
