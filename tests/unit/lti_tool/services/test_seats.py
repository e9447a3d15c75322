"""Who has which seat where several rate."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from lti_tool.errors import ClosedError, InvalidFieldsError, InvalidInputError
from lti_tool.services.assessing import open_for_rating, save_assessment
from lti_tool.services.claims import find_claim, get_rateable, renew_claim, take_claim
from lti_tool.services.handing_in import hand_in, reopen
from lti_tool.services.seats import ALONE, Seating, find_seating, find_takeable
from lti_tool.store.database import Database
from lti_tool.store.rows import AssessmentRow, AttemptRow, HandInRow
from lti_tool.values import Launch
from tests.conftest import FakeClock
from tests.rows import NOW, an_id
from tests.scenes import a_scene
from tests.trios import Trio, a_trio

EVERYTHING = {f"level.{id_}": "p3" for id_ in "abcd"}


class Room:
    """The trio's attempt, with what its people do there, each in a transaction of its own."""

    def __init__(self, database: Database, clock: FakeClock, trio: Trio) -> None:
        self.database = database
        self.clock = clock
        self.trio = trio
        self.attempt_id = trio.scene.work.attempt.id

    def seating(self, launch: Launch) -> Seating:
        """Where somebody sits."""
        with self.database.reading() as session:
            parts = get_rateable(session, launch, self.attempt_id)
            return find_seating(session, launch, parts, clock=self.clock)

    def open(self, launch: Launch) -> int | None:
        """Open the attempt; the seat that comes of it."""
        with self.database.writing() as session:
            open_for_rating(session, launch, self.attempt_id, clock=self.clock, new_id=an_id)
        return self.seating(launch).seat

    def rate(self, launch: Launch, *, seat: int | None = None) -> int | None:
        """Open the attempt and rate all of it."""
        own = self.open(launch)
        with self.database.writing() as session:
            save_assessment(
                session,
                launch,
                self.attempt_id,
                revision=0,
                fields=EVERYTHING,
                seat=seat,
                clock=self.clock,
            )
        return own

    def hand_in(self, launch: Launch) -> None:
        """Rate all of it and hand it in."""
        seat = self.rate(launch)
        with self.database.writing() as session:
            hand_in(session, launch, self.attempt_id, seat=seat, clock=self.clock)

    def reopen(self, launch: Launch) -> None:
        """Take back what was handed in."""
        with self.database.writing() as session:
            reopen(session, launch, self.attempt_id, clock=self.clock)

    def rows(self) -> Sequence[AssessmentRow]:
        """The assessments by seat."""
        with self.database.reading() as session:
            return session.query(AssessmentRow).order_by(AssessmentRow.seat).all()


@pytest.fixture
def room(database: Database, clock: FakeClock) -> Room:
    """An attempt that two rate."""
    with database.writing() as session:
        return Room(database, clock, a_trio(session))


def test_one_assessor_alone_has_the_one_seat(database: Database, clock: FakeClock) -> None:
    """Whoever comes; nothing of seats is stored, and there is nothing to hand in."""
    with database.writing() as session:
        scene = a_scene(session)
        for launch in (scene.rater, scene.other):
            parts = get_rateable(session, launch, scene.work.attempt.id)
            assert find_seating(session, launch, parts, clock=clock) == ALONE
        open_for_rating(session, scene.rater, scene.work.attempt.id, clock=clock, new_id=an_id)
        with pytest.raises(InvalidInputError, match="nothing to hand in"):
            hand_in(session, scene.rater, scene.work.attempt.id, seat=1, clock=clock)
        with pytest.raises(ClosedError):
            reopen(session, scene.rater, scene.work.attempt.id, clock=clock)


def test_seats_are_taken_in_turn_and_a_third_has_none(room: Room) -> None:
    """Until all have handed in; then whoever may release decides, and others keep their own."""
    trio = room.trio
    assert (room.open(trio.first), room.open(trio.second)) == (1, 2)
    assert room.open(trio.decider) is None
    room.hand_in(trio.second)
    assert room.seating(trio.decider).seat is None
    room.hand_in(trio.first)

    assert room.seating(trio.decider).is_deciding
    assert room.seating(trio.decider).may_change
    for launch, own in ((trio.first, 1), (trio.second, 2)):
        seating = room.seating(launch)
        assert (seating.seat, seating.own, seating.may_change) == (own, own, False)


def test_who_looked_and_went_leaves_the_seat_to_the_next(room: Room) -> None:
    """A lease that ran out holds nothing, unless something is rated there."""
    trio = room.trio
    room.open(trio.first)
    room.clock.advance(hours=1)
    assert room.rate(trio.second) == 1
    room.clock.advance(hours=1)
    assert room.open(trio.first) == 2
    assert room.seating(trio.second).seat == 1
    assert [row.rater_id for row in room.rows()] == [trio.second.user_id, trio.first.user_id]


def test_a_lapsed_lease_is_still_whose_it_was(room: Room) -> None:
    """Where nobody else came, the page that was open goes on at its seat."""
    trio = room.trio
    assert (room.open(trio.first), room.open(trio.second)) == (1, 2)
    room.clock.advance(hours=1)

    assert room.seating(trio.second).seat == 2
    assert room.rate(trio.second, seat=2) == 2


def test_the_seat_whose_holder_is_away_is_offered_first(room: Room) -> None:
    """A third person may take one over in so many words; it is theirs for good."""
    trio = room.trio
    room.rate(trio.first)
    room.rate(trio.second)
    room.clock.advance(minutes=9)
    with room.database.writing() as session:
        renew_claim(session, trio.first, room.attempt_id, clock=room.clock)
    room.clock.advance(minutes=5)
    with room.database.writing() as session:
        seating = room.seating(trio.decider)
        takeable = find_takeable(session, room.attempt_id, seating, clock=room.clock)
        claim = find_claim(
            session, trio.decider, room.attempt_id, clock=room.clock, seating=seating
        )
        take_claim(session, trio.decider, room.attempt_id, clock=room.clock)

    assert takeable == (2, trio.second.user_id)
    assert (claim.is_mine, claim.held_by) == (False, "Uma Assistant")
    assert room.seating(trio.decider).own == 2
    room.clock.advance(hours=1)
    assert room.seating(trio.decider).seat == 2


def test_who_decides_may_have_rated_and_reopens_their_own(
    database: Database, clock: FakeClock
) -> None:
    """With a program where assessors release, both decide; a reopened seat ends deciding."""
    with database.writing() as session:
        room = Room(database, clock, a_trio(session, release_by="assessor"))
    trio = room.trio
    room.hand_in(trio.first)
    room.hand_in(trio.second)
    assert (room.seating(trio.first).seat, room.seating(trio.first).own) == (0, 1)
    room.reopen(trio.first)
    room.reopen(trio.first)

    assert (room.seating(trio.first).seat, room.seating(trio.second).seat) == (1, 2)
    assert room.seating(trio.first).may_change
    assert not room.seating(trio.second).may_change
    with pytest.raises(ClosedError), database.writing() as session:
        save_assessment(
            session, trio.first, room.attempt_id, revision=1, fields={}, seat=0, clock=clock
        )


def test_who_has_seen_all_ratings_to_decide_rates_no_more(room: Room) -> None:
    """Also where an assessor reopens: their seat is not the decider's to take over."""
    trio = room.trio
    room.hand_in(trio.first)
    room.hand_in(trio.second)
    assert room.open(trio.decider) == 0
    room.reopen(trio.second)
    room.clock.advance(hours=1)

    seating = room.seating(trio.decider)
    assert (seating.seat, seating.may_change) == (None, False)
    with room.database.reading() as session:
        assert find_takeable(session, room.attempt_id, seating, clock=room.clock) is None
    with pytest.raises(ClosedError), room.database.writing() as session:
        take_claim(session, trio.decider, room.attempt_id, clock=room.clock)


def test_nothing_is_reopened_by_others_or_after_the_decision(room: Room) -> None:
    """Whoever rated may, as long as the attempt is open."""
    room.hand_in(room.trio.first)
    for launch in (room.trio.second, room.trio.decider):
        with pytest.raises(ClosedError):
            room.reopen(launch)
    with room.database.writing() as session:
        session.get_one(AttemptRow, room.attempt_id).state = "decided"
    with pytest.raises(ClosedError):
        room.reopen(room.trio.first)
    assert room.rows()[0].finished_at is not None


def test_what_is_not_rated_is_not_handed_in(room: Room) -> None:
    """All that is missing is named, and nothing is finished."""
    seat = room.open(room.trio.first)
    with room.database.writing() as session:
        save_assessment(
            session,
            room.trio.first,
            room.attempt_id,
            revision=0,
            fields={"level.b": "p3"},
            clock=room.clock,
        )
    with pytest.raises(InvalidFieldsError) as caught, room.database.writing() as session:
        hand_in(session, room.trio.first, room.attempt_id, seat=seat, clock=room.clock)

    assert list(caught.value.faults) == ["level.a", "level.c", "level.d"]
    assert room.rows()[0].finished_at is None


def test_two_at_the_same_instant_still_have_an_order(room: Room) -> None:
    """It is never in doubt which came last; the record keeps when each was handed in."""
    room.hand_in(room.trio.second)
    room.hand_in(room.trio.first)

    earlier, later = (row.finished_at for row in room.rows())
    assert earlier is not None
    assert later is not None
    assert timedelta(0) < later - earlier < timedelta(seconds=1)
    assert earlier == NOW
    with room.database.reading() as session:
        kept = {row.seat: row.handed_in_at for row in session.query(HandInRow)}
    assert kept == {1: earlier, 2: later}
