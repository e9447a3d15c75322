"""A platform's token and score services, answering as a test tells them to."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from keys.ring import HeldKey
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.messages import Registration
from lti_tool.lti.tokens import ServiceClient
from tests.unit.lti_tool.lti.factories import Clock, MemoryTokens, a_key, a_registration
from tests.unit.lti_tool.lti.server import Answering, Reply, Seen, Server


def some_json(value: object, *, status: int = 200) -> Reply:
    """A JSON answer."""
    headers = {"Content-Type": "application/json"}
    return Reply(status=status, headers=headers, body=json.dumps(value).encode())


def decoded(part: str) -> dict[str, object]:
    """One part of a compact JWS."""
    value: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value


@dataclass(slots=True, kw_only=True)
class Service:
    """A platform that gives a token at `/token` and answers everything else by `serve`."""

    server: Server
    client: ServiceClient
    registration: Registration
    tokens: MemoryTokens
    clock: Clock
    serve: Answering = field(default=lambda _: Reply())
    give: Answering | None = None

    def answer(self, seen: Seen) -> Reply:
        """Answer one request."""
        if seen.path != "/token":
            return self.serve(seen)
        if self.give is not None:
            return self.give(seen)
        number = len(self.asked("/token"))
        token = {"access_token": f"access-{number}", "expires_in": 3600, "token_type": "Bearer"}
        return some_json({**token, "scope": seen.form["scope"]})

    def asked(self, path: str) -> list[Seen]:
        """What was sent to one path, whatever its query."""
        return [seen for seen in self.server.seen if seen.path.partition("?")[0] == path]


def a_service(server: Server, session: GuardedSession, **changes: object) -> Service:
    """A service and the client that calls it."""
    clock, tokens, numbers = Clock(), MemoryTokens(), count()
    tool_key: Callable[[], HeldKey] = lambda: HeldKey(  # noqa: E731 - typed for the client
        id="tool-key-1", public=a_key("tool").public, signing=a_key("tool")
    )
    client = ServiceClient(
        http=session,
        tokens=tokens,
        tool_key=tool_key,
        clock=clock,
        random_token=lambda: f"jti-{next(numbers)}",
    )
    registration = a_registration(auth_token_url=f"{server.url}/token", **changes)
    service = Service(
        server=server, client=client, registration=registration, tokens=tokens, clock=clock
    )
    server.answer = service.answer
    return service
