"""The editor of a badge over HTTP: with and without scripts, alone and beside others."""

from uuid import UUID

import pytest
from flask import Flask

from badges.definition import parse_definition
from lti_tool.runtime import Runtime
from lti_tool.services.desk import structure
from lti_tool.services.importing import import_definition
from lti_tool.store.rows import DefinitionRevisionRow, ProgramCoordinatorRow
from lti_tool.values import Launch, ProgramScope
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.editors import BLANK, Editor, a_slot
from tests.factories import a_definition
from tests.pages import Visitor
from tests.rows import Course, a_course

TITLE = "rubric/criteria/competency/title"
SCRIPT = "<script>alert('x')</script>"


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
def slot(runtime: Runtime, course: Course) -> UUID:
    """An empty slot of the program."""
    with runtime.writing() as session:
        return a_slot(session, course).id


@pytest.fixture
def editor(app: Flask, coordinator: Launch, slot: UUID) -> Editor:
    """The coordinator's browser at the empty slot."""
    return Editor(app, coordinator, slot)


@pytest.fixture
def begun(editor: Editor) -> Editor:
    """The same, once the slot is begun blank."""
    editor.begin()
    return editor


@pytest.fixture
def other(app: Flask, runtime: Runtime, course: Course, slot: UUID) -> Editor:
    """Another coordinator's browser at the same slot."""
    with runtime.writing() as session:
        launch = a_coordinator(session, course, name="Dora Other")
    return Editor(app, launch, slot)


def test_a_slot_is_begun_blank(editor: Editor) -> None:
    """Three ways to begin; a blank one has a competency with three levels to fill in."""
    start = editor.show()
    begun = editor.begin()

    assert "Begin blank" in start.text
    assert begun.form(editor.url("edit")).fields["title"] == "Slot"
    assert "still to do" in begun.text
    assert begun.form(editor.url("edit")).fields[TITLE] == ""


def test_a_slot_is_begun_like_another_badge(editor: Editor, course: Course) -> None:
    """The shape alone; every number waits for a tick, and one button ticks those of a table."""
    begun = editor.begin(like=course.achievement.id)
    numbers = begun.text.count(">not confirmed<")
    ticked = editor.press("confirm:rubric/criteria")

    assert numbers > 3
    assert "What a means." not in begun.text
    assert 0 < ticked.text.count(">not confirmed<") < numbers


def test_without_scripts_everything_is_a_button(begun: Editor) -> None:
    """Saving, adding, moving and removing; nothing typed is lost on the way."""
    added = begun.press("add:rubric/criteria", {"title": "Typed", TITLE: "First"})
    second = "rubric/criteria/competency-2/title"
    moved = begun.press("up:rubric/criteria/competency-2", {second: "Second"})
    removed = begun.press("remove:rubric/criteria/competency")
    fields = begun.fields()

    assert added.url.startswith(begun.url("edit"))
    assert moved.text.index('value="Second"') < moved.text.index('value="First"')
    assert removed.status == 200
    assert (fields["title"], fields[second]) == ("Typed", "Second")
    assert TITLE not in fields


def test_undo_and_redo_step_through_what_was_done(begun: Editor) -> None:
    """Typing in one field is one step; a new change ends what could be redone."""
    begun.type({"title": "On"})
    begun.type({"title": "One"})
    begun.press("add:prompts")
    begun.press("undo")
    begun.press("undo")
    before = begun.fields()["title"]
    begun.press("redo")
    after = begun.fields()["title"]
    page = begun.press("save", {"title": "Two"})

    assert (before, after) == ("Slot", "One")
    assert "action=redo" in page.form(begun.url("edit")).actions
    assert begun.press("redo").form(begun.url("edit")).fields["title"] == "Two"


def test_a_save_by_script_speaks_of_the_field(begun: Editor) -> None:
    """The revision goes up, and the list says what is wrong where."""
    answer = begun.type({"conditions": "x"})
    assert answer.status_code == 422

    saved = begun.type({"credit_hours": "many"}).get_json()

    assert saved["revision"] == 2
    assert 'data-severity="error" data-place="credit_hours"' in saved["regions"]["problems"]
    assert begun.fields()["credit_hours"] == "many"


def test_two_people_write_different_fields(begun: Editor, other: Editor) -> None:
    """Both are kept, each page learns what the other wrote, and whom it is shared with."""
    mine, theirs = begun.fields(), other.fields()
    begun.type({"title": "Mine"}, mine)
    answer = other.type({"description": "Theirs"}, theirs)

    assert answer.status_code == 200
    assert answer.get_json()["fields"] == {"title": "Mine"}
    assert "Cleo Coordinator" in answer.get_json()["regions"]["others"]
    assert (begun.fields()["title"], begun.fields()["description"]) == ("Mine", "Theirs")
    assert "Dora Other" in begun.show().text


def test_two_people_write_the_same_field(begun: Editor, other: Editor) -> None:
    """Nothing is written over: the later one sees both texts, with scripts and without."""
    mine, theirs = begun.fields(), other.fields()
    begun.type({"title": "Mine"}, mine)
    stale = other.type({"title": "Theirs"}, theirs)
    refused = other.submit("edit", **{**theirs, "title": "Theirs", "action": "save"})
    kept = refused.form(other.url("edit")).fields
    chosen = other.submit("edit", **{**kept, "action": "save"})

    assert stale.status_code == 409
    assert stale.get_json()["fields"] == {"title": "Mine"}
    assert refused.status == 409
    assert "Changed in two places" in refused.text
    assert kept["title"] == "Theirs"
    assert chosen.status == 200
    assert begun.fields()["title"] == "Theirs"


def test_whoever_was_seen_long_ago_is_not_told_of(
    begun: Editor, other: Editor, clock: FakeClock
) -> None:
    """A minute without a sign is gone."""
    other.show()
    assert "Dora Other" in begun.show().text

    clock.advance(minutes=2)

    assert "Dora Other" not in begun.show().text


def test_a_save_into_what_somebody_removed(begun: Editor, other: Editor) -> None:
    """The text is not lost: it is told that its place is gone."""
    begun.press("add:rubric/criteria", {TITLE: "First"})
    late = other.fields()
    begun.press("remove:rubric/criteria/competency")

    assert other.type({TITLE: "Late"}, late).status_code == 409


def test_a_rule_that_was_rebuilt_takes_nothing_by_position(begun: Editor, other: Editor) -> None:
    """The first condition is another one now: the page has to be loaded again."""
    begun.press("add:conditions", {"choice:conditions": "total_at_least"})
    late = other.fields()
    begun.press("add:conditions", {"choice:conditions": "holds"})
    begun.press("up:conditions/1")

    answer = other.type({"conditions/0/points": "12"}, late)
    page = other.submit("edit", **{**late, "conditions/0/points": "12", "action": "save"})

    assert (answer.status_code, answer.get_json()["error"]) == (409, "closed")
    assert (page.status, "12" in page.text) == (409, True)


def test_a_coordinator_who_left_reads_why_and_keeps_the_text(
    runtime: Runtime, begun: Editor, other: Editor, course: Course
) -> None:
    """Nothing is saved, with scripts or without; the page shows what was typed."""
    late = other.fields()
    with runtime.writing() as session:
        key = (course.program.id, other.launch.user_id)
        session.get_one(ProgramCoordinatorRow, key).ended_at = runtime.clock()

    page = other.submit("edit", **{**late, "title": "Written late", "action": "save"})

    assert page.status == 404
    assert "Somebody else looks after this program now" in page.text
    assert "Written late" in page.text
    assert begun.fields()["title"] == "Slot"


def test_others_read_whom_to_ask(app: Flask, runtime: Runtime, slot: UUID) -> None:
    """An instructor of another organisation finds nothing at all."""
    with runtime.writing() as session:
        stranger = a_coordinator(session, a_course(session, slug="elsewhere"))

    assert Visitor(app, stranger).get(f"/desk/badges/{slot}/edit").status == 404
    assert Visitor(app, stranger).get(f"/desk/badges/{slot}/").status == 404


def test_scripts_in_fields_are_text(begun: Editor) -> None:
    """Wherever the words are shown."""
    page = begun.press(
        "save",
        {name: SCRIPT for name in (*BLANK, "title", TITLE) if not name.endswith("points")},
    )

    assert SCRIPT not in page.text
    assert "&lt;script&gt;" in page.text


def test_an_import_and_a_draft_lose_neither(
    runtime: Runtime, begun: Editor, course: Course
) -> None:
    """The page asks which to go on with; taking the file can be undone."""
    begun.type({"title": "Written here"})
    with runtime.writing() as session:
        import_definition(
            session,
            a_definition(id="slot", title="From a file", position=2),
            program=course.program.slug,
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
    told = begun.show()
    taken = begun.press("take-theirs")
    back = begun.press("undo")

    assert "Another version came meanwhile" in told.text
    assert taken.form(begun.url("edit")).fields["title"] == "From a file"
    assert "Another version came meanwhile" not in taken.text
    assert back.form(begun.url("edit")).fields["title"] == "Written here"


def test_what_was_read_from_a_table_is_one_step(
    runtime: Runtime, editor: Editor, course: Course
) -> None:
    """It begins the draft, its mark stands at the field and waits for a tick, and can be undone."""
    scope = ProgramScope(
        program_id=course.program.id,
        organisation_id=course.organisation.id,
        user_id=editor.launch.user_id,
    )
    levels = [{"id": "high", "title": "High", "points": "3"}, {"id": "low", "title": "Low"}]
    table = {"criteria": [{"id": "one", "title": "Pasted words", "levels": levels}]}
    with runtime.writing() as session:
        structure.take_pasted(
            session,
            scope,
            editor.achievement_id,
            document={"rubric": table},
            marks=[("rubric/criteria/one/levels/low/points", "What is it worth?")],
            clock=runtime.clock,
            new_id=runtime.new_id,
        )
    page = editor.show()
    ticked = editor.press("save", {"confirm:levels/low/points": "true"})
    editor.press("undo")
    undone = editor.press("undo")

    assert page.text.count("What is it worth?") == 2
    assert "What is it worth?" not in ticked.text
    assert "Pasted words" in ticked.text
    assert "Pasted words" not in undone.text


def test_a_draft_is_thrown_away(begun: Editor) -> None:
    """What was there before is there again; a page that is still open saves nothing."""
    late = begun.fields()
    page = begun.press("discard", {"description": "Gone"})

    assert "Begin blank" in page.text
    begun.begin()
    assert begun.type({"description": "Late"}, late).status_code == 409
    assert begun.fields()["description"] == ""


def test_renaming_a_slot_names_it_everywhere(app: Flask, begun: Editor, course: Course) -> None:
    """The program's page calls it so at once."""
    begun.type({"title": "Listening"})

    assert "Listening" in Visitor(app, begun.launch).get(f"/desk/{course.program.id}/").text


def test_old_states_are_forgotten(runtime: Runtime, begun: Editor) -> None:
    """A hundred are kept; a save from before them is taken for a late one."""
    first = begun.fields()
    for number in range(105):
        late = {**first, "revision": str(int(first["revision"]) + number)}
        begun.type({"title": f"Title {number}"}, late)
    with runtime.reading() as session:
        assert session.query(DefinitionRevisionRow).count() <= 102

    assert begun.type({"title": "Late"}, first).status_code == 409
    assert begun.type({"title": "Title 104"}, first).status_code == 200


def test_what_is_published_begins_a_next_version(
    app: Flask, coordinator: Launch, course: Course
) -> None:
    """With everything that it says."""
    editor = Editor(app, coordinator, course.achievement.id)
    page = editor.begin()
    definition = parse_definition(course.version.document)

    assert "Version 2" in page.text
    assert page.form(editor.url("edit")).fields["title"] == definition.title


@pytest.mark.parametrize(
    "typed", [{"title": 5}, {"title": "x" * 30_000}, {"nobody/knows": "x"}, {"id": "x"}]
)
def test_what_no_field_is_called_is_refused(begun: Editor, typed: dict[str, str]) -> None:
    """By its name or its size; nothing is stored."""
    assert begun.type(typed).status_code == 422
    assert begun.fields()["revision"] == "1"
