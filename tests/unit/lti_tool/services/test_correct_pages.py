from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.errors import ClosedError, ConflictError, InvalidFieldsError, NotAllowedError
from lti_tool.services.correct_pages import confirm_correction, edit_correction, parse_correction
from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.pages.assessor import CorrectPage
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import ResourceLinkRow, ScoreDeliveryRow
from rubrics.scoring import Override
from tests.rows import NOW, an_attempt, an_id, stored
from tests.scenes import (
    Scene,
    a_decision,
    a_scene,
    a_task_definition,
    a_task_link,
    some_levels,
    some_task_points,
)

URLS = PublicURLs("https://tool.example")


def preview(session: Session, scene: Scene, **sent: str) -> CorrectPage:
    """Ask what a correction of the first work would do; `__` stands for a dot."""
    fields = {name.replace("__", "."): value for name, value in sent.items()}
    return confirm_correction(session, scene.rater, scene.work.attempt.id, fields, public_urls=URLS)


def a_delivery(session: Session, scene: Scene, *, kind: str, state: str, minutes: int = 0) -> None:
    """Store what went to the gradebook."""
    at = NOW + timedelta(minutes=minutes)
    stored(
        session,
        ScoreDeliveryRow(
            id=an_id(),
            resource_link_id=scene.course.link.id,
            submission_id=scene.work.submission.id,
            attempt_id=scene.work.attempt.id,
            user_id=scene.work.learner.id,
            kind=kind,
            comment="",
            occurred_at=at,
            timestamp=at,
            state=state,
            tries=1,
            next_try_at=at,
            leased_until=None,
            is_outcome_unknown=False,
            last_code="",
            delivered_at=at if state == "delivered" else None,
            created_at=at,
        ),
    )


def test_a_correction_begins_with_what_was_decided(database: Database) -> None:
    """Not with what the rows say now."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 5))

        page = edit_correction(session, scene.rater, scene.work.attempt.id, public_urls=URLS)

    assert page.step == "edit"
    assert [one.level_id for one in page.criteria] == ["p3", "p3", "p3", "p5"]
    assert (page.comment, page.reason, page.outcome) == ("On the whole.", "", "awarded")


@pytest.mark.parametrize(
    ("kind", "state", "holds", "asks"),
    [
        ("earned", "delivered", "full_points", True),
        ("earned", "failed", "unknown", True),
        ("earned", "waiting", "unknown", True),
        ("cleared", "delivered", "no_score", False),
        ("submitted", "delivered", "no_score", False),
    ],
)
def test_the_gradebook_is_never_changed_unasked(
    database: Database, kind: str, state: str, holds: str, *, asks: bool
) -> None:
    """The page says what the column holds, and asks where that is no longer true."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 3))
        a_delivery(session, scene, kind=kind, state=state)

        page = preview(session, scene, level__d="p1", reason="Another's work.")

    assert (page.outcome, page.gradebook_would) == ("not_awarded", "no_score")
    assert (page.gradebook_holds, page.gradebook_choice) == (holds, asks)


def test_the_latest_news_of_the_gradebook_counts(database: Database) -> None:
    """A score that was taken back is not there."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 1), verdict="not_awarded")
        a_delivery(session, scene, kind="earned", state="delivered")
        a_delivery(session, scene, kind="cleared", state="delivered", minutes=5)
        a_delivery(session, scene, kind="earned", state="superseded", minutes=9)

        page = preview(session, scene, level__d="p3", reason="It was there.")

    assert (page.outcome, page.credential) == ("awarded", "issued")
    assert (page.gradebook_holds, page.gradebook_would) == ("no_score", "full_points")
    assert page.gradebook_choice


def test_without_a_column_there_is_nothing_to_ask(database: Database) -> None:
    """The activity may have no place in the gradebook."""
    with database.writing() as session:
        scene = a_scene(session)
        session.get_one(ResourceLinkRow, scene.course.link.id).line_item_url = None
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 3))

        page = preview(session, scene, level__d="p1", reason="Another's work.")

    assert (page.gradebook_holds, page.gradebook_choice) == ("none", False)


def test_the_confirmation_carries_every_field_again(database: Database) -> None:
    """What was previewed is what will be confirmed."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 3))

        page = preview(session, scene, level__d="p5", comment="New words.", reason="Seen again.")
        again = parse_correction(
            session, scene.rater, scene.work.attempt.id, {**dict(page.fields), "gradebook": "send"}
        )

    assert [one.level_id for one in again.criteria] == ["p3", "p3", "p3", "p5"]
    assert (again.comment, again.reason) == ("New words.", "Seen again.")
    assert again.sends_grade


def test_a_correction_of_task_scores_needs_all_of_them_and_reasons(database: Database) -> None:
    """The page names every field that needs another look, in the order of its form."""
    with database.writing() as session:
        scene = a_scene(session, definition=a_task_definition())
        a_decision(session, scene, scene.work, *some_task_points(4, 4, 4, 4))

        with pytest.raises(InvalidFieldsError) as caught:
            parse_correction(
                session,
                scene.rater,
                scene.work.attempt.id,
                {"task.b.task-2": "", "override.a.level": "p1"},
            )

    assert list(caught.value.faults.items()) == [
        ("reason", ("reason_required", None)),
        ("override.a.reason", ("reason_required", None)),
        ("task.b.task-1", ("unrated", None)),
    ]


def test_what_a_correction_changes_is_no_longer_carried_over(database: Database) -> None:
    """A new level is this decision's own, a new comment on a kept one is not a new level."""
    kept = tuple(replace(one, is_kept=True) for one in some_levels(3, 3))
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *kept, *some_levels(3, 3, 3, 3)[2:])

        correction = parse_correction(
            session,
            scene.rater,
            scene.work.attempt.id,
            {"level.a": "p5", "comment.b": "Words.", "reason": "Seen again."},
        )

    assert {one.criterion_id for one in correction.criteria if one.is_kept} == {"b"}


def test_sources_and_overrides_survive_a_correction_of_something_else(database: Database) -> None:
    """What came from another link still says so."""
    first, *others = some_task_points(4, 4, 4, 4)
    overridden = replace(
        first,
        tasks=(replace(first.tasks[0], source="link", note="Activity"), first.tasks[1]),
        override=Override(level_id="p5", reason="Seen in class."),
    )
    with database.writing() as session:
        scene = a_scene(session, definition=a_task_definition())
        a_decision(session, scene, scene.work, overridden, *others)

        correction = parse_correction(
            session,
            scene.rater,
            scene.work.attempt.id,
            {"task.b.task-1": "5", "reason": "Miscounted."},
        )

    assert correction.criteria[0] == overridden


def test_only_the_latest_decided_attempt_is_corrected(database: Database) -> None:
    """While the learner works on the next attempt, the last one stays as it was."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, *some_levels(3, 3, 3, 1), verdict="not_awarded")
        an_attempt(session, scene.work.submission, number=2, state="draft")

        with pytest.raises(ClosedError):
            edit_correction(session, scene.rater, scene.work.attempt.id, public_urls=URLS)


def test_a_correction_is_made_where_the_whole_is_decided_by_whom_the_program_lets(
    database: Database,
) -> None:
    """Not behind a link to one task, and not by an assistant where instructors release."""
    with database.writing() as session:
        scene = a_scene(session, definition=a_task_definition(), release_by="instructor")
        a_decision(session, scene, scene.work, *some_task_points(4, 4, 4, 4))
        link = a_task_link(session, scene)
        attempt_id = scene.work.attempt.id

        with pytest.raises(ConflictError) as caught:
            edit_correction(
                session,
                replace(scene.rater, resource_link_id=link.id),
                attempt_id,
                public_urls=URLS,
            )
        assert caught.value.code == "task_link"
        with pytest.raises(NotAllowedError):
            edit_correction(session, scene.other, attempt_id, public_urls=URLS)


def test_nothing_is_corrected_that_was_returned(database: Database) -> None:
    """The learner is at it again: the next decision is the right one."""
    with database.writing() as session:
        scene = a_scene(session)
        a_decision(session, scene, scene.work, CriterionInput(criterion_id="a"), verdict="returned")

        with pytest.raises(ClosedError):
            edit_correction(session, scene.rater, scene.work.attempt.id, public_urls=URLS)
