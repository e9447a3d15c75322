"""A resolver for many verifications at one moment, such as of all that was just signed.

Each credential is still verified whole. What is the same for all of them is looked at
once: the issuer's document, the keys that it vouches for, and the signed status list.
"""

from functools import cache
from typing import TYPE_CHECKING

from badges.binding import Fetched, Naming, Resolver
from keys.signing import PublicKey

if TYPE_CHECKING:
    from badges.status_list import StatusList


class Found:
    """What was found to hold: keys by issuer, name and form; status lists by URL and issuer.

    Of an issuer that is an https URL, a key holds for tokens by where it is served, and for
    embedded proofs only if it is listed: hence the form, which is true for a token.
    """

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str, bool], PublicKey] = {}
        self.lists: dict[tuple[str, str], StatusList] = {}


class Remembers:
    """What keeps what was found to hold, for as long as it is looked at."""

    found: Found


class RememberingResolver(Remembers):
    """Asks another resolver once for each name; keeps keys and lists that were found to hold.

    It is for as long as nothing changes: one batch, not one process.
    """

    def __init__(self, asked: Resolver) -> None:
        self._did_document = cache(asked.did_document)
        self._jwk = cache(asked.jwk)
        self._status_list = cache(asked.status_list)
        self._credential = asked.credential
        self.found = Found()

    def did_document(self, did: str) -> Fetched:
        """Return the document of an issuer."""
        return self._did_document(did)

    def jwk(self, url: str) -> Fetched:
        """Return the one JWK at `url`."""
        return self._jwk(url)

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return self._status_list(url)

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return a credential; asked for each time, for there are many."""
        return self._credential(url, named_by=named_by)
