"""A posted launch -> `LaunchMessage`, or a refusal with a code.

PyLTI1p3's `MessageLaunch` with the gaps of version 2.0.0 closed by overriding:
it takes a nonce twice or with another login's state, tokens without an end or
for several audiences, and any target. The order of the checks matters: the
login is consumed only after the signature held, so that nobody can burn
somebody else's, and before anything is made of the claims.

Source: LTI 1.3 core section 5.1, 1EdTech Security Framework 1.0 section 5.1.3.
"""

import hmac
from collections.abc import Mapping
from typing import Final, Self, cast

import requests
from pylti1p3.cookie import CookieService
from pylti1p3.message_launch import MessageLaunch, TLaunchData
from pylti1p3.request import Request
from pylti1p3.session import SessionService

from lti_tool.lti.addresses import is_own_address
from lti_tool.lti.claims import parse_message
from lti_tool.lti.id_token import (
    TOKEN_MAXIMUM_CHARACTERS,
    audience_of,
    check_times,
    parse_id_token,
)
from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.lti.login import (
    PARAMETER_MAXIMUM_CHARACTERS,
    secret_hash,
    single,
)
from lti_tool.lti.messages import (
    Form,
    LaunchMessage,
    LoginAttempt,
    MessageType,
    StorageRead,
)
from lti_tool.lti.platform_storage import is_stored_value, storage_read
from lti_tool.lti.ports import LoginAttempts, Registrations
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.lti.tool_config import KnownRegistration, StoredToolConfig
from lti_tool.values import Clock

ACCEPTED: Final = frozenset({MessageType.RESOURCE_LINK, MessageType.SUBMISSION_REVIEW})

# What Canvas and Moodle post to the launch URL instead of a launch.
_PLATFORM_ERRORS: Final[Mapping[str, Refusal]] = {
    "login_required": Refusal.PLATFORM_SIGN_IN,
    "interaction_required": Refusal.PLATFORM_SIGN_IN,
    "launch_no_longer_valid": Refusal.PLATFORM_EXPIRED,
    "access_denied": Refusal.PLATFORM_DENIED,
    "unauthorized_client": Refusal.PLATFORM_SETUP,
    "invalid_request": Refusal.PLATFORM_SETUP,
    "invalid_request_object": Refusal.PLATFORM_SETUP,
    "invalid_scope": Refusal.PLATFORM_SETUP,
    "unsupported_response_type": Refusal.PLATFORM_SETUP,
}


def accept_launch(
    form: Form,
    *,
    registrations: Registrations,
    attempts: LoginAttempts,
    jwks: JWKSCache,
    clock: Clock,
    base_url: str,
    browser_secret: str | None = None,
    stored_value: str | None = None,
    allowed: frozenset[MessageType] = ACCEPTED,
) -> LaunchMessage:
    """Check a posted launch from end to end, consume its login, and return what it says.

    Fetches the platform's keys if they are not at hand, so no transaction may be open.

    Args:
        form: The body of the POST. A query has no business here.
        registrations: The platforms that we know.
        attempts: The logins that wait for their launch.
        jwks: The platforms' keys.
        clock: The present.
        base_url: Our own origin, which `target_link_uri` must be under.
        browser_secret: What this browser's cookie holds, if one came back.
        stored_value: What the platform kept for us, if our page fetched it.
        allowed: The message types that this route accepts.

    Raises:
        LaunchRejectedError: its `code` is a `Refusal`.
    """
    launch = _CheckedLaunch(
        form,
        registrations=registrations,
        attempts=attempts,
        jwks=jwks,
        clock=clock,
        proofs=(browser_secret, stored_value),
    )
    launch.validate()
    message = parse_message(
        launch.claims, registration_id=launch.attempt.registration_id, allowed=allowed
    )
    if not is_own_address(message.target_link_uri, base_url):
        raise refused(Refusal.TARGET_FOREIGN)
    if message.target_link_uri != launch.attempt.target_link_uri:
        raise refused(Refusal.TARGET_MISMATCH)
    return message


def find_storage_read(
    form: Form, *, registrations: Registrations, attempts: LoginAttempts, clock: Clock
) -> StorageRead | None:
    """Return what the launch page should ask the platform for before it posts the launch again.

    For a launch that comes without a cookie. None: its login named no storage, or
    there is no such login; `accept_launch` then says why it is refused.

    Raises:
        LaunchRejectedError: the platform posted an error, or the form is malformed.
    """
    _refuse_platform_error(form)
    state = single(form, "state") or ""
    attempt = attempts.peek(secret_hash(state))
    if attempt is None or attempt.expires_at <= clock():
        return None
    registration = registrations.find_by_id(attempt.registration_id)
    if registration is None:
        return None
    return storage_read(attempt, registration=registration, state=state)


class _Form(Request):
    """A form in the shape that PyLTI1p3 reads."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def get_param(self, key: str) -> str:
        """Return the one value, or nothing."""
        maximum = TOKEN_MAXIMUM_CHARACTERS if key == "id_token" else PARAMETER_MAXIMUM_CHARACTERS
        return single(self._form, key, maximum=maximum) or ""

    def is_secure(self) -> bool:
        """Say yes: a setting, not the request, decides whether plain http is spoken."""
        return True


class _NoCookies(CookieService):
    """PyLTI1p3 wants cookies; the browser's proof is an argument here."""

    def get_cookie(self, name: str) -> str | None:
        """Return nothing."""
        return None

    def set_cookie(self, name: str, value: str | int, exp: int | None = None) -> None:
        """Set nothing."""


class _NoNetwork(requests.Session):
    """PyLTI1p3 wants a session; ours reaches nothing, for keys come from the cache."""

    def __init__(self) -> None:  # none of a session's parts is made
        pass


class _CheckedLaunch(MessageLaunch[_Form, StoredToolConfig, SessionService, _NoCookies]):
    """PyLTI1p3's launch, each of its checks replaced or put in its right place."""

    attempt: LoginAttempt

    def __init__(
        self,
        form: Form,
        *,
        registrations: Registrations,
        attempts: LoginAttempts,
        jwks: JWKSCache,
        clock: Clock,
        proofs: tuple[str | None, str | None],
    ) -> None:
        request = _Form(form)
        super().__init__(
            request,
            StoredToolConfig(registrations),
            session_service=SessionService(request),
            cookie_service=_NoCookies(),
            requests_session=_NoNetwork(),
        )
        self._form, self._attempts, self._jwks, self._clock = form, attempts, jwks, clock
        self._browser_secret, self._stored_value = proofs
        self.claims: Mapping[str, object] = {}

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)

    def validate(self) -> Self:
        """Run the checks that come before the claims', and consume the login."""
        # Otherwise `_get_jwt_body` calls this method again.
        self._validated = True
        _refuse_platform_error(self._form)
        self.validate_state()
        self.validate_jwt_format()
        self.validate_registration()
        self.validate_jwt_signature()
        self.validate_nonce()
        self._validate_browser()
        if not self._attempts.consume(self._state_hash, at=self._clock()):
            raise refused(Refusal.STATE_UNKNOWN)
        return self

    def validate_state(self) -> Self:
        """Find the login that this launch answers."""
        self._state = self._get_request_param("state")
        self._state_hash = secret_hash(self._state)
        attempt = self._attempts.peek(self._state_hash) if self._state else None
        if attempt is None:
            raise refused(Refusal.STATE_UNKNOWN)
        if attempt.expires_at <= self._clock():
            raise refused(Refusal.STATE_EXPIRED)
        self.attempt = attempt
        return self

    def validate_jwt_format(self) -> Self:
        """Take the token apart; its claims are only claimed so far."""
        self._token = parse_id_token(self._get_request_param("id_token"))
        self.claims = self._token.claims
        self._jwt = {"body": cast(TLaunchData, self.claims)}
        return self

    def get_client_id(self) -> str:
        """Return the client that the token is for, wherever it stands in `aud`."""
        return audience_of(self.claims)

    def validate_registration(self) -> Self:
        """Find the registration of issuer and audience; it must be the login's."""
        if not isinstance(self.claims.get("iss"), str) or not self.claims["iss"]:
            raise refused(Refusal.PLATFORM_UNKNOWN, "iss")
        super().validate_registration()
        self._known = cast(KnownRegistration, self._registration).known
        if self._known.id != self.attempt.registration_id:
            raise refused(Refusal.LOGIN_MISMATCH)
        return self

    def validate_jwt_signature(self) -> Self:
        """Check the signature with the platform's own key, and the token's times."""
        key = self._jwks.find_key(self._known.jwks_url, self._token.key_id)
        self._token.verify_signature(key)
        check_times(self.claims, now=self._clock())
        return self

    def validate_nonce(self) -> Self:
        """Check that the nonce is the one made together with this state."""
        nonce = self.claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            secret_hash(nonce), self.attempt.nonce_hash
        ):
            raise refused(Refusal.NONCE_MISMATCH)
        return self

    def _validate_browser(self) -> None:
        """Check that the browser which began the login also ends it."""
        if self._browser_secret and hmac.compare_digest(
            secret_hash(self._browser_secret), self.attempt.browser_hash
        ):
            return
        if not is_stored_value(self._stored_value or "", self.attempt, state=self._state):
            raise refused(Refusal.BROWSER_UNBOUND)


def _refuse_platform_error(form: Form) -> None:
    """Refuse if the platform reports an error instead of launching.

    The text that comes with it is not passed on: anybody could have posted it.
    """
    if "error" in form:
        error = single(form, "error") or ""
        raise refused(_PLATFORM_ERRORS.get(error, Refusal.PLATFORM_ERROR))
