"""Which key an issuer vouches for: the step from a proof to the one who stands behind it.

A signature alone shows that somebody has some key. What binds the key to the issuer is
that the issuer's own document lists it for assertions; for a did:key, the name is the key.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from badges.errors import ProofError
from badges.proof import CompactJWT, SecuredDocument
from badges.untrusted import parse_object
from keys.did import assertion_keys, parse_did_key, revoked_names, verification_method_id
from keys.jwk import parse_jwk
from keys.late import LateModule
from keys.signing import PublicKey

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LateModule("urllib.parse")

Fetched = bytes | Mapping[str, object]


class Naming(NamedTuple):
    """Which credential names another: its proven issuer, and the id that it gives itself."""

    issuer_id: str
    id: str


class Resolver(Protocol):
    """Where verification gets what a credential refers to: the own store, or a guarded fetcher.

    The names come from the credential, so they are untrusted. Each method raises
    `ResolutionError` when there is no answer.
    """

    def did_document(self, did: str) -> Fetched:
        """Return the document of a did:web, or of an issuer that is an https URL."""

    def jwk(self, url: str) -> Fetched:
        """Return the one JWK at `url`."""

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`, as JSON or as a compact JWT."""

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`, byte for byte, which the one `named_by` binds.

        Raises `NotPublicError` when it is not shown to the world.
        """


def issuer_id(document: Mapping[str, object]) -> str:
    """Return the id of the document's issuer.

    Raises:
        ProofError: it names none.
    """
    issuer = document.get("issuer")
    id_ = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(id_, str):
        raise ProofError("no_issuer")
    return id_


def find_key(secured: SecuredDocument, *, resolver: Resolver, now: datetime) -> PublicKey:
    """Return the key that the proof names, if the document's issuer vouches for it.

    Raises:
        ProofError: nobody vouches for it, or the proof names none.
        ResolutionError: the issuer's document or the key could not be fetched.
        InvalidDIDError: the issuer's document is malformed, or that of somebody else.
        InvalidKeyError: the key is malformed or of a kind that we do not use.
        UntrustedInputError: what was fetched is no JSON that we read.
    """
    issuer = issuer_id(secured.document)
    if issuer.startswith("did:key:"):
        key = parse_did_key(issuer)
        listed = {verification_method_id(issuer, key): key}
    elif issuer.startswith("https:") and isinstance(secured, CompactJWT):
        return _key_of_same_origin(secured, issuer, resolver)
    elif issuer.startswith(("did:web:", "https:")):
        document = _object(resolver.did_document(issuer))
        listed = assertion_keys(document, controller=issuer, now=now)
        # The URL of such a key returns nothing, so it is known by what the URL ends with.
        name = secured.key_id or ""
        if not {name, name.rpartition("/")[2]}.isdisjoint(
            revoked_names(document, controller=issuer)
        ):
            raise ProofError("key_revoked")
    else:
        raise ProofError("issuer_not_supported")
    return _listed_key(secured, listed, resolver)


def _listed_key(
    secured: SecuredDocument, listed: Mapping[str, PublicKey], resolver: Resolver
) -> PublicKey:
    """Return the key that the proof names, which must be one of those listed.

    A JWT may name it by a URL or bring it along; then the value decides.
    """
    if secured.key_id is not None and secured.key_id in listed:
        return listed[secured.key_id]
    if isinstance(secured, CompactJWT):
        key = _named_key(secured, resolver)
        if key in listed.values():
            return key
    raise ProofError("key_not_vouched_for")


def _named_key(jwt: CompactJWT, resolver: Resolver) -> PublicKey:
    if jwt.key_id is None:
        return parse_jwk(jwt.key)
    if not jwt.key_id.startswith(("https:", "http:")):
        raise ProofError("key_not_vouched_for")
    return parse_jwk(_object(resolver.jwk(jwt.key_id)))


def _key_of_same_origin(jwt: CompactJWT, issuer: str, resolver: Resolver) -> PublicKey:
    """Return the key at the JWT's `kid`, which must be served by the issuer's own host.

    An issuer that is a URL has no place to list keys, so its host is all there is to go by.
    """
    if jwt.key_id is None or _origin(jwt.key_id) != _origin(issuer):
        raise ProofError("key_not_vouched_for")
    return _named_key(jwt, resolver)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = parse.urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise ProofError("key_not_vouched_for") from exc
    return parts.scheme, parts.hostname, port


def _object(fetched: Fetched) -> Mapping[str, object]:
    return parse_object(fetched) if isinstance(fetched, bytes) else fetched
