"""A platform that signs: it walks a browser through login and launch over the Flask client."""

import html
import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.runtime import EXTENSION, Runtime
from tests.conftest import FakeClock
from tests.rows import Course, a_course
from tests.unit.lti_tool.lti.factories import CLAIM, a_jwks, a_token, some_claims

TOOL = "https://tool.example"
LMS = "https://harbour.lms.example"
LAUNCH_URL = f"{TOOL}/lti/launch"


@dataclass
class Lms:
    """One registered platform with one course, whose keys the tool knows."""

    app: Flask
    runtime: Runtime
    clock: FakeClock
    course: Course

    def browser(self) -> FlaskClient:
        """A fresh browser."""
        return self.app.test_client()

    def login(
        self, browser: FlaskClient, *, method: str = "GET", **changes: str | None
    ) -> TestResponse:
        """Send a browser to the tool's login, with parameters replaced or removed."""
        params = {
            "iss": LMS,
            "client_id": "client-1",
            "login_hint": "hint-of-a-person",
            "lti_message_hint": "hint-of-a-message",
            "target_link_uri": LAUNCH_URL,
        } | changes
        sent = {name: value for name, value in params.items() if value is not None}
        if method == "POST":
            return browser.post("/lti/login", data=sent, base_url=TOOL)
        return browser.get("/lti/login", query_string=sent, base_url=TOOL)

    def form(self, login: TestResponse | str, **changes: object) -> dict[str, str]:
        """What the platform posts in answer to a login; claims replaced or removed."""
        asked = parse_qs(urlsplit(login if isinstance(login, str) else way_on(login)).query)
        now = self.clock.now.timestamp()
        claims = some_claims(
            **{
                "iss": LMS,
                "deployment_id": "1",
                "target_link_uri": LAUNCH_URL,
                "nonce": asked["nonce"][0],
                "iat": now,
                "exp": now + 60,
                CLAIM + "launch_presentation": {"locale": "en"},
            }
            | changes
        )
        return {"state": asked["state"][0], "id_token": a_token(claims)}

    def post(
        self, browser: FlaskClient, form: dict[str, str], path: str = "/lti/launch"
    ) -> TestResponse:
        """Post a launch."""
        return browser.post(path, data=form, base_url=TOOL)

    def launch(self, browser: FlaskClient, **changes: object) -> TestResponse:
        """Log in and launch; return the answer to the launch."""
        return self.post(browser, self.form(self.login(browser), **changes))


def an_lms(app: Flask, runtime: Runtime, clock: FakeClock) -> Lms:
    """Register a platform with the application around `runtime`."""
    knowing = replace(runtime, jwks=JWKSCache(lambda _: a_jwks(), clock))
    app.extensions[EXTENSION] = knowing
    with runtime.writing() as session:
        return Lms(app, knowing, clock, a_course(session))


def way_on(login: TestResponse) -> str:
    """Return where a login goes on: its redirect, or the address on its page."""
    if login.status_code == 302:
        return login.location
    return attribute(login, "data-authorization-url")


def attribute(page: TestResponse, name: str) -> str:
    """Return the value of an attribute that stands once on a page."""
    (value,) = re.findall(rf'\b{name}="([^"]*)"', page.text)
    return html.unescape(value)


def hidden(page: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    (value,) = re.findall(rf'name="{name}" value="([^"]*)"', page.text)
    return html.unescape(value)
