"""The instructor's and assessor's pages over HTTP, as a browser without scripts sees them."""

from dataclasses import replace

import pytest
from flask import Flask

from badges.definition import publish
from lti_tool.runtime import Runtime
from lti_tool.store.rows import AttemptRow, KeptTextRow, LaunchRow, LinkBindingRow, UserRow
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.factories import a_definition
from tests.pages import Visitor
from tests.rows import a_launch, a_user, an_id
from tests.scenes import Scene, a_scene, a_task_definition, a_task_link


@pytest.fixture
def scene(runtime: Runtime) -> Scene:
    """A course with two learners' work."""
    with runtime.writing() as session:
        return a_scene(session, learners=2)


@pytest.fixture
def task_scene(runtime: Runtime) -> Scene:
    """A course whose badge takes its levels from tasks."""
    with runtime.writing() as session:
        return a_scene(session, definition=a_task_definition())


def visitor(app: Flask, launch: Launch) -> Visitor:
    """Somebody in the course."""
    return Visitor(app, launch)


def somebody(runtime: Runtime, scene: Scene, *roles: Role) -> Launch:
    """A launch of somebody new in the scene's course."""
    with runtime.writing() as session:
        return a_launch(session, scene.course, a_user(session, scene.course, *roles), *roles)


def attempt_path(scene: Scene, number: int = 0) -> str:
    """The scoring page of a work."""
    return f"/attempts/{scene.works[number].attempt.id}"


def unbind(runtime: Runtime, scene: Scene) -> None:
    """Let the scene's link open nothing."""
    with runtime.writing() as session:
        session.delete(session.get_one(LinkBindingRow, scene.course.link.id))


def state_of(runtime: Runtime, scene: Scene) -> str:
    """The state of the first work's attempt."""
    with runtime.reading() as session:
        return session.get_one(AttemptRow, scene.work.attempt.id).state


def test_a_launch_lands_on_the_page_of_its_role(app: Flask, runtime: Runtime, scene: Scene) -> None:
    """Raters and administrators meet the queue, learners their own page."""
    administrator = somebody(runtime, scene, Role.ADMINISTRATOR)
    with runtime.writing() as session:
        learner = a_launch(session, scene.course, scene.work.learner)

    assert "Learner 00" in visitor(app, scene.rater).get("/").text
    assert "Learner 00" in visitor(app, scene.other).get("/").text
    assert "Learner 00" in visitor(app, administrator).get("/").text
    assert "Learner 01" not in visitor(app, learner).get("/").text


def test_a_role_without_a_page_is_refused_calmly(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """An observer or a mentor is told so, with a reference."""
    page = visitor(app, somebody(runtime, scene, Role.OTHER)).get("/")

    assert page.status == 403
    assert "We do not know your part in this course" in page.text


def test_a_launch_without_an_activity_says_so(app: Flask, runtime: Runtime, scene: Scene) -> None:
    """Some platforms launch from a menu of the course."""
    with runtime.writing() as session:
        session.get_one(LaunchRow, scene.rater.id).resource_link_id = None

    page = visitor(app, scene.rater).get("/")

    assert page.status == 409
    assert "did not say which activity" in page.text


def test_an_unbound_link_asks_its_instructor_and_tells_its_learner(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """The instructor chooses there and then; until then learners read not set up yet."""
    unbind(runtime, scene)
    learner = somebody(runtime, scene, Role.LEARNER)
    instructor = visitor(app, scene.rater)

    assert "Choose a badge for this activity" in instructor.get("/").text
    assert "Not set up yet" in visitor(app, learner).get("/").text
    assert "Not set up yet" in visitor(app, scene.other).get("/").text

    page = instructor.submit("/bind", achievement=str(scene.course.version.id))
    assert "This activity now opens the badge." in page.text
    assert "Not set up yet" not in visitor(app, learner).get("/").text


def test_a_binding_with_work_in_it_is_refused_with_the_reason(app: Flask, runtime: Runtime) -> None:
    """The page says why, and stays the page."""
    with runtime.writing() as session:
        scene = a_scene(session, definition=a_task_definition())
    id_ = str(scene.course.version.id)

    page = visitor(app, scene.rater).submit(
        "/bind", **{"achievement": id_, f"part.{id_}": "task-1"}
    )

    assert page.status == 409
    assert "Learners have already begun to work on this." in page.text
    with runtime.reading() as session:
        assert session.get_one(LinkBindingRow, scene.course.link.id).task_id is None


def test_a_choice_without_a_badge_is_shown_again(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Nothing chosen is an answer that needs another look."""
    unbind(runtime, scene)

    page = visitor(app, scene.rater).submit("/bind")

    assert page.status == 422
    assert page.title.startswith("Error:")


PATHS = ("", "/claim", "/release", "/return", "/correct")


def test_a_learner_on_an_assessors_url_is_refused(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Reading or posting, form or script: 403, and nothing happens."""
    with runtime.writing() as session:
        launch = a_launch(session, scene.course, scene.works[1].learner)
    learner = visitor(app, launch)
    base = attempt_path(scene)

    assert learner.answer("/queue").status_code == 403
    assert learner.answer("/bind").status_code == 403
    assert learner.post("/bind", achievement="x").status_code == 403
    for path in PATHS:
        if path != "/claim":
            page = learner.get(base + path)
            assert page.status == 403
            assert "not yours to open" in page.text
    for path in ("", "/claim", "/release", "/return"):
        assert learner.post(base + path).status_code == 403
        answer = learner.send(base + path, {"revision": 0, "fields": {}})
        assert (answer.status_code, answer.json) == (403, {"error": "not_an_assessor"})
    assert state_of(runtime, scene) == "submitted"


def test_ids_of_another_course_are_not_found(app: Flask, runtime: Runtime, scene: Scene) -> None:
    """A rater of one course sees nothing of another, by whatever address."""
    with runtime.writing() as session:
        elsewhere = a_scene(session, slug="lighthouse")
    stranger = visitor(app, elsewhere.rater)

    for path in ("", "/release", "/return", "/correct"):
        assert stranger.get(attempt_path(scene) + path).status == 404
    assert stranger.post(f"{attempt_path(scene)}/claim").status_code == 404
    answer = stranger.send(attempt_path(scene), {"revision": 0, "fields": {"level.a": "p3"}})
    assert answer.status_code == 404
    assert stranger.get(f"/submissions/{scene.work.submission.id}").status == 404
    assert stranger.get(f"/submissions/{an_id()}").status == 404
    assert state_of(runtime, scene) == "submitted"


def test_a_gradebooks_link_opens_the_latest_attempt_or_ones_own_result(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """One link serves assessor and learner; other learners find nothing."""
    path = f"/submissions/{scene.work.submission.id}"
    with runtime.writing() as session:
        own = a_launch(session, scene.course, scene.work.learner)
        other = a_launch(session, scene.course, scene.works[1].learner)

    assert visitor(app, scene.rater).get(path).url.endswith(attempt_path(scene))
    assert visitor(app, own).get(path).status == 200
    assert visitor(app, other).get(path).status == 404


def test_opening_scoring_and_the_confirmation_go_without_scripts(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """The whole form is posted, saved, and leads to what will happen."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    page = rater.get(path)
    assert state_of(runtime, scene) == "in_review"
    form = page.form(rater.url(path))
    levels = {f"level.{one}": "p3" for one in "abcd"}

    page = rater.submit(
        path, **{**form.fields, **levels, "comment": "Well done.", "action": "save"}
    )
    assert "Saved." in page.text
    form = page.form(rater.url(path))
    assert {name: form.fields[name] for name in levels} == levels
    assert form.fields["comment"] == "Well done."

    page = rater.submit(path, **{**form.fields, "action": "release"})
    assert page.url.endswith(f"{path}/release")
    assert "is issued to Ada Learner" in page.text
    assert "Release it and go to the next" in page.text
    confirm = page.form(rater.url(f"{path}/release"))
    assert len(confirm.fields["inputs"]) == 64


def test_a_release_with_something_unrated_is_not_offered(app: Flask, scene: Scene) -> None:
    """The page says what is missing and has no button for it; a return needs no ratings."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)

    page = rater.submit(path, **{"revision": "0", "level.a": "p3", "action": "release"})
    assert "Still open: B, C, D." in page.text
    assert page.title.startswith("Not ready to release")
    assert "not earned" not in page.text
    assert not [form for form in page.reader.forms if form.action.endswith("/release")]

    page = rater.submit(path, revision="1", action="return")
    assert "can change the work and hand it in again" in page.text


def test_a_level_can_be_cleared_without_scripts(app: Flask, scene: Scene) -> None:
    """A radio button cannot be unchosen, a button can."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)
    rater.post(path, **{"revision": "0", "level.a": "p3", "level.b": "p3", "action": "save"})

    answer = rater.post(path, **{"revision": "1", "level.a": "p3", "action": "clear:a"})

    assert answer.headers["Location"].endswith(f"{path}#rate-a")
    fields = rater.get(path).form(rater.url(path)).fields
    assert ("level.a" in fields, fields["level.b"]) == (False, "p3")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "explode"}, 422),
        ({"level.zzz": "p3"}, 422),
        ({"revision": "-1"}, 422),
        ({"revision": "x"}, 422),
        ({"revision": ""}, 422),
        ({"csrf_token": "wrong"}, 422),
        ({"level.a": "<script>alert(1)</script>"}, 422),
        ({"comment": "x" * 20_001}, 422),
    ],
    ids=repr,
)
def test_forms_that_nobody_filled_in_are_refused(
    app: Flask, scene: Scene, fields: dict[str, str], status: int
) -> None:
    """Whatever is posted, the answer is a calm page."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)

    page = rater.submit(path, **{"revision": "0", **fields})

    assert page.status == status
    assert "<script>alert" not in page.text


def test_a_refused_form_comes_back_with_every_word(app: Flask, task_scene: Scene) -> None:
    """A score of 6 is refused at its field, and the comment beside it is still there."""
    rater, path = visitor(app, task_scene.rater), attempt_path(task_scene)
    rater.get(path)

    page = rater.submit(
        path, **{"revision": "0", "task.a.task-1": "6", "comment.a": "Typed <b>long</b> ago"}
    )

    assert page.status == 422
    assert "A whole number from 0–5." in page.text
    fields = page.form(rater.url(path)).fields
    assert fields["comment.a"] == "Typed <b>long</b> ago"
    assert "<b>long</b>" not in page.text


def test_a_stale_form_shows_both_texts_and_writes_over_nothing(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Two tabs: the second one gets both texts, and what came late is kept."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)
    rater.post(path, **{"revision": "0", "comment.a": "From the first tab", "level.a": "p3"})

    page = rater.submit(
        path, **{"revision": "0", "comment.a": "From the second tab", "level.a": "p5"}
    )

    assert page.status == 409
    assert "From the first tab" in page.text
    fields = page.form(rater.url(path)).fields
    assert (fields["comment.a"], fields["revision"]) == ("From the second tab", "1")
    assert "3 points" in page.text
    with runtime.reading() as session:
        kept = session.query(KeptTextRow).one()
    assert (kept.place, kept.text) == ("comment.a", "From the second tab")

    page = rater.submit(path, **fields)
    assert page.status == 200
    assert rater.get(path).form(rater.url(path)).fields["comment.a"] == "From the second tab"


def test_a_form_that_is_sent_twice_is_no_conflict(app: Flask, scene: Scene) -> None:
    """A double click asks for what is there already."""
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)
    for _ in range(2):
        page = rater.submit(path, **{"revision": "0", "comment.a": "one\r\ntwo"})
        assert page.status == 200


def test_a_save_after_a_takeover_keeps_the_words_and_says_who(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Taking over is a button; the one who lost the claim loses no text."""
    rater, other, path = visitor(app, scene.rater), visitor(app, scene.other), attempt_path(scene)
    rater.get(path)
    page = other.get(path)
    assert "Ivo Instructor is scoring this" in page.text
    assert "comment" not in page.form(other.url(path)).fields
    assert "action=release" not in page.text
    page = other.submit(f"{path}/claim")
    assert "You are now scoring this submission." in page.text

    page = rater.submit(path, revision="0", comment="Half a thought")

    assert page.status == 409
    assert "Tara Assistant is scoring this" in page.text
    assert page.form(rater.url(path)).fields["comment"] == "Half a thought"
    with runtime.reading() as session:
        assert session.query(KeptTextRow).one().text == "Half a thought"


def test_words_that_were_kept_are_their_raters_to_put_back_or_dismiss(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Read-only while somebody else scores; nobody else sees them, and both sides lose nothing."""
    rater, other, path = visitor(app, scene.rater), visitor(app, scene.other), attempt_path(scene)
    rater.get(path)
    other.submit(f"{path}/claim")
    rater.post(path, revision="0", comment="Half a thought")
    other.post(path, revision="0", comment="Their thought")

    page = rater.get(path)
    assert "Half a thought" in page.text
    assert not [one for one in page.form(rater.url(path)).actions if "put-back" in one]
    assert "Half a thought" not in other.get(path).text

    page = rater.submit(f"{path}/claim")
    form = page.form(rater.url(path))
    (button,) = [one for one in form.actions if "put-back" in one]
    page = rater.submit(path, **form.fields, action=button.removeprefix("action="))
    assert "The kept text is back in its field." in page.text
    form = page.form(rater.url(path))
    assert form.fields["comment"] == "Half a thought"
    with runtime.reading() as session:
        kept = session.query(KeptTextRow).one()
    assert (kept.text, kept.user_id) == ("Their thought", scene.rater.user_id)

    other.submit(f"{path}/claim")
    page = rater.submit(path, action=f"dismiss:{kept.id}")
    assert "Their thought" not in page.text


def test_two_raters_words_for_one_field_are_kept_apart(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """Though one of them begins as the other does."""
    rater, other, path = visitor(app, scene.rater), visitor(app, scene.other), attempt_path(scene)
    rater.get(path)
    other.submit(f"{path}/claim")
    rater.post(path, revision="0", comment="Well done")
    rater.submit(f"{path}/claim")
    other.post(path, revision="0", comment="Well done, both")

    with runtime.reading() as session:
        kept = {row.user_id: row.text for row in session.query(KeptTextRow)}
    assert kept == {scene.rater.user_id: "Well done", scene.other.user_id: "Well done, both"}


def test_a_level_against_the_tasks_needs_its_reason_before_the_release(
    app: Flask, task_scene: Scene
) -> None:
    """It is saved as far as it is; the way on leads over the reason."""
    rater, path = visitor(app, task_scene.rater), attempt_path(task_scene)
    rater.get(path)
    fields = {f"task.{one}.{task}": "4" for one in "abcd" for task in ("task-1", "task-2")}

    page = rater.submit(
        path, **{**fields, "revision": "0", "override.a.level": "p5", "action": "release"}
    )
    assert page.status == 422
    assert "Say why, so that it can be understood later." in page.text
    assert page.form(rater.url(path)).fields["override.a.level"] == "p5"

    reason = {"revision": "1", "override.a.reason": "Seen in class.", "action": "release"}
    page = rater.submit(path, **reason)
    assert page.url.endswith("/release")


def test_a_link_to_one_task_shows_that_task_and_decides_nothing(
    app: Flask, runtime: Runtime, task_scene: Scene
) -> None:
    """Its scores are given here and read elsewhere."""
    with runtime.writing() as session:
        link = a_task_link(session, task_scene)
        user = session.get_one(UserRow, task_scene.rater.user_id)
        launch = a_launch(session, task_scene.course, user, Role.INSTRUCTOR, link=link)
    here, path = visitor(app, launch), attempt_path(task_scene)
    page = here.get(path)
    form = page.form(here.url(path))
    assert "action=release" not in form.actions
    assert "task.a.task-2" not in page.text
    assert "comment.a" not in form.fields

    here.post(path, **{"revision": "0", "task.a.task-1": "4"})
    assert here.get(f"{path}/release").status == 409

    page = visitor(app, task_scene.rater).get(path)
    assert "Activity of task-1" in page.text
    assert 'name="task.a.task-1"' not in page.text
    assert 'name="task.a.task-2"' in page.text


def test_who_may_not_release_may_rate(app: Flask, runtime: Runtime) -> None:
    """The program lets instructors release; the assistant's page has no button for it."""
    with runtime.writing() as session:
        scene = a_scene(session, release_by="instructor")
    assistant, path = visitor(app, scene.other), attempt_path(scene)

    page = assistant.get(path)
    assert not [name for name in page.form(assistant.url(path)).actions if "release" in name]
    assert "action=release" not in page.text
    assert assistant.submit(path, **{"revision": "0", "level.a": "p3"}).status == 200
    assert assistant.get(f"{path}/release").status == 403


def test_a_test_users_release_says_that_nothing_is_issued(
    app: Flask, runtime: Runtime, scene: Scene
) -> None:
    """The platform's student view tries everything and gets nothing real."""
    with runtime.writing() as session:
        session.get_one(UserRow, scene.work.learner.id).is_test = True
    rater, path = visitor(app, scene.rater), attempt_path(scene)
    rater.get(path)
    levels = {f"level.{one}": "p3" for one in "abcd"}

    page = rater.submit(path, **{**levels, "revision": "0", "action": "release"})

    assert "test learner" in page.text
    assert "is issued to" not in page.text


def test_markup_in_every_text_is_shown_as_text(app: Flask, runtime: Runtime) -> None:
    """Names, comments, link titles: nothing that people wrote becomes markup."""
    evil = '<img src=x onerror="alert(1)"></textarea><script>alert(1)</script>'
    with runtime.writing() as session:
        scene = a_scene(session, definition=publish(a_definition()))
        session.get_one(UserRow, scene.work.learner.id).name = evil
        session.get_one(UserRow, scene.other.user_id).name = evil
    rater, other, path = visitor(app, scene.rater), visitor(app, scene.other), attempt_path(scene)
    rater.get(path)
    rater.post(path, **{"revision": "0", "comment": evil, "comment.a": evil})

    pages = [rater.get(path), rater.get("/queue"), rater.get(f"{path}/return")]
    other.post(f"{path}/claim")
    pages.append(rater.get(path))

    for page in pages:
        assert "<img src=x" not in page.text
        assert "<script>" not in page.text
    assert pages[0].form(rater.url(path)).fields["comment"] == evil


def test_the_queue_has_pages_and_filters(app: Flask, runtime: Runtime) -> None:
    """Each is an address of its own."""
    with runtime.writing() as session:
        scene = a_scene(session, learners=27)
    rater = visitor(app, scene.rater)

    assert "Learner 24" in rater.get("/queue").text
    second = rater.get("/queue?state=open&page=2")
    assert "Learner 26" in second.text
    assert "Learner 00" not in second.text
    assert "Nothing here yet" in rater.get("/queue?state=decided").text
    assert rater.get("/queue?state=%3Cb%3E&page=x").status == 200


def test_a_session_that_ended_is_answered_with_how_to_go_on(
    app: Flask, clock: FakeClock, scene: Scene
) -> None:
    """Page or script: 401, so that the script keeps the text."""
    rater = visitor(app, scene.rater)
    token = rater.token()
    clock.advance(hours=9)

    assert rater.get(attempt_path(scene)).status == 401
    answer = rater.send(attempt_path(scene), {"revision": 0, "fields": {}}, token=token)
    assert (answer.status_code, answer.json) == (401, {"error": "session_ended"})


def test_an_administrators_queue_opens_nothing(app: Flask, runtime: Runtime, scene: Scene) -> None:
    """They see how far things are, and rate nothing."""
    administrator = visitor(app, somebody(runtime, scene, Role.ADMINISTRATOR))

    assert "/attempts/" not in administrator.get("/queue").text
    assert administrator.get(attempt_path(scene)).status == 403


def test_somebody_elses_launch_opens_nothing(app: Flask, scene: Scene) -> None:
    """A launch belongs to the browser that it was made in."""
    stranger = Visitor(app, replace(scene.rater), secret="another browser")

    assert stranger.get("/queue").status == 401
