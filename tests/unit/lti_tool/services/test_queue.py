from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError
from lti_tool.services.assessing import open_for_rating, save_assessment
from lti_tool.services.binding import get_opened
from lti_tool.services.pages.assessor import QueuePage
from lti_tool.services.queue import find_neighbours, find_next, place_of, queue_page
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    DecisionRow,
    ScoreDeliveryRow,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.rows import NOW, a_launch, a_user, an_attempt, an_id, stored
from tests.scenes import Scene, Work, a_scene, a_work

URLS = PublicURLs("https://tool.example")


def a_queue(
    session: Session, launch: Launch, clock: FakeClock, *, state: str = "open", page: int = 1
) -> QueuePage:
    """The queue as this launch sees it."""
    return queue_page(session, launch, state=state, page=page, public_urls=URLS, clock=clock)


def decide(session: Session, work: Work, verdict: str, *, by: UUID) -> DecisionRow:
    """Store a standing decision on a work's attempt."""
    attempt = session.get_one(AttemptRow, work.attempt.id)
    attempt.state = "returned" if verdict == "returned" else "decided"
    return stored(
        session,
        DecisionRow(
            id=an_id(),
            attempt_id=attempt.id,
            verdict=verdict,
            released_by=by,
            released_at=NOW,
            note="",
            supersedes_id=None,
            superseded_at=None,
            inputs=b"{}",
            inputs_sha256="",
            trace=b"{}",
            trace_sha256="",
            definition_sha256="",
        ),
    )


def an_award(session: Session, scene: Scene, work: Work, decision: DecisionRow) -> AwardRow:
    """Store a revoked award of a decision."""
    return stored(
        session,
        AwardRow(
            origin="decision",
            id=an_id(),
            decision_id=decision.id,
            earner_id=work.learner.earner_id,
            achievement_id=scene.course.achievement.id,
            achievement_version_id=scene.course.version.id,
            evidence_page_id=an_id(),
            awarded_at=NOW,
            revoked_at=NOW,
            revocation_reason="A mistake.",
        ),
    )


def a_delivery(
    session: Session, scene: Scene, work: Work, *, state: str, tries: int = 0, kind: str = "earned"
) -> ScoreDeliveryRow:
    """Store a score on its way."""
    return stored(
        session,
        ScoreDeliveryRow(
            id=an_id(),
            resource_link_id=scene.course.link.id,
            submission_id=work.submission.id,
            attempt_id=work.attempt.id,
            user_id=work.learner.id,
            kind=kind,
            comment="",
            occurred_at=NOW,
            timestamp=NOW,
            state=state,
            tries=tries,
            next_try_at=NOW,
            leased_until=None,
            is_outcome_unknown=False,
            last_code="http_500" if tries else "",
            delivered_at=NOW if state == "delivered" else None,
            created_at=NOW,
        ),
    )


def test_the_oldest_open_attempt_comes_first(database: Database, clock: FakeClock) -> None:
    """Nobody waits longer than those who came later; drafts are not waiting."""
    with database.writing() as session:
        scene = a_scene(session, learners=3)
        draft = a_work(session, scene.course, name="Still Writing", minutes=-5)
        draft.attempt.state = "draft"
        draft.attempt.submitted_at = None
        session.flush()

        page = a_queue(session, scene.rater, clock)

    assert [row.learner_name for row in page.rows] == ["Learner 00", "Learner 01", "Learner 02"]
    assert (page.count_open, page.count_decided, page.count_all) == (3, 0, 4)
    assert page.next_url == page.rows[0].url
    row = page.rows[0]
    assert (row.state, row.attempt_number, row.since) == ("submitted", 1, NOW)


def test_a_learner_is_one_row_with_the_latest_attempt(database: Database, clock: FakeClock) -> None:
    """Earlier attempts are history, not work."""
    with database.writing() as session:
        scene = a_scene(session)
        decide(session, scene.work, "returned", by=scene.rater.user_id)
        an_attempt(session, scene.work.submission, number=2)

        page = a_queue(session, scene.rater, clock, state="all")

    assert [(row.attempt_number, row.state) for row in page.rows] == [(2, "submitted")]
    assert page.count_decided == 0


@pytest.mark.parametrize("verdict", ["awarded", "not_awarded", "returned"])
def test_decided_rows_say_what_was_decided(
    database: Database, clock: FakeClock, verdict: str
) -> None:
    """The state of a decided attempt is its verdict."""
    with database.writing() as session:
        scene = a_scene(session, learners=2)
        decide(session, scene.work, verdict, by=scene.rater.user_id)

        decided = a_queue(session, scene.rater, clock, state="decided")
        everything = a_queue(session, scene.rater, clock, state="all")

    assert [row.state for row in decided.rows] == [verdict]
    assert [row.state for row in everything.rows] == [verdict, "submitted"]


def test_a_revoked_award_shows_as_revoked(database: Database, clock: FakeClock) -> None:
    """Every view of the badge says revoked, this one too."""
    with database.writing() as session:
        scene = a_scene(session)
        decision = decide(session, scene.work, "awarded", by=scene.rater.user_id)
        an_award(session, scene, scene.work, decision)

        page = a_queue(session, scene.rater, clock, state="decided")

    assert page.rows[0].state == "revoked"


def test_rows_say_how_much_is_rated_and_who_has_it_open(
    database: Database, clock: FakeClock
) -> None:
    """A second rater sees what is taken, and is sent to what is not."""
    with database.writing() as session:
        scene = a_scene(session, learners=2)
        first = scene.work.attempt.id
        open_for_rating(session, scene.rater, first, clock=clock, new_id=an_id)
        save_assessment(
            session,
            scene.rater,
            first,
            revision=0,
            fields={"level.a": "p3", "level.b": "p5"},
            clock=clock,
        )

        mine = a_queue(session, scene.rater, clock)
        theirs = a_queue(session, scene.other, clock)

    row = mine.rows[0]
    assert (row.state, row.rated, row.total) == ("in_review", 2, 4)
    assert (row.claimed_by, row.claimed_by_me) == (None, True)
    assert (theirs.rows[0].claimed_by, theirs.rows[0].claimed_by_me) == ("Ivo Instructor", False)
    assert (theirs.rows[1].rated, theirs.rows[1].total) == (None, None)
    assert mine.next_url == mine.rows[0].url
    assert theirs.next_url == theirs.rows[1].url


@pytest.mark.parametrize(
    ("stored_state", "tries", "shown", "can_resend"),
    [
        ("waiting", 0, "waiting", False),
        ("waiting", 3, "retrying", True),
        ("delivered", 1, "delivered", False),
        ("failed", 9, "failed", True),
        ("unneeded", 0, "none", False),
    ],
)
def test_the_gradebook_state_of_a_decision_is_visible(
    database: Database,
    clock: FakeClock,
    stored_state: str,
    tries: int,
    shown: str,
    *,
    can_resend: bool,
) -> None:
    """What did not arrive can be sent again from here."""
    with database.writing() as session:
        scene = a_scene(session)
        decide(session, scene.work, "awarded", by=scene.rater.user_id)
        a_delivery(session, scene, scene.work, state=stored_state, tries=tries)
        a_delivery(session, scene, scene.work, state="superseded")
        a_delivery(session, scene, scene.work, state="failed", kind="submitted")

        row = a_queue(session, scene.rater, clock, state="decided").rows[0]

    assert row.delivery is not None
    assert row.delivery.state == shown
    assert (row.delivery.resend_url is not None) is can_resend


def test_a_long_queue_has_pages_of_twenty_five(database: Database, clock: FakeClock) -> None:
    """Pages follow each other without gaps or repeats, and a page too far is the last one."""
    with database.writing() as session:
        scene = a_scene(session, learners=53)

        pages = [a_queue(session, scene.rater, clock, page=number) for number in (1, 2, 3)]
        beyond = a_queue(session, scene.rater, clock, page=99)
        before = a_queue(session, scene.rater, clock, page=-1)

    names = [row.learner_name for page in pages for row in page.rows]
    assert names == [f"Learner {number:02}" for number in range(53)]
    assert [len(page.rows) for page in pages] == [25, 25, 3]
    assert (pages[0].pager.previous_url, pages[2].pager.next_url) == (None, None)
    assert beyond.pager.page == 3
    assert before.pager.page == 1


def test_an_unknown_filter_is_the_open_one(database: Database, clock: FakeClock) -> None:
    """A URL that was typed wrong shows the queue."""
    with database.writing() as session:
        scene = a_scene(session)

        assert a_queue(session, scene.rater, clock, state="'; --").filter == "open"


def test_an_administrator_sees_the_queue_and_opens_nothing(
    database: Database, clock: FakeClock
) -> None:
    """They configure and never rate."""
    with database.writing() as session:
        scene = a_scene(session)
        user = a_user(session, scene.course, Role.ADMINISTRATOR)
        launch = a_launch(session, scene.course, user, Role.ADMINISTRATOR)

        page = a_queue(session, launch, clock)

    assert page.rows[0].url is None
    assert page.next_url is None


def test_ones_own_work_is_shown_and_not_offered(database: Database, clock: FakeClock) -> None:
    """An assessor who is a learner too waits for somebody else."""
    with database.writing() as session:
        scene = a_scene(session, learners=2)
        own = a_launch(session, scene.course, scene.work.learner, Role.INSTRUCTOR)

        page = a_queue(session, own, clock)

    assert page.rows[0].url is None
    assert page.next_url == page.rows[1].url


def test_a_learner_without_a_name_is_still_somebody(database: Database, clock: FakeClock) -> None:
    """Platforms may send no name; rows must still be told apart."""
    with database.writing() as session:
        scene = a_scene(session)
        session.get_one(UserRow, scene.work.learner.id).name = ""

        row = a_queue(session, scene.rater, clock).rows[0]

    assert row.learner_name == f"#{str(scene.work.learner.id)[:8]}"


def test_another_courses_work_is_not_in_the_queue(database: Database, clock: FakeClock) -> None:
    """A scope sees its own course."""
    with database.writing() as session:
        scene = a_scene(session)
        a_scene(session, slug="lighthouse", learners=3)

        assert a_queue(session, scene.rater, clock, state="all").count_all == 1


def test_a_link_that_opens_nothing_has_no_queue(database: Database, clock: FakeClock) -> None:
    """The view sends its people to the choice of a badge."""
    with database.writing() as session:
        scene = a_scene(session)
        session.delete(scene.course.binding)
        session.flush()

        for launch, code in (
            (scene.rater, "not_bound"),
            (replace(scene.rater, resource_link_id=None), "no_resource_link"),
        ):
            with pytest.raises(ConflictError) as caught:
                a_queue(session, launch, clock)
            assert caught.value.code == code


def test_next_goes_on_behind_the_present_one_and_then_from_the_start(
    database: Database, clock: FakeClock
) -> None:
    """Whoever skips one is not offered it again at once, but in the end."""
    with database.writing() as session:
        scene = a_scene(session, learners=4)
        ids = [work.attempt.id for work in scene.works]
        open_for_rating(session, scene.other, ids[2], clock=clock, new_id=an_id)
        opens = get_opened(session, scene.rater)

        following = [
            find_next(session, scene.rater, opens, after=place_of(work.attempt), clock=clock)
            for work in scene.works
        ]

    assert following == [ids[1], ids[3], ids[3], ids[0]]


def test_after_the_last_one_nothing_is_next(database: Database, clock: FakeClock) -> None:
    """The one in hand is not its own successor."""
    with database.writing() as session:
        scene = a_scene(session)
        opens = get_opened(session, scene.rater)
        place = place_of(scene.work.attempt)

        assert find_next(session, scene.rater, opens, after=place, clock=clock) is None


def test_an_attempt_knows_its_place_among_the_open_ones(
    database: Database, clock: FakeClock
) -> None:
    """Two at the same instant have an order too."""
    with database.writing() as session:
        scene = a_scene(session, learners=2)
        twin = a_work(session, scene.course, minutes=1)
        opens = get_opened(session, scene.rater)
        works = sorted((scene.works[1], twin), key=lambda work: work.attempt.id.hex)

        seen = [
            find_neighbours(session, scene.rater, opens, work.attempt, clock=clock)
            for work in (scene.works[0], *works)
        ]

    assert [(one.position, one.count) for one in seen] == [(1, 3), (2, 3), (3, 3)]
    assert [one.previous_id for one in seen] == [
        None,
        scene.works[0].attempt.id,
        works[0].attempt.id,
    ]
