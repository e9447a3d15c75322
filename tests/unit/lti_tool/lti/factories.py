"""A platform in miniature, and stores in memory, for the tests of the protocol edge."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from keys.jwk import public_jwk
from keys.signing import SigningKey, generate_rsa
from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.lti.launch import accept_launch
from lti_tool.lti.login import begin_login
from lti_tool.lti.messages import (
    LaunchMessage,
    LoginAttempt,
    LoginRedirect,
    Registration,
    ServiceToken,
)

NOW = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
BASE_URL = "https://badges.example"
LAUNCH_URL = f"{BASE_URL}/lti/launch"
ISSUER = "https://lms.example"
CLIENT_ID = "client-1"
JWKS_URL = f"{ISSUER}/jwks"
BROWSER = "the-secret-of-this-browser"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the instant it stands at."""
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@cache
def a_key(name: str = "platform") -> SigningKey:
    """An RSA key, the same for the same name: making one takes long."""
    assert name
    return generate_rsa()


def a_registration(**changes: object) -> Registration:
    """One platform's registration."""
    registration = Registration(
        id=UUID(int=1),
        issuer=ISSUER,
        client_id=CLIENT_ID,
        auth_login_url=f"{ISSUER}/auth",
        auth_token_url=f"{ISSUER}/token",
        jwks_url=JWKS_URL,
    )
    return replace(registration, **changes)  # type: ignore[arg-type]  # the caller names fields


def some_claims(**changes: object) -> dict[str, object]:
    """The claims of a learner's launch, with members replaced, or removed by `None`.

    Short names stand for LTI claims: `roles` is `https://purl…/claim/roles`.
    """
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "user-7",
        "iat": NOW.timestamp(),
        "exp": NOW.timestamp() + 60,
        "name": "Lee Learner",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}deployment_id": "deployment-1",
        f"{CLAIM}target_link_uri": LAUNCH_URL,
        f"{CLAIM}roles": [f"{MEMBERSHIP}#Learner"],
        f"{CLAIM}resource_link": {"id": "link-1", "title": "Badge 2"},
        f"{CLAIM}context": {"id": "course-1", "title": "Coaching", "label": "C101"},
    }
    for name, value in changes.items():
        is_plain = name in {"iss", "aud", "azp", "sub", "iat", "exp", "nonce", "name"}
        key = name if is_plain or ":" in name else CLAIM + name
        claims[key] = value
    return {name: value for name, value in claims.items() if value is not None}


def encode(part: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def a_token(
    claims: object, *, key: SigningKey | None = None, header: Mapping[str, object] | None = None
) -> str:
    """A compact JWS over `claims`, whatever they are."""
    signing = key or a_key()
    head = {"alg": "RS256", "kid": "kid-1", "typ": "JWT"} if header is None else header
    signed = f"{encode(json.dumps(head).encode())}.{encode(json.dumps(claims).encode())}"
    return f"{signed}.{encode(signing.sign(signed.encode()))}"


def a_jwks(**keys: SigningKey) -> bytes:
    """A JWKS document; each argument's name is the key's id, with `_` for `-`."""
    named = keys or {"kid_1": a_key()}
    entries = [
        {**public_jwk(key.public), "kid": name.replace("_", "-")} for name, key in named.items()
    ]
    return json.dumps({"keys": entries}).encode()


class MemoryRegistrations:
    """Registrations in a list."""

    def __init__(self, *registrations: Registration) -> None:
        self.all = list(registrations)

    def find(self, issuer: str, client_id: str) -> Registration | None:
        """Return the registration of exactly this issuer and client id."""
        return next(
            (one for one in self.list_by_issuer(issuer) if one.client_id == client_id), None
        )

    def find_by_id(self, registration_id: UUID) -> Registration | None:
        """Return the registration with this id."""
        return next((one for one in self.all if one.id == registration_id), None)

    def list_by_issuer(self, issuer: str) -> Sequence[Registration]:
        """Return every registration of one issuer."""
        return [one for one in self.all if one.issuer == issuer]


class MemoryAttempts:
    """Login attempts in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, LoginAttempt] = {}

    def put(self, state_hash: str, attempt: LoginAttempt) -> None:
        """Keep a new attempt."""
        self.rows[state_hash] = attempt

    def peek(self, state_hash: str) -> LoginAttempt | None:
        """Return the attempt if it was not consumed."""
        return self.rows.get(state_hash)

    def consume(self, state_hash: str, *, at: datetime) -> bool:
        """Take the attempt away; true for whoever did."""
        return self.rows.pop(state_hash, None) is not None


class MemoryTokens:
    """Service tokens in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[tuple[UUID, str], ServiceToken] = {}

    def find(self, registration_id: UUID, scopes: str) -> ServiceToken | None:
        """Return the token kept for these scopes."""
        return self.rows.get((registration_id, scopes))

    def put(self, registration_id: UUID, scopes: str, token: ServiceToken) -> None:
        """Keep the token."""
        self.rows[registration_id, scopes] = token

    def drop(self, registration_id: UUID, scopes: str) -> None:
        """Forget the token."""
        self.rows.pop((registration_id, scopes), None)


@dataclass(slots=True, kw_only=True)
class Stage:
    """The tool's side of one login and launch, with everything it needs."""

    clock: Clock = field(default_factory=Clock)
    registrations: MemoryRegistrations = field(
        default_factory=lambda: MemoryRegistrations(a_registration())
    )
    attempts: MemoryAttempts = field(default_factory=MemoryAttempts)
    fetch: Callable[[str], bytes] = field(default=lambda _: a_jwks())
    target: str = LAUNCH_URL
    base_url: str = BASE_URL
    _tokens: int = 0
    _jwks: JWKSCache | None = None

    @property
    def jwks(self) -> JWKSCache:
        """The keys of the platform."""
        if self._jwks is None:
            self._jwks = JWKSCache(self._fetch_now, self.clock)
        return self._jwks

    def _fetch_now(self, url: str) -> bytes:
        return self.fetch(url)

    def random_token(self) -> str:
        """Return a fresh token."""
        self._tokens += 1
        return f"token-{self._tokens:032}"

    def login(self, *, browser: str | None = BROWSER, **changes: str | None) -> LoginRedirect:
        """Begin a login with the usual parameters, some replaced or removed."""
        params: dict[str, str | None] = {
            "iss": ISSUER,
            "client_id": CLIENT_ID,
            "login_hint": "hint",
            "target_link_uri": self.target,
            **changes,
        }
        return begin_login(
            {name: [value] for name, value in params.items() if value is not None},
            registrations=self.registrations,
            attempts=self.attempts,
            clock=self.clock,
            random_token=self.random_token,
            base_url=self.base_url,
            launch_url=LAUNCH_URL,
            browser_secret=browser or "",
        )

    def begin(self, **changes: str | None) -> tuple[str, str]:
        """Begin a login and return its state and nonce."""
        query = parse_qs(urlsplit(self.login(**changes).url).query)
        return query["state"][0], query["nonce"][0]

    def accept(
        self,
        form: Mapping[str, list[str]],
        *,
        browser: str | None = BROWSER,
        stored_value: str | None = None,
    ) -> LaunchMessage:
        """Accept a posted form."""
        return accept_launch(
            form,
            registrations=self.registrations,
            attempts=self.attempts,
            jwks=self.jwks,
            clock=self.clock,
            base_url=self.base_url,
            browser_secret=browser,
            stored_value=stored_value,
        )

    def launch(self, **changes: object) -> LaunchMessage:
        """Log in and launch with the usual claims and these changes."""
        state, nonce = self.begin()
        token = a_token(some_claims(nonce=nonce, **changes))
        return self.accept({"state": [state], "id_token": [token]})
