"""A tiny tool, to meet the practice LMS over real HTTP.

The tool checks what it gets with PyJWT, which has nothing to do with the
platform's own signing code.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlencode

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from jwt.algorithms import RSAAlgorithm
from markupsafe import escape
from werkzeug.serving import make_server

from lti_tool.sandbox.app import create_platform
from lti_tool.sandbox.demo import demo_settings
from lti_tool.sandbox.jose import PlatformKey
from lti_tool.sandbox.model import Activity, Family
from lti_tool.sandbox.scopes import GRANTED
from lti_tool.sandbox.server import PracticeServer
from lti_tool.sandbox.settings import PlatformSettings
from lti_tool.sandbox.state import State, list_keys
from tests.functional.sandbox_visitor import Visitor
from tests.ports import free_port

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

INSTRUCTOR, ASSISTANT, LEARNER, OTHER_LEARNER = "3", "4", "6", "7"
COURSE, ACTIVITY = "2", "11"
FRAME = f"/activities/{ACTIVITY}/launch/frame"
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class MovableClock:
    """A clock that moves when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@cache
def tool_key(kid: str) -> rsa.RSAPrivateKey:
    """The tool's key of this id, made once a run."""
    assert kid
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def platform_key() -> PlatformKey:
    """The platform's first key, made once a run: making one takes longer than a test."""
    return PlatformKey.generate("first-of-the-platform")


@dataclass
class StandInTool:
    """The tool's side: its login, its launch URL, its keys, and a client of the services."""

    settings: PlatformSettings
    clock: MovableClock
    logins: list[dict[str, str]] = field(default_factory=list)
    launches: list[dict[str, str]] = field(default_factory=list)
    changes: dict[str, str] = field(default_factory=dict)
    """Parameters of the authentication request to set instead; empty removes one."""
    key_name: str = "first"
    has_login_page: bool = False
    """Login is a page that moves on by itself, as a tool's does that tries its cookies."""

    def app(self) -> Flask:
        """Return the tool as an application."""
        app = Flask(__name__)
        app.add_url_rule("/lti/login", view_func=self._login, methods=["GET", "POST"])
        app.add_url_rule("/lti/launch", view_func=self._launch, methods=["POST"])
        app.add_url_rule("/lti/jwks.json", view_func=self._jwks)
        return app

    def _login(self) -> ResponseReturnValue:
        """Send the browser on to the platform."""
        received = request.values.to_dict()
        self.logins.append({"method": request.method, **received})
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": received["client_id"],
            "redirect_uri": self.settings.tool.launch_url,
            "login_hint": received["login_hint"],
            "lti_message_hint": received["lti_message_hint"],
            "state": "the state",
            "nonce": secrets.token_hex(8),
        } | self.changes
        query = urlencode({name: value for name, value in asked.items() if value})
        url = f"{self.settings.authorization_url}?{query}"
        if self.has_login_page:
            return f'<meta http-equiv="refresh" content="0; url={escape(url)}">'
        return redirect(url, code=302)

    def _launch(self) -> ResponseReturnValue:
        """Keep what was posted."""
        self.launches.append(request.form.to_dict())
        return Response("launched")

    def _jwks(self) -> ResponseReturnValue:
        """Publish the public key."""
        jwk = RSAAlgorithm.to_jwk(tool_key(self.key_name).public_key(), as_dict=True)
        return jsonify(keys=[{**jwk, "kid": self.key_name, "use": "sig", "alg": "RS256"}])

    def verify(self, id_token: str) -> dict[str, object]:
        """Return the claims of an id_token, checked against the platform's JWK Set."""
        jwks = requests.get(self.settings.jwks_url, timeout=30).json()
        kid = jwt.get_unverified_header(id_token)["kid"]
        key = next(jwt.PyJWK(jwk) for jwk in jwks["keys"] if jwk["kid"] == kid)
        claims: dict[str, object] = jwt.decode(
            id_token,
            key,
            algorithms=["RS256"],
            audience=self.settings.tool.client_id,
            issuer=self.settings.issuer,
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "nonce"]},
        )
        return claims

    def sign(self, claims: Mapping[str, object]) -> str:
        """Return claims signed with the tool's key."""
        headers = {"kid": self.key_name}
        return jwt.encode(dict(claims), tool_key(self.key_name), "RS256", headers=headers)

    def assertion(self, **changes: object) -> str:
        """Return a client assertion, with changed claims; None removes one."""
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.settings.tool.client_id,
            "sub": self.settings.tool.client_id,
            "aud": self.settings.token_url,
            "iat": now,
            "exp": now + 300,
            "jti": secrets.token_hex(8),
        } | changes
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def ask_token(self, assertion: str | None = None, **fields: str) -> requests.Response:
        """Ask for an access token."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion() if assertion is None else assertion,
            "scope": " ".join(GRANTED),
        } | fields
        return requests.post(self.settings.token_url, data=form, timeout=30)

    def token(self, **fields: str) -> str:
        """Return an access token."""
        return str(self.ask_token(**fields).json()["access_token"])

    def get(self, url: str, media_type: str, *, token: str | None = None) -> requests.Response:
        """Read from a service."""
        headers = {"Authorization": f"Bearer {token or self.token()}", "Accept": media_type}
        return requests.get(url, headers=headers, timeout=30)

    def line_item_url(self, suffix: str = "", activity_id: str = ACTIVITY) -> str:
        """Return the address of a demo activity's line item."""
        query = "?type_id=1" if self.settings.family is Family.MOODLE else ""
        base = f"{self.settings.base_url}/services/{COURSE}/lineitems/{activity_id}0/lineitem"
        return f"{base}{suffix}{query}"

    def post_score(
        self,
        changes: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
        content_type: str = SCORE_TYPE,
        timeout: float = 5,
        body: str | None = None,
    ) -> requests.Response:
        """Send a score of 8 out of 10 with changed members; None leaves one out."""
        score = {
            "userId": LEARNER,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": self.clock().isoformat(),
            "scoreGiven": 8,
            "scoreMaximum": 10,
            **(changes or {}),
        }
        sent = {name: value for name, value in score.items() if value is not None}
        return requests.post(
            self.line_item_url("/scores"),
            data=json.dumps(sent) if body is None else body,
            headers={
                "Authorization": f"Bearer {token or self.token()}",
                "Content-Type": content_type,
            },
            timeout=timeout,
        )


@dataclass
class Trial:
    """A practice LMS and a tool that run, and know each other."""

    settings: PlatformSettings
    server: PracticeServer
    tool: StandInTool
    clock: MovableClock

    def visitor(self, person_id: str = "") -> Visitor:
        """Return a browser, signed in as a person if one is named."""
        visitor = Visitor(self.settings.base_url)
        return visitor.sign_in(person_id) if person_id else visitor

    def claims(self, person_id: str = LEARNER, path: str = FRAME) -> dict[str, object]:
        """Launch as a person, and return the verified claims."""
        assert self.visitor(person_id).launch(path).text == "launched"
        return self.tool.verify(self.tool.launches[-1]["id_token"])

    def control(self, method: str, path: str, document: object = None) -> requests.Response:
        """Use the switchboard."""
        url = f"{self.settings.base_url}/control{path}"
        if method == "GET":
            return requests.get(url, timeout=30)
        return requests.request(method, url, json=document or {}, timeout=30)

    def switch(self, **switches: object) -> None:
        """Set switches."""
        assert self.control("PATCH", "/switches", switches).ok

    def fail(self, **failure: object) -> None:
        """Arrange a failure."""
        assert self.control("POST", "/failures", failure).status_code == 201

    def answers(self) -> list[str]:
        """Return what each score was answered, in order."""
        return [post["answered"] for post in self.control("GET", "/scores").json()]

    def result(self, person_id: str = LEARNER, activity_id: str = ACTIVITY) -> dict[str, object]:
        """Return what the gradebook holds for a learner."""
        found: list[dict[str, object]] = [
            result
            for result in self.control("GET", "/results").json()
            if result["person_id"] == person_id and result["activity_id"] == activity_id
        ]
        return found[0]


def give_key(path: Path) -> None:
    """Put the key of this run into a state file that has none."""
    state = State(path)
    with state.transaction() as db:
        if not list_keys(db):
            key = platform_key()
            db.execute("INSERT INTO signing_key (kid, pem) VALUES (?, ?)", (key.kid, key.to_pem()))
    state.close()


@contextmanager
def running(
    family: Family = Family.GENERIC,
    *,
    state_path: Path | None = None,
    activities: tuple[Activity, ...] | None = None,
) -> Iterator[Trial]:
    """Run a practice LMS and a tool on loopback, on two hosts as in the demo."""
    if state_path is None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "practice.db"
            with running(family, state_path=path, activities=activities) as trial:
                yield trial
        return
    give_key(state_path)
    port, tool_port = free_port(), free_port()
    clock = MovableClock()
    settings = demo_settings(
        base_url=f"http://127.0.0.1:{port}",
        tool_url=f"http://localhost:{tool_port}",
        state_path=state_path,
        family=family,
    )
    settings = replace(settings, clock=clock, activities=activities or settings.activities)
    tool = StandInTool(settings, clock)
    tool_server = make_server("127.0.0.1", tool_port, tool.app(), threaded=True)
    thread = Thread(target=tool_server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        with PracticeServer(create_platform(settings), host="127.0.0.1", port=port) as server:
            yield Trial(settings, server, tool, clock)
    finally:
        tool_server.shutdown()
        thread.join()
        tool_server.server_close()
