"""The public keys of platforms, kept as key objects for an hour.

A key id that is not among them makes us look again, at most every half minute,
so a rotation is noticed at once. If the platform does not answer, or answers
with anything but a JWKS, the keys that are there go on serving.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keys.errors import InvalidKeyError
from keys.jwk import parse_jwk
from keys.signing import PublicKey
from lti_tool.errors import PlatformError, PlatformUnavailableError
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.values import Clock

TIME_TO_LIVE: Final = timedelta(hours=1)
BETWEEN_FETCHES: Final = timedelta(seconds=30)
AFTER_A_FAILURE: Final = timedelta(seconds=5)
MAXIMUM_KEYS: Final = 100
# Half of a web process's threads: a platform that does not answer leaves the rest to others.
MAXIMUM_WAITING: Final = 32

FetchJWKS = Callable[[str], bytes]
"""Returns the body found at a JWKS URL, or raises a `PlatformError`."""


@dataclass(slots=True)
class _Entry:
    """What is known of one JWKS URL. The lock lets one thread fetch, the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: threading.Semaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAXIMUM_WAITING)
    )
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    next_fetch_at: datetime | None = None


class JWKSCache:
    """Finds a platform's key by its id. One instance per process, shared by threads."""

    def __init__(self, fetch: FetchJWKS, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    def find_key(self, jwks_url: str, key_id: str) -> PublicKey:
        """Return the RSA key with this id.

        Raises:
            LaunchRejectedError: `key_unknown`, or `keys_unavailable` if the platform
                never answered with its keys, or too many wait for its answer.
        """
        # Only URLs of registrations come here, so the entries are few.
        entry = self._entries.setdefault(jwks_url, _Entry())
        if self._is_due(entry, key_id) and entry.waiting.acquire(blocking=False):
            try:
                self._refresh_alone(entry, jwks_url, key_id)
            finally:
                entry.waiting.release()
        if not entry.keys:
            raise refused(Refusal.KEYS_UNAVAILABLE)
        if key_id not in entry.keys:
            raise refused(Refusal.KEY_UNKNOWN)
        return entry.keys[key_id]

    def _is_due(self, entry: _Entry, key_id: str) -> bool:
        now = self._clock()
        if entry.next_fetch_at is not None and now < entry.next_fetch_at:
            return False
        is_old = entry.fetched_at is None or now >= entry.fetched_at + TIME_TO_LIVE
        return is_old or key_id not in entry.keys

    def _refresh_alone(self, entry: _Entry, jwks_url: str, key_id: str) -> None:
        # Who has the key at hand, if an old one, does not wait for another's fetch.
        if entry.lock.acquire(blocking=key_id not in entry.keys):
            try:
                self._refresh(entry, jwks_url, key_id)
            finally:
                entry.lock.release()

    def _refresh(self, entry: _Entry, jwks_url: str, key_id: str) -> None:
        if not self._is_due(entry, key_id):
            return
        now = self._clock()
        try:
            entry.keys = parse_jwks(self._fetch(jwks_url))
        except PlatformError:
            # Stale keys serve on.
            entry.next_fetch_at = self._clock() + AFTER_A_FAILURE
        else:
            entry.fetched_at = now
            entry.next_fetch_at = now + BETWEEN_FETCHES


def fetch_with(session: GuardedSession) -> FetchJWKS:
    """Return a function that fetches JWKS documents over `session`."""

    def fetch(jwks_url: str) -> bytes:
        answer = session.exchange(
            "GET", jwks_url, headers={"Accept": "application/json"}, follows_redirects=True
        )
        if not answer.is_success:
            raise PlatformUnavailableError(code="platform_answered_error")
        return answer.body

    return fetch


def parse_jwks(body: bytes) -> Mapping[str, PublicKey]:
    """Return the usable keys of a JWKS by their id: RSA of 2048 bits or more, for signatures.

    The others are left out. So are keys without an id, which no launch can name.

    Raises:
        PlatformUnavailableError: `jwks_unreadable`: not a JWKS, an absurdly long one, or
            one without a usable key.
    """
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError) as exc:
        raise PlatformUnavailableError(code="jwks_unreadable") from exc
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MAXIMUM_KEYS:
        raise PlatformUnavailableError(code="jwks_unreadable")
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        key_id = entry.get("kid") if isinstance(entry, dict) else None
        key = _usable_key(entry)
        if isinstance(key_id, str) and key is not None:
            keys.setdefault(key_id, key)
    if not keys:
        raise PlatformUnavailableError(code="jwks_unreadable")
    return keys


def _usable_key(jwk: object) -> PublicKey | None:
    try:
        key = parse_jwk(jwk)
    except InvalidKeyError:
        return None
    return key if isinstance(key.key, RSAPublicKey) else None
