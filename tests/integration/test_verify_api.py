"""`/api/verify`: programs get each named check with its outcome, from any origin."""

import json

import pytest
from flask.testing import FlaskClient

from badges.baking import bake
from badges.binding import Naming
from badges.errors import NotPublicError, ResolutionError
from badges.image import draw_badge_image
from badges.proof import add_data_integrity_proof
from badges.written import serialize
from keys.did import verification_method_id
from keys.multikey import encode_multikey
from keys.ring import HeldKey
from keys.signing import generate_ed25519
from lti_tool.app import create_app
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from tests.conftest import FakeClock
from tests.credentials import (
    LIST_URL,
    NOW,
    a_did_document,
    a_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
)
from tests.parts import PARTS, a_part, a_signed_whole, part_url
from tests.rows import an_id
from tests.stacked import Ladder, a_ladder

SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
pytestmark = SQLITE_ONLY


@pytest.fixture
def ladder(runtime: Runtime) -> Ladder:
    """Four badges and the microcredential, which nobody shares."""
    made = a_ladder(runtime)
    made.pathway(on_revoked="keep")
    made.release_all()
    return made


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    """A program somewhere."""
    return create_app(runtime).test_client()


def report(client: FlaskClient, data: bytes) -> dict[str, object]:
    """Return the report on what is sent."""
    answer = client.post("/api/verify", data=data, content_type="application/json")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    found = answer.get_json()
    assert isinstance(found, dict)
    return found


def states(found: object) -> dict[str, str]:
    """The states of checks or parts by their names."""
    assert isinstance(found, list)
    return {one["name"]: one["state"] for one in found}


def test_a_badge_in_every_form(client: FlaskClient, ladder: Ladder) -> None:
    """JSON, token, and both in a picture: the same badge, the same checks."""
    row = ladder.credential("one")
    drawn = draw_badge_image(title="One", position=1, total=4, alt="One")
    for data in (row.document, row.token or b"", bake(drawn, row.document)):
        found = report(client, data)

        assert (found["status"], found["kind"]) == ("valid", "badge")
        assert set(states(found["checks"]).values()) == {"passed"}
        assert found["parts"] == []
        credential = found["credential"]
        assert isinstance(credential, dict)
        assert credential["name"] == "One"
        assert credential["id"].endswith(str(row.id))


def test_every_badge_behind_a_microcredential_is_named(client: FlaskClient, ladder: Ladder) -> None:
    """Nobody shares them: whoever has the microcredential reads of each that it holds, no more."""
    found = report(client, ladder.credential().document)

    assert found["status"] == "valid"
    assert states(found["parts"]) == dict.fromkeys(("One", "Two", "Three", "Four"), "passed")
    assert "facts" not in json.dumps(found["parts"])
    ladder.revoke("two")
    found = report(client, ladder.credential().document)
    assert found["status"] == "part_lost"
    assert states(found["parts"])["Two"] == "warned"
    assert states(found["checks"])["parts"] == "warned"


def test_a_private_badge_is_told_to_nobody_else(ladder: Ladder) -> None:
    """Other credentials may name any address of ours, and learn not even that it is one."""
    urls = PublicURLs(ladder.runtime.settings.base_url)
    resolver = OwnResolver(ladder.runtime.database, urls)
    one, two = (urls.credential(ladder.credential(slug).id) for slug in ("one", "two"))
    issuer = ladder.course.issuer.did
    whole = Naming(issuer, urls.credential(ladder.credential().id))

    assert resolver.credential(one, named_by=whole) == ladder.credential("one").document
    for id_ in (two, one, urls.credential(an_id()), "urn:x", "https://elsewhere.example/1"):
        with pytest.raises(NotPublicError):
            resolver.credential(one, named_by=Naming(issuer, id_))
    with pytest.raises(NotPublicError):
        resolver.credential(one, named_by=whole._replace(issuer_id="did:web:elsewhere.example"))
    for url in (
        whole.id,
        urls.credential(an_id()),
        urls.shared("x"),
        urls.credential(an_id()) + "x",
    ):
        with pytest.raises(NotPublicError):
            resolver.credential(url, named_by=whole)
    with pytest.raises(ResolutionError):
        resolver.credential("https://elsewhere.example/1", named_by=whole)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", "unreadable"),
        (b"\xff" * 100, "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"a": 1e999, "proof": {}}', "unreadable"),
        (b"x" * 1_000_001, "unreadable"),
        (json.dumps(a_document()).encode(), "unreadable"),
    ],
    ids=range(6),
)
def test_whatever_it_is_gets_a_report(client: FlaskClient, data: bytes, status: str) -> None:
    """Never a defect, and no words that nobody signed."""
    found = report(client, data)

    assert (found["status"], found["credential"], found["kind"]) == (status, None, None)


def test_what_holds_nothing_is_an_error(client: FlaskClient) -> None:
    """No body, a picture without a badge, one that could run code; a flood is refused."""
    drawn = draw_badge_image(title="One", position=1, total=4, alt="One")
    for data, code in (
        (b"", "nothing_given"),
        (drawn, "picture_not_baked"),
        (drawn.replace(b"<title", b"<script/><title", 1), "picture_runs_scripts"),
    ):
        answer = client.post("/api/verify", data=data)
        assert (answer.status_code, answer.get_json()) == (422, {"error": code})
    assert client.post("/api/verify", data=b" " * 8_000_000).status_code == 413


def test_pages_of_other_origins_may_ask(client: FlaskClient) -> None:
    """The browser asks first, as JSON is no simple request."""
    answer = client.options("/api/verify", headers={"Origin": "https://wallet.example"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_nothing_inside_is_ever_asked(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issuers, lists and parts on private addresses are refused before a connection."""
    asked: list[str] = []
    real = GuardedSession.exchange

    def exchange(self: GuardedSession, method: str, url: str, **options: object) -> object:
        asked.append(url)
        return real(self, method, url, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(GuardedSession, "exchange", exchange)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was tried"))
    document = {**a_document(), "issuer": "https://169.254.169.254/latest"}
    found = report(client, a_jwt(document).encode())

    assert found["status"] == "broken"
    inside = a_signed_credential({**a_document(), "issuer": "did:web:127.0.0.1"})
    assert report(client, json.dumps(inside).encode())["status"] == "broken"


# Issuers of others.


def test_an_issuer_that_is_a_key_needs_no_network(
    client: FlaskClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A did:key names its key, so the badge is checked by itself."""
    clock.advance(days=1)
    monkeypatch.setattr(GuardedSession, "exchange", lambda *_, **__: pytest.fail("asked"))
    key = generate_ed25519()
    did = f"did:key:{encode_multikey(key.public)}"
    held = HeldKey(id=verification_method_id(did, key.public), public=key.public, signing=key)
    document = a_document(issuer={"id": did, "type": ["Profile"], "name": "A Key"})
    del document["credentialStatus"]
    found = report(client, serialize(add_data_integrity_proof(document, held, created=NOW)))

    assert found["status"] == "valid"
    assert states(found["checks"])["proof"] == "passed"
    assert states(found["checks"])["status"] == "not_checked"


def test_an_issuer_on_the_web_is_asked_once(
    client: FlaskClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its document, its list and what it binds, each at the address that did:web gives."""
    clock.advance(days=1)
    served = {
        "https://badges.example.edu/issuers/harbour/did.json": serialize(a_did_document()),
        LIST_URL: a_signed_status_list(),
        **{part_url(number): a_part(number) for number in PARTS},
    }
    asked: list[str] = []

    def exchange(_self: object, _method: str, url: str, **_: object) -> Answer:
        asked.append(url)
        return Answer(status=200, headers={}, body=served[url])

    monkeypatch.setattr(GuardedSession, "exchange", exchange)
    found = report(client, a_signed_whole())

    assert states(found["checks"])["parts"] == "passed"
    assert sorted(asked) == sorted(served)
    assert found["status"] == "valid"
