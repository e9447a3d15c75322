"""Where pages get documents from that verify our credentials without asking anybody else."""

from collections.abc import Callable

from badges.binding import Naming
from badges.errors import ResolutionError
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.urls import PublicURLs
from lti_tool.store import foreign
from lti_tool.store.database import Database


class SavedResolver:
    """Answers for our own issuers as of now, and for others as they were last verified.

    A page about a microcredential is shown at once, and says what is known of a part that
    another issuer signed: the worker verifies that every day.
    """

    def __init__(self, database: Database, urls: PublicURLs) -> None:
        self._database = database
        self._own = OwnResolver(database, urls)

    def did_document(self, did: str) -> bytes:
        """Return the document of an issuer."""
        return self._first(self._own.did_document, "issuer", did)

    def jwk(self, url: str) -> bytes:
        """Return the one JWK at `url`."""
        return self._first(self._own.jwk, "key", url)

    def status_list(self, url: str) -> bytes:
        """Return a signed status list."""
        return self._first(self._own.status_list, "list", url)

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return one of our credentials, or one that another of ours rests on."""
        return self._own.credential(url, named_by=named_by)

    def _first(self, ask: Callable[[str], bytes], kind: str, uri: str) -> bytes:
        try:
            return ask(uri)
        except ResolutionError:
            with self._database.reading() as session:
                found = foreign.find_document(session, kind, uri)
            if found is None:
                raise
            return found.body
