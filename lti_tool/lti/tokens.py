"""Calls to a platform's services, with access tokens that all processes share.

Client credentials with a signed assertion: the private key stays inside its
`keys` object, which is why PyLTI1p3's own connector (it wants the PEM text)
does not sign here. A token is kept until a minute before its end, under the
registration and the scopes asked for: on Canvas many customers share one
issuer, so an issuer alone would hand one customer's token to another.

Source: 1EdTech Security Framework 1.0 section 4.1, RFC 6749 section 4.4, RFC 7523.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from keys.ring import HeldKey
from lti_tool.errors import PlatformError, PlatformUnavailableError
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.lti.messages import Registration, ServiceToken
from lti_tool.lti.ports import ServiceTokens
from lti_tool.values import Clock, RandomToken

MARGIN: Final = timedelta(seconds=60)
ASSERTION_LIFE_SECONDS: Final = 60
# Where a platform does not say: short, so that a wrong guess costs one 401.
DEFAULT_LIFE_SECONDS: Final = 300
MAXIMUM_LIFE_SECONDS: Final = 24 * 3600

_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,16384}")
_UNAUTHORIZED: Final = 401
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class TokenRefusedError(PlatformError):
    """The platform gives no access token, or does not honour the one it gave.

    `code` is `token_client_refused`, `token_scope_refused`, `token_not_honoured` or
    `token_refused`.
    """

    code = "token_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """One call to a platform's service. The body, if any, is JSON of `content_type`."""

    method: str
    url: str
    scope: str
    accept: str
    content_type: str | None = None
    body: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClient:
    """Calls the services of registered platforms.

    `tool_key` returns the key that signs now; it is asked only when a token is
    fetched, about once an hour.
    """

    http: GuardedSession
    tokens: ServiceTokens
    tool_key: Callable[[], HeldKey]
    clock: Clock
    random_token: RandomToken

    def call(self, registration: Registration, request: ServiceRequest) -> Answer:
        """Send the request with a token, once more with a new one after a 401.

        No transaction may be open.

        Raises:
            TokenRefusedError: there is no token, or a fresh one is answered 401 too.
            PlatformUnavailableError: no answer came; `UnansweredError` if it may have
                been received all the same.
            PlatformError: the guard refuses the address.
        """
        for _ in range(2):
            answer = self._send(request, self._token(registration, request.scope))
            if answer.status != _UNAUTHORIZED:
                return answer
            self.tokens.drop(registration.id, request.scope)
        raise TokenRefusedError(code="token_not_honoured")

    def _send(self, request: ServiceRequest, token: ServiceToken) -> Answer:
        headers = {"Authorization": f"Bearer {token.value}", "Accept": request.accept}
        data = None
        if request.body is not None and request.content_type is not None:
            headers["Content-Type"] = request.content_type
            data = json.dumps(request.body, allow_nan=False).encode()
        return self.http.exchange(request.method, request.url, headers=headers, data=data)

    def _token(self, registration: Registration, scope: str) -> ServiceToken:
        token = self.tokens.find(registration.id, scope)
        if token is None or token.expires_at <= self.clock() + MARGIN:
            token = self._fetch(registration, scope)
            self.tokens.put(registration.id, scope, token)
        return token

    def _fetch(self, registration: Registration, scope: str) -> ServiceToken:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(registration),
            "scope": scope,
        }
        try:
            answer = self.http.exchange(
                "POST",
                registration.auth_token_url,
                headers={"Accept": "application/json"},
                data=form,
            )
        except PlatformUnavailableError as exc:
            # Whether this request arrived does not matter: nothing was sent yet.
            raise PlatformUnavailableError(code="token_unavailable") from exc
        if answer.status >= _SERVER_ERROR or answer.status == _TOO_MANY:
            raise PlatformUnavailableError(code="token_unavailable")
        return self._parsed(answer, scope)

    def _assertion(self, registration: Registration) -> str:
        key, now = self.tool_key(), int(self.clock().timestamp())
        header = {"alg": "RS256", "typ": "JWT", "kid": key.id}
        claims = {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.token_audience or registration.auth_token_url,
            "iat": now,
            "exp": now + ASSERTION_LIFE_SECONDS,
            "jti": self.random_token(),
        }
        signed = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
        return f"{signed}.{_base64url(key.sign(signed.encode()))}"

    def _parsed(self, answer: Answer, scope: str) -> ServiceToken:
        members = _members(answer)
        value = members.get("access_token")
        if not answer.is_success or not isinstance(value, str) or not _TOKEN.fullmatch(value):
            raise _refusal(members.get("error"))
        granted = members.get("scope")
        # Moodle grants what it can and says so; silence means all that was asked for.
        if isinstance(granted, str) and scope not in granted.split():
            raise TokenRefusedError(code="token_scope_refused")
        life = timedelta(seconds=_life_seconds(members.get("expires_in")))
        return ServiceToken(value=value, expires_at=self.clock() + life)


def _members(answer: Answer) -> Mapping[str, object]:
    try:
        document = answer.json()
    except PlatformUnavailableError:
        # A page in place of a token passes; an error without JSON is an error all the same.
        if answer.is_success:
            raise
        document = None
    return document if isinstance(document, dict) else {}


def _refusal(error: object) -> TokenRefusedError:
    match error:
        case "invalid_client" | "unauthorized_client":
            return TokenRefusedError(code="token_client_refused")
        case "invalid_scope":
            return TokenRefusedError(code="token_scope_refused")
        case _:
            return TokenRefusedError()


def _life_seconds(value: object) -> int:
    text = str(value)
    is_count = re.fullmatch(r"[0-9]{1,9}", text) is not None
    return min(int(text), MAXIMUM_LIFE_SECONDS) if is_count else DEFAULT_LIFE_SECONDS


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
