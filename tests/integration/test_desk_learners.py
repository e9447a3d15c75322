"""The program's grid over HTTP: who is in it, what it says of them, and its CSV."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lti_tool.runtime import Runtime
from lti_tool.store.rows import AttemptRow, AwardRow, DecisionRow, UserRow
from lti_tool.values import Launch, Role
from tests.coordinators import a_coordinator
from tests.pages import Visitor
from tests.rows import (
    NOW,
    Course,
    a_course,
    a_launch,
    a_submission,
    a_user,
    a_version,
    an_achievement,
    an_attempt,
    an_id,
    stored,
)


@pytest.fixture
def course(runtime: Runtime) -> Course:
    """A course whose link opens the first badge of a program of two."""
    with runtime.writing() as session:
        course = a_course(session)
        a_version(session, an_achievement(session, course.program, slug="two", position=2))
        return course


@pytest.fixture
def desk(app: Flask, runtime: Runtime, course: Course) -> Visitor:
    """The coordinator's browser."""
    with runtime.writing() as session:
        return Visitor(app, a_coordinator(session, course))


def a_learner(session: Session, course: Course, name: str, state: str = "") -> UserRow:
    """Store a learner; with a `state` also an attempt at the first badge."""
    user = a_user(session, course, name=name)
    if state:
        an_attempt(session, a_submission(session, course, user), state=state)
    return user


def award(session: Session, course: Course, user: UserRow, *, is_revoked: bool = False) -> None:
    """Award the first badge for the learner's decided attempt."""
    attempt = session.query(AttemptRow).order_by(AttemptRow.created_at).all()[-1]
    decision = stored(
        session,
        DecisionRow(
            id=an_id(),
            attempt_id=attempt.id,
            verdict="awarded",
            released_by=user.id,
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
    stored(
        session,
        AwardRow(
            origin="decision",
            id=an_id(),
            decision_id=decision.id,
            earner_id=user.earner_id,
            achievement_id=course.achievement.id,
            achievement_version_id=course.version.id,
            evidence_page_id=an_id(),
            awarded_at=NOW,
            revoked_at=NOW if is_revoked else None,
            revocation_reason="",
        ),
    )


def learners(course: Course, query: str = "") -> str:
    """Return the address of the grid."""
    return f"/desk/{course.program.id}/learners{query}"


def cells(desk: Visitor, course: Course, query: str = "") -> list[list[str]]:
    """Return the rows of the CSV without its header."""
    answer = desk.answer(f"/desk/{course.program.id}/learners.csv{query}")
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]


def test_everybody_who_began_is_listed_once(
    runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """With the state of the newest attempt, by name; who only opened the course is not there."""
    with runtime.writing() as session:
        a_learner(session, course, "Bo Li", "submitted")
        a_learner(session, course, "Ada Learner", "draft")
        a_learner(session, course, "Nobody Yet")
        awarded = a_learner(session, course, "Chidi O.", "decided")
        award(session, course, awarded)
    with runtime.writing() as session:
        declined = a_learner(session, course, "Dana Q.", "decided")
        assert declined

    page = desk.get(learners(course))

    assert "4 learners" in page.text
    assert "Nobody Yet" not in page.text
    assert [(row[0], row[1], row[3]) for row in cells(desk, course)] == [
        ("Ada Learner", "draft", ""),
        ("Bo Li", "submitted", ""),
        ("Chidi O.", "awarded", ""),
        ("Dana Q.", "not_awarded", ""),
    ]


def test_a_revoked_award_is_told_until_there_is_something_newer(
    runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """It is neither earned nor forgotten."""
    with runtime.writing() as session:
        award(session, course, a_learner(session, course, "Ada", "decided"), is_revoked=True)

    assert [row[1] for row in cells(desk, course)] == ["revoked"]


@pytest.mark.parametrize(
    ("standing", "names"),
    [("earned", ["Chidi"]), ("working", ["Ada", "Bo"]), ("none", [])],
)
def test_learners_are_asked_for_by_badge(
    runtime: Runtime, course: Course, desk: Visitor, standing: str, names: list[str]
) -> None:
    """The counts above the columns say the same."""
    with runtime.writing() as session:
        a_learner(session, course, "Bo", "submitted")
        a_learner(session, course, "Ada", "draft")
        award(session, course, a_learner(session, course, "Chidi", "decided"))

    query = f"?badge={course.achievement.id}:{standing}"

    assert [row[0] for row in cells(desk, course, query)] == names
    assert "1 earned, 2 at work" in desk.get(learners(course)).text


def test_names_and_courses_narrow_it(runtime: Runtime, course: Course, desk: Visitor) -> None:
    """Whatever the case; signs of a pattern are letters."""
    with runtime.writing() as session:
        for name in ("Ada Lovelace", "Bo 100%", "=cmd"):
            a_learner(session, course, name, "draft")

    assert [row[0] for row in cells(desk, course, "?name=LOVE")] == ["Ada Lovelace"]
    assert [row[0] for row in cells(desk, course, "?name=%25")] == ["Bo 100%"]
    assert next(row[0] for row in cells(desk, course, f"?course={course.context.id}")) == "'=cmd"
    assert cells(desk, course, f"?course={an_id()}") == []
    assert "Nobody like that" in desk.get(learners(course, "?name=zzz")).text


@pytest.mark.parametrize(
    "query", ["?badge=x:earned", "?course=x", "?page=-4", "?page=x", "?badge=:", "?name=%00"]
)
def test_a_question_that_is_none_filters_nothing(
    runtime: Runtime, course: Course, desk: Visitor, query: str
) -> None:
    """The page is there all the same."""
    with runtime.writing() as session:
        a_learner(session, course, "Ada", "draft")

    assert "1 learner" in desk.get(learners(course, query)).text


def test_another_programs_learners_are_not_there(
    app: Flask, runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """Neither on the page nor for whoever coordinates elsewhere; test users nowhere."""
    with runtime.writing() as session:
        foreign = a_course(session, slug="elsewhere")
        a_learner(session, foreign, "Not Ours", "draft")
        a_learner(session, course, "Test Student", "draft").is_test = True
        stranger: Launch = a_coordinator(session, foreign)
        teacher = a_launch(
            session, course, a_user(session, course, Role.INSTRUCTOR), Role.INSTRUCTOR
        )

    assert cells(desk, course) == []
    assert "No learners yet" in desk.get(learners(course)).text
    for launch in (stranger, teacher):
        assert Visitor(app, launch).answer(learners(course)).status_code == 404
        assert Visitor(app, launch).answer(learners(course, ".csv")).status_code == 404


def test_many_learners_come_in_pages(runtime: Runtime, course: Course, desk: Visitor) -> None:
    """A page has fifty, the file has all."""
    with runtime.writing() as session:
        for number in range(53):
            a_learner(session, course, f"Learner {number:02}", "draft")

    assert "Learner 50" not in desk.get(learners(course)).text
    second = desk.get(learners(course, "?page=2"))
    assert "Learner 52" in second.text
    assert "Page 2 of 2" in second.text
    assert len(cells(desk, course)) == 53
