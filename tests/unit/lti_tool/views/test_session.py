"""The guard of in-LMS pages: who comes back, to which course, with which form token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.lti.login import secret_hash
from lti_tool.runtime import Runtime
from lti_tool.store.rows import LaunchRow
from lti_tool.values import Launch, Role
from lti_tool.views.session import (
    COOKIE,
    PREFIX,
    browser_secret,
    csrf_token,
    current,
    guard,
    require_learner,
    require_rater,
)
from tests.conftest import FakeClock, Lend
from tests.rows import BROWSER_SECRET, NOW, Course, a_course, a_launch, a_user

TOOL = "https://tool.example"
TOKEN = "the-token-of-a-launch"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

probe = Blueprint("probe", __name__, url_prefix=PREFIX)
guard(probe)


@probe.route("/probe", methods=["GET", *UNSAFE])
def show() -> ResponseReturnValue:
    """Say which launch this is."""
    launch = current().launch
    return {
        "id": str(launch.id),
        "ref": launch.ref,
        "context": str(launch.scope.context_id),
        "csrf": csrf_token(),
    }


@probe.get("/probe/rater")
def rater() -> ResponseReturnValue:
    """Let in who may rate."""
    return {"id": str(require_rater().id)}


@probe.get("/probe/learner")
def learner() -> ResponseReturnValue:
    """Let in learners."""
    return {"id": str(require_learner().id)}


@dataclass
class Door:
    """The application with a guarded probe, and a course."""

    app: Flask
    runtime: Runtime
    course: Course

    def launch(self, *roles: Role, course: Course | None = None) -> Launch:
        """Store a launch of the browser that the tests drive."""
        with self.runtime.writing() as session:
            at = course or self.course
            return a_launch(session, at, a_user(session, at, *roles), *roles)

    def browser(self, cookie: str | None = BROWSER_SECRET) -> FlaskClient:
        """A browser with a cookie."""
        client = self.app.test_client()
        if cookie is not None:
            client.set_cookie(COOKIE, cookie, domain="tool.example", secure=True)
        return client

    def ask(
        self,
        launch: Launch,
        place: str = "probe",
        *,
        method: str = "GET",
        cookie: str | None = BROWSER_SECRET,
        sent: Mapping[str, object] | None = None,
    ) -> TestResponse:
        """Ask for a place inside a launch; `sent` are keywords of the test client."""
        return self.browser(cookie).open(
            f"/l/{launch.ref}/{place}",
            method=method,
            base_url=TOOL,
            **(sent or {}),  # type: ignore[arg-type]  # keywords of the test client
        )

    def csrf(self, launch: Launch) -> str:
        """The form token that this launch's pages hold."""
        return str(json.loads(self.ask(launch).data)["csrf"])


@pytest.fixture
def door(lend: Lend, runtime: Runtime) -> Door:
    """The application with a probe."""
    app = lend("probe", lambda app: app.register_blueprint(probe))
    with runtime.writing() as session:
        return Door(app, runtime, a_course(session))


def test_the_address_and_the_cookie_open_the_launch(door: Door) -> None:
    """Scope and role come from the row that both lead to."""
    launch = door.launch()
    answer = door.ask(launch)

    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["id"], answer.json["context"]) == (
        str(launch.id),
        str(launch.scope.context_id),
    )


@pytest.mark.parametrize("cookie", [None, "another"])
def test_anybody_else_reads_that_the_session_ended(door: Door, cookie: str | None) -> None:
    """The same answer as for a launch that never was: nothing tells the two apart."""
    launch = door.launch()
    never = replace(launch, ref=str(UUID(int=7)))
    pages = [door.ask(one, cookie=cookie) for one in (launch, never)]

    for page in pages:
        assert page.status_code == 401
        assert "Your session has ended" in page.text
        assert str(launch.id) not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'self' *")
        assert door.course.registration.issuer not in policy


def test_scripts_read_that_the_session_ended(door: Door) -> None:
    """They keep what was typed, and say so."""
    answer = door.ask(door.launch(), cookie=None, method="POST", sent={"json": {}})

    assert (answer.status_code, answer.json) == (401, {"error": "session_ended"})


def test_a_launch_with_a_token_needs_no_cookie(door: Door) -> None:
    """Its pages keep the token in their addresses."""
    launch = door.launch()
    with door.runtime.writing() as session:
        session.execute(update(LaunchRow).values(browser_id=None, token_hash=secret_hash(TOKEN)))
    with_token = replace(launch, ref=f"{launch.id}.{TOKEN}")

    answer = door.ask(with_token, cookie=None)
    assert answer.json is not None
    assert answer.json["ref"] == with_token.ref
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert door.ask(launch, cookie=None).status_code == 401


def test_two_courses_in_two_tabs_never_mix(door: Door) -> None:
    """One browser, two launches: each address has its own course."""
    with door.runtime.writing() as session:
        other_course = a_course(session, slug="other")
    mine, other = door.launch(), door.launch(course=other_course)
    browser = door.browser()
    for launch in (mine, other, mine):
        answer = browser.get(f"/l/{launch.ref}/probe", base_url=TOOL)
        assert answer.json is not None
        assert answer.json["context"] == str(launch.scope.context_id)


def test_only_the_launchs_own_platform_may_frame_it(door: Door) -> None:
    """Another tenant's platform may not."""
    with door.runtime.writing() as session:
        other_course = a_course(session, slug="other")
    policy = door.ask(door.launch(course=other_course)).headers["Content-Security-Policy"]

    assert "frame-ancestors 'self' https://other.lms.example" in policy
    assert "harbour" not in policy


@pytest.mark.parametrize("method", UNSAFE)
def test_what_changes_something_needs_the_form_token(door: Door, method: str) -> None:
    """In the form, or in the header; of this launch, and of no other."""
    launch, other = door.launch(), door.launch()
    token, others = door.csrf(launch), door.csrf(other)
    assert token != others

    def status(**sent: object) -> int:
        return door.ask(launch, method=method, sent=sent).status_code

    assert status() == 422
    assert status(data={"csrf_token": ""}) == 422
    assert status(data={"csrf_token": others}) == 422
    assert status(data={"csrf_token": token[:-1]}) == 422
    assert status(headers={"X-CSRF-Token": others}) == 422
    assert status(headers={"X-CSRF-Token": "ليلى".encode().decode("latin-1")}) == 422
    assert status(query_string={"csrf_token": token}) == 422
    assert status(json={"csrf_token": token}) == 422

    assert status(data={"csrf_token": token}) == 200
    assert status(headers={"X-CSRF-Token": token}, json={}) == 200
    assert status(headers={"X-CSRF-Token": token}, data=b"\0\1", content_type="video/mp4") == 200


def test_a_missing_form_token_has_its_code(door: Door) -> None:
    """Scripts tell it from a field that was refused."""
    answer = door.ask(door.launch(), method="POST", sent={"json": {}})

    assert answer.json == {"error": "csrf"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_needs_no_form_token(door: Door, method: str) -> None:
    """Links have none."""
    assert door.ask(door.launch(), method=method).status_code == 200


def test_a_form_token_is_of_its_installation(door: Door) -> None:
    """Knowing a launch's id, which stands in its address, is not enough to make one."""
    launch = door.launch()
    before = door.csrf(launch)
    extension = door.app.extensions["quatrefoil"]
    changed = replace(extension.settings, secret_key="another secret key of an installation")
    door.app.extensions["quatrefoil"] = replace(extension, settings=changed)

    assert door.csrf(launch) != before
    assert str(launch.id) not in before


@pytest.mark.parametrize(
    ("roles", "may_rate", "may_learn"),
    [
        ((Role.LEARNER,), False, True),
        ((Role.INSTRUCTOR,), True, False),
        ((Role.ASSISTANT,), True, False),
        ((Role.ADMINISTRATOR,), False, False),
        ((Role.OTHER,), False, False),
        ((Role.LEARNER, Role.ASSISTANT), True, True),
    ],
)
def test_roles_open_what_is_theirs(
    door: Door, roles: tuple[Role, ...], *, may_rate: bool, may_learn: bool
) -> None:
    """A learner on an assessor's address is refused, and the other way round."""
    launch = door.launch(*roles)

    assert door.ask(launch, "probe/rater").status_code == (200 if may_rate else 403)
    assert door.ask(launch, "probe/learner").status_code == (200 if may_learn else 403)


def test_use_is_stored_once_a_minute(door: Door, clock: FakeClock) -> None:
    """The row says when the launch was last used."""
    launch = door.launch()

    def seen_at() -> datetime:
        with door.runtime.reading() as session:
            return session.scalars(select(LaunchRow.seen_at)).one()

    clock.advance(seconds=59)
    door.ask(launch)
    assert seen_at() == NOW
    clock.advance(seconds=1)
    door.ask(launch)
    assert seen_at() == clock.now


def test_outside_of_a_launch_there_is_no_form_token(app: Flask) -> None:
    """Public pages hold none, and ask for none."""
    with app.test_request_context("/verify"):
        assert csrf_token() == ""
        assert browser_secret() is None


def test_a_view_that_is_not_guarded_has_no_launch(app: Flask) -> None:
    """Forgetting the guard shows at once."""
    with app.test_request_context("/l/x/"), pytest.raises(AttributeError):
        current()
