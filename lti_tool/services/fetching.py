"""Verification's questions to the world, through the guarded session. Needs no database."""

from urllib.parse import urlsplit

from badges.errors import ResolutionError
from keys.did import did_web_document_url
from keys.errors import KeysError
from lti_tool.errors import LtiToolError
from lti_tool.lti.http import GuardedSession

CREDENTIAL = (
    "application/vc+ld+json, application/vc, application/json;q=0.9, text/plain;q=0.8, */*;q=0.1"
)
"""What to accept at an address where a credential is looked for: its page comes last."""
LOOPBACK = frozenset({"localhost", "127.0.0.1"})


class FetchingResolver:
    """Asks the world, through the guarded session: https, public addresses, bounded."""

    def __init__(self, http: GuardedSession) -> None:
        self._http = http

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

    def _fetch(self, url: str, accept: str = "application/json, */*;q=0.5") -> bytes:
        try:
            answer = self._http.exchange(
                "GET", url, headers={"Accept": accept}, follows_redirects=True
            )
        except LtiToolError as exc:
            raise ResolutionError(exc.code) from exc
        if not answer.is_success:
            raise ResolutionError("not found")
        return answer.body
