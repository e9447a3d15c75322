"""The server is killed while a badge of another issuer is taken, or taken back: nothing is half."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lti_tool.config import Settings
from lti_tool.runtime import Runtime
from lti_tool.services.foreign.following import look
from lti_tool.services.foreign.handing_in import ForeignRefusedError, Offer, hand_in
from lti_tool.store.rows import (
    AwardComponentRow,
    AwardRow,
    CredentialFormRow,
    CredentialRow,
    ForeignComponentRow,
    ForeignCredentialRow,
    StatusEntryRow,
)
from tests.conftest import FakeClock
from tests.foreign import College, a_college, foreign_parts
from tests.functional.durability_dying import deaths
from tests.towns import Town, a_town

# One transaction is all or nothing on every database; a death takes time to arrange.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class HandIn:
    """Handing in, as it travels to another process; what stands already is looked at."""

    host: str
    offer: Offer

    def __call__(self, runtime: Runtime) -> object:
        """Hand in, or do what the worker does later."""
        parts = foreign_parts(runtime, self.host)
        try:
            return hand_in(parts, self.offer)
        except ForeignRefusedError as error:
            if error.code != "handed_in_already":
                raise
        return look(parts, self.offer.program_id, self.offer.earner_id)


@dataclass(frozen=True)
class Look:
    """What the worker does every day."""

    host: str
    program_id: UUID
    earner_id: UUID

    def __call__(self, runtime: Runtime) -> object:
        """Look."""
        return look(foreign_parts(runtime, self.host), self.program_id, self.earner_id)


@pytest.fixture
def college(clock: FakeClock) -> Iterator[College]:
    """An issuer elsewhere."""
    with a_college(clock) as made:
        yield made


@pytest.fixture
def town(runtime: Runtime, college: College) -> Town:
    """Somebody who lacks what the college may stand for."""
    made = a_town(runtime, college)
    made.ladder.release("one")
    return made


def written(town: Town) -> tuple[int, ...]:
    """How many there are of what is written together."""
    with town.runtime.reading() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(row)) or 0
            for row in (
                ForeignCredentialRow,
                AwardRow,
                CredentialRow,
                AwardComponentRow,
                ForeignComponentRow,
                CredentialFormRow,
            )
        )


def test_it_is_taken_whole_and_what_follows_is_whole(
    town: Town, settings: Settings, clock: FakeClock
) -> None:
    """Stored without its microcredential at most until somebody looks; never half of either."""
    work = HandIn(town.college.host, town.offer(town.college.signed()))

    left = [written(town) for _ in deaths(settings, clock, work)]

    assert set(left) == {(0, 1, 1, 0, 0, 0), (1, 1, 1, 0, 0, 0), (1, 2, 2, 1, 1, 1)}
    assert left == sorted(left)
    assert left[-1] == (1, 2, 2, 1, 1, 1)
    assert town.examine(town.ladder.credential().document).status == "valid"


def revoked(town: Town) -> tuple[int, ...]:
    """How much of what is revoked together is revoked."""
    with town.runtime.reading() as session:
        return tuple(
            session.scalar(select(func.count()).where(row.revoked_at.is_not(None))) or 0
            for row in (ForeignCredentialRow, AwardRow, StatusEntryRow)
        )


def test_it_is_revoked_with_what_rests_on_it(
    town: Town, settings: Settings, clock: FakeClock
) -> None:
    """What its issuer took back, the microcredential and its bit go in one step."""
    town.hand_in()
    town.college.revoke(1)
    clock.advance(hours=25)
    work = Look(town.college.host, town.ladder.program_id, town.ladder.learner.earner_id)

    left = [revoked(town) for _ in deaths(settings, clock, work)]

    assert set(left) == {(0, 0, 0), (1, 1, 1)}
    assert left == sorted(left)
