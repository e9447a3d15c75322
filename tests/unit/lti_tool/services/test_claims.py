import threading
from collections.abc import Callable

import pytest

from lti_tool.errors import ClosedError, NotAllowedError, NotFoundError
from lti_tool.services.claims import (
    Claim,
    find_claim,
    open_attempt,
    renew_claim,
    require_own_claim,
    take_claim,
)
from lti_tool.services.submitting import take_back
from lti_tool.store.database import Database
from lti_tool.store.rows import AttemptRow
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.rows import a_launch, an_attempt
from tests.scenes import Scene, a_scene, a_work


@pytest.fixture
def scene(database: Database) -> Scene:
    """A course with one learner's work."""
    with database.writing() as session:
        return a_scene(session)


def who_has_it(database: Database, scene: Scene, launch: Launch, clock: FakeClock) -> Claim:
    """The claim as this launch sees it."""
    with database.reading() as session:
        return find_claim(session, launch, scene.work.attempt.id, clock=clock)


def do(
    database: Database,
    act: Callable[..., object],
    scene: Scene,
    launch: Launch,
    clock: FakeClock,
) -> object:
    """One act on the scene's attempt in a transaction of its own."""
    with database.writing() as session:
        return act(session, launch, scene.work.attempt.id, clock=clock)


def test_opening_an_attempt_for_the_first_time_ends_taking_it_back(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """From the moment an assessor looks, the learner cannot take it back; once is enough."""
    do(database, open_attempt, scene, scene.rater, clock)
    opened_at = clock()
    clock.advance(minutes=1)
    do(database, open_attempt, scene, scene.rater, clock)

    with database.reading() as session:
        attempt = session.get_one(AttemptRow, scene.work.attempt.id)
        assert (attempt.state, attempt.opened_at) == ("in_review", opened_at)


def test_whoever_opens_it_first_has_it_and_others_see_who(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """A claim stops two people from rating the same attempt unawares."""
    do(database, open_attempt, scene, scene.rater, clock)
    do(database, open_attempt, scene, scene.other, clock)

    assert who_has_it(database, scene, scene.rater, clock).is_mine
    seen = who_has_it(database, scene, scene.other, clock)
    assert (seen.is_mine, seen.held_by) == (False, "Ivo Instructor")


def test_a_lease_ends_by_itself_and_renewing_keeps_it(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """Ten minutes after the last sign of life anybody may go on."""
    do(database, open_attempt, scene, scene.rater, clock)
    clock.advance(minutes=9)
    do(database, renew_claim, scene, scene.rater, clock)
    clock.advance(minutes=9, seconds=59)
    assert who_has_it(database, scene, scene.other, clock).held_by == "Ivo Instructor"

    clock.advance(seconds=1)
    assert who_has_it(database, scene, scene.other, clock).held_by is None
    do(database, open_attempt, scene, scene.other, clock)
    assert who_has_it(database, scene, scene.rater, clock).held_by == "Tara Assistant"


def test_renewing_never_takes_a_claim_from_another(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """The page's heartbeat is no taking over."""
    do(database, open_attempt, scene, scene.rater, clock)

    renewed = do(database, renew_claim, scene, scene.other, clock)

    assert isinstance(renewed, Claim)
    assert (renewed.is_mine, renewed.held_by) == (False, "Ivo Instructor")


def test_taking_over_is_explicit_and_the_other_one_learns_of_it(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """After a takeover the first rater can no longer act."""
    do(database, open_attempt, scene, scene.rater, clock)
    do(database, take_claim, scene, scene.other, clock)

    assert who_has_it(database, scene, scene.rater, clock).held_by == "Tara Assistant"
    with pytest.raises(ClosedError):
        do(database, require_own_claim, scene, scene.rater, clock)
    do(database, require_own_claim, scene, scene.other, clock)


def test_a_lease_that_nobody_took_is_still_its_holders(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """A laptop that slept an hour does not lose its place to nobody."""
    do(database, open_attempt, scene, scene.rater, clock)
    clock.advance(hours=1)

    do(database, require_own_claim, scene, scene.rater, clock)

    assert who_has_it(database, scene, scene.rater, clock).is_mine


def test_nobody_acts_on_an_attempt_that_they_never_opened(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """Without a claim of one's own there is no rating."""
    with pytest.raises(ClosedError):
        do(database, require_own_claim, scene, scene.rater, clock)


@pytest.mark.parametrize("state", ["returned", "decided"])
def test_a_decided_attempt_is_not_claimed(
    database: Database, scene: Scene, clock: FakeClock, state: str
) -> None:
    """It can be looked at, and that is all."""
    with database.writing() as session:
        session.get_one(AttemptRow, scene.work.attempt.id).state = state

    do(database, open_attempt, scene, scene.rater, clock)

    assert who_has_it(database, scene, scene.rater, clock) == Claim(
        is_mine=False, held_by=None, until=None
    )
    for act in (renew_claim, take_claim, require_own_claim):
        with pytest.raises(ClosedError):
            do(database, act, scene, scene.rater, clock)


@pytest.mark.parametrize("role", [Role.LEARNER, Role.ADMINISTRATOR, Role.OTHER])
def test_only_raters_open_an_attempt(
    database: Database, scene: Scene, clock: FakeClock, role: Role
) -> None:
    """A learner on an assessor's URL is told that it is none of theirs, and nothing changes."""
    with database.writing() as session:
        launch = a_launch(session, scene.course, scene.work.learner, role)

    for act in (open_attempt, renew_claim, take_claim, require_own_claim):
        with pytest.raises(NotAllowedError) as caught:
            do(database, act, scene, launch, clock)
        assert caught.value.code == "not_an_assessor"
    with database.reading() as session:
        assert session.get_one(AttemptRow, scene.work.attempt.id).state == "submitted"


def test_nobody_rates_their_own_work(database: Database, scene: Scene, clock: FakeClock) -> None:
    """Not even an instructor who tries the activity as a learner."""
    with database.writing() as session:
        own = a_launch(session, scene.course, scene.work.learner, Role.INSTRUCTOR, Role.LEARNER)

    with pytest.raises(NotAllowedError) as caught:
        do(database, open_attempt, scene, own, clock)

    assert caught.value.code == "own_submission"


def test_an_attempt_of_another_course_is_not_found(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """An id in the URL opens nothing outside of one's own course."""
    with database.writing() as session:
        elsewhere = a_scene(session, slug="lighthouse")

    with pytest.raises(NotFoundError):
        do(database, open_attempt, scene, elsewhere.rater, clock)


def test_a_draft_is_its_learners_alone(database: Database, clock: FakeClock) -> None:
    """What is not handed in does not exist for assessors."""
    with database.writing() as session:
        scene = a_scene(session)
        work = a_work(session, scene.course)
        work.attempt.state = "returned"
        draft = an_attempt(session, work.submission, state="draft", number=2)

    with pytest.raises(NotFoundError), database.writing() as session:
        open_attempt(session, scene.rater, draft.id, clock=clock)


def test_two_raters_who_open_at_once_get_one_claim(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """Whoever is first has it, and the other one sees who."""
    barrier = threading.Barrier(2)

    def opens(launch: Launch) -> None:
        barrier.wait()
        do(database, open_attempt, scene, launch, clock)

    threads = [threading.Thread(target=opens, args=(one,)) for one in (scene.rater, scene.other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seen = [who_has_it(database, scene, one, clock) for one in (scene.rater, scene.other)]
    assert sorted(one.is_mine for one in seen) == [False, True]
    assert [one.held_by for one in seen].count(None) == 1


def test_opening_and_taking_back_at_once_end_in_one_of_both(
    database: Database, scene: Scene, clock: FakeClock
) -> None:
    """Either an assessor has it or its learner does, and the other one is told."""
    with database.writing() as session:
        learner = a_launch(session, scene.course, scene.work.learner)
    barrier = threading.Barrier(2)
    refused: list[str] = []

    def opens() -> None:
        barrier.wait()
        try:
            do(database, open_attempt, scene, scene.rater, clock)
        except NotFoundError:
            refused.append("assessor")

    def takes_back() -> None:
        barrier.wait()
        try:
            with database.writing() as session:
                take_back(session, learner)
        except ClosedError:
            refused.append("learner")

    threads = [threading.Thread(target=act) for act in (opens, takes_back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        state = session.get_one(AttemptRow, scene.work.attempt.id).state
    assert (state, refused) in [("in_review", ["learner"]), ("draft", ["assessor"])]
