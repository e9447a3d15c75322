"""Trying a rule and looking at a badge from the desk, over HTTP."""

from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from badges.conditions import AllOf, CountAtLeast, Holds, TotalAtLeast
from badges.definition import publish
from lti_tool.runtime import Runtime
from tests.coordinators import a_coordinator
from tests.editors import BLANK, Editor, a_slot
from tests.factories import a_definition, a_task_rubric, an_artefact_requirement
from tests.pages import BASE, Page
from tests.rows import Course, a_course

PREVIEWS = ("learner", "work", "assessor", "credential")


@pytest.fixture
def course(runtime: Runtime) -> Course:
    """A course whose one link opens a badge of the program."""
    with runtime.writing() as session:
        return a_course(session)


@pytest.fixture
def editor(app: Flask, runtime: Runtime, course: Course) -> Editor:
    """A coordinator's browser at the published badge."""
    with runtime.writing() as session:
        return Editor(app, a_coordinator(session, course), course.achievement.id)


@pytest.fixture
def slot(app: Flask, runtime: Runtime, course: Course) -> Editor:
    """A coordinator's browser at a slot that was begun blank."""
    with runtime.writing() as session:
        coordinator = a_coordinator(session, course)
        slot = Editor(app, coordinator, a_slot(session, course).id)
    slot.begin()
    return slot


def tried(editor: Editor, given: dict[str, str]) -> Page:
    """The page with something typed in."""
    return editor.show(f"try?{urlencode(given)}")


def test_levels_are_clicked_and_the_rule_answers(editor: Editor) -> None:
    """Open until all are rated, then earned or not, with the reason."""
    high = {f"level:{one}": "p5" for one in "abcd"}

    assert "Not decided: 0 of 4 rated" in tried(editor, {}).text
    assert "Not decided: 1 of 4 rated" in tried(editor, {"level:a": "p5"}).text
    assert "The badge is earned" in tried(editor, high).text
    low = tried(editor, {**high, "level:d": "p1"})
    assert "The badge is not earned" in low.text
    assert "Not met" in low.text


def test_nonsense_rates_nothing(editor: Editor) -> None:
    """Unknown levels, unknown names, letters, endless numbers."""
    page = tried(editor, {"level:a": "nobody", "level:zzz": "p5", "x" * 50: "9" * 5000})

    assert page.status == 200
    assert "Not decided: 0 of 4 rated" in page.text


def test_scores_are_typed_where_tasks_make_levels(app: Flask, runtime: Runtime) -> None:
    """The total and its level stand below; what no task allows is told at its field."""
    with runtime.writing() as session:
        definition = publish(a_definition(rubric=a_task_rubric()))
        course = a_course(session, slug="tasks", definition=definition)
        editor = Editor(app, a_coordinator(session, course), course.achievement.id)
    every = {f"task:{one}:task-{n}": "5" for one in "abcd" for n in (1, 2)}

    earned = tried(editor, every)
    wrong = tried(editor, {**every, "task:a:task-1": "9", "task:b:task-1": "two"})

    assert "Total 10" in earned.text
    assert "The badge is earned" in earned.text
    assert "A whole number from 0–5" in wrong.text
    assert "A number, please." in wrong.text
    assert "Not decided: 2 of 4 rated" in wrong.text


def test_what_else_a_rule_asks_is_asked(app: Flask, runtime: Runtime) -> None:
    """How many are handed in, and which other badges are held."""
    facts = AllOf(
        conditions=(CountAtLeast(of="evidence", count=2), Holds(achievement="another-badge"))
    )
    with runtime.writing() as session:
        definition = publish(
            a_definition(
                conditions=(TotalAtLeast(points=Decimal(12)), facts),
                artefact_requirements=(an_artefact_requirement(),),
            )
        )
        course = a_course(session, slug="facts", definition=definition)
        editor = Editor(app, a_coordinator(session, course), course.achievement.id)
    high = {f"level:{one}": "p5" for one in "abcd"}

    assert "not earned" in tried(editor, high).text
    enough = {**high, "count:evidence": "2", "held:another-badge": "yes"}
    assert "The badge is earned" in tried(editor, enough).text


def test_a_draft_is_tried_before_it_is_published(slot: Editor) -> None:
    """What it lacks is told until it can be."""
    lacking = slot.show("try")
    slot.press("add:conditions", {**BLANK, "choice:conditions": "every_criterion_at_least"})
    slot.type({"conditions/0/level_id": "level-2"})

    assert "It cannot be tried yet" in lacking.text
    assert "This is still missing." in lacking.text
    assert "The badge is earned" in tried(slot, {"level:competency": "level-2"}).text
    assert "not earned" in tried(slot, {"level:competency": "level-3"}).text


@pytest.mark.parametrize("kind", PREVIEWS)
def test_a_badge_is_looked_at_as_others_would(editor: Editor, kind: str) -> None:
    """The real pages; nothing on them runs or is sent."""
    frames = editor.show(f"preview?of={kind}")
    answer = editor.answer(editor.url(f"preview/{kind}"))

    assert f'src="{editor.url("preview/" + kind)}"' in frames.text
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox allow-same-origin")
    assert "A preview: nothing here is stored" in answer.text
    assert "A badge" in answer.text
    editor.get(f"preview/{kind}")


@pytest.mark.parametrize("kind", PREVIEWS)
def test_a_draft_is_looked_at_once_it_can_be_read(slot: Editor, kind: str) -> None:
    """Before, there is nothing to show."""
    assert "It cannot be shown yet" in slot.show(f"preview?of={kind}").text
    assert slot.show(f"preview/{kind}").status == 404

    slot.press("add:conditions", {**BLANK, "choice:conditions": "total_at_least"})
    slot.type({"conditions/0/points": "3", "title": "Written now"})

    assert "Written now" in slot.show(f"preview/{kind}").text


def test_the_credential_is_nobodys_and_unsigned(editor: Editor) -> None:
    """It says so, and holds no proof."""
    text = editor.show("preview/credential").text

    assert "Preview: not signed, of nobody" in text
    assert "Sam Sample" in text
    assert "&#34;proof&#34;" not in text
    assert "OpenBadgeCredential" in text


def test_nobody_else_tries_or_looks(app: Flask, runtime: Runtime, editor: Editor) -> None:
    """A coordinator of another program finds nothing."""
    with runtime.writing() as session:
        stranger = a_coordinator(session, a_course(session, slug="elsewhere"))
    other = Editor(app, stranger, editor.achievement_id)

    for path in ("try", "preview", *(f"preview/{kind}" for kind in PREVIEWS)):
        assert other.answer(other.url(path)).status_code == 404
    assert app.test_client().get(quote(editor.url("try")), base_url=BASE).status_code == 401
