"""A round trip with a platform that nobody here wrote, over real HTTP.

Runs only with QUATREFOIL_TEST_PLATFORM=1: the first time it installs some fifty
packages into `var/platform-venv`.
"""

import html
import json
import os
import re
import subprocess
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests

from keys.jwk import jwk_set, thumbprint
from keys.ring import HeldKey
from keys.signing import generate_rsa
from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.ags import AGSResult, post_score, read_result, score_message
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.jwks_cache import JWKSCache, fetch_with
from lti_tool.lti.launch import accept_launch
from lti_tool.lti.login import begin_login
from lti_tool.lti.messages import LaunchMessage, Registration
from lti_tool.lti.outcomes import Delivery, Outcome, Reason
from lti_tool.lti.scores import ScoreKind, ScoreRequest
from lti_tool.lti.tokens import ServiceClient
from lti_tool.values import Role
from tests.unit.lti_tool.lti.factories import MemoryAttempts, MemoryRegistrations, MemoryTokens
from tests.unit.lti_tool.lti.server import Reply, serving

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "var" / "platform-venv"
# The second is what the first needs to sign, and does not ask for.
PACKAGES = ("lti-consumer-xblock==11.4.4", "pyjwt[crypto]")
TOOL = "https://badges.example"
LAUNCH_URL = f"{TOOL}/lti/launch"
BROWSER = "the-secret-of-this-browser"
TEACHER, LEARNER = 1, 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("QUATREFOIL_TEST_PLATFORM") != "1",
        reason="the independent platform is asked for with QUATREFOIL_TEST_PLATFORM=1",
    ),
]


@pytest.fixture(scope="module")
def interpreter() -> Path:
    """Python of an environment that holds the platform; made when it is missing."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "complete").exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run(  # noqa: S603 - our own words
            [python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True
        )
        (ENVIRONMENT / "complete").touch()
    return python


@pytest.fixture(scope="module")
def platform(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the platform answers, in a process of its own."""
    script = Path(__file__).with_name("openedx_server.py")
    command = [interpreter, script, tmp_path_factory.mktemp("openedx")]
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield address
        process.terminate()


def utc_now() -> datetime:
    """The present: the platform has no other clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Our side: a registration at the platform and what a launch needs."""

    platform: str
    registration: Registration
    attempts: MemoryAttempts
    jwks: JWKSCache
    services: ServiceClient

    def browse(self, user: int) -> dict[str, list[str]]:
        """Open the activity as a browser does; return the form that it ends up posting to us."""
        start = requests.get(f"{self.platform}/_test/launch?user={user}", timeout=20).json()
        login = urlsplit(start["login_url"])
        assert f"{login.scheme}://{login.netloc}{login.path}" == f"{TOOL}/lti/login"
        going = begin_login(
            parse_qs(login.query, keep_blank_values=True),
            registrations=MemoryRegistrations(self.registration),
            attempts=self.attempts,
            clock=utc_now,
            random_token=token_urlsafe,
            base_url=TOOL,
            launch_url=LAUNCH_URL,
            browser_secret=BROWSER,
        )
        page = requests.get(going.url, timeout=20).text
        action = re.search(r'action="([^"]+)"', page)
        assert action is not None, page
        assert html.unescape(action[1]) == LAUNCH_URL
        fields = re.findall(r'name="([^"]+)"\s+value="([^"]*)"', page)
        return {html.unescape(name): [html.unescape(value)] for name, value in fields}

    def accept(self, form: dict[str, list[str]]) -> LaunchMessage:
        """Take the launch."""
        return accept_launch(
            form,
            registrations=MemoryRegistrations(self.registration),
            attempts=self.attempts,
            jwks=self.jwks,
            clock=utc_now,
            base_url=TOOL,
            browser_secret=BROWSER,
        )

    def send(self, message: LaunchMessage, *, timestamp: datetime) -> Delivery:
        """Say that the badge is earned."""
        assert message.ags is not None
        assert message.ags.line_item_url is not None
        body = score_message(
            ScoreRequest(
                kind=ScoreKind.EARNED,
                platform_user_id=message.platform_user_id,
                timestamp=timestamp,
                occurred_at=timestamp,
                maximum=Decimal(20),
                comment="Badge earned",
            ),
            family=self.registration.family,
        )
        assert body is not None
        return post_score(
            self.services,
            self.registration,
            line_item_url=message.ags.line_item_url,
            message=body,
        )

    def result(self, message: LaunchMessage) -> AGSResult | None:
        """Read what the gradebook holds for the learner."""
        assert message.ags is not None
        assert message.ags.line_item_url is not None
        return read_result(
            self.services,
            self.registration,
            line_item_url=message.ags.line_item_url,
            platform_user_id=message.platform_user_id,
        )


@pytest.fixture
def tool(platform: str) -> Iterator[Tool]:
    """The tool, registered at the platform; its keys are served, for the platform fetches them."""
    key = generate_rsa()
    held = HeldKey(id=thumbprint(key.public), public=key.public, signing=key)
    with serving() as keys, GuardedSession(private_hosts=frozenset({"127.0.0.1"})) as session:
        document = json.dumps(jwk_set([key.public])).encode()
        keys.answer = lambda _: Reply(headers={"Content-Type": "application/json"}, body=document)
        facts = requests.post(
            f"{platform}/_test/configure",
            json={
                "login_url": f"{TOOL}/lti/login",
                "launch_url": LAUNCH_URL,
                "jwks_url": f"{keys.url}/jwks.json",
            },
            timeout=20,
        ).json()
        yield Tool(
            platform=platform,
            registration=Registration(id=UUID(int=1), **facts),
            attempts=MemoryAttempts(),
            jwks=JWKSCache(fetch_with(session), utc_now),
            services=ServiceClient(
                http=session,
                tokens=MemoryTokens(),
                tool_key=lambda: held,
                clock=utc_now,
                random_token=token_urlsafe,
            ),
        )


def test_a_learner_launches(tool: Tool) -> None:
    """Login, authentication and launch as another implementation understands them."""
    message = tool.accept(tool.browse(LEARNER))

    assert message.platform_user_id == "outside-lee"
    assert message.roles == {Role.LEARNER}
    assert message.deployment_id == "1"
    assert message.context is not None
    assert message.context.title == "Coaching"
    assert message.resource_link is not None
    assert message.custom["badge"] == "2"
    assert message.ags is not None


def test_an_instructor_launches(tool: Tool) -> None:
    """Open edX calls its instructors administrators of the course as well."""
    roles = tool.accept(tool.browse(TEACHER)).roles

    assert roles == {Role.INSTRUCTOR, Role.ADMINISTRATOR}


def test_a_launch_is_taken_once(tool: Tool) -> None:
    """The same form again is a replay."""
    form = tool.browse(LEARNER)
    tool.accept(form)

    with pytest.raises(LaunchRejectedError) as caught:
        tool.accept(form)

    assert caught.value.code == "state_unknown_or_used"


def test_a_score_arrives_and_an_older_one_does_not(tool: Tool) -> None:
    """Token, score and result; then the same and an earlier instant are stale."""
    message = tool.accept(tool.browse(LEARNER))
    now = utc_now()

    assert tool.result(message) is None
    assert tool.send(message, timestamp=now).outcome is Outcome.DELIVERED
    assert tool.result(message) == AGSResult(
        score=Decimal(20), maximum=Decimal(20), comment="Badge earned"
    )
    for instant in (now, now - timedelta(hours=1)):
        delivery = tool.send(message, timestamp=instant)
        assert (delivery.outcome, delivery.reason) == (Outcome.STALE, Reason.NEWER_SCORE)
    assert tool.send(message, timestamp=now + timedelta(seconds=1)).outcome is Outcome.DELIVERED


def test_another_tools_key_gets_no_token(tool: Tool) -> None:
    """The platform checks our assertion against the keys that we publish."""
    message = tool.accept(tool.browse(LEARNER))
    stranger = generate_rsa()
    held = HeldKey(id="stranger", public=stranger.public, signing=stranger)
    client = ServiceClient(
        http=tool.services.http,
        tokens=MemoryTokens(),
        tool_key=lambda: held,
        clock=utc_now,
        random_token=token_urlsafe,
    )
    assert message.ags is not None
    assert message.ags.line_item_url is not None

    delivery = post_score(
        client, tool.registration, line_item_url=message.ags.line_item_url, message={}
    )

    assert (delivery.outcome, delivery.reason) == (Outcome.TOKEN, Reason.TOKEN_CLIENT_REFUSED)
