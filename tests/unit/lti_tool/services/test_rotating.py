"""Keys are rotated while others sign, stay listed, and lose their private halves afterwards."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from badges.proof import JWT_ALGORITHMS, parse_vc_jwt
from keys.jwk import thumbprint
from keys.ring import KeyRing, KeyState
from keys.signing import Algorithm
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import keyring, rotating
from lti_tool.services.examining import examine
from lti_tool.services.operating import add_issuer
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.revoking import revoke_credential
from lti_tool.services.rotating import Rotated
from lti_tool.services.status_lists import sign_list
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    CredentialRow,
    IssuerRow,
    OrganisationRow,
    SigningKeyRow,
    StatusListRow,
)
from tests.conftest import FakeClock
from tests.offices import MASTER, URLS, Office, an_office
from tests.rows import NOW, an_id
from tests.stages import PASS, a_stage

FAR = NOW + timedelta(days=365)


@pytest.fixture
def office(database: Database, clock: FakeClock) -> Office:
    """An issuer with keys."""
    made = an_office(database, clock)
    made.init()
    return made


def rotate(office: Office, owner: str | None = None, purpose: str | None = None) -> list[Rotated]:
    """Rotate keys, the issuer's unless told."""
    with office.database.writing() as session:
        return list(rotating.rotate(session, office.parts, owner or office.slug, purpose))


def states(office: Office) -> dict[str, KeyState]:
    """Where each key is in its life."""
    with office.database.reading() as session:
        return {key.id: key.state for key in rotating.list_keys(session, now=office.clock())}


def since(office: Office) -> dict[str, datetime]:
    """Since when each key is in its state, or from when on it signs."""
    with office.database.reading() as session:
        return {key.id: key.since for key in rotating.list_keys(session, now=office.clock())}


def tool_ring(office: Office) -> KeyRing:
    """The tool's keys."""
    with office.database.reading() as session:
        return keyring.load_tool_ring(session, master_key=MASTER, now=office.clock())


def tool_jwks(office: Office) -> list[str]:
    """The ids of the tool's keys that platforms see."""
    with office.database.reading() as session:
        listed = json.loads(keyring.tool_jwks(session, now=office.clock()))["keys"]
    return [key["kid"] for key in listed]


def test_a_successor_is_listed_before_it_signs(office: Office) -> None:
    """Verifiers that keep the issuer's document for a while know it by then; both stay."""
    before = office.ring()
    done = rotate(office)
    assert [one.purpose for one in done] == ["data_integrity", "jwt"]
    assert {one.signs_from for one in done} == {office.clock() + timedelta(hours=1)}
    listed = {thumbprint(key.public) for key in office.ring().trusted}
    assert {one.key_id for one in done} < listed
    assert {key["kid"] for key in office.jwks()} == listed

    kinds: list[tuple[Algorithm, ...]] = [(Algorithm.ED25519,), JWT_ALGORITHMS]
    for kind in kinds:
        assert office.ring().current(*kind).id == before.current(*kind).id
    office.clock.advance(hours=1)
    for one, kind in zip(done, kinds, strict=True):
        new = office.ring().current(*kind)
        assert thumbprint(new.public) == one.key_id
        new.public.verify(new.sign(b"data"), b"data")
        assert states(office)[one.former_id] is KeyState.RETIRED
    assert listed == {thumbprint(key.public) for key in office.ring().trusted}
    assert office.audit() == ["key.rotated"] * 2


def test_one_purpose_is_rotated_alone(office: Office) -> None:
    """The other key of the issuer, and the tool's, go on as they are."""
    before = states(office)
    (done,) = rotate(office, purpose="jwt")

    assert states(office) == before | {done.key_id: KeyState.NEXT}
    for hours in (1, 9):
        assert since(office)[done.key_id] == done.signs_from
        office.clock.advance(hours=hours)
    assert since(office)[done.former_id] == done.signs_from
    assert states(office) == before | {
        done.key_id: KeyState.CURRENT,
        done.former_id: KeyState.RETIRED,
    }


def test_the_tools_former_key_stays_listed_for_a_day(office: Office) -> None:
    """Platforms keep a copy of the key set: first they know both, in the end only the new one."""
    (old,) = tool_jwks(office)
    (done,) = rotate(office, "tool")
    assert sorted(tool_jwks(office)) == sorted([old, done.key_id])
    assert tool_ring(office).current(Algorithm.RS256).id == old

    office.clock.advance(days=1)
    assert sorted(tool_jwks(office)) == sorted([old, done.key_id])
    assert tool_ring(office).current(Algorithm.RS256).id == done.key_id
    office.clock.advance(days=1)
    assert tool_jwks(office) == [done.key_id]


def test_a_waiting_successor_is_not_rotated(office: Office) -> None:
    """Running the command twice makes one key."""
    rotate(office, "tool")
    with pytest.raises(ConflictError, match="signs from 2026-11-22 10:00 UTC"):
        rotate(office, "tool")
    assert len(tool_jwks(office)) == 2

    office.clock.advance(days=1)
    assert len(rotate(office, "tool")) == 1


def test_a_wrong_name_is_refused(office: Office) -> None:
    """An issuer that is not there, a purpose that is another's, an issuer without keys."""
    with pytest.raises(NotFoundError):
        rotate(office, "nobody")
    with pytest.raises(InvalidInputError, match="data_integrity or jwt"):
        rotate(office, purpose="tool")
    with pytest.raises(InvalidInputError):
        rotate(office, "tool", "jwt")
    with office.database.writing() as session:
        college = session.scalars(select(OrganisationRow)).one()
        places = {"url": "https://c.example/", "base_url": URLS.base_url}
        add_issuer(
            session, college, slug="empty", name="E", clock=office.clock, new_id=an_id, **places
        )
        with pytest.raises(InvalidInputError, match="tool's own"):
            add_issuer(
                session, college, slug="tool", name="T", clock=office.clock, new_id=an_id, **places
            )
    with pytest.raises(NotFoundError, match="keys init"):
        rotate(office, "empty")


def test_what_signs_no_more_loses_its_private_half(office: Office) -> None:
    """A while after, as clocks differ; the ring lists and verifies as before."""

    def sealed() -> dict[str, bool]:
        rotating.forget_private_halves(office.database, clock=office.clock, new_id=an_id)
        return {row.id: bool(row.sealed) for row in office.rows()}

    before = office.ring()
    assert all(sealed().values())
    (done,) = rotate(office, purpose="data_integrity")
    for hours in (1, 1):
        office.clock.advance(hours=hours)
        assert all(sealed().values())
    office.clock.advance(minutes=1)
    assert [key_id for key_id, kept in sealed().items() if not kept] == [done.former_id]
    assert not all(sealed().values())

    assert {key.id for key in before.keys} < {key.id for key in office.ring().trusted}
    assert office.audit() == ["key.rotated", "key.private_half_deleted"]
    with office.database.reading() as session:
        keyring.check_master_key(session, MASTER, now=office.clock())


ENDS = st.none() | st.integers(-3, 3)


@given(ends=st.lists(st.tuples(st.sampled_from("ab"), ENDS, st.booleans()), max_size=8))
def test_one_key_signs_whatever_their_ends_are(ends: list[tuple[str, int | None, bool]]) -> None:
    """Of those that neither ended nor were lost: the one that ends first; all others wait."""
    rows = [
        SigningKeyRow(
            id=str(number),
            issuer_id=None,
            purpose=purpose,
            retired_at=None if end is None else NOW + timedelta(hours=end),
            compromised_at=NOW if is_lost else None,
        )
        for number, (purpose, end, is_lost) in enumerate(ends)
    ]

    found = keyring.key_states(rows, now=NOW)
    assert found.keys() == {row.id for row in rows}
    for purpose in "ab":
        of_purpose = [row for row in rows if row.purpose == purpose]
        usable = [
            row.retired_at or FAR
            for row in of_purpose
            if row.compromised_at is None and (row.retired_at is None or row.retired_at > NOW)
        ]
        current = [row for row in of_purpose if found[row.id] is KeyState.CURRENT]
        assert [row.retired_at or FAR for row in current] == sorted(usable)[:1]
        waiting = [row for row in of_purpose if found[row.id] is KeyState.NEXT]
        assert len(waiting) == max(len(usable) - 1, 0)
    for row in rows:
        assert (found[row.id] is KeyState.COMPROMISED) == (row.compromised_at is not None)


def test_a_badge_and_its_list_are_signed_with_es256(runtime: Runtime, clock: FakeClock) -> None:
    """In an installation that chose it later; what was signed before goes on verifying."""
    stage = a_stage(runtime, PASS)
    before = stage.in_another_course()
    before.release()
    chosen = replace(runtime.key_parts, jwt_algorithm=Algorithm.ES256)
    with runtime.writing() as session:
        assert rotating.make_missing_keys(session, chosen) == 2
    clock.advance(hours=1)
    urls = PublicURLs(runtime.settings.base_url)
    resolver = OwnResolver(runtime.database, urls)
    with runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
    assert examine(credential.token or b"", resolver=resolver, now=clock()).proof == "RS256"
    revoke_credential(runtime.issuing, credential.id, reason="For a test")
    stage.release()

    with runtime.reading() as session:
        newest = session.scalars(select(CredentialRow).where(CredentialRow.id != credential.id))
        report = examine(newest.one().token or b"", resolver=resolver, now=clock())
        listed = session.get_one(StatusListRow, credential.status_list_id)
    assert (report.status, report.proof) == ("valid", "ES256")
    assert parse_vc_jwt(listed.token.decode()).algorithm is Algorithm.ES256
    assert examine(credential.token or b"", resolver=resolver, now=clock()).status == "revoked"


def test_a_running_process_takes_the_new_key_and_the_old_badge_verifies(
    runtime: Runtime, clock: FakeClock
) -> None:
    """Nothing is started anew: what is signed next has the new key."""
    stage = a_stage(runtime, PASS)
    stage.release()
    with runtime.reading() as session:
        credential = session.scalars(select(CredentialRow)).one()
        slug = session.scalars(select(IssuerRow.slug)).one()
    with Database(runtime.settings.database_url).writing() as other:
        done = rotating.rotate(other, runtime.key_parts, slug)
    clock.advance(hours=1)
    urls = PublicURLs(runtime.settings.base_url)
    list_id = credential.status_list_id
    sign_list(runtime.database, list_id, rings=runtime.rings, urls=urls, clock=clock)

    with runtime.reading() as session:
        listed = session.get_one(StatusListRow, list_id)
    (jwt,) = (one for one in done if one.purpose == "jwt")
    assert (parse_vc_jwt(listed.token.decode()).key_id or "").endswith(jwt.key_id)
    resolver = OwnResolver(runtime.database, urls)
    for form in (credential.document, credential.token or b""):
        assert examine(form, resolver=resolver, now=clock()).status == "valid"
