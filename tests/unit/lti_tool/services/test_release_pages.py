from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, ConflictError, NotAllowedError
from lti_tool.services.assessing import open_for_rating, save_assessment
from lti_tool.services.pages.assessor import ReleasePage
from lti_tool.services.release_pages import release_page
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import AttemptRow, DeploymentRow, ResourceLinkRow, UserRow
from lti_tool.values import Launch
from tests.conftest import FakeClock
from tests.rows import an_id
from tests.scenes import Scene, a_scene, a_task_definition, a_task_link

URLS = PublicURLs("https://tool.example")
PASS = {f"level.{one}": "p3" for one in "abcd"}


def a_rated_scene(session: Session, clock: FakeClock, **levels: str) -> Scene:
    """A course with work that is rated; `levels` go by criterion."""
    scene = a_scene(session, learners=2)
    attempt_id = scene.work.attempt.id
    open_for_rating(session, scene.rater, attempt_id, clock=clock, new_id=an_id)
    fields = PASS | {f"level.{name}": value for name, value in levels.items()}
    save_assessment(session, scene.rater, attempt_id, revision=0, fields=fields, clock=clock)
    return scene


def a_page(
    session: Session,
    scene: Scene,
    clock: FakeClock,
    *,
    is_return: bool = False,
    launch: Launch | None = None,
) -> ReleasePage:
    """What releasing the first work would do."""
    return release_page(
        session,
        launch or scene.rater,
        scene.work.attempt.id,
        is_return=is_return,
        public_urls=URLS,
        clock=clock,
    )


@pytest.mark.parametrize(
    ("level", "is_return", "action", "gradebook", "unrated"),
    [
        ("p3", False, "award", "full_points", ()),
        ("p1", False, "no_award", "no_score", ()),
        ("", False, "incomplete", "no_score", ("D",)),
        ("p3", True, "return", "no_score", ()),
        ("", True, "return", "no_score", ()),
    ],
)
def test_the_page_says_what_the_rule_decides_and_what_the_gradebook_gets(
    database: Database,
    clock: FakeClock,
    level: str,
    action: str,
    gradebook: str,
    unrated: tuple[str, ...],
    *,
    is_return: bool,
) -> None:
    """Full points for a badge, no score for anything else, and nothing while something lacks."""
    with database.writing() as session:
        page = a_page(session, a_rated_scene(session, clock, d=level), clock, is_return=is_return)

    assert (page.action, page.gradebook, page.unrated) == (action, gradebook, unrated)
    assert (page.learner_name, page.name_on_badge) == ("Learner 00", "Ada Learner")
    assert (page.maximum_points, page.has_next, len(page.inputs)) == (Decimal(20), True, 64)
    assert page.platform_name == "practice"


def test_without_a_column_nothing_goes_to_the_gradebook(
    database: Database, clock: FakeClock
) -> None:
    """Nor for the platform's test learner."""
    with database.writing() as session:
        scene = a_rated_scene(session, clock)
        link = session.get_one(ResourceLinkRow, scene.course.link.id)
        address, link.line_item_url = link.line_item_url, None
        assert a_page(session, scene, clock).gradebook == "none"

        link.line_item_url = address
        session.get_one(UserRow, scene.work.learner.id).is_test = True
        page = a_page(session, scene, clock)

    assert (page.gradebook, page.is_test) == ("none", True)


def test_a_platform_without_a_name_is_called_by_its_address(
    database: Database, clock: FakeClock
) -> None:
    """Every launch names its issuer."""
    with database.writing() as session:
        scene = a_rated_scene(session, clock)
        session.get_one(DeploymentRow, scene.course.deployment.id).platform_name = ""

        assert a_page(session, scene, clock).platform_name == "harbour.lms.example"


def test_the_inputs_of_the_page_change_with_any_rating(
    database: Database, clock: FakeClock
) -> None:
    """So that nothing else is released than what was shown."""
    with database.writing() as session:
        scene = a_rated_scene(session, clock)
        before = a_page(session, scene, clock).inputs
        save_assessment(
            session,
            scene.rater,
            scene.work.attempt.id,
            revision=1,
            fields={"comment.a": "One word."},
            clock=clock,
        )

        assert a_page(session, scene, clock).inputs != before


def test_a_decided_attempt_is_not_released_again(database: Database, clock: FakeClock) -> None:
    """A correction is another page."""
    with database.writing() as session:
        scene = a_rated_scene(session, clock)
        session.get_one(AttemptRow, scene.work.attempt.id).state = "decided"

        with pytest.raises(ClosedError):
            a_page(session, scene, clock)


def test_a_release_is_where_the_whole_is_seen_and_by_whom_the_program_lets(
    database: Database, clock: FakeClock
) -> None:
    """Not behind a link to one task, and not by an assistant where instructors release."""
    with database.writing() as session:
        scene = a_scene(session, definition=a_task_definition(), release_by="instructor")
        open_for_rating(session, scene.rater, scene.work.attempt.id, clock=clock, new_id=an_id)
        link = a_task_link(session, scene)

        with pytest.raises(ConflictError) as caught:
            a_page(session, scene, clock, launch=replace(scene.rater, resource_link_id=link.id))
        assert caught.value.code == "task_link"
        with pytest.raises(NotAllowedError) as refused:
            a_page(session, scene, clock, launch=scene.other)
        assert refused.value.code == "may_not_release"
