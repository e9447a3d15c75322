"""What a verifier is told when something befell a credential, its issuer or its parts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from badges.checks import CheckState
from badges.proof import sign_vc_jwt
from badges.status_list import StatusList, build_status_list_credential
from badges.written import serialize
from keys.did_document import build_did_document
from keys.ring import HeldKey, KeyState
from lti_tool.lti.http import GuardedSession
from lti_tool.services.examining import Report, examine
from lti_tool.services.fetching import FetchingResolver
from tests.credentials import (
    DID,
    LIST_URL,
    NOW,
    STATUS_INDEX,
    FakeResolver,
    a_did_document,
    a_document,
    a_jwt,
    a_signed_credential,
    a_signed_status_list,
    issuer_keys,
    other_keys,
)
from tests.parts import (
    AGENCY,
    AGENCY_LIST,
    PARTS,
    a_record,
    a_signed_whole,
    a_world,
    agency_keys,
    an_agency_list,
    an_endorsed_badge,
    part_url,
)

LATER = NOW + timedelta(days=30)
NEW_DID = "did:web:new.example.edu:issuers:harbour"


def answer(data: bytes | str, world: FakeResolver | None = None, now: object = NOW) -> Report:
    """What somebody is told who asks now."""
    return examine(data, resolver=world or a_world(), now=now)  # type: ignore[arg-type]  # an instant


def failed(report: Report) -> dict[str, str]:
    """The checks that failed, with their codes."""
    return {one.name.value: one.code for one in report.checks if one.state is CheckState.FAILED}


def whole() -> bytes:
    """A microcredential."""
    return a_signed_whole()


def record() -> bytes:
    """Its learner record."""
    return serialize(a_signed_credential(a_record()))


def badge() -> bytes:
    """A badge with an endorsement of its achievement."""
    return serialize(a_signed_credential(an_endorsed_badge()))


@pytest.mark.parametrize("lost", [1, 3])
def test_another_name_for_the_person_hides_no_lost_badge(lost: int) -> None:
    """A record of several issuers knows its subject by several ids."""
    document = a_record()
    document["credentialSubject"] = {**document["credentialSubject"], "id": "urn:uuid:a-registrar"}  # type: ignore[dict-item]  # an object
    data = serialize(a_signed_credential(document))

    assert answer(data).status == "valid"
    assert answer(data, a_world(lists={LIST_URL: a_signed_status_list(lost)})).status == "part_lost"


@pytest.mark.parametrize("make", [whole, record, badge])
def test_nothing_befell_it(make: Callable[[], bytes]) -> None:
    """Then it is valid, with all that belongs to it."""
    report = answer(make())

    assert (report.status, failed(report)) == ("valid", {})
    assert {one.state for one in report.parts} == {CheckState.PASSED}


@pytest.mark.parametrize("make", [whole, record])
def test_a_revoked_part(make: Callable[[], bytes]) -> None:
    """It holds by itself, and the answer says that something it rests on does so no longer."""
    report = answer(make(), a_world(lists={LIST_URL: a_signed_status_list(3)}))

    assert (report.status, failed(report)) == ("part_lost", {})
    lost = {one.id for one in report.parts if one.code == "revoked"}
    assert part_url("3") in lost


@pytest.mark.parametrize("make", [whole, record])
def test_a_revoked_whole(make: Callable[[], bytes]) -> None:
    """Its parts still hold, and that does not help it."""
    report = answer(make(), a_world(lists={LIST_URL: a_signed_status_list(STATUS_INDEX)}))

    assert report.status == "revoked"
    assert failed(report) == {"status": "revoked"}


@pytest.mark.parametrize("make", [whole, record, badge])
def test_an_expired_list(make: Callable[[], bytes]) -> None:
    """Nobody can say whether it was revoked, so nobody may rely on it."""
    report = answer(make(), now=LATER)

    assert report.status == "broken"
    assert failed(report) == {"status": "status_list_not_valid"}


def test_an_expired_list_of_an_endorser_takes_no_badge() -> None:
    """The endorsement is not checked then; the badge is not the endorser's."""
    ran_out = an_agency_list(valid_until=NOW - timedelta(days=1))
    lists = {LIST_URL: a_signed_status_list(), AGENCY_LIST: ran_out}
    report = answer(badge(), a_world(lists=lists))

    assert report.status == "valid"
    assert [one.code for one in report.parts] == ["status_list_not_valid"]


def keys_after(state: KeyState) -> dict[str, object]:
    """The issuer's document once its keys sign no more."""
    keys = [
        HeldKey(
            id=key.id,
            public=key.public,
            state=state,
            revoked_at=NOW if state is KeyState.COMPROMISED else None,
        )
        for key in issuer_keys()
    ]
    return build_did_document(DID, [*keys, *other_keys()])


@pytest.mark.parametrize("make", [whole, record, badge])
def test_a_retired_key(make: Callable[[], bytes]) -> None:
    """What it signed is believed for ever."""
    world = a_world()
    world.documents[DID] = keys_after(KeyState.RETIRED)

    assert answer(make(), world).status == "valid"


@pytest.mark.parametrize("make", [whole, record, badge])
def test_a_compromised_key(make: Callable[[], bytes]) -> None:
    """Nobody has to believe what it signed, and the answer says why."""
    world = a_world()
    world.documents[DID] = keys_after(KeyState.COMPROMISED)
    report = answer(make(), world)

    assert (report.status, failed(report)) == ("broken", {"key": "key_revoked"})
    assert report.summary is None


def test_a_compromised_key_of_an_endorser() -> None:
    """Its word says nothing any more; the badge stays."""
    world = a_world()
    key = agency_keys()[0]
    lost = HeldKey(id=key.id, public=key.public, state=KeyState.COMPROMISED, revoked_at=NOW)
    world.documents[AGENCY] = build_did_document(AGENCY, [lost])
    report = answer(badge(), world)

    assert report.status == "valid"
    assert [(one.state, one.code) for one in report.parts] == [(CheckState.WARNED, "key_revoked")]


def test_a_moved_host_that_is_gone() -> None:
    """A did:web is its host: without it nobody vouches for the key."""
    world = a_world(documents={})
    report = answer(whole(), world)

    assert (report.status, failed(report)) == ("broken", {"key": "issuer_unreachable"})


def test_a_moved_host_whose_document_has_another_name() -> None:
    """The old address leads to the new issuer's document: that is somebody else's."""
    world = a_world()
    world.documents[DID] = build_did_document(NEW_DID, issuer_keys())
    report = answer(whole(), world)

    assert (report.status, failed(report)) == ("broken", {"key": "issuer_document_malformed"})


def test_a_moved_host_that_serves_what_it_served() -> None:
    """Documents keep their names wherever they lie: then nothing has changed."""
    world = a_world()
    world.documents[DID] = serialize(a_did_document())

    assert answer(whole(), world).status == "valid"


def test_a_moved_host_whose_list_has_another_name() -> None:
    """A list that calls itself otherwise is not the one that the badge names."""
    moved = build_status_list_credential(
        StatusList.empty(),
        url="https://new.example.edu/status/1",
        issuer_id=DID,
        valid_from=NOW,
        valid_until=LATER,
    )
    token = sign_vc_jwt(moved, issuer_keys()[1]).encode()
    report = answer(a_jwt(), a_world(lists={LIST_URL: token}))

    assert failed(report) == {"status": "status_list_not_valid"}


def test_parts_of_a_moved_host() -> None:
    """Where nobody serves the badges any more they are not checked, and the whole holds."""
    report = answer(whole(), a_world(credentials={}))

    assert report.status == "valid"
    assert [one.code for one in report.parts] == ["not_public"] * len(PARTS)
    assert answer(record(), a_world(credentials={})).parts[0].state is CheckState.PASSED


# A verifier on the network.


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "file:///etc/passwd",
        "gopher://x",
        "https://",
        "urn:x:y",
    ],
)
def test_parts_never_lead_inside(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guarded session looks at the address of a part as at any other."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was tried"))
    entry = {"id": url, "mediaType": "application/vc", "digestSRI": "sha256-AAAA"}
    data = a_jwt(a_document(relatedResource=[entry]))

    class Inside(FetchingResolver):
        """Knows the issuer, and asks the network for everything else."""

        def did_document(self, did: str) -> bytes:
            """Return the issuer's document."""
            assert did == DID
            return serialize(a_did_document())

        def jwk(self, url: str) -> bytes:
            """Return its key."""
            return serialize(a_world().jwks[url])  # type: ignore[arg-type]  # an object

        def status_list(self, url: str) -> bytes:
            """Return its list."""
            assert url == LIST_URL
            return a_signed_status_list()

    report = examine(data, resolver=Inside(GuardedSession()), now=NOW)
    assert report.status == "valid"
    assert [one.code for one in report.parts] == ["unreachable"]


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """All questions of one verification share some seconds; after them none is asked."""
    asked: list[str] = []

    def exchange(_self: object, _method: str, url: str, **_: object) -> object:
        asked.append(url)
        pytest.fail("asked too late")

    monkeypatch.setattr(GuardedSession, "exchange", exchange)
    ticks = iter([0.0, 31.0, 31.0, 31.0])
    resolver = FetchingResolver(GuardedSession(), timer=lambda: next(ticks))
    report = examine(whole(), resolver=resolver, now=NOW)

    assert failed(report) == {"key": "issuer_unreachable"}
    assert asked == []
