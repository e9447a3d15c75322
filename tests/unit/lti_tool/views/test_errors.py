"""Every error becomes a calm page with a reference, and a coded log line without anybody in it."""

import html
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask, abort, current_app, render_template, request
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import BadRequestKeyError

from lti_tool import errors
from lti_tool.errors import LtiToolError
from lti_tool.lti.refusals import ADVICE, Refusal, refused
from lti_tool.runtime import Runtime
from lti_tool.services.pages.lti import RefusedPage
from lti_tool.store.rows import UserRow
from lti_tool.views.errors import REASONS
from tests.conftest import Lend
from tests.rows import a_course, a_user

SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
REFUSED = re.compile(r"refused code=(\S+) status=(\d+) at=(\S+) reference=([0-9A-F]{8})")
PERSON = "Rosa Delgado <rosa@college.example>"
JSON = {"Accept": "application/json"}

Raise = Callable[[], object]


@pytest.fixture
def fail(lend: Lend) -> Callable[[Raise], FlaskClient]:
    """Make `/fail` do something that goes wrong; returns a browser."""

    def view() -> str:
        current_app.config["ACT"]()
        return "nothing went wrong"

    def arrange(act: Raise) -> FlaskClient:
        app = lend(
            "fail", lambda app: app.add_url_rule("/fail", "fail", view, methods=["GET", "POST"])
        )
        app.config["ACT"] = act
        return app.test_client()

    return arrange


def raising(error: BaseException) -> Raise:
    """Return what raises `error`."""

    def act() -> object:
        raise error

    return act


CASES: list[tuple[LtiToolError, int, str]] = [
    (errors.NotFoundError("no attempt 7"), 404, "There is nothing here"),
    (errors.NotAllowedError(code="not_an_assessor"), 403, "This page is not yours to open"),
    (errors.NotAllowedError(code="not_a_member"), 403, "We do not know your part"),
    (errors.NotAllowedError(), 403, "This page is not yours to open"),
    (errors.SessionEndedError(), 401, "Your session has ended"),
    (errors.InvalidInputError(code="csrf"), 422, "This did not open"),
    (errors.TooLargeError(), 413, "This did not open"),
    (errors.UnsupportedFileError(), 415, "This did not open"),
    (errors.RangeNotSatisfiableError(size=3), 416, "This did not open"),
    (errors.InvalidFieldsError({"comment": ("too_long", "10")}), 422, "This did not open"),
    (errors.ConflictError(), 409, "This did not open"),
    (errors.ClosedError(), 409, "This did not open"),
    (errors.OffsetError(offset=3), 409, "This did not open"),
    (errors.ClaimedByAnotherError(), 409, "This did not open"),
    (
        errors.StaleRevisionError(revision=3, saved_at=None, fields={}),
        409,
        "This did not open",
    ),
    (refused(Refusal.STATE_EXPIRED), 403, "That took a little too long"),
    (refused(Refusal.PLATFORM_UNKNOWN), 403, "We do not know where you come from"),
    (refused(Refusal.ROLES_MISSING), 403, "We do not know your part"),
    (refused(Refusal.TOKEN_MALFORMED), 403, "The course site sent something we cannot read"),
    (errors.LaunchRejectedError(), 403, "The course site sent something we cannot read"),
    (errors.PlatformError(), 502, "Something went wrong on our side"),
    (errors.PlatformUnavailableError(), 503, "Something went wrong on our side"),
    (errors.UnansweredError(), 503, "Something went wrong on our side"),
    (errors.FileStoreError(), 500, "Something went wrong on our side"),
    (LtiToolError(), 500, "Something went wrong on our side"),
]


def test_every_class_of_error_has_a_case() -> None:
    """But those that stop a process before it serves or works."""

    def below(found: type[LtiToolError]) -> set[type[LtiToolError]]:
        return {found}.union(*(below(one) for one in found.__subclasses__()))

    ours = {one for one in below(LtiToolError) if one.__module__ == "lti_tool.errors"}
    assert ours - {type(case[0]) for case in CASES} == {
        errors.SettingsError,
        errors.QueueError,
    }


@SQLITE_ONLY
@pytest.mark.parametrize(("error", "status", "words"), CASES, ids=lambda one: str(one)[:40])
def test_each_error_has_its_status_page_and_log_line(
    fail: Callable[[Raise], FlaskClient],
    caplog: pytest.LogCaptureFixture,
    error: LtiToolError,
    status: int,
    words: str,
) -> None:
    """The page shows the reference of the line; the line has the code and no address."""
    page = fail(raising(error)).get("/fail?person=rosa")

    found = REFUSED.fullmatch(caplog.messages[-1])
    assert found
    assert (found[1], int(found[2]), found[3]) == (error.code, status, "fail")
    assert page.status_code == status
    assert f"<h1>{words}" in page.text
    assert found[4] in page.text
    expected = logging.ERROR if status >= 500 else logging.WARNING
    assert caplog.records[-1].levelno == expected
    assert "rosa" not in caplog.text


@SQLITE_ONLY
@pytest.mark.parametrize(("error", "status", "_words"), CASES, ids=lambda one: str(one)[:40])
@pytest.mark.parametrize("sent", [{"headers": JSON}, {"json": {}}])
def test_scripts_get_the_code(
    fail: Callable[[Raise], FlaskClient],
    error: LtiToolError,
    status: int,
    _words: str,
    sent: dict[str, object],
) -> None:
    """As JSON: a code that stays the same, whatever the words become."""
    answer = fail(raising(error)).post("/fail", **sent)

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"] == error.code
    assert answer.headers["Cache-Control"] == "no-store"


@SQLITE_ONLY
def test_a_stale_save_gets_both_texts_back(fail: Callable[[Raise], FlaskClient]) -> None:
    """The script needs the revision, the stored values and when they were stored."""
    saved_at = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
    error = errors.StaleRevisionError(revision=9, saved_at=saved_at, fields={"comment": "theirs"})

    assert fail(raising(error)).post("/fail", json={}).json == {
        "error": "stale",
        "revision": 9,
        "fields": {"comment": "theirs"},
        "saved_at": "2026-11-21T10:42:00+00:00",
    }


@SQLITE_ONLY
def test_refused_fields_are_explained(fail: Callable[[Raise], FlaskClient]) -> None:
    """Each in a sentence that the script sets beside the field."""
    error = errors.InvalidFieldsError({"task.a.one": ("out_of_range", "0 to 5")})
    answer = fail(raising(error)).post("/fail", json={})

    assert answer.json is not None
    assert answer.json["error"] == "invalid"
    assert answer.json["fields"]["task.a.one"]["message"]


# Refused launches


def test_every_refusal_has_a_heading_on_purpose() -> None:
    """The table knows only codes that exist; what it leaves out is a message of no use."""
    assert set(REASONS) <= set(Refusal)
    assert set(Refusal) - set(REASONS) == {
        "request_malformed",
        "target_foreign",
        "target_mismatch",
        "token_malformed",
        "time_missing",
        "version_unsupported",
        "deployment_missing",
        "claim_malformed",
        "message_incomplete",
    }


@SQLITE_ONLY
def test_every_heading_has_words(app: Flask) -> None:
    """No refusal falls back to the general words by a typing mistake."""
    with app.test_request_context("/"):
        headings = {
            reason: re.findall(
                "<h1>(.*)</h1>",
                render_template(
                    "errors/refused.html", page=RefusedPage(reason=reason, reference="R")
                ),
            )[0]
            for reason in {*REASONS.values(), "malformed", "other"}
        }

    assert len(set(headings.values())) == len(headings)


@SQLITE_ONLY
@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refused_launch_says_what_to_do(
    fail: Callable[[Raise], FlaskClient], refusal: Refusal
) -> None:
    """A sentence for that very case; what it was about is for the log's reader alone."""
    page = fail(raising(refused(refusal, "a-claim"))).get("/fail")

    assert page.status_code == 403
    assert " ".join(ADVICE[refusal]) in html.unescape(page.text)
    assert "a-claim" not in page.text


# Defects


def insert_a_person(runtime: Runtime) -> None:
    """Break a unique constraint with personal data in the statement."""
    with runtime.writing() as session:
        course = a_course(session)
        user = a_user(session, course, name=PERSON)
        session.add(UserRow(**{
            column.key: getattr(user, column.key) for column in UserRow.__table__.columns
        }))  # fmt: skip
        session.expunge(user)
        session.flush()


def quote_a_person(_: Runtime) -> None:
    """Fail with personal data in the words of the error, and of the one behind it."""
    try:
        int(PERSON)
    except ValueError as error:
        raise KeyError(PERSON) from error


def name_a_person_in_sql(runtime: Runtime) -> None:
    """Fail in the database with personal data in the statement."""
    with runtime.reading() as session:
        session.execute(text("SELECT :person FROM nowhere"), {"person": PERSON})


@pytest.mark.parametrize("act", [insert_a_person, quote_a_person, name_a_person_in_sql])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_defect_shows_no_values(
    fail: Callable[[Raise], FlaskClient],
    runtime: Runtime,
    caplog: pytest.LogCaptureFixture,
    act: Callable[[Runtime], None],
    headers: dict[str, str],
) -> None:
    """The log says where it happened, in which error; nothing says what anybody wrote."""
    answer = fail(lambda: act(runtime)).get("/fail", headers=headers)

    assert answer.status_code == 500
    assert act.__name__ in caplog.text
    for shown in (answer.text, caplog.text, repr([one.exc_info for one in caplog.records])):
        assert "Rosa" not in shown
        assert "rosa@" not in shown
    reference = re.findall(r"defect reference=(\S+)", caplog.text)[0]
    if headers:
        assert answer.json == {"error": "defect"}
    else:
        assert "Something went wrong on our side" in answer.text
        assert reference in answer.text


@SQLITE_ONLY
def test_a_defect_names_the_errors_behind_it(
    fail: Callable[[Raise], FlaskClient], runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """The class of each, with the lines that led there."""
    fail(lambda: quote_a_person(runtime)).get("/fail")

    lines = caplog.messages[-1].splitlines()
    assert "builtins.KeyError" in lines
    assert "builtins.ValueError" in lines[lines.index("builtins.KeyError") :]
    assert any(re.search(r"test_errors\.py:\d+ in quote_a_person", line) for line in lines)


# Errors of HTTP itself


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/nowhere", "/l/", "/credentials/7", "/%00", "/../etc/passwd"])
def test_an_unknown_address_has_its_page(app: Flask, path: str) -> None:
    """Whoever mistypes reads that there is nothing here."""
    page = app.test_client().get(path)

    assert page.status_code == 404
    assert "There is nothing here" in page.text


@SQLITE_ONLY
def test_a_wrong_method_says_which_are_right(app: Flask) -> None:
    """RFC 9110, section 15.5.6."""
    page = app.test_client().post("/health")

    assert page.status_code == 405
    assert set(page.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "This did not open" in page.text


@SQLITE_ONLY
@pytest.mark.parametrize(("status", "code"), [(413, "too_large"), (400, "refused")])
def test_scripts_get_codes_for_errors_of_http(
    fail: Callable[[Raise], FlaskClient],
    caplog: pytest.LogCaptureFixture,
    status: int,
    code: str,
) -> None:
    """Logged like all others."""
    answer = fail(lambda: abort(status)).post("/fail", json={})

    assert (answer.status_code, answer.json) == (status, {"error": code})
    assert f"code=http_{status} status={status} at=fail" in caplog.text


@SQLITE_ONLY
def test_more_than_a_form_may_hold_is_refused(app: Flask) -> None:
    """Before it is read into memory."""
    sent = {"credential": "x" * (17 * 1024 * 1024)}
    assert app.test_client().post("/verify", data=sent).status_code == 413


@SQLITE_ONLY
def test_a_form_of_too_many_parts_is_refused(app: Flask) -> None:
    """Each part costs more than its bytes."""
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(6000)
    )
    answer = app.test_client().post(
        "/verify", data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


@SQLITE_ONLY
def test_a_missing_field_is_no_defect(fail: Callable[[Raise], FlaskClient]) -> None:
    """Werkzeug's own error for it is answered calmly too, without the field's name."""
    page = fail(lambda: request.form["a-field-of-ours"]).get("/fail")

    assert page.status_code == 400
    assert "a-field-of-ours" not in page.text
    assert issubclass(BadRequestKeyError, KeyError)


# Frames


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/nowhere", "/lti/login", "/l/unknown/", "/files/unknown"])
def test_a_page_about_an_error_tells_nobody_who_the_platforms_are(
    app: Flask, runtime: Runtime, path: str
) -> None:
    """Before a launch nobody knows whose frame it stands in, so it may stand in any."""
    with runtime.writing() as session:
        a_course(session)
    page = app.test_client().get(path)

    assert page.status_code >= 400
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' *")
    assert not re.search(r"<(form|button|input|a (?!class=\"qf-skip\"))", page.text)


@SQLITE_ONLY
def test_error_pages_need_no_database(app: Flask, runtime: Runtime) -> None:
    """When it does not answer, the page comes all the same."""
    with runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE registration")

    assert app.test_client().get("/nowhere").status_code == 404
