"""Third-party initiated login: the platform asks, the browser goes back to it with a state.

Nothing of this request is signed. What it announces is kept under the state's
hash, and believed only once a signed launch repeats it.

Source: 1EdTech Security Framework 1.0 section 5.1.1, LTI 1.3 core section 5.1.1.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from lti_tool.lti.addresses import is_own_address
from lti_tool.lti.messages import Form, LoginAttempt, LoginRedirect, Registration
from lti_tool.lti.platform_storage import storage_write
from lti_tool.lti.ports import LoginAttempts, Registrations
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.values import Clock, RandomToken

LOGIN_TIME_TO_LIVE: Final = timedelta(minutes=10)
PARAMETER_MAXIMUM_CHARACTERS: Final = 8192
FRAME_MAXIMUM_CHARACTERS: Final = 255


def begin_login(
    params: Form,
    *,
    registrations: Registrations,
    attempts: LoginAttempts,
    clock: Clock,
    random_token: RandomToken,
    base_url: str,
    launch_url: str,
    browser_secret: str,
    registration_id: UUID | None = None,
) -> LoginRedirect:
    """Keep a login attempt and return where the browser goes with it.

    Args:
        params: The query of a GET or the form of a POST.
        registrations: The platforms that we know.
        attempts: Where the attempt is kept; the caller commits.
        clock: Says when it begins; it ends ten minutes later.
        random_token: Makes the state and the nonce.
        base_url: Our own origin, which `target_link_uri` must be under.
        launch_url: Our one registered `redirect_uri`.
        browser_secret: What the cookie of this browser holds, or will hold.
        registration_id: From a login URL that belongs to one registration.

    Raises:
        LaunchRejectedError: `request_malformed`, `platform_unknown`, `platform_ambiguous`
            or `target_foreign`.
    """
    registration = _registration(params, registrations, registration_id)
    target_link_uri = _required(params, "target_link_uri")
    if not is_own_address(target_link_uri, base_url):
        raise refused(Refusal.TARGET_FOREIGN)
    state, nonce, now = random_token(), random_token(), clock()
    attempt = LoginAttempt(
        registration_id=registration.id,
        nonce_hash=secret_hash(nonce),
        browser_hash=secret_hash(browser_secret),
        storage_target=_storage_target(params),
        target_link_uri=target_link_uri,
        created_at=now,
        expires_at=now + LOGIN_TIME_TO_LIVE,
    )
    request = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": launch_url,
        "state": state,
        "nonce": nonce,
        "login_hint": _required(params, "login_hint"),
    }
    hint = single(params, "lti_message_hint")
    if hint is not None:
        request["lti_message_hint"] = hint
    attempts.put(secret_hash(state), attempt)
    return LoginRedirect(
        url=_with_query(registration.auth_login_url, request),
        registration_id=registration.id,
        storage=storage_write(attempt, registration=registration, state=state),
    )


def secret_hash(secret: str) -> str:
    """Return the SHA-256 of a random secret in hexadecimal, as it is stored."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def single(params: Form, name: str, *, maximum: int = PARAMETER_MAXIMUM_CHARACTERS) -> str | None:
    """Return the one value of a parameter, or None if it is absent.

    Raises:
        LaunchRejectedError: `request_malformed`: it is there twice, or too long.
    """
    values = params.get(name, [])
    if len(values) > 1 or any(len(value) > maximum for value in values):
        raise refused(Refusal.REQUEST_MALFORMED, name)
    return values[0] if values else None


def _registration(
    params: Form, registrations: Registrations, registration_id: UUID | None
) -> Registration:
    issuer, client_id = _required(params, "iss"), single(params, "client_id")
    if registration_id is not None:
        named = registrations.find_by_id(registration_id)
        candidates = [named] if named is not None else []
    elif client_id is not None:
        found = registrations.find(issuer, client_id)
        candidates = [found] if found is not None else []
    else:
        candidates = list(registrations.list_by_issuer(issuer))
    fitting = [
        one for one in candidates if one.issuer == issuer and client_id in {None, one.client_id}
    ]
    if len(fitting) > 1:
        raise refused(Refusal.PLATFORM_AMBIGUOUS)
    if not fitting:
        raise refused(Refusal.PLATFORM_UNKNOWN)
    return fitting[0]


def _required(params: Form, name: str) -> str:
    value = single(params, name)
    if not value:
        raise refused(Refusal.REQUEST_MALFORMED, name)
    return value


def _storage_target(params: Form) -> str | None:
    target = single(params, "lti_storage_target")
    return target if target and len(target) <= FRAME_MAXIMUM_CHARACTERS else None


def _with_query(url: str, params: Mapping[str, str]) -> str:
    """Return `url` with `params` after the query that it already has."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *params.items()]
    return urlunsplit(parts._replace(query=urlencode(query, errors="replace")))
