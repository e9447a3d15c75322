"""Another master key: everything is sealed anew, or nothing is."""

import os
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from keys.sealing import MasterKey
from keys.signing import Algorithm
from lti_tool.errors import ConflictError, SettingsError
from lti_tool.lti.messages import ServiceToken
from lti_tool.services import keyring, resealing, rotating
from lti_tool.services.ports import StoredServiceTokens
from lti_tool.store.database import Database
from lti_tool.store.rows import OrganisationRow, ServiceTokenRow, SigningKeyRow
from tests.conftest import FakeClock
from tests.offices import ANOTHER, MASTER, Office, an_office
from tests.rows import a_registration

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


@pytest.fixture
def office(database: Database, clock: FakeClock) -> Office:
    """An issuer with keys."""
    made = an_office(database, clock)
    made.init()
    return made


@pytest.fixture
def platform_id(office: Office) -> UUID:
    """A platform that gave a token for an hour."""
    with office.database.writing() as session:
        college = session.scalars(select(OrganisationRow)).one()
        platform_id = a_registration(session, college).id
    token = ServiceToken(value="t0ken", expires_at=office.clock() + timedelta(hours=1))
    tokens(office, MASTER).put(platform_id, SCOPE, token)
    return platform_id


def tokens(office: Office, master_key: MasterKey) -> StoredServiceTokens:
    """The tokens as a process with this master key has them."""
    return StoredServiceTokens(office.database, master_key, os.urandom)


def reseal(office: Office, old: MasterKey = MASTER, new: MasterKey = ANOTHER) -> int:
    """Seal everything anew; how many values there are."""
    with office.database.writing() as session:
        return resealing.reseal(session, replace(office.parts, master_key=new), old=old)


def opens(office: Office, master_key: MasterKey) -> bool:
    """Whether a process with this master key starts."""
    with office.database.reading() as session:
        try:
            keyring.check_master_key(session, master_key, now=office.clock())
        except SettingsError:
            return False
    return True


def test_everything_is_sealed_with_the_new_one(office: Office, platform_id: UUID) -> None:
    """Keys that sign, and tokens; the former master key opens nothing any more."""
    before = office.ring()
    assert reseal(office) == 4

    assert not opens(office, MASTER)
    assert opens(office, ANOTHER)
    ring = office.ring(ANOTHER)
    assert ring.current(Algorithm.ED25519).id == before.current(Algorithm.ED25519).id
    kept = tokens(office, ANOTHER).find(platform_id, SCOPE)
    assert kept is not None
    assert kept.value == "t0ken"
    assert tokens(office, MASTER).find(platform_id, SCOPE) is None
    assert office.audit() == ["key.resealed"]


@pytest.mark.usefixtures("platform_id")
def test_it_may_be_said_twice(office: Office) -> None:
    """After a stop, or when some keys were made with the new one already."""
    reseal(office)
    rows = [row.sealed for row in office.rows()]
    assert reseal(office) == 4

    assert [row.sealed for row in office.rows()] == rows


@pytest.mark.parametrize("spoilt", ["key", "token"])
def test_nothing_is_changed_when_something_does_not_open(
    office: Office, platform_id: UUID, spoilt: str
) -> None:
    """What it is stands in the message."""
    lost = office.rows()[0]
    changes = {
        "key": update(SigningKeyRow).where(SigningKeyRow.id == lost.id),
        "token": update(ServiceTokenRow),
    }
    with office.database.writing() as session:
        session.execute(changes[spoilt].values(sealed=lost.sealed[:-1] + b"x"))
    before = [row.sealed for row in office.rows()]

    with pytest.raises(ConflictError) as raised:
        reseal(office)
    assert str({"key": lost.id, "token": platform_id}[spoilt]) in str(raised.value)
    assert str(raised.value).count("  - ") == 1
    assert [row.sealed for row in office.rows()] == before
    assert office.audit() == []


def test_what_is_worth_nothing_does_not_hold_it_up(office: Office, platform_id: UUID) -> None:
    """Private halves that sign no more, and tokens that have expired, open or not."""
    with office.database.writing() as session:
        (done,) = rotating.rotate(session, office.parts, office.slug, "jwt")
        lost = SigningKeyRow.id == done.former_id
        session.execute(update(SigningKeyRow).where(lost).values(sealed=b"lost"))
        session.execute(update(ServiceTokenRow).values(sealed=b"lost"))
    with pytest.raises(ConflictError):
        reseal(office)
    office.clock.advance(hours=3)

    assert reseal(office) == 3
    assert opens(office, ANOTHER)
    assert tokens(office, ANOTHER).find(platform_id, SCOPE) is None
