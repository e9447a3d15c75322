"""From the scoring page to a decision, and from a wrong decision to the right one."""

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.runtime import Runtime
from lti_tool.services.keyring import ensure_issuer_keys
from lti_tool.store.rows import (
    AttemptRow,
    AwardRow,
    DecisionRow,
    RatingRow,
    ScoreDeliveryRow,
    UserRow,
)
from lti_tool.values import Launch
from tests.pages import Page, Visitor
from tests.rows import a_launch, an_attempt
from tests.scenes import Scene, a_scene

PASS = {f"level.{one}": "p3" for one in "abcd"}
FAIL = {**PASS, "level.d": "p1"}


@pytest.fixture
def scene(runtime: Runtime) -> Scene:
    """A course with two learners' work, whose issuer can sign."""
    with runtime.writing() as session:
        made = a_scene(session, learners=2)
        ensure_issuer_keys(
            session,
            made.course.issuer.id,
            master_key=runtime.settings.master_key,
            clock=runtime.clock,
            random_bytes=runtime.random_bytes,
        )
        return made


@pytest.fixture
def rater(app: Flask, scene: Scene) -> Visitor:
    """The instructor."""
    return Visitor(app, scene.rater)


def path_of(scene: Scene, number: int = 0) -> str:
    """The scoring page of a work."""
    return f"/attempts/{scene.works[number].attempt.id}"


def confirmed(
    rater: Visitor, path: str, levels: dict[str, str], *, action: str = "release"
) -> Page:
    """Rate an attempt and go on to the confirmation."""
    revision = rater.get(path).form(rater.url(path)).fields["revision"]
    return rater.submit(path, **{**levels, "revision": revision, "action": action})


def release(
    rater: Visitor, path: str, levels: dict[str, str], *, action: str = "release", **more: str
) -> Page:
    """Rate an attempt and release it, or return it."""
    page = confirmed(rater, path, levels, action=action)
    form = page.form(rater.url(f"{path}/{action}"))
    return rater.submit(f"{path}/{action}", **{**form.fields, "then": "stay", **more})


def state_of(runtime: Runtime, scene: Scene) -> str:
    """The state of the first attempt."""
    with runtime.reading() as session:
        return session.get_one(AttemptRow, scene.work.attempt.id).state


def test_release_and_next_goes_on_to_the_next_learner(rater: Visitor, scene: Scene) -> None:
    """What was released is said on the page of the next one."""
    page = release(rater, path_of(scene), PASS, then="next")

    assert page.url.startswith(rater.url(path_of(scene, 1)))
    assert "Released. The badge goes to Learner 00." in page.text
    page = release(rater, path_of(scene, 1), FAIL, then="next")
    assert "Nothing is left to score. Well done." in page.text
    queue = rater.get("/queue?state=decided")
    assert "Badge earned" in queue.text
    assert "Not earned" in queue.text


def test_a_released_attempt_is_shown_as_it_was_decided(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """Read-only, with who and when; a rating that slips in later changes nothing of it."""
    page = release(rater, path_of(scene), {**PASS, "comment": "Well done."})
    assert "Released. The badge goes to Learner 00." in page.text
    assert "Released by Ivo Instructor" in page.text

    with runtime.writing() as session:
        for row in session.scalars(select(RatingRow)):
            row.level_id = "p1"
    page = rater.get(path_of(scene))
    assert "Well done." in page.text
    assert page.text.count("checked disabled") == 4
    assert "action=save" not in page.form(rater.url(path_of(scene))).actions[1:]


def test_a_release_of_ratings_that_changed_meanwhile_shows_them_anew(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """What was confirmed is what is released, or nothing is."""
    path = path_of(scene)
    page = confirmed(rater, path, PASS)
    form = page.form(rater.url(f"{path}/release"))
    rater.post(path, **{"revision": "1", "level.d": "p1"})

    page = rater.submit(f"{path}/release", **{**form.fields, "then": "next"})

    assert "Something changed since you looked" in page.text
    assert "No badge is issued." in page.text
    assert state_of(runtime, scene) == "in_review"


@pytest.mark.parametrize("inputs", ["", "0" * 64, "<script>", "x" * 100_000])
def test_a_release_without_a_confirmation_does_nothing(
    runtime: Runtime, rater: Visitor, scene: Scene, inputs: str
) -> None:
    """Only what a page said would happen can happen."""
    path = path_of(scene)
    confirmed(rater, path, PASS)

    page = rater.submit(f"{path}/release", inputs=inputs)

    assert "Something changed since you looked" in page.text
    assert state_of(runtime, scene) == "in_review"


def test_a_release_with_something_unrated_is_refused(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """However the post was made."""
    path = path_of(scene)
    page = confirmed(rater, path, {"level.a": "p3"}, action="return")
    inputs = page.form(rater.url(f"{path}/return")).fields["inputs"]

    assert rater.post(f"{path}/release", inputs=inputs).status_code == 409
    assert state_of(runtime, scene) == "in_review"


def test_a_return_says_what_to_change_and_keeps_what_passed(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """The next attempt comes to its assessor with only the rest open."""
    page = release(
        rater, path_of(scene), FAIL, action="return", comment="Show how you closed the session."
    )
    assert "Returned to Learner 00 with your comments." in page.text
    with runtime.writing() as session:
        second = an_attempt(session, scene.work.submission, number=2)

    page = rater.get(f"/attempts/{second.id}")
    fields = page.form(rater.url(f"/attempts/{second.id}")).fields
    assert {name: value for name, value in fields.items() if name.startswith("level.")} == {
        "level.a": "p3",
        "level.b": "p3",
        "level.c": "p3",
    }
    assert page.text.count("Kept") == 3
    assert "Show how you closed the session." in page.text
    assert "3 of 4 rated" in page.text


def test_a_second_release_finds_the_first(runtime: Runtime, rater: Visitor, scene: Scene) -> None:
    """A double click awards once."""
    path = path_of(scene)
    form = confirmed(rater, path, PASS).form(rater.url(f"{path}/release"))
    for _ in range(2):
        page = rater.submit(f"{path}/release", **form.fields)
        assert "Released. The badge goes to Learner 00." in page.text

    with runtime.reading() as session:
        assert len(session.scalars(select(DecisionRow)).all()) == 1
        assert len(session.scalars(select(AwardRow)).all()) == 1


def correction(rater: Visitor, path: str, **changes: str) -> Page:
    """Ask what a correction would do."""
    form = rater.get(f"{path}/correct").form(rater.url(f"{path}/correct/preview"))
    return rater.submit(f"{path}/correct/preview", **{**form.fields, **changes})


def test_a_wrong_award_is_corrected_with_a_reason(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """It says what happens to badge and gradebook before it does; both decisions stay on record."""
    path = path_of(scene)
    release(rater, path, PASS)

    page = correction(rater, path, **{"level.d": "p1", "reason": "The recording was another's."})
    assert "The badge of <bdi>Learner 00</bdi> is revoked." in page.text
    assert "We do not know what the gradebook holds" in page.text
    with runtime.reading() as session:
        assert session.scalars(select(AwardRow)).one().revoked_at is None
    form = page.form(rater.url(f"{path}/correct/confirm"))
    assert form.fields["reason"] == "The recording was another's."

    page = rater.submit(f"{path}/correct/confirm", **form.fields)
    assert "The decision for Learner 00 is corrected." in page.text
    assert "Corrected because: The recording was another&#39;s." in page.text
    with runtime.reading() as session:
        assert session.scalars(select(AwardRow)).one().revoked_at is not None
        decisions = session.scalars(select(DecisionRow).order_by(DecisionRow.supersedes_id)).all()
        standing = next(one for one in decisions if one.superseded_at is None)
        kinds = session.scalars(select(ScoreDeliveryRow.kind)).all()
    assert len(decisions) == 2
    assert (standing.verdict, standing.note) == ("not_awarded", "The recording was another's.")
    assert "cleared" not in kinds

    page = rater.submit(f"{path}/correct/confirm", **form.fields)
    assert "The decision for Learner 00 is corrected." in page.text
    with runtime.reading() as session:
        assert len(session.scalars(select(DecisionRow)).all()) == 2


def test_a_correction_without_a_reason_or_with_a_bad_field_is_shown_again(
    rater: Visitor, scene: Scene
) -> None:
    """With every word of it."""
    path = path_of(scene)
    release(rater, path, PASS)

    page = correction(rater, path, **{"level.d": "p9", "comment": "New <b>words</b>", "reason": ""})
    assert page.status == 422
    page = correction(
        rater, path, **{"level.d": "p1", "comment": "New <b>words</b>", "reason": " "}
    )
    assert page.status == 422
    assert "Say why, so that it can be understood later." in page.text
    form = page.form(rater.url(f"{path}/correct/preview"))
    assert (form.fields["level.d"], form.fields["comment"]) == ("p1", "New <b>words</b>")
    page = correction(rater, path, **{"level.d": "", "reason": "Not seen after all."})
    assert page.status == 422
    assert "This is not rated yet." in page.text


def test_a_correction_that_was_not_previewed_does_nothing(
    runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """Two people correct at once: the second one sees what the first one did."""
    path = path_of(scene)
    release(rater, path, PASS)
    form = correction(rater, path, **{"level.d": "p1", "reason": "First."}).form(
        rater.url(f"{path}/correct/confirm")
    )

    tampered = {**form.fields, "level.d": "p5"}
    page = rater.submit(f"{path}/correct/confirm", **tampered)
    assert "Something changed since you looked" in page.text
    with runtime.reading() as session:
        assert len(session.scalars(select(DecisionRow)).all()) == 1


def test_only_what_was_decided_can_be_corrected(
    app: Flask, runtime: Runtime, rater: Visitor, scene: Scene
) -> None:
    """Not what is open, not what was returned, and not by a learner."""
    path = path_of(scene)
    rater.get(path)
    assert rater.get(f"{path}/correct").status == 409
    for step in ("preview", "confirm"):
        answer = rater.post(f"{path}/correct/{step}", **{"level.a": "p1", "reason": "x"})
        assert answer.status_code == 409
    release(rater, path, FAIL, action="return")
    assert rater.get(f"{path}/correct").status == 409
    with runtime.writing() as session:
        launch: Launch = a_launch(session, scene.course, scene.work.learner)
    learner = Visitor(app, launch)
    for step in ("preview", "confirm"):
        assert learner.post(f"{path}/correct/{step}", reason="x").status_code == 403
    assert learner.post(f"{path}/resend").status_code == 403


def test_a_result_is_sent_again(runtime: Runtime, rater: Visitor, scene: Scene) -> None:
    """From the page of the attempt, when the gradebook lost it."""
    path = path_of(scene)
    release(rater, path, PASS)
    with runtime.writing() as session:
        session.scalars(select(ScoreDeliveryRow)).one().state = "failed"
    page = rater.get(path)
    assert "Not delivered" in page.text

    page = rater.submit(f"{path}/resend", **page.form(rater.url(f"{path}/resend")).fields)

    assert "on its way to the gradebook again" in page.text
    with runtime.reading() as session:
        states = session.scalars(select(ScoreDeliveryRow.state)).all()
    assert "waiting" in states


def test_a_test_learner_gets_no_badge(runtime: Runtime, rater: Visitor, scene: Scene) -> None:
    """Everything can be tried in the platform's student view; nothing is issued or sent."""
    with runtime.writing() as session:
        session.get_one(UserRow, scene.work.learner.id).is_test = True

    release(rater, path_of(scene), PASS)

    with runtime.reading() as session:
        assert session.scalars(select(DecisionRow.verdict)).all() == ["awarded"]
        assert session.scalars(select(AwardRow)).all() == []
        assert session.scalars(select(ScoreDeliveryRow)).all() == []
