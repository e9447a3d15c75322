"""Verification's questions to the world, through the guarded session. Needs no database."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from badges.binding import Naming
from badges.errors import NotPublicError, ResolutionError
from keys.did import did_web_document_url
from keys.errors import KeysError
from lti_tool.errors import LtiToolError
from lti_tool.lti.http import BUSY, GuardedSession

CREDENTIAL = (
    "application/vc+ld+json, application/vc, application/json;q=0.9, text/plain;q=0.8, */*;q=0.1"
)
"""What to accept at an address where a credential is looked for: its page comes last."""
HIDDEN = frozenset({401, 403, 404, 410})
"""What a host answers that does not show a credential to the world."""
PATIENCE_SECONDS = 30.0
"""For all that one verification asks: a credential may name slow addresses by the dozen."""
A_TURN_SECONDS = 0.05
"""Between two looks whether it is one's turn."""
LOOPBACK = frozenset({"localhost", "127.0.0.1"})


class NotAskedError(ResolutionError):
    """It says nothing of whoever would have answered: there was no time left, or no turn."""


class FetchingResolver:
    """Asks the world, through the guarded session: https, public addresses, bounded.

    One is made for each verification: all its questions together have `patience` seconds.
    Where too many requests are under way, it asks nothing; or `waits` for its turn within them.
    """

    def __init__(
        self,
        http: GuardedSession,
        *,
        patience: float = PATIENCE_SECONDS,
        waits: bool = False,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._waits = waits
        self._timer = timer
        self._ends_at = timer() + patience

    def did_document(self, did: str) -> bytes:
        """Return the document of a did:web, or of an issuer that is an https URL."""
        # What begins so may still be no URL: the guarded session says so.
        if did.startswith(("https:", "http:")):
            return self._fetch(did)
        try:
            url = did_web_document_url(did)
        except KeysError as exc:
            raise ResolutionError("no such DID") from exc
        # did:web means https; only a demo on this machine speaks plain http.
        is_here = urlsplit(url).hostname in LOOPBACK
        return self._fetch(f"http{url.removeprefix('https')}" if is_here else url)

    def jwk(self, url: str) -> bytes:
        """Return the one JWK at `url`."""
        return self._fetch(url)

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return self._fetch(url, accept="application/vc+ld+json, application/json;q=0.9, */*;q=0.5")

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`."""
        return self._fetch(url, accept=CREDENTIAL)

    def _fetch(self, url: str, accept: str = "application/json, */*;q=0.5") -> bytes:
        while self._timer() < self._ends_at:
            try:
                answer = self._http.exchange(
                    "GET", url, headers={"Accept": accept}, follows_redirects=True
                )
                break
            except LtiToolError as exc:
                if exc.code != BUSY:
                    raise ResolutionError(exc.code) from exc
                if not self._waits:
                    raise NotAskedError(exc.code) from exc
                time.sleep(A_TURN_SECONDS)
        else:
            raise NotAskedError("no time left")
        if answer.status in HIDDEN:
            raise NotPublicError("not shown to the world")
        if not answer.is_success:
            raise ResolutionError("not found")
        return answer.body
