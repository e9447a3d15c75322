"""Pasting a table on the desk, over HTTP: read, looked through, taken, undone, refused."""

import re

import pytest
from flask import Flask

from lti_tool.runtime import Runtime
from lti_tool.values import Launch, Role
from tests.coordinators import a_coordinator
from tests.pages import Visitor
from tests.rows import Course, a_course, a_launch, a_user

TABLE = """Listening Well Badge (2 of 4) of the Harbour Program

What it is about. Participants must score 4 points or more.

Competency\tStrong [3]\tFair [1]
1. Listens Definition: Hears what is said.\tHears all of it\tHears some
2. Asks <script>alert(1)</script>\tAsks well\t
"""
HTML = (
    "<table><tr><th>Competency</th><th>Strong [3]</th><th>Fair [1]</th></tr>"
    "<tr><td>From markup</td><td>all</td><td>some</td></tr></table>"
)


@pytest.fixture
def course(runtime: Runtime) -> Course:
    """A course whose link opens the program's badge."""
    with runtime.writing() as session:
        return a_course(session)


@pytest.fixture
def coordinator(runtime: Runtime, course: Course) -> Launch:
    """Somebody who coordinates the program."""
    with runtime.writing() as session:
        return a_coordinator(session, course)


@pytest.fixture
def desk(app: Flask, coordinator: Launch) -> Visitor:
    """The coordinator's browser."""
    return Visitor(app, coordinator)


@pytest.fixture
def slot(desk: Visitor, course: Course) -> str:
    """An empty place of the program: the address of its pages."""
    page = desk.submit(f"/desk/{course.program.id}/badges")
    found = re.findall(r"/desk/badges/([0-9a-f-]{36})/", page.text)
    return f"/desk/badges/{found[-1]}"


def test_what_was_read_is_shown_before_it_is_taken(desk: Visitor, slot: str) -> None:
    """With what is unclear at its place; a script in a cell is text."""
    page = desk.submit(f"{slot}/paste", text=TABLE, html="", action="read")

    assert page.status == 200
    assert "2 competencies were read" in page.text
    assert "unclear" in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert "Begin blank" in desk.get(f"{slot}/edit").text


def test_a_table_becomes_the_draft_and_can_be_undone(desk: Visitor, slot: str) -> None:
    """Competencies, levels, points, the rule and the title are in the editor."""
    desk.submit(f"{slot}/paste", text=TABLE, html="", action="read")
    page = desk.submit(f"{slot}/paste", text=TABLE, html="", action="use")
    fields = page.form(desk.url(f"{slot}/edit")).fields

    assert "The table is in the editor" in page.text
    assert fields["title"] == "Listening Well"
    titles = [
        text for name, text in fields.items() if re.fullmatch(r"rubric/criteria/[^/]+/title", name)
    ]
    assert titles[0] == "Listens"
    assert len(titles) == 2
    assert fields["conditions/0/points"] == "4"
    undone = desk.submit(f"{slot}/edit", **{**fields, "action": "undo"})
    assert "Listens" not in undone.text


def test_markup_counts_where_the_clipboard_had_some(desk: Visitor, slot: str) -> None:
    """The text beside it is what people see."""
    page = desk.submit(f"{slot}/paste", text="whatever", html=HTML, action="read")

    assert "From markup" in page.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Nothing was pasted"),
        ("just words", "There is no table in it"),
        ("a\tb\n" * 10_001, "too large for a rubric"),
    ],
)
def test_what_cannot_be_read_says_why(desk: Visitor, slot: str, text: str, words: str) -> None:
    """Nothing typed is lost, and nothing is begun."""
    page = desk.submit(f"{slot}/paste", text=text, html="", action="use")

    assert page.status == 422
    assert words in page.text
    assert "Begin blank" in desk.get(f"{slot}/edit").text


def test_a_paste_that_is_no_request_of_ours(desk: Visitor, slot: str) -> None:
    """The page stands where it was."""
    assert desk.answer(f"{slot}/paste").status_code == 200
    assert desk.post(f"{slot}/paste").status_code == 422


def test_others_paste_nothing(app: Flask, runtime: Runtime, course: Course, slot: str) -> None:
    """Who does not coordinate the program finds no such page."""
    with runtime.writing() as session:
        user = a_user(session, course, Role.INSTRUCTOR)
        other = Visitor(app, a_launch(session, course, user, Role.INSTRUCTOR))

    assert other.answer(f"{slot}/paste").status_code == 404
    assert other.post(f"{slot}/paste", text=TABLE, action="use").status_code == 404
