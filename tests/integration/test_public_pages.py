"""The world's side over HTTP: what is shown, to whom, and how it may be kept."""

import io
import json
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from badges.baking import unbake
from badges.png import read_chunks
from badges.verification import verify
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services.fetching import CREDENTIAL
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.revoking import revoke_credential
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AchievementVersionRow, AwardRow, CredentialRow, ShareRow
from tests import rows
from tests.factories import a_definition
from tests.pictures import dimensions_of
from tests.stages import Stage

BASE = "https://tool.example"


def the_credential(stage: Stage) -> CredentialRow:
    """The one credential that was issued."""
    with stage.runtime.reading() as session:
        return session.scalars(select(CredentialRow)).one()


def share(stage: Stage) -> str:
    """Share the badge; return the token."""
    with stage.runtime.writing() as session:
        session.add(
            ShareRow(
                id=rows.an_id(),
                credential_id=the_credential(stage).id,
                token="a-share-token",
                created_at=rows.NOW,
                ended_at=None,
            )
        )
    return "a-share-token"


def test_a_credential_is_private_until_it_is_shared(stage: Stage, client: FlaskClient) -> None:
    """A private credential and one that never was look the same."""
    private = client.get(f"/credentials/{the_credential(stage).id}")
    unknown = client.get(f"/credentials/{rows.an_id()}")

    assert private.status_code == unknown.status_code == 404
    assert private.data == unknown.data
    assert b"Ada" not in private.data


def test_a_shared_credential_says_it_is_valid_to_whom_and_for_what(
    stage: Stage, client: FlaskClient
) -> None:
    """One sentence first; then the results."""
    token = share(stage)
    for url in (f"/s/{token}", f"/credentials/{the_credential(stage).id}"):
        page = client.get(url)

        assert page.status_code == 200
        assert "This badge is valid" in page.text
        assert "Ada Learner" in page.text
        assert "no-store" in page.headers["Cache-Control"]


def test_a_shared_badge_brings_a_card_for_where_it_is_posted(
    stage: Stage, client: FlaskClient
) -> None:
    """Title, sentence, and a PNG of the size that is asked for, as SVG is not shown there."""
    page = client.get(f"/s/{share(stage)}").text

    assert '<meta property="og:title" content="A badge: Ada Learner">' in page
    url = page.partition('property="og:image" content="')[2].partition('"')[0]
    assert url.startswith("https://")
    card = client.get(urlsplit(url).path)
    assert (card.status_code, card.mimetype) == (200, "image/png")
    assert dimensions_of(card.data) == (1200, 630)


def test_a_drawn_picture_is_there_as_png_too(stage: Stage, client: FlaskClient) -> None:
    """With the badge in it for programs that show no SVG; it verifies as the SVG does."""
    link = f"/s/{share(stage)}"
    picture = client.get(f"{link}.png")
    plain = client.get(f"/achievements/{stage.course.version.id}/image.png")

    assert (picture.mimetype, plain.mimetype) == ("image/png", "image/png")
    assert 'filename="badge.png"' in picture.headers["Content-Disposition"]
    assert unbake(picture.data) == the_credential(stage).document
    report = client.post("/verify", data={"file": (io.BytesIO(picture.data), "badge.png")})
    assert "This badge is valid" in report.text
    assert [one for one in read_chunks(picture.data) if one.kind != b"iTXt"] == list(
        read_chunks(plain.data)
    )


def test_nothing_is_drawn_of_what_is_not_published(runtime: Runtime, client: FlaskClient) -> None:
    """Not for a draft, nor for what is not there."""
    with runtime.writing() as session:
        draft = rows.a_course(session, definition=a_definition()).version.id
    for version_id in (draft, rows.an_id()):
        for name in ("image.png", "image.svg", "card.png"):
            assert client.get(f"/achievements/{version_id}/{name}").status_code == 404


def test_the_picture_holds_the_badge(stage: Stage, client: FlaskClient) -> None:
    """As issued; whoever gets the file can check it, and a picture without one says so."""
    link = f"/s/{share(stage)}"
    picture = client.get(f"{link}.picture")
    with stage.runtime.reading() as session:
        drawn = session.scalars(select(AchievementVersionRow.image)).first() or b""

    assert picture.mimetype == "image/svg+xml"
    assert 'filename="badge.svg"' in picture.headers["Content-Disposition"]
    assert unbake(picture.data) == the_credential(stage).document
    report = client.post("/verify", data={"file": (io.BytesIO(picture.data), "badge.svg")})
    assert "This badge is valid" in report.text
    empty = client.post("/verify", data={"file": (io.BytesIO(drawn), "badge.svg")})
    assert empty.status_code == 422
    assert "There is no badge in this picture" in empty.text


def test_the_downloads_are_what_was_signed_byte_for_byte(stage: Stage, client: FlaskClient) -> None:
    """JSON and JWT come as stored, and verify from the served documents alone."""
    token, row = share(stage), the_credential(stage)

    assert client.get(f"/s/{token}.json").data == row.document
    assert client.get(f"/s/{token}.jwt").data == row.token


@pytest.mark.parametrize(
    "accept",
    [
        "application/vc",
        "application/vc+ld+json",
        "application/ld+json",
        "application/json",
        "application/vc+ld+json, application/vc, application/json, text/html;q=0.5",
        CREDENTIAL,
        "application/json, text/html;q=0.5",
    ],
)
def test_programs_get_the_document_where_people_get_the_page(
    stage: Stage, client: FlaskClient, accept: str
) -> None:
    """The credential's id leads to the credential; caches keep the two apart."""
    token, row = share(stage), the_credential(stage)
    for url in (f"/s/{token}", f"/credentials/{row.id}"):
        answer = client.get(url, headers={"Accept": accept})

        assert answer.data == row.document
        assert answer.mimetype == "application/vc"
        assert "Accept" in answer.headers["Vary"]
        assert "Accept" in client.get(url).headers["Vary"]


@pytest.mark.parametrize("accept", ["text/html,application/xml;q=0.9,*/*;q=0.8", "*/*", "", "x/y"])
def test_people_get_the_page(stage: Stage, client: FlaskClient, accept: str) -> None:
    """So does whoever asks for nothing that we have."""
    share(stage)
    page = client.get(f"/credentials/{the_credential(stage).id}", headers={"Accept": accept})

    assert page.mimetype == "text/html"


@pytest.mark.parametrize("accept", ["application/vc", "application/vc+ld+json", CREDENTIAL])
def test_a_private_credential_has_no_document_either(
    stage: Stage, client: FlaskClient, accept: str
) -> None:
    """However it is asked for: the doors are those of the downloads."""
    url = f"/credentials/{the_credential(stage).id}"
    private = client.get(url, headers={"Accept": accept})
    unknown = client.get("/s/no-such-token", headers={"Accept": accept})
    assert private.status_code == unknown.status_code == 404
    assert private.data == unknown.data

    token = share(stage)
    assert client.get(f"/s/{token}", headers={"Accept": accept}).status_code == 200
    with stage.runtime.writing() as session:
        session.scalars(select(ShareRow)).one().ended_at = rows.NOW
    for path in (url, f"/s/{token}"):
        ended = client.get(path, headers={"Accept": accept})
        assert ended.status_code == 404
        assert ended.data == private.data


def test_our_own_addresses_are_verified_from_the_store(stage: Stage, client: FlaskClient) -> None:
    """The credential's id, its page, its share link and its downloads: nothing is fetched."""
    token, row, base = share(stage), the_credential(stage), stage.runtime.settings.base_url
    for path in (f"/s/{token}", f"/s/{token}.json", f"/s/{token}.jwt", f"/credentials/{row.id}"):
        report = client.post("/verify", data={"url": base + path})

        assert report.status_code == 200
        assert "This badge is valid" in report.text


def test_an_own_address_that_shows_no_badge_is_said(stage: Stage, client: FlaskClient) -> None:
    """Private, unknown, or another page: the tool never asks itself over the network."""
    base = stage.runtime.settings.base_url
    for path in (f"/credentials/{the_credential(stage).id}", "/s/none", "/health", "/s/%00", "/"):
        report = client.post("/verify", data={"url": base + path})

        assert report.status_code == 422, path
        assert base + path in report.text


def test_ending_a_share_closes_every_door(stage: Stage, client: FlaskClient) -> None:
    """Page, JSON and JWT are gone with the link."""
    token = share(stage)
    with stage.runtime.writing() as session:
        session.scalars(select(ShareRow)).one().ended_at = rows.NOW

    for url in (f"/s/{token}", f"/s/{token}.json", f"/s/{token}.jwt"):
        assert client.get(url).status_code == 404


def test_every_view_of_a_revoked_badge_says_revoked(stage: Stage, client: FlaskClient) -> None:
    """Page, verify page and served list agree."""
    token, row = share(stage), the_credential(stage)
    stage.runtime.clock.advance(seconds=2)  # type: ignore[attr-defined]  # the tests' clock
    revoke_credential(stage.runtime.issuing, row.id, reason="Mixed up")

    assert "no longer valid" in client.get(f"/s/{token}").text
    assert "Mixed up" not in client.get(f"/s/{token}").text
    for form in (row.document, row.token or b""):
        report = client.post("/verify", data={"credential": form.decode()})
        assert "no longer valid" in report.text


@pytest.mark.parametrize("form", ["document", "token"])
def test_verify_says_what_holds(stage: Stage, client: FlaskClient, form: str) -> None:
    """A pasted badge of ours is valid, and every check holds."""
    report = client.post("/verify", data={"credential": getattr(the_credential(stage), form)})

    assert report.status_code == 200
    assert "This badge is valid" in report.text


def test_verify_does_not_repeat_what_nobody_signed(stage: Stage, client: FlaskClient) -> None:
    """Of a tampered badge no name is shown as if it were true."""
    document = the_credential(stage).document.replace(b"Ada Learner", b"Eve Forger!")
    report = client.post("/verify", data={"credential": document})

    assert "Do not rely" in report.text
    assert "Eve Forger" not in report.text


@pytest.mark.parametrize("sent", ["", "{", "[]", "null", "a.b.c", "{}" * 600_000, "\x00", "<svg/>"])
def test_verify_takes_anything_calmly(client: FlaskClient, sent: str) -> None:
    """Whatever is pasted ends in a page, never in a defect."""
    assert client.post("/verify", data={"credential": sent}).status_code in {200, 413, 422}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://127.0.0.2/x",
        "file:///etc/passwd",
        "gopher://x",
        "x",
    ],
)
def test_verify_never_fetches_from_inside(client: FlaskClient, url: str) -> None:
    """Private addresses and foreign schemes are refused by name, without a call."""
    report = client.post("/verify", data={"url": url})

    assert report.status_code == 422
    assert "could not fetch" in report.text


def test_verify_says_what_status_an_address_answered_with(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page in the place of a badge is not read as one."""
    gone = Answer(status=404, headers={}, body=b"<html>Not here</html>")
    monkeypatch.setattr(GuardedSession, "exchange", lambda *_, **__: gone)

    report = client.post("/verify", data={"url": "https://badges.example/1"})

    assert report.status_code == 422
    assert "answered with status 404" in report.text
    assert "could not fetch" not in report.text


def test_identity_documents_can_be_read_by_any_origin(stage: Stage, client: FlaskClient) -> None:
    """did.json, key, key set, status list and image: CORS, caching, ETag, 304."""
    issuer = stage.course.issuer.slug
    did = client.get(f"/issuers/{issuer}/did.json")
    document = json.loads(did.data)
    credential = json.loads(the_credential(stage).document)
    list_url = credential["credentialStatus"]["statusListCredential"].removeprefix(BASE)
    token = (the_credential(stage).token or b"").split(b".")[0]

    assert document["id"] == credential["issuer"]["id"]
    assert credential["proof"][0]["verificationMethod"] in document["assertionMethod"]
    assert token
    for url in (f"/issuers/{issuer}/did.json", f"/issuers/{issuer}/jwks.json", list_url):
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "max-age" in answer.headers["Cache-Control"]
        again = client.get(url, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_the_status_list_comes_in_both_forms(stage: Stage, client: FlaskClient) -> None:
    """JSON by default, a JWT to who asks for it."""
    credential = json.loads(the_credential(stage).document)
    url = credential["credentialStatus"]["statusListCredential"].removeprefix(BASE)

    assert json.loads(client.get(url).data)["type"][1] == "BitstringStatusListCredential"
    token = client.get(url, headers={"Accept": "application/vc+jwt"})
    assert token.content_type.startswith("application/vc+jwt")
    assert token.data.count(b".") == 2


def test_a_badge_verifies_from_the_served_documents(stage: Stage, client: FlaskClient) -> None:
    """Key and list as anybody can fetch them are enough."""

    class Fetching(OwnResolver):
        """Asks the served pages instead of the database."""

        def did_document(self, did: str) -> bytes:
            return bytes(client.get(f"/issuers/{did.rpartition(':')[2]}/did.json").data)

        def jwk(self, url: str) -> bytes:
            return bytes(client.get(url.removeprefix(BASE)).data)

        def status_list(self, url: str) -> bytes:
            return bytes(client.get(url.removeprefix(BASE)).data)

    resolver = Fetching(stage.runtime.database, PublicURLs(BASE))
    row = the_credential(stage)
    for form in (row.document, row.token or b""):
        assert verify(form, resolver=resolver, now=stage.runtime.clock()).issuer_id


def test_achievement_pages_are_public_once_published(stage: Stage, client: FlaskClient) -> None:
    """Page, criteria, rubric, JSON and image of a published version; nothing of a draft."""
    version = stage.course.version.id
    credential = json.loads(the_credential(stage).document)

    assert client.get(f"/achievements/{version}").status_code == 200
    assert client.get(f"/achievements/{version}/criteria").status_code == 302
    assert client.get(f"/achievements/{version}/rubric").status_code == 200
    assert client.get(f"/achievements/{version}/image.svg").status_code == 200
    served = json.loads(client.get(f"/achievements/{version}.json").data)
    served.pop("@context")
    assert served == credential["credentialSubject"]["achievement"]
    with stage.runtime.writing() as session:
        draft = rows.a_version(session, stage.course.achievement, a_definition(), number=2)
        draft_id = draft.id
    assert client.get(f"/achievements/{draft_id}").status_code == 404


def test_the_evidence_page_tells_nothing_before_sharing(stage: Stage, client: FlaskClient) -> None:
    """The opaque page is there and names nobody."""
    with stage.runtime.reading() as session:
        page_id = session.scalars(select(AwardRow)).one().evidence_page_id
    page = client.get(f"/evidence/{page_id}")

    assert page.status_code == 200
    assert "Ada" not in page.text
    assert client.get(f"/evidence/{rows.an_id()}").status_code == 404
