"""What "send again" sends: what stands now, to where a grade is kept, and nothing else."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from lti_tool.errors import ConflictError, NotAllowedError, NotFoundError
from lti_tool.runtime import Runtime
from lti_tool.services import correcting, revoking
from lti_tool.services.assessor_pages import score_page
from lti_tool.services.correcting import Correction
from lti_tool.services.decision_inputs import CriterionInput
from lti_tool.services.file_access import FileLinks
from lti_tool.services.queue import queue_page
from lti_tool.services.resending import resend
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import CredentialRow, ScoreDeliveryRow, UserRow
from lti_tool.values import Launch, Role
from tests import rows
from tests.stages import FAIL, PASS, Stage, a_stage


def send_again(stage: Stage, launch: Launch | None = None) -> int:
    """Press the button."""
    runtime = stage.runtime
    with runtime.writing() as session:
        return resend(
            session,
            launch or stage.launch,
            stage.attempt_id,
            public_urls=PublicURLs(runtime.settings.base_url),
            clock=runtime.clock,
            new_id=runtime.new_id,
        )


def outbox(stage: Stage) -> Sequence[ScoreDeliveryRow]:
    """What the outbox holds, by timestamp."""
    with stage.runtime.reading() as session:
        return session.scalars(select(ScoreDeliveryRow).order_by(ScoreDeliveryRow.timestamp)).all()


def settle(stage: Stage, state: str) -> None:
    """Give every row that waits another state."""
    with stage.runtime.writing() as session:
        for row in session.scalars(select(ScoreDeliveryRow)):
            row.state = state if row.state == "waiting" else row.state


def correct(stage: Stage, levels: dict[str, str], *, sends_grade: bool) -> None:
    """Correct the decision."""
    correction = Correction(
        criteria=tuple(
            CriterionInput(criterion_id=id_, level_id=level) for id_, level in levels.items()
        ),
        comment="Read again.",
        reason="A mistake.",
        sends_grade=sends_grade,
    )
    with stage.runtime.reading() as session:
        preview = correcting.preview_correction(session, stage.launch, stage.attempt_id, correction)
    correcting.correct_decision(
        stage.runtime.issuing,
        stage.launch,
        stage.attempt_id,
        correction,
        preview_hash=preview.hash,
    )


@pytest.fixture
def passing(runtime: Runtime) -> Stage:
    """An attempt that earned the badge."""
    stage = a_stage(runtime, PASS)
    stage.release()
    return stage


def test_full_points_go_again(passing: Stage) -> None:
    """With the comment of the decision, read first, at the time of now."""
    settle(passing, "failed")

    assert send_again(passing) == 1
    first, second = outbox(passing)
    assert (first.state, second.state) == ("superseded", "waiting")
    assert (second.kind, second.comment) == ("earned", first.comment)
    assert second.is_outcome_unknown


def test_pressing_twice_sends_once(passing: Stage) -> None:
    """The second row takes the place of the first one that has not gone yet."""
    send_again(passing)
    send_again(passing)

    assert [row.state for row in outbox(passing)] == ["superseded", "superseded", "waiting"]


def test_a_column_that_came_later_is_filled(passing: Stage) -> None:
    """What was released where no grade was kept goes when one is."""
    with passing.runtime.writing() as session:
        for row in session.scalars(select(ScoreDeliveryRow)):
            session.delete(row)

    assert send_again(passing) == 1
    assert [row.kind for row in outbox(passing)] == ["earned"]


def test_nothing_goes_where_no_grade_is_kept(passing: Stage) -> None:
    """The instructor is told so, instead of reading that it is on its way."""
    with passing.runtime.writing() as session:
        session.merge(passing.course.link).line_item_url = None

    with pytest.raises(ConflictError) as caught:
        send_again(passing)
    assert caught.value.code == "nothing_to_send"


def test_the_removal_of_a_score_goes_again(passing: Stage) -> None:
    """After a correction that took it back, sending again takes it back again."""
    correct(passing, FAIL, sends_grade=True)
    settle(passing, "failed")
    send_again(passing)

    kinds = [(row.kind, row.state) for row in outbox(passing)]
    assert kinds == [("earned", "superseded"), ("cleared", "superseded"), ("cleared", "waiting")]


def test_points_that_are_no_longer_true_are_not_sent(passing: Stage) -> None:
    """A correction that leaves the gradebook alone also stops what is on its way there."""
    correct(passing, FAIL, sends_grade=False)
    assert [row.state for row in outbox(passing)] == ["superseded"]

    with pytest.raises(ConflictError) as caught:
        send_again(passing)
    assert caught.value.code == "nothing_to_send"


def test_points_that_stay_true_go_on(passing: Stage) -> None:
    """A correction without a word to the gradebook leaves a badge's points on their way."""
    correct(passing, {**PASS, "a": "p5"}, sends_grade=False)

    assert [row.state for row in outbox(passing)] == ["waiting"]


def test_a_revoked_badge_is_not_sent_as_earned(passing: Stage) -> None:
    """The grade stays as it is until an instructor corrects the decision."""
    with passing.runtime.reading() as session:
        credential_id = session.scalars(select(CredentialRow.id)).one()
    revoking.revoke_credential(passing.runtime.issuing, credential_id, reason="A mistake.")

    with pytest.raises(ConflictError) as caught:
        send_again(passing)
    assert caught.value.code == "nothing_to_send"


def test_another_courses_badge_that_was_revoked_is_not_sent_as_earned(passing: Stage) -> None:
    """Its decision made no award of its own: what the learner holds counts, on every page."""
    there = passing.in_another_course()
    there.release()
    assert send_again(there) == 1
    assert outcomes(there) == ("awarded", "awarded")

    with passing.runtime.reading() as session:
        credential_id = session.scalars(select(CredentialRow.id)).one()
    revoking.revoke_credential(passing.runtime.issuing, credential_id, reason="A mistake.")

    assert outcomes(there) == ("revoked", "revoked")
    with pytest.raises(ConflictError) as caught:
        send_again(there)
    assert caught.value.code == "nothing_to_send"


def outcomes(stage: Stage) -> tuple[str, str]:
    """What the queue and the scoring page say of an attempt."""
    runtime, urls = stage.runtime, PublicURLs(stage.runtime.settings.base_url)
    with runtime.reading() as session:
        (row,) = queue_page(
            session, stage.launch, state="decided", page=1, public_urls=urls, clock=runtime.clock
        ).rows
        page = score_page(
            session,
            stage.launch,
            stage.attempt_id,
            links=FileLinks(
                secret_key=runtime.settings.secret_key, base_url="", clock=runtime.clock
            ),
            public_urls=urls,
            clock=runtime.clock,
        )
    assert page.decision is not None
    return row.state, page.decision.outcome


def test_nothing_goes_before_a_decision(runtime: Runtime) -> None:
    """Nor for one that earned nothing."""
    stage = a_stage(runtime, FAIL)
    for act in (stage.release, lambda: None):
        with pytest.raises(ConflictError) as caught:
            send_again(stage)
        assert caught.value.code == "nothing_to_send"
        act()


@pytest.mark.parametrize("roles", [(Role.LEARNER,), (Role.ADMINISTRATOR,), (Role.OTHER,)])
def test_only_raters_send_again(passing: Stage, roles: tuple[Role, ...]) -> None:
    """It is a button of the people who score."""
    with passing.runtime.writing() as session:
        user = rows.a_user(session, passing.course, *roles)
        launch = rows.a_launch(session, passing.course, user, *roles)

    with pytest.raises(NotAllowedError):
        send_again(passing, launch)


def test_nobody_sends_their_own_result(passing: Stage) -> None:
    """A learner who also assesses leaves it to somebody else."""
    with passing.runtime.writing() as session:
        learner = session.get_one(UserRow, passing.learner_id)
        launch = rows.a_launch(session, passing.course, learner, Role.INSTRUCTOR)

    with pytest.raises(NotAllowedError):
        send_again(passing, launch)


def test_another_courses_attempt_is_not_found(passing: Stage) -> None:
    """An id from elsewhere sends nothing."""
    with passing.runtime.writing() as session:
        other = rows.a_course(session, slug="other")
        stranger = rows.a_user(session, other, Role.INSTRUCTOR)
        launch = rows.a_launch(session, other, stranger, Role.INSTRUCTOR)

    with pytest.raises(NotFoundError):
        send_again(passing, launch)
