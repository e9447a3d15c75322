"""How much a request may bring, by who sends it."""

from io import BytesIO

import pytest
from flask import Flask

from badges.png import MAXIMUM_BYTES as PICTURE_BYTES
from badges.untrusted import MAXIMUM_BYTES
from lti_tool.runtime import Runtime
from lti_tool.views.limits import COURSE_BYTES, MOST_FIELDS, STRANGER_BYTES
from tests.conftest import FakeClock
from tests.desks import a_desk
from tests.learners import Learner

BASE = "https://tool.example"
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize("path", ["/lti/login", "/lti/launch", "/lti/launch/finish"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_strangers_body_is_small(app: Flask, path: str, *, is_chunked: bool) -> None:
    """More is refused before it is parsed, also where it comes without a length."""
    data = b"id_token=" + b"a" * STRANGER_BYTES
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""} if is_chunked else {}
    answer = app.test_client().post(
        path,
        input_stream=BytesIO(data),
        content_length=len(data),
        content_type=FORM,
        base_url=BASE,
        environ_overrides=chunked,
    )

    assert answer.status_code == 413


@pytest.mark.parametrize(("path", "status"), [("/lti/login", 403), ("/verify", 422)])
def test_a_form_has_so_many_fields(app: Flask, path: str, status: int) -> None:
    """Each costs time to parse, so their number has an end in every kind of form."""
    client = app.test_client()
    most = client.post(path, data="a&" * (MOST_FIELDS - 1), content_type=FORM, base_url=BASE)
    more = client.post(path, data="a&" * MOST_FIELDS, content_type=FORM, base_url=BASE)

    assert (most.status_code, more.status_code) == (status, 413)


def test_a_credential_that_is_too_large_gets_a_report(app: Flask) -> None:
    """Up to the size of a picture that holds one; what is beyond is refused."""
    client = app.test_client()
    for size, status in ((MAXIMUM_BYTES + 1, 200), (PICTURE_BYTES + MAXIMUM_BYTES, 413)):
        answer = client.post("/verify", data={"credential": "a" * size}, base_url=BASE)
        assert answer.status_code == status


def test_within_a_launch_more_may_come(app: Flask, runtime: Runtime, clock: FakeClock) -> None:
    """A form may hold a file; without the launch its body is not even read."""
    desk = a_desk(runtime.database, clock, runtime.settings.data_dir)
    desk.start()
    learner = Learner(app, desk.launch)
    text = "a" * (2 * STRANGER_BYTES)

    assert learner.call("POST", "/work", data={"action": text}).status_code == 422
    assert learner.call("POST", "/work", data=b"a" * (COURSE_BYTES + 1)).status_code == 413
    stranger = app.test_client().post("/l/unknown/work", data={"action": text}, base_url=BASE)
    assert stranger.status_code == 401
