import base64
from datetime import timedelta
from uuid import UUID

import pytest

from lti_tool.errors import PlatformError, PlatformUnavailableError
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.lti.messages import ServiceToken
from lti_tool.lti.tokens import ServiceRequest, TokenRefusedError
from tests.unit.lti_tool.lti.a_service import Service, a_service, decoded, some_json
from tests.unit.lti_tool.lti.factories import CLIENT_ID, NOW, a_key
from tests.unit.lti_tool.lti.server import Reply, Seen, Server

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
OTHER_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"


@pytest.fixture
def service(server: Server, session: GuardedSession) -> Service:
    """Run a platform's services."""
    return a_service(server, session)


def call(service: Service, scope: str = SCOPE) -> Answer:
    """Call some service of the platform."""
    request = ServiceRequest(
        method="GET", url=f"{service.server.url}/thing", scope=scope, accept="text/x"
    )
    return service.client.call(service.registration, request)


def token_of(service: Service, call_number: int = 0) -> str:
    """The token that one of the calls carried."""
    return service.asked("/thing")[call_number].headers["authorization"].removeprefix("Bearer ")


def test_a_call_carries_a_token_and_what_was_asked(service: Service) -> None:
    """Method, media types and body go out as given."""
    request = ServiceRequest(
        method="POST",
        url=f"{service.server.url}/thing?a=1",
        scope=SCOPE,
        accept="text/a",
        content_type="text/b",
        body={"a": "ü"},
    )

    answer = service.client.call(service.registration, request)

    seen = service.asked("/thing")[0]
    assert answer.status == 200
    assert seen.headers["authorization"] == "Bearer access-1"
    assert seen.headers["accept"] == "text/a"
    assert seen.headers["content-type"] == "text/b"
    assert seen.json == {"a": "ü"}


def test_the_assertion_is_signed_by_the_tool(service: Service) -> None:
    """Client credentials with a signed JWT, of a minute's life, used once."""
    call(service)
    service.tokens.rows.clear()
    call(service)

    first, second = (seen.form for seen in service.asked("/token"))
    header, claims, signature = first["client_assertion"].split(".")
    assert first["grant_type"] == "client_credentials"
    assert first["scope"] == SCOPE
    assert first["client_assertion_type"] == (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )
    assert decoded(header) == {"alg": "RS256", "typ": "JWT", "kid": "tool-key-1"}
    assert decoded(claims) == {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": f"{service.server.url}/token",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "jti": "jti-0",
    }
    raw = base64.urlsafe_b64decode(signature + "==")
    a_key("tool").public.verify(raw, f"{header}.{claims}".encode())
    assert decoded(second["client_assertion"].split(".")[1])["jti"] == "jti-1"


def test_the_audience_may_be_another_than_the_token_url(
    server: Server, session: GuardedSession
) -> None:
    """Brightspace wants one of its own."""
    service = a_service(server, session, token_audience="https://api.example/auth/token")

    call(service)

    assertion = service.asked("/token")[0].form["client_assertion"]
    assert decoded(assertion.split(".")[1])["aud"] == "https://api.example/auth/token"


def test_a_token_is_used_until_a_minute_before_its_end(service: Service) -> None:
    """Ten calls cost one token; one in its last minute would end on the way."""
    for _ in range(10):
        call(service)
    assert len(service.asked("/token")) == 1

    service.clock.pass_seconds(3539)
    call(service)
    assert len(service.asked("/token")) == 1

    service.clock.pass_seconds(1)
    call(service)
    assert len(service.asked("/token")) == 2


def test_tokens_are_kept_by_registration_and_scope(server: Server, session: GuardedSession) -> None:
    """Two customers of one issuer, and two purposes, never share one."""
    service = a_service(server, session)
    call(service)
    call(service, OTHER_SCOPE)
    neighbour = a_service(server, session, id=UUID(int=2), client_id="client-2")
    neighbour.tokens.rows.update(service.tokens.rows)
    call(neighbour)

    assert [seen.form["scope"] for seen in service.asked("/token")] == [SCOPE, OTHER_SCOPE, SCOPE]
    assert set(service.tokens.rows) == {(UUID(int=1), SCOPE), (UUID(int=1), OTHER_SCOPE)}


def test_a_refused_token_is_replaced_once(service: Service) -> None:
    """A platform may forget its tokens: the call goes out again with a new one."""
    kept = ServiceToken(value="forgotten", expires_at=NOW + timedelta(hours=1))
    service.tokens.put(service.registration.id, SCOPE, kept)

    def serve(seen: Seen) -> Reply:
        is_old = seen.headers["authorization"] == "Bearer forgotten"
        return Reply(status=401 if is_old else 200)

    service.serve = serve

    assert call(service).status == 200
    assert (token_of(service, 0), token_of(service, 1)) == ("forgotten", "access-1")


def test_a_token_that_is_never_honoured_is_an_error(service: Service) -> None:
    """After two tokens a proxy that drops the header is to blame, not the token."""
    service.serve = lambda _: Reply(status=401, body=b"secret details")

    with pytest.raises(TokenRefusedError) as caught:
        call(service)

    assert caught.value.code == "token_not_honoured"
    assert len(service.asked("/thing")) == 2
    assert not service.tokens.rows
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (some_json({"error": "invalid_client"}, status=400), "token_client_refused"),
        (some_json({"error": "invalid_client"}, status=401), "token_client_refused"),
        (some_json({"error": "unauthorized_client"}, status=400), "token_client_refused"),
        (some_json({"error": "invalid_scope"}, status=400), "token_scope_refused"),
        (some_json({"error": "invalid_request"}, status=400), "token_refused"),
        (some_json({"error": ["invalid_scope"]}, status=400), "token_refused"),
        (some_json(["x"], status=400), "token_refused"),
        (Reply(status=404, body=b"<html>"), "token_refused"),
        (Reply(status=302, headers={"Location": "/login"}), "token_refused"),
        (some_json({}), "token_refused"),
        (some_json([]), "token_refused"),
        (some_json(None), "token_refused"),
        (some_json({"access_token": ""}), "token_refused"),
        (some_json({"access_token": 5}), "token_refused"),
        (some_json({"access_token": "a\r\nX-Evil: 1"}), "token_refused"),
        (some_json({"access_token": "a b"}), "token_refused"),
        (some_json({"access_token": "ü"}), "token_refused"),
        (some_json({"access_token": "x" * 20_000}), "token_refused"),
        (some_json({"access_token": "x", "scope": OTHER_SCOPE}), "token_scope_refused"),
        (some_json({"access_token": "x", "scope": ""}), "token_scope_refused"),
    ],
)
def test_no_token_is_a_refusal(service: Service, reply: Reply, code: str) -> None:
    """What the platform does not give, or not for this scope, stops the call."""
    service.give = lambda _: reply

    with pytest.raises(TokenRefusedError) as caught:
        call(service)

    assert caught.value.code == code
    assert not service.asked("/thing")
    assert not service.tokens.rows


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=503, body=b"<html>"),
        Reply(status=429),
        Reply(raw=b""),
        Reply(body=b"<html>Maintenance</html>"),
        Reply(body=b""),
    ],
)
def test_a_platform_in_trouble_is_tried_again_later(service: Service, reply: Reply) -> None:
    """No token now is no refusal; and what was meant to be sent was not."""
    service.give = lambda _: reply

    with pytest.raises(PlatformUnavailableError) as caught:
        call(service)

    assert caught.value.code in {"token_unavailable", "platform_not_json"}
    assert not service.asked("/thing")


def test_a_token_url_that_may_not_be_called_is_an_error(service: Service) -> None:
    """The guard holds for tokens too."""
    with GuardedSession() as session:
        client = a_service(service.server, session).client
        request = ServiceRequest(method="GET", url="https://x.example", scope=SCOPE, accept="x")
        with pytest.raises(PlatformError) as caught:
            client.call(service.registration, request)

    assert caught.value.code == "platform_address_refused"


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3600),
        ("1800", 1800),
        (None, 300),
        ("soon", 300),
        (-5, 300),
        (1.5, 300),
        (True, 300),
        (10**8, 86400),
        (0, 0),
    ],
)
def test_a_life_is_believed_within_bounds(
    service: Service, expires_in: object, seconds: int
) -> None:
    """What is not a sensible number of seconds is taken as five minutes."""
    service.give = lambda _: some_json({"access_token": "x", "expires_in": expires_in})

    call(service)

    token = service.tokens.find(service.registration.id, SCOPE)
    assert token is not None
    assert token.expires_at == NOW + timedelta(seconds=seconds)


def test_a_token_does_not_show(service: Service) -> None:
    """Neither in a log nor in a traceback."""
    call(service)

    assert "access-1" not in repr(service.tokens.rows)


def test_a_granted_scope_may_be_one_of_many(service: Service) -> None:
    """Moodle lists everything that it grants."""
    granted = f"{OTHER_SCOPE} {SCOPE}"
    service.give = lambda _: some_json({"access_token": "x", "scope": granted})

    assert call(service).status == 200
