"""The program desk over HTTP: who gets in, whom they let in, and what the log says of it."""

import re
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.errors import InvalidFieldsError
from lti_tool.runtime import Runtime
from lti_tool.services.desk import coordinating
from lti_tool.store.rows import (
    AuditEventRow,
    ProgramCoordinatorRow,
    ProgramRow,
    SubmissionRow,
    UserRow,
)
from lti_tool.values import Launch, Role
from tests.conftest import FakeClock
from tests.coordinators import a_coordinator
from tests.pages import Page, Visitor
from tests.rows import Course, a_context, a_course, a_launch, a_user

DESK = "/desk/"


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
def desk(app: Flask, coordinator: Launch) -> Visitor:
    """The coordinator's browser."""
    return Visitor(app, coordinator)


def invite(runtime: Runtime, course: Course) -> str:
    """Return the code of an operator's invitation."""
    with runtime.writing() as session:
        return coordinating.invite(
            session,
            course.program.id,
            label="",
            invited_by=None,
            clock=runtime.clock,
            new_id=runtime.new_id,
            random_bytes=runtime.random_bytes,
        )


def somebody(runtime: Runtime, course: Course, role: Role = Role.INSTRUCTOR) -> Launch:
    """Return the launch of one more person in the course."""
    with runtime.writing() as session:
        return a_launch(session, course, a_user(session, course, role, name="Ben Other"), role)


def actions(runtime: Runtime) -> list[str]:
    """Return what the log says was done, oldest first."""
    with runtime.reading() as session:
        return list(session.scalars(select(AuditEventRow.action).order_by(AuditEventRow.at)))


def place(course: Course, end: str = "") -> str:
    """Return an address of the program's desk."""
    return f"/desk/{course.program.id}/{end}"


def test_an_invitation_makes_one_person_a_coordinator(
    app: Flask, runtime: Runtime, course: Course
) -> None:
    """Typed in any case, with or without hyphens; a second person reads what to do."""
    code = invite(runtime, course)
    first, second = somebody(runtime, course), somebody(runtime, course)

    welcome = Visitor(app, first).submit("/desk/invite", code=f" {code.lower().replace('-', ' ')} ")
    refused = Visitor(app, second).submit("/desk/invite", code=code)

    assert "You now look after this program" in welcome.text
    assert refused.status == 422
    assert "was used already" in refused.text
    assert code in refused.text
    assert actions(runtime) == ["coordinator.invited", "coordinator.joined"]


def test_of_two_at_once_one_comes_in(app: Flask, runtime: Runtime, course: Course) -> None:
    """The code is used up in one statement."""
    code = invite(runtime, course)
    visitors = [Visitor(app, somebody(runtime, course)) for _ in range(2)]
    pages: list[Page] = []
    threads = [
        threading.Thread(target=lambda one=one: pages.append(one.submit("/desk/invite", code=code)))
        for one in visitors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(page.status for page in pages) == [200, 422]
    with runtime.reading() as session:
        assert len(session.scalars(select(ProgramCoordinatorRow)).all()) == 1


@pytest.mark.parametrize(
    ("code", "words"), [("", "No invitation"), ("ABCD" * 6, "No invitation"), ("x" * 999, "No inv")]
)
def test_a_code_that_is_none(
    app: Flask, runtime: Runtime, course: Course, code: str, words: str
) -> None:
    """It says what to do and lets nobody in."""
    page = Visitor(app, somebody(runtime, course)).submit("/desk/invite", code=code)

    assert page.status == 422
    assert words in page.text


def test_a_code_is_good_for_two_weeks(runtime: Runtime, course: Course, clock: FakeClock) -> None:
    """Then a new one is needed."""
    code, launch = invite(runtime, course), somebody(runtime, course)
    clock.advance(hours=24 * 14)

    with runtime.writing() as session, pytest.raises(InvalidFieldsError) as refused:
        coordinating.accept_invite(session, launch, code, clock=clock, new_id=runtime.new_id)

    assert refused.value.faults == {"code": ("invite_over", None)}


def test_a_code_of_another_organisation_is_unknown(
    app: Flask, runtime: Runtime, course: Course
) -> None:
    """Nobody learns that it exists."""
    with runtime.writing() as session:
        foreign = a_course(session, slug="elsewhere")
    page = Visitor(app, somebody(runtime, foreign)).submit(
        "/desk/invite", code=invite(runtime, course)
    )

    assert "No invitation has this code" in page.text


@pytest.mark.usefixtures("coordinator")
def test_everybody_else_reads_whom_to_ask(app: Flask, runtime: Runtime, course: Course) -> None:
    """On the desk, and at the settings of a badge."""
    visitor = Visitor(app, somebody(runtime, course))

    for path in (DESK, f"/desk/badges/{course.achievement.id}/"):
        page = visitor.get(path)
        assert page.status == 200
        assert "Cleo Coordinator" in page.text
    for end in ("", "people", "courses", "log"):
        assert visitor.answer(place(course, end)).status_code == 404
    assert visitor.post(place(course, "badges")).status_code == 404
    assert visitor.post(place(course, "people"), action="invite").status_code == 404


def test_a_coordinator_of_another_program_gets_nowhere(
    app: Flask, runtime: Runtime, course: Course
) -> None:
    """Of another organisation, too: nothing is found."""
    with runtime.writing() as session:
        foreign = a_coordinator(session, a_course(session, slug="elsewhere"))
    visitor = Visitor(app, foreign)

    assert visitor.answer(place(course)).status_code == 404
    assert visitor.answer(f"/desk/badges/{course.achievement.id}/").status_code == 404


def test_a_program_has_its_badges_and_new_places(desk: Visitor, course: Course) -> None:
    """One is defined; a new place is empty, and nobody can work toward it."""
    assert "1 of 1 badge defined" in desk.get(DESK).text

    page = desk.submit(place(course, "badges"))

    assert "1 of 2 badges defined" in page.text
    assert "An empty place" in page.text
    assert "Not open yet" in desk.get("/bind").text


def test_coordinators_come_and_go_but_the_last_stays(
    app: Flask, runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """Whoever left finds the desk closed at once, and may be invited again."""
    last = desk.submit(place(course, "people"), action="leave")
    assert last.status == 409
    assert "last coordinator stays" in last.text

    page = desk.submit(place(course, "people"), action="invite", label="Ben")
    code = re.findall(r'id="code">([A-Z2-7-]+)<', page.text)[0]
    assert code not in desk.get(place(course, "people")).text
    other = Visitor(app, somebody(runtime, course))
    other.submit("/desk/invite", code=code)
    assert desk.post(place(course, "people"), action="leave").status_code == 303

    assert desk.answer(place(course)).status_code == 404
    assert "Ben Other" in desk.get(DESK).text
    desk.submit("/desk/invite", code=invite(runtime, course))
    assert desk.answer(place(course)).status_code == 200


def test_an_invitation_can_be_withdrawn(
    app: Flask, runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """Nobody comes in by it any more."""
    page = desk.submit(place(course, "people"), action="invite", label="Somebody")
    code = re.findall(r'id="code">([A-Z2-7-]+)<', page.text)[0]
    withdraw = re.findall(r'value="(withdraw:[0-9a-f-]+)"', page.text)[0]

    assert "no longer be used" in desk.submit(place(course, "people"), action=withdraw).text
    refused = Visitor(app, somebody(runtime, course)).submit("/desk/invite", code=code)
    assert "This invitation is over" in refused.text


def test_assessors_are_named_with_what_they_may_do(
    runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """Only people who teach where the badges are worked on can be named."""
    other, learner = somebody(runtime, course), somebody(runtime, course, Role.LEARNER)
    people = place(course, "people")

    desk.submit(people, action="release_by", release_by="named")
    page = desk.submit(people, action="name", assessor=str(other.user_id), releases="yes")
    assert "rates and releases" in page.text
    page = desk.submit(people, action=f"may_rate:{other.user_id}")
    assert "rates and releases" not in page.text
    desk.submit(people, action=f"unname:{other.user_id}")

    assert desk.post(people, action=f"name:{learner.user_id}").status_code == 404
    with runtime.reading() as session:
        assert session.get_one(ProgramRow, course.program.id).release_by == "named"
    assert actions(runtime) == [
        "program.release_by",
        "assessor.named",
        "assessor.named",
        "assessor.removed",
    ]


def test_a_course_that_is_not_named_can_neither_choose_nor_begin(
    app: Flask, runtime: Runtime, course: Course, desk: Visitor
) -> None:
    """It reads whom to ask; a named one goes on."""
    with runtime.writing() as session:
        other = a_context(session, course.deployment, lti_context_id="course-2")
    courses = place(course, "courses")
    desk.submit(courses, courses="named", named=[str(other.id)], **{f"until.{other.id}": ""})
    learner = Visitor(app, somebody(runtime, course, Role.LEARNER))

    assert "Not in this course" in desk.get("/bind").text
    refused = desk.submit("/bind", achievement=str(course.version.id))
    assert refused.status == 422
    assert "Not open in this course" in learner.get("/activity").text
    assert learner.post("/start").status_code == 409

    desk.submit(courses, courses="named", named=[str(course.context.id)])
    assert learner.post("/start").status_code == 303
    with runtime.reading() as session:
        assert session.scalars(select(SubmissionRow)).one().context_id == course.context.id


def test_a_term_ends_with_its_day(
    app: Flask, runtime: Runtime, course: Course, desk: Visitor, clock: FakeClock
) -> None:
    """On the day itself work may begin, a day later no more; what was begun goes on."""
    today, until = clock().date(), f"until.{course.context.id}"
    ends: dict[str, str | list[str]] = {"courses": "named", "named": [str(course.context.id)]}
    early = Visitor(app, somebody(runtime, course, Role.LEARNER))
    late = Visitor(app, somebody(runtime, course, Role.LEARNER))

    desk.submit(place(course, "courses"), **ends, **{until: today.isoformat()})
    assert early.post("/start").status_code == 303
    desk.submit(
        place(course, "courses"), **ends, **{until: (today - timedelta(days=1)).isoformat()}
    )

    assert late.post("/start").status_code == 409
    assert early.get("/work").status == 200


def test_a_day_that_is_none_is_kept_on_the_page(desk: Visitor, course: Course) -> None:
    """Nothing is stored, nothing typed is lost."""
    page = desk.submit(
        place(course, "courses"),
        courses="named",
        named=[str(course.context.id)],
        **{f"until.{course.context.id}": "soon"},
    )

    assert page.status == 422
    assert 'value="soon"' in page.text
    assert "Every course of the institution" in page.text


def test_the_log_says_who_did_what(runtime: Runtime, desk: Visitor, course: Course) -> None:
    """Newest first, with names; markup in them stays text."""
    with runtime.writing() as session:
        session.get_one(UserRow, desk.launch.user_id).name = "<b>Cleo</b>"
    desk.submit(place(course, "people"), action="invite", label="<i>Ben</i>")

    page = desk.get(place(course, "log"))

    assert "Made an invitation" in page.text
    assert "&lt;b&gt;Cleo&lt;/b&gt;" in page.text
    assert "&lt;i&gt;Ben&lt;/i&gt;" in page.text


@pytest.mark.parametrize("page", ["-1", "0", "99999999999999999999", "x"])
def test_a_page_of_the_log_that_is_none(desk: Visitor, course: Course, page: str) -> None:
    """The nearest one is shown."""
    assert desk.answer(f"{place(course, 'log')}?page={page}").status_code == 200


@pytest.mark.parametrize("action", ["", "unheard-of", "end:x", "withdraw:", "unname:1"])
def test_a_button_that_is_none(desk: Visitor, course: Course, action: str) -> None:
    """Refused, and nothing changes."""
    assert desk.post(place(course, "people"), action=action).status_code == 422
