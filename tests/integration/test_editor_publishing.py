"""Publishing a badge from the desk, its versions and its picture, over HTTP."""

import io
import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from badges.definition import parse_definition, publish
from badges.errors import NotPublishableError
from lti_tool.errors import LtiToolError
from lti_tool.runtime import Runtime
from lti_tool.services import operating
from lti_tool.services.desk import editing, publishing, revisions
from lti_tool.services.importing import import_definition
from lti_tool.store.rows import (
    AchievementVersionRow,
    AuditEventRow,
    DefinitionDraftRow,
    DefinitionRevisionRow,
    LinkBindingRow,
)
from lti_tool.values import Launch, ProgramScope
from rubrics.model import LevelSource
from tests.coordinators import a_coordinator
from tests.editors import BLANK, Editor, a_slot
from tests.factories import a_definition, a_task_rubric
from tests.learners import Learner
from tests.pages import BASE, Visitor
from tests.pictures import a_png
from tests.rows import Course, a_binding, a_course, a_launch, a_link, a_user


@pytest.fixture
def course(runtime: Runtime) -> Course:
    """A course whose one link opens a badge of the program."""
    with runtime.writing() as session:
        return a_course(session)


@pytest.fixture
def coordinator(runtime: Runtime, course: Course) -> Launch:
    """Somebody who coordinates the program."""
    with runtime.writing() as session:
        return a_coordinator(session, course)


@pytest.fixture
def editor(app: Flask, runtime: Runtime, course: Course, coordinator: Launch) -> Editor:
    """The coordinator's browser at a slot with everything but its rule."""
    with runtime.writing() as session:
        slot = a_slot(session, course).id
    editor = Editor(app, coordinator, slot)
    editor.begin()
    editor.press("add:conditions", {**BLANK, "choice:conditions": "every_criterion_at_least"})
    editor.type({"conditions/0/level_id": "level-2"})
    return editor


def published(runtime: Runtime, achievement_id: UUID) -> AchievementVersionRow:
    """The newest version."""
    with runtime.reading() as session:
        row = session.scalars(
            select(AchievementVersionRow)
            .where(AchievementVersionRow.achievement_id == achievement_id)
            .order_by(AchievementVersionRow.number.desc())
        ).first()
        assert row is not None
        session.expunge(row)
        return row


def publish_form(editor: Editor) -> dict[str, str]:
    """What the publish page's form holds."""
    return editor.show("publish").form(editor.url("publish")).fields


def test_a_filled_slot_is_published(app: Flask, runtime: Runtime, editor: Editor) -> None:
    """With name, date and note; the draft is gone, the log says so, the world sees it."""
    page = editor.submit("publish", **{**publish_form(editor), "note": "First.\r\nOf many."})
    row = published(runtime, editor.achievement_id)
    definition = parse_definition(row.document)

    assert "Published. It can be chosen" in page.text
    assert "Cleo Coordinator" in page.text
    assert (row.number, row.state, row.publish_note) == (1, "published", "First.\nOf many.")
    assert row.published_by == editor.launch.user_id
    assert definition.is_published
    with runtime.reading() as session:
        assert not session.query(DefinitionDraftRow).count()
        assert not session.query(DefinitionRevisionRow).count()
        actions = session.scalars(select(AuditEventRow.action)).all()
    assert sorted(actions) == ["achievement.draft_begun", "achievement.published"]
    assert app.test_client().get(f"/achievements/{row.id}", base_url=BASE).status_code == 200


def test_nothing_is_published_with_something_in_the_way(runtime: Runtime, editor: Editor) -> None:
    """The page lists it with links; a form that is sent nevertheless is refused."""
    form = publish_form(editor)
    editor.type({"title": "", "levels/level/points": "many"})
    page = editor.show("publish")
    late = editor.submit("publish", **form)
    forced = editor.submit("publish", **{**form, "revision": editor.fields()["revision"]})

    assert "2 things stand in the way" in page.text
    assert f'href="{editor.url("edit")}#levels/level/points"' in page.text
    assert not [one for one in page.reader.forms if one.action == editor.url("publish")]
    assert (late.status, "Somebody changed it since you looked" in late.text) == (409, True)
    assert forced.status == 422
    assert published(runtime, editor.achievement_id).state == "placeholder"


def test_what_nobody_confirmed_is_not_published(
    app: Flask, runtime: Runtime, coordinator: Launch, course: Course
) -> None:
    """Until every copied number is ticked."""
    with runtime.writing() as session:
        slot = a_slot(session, course, slug="other", position=3).id
    like = Editor(app, coordinator, slot)
    like.begin(like=course.achievement.id)
    names = [name for name in like.fields() if name.endswith("/title") and "competency" in name]
    filled = {
        **{name: f"Competency {number}" for number, name in enumerate(names)},
        **{name: text for name, text in BLANK.items() if "competency" not in name},
    }
    like.press("save", {name: text for name, text in filled.items() if name in like.fields()})
    waiting = like.show("publish")
    for section in ("rubric", "conditions"):
        like.press(f"confirm:{section}")
    ready = like.show("publish")

    assert "This was copied" in waiting.text
    assert "This was copied" not in ready.text
    assert ready.form(like.url("publish"))


def test_a_warning_needs_a_reason(runtime: Runtime, editor: Editor) -> None:
    """The field says so; the reason is kept in the definition, and offered for the next version."""
    editor.type({"licence/url": ""})
    form = publish_form(editor)
    (name,) = (one for one in form if one.startswith("reason:licence_missing"))
    refused = editor.submit("publish", **{**form, "note": "Kept"})
    kept = refused.form(editor.url("publish")).fields
    editor.submit("publish", **{**kept, name: "The college has not chosen one."})
    definition = parse_definition(published(runtime, editor.achievement_id).document)
    editor.begin()

    assert refused.status == 422
    assert "Say why" in refused.text
    assert kept["note"] == "Kept"
    reasons = [one.reason for one in definition.accepted_warnings]
    assert reasons == [publish_form(editor)[name]] == ["The college has not chosen one."]


def test_a_note_that_is_too_long_is_refused_and_kept(editor: Editor) -> None:
    """With everything else that was typed."""
    page = editor.submit("publish", **{**publish_form(editor), "note": "x" * 2001})

    assert page.status == 422
    assert page.form(editor.url("publish")).fields["note"] == "x" * 2001


def test_a_next_version_lets_those_who_began_finish(
    app: Flask, runtime: Runtime, coordinator: Launch, course: Course
) -> None:
    """The difference is told, who is at work, and which activities open the new one."""
    with runtime.writing() as session:
        learner = Learner(app, a_launch(session, course, a_user(session, course)))
        later = Learner(app, a_launch(session, course, a_user(session, course)))
    learner.submit("/start")
    editor = Editor(app, coordinator, course.achievement.id)
    editor.begin()
    editor.press("remove:rubric/criteria/b", {"title": "Better"})
    page = editor.show("publish")
    editor.submit("publish", **publish_form(editor))
    later.submit("/start")

    assert "“A badge”, is “Better”" in page.text
    assert "removed" in page.text
    assert "1 learner on version 1" in page.text
    assert "finishes on the version" in page.text
    assert "A badge" in learner.get("/work").text
    assert "What b means." in learner.get("/work").text
    assert "Better" in later.get("/work").text
    versions = editor.show("versions")
    assert "Version 2" in versions.text
    assert "changes against the version before" in versions.text
    assert published(runtime, course.achievement.id).number == 2


def test_a_link_to_a_task_that_is_gone_stays(app: Flask, runtime: Runtime) -> None:
    """It is named before; every other link opens the new version."""
    with runtime.writing() as session:
        definition = publish(a_definition(rubric=a_task_rubric()))
        course = a_course(session, slug="tasks", definition=definition)
        link = a_link(session, course.context, lti_resource_link_id="second-task")
        link.title = "Only the second task"
        a_binding(session, link, course.version, task_id="task-2")
        whole_id, task_id = course.link.id, link.id
        coordinator = a_coordinator(session, course)
    editor = Editor(app, coordinator, course.achievement.id)
    editor.begin()
    editor.press(
        "remove:rubric/tasks/task-2", {"rubric/tasks/task-1/maximum": "10", "title": "One task"}
    )
    page = editor.show("publish")
    editor.submit("publish", **publish_form(editor))

    assert "These activities stay on the version before" in page.text
    assert "Only the second task" in page.text
    with runtime.reading() as session:
        opened = {one: session.get_one(LinkBindingRow, one) for one in (whole_id, task_id)}
        new = published(runtime, course.achievement.id)
        assert opened[whole_id].achievement_version_id == new.id
        assert opened[task_id].achievement_version_id == course.version.id


def test_two_coordinators_publish_at_once(
    app: Flask, runtime: Runtime, course: Course, editor: Editor
) -> None:
    """One wins; the other reads who published what, and when."""
    with runtime.writing() as session:
        other = Editor(
            app, a_coordinator(session, course, name="Dora Other"), editor.achievement_id
        )
    forms = {one: publish_form(one) for one in (editor, other)}
    answers: list[int] = []

    def go(one: Editor) -> None:
        answers.append(one.submit("publish", **{**forms[one], "note": "Mine"}).status)

    threads = [threading.Thread(target=go, args=(one,)) for one in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    late = other.submit("publish", **forms[other])

    assert sorted(answers) == [200, 409]
    assert "Somebody was first" in late.text
    assert "Mine" in late.text
    assert published(runtime, editor.achievement_id).number == 1


def test_many_publish_the_same_draft(runtime: Runtime, course: Course, editor: Editor) -> None:
    """Under the services alone, eight at a time: one version, seven refusals of our own."""
    scope = ProgramScope(
        program_id=course.program.id,
        organisation_id=course.organisation.id,
        user_id=editor.launch.user_id,
    )
    with runtime.reading() as session:
        work = editing.get_work(session, scope, editor.achievement_id)
    page = revisions.Page(draft_id=work.draft_id, revision=work.revision, outline="")
    done: list[str] = []

    def go() -> None:
        try:
            with runtime.writing() as session:
                publishing.publish_draft(
                    session,
                    scope,
                    editor.achievement_id,
                    page=page,
                    reasons={},
                    note="",
                    clock=runtime.clock,
                    new_id=runtime.new_id,
                )
        except (LtiToolError, NotPublishableError) as error:
            done.append(error.code)
        else:
            done.append("published")

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == ["closed"] * 7 + ["published"]


def test_a_retired_badge_begins_nowhere(
    app: Flask, runtime: Runtime, coordinator: Launch, course: Course
) -> None:
    """Work that was begun goes on; the public page stays; nothing more is written of it."""
    with runtime.writing() as session:
        begun = Learner(app, a_launch(session, course, a_user(session, course)))
        new = Learner(app, a_launch(session, course, a_user(session, course)))
    begun.submit("/start")
    editor = Editor(app, coordinator, course.achievement.id)
    page = editor.submit("retire")

    assert "Retired. Nobody begins it anew" in page.text
    assert begun.get("/work").form(begun.url("/work"))
    assert new.post("/start").status_code == 409
    assert editor.post("begin").status_code == 409
    assert editor.post("retire").status_code == 409
    public = app.test_client().get(f"/achievements/{course.version.id}", base_url=BASE)
    assert public.status_code == 200


def test_an_import_stops_the_desk_from_publishing_over_it(
    runtime: Runtime, course: Course, editor: Editor
) -> None:
    """Until a coordinator has chosen which to go on with."""
    form = publish_form(editor)
    with runtime.writing() as session:
        import_definition(
            session,
            a_definition(id="slot", title="From a file", position=2),
            program=course.program.slug,
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
    refused = editor.submit("publish", **form)
    editor.press("keep-mine")
    editor.submit("publish", **publish_form(editor))

    assert refused.status == 409
    assert "imported from a file" in refused.text
    assert published(runtime, editor.achievement_id).title == "Slot"


def test_the_command_line_publishes_beside_a_draft(runtime: Runtime, editor: Editor) -> None:
    """What was imported is published; the desk's draft becomes the version after it."""
    with runtime.writing() as session:
        import_definition(
            session,
            a_definition(id="slot", title="From a file", position=2),
            program="coaching",
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
        operating.publish_achievement(
            session,
            slug="slot",
            level_source=LevelSource.ASSESSOR,
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
    editor.press("keep-mine")
    editor.submit("publish", **publish_form(editor))
    row = published(runtime, editor.achievement_id)

    assert (row.number, row.title) == (2, "Slot")


def test_a_picture_of_ones_own(app: Flask, runtime: Runtime, editor: Editor) -> None:
    """Shown while it is written, published with its type, and part of the next version too."""
    form = editor.show("picture").form(editor.url("picture")).fields
    drawn = editor.answer(editor.url("picture") + "?shown=1")
    sent = {**form, "action": "own", "csrf_token": editor.token()}
    editor.call("POST", "picture", data={**sent, "file": (io.BytesIO(a_png()), "badge.png")})
    own = editor.answer(editor.url("picture") + "?shown=1")
    editor.submit("publish", **publish_form(editor))
    row = published(runtime, editor.achievement_id)
    client = app.test_client()

    assert drawn.mimetype == "image/svg+xml"
    assert (own.mimetype, own.data) == ("image/png", a_png())
    assert (row.image_type, row.image) == ("image/png", a_png())
    public = client.get(f"/achievements/{row.id}/image.png", base_url=BASE)
    assert (public.status_code, public.mimetype, public.data) == (200, "image/png", a_png())
    assert client.get(f"/achievements/{row.id}/image.svg", base_url=BASE).status_code == 404
    document = client.get(f"/achievements/{row.id}.json", base_url=BASE).get_json()
    assert document["image"]["id"].endswith("/image.png")
    editor.begin()
    assert editor.answer(editor.url("picture") + "?shown=1").mimetype == "image/png"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", "This is no PNG"),
        (a_png(50), "90 to 2000 pixels"),
        (a_png(height=200), "as wide as it is high"),
        (a_png() + bytes(600_000), "at most 500 kB"),
        (b"", "This is no PNG"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(editor: Editor, data: bytes, words: str) -> None:
    """At the field."""
    form = editor.show("picture").form(editor.url("picture")).fields
    sent = {**form, "action": "own", "file": (io.BytesIO(data), "x.png")}
    answer = editor.call("POST", "picture", data=sent, headers={"Accept": "text/html"})

    assert answer.status_code == 422
    assert words in answer.text


def test_others_find_none_of_it(app: Flask, runtime: Runtime, editor: Editor) -> None:
    """Publishing, versions, picture and retiring are the coordinators'."""
    with runtime.writing() as session:
        stranger = Visitor(app, a_coordinator(session, a_course(session, slug="elsewhere")))
    place = f"/desk/badges/{editor.achievement_id}"
    for page in ("publish", "versions", "picture"):
        assert stranger.get(f"{place}/{page}").status == 404
    for action in ("publish", "retire", "begin", "edit", "picture"):
        assert (
            stranger.post(f"{place}/{action}", draft=str(UUID(int=1)), revision="1").status_code
            == 404
        )
