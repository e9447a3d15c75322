"""Signing keys: made once, sealed, published, never shown."""

import json

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from badges.proof import JWT_ALGORITHMS, sign_vc_jwt, verify_vc_jwt
from keys.did import verification_method_id
from keys.errors import SealError, UnknownKeyError
from keys.jwk import parse_jwk, thumbprint
from keys.ring import KeyRing, KeyState
from keys.sealing import unseal
from keys.signing import Algorithm
from lti_tool.errors import SettingsError
from lti_tool.services import keyring
from lti_tool.store.database import Database
from lti_tool.store.rows import IssuerRow, SigningKeyRow
from tests.conftest import FakeClock
from tests.credentials import a_document
from tests.offices import ANOTHER, MASTER, URLS, Office, an_office
from tests.rows import NOW


@pytest.fixture
def office(database: Database, clock: FakeClock) -> Office:
    """An issuer without keys."""
    return an_office(database, clock)


def test_what_is_missing_is_made_once(office: Office) -> None:
    """A key for the tool, two for the issuer; the second time nothing is missing."""
    assert office.init() == 3
    assert office.init() == 0

    rows = office.rows()
    assert {(row.purpose, row.issuer_id) for row in rows} == {
        ("tool", None),
        ("data_integrity", office.issuer_id),
        ("jwt", office.issuer_id),
    }
    assert len({row.id for row in rows}) == 3


def test_private_halves_are_sealed(office: Office) -> None:
    """The database alone signs nothing: the sealed bytes open with the master key only."""
    office.init()

    for row in office.rows():
        private = unseal(row.sealed, MASTER, purpose=keyring.PURPOSE, subject_id=row.id)
        assert private not in row.sealed
        assert set(json.loads(row.public_jwk)) <= {"kty", "crv", "x", "n", "e", "kid", "alg", "use"}
        with pytest.raises(SealError):
            unseal(row.sealed, ANOTHER, purpose=keyring.PURPOSE, subject_id=row.id)
        with pytest.raises(SealError):
            unseal(row.sealed, MASTER, purpose=keyring.PURPOSE, subject_id="another row")


def test_the_rings_sign(office: Office) -> None:
    """Each current key signs what its own public half verifies, under its own name."""
    office.init()
    with office.database.reading() as session:
        tool = keyring.load_tool_ring(session, master_key=MASTER, now=office.clock())
        issuer = session.get_one(IssuerRow, office.issuer_id)
    ed25519, rsa = (office.ring().current(one) for one in (Algorithm.ED25519, Algorithm.RS256))

    for key in (tool.current(Algorithm.RS256), ed25519, rsa):
        key.public.verify(key.sign(b"data"), b"data")
    assert ed25519.id == verification_method_id(issuer.did, ed25519.public)
    assert rsa.id == URLS.key(issuer.slug, thumbprint(rsa.public))
    assert tool.current(Algorithm.RS256).public != rsa.public


def test_nothing_shows_a_private_half(office: Office) -> None:
    """Neither a row nor a ring nor the master key, whoever logs them."""
    office.init()
    private = [
        unseal(row.sealed, MASTER, purpose=keyring.PURPOSE, subject_id=row.id)
        for row in office.rows()
    ]
    ring = office.ring()
    shown = "".join(repr(one) for one in (*office.rows(), ring, *ring.keys, MASTER)) + str(ring)

    assert "signing" not in shown
    assert "secret" not in shown
    for half in private:
        assert half.hex() not in shown
        assert repr(half)[2:-1] not in shown


def test_without_a_master_key_a_ring_lists_only(office: Office) -> None:
    """Serving `did.json` needs no secret."""
    office.init()
    ring = office.ring(None)

    assert {key.public for key in ring.keys} == {key.public for key in office.ring().keys}
    with pytest.raises(UnknownKeyError):
        ring.current(Algorithm.ED25519).sign(b"data")


def test_another_master_key_opens_nothing(office: Office) -> None:
    """It is noticed when the process starts, not when the first badge is released."""
    office.init()
    with office.database.reading() as session:
        keyring.check_master_key(session, MASTER, now=office.clock())
        with pytest.raises(SettingsError, match="QUATREFOIL_MASTER_KEY"):
            keyring.check_master_key(session, ANOTHER, now=office.clock())

    with pytest.raises(SealError):
        office.ring(ANOTHER)


def test_a_master_key_need_not_open_what_signs_no_more(office: Office) -> None:
    """Retired keys are for verifying; their private halves may be lost."""
    office.init(ANOTHER)
    with office.database.writing() as session:
        session.execute(update(SigningKeyRow).values(retired_at=NOW))
    assert office.init() == 3

    with office.database.reading() as session:
        keyring.check_master_key(session, MASTER, now=office.clock())


def test_a_key_that_was_moved_does_not_open(office: Office) -> None:
    """Whoever can write to the database cannot make the tool's key sign badges."""
    office.init()
    tool = next(row for row in office.rows() if row.purpose == "tool")
    office.set("jwt", sealed=tool.sealed)

    with pytest.raises(SealError):
        office.ring()


def test_a_retired_key_stays_listed(office: Office) -> None:
    """What it signed goes on verifying; a new one signs."""
    office.init()
    before = office.ring()
    office.set("data_integrity", retired_at=NOW)
    office.clock.advance(seconds=1)
    assert office.init() == 1

    ring = office.ring()
    old = before.current(Algorithm.ED25519)
    assert ring.current(Algorithm.ED25519).id != old.id
    assert {key.id: key.state for key in ring.keys}[old.id] is KeyState.RETIRED
    assert {key.id for key in before.keys} < {key.id for key in ring.keys}
    assert thumbprint(old.public) in {key["kid"] for key in office.jwks()}


def test_a_compromised_key_is_not_published(office: Office) -> None:
    """Nothing that it signed is believed any more."""
    office.init()
    lost = office.ring().current(Algorithm.RS256)
    office.set("jwt", compromised_at=NOW)
    assert office.init() == 1

    ring = office.ring()
    assert {key.id: key.state for key in ring.keys}[lost.id] is KeyState.COMPROMISED
    assert lost.id not in {key.id for key in ring.trusted}
    assert thumbprint(lost.public) not in {key["kid"] for key in office.jwks()}
    assert ring.current(Algorithm.RS256).public != lost.public


def test_another_algorithm_for_jwts_retires_the_former_key(office: Office) -> None:
    """By the setting and `keys init`: both stay listed, the tool's and the other key untouched."""
    office.init()
    before = office.ring()
    office.clock.advance(seconds=1)
    assert office.init(jwt_algorithm=Algorithm.ES256) == 1
    assert office.init(jwt_algorithm=Algorithm.ES256) == 0
    assert office.ring().current(*JWT_ALGORITHMS).id == before.current(*JWT_ALGORITHMS).id
    office.clock.advance(hours=1)

    ring = office.ring()
    new, old = ring.current(*JWT_ALGORITHMS), before.current(*JWT_ALGORITHMS)
    assert (new.algorithm, old.algorithm) == (Algorithm.ES256, Algorithm.RS256)
    assert new.id == URLS.key(office.slug, thumbprint(new.public))
    assert ring.current(Algorithm.ED25519).id == before.current(Algorithm.ED25519).id
    assert {key.id for key in ring.trusted} == {key.id for key in before.keys} | {new.id}
    assert {"RS256", "ES256"} < {key["alg"] for key in office.jwks()}
    token = sign_vc_jwt(a_document(), new)
    assert verify_vc_jwt(token, parse_jwk(json.loads(office.jwk(new.id)))) == a_document()


def test_the_tools_keys_are_published_apart(office: Office) -> None:
    """Platforms get the tool's key set, verifiers the issuer's."""
    office.init()
    with office.database.reading() as session:
        tool = json.loads(keyring.tool_jwks(session, now=office.clock()))["keys"]

    assert [key["alg"] for key in tool] == ["RS256"]
    assert {key["kid"] for key in tool}.isdisjoint(key["kid"] for key in office.jwks())
    for jwk in (*tool, *office.jwks()):
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(jwk)
        parse_jwk(jwk)


@pytest.mark.parametrize("purpose", ["tool", "data_integrity"])
def test_the_database_keeps_one_current_key(office: Office, purpose: str) -> None:
    """Two operators at once: the second key of a purpose does not come in."""
    office.init()
    row = next(one for one in office.rows() if one.purpose == purpose)
    double = SigningKeyRow(
        id="another",
        issuer_id=row.issuer_id,
        purpose=purpose,
        sealed=b"",
        public_jwk=b"{}",
        created_at=NOW,
        retired_at=None,
        compromised_at=None,
    )
    with pytest.raises(IntegrityError), office.database.writing() as session:
        session.add(double)


def test_the_cache_follows_the_database(office: Office) -> None:
    """A ring is unsealed once, and anew as soon as a key changes."""
    office.init()
    cache = keyring.RingCache(MASTER, URLS, office.clock)

    def load() -> KeyRing:
        with office.database.reading() as session:
            return cache.load(session, session.get_one(IssuerRow, office.issuer_id))

    first = load()
    assert load() is first
    office.set("data_integrity", retired_at=NOW)
    with pytest.raises(UnknownKeyError):
        load().current(Algorithm.ED25519)
    office.clock.advance(seconds=1)
    office.init()
    assert load().current(Algorithm.ED25519).id not in {key.id for key in first.keys}
