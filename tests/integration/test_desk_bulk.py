"""Awards from a file, over HTTP: looked through, taken over step by step, tried by strangers."""

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.runtime import Runtime
from lti_tool.services.desk import entering
from lti_tool.store.rows import AuditEventRow, AwardRow, DecisionRow
from lti_tool.values import Role
from tests import rows
from tests.bulks import FAIL, PASS, RATED, Office, a_csv, an_office
from tests.pages import Form, Page, Visitor


@pytest.fixture
def office(runtime: Runtime) -> Office:
    """A course with three learners."""
    return an_office(runtime)


@pytest.fixture
def desk(app: Flask, office: Office) -> Visitor:
    """The coordinator's browser."""
    with office.runtime.writing() as session:
        launch = rows.a_launch(session, office.course, office.coordinator, Role.OTHER)
    return Visitor(app, launch)


def place(office: Office, table: str = "") -> str:
    """The page's address."""
    return f"/desk/{office.course.program.id}/bulk{table}"


def look(desk: Visitor, office: Office, data: bytes, **changes: str) -> Page:
    """Send a file to be looked through."""
    sent = {"badge": "one", "source": "The list", "action": "check", "text": data.decode()}
    return desk.submit(place(office), **(sent | changes))


def form_of(page: Page, action: str) -> Form:
    """The form with this button."""
    (form,) = (one for one in page.reader.forms if f"action={action}" in one.actions)
    return form


def press(desk: Visitor, page: Page, action: str) -> Page:
    """Press a button of the page."""
    fields = {**form_of(page, action).fields, "action": action}
    fields.pop("csrf_token")
    return desk.submit(form_of(page, action).action, **fields)


def test_a_file_is_looked_through_and_taken_over(desk: Visitor, office: Office) -> None:
    """Nothing is written before the button; then the page says what became of every row."""
    lines = [
        (one.sub, "", *given) for one, given in zip(office.learners, (PASS, FAIL), strict=False)
    ]
    seen = look(desk, office, a_csv(RATED, *lines, ("nobody", "", *PASS)))

    assert "1 row: the badge will be given" in seen.text
    assert "Let them open one in their course" in seen.text
    assert office.count(DecisionRow) == 0

    done = press(desk, seen, "award")

    assert "The file is done" in done.text
    assert "1 row: the badge is given" in done.text
    assert "1 row: decided, the badge is not earned" in done.text
    assert "1 row is refused" in done.text
    assert (office.count(DecisionRow), office.count(AwardRow)) == (2, 1)
    with office.runtime.reading() as session:
        assert session.scalars(select(AuditEventRow.actor_id)).all() == [office.coordinator.id]
    assert "Gave badges from a file" in desk.get(f"/desk/{office.course.program.id}/log").text


def test_a_long_file_goes_on_step_by_step(
    desk: Visitor, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request does some rows; whoever comes back with the file goes on where it stopped."""
    monkeypatch.setattr(entering, "ROWS_AT_ONCE", 1)
    data = office.rated(PASS, PASS, PASS)
    first = press(desk, look(desk, office, data), "award")
    assert "1 of 3 rows are done" in first.text
    (form,) = (one for one in first.reader.forms if "start" in one.fields)

    again = look(desk, office, data)
    assert "2 rows: the badge will be given" in again.text
    assert "1 row: there already" in again.text

    fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
    second = desk.submit(form.action, **fields)
    assert "2 of 3 rows are done" in second.text
    (form,) = (one for one in second.reader.forms if "start" in one.fields)
    fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
    assert "3 rows: the badge is given" in desk.submit(form.action, **fields).text
    assert office.count(AwardRow) == 3


def test_a_later_step_knows_whom_an_earlier_one_was_about(
    desk: Visitor, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that contradicts one before it is refused, as the page said it would be."""
    monkeypatch.setattr(entering, "ROWS_AT_ONCE", 1)
    sub = office.learners[0].sub
    page = look(desk, office, a_csv(RATED, (sub, "", *FAIL), (sub, "", *PASS)))
    assert "1 row is refused" in page.text

    page = press(desk, page, "award")
    (form,) = (one for one in page.reader.forms if "start" in one.fields)
    fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
    done = desk.submit(form.action, **fields)

    assert "1 row is refused" in done.text
    assert (office.count(DecisionRow), office.count(AwardRow)) == (1, 0)


def test_what_is_refused_can_be_taken_along(desk: Visitor, office: Office) -> None:
    """As CSV, in which no spreadsheet runs a formula; markup stays text on the page."""
    data = a_csv(RATED, ("=HYPERLINK(1)", "", *PASS), ("<script>", "", *PASS))
    seen = look(desk, office, data)
    assert "<script>alert" not in seen.text
    assert "&lt;script&gt;" in seen.text
    form = form_of(seen, "report")

    answer = desk.post(form.action, **{**form.fields, "action": "report"})

    assert answer.mimetype == "text/csv"
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2,'=HYPERLINK(1),,\"user: nobody like that")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This is needed"),
        (b"user,A\n", "nothing stands below"),
        (b"user,Aa\nx,5\n", "not rated by these columns"),
        (b"user,A\n" + b"x,5\n" * (entering.DESK_ROWS + 1), "more than 5000 rows"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    desk: Visitor, office: Office, data: bytes, words: str
) -> None:
    """At its field, with everything else that was typed."""
    page = look(desk, office, data, source="Kept as typed")
    assert page.status == 422
    assert words in page.text
    assert "Kept as typed" in page.text


def test_the_file_to_fill_in_has_the_learners(desk: Visitor, office: Office) -> None:
    """And what is filled in is taken as it is."""
    answer = desk.answer(f"{place(office, '.csv')}?badge=one")

    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "user,name,source,A,B,C,D,held_since"
    assert lines[1].startswith(f"{office.learners[0].sub},{office.learners[0].name},,")
    filled = "\n".join([lines[0], lines[1].replace(",,,,,,", ",,5,5,5,5,")]).encode()
    assert "1 row: the badge will be given" in look(desk, office, filled).text


def test_only_its_coordinators_give_from_a_file(app: Flask, office: Office) -> None:
    """For everybody else the page is not there."""
    with office.runtime.writing() as session:
        teacher = rows.a_user(session, office.course, Role.INSTRUCTOR, name="Ines")
        launch = rows.a_launch(session, office.course, teacher, Role.INSTRUCTOR)
    visitor = Visitor(app, launch)

    assert visitor.get(place(office)).status == 404
    assert look(visitor, office, office.rated(PASS)).status == 404
    assert office.count(AwardRow) == 0
