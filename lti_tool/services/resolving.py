"""Where verification gets documents from: our own store first, then the guarded fetcher."""

import json
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from badges.binding import Naming
from badges.errors import NotPublicError, ResolutionError
from keys.did_document import build_did_document
from lti_tool.errors import LtiToolError, NotFoundError
from lti_tool.services.disclosing import disclosed
from lti_tool.services.fetching import FetchingResolver
from lti_tool.services.keyring import listed_keys
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, foreign, pathways, shares
from lti_tool.store import keys as key_rows
from lti_tool.store.database import Database


def did_document_of(session: Session, slug: str, *, urls: PublicURLs) -> bytes:
    """Return the DID document of one of our issuers, as served.

    Raises:
        NotFoundError: no such issuer.
    """
    issuer = key_rows.get_issuer(session, slug)
    keys = listed_keys(session, issuer, urls=urls)
    return json.dumps(build_did_document(issuer.did, keys), separators=(",", ":")).encode()


def jwk_of(session: Session, slug: str, key_id: str) -> bytes:
    """Return one public key of one of our issuers, as served.

    A compromised one is not: some verifiers believe whatever key is there.

    Raises:
        NotFoundError: no such issuer or key.
    """
    issuer = key_rows.get_issuer(session, slug)
    for row in key_rows.list_keys(session, issuer_id=issuer.id):
        if row.id == key_id and row.compromised_at is None:
            return row.public_jwk
    raise NotFoundError("no such key")


class OwnResolver:
    """Answers for our own issuers out of the database; everything else has no answer."""

    def __init__(self, database: Database, urls: PublicURLs) -> None:
        self._database = database
        self._urls = urls

    def did_document(self, did: str) -> bytes:
        """Return the document of one of our issuers."""
        with self._database.reading() as session:
            for issuer in key_rows.list_issuers(session):
                if issuer.did == did:
                    return did_document_of(session, issuer.slug, urls=self._urls)
        raise ResolutionError("not ours")

    def jwk(self, url: str) -> bytes:
        """Return the key at one of our key URLs."""
        slug, slash, key_id = self._own(url, "issuers").partition("/keys/")
        if not slash:
            raise ResolutionError("not ours")
        return self._found(lambda session: jwk_of(session, slug, key_id))

    def status_list(self, url: str) -> bytes:
        """Return one of our signed status lists."""
        try:
            list_id = UUID(self._own(url, "status"))
        except ValueError as exc:
            raise ResolutionError("not ours") from exc
        return self._found(lambda session: awards.get_status_list(session, list_id).document)

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return one of our credentials: a shared one, or one that another of ours rests on.

        Who asks by a microcredential of ours has it before them, with what it names.

        Raises:
            NotPublicError: there is none that may be shown; whether there is one is not said.
            ResolutionError: it is not ours.
        """
        if not url.startswith(f"{self._urls.base_url}/"):
            raise ResolutionError("not ours")
        place, _, name = url.removeprefix(f"{self._urls.base_url}/").partition("/")
        finders = {"credentials": self._find_own_credential, "components": self._find_component}
        try:
            find, id_ = finders[place], UUID(name)
        except (KeyError, ValueError) as exc:
            raise NotPublicError("not shown to the world") from exc
        with self._database.reading() as session:
            found = find(session, id_, named_by)
        if found is None:
            raise NotPublicError("not shown to the world")
        return found

    def _find_own_credential(
        self, session: Session, credential_id: UUID, named_by: Naming
    ) -> bytes | None:
        shown = shares.find_shared_by_id(session, credential_id)
        if shown is not None:
            return disclosed(shown).document
        found, above = (
            awards.find_credential(session, credential_id),
            self._award(session, named_by),
        )
        if found is None or above is None:
            return None
        rests_on = pathways.list_components(session, above)
        return found[0].document if found[1].id in {one[0].id for one in rests_on} else None

    def _find_component(self, session: Session, foreign_id: UUID, named_by: Naming) -> bytes | None:
        shown = foreign.find_shared(session, foreign_id)
        if shown is not None:
            return shown.document
        above = self._award(session, named_by)
        rests_on = foreign.list_components(session, above) if above else ()
        return next((one.document for one in rests_on if one.id == foreign_id), None)

    def _award(self, session: Session, named_by: Naming) -> UUID | None:
        """Return the award of the credential that names another, if it is ours.

        Anybody may sign something that bears an id of ours, but not as its issuer.
        """
        try:
            above_id = UUID(self._own(named_by.id, "credentials"))
        except (ValueError, ResolutionError):
            return None
        above = awards.find_credential(session, above_id)
        if above is None or above[3].did != named_by.issuer_id:
            return None
        return above[1].id

    def _own(self, url: str, place: str) -> str:
        prefix = f"{self._urls.base_url}/{place}/"
        if not url.startswith(prefix):
            raise ResolutionError("not ours")
        return url.removeprefix(prefix)

    def _found(self, read: Callable[[Session], bytes]) -> bytes:
        with self._database.reading() as session:
            try:
                return read(session)
            except LtiToolError as exc:
                raise ResolutionError("not found") from exc


class ChainedResolver:
    """Our own store first; what is not ours is fetched."""

    def __init__(self, own: OwnResolver, fetching: FetchingResolver) -> None:
        self._own = own
        self._fetching = fetching

    def did_document(self, did: str) -> bytes:
        """Return the document of an issuer."""
        return self._first(lambda resolver: resolver.did_document(did))

    def jwk(self, url: str) -> bytes:
        """Return the one JWK at `url`."""
        return self._first(lambda resolver: resolver.jwk(url))

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return self._first(lambda resolver: resolver.status_list(url))

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`; one of ours is never asked for over the network."""
        try:
            return self._own.credential(url, named_by=named_by)
        except NotPublicError:
            raise
        except ResolutionError:
            return self._fetching.credential(url, named_by=named_by)

    def _first(self, ask: Callable[[OwnResolver | FetchingResolver], bytes]) -> bytes:
        try:
            return ask(self._own)
        except ResolutionError:
            return ask(self._fetching)
