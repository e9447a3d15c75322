"""The checks of one credential by itself, each of which fails with its code.

They go from cheap and local to what needs the network, and what a credential says is used
only after the check that makes it believable: no status list is fetched for a credential
whose proof does not fit.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from badges import shapes
from badges.binding import Resolver, find_key, issuer_id
from badges.checklist import CheckFailedError
from badges.errors import (
    CanonicalizationError,
    ProofError,
    ResolutionError,
    StatusListError,
    UntrustedInputError,
)
from badges.instants import parse_instant
from badges.nodes import embedded_documents, find_repeated_id
from badges.parts import list_embedded, list_endorsements
from badges.proof import (
    CompactJWT,
    EmbeddedProof,
    SecuredDocument,
    parse_embedded_proof,
    parse_vc_jwt,
)
from badges.remembering import Remembers
from badges.terms.vocabulary import load_vocabularies
from badges.untrusted import MAXIMUM_BYTES, parse_object
from keys.errors import InvalidDIDError, InvalidKeyError
from keys.late import LateModule
from keys.signing import PublicKey
from rubrics.errors import InvalidDocumentError

if TYPE_CHECKING:
    from badges import status_list
else:
    status_list = LateModule("badges.status_list")

# Two honest clocks may differ; a credential is often checked in the second it was issued.
_CLOCK_SKEW = timedelta(seconds=60)
DATES = ("validFrom", "validUntil")
_INDEX = "0|[1-9][0-9]{0,8}"
_LISTS_KEPT = 8

_Document = Mapping[str, object]


class CredentialKind(StrEnum):
    """What a credential is about."""

    BADGE = "badge"
    RECORD = "record"
    """A learner record (CLR 2.0), which holds other credentials."""
    ENDORSEMENT = "endorsement"
    STATUS_LIST = "status_list"


class _Form(NamedTuple):
    """What a kind of credential has to bring: a context whose URL begins so, and a shape."""

    context: str
    schema: str


_FORMS = {
    CredentialKind.BADGE: _Form(
        context="https://purl.imsglobal.org/spec/ob/v3p0/context-",
        schema="accepted-credential.schema.json",
    ),
    CredentialKind.RECORD: _Form(
        context="https://purl.imsglobal.org/spec/clr/v2p0/context-",
        schema="accepted-learner-record.schema.json",
    ),
    CredentialKind.ENDORSEMENT: _Form(
        context="https://purl.imsglobal.org/spec/ob/v3p0/context-",
        schema="accepted-endorsement.schema.json",
    ),
    CredentialKind.STATUS_LIST: _Form(context="", schema="accepted-status-list.schema.json"),
}
_TYPES = {
    "ClrCredential": CredentialKind.RECORD,
    "EndorsementCredential": CredentialKind.ENDORSEMENT,
}


def kind_of(document: _Document) -> CredentialKind:
    """Return what a credential is by its types; a badge where they say nothing else."""
    types = document.get("type")
    named = types if isinstance(types, list) else [types]
    for name, kind in _TYPES.items():
        if name in named:
            return kind
    return CredentialKind.BADGE


def parse(data: bytes | str | _Document) -> SecuredDocument:
    """Return the secured document in bytes, text, or JSON that was read already."""
    if not isinstance(data, Mapping) and len(data) > MAXIMUM_BYTES:
        raise CheckFailedError("too_large")
    try:
        if isinstance(data, Mapping):
            return parse_embedded_proof(data)
        text = data.decode() if isinstance(data, bytes) else data
        text = text.strip()
        if text.startswith("{"):
            return parse_embedded_proof(parse_object(text))
        return parse_vc_jwt(text)
    except UnicodeDecodeError as exc:
        raise CheckFailedError("not_utf8") from exc
    except (UntrustedInputError, ProofError) as exc:
        raise CheckFailedError(exc.reason) from exc


def check_context(secured: SecuredDocument, kind: CredentialKind) -> bytes:
    """Return what the proof signs, once every word of it has a known meaning.

    The bytes of a JWT are signed whatever they mean, so there only the list counts.
    """
    contexts = secured.document.get("@context")
    names = contexts if isinstance(contexts, list) else [contexts]
    texts = tuple(name for name in names if isinstance(name, str))
    has_prefix = any(name.startswith(_FORMS[kind].context) for name in texts)
    if len(texts) != len(names) or texts not in load_vocabularies() or not has_prefix:
        raise CheckFailedError("context_not_supported", contexts=" ".join(texts))
    try:
        return secured.signed_bytes()
    except CanonicalizationError as exc:
        raise CheckFailedError(exc.code, detail=str(exc)) from exc


def check_shape(secured: SecuredDocument, kind: CredentialKind) -> dict[str, Any]:
    """Return the document once it has the members of its kind, of the right types."""
    try:
        accepted = shapes.check_shape(secured.document, _FORMS[kind].schema)
    except InvalidDocumentError as exc:
        raise CheckFailedError("wrong_shape", place=exc.place) from exc
    for name in DATES:
        try:
            parse_instant(secured.document.get(name, "2000-01-01T00:00:00Z"))
        except ValueError as exc:
            raise CheckFailedError("wrong_date", place=name) from exc
    # A JWT signs the places of its members, too.
    if isinstance(secured, EmbeddedProof):
        _check_places(secured.document, kind)
    return accepted


def _check_places(document: _Document, kind: CredentialKind) -> None:
    """Check that nothing could have changed its place under the proof; see `badges.nodes`."""
    repeated = find_repeated_id(document)
    if repeated is not None:
        raise CheckFailedError("repeated_id", id=repeated)
    places = list_endorsements(document)
    if kind is CredentialKind.RECORD:
        places += list_embedded(document)
    verified = [place.value for place in places]
    for embedded in embedded_documents(document):
        if not any(embedded is one for one in verified):
            raise CheckFailedError("embedded_elsewhere")


def require_key(secured: SecuredDocument, resolver: Resolver, now: datetime) -> PublicKey:
    """Return the key that the proof names, if the issuer vouches for it."""
    if not isinstance(resolver, Remembers) or secured.key_id is None:
        return _require_key(secured, resolver, now)
    name = issuer_id(secured.document), secured.key_id, isinstance(secured, CompactJWT)
    keys = resolver.found.keys
    if name not in keys:
        keys[name] = _require_key(secured, resolver, now)
    return keys[name]


def _require_key(secured: SecuredDocument, resolver: Resolver, now: datetime) -> PublicKey:
    try:
        return find_key(secured, resolver=resolver, now=now)
    except ProofError as exc:
        raise CheckFailedError(exc.reason) from exc
    except ResolutionError as exc:
        raise CheckFailedError("issuer_unreachable") from exc
    except (InvalidDIDError, UntrustedInputError) as exc:
        raise CheckFailedError("issuer_document_malformed") from exc
    except InvalidKeyError as exc:
        raise CheckFailedError("key_malformed") from exc


def check_proof(secured: SecuredDocument, key: PublicKey, signed_bytes: bytes) -> None:
    """Check that the key signed exactly this."""
    try:
        secured.verify(key, signed_bytes)
    except ProofError as exc:
        raise CheckFailedError(exc.reason) from exc


def check_dates(secured: SecuredDocument, now: datetime) -> None:
    """Check that it is valid now."""
    document = secured.document
    if "validFrom" in document and parse_instant(document["validFrom"]) > now + _CLOCK_SKEW:
        raise CheckFailedError("not_yet_valid")
    if "validUntil" in document and parse_instant(document["validUntil"]) <= now:
        raise CheckFailedError("expired")
    expires = secured.expires if isinstance(secured, EmbeddedProof) else None
    if expires is not None and expires <= now:
        raise CheckFailedError("proof_expired")


def check_status(status: _Document, issuer: str, resolver: Resolver, now: datetime) -> None:
    """Check that the bit of this credential in its issuer's list is not set."""
    url, index = _status_entry(status)
    try:
        is_revoked = _fetch_list(url, issuer, resolver, now).is_set(index)
    except ResolutionError as exc:
        raise CheckFailedError("status_list_unreachable") from exc
    except StatusListError as exc:
        raise CheckFailedError("status_list_not_valid", reason=exc.code) from exc
    except CheckFailedError as failed:
        raise CheckFailedError("status_list_not_valid", reason=failed.code) from failed
    if is_revoked:
        raise CheckFailedError("revoked")


def _fetch_list(
    url: str, issuer: str, resolver: Resolver, now: datetime
) -> "status_list.StatusList":
    """Return the list at `url` once it holds as a credential of the same issuer."""
    if not isinstance(resolver, Remembers):
        return _require_list(url, issuer, resolver, now)
    lists = resolver.found.lists
    found = lists.get((url, issuer))
    if found is None:
        found = _require_list(url, issuer, resolver, now)
        # A list may take 2 MB, and a hostile document may name many.
        if len(lists) < _LISTS_KEPT:
            lists[url, issuer] = found
    return found


def _require_list(
    url: str, issuer: str, resolver: Resolver, now: datetime
) -> "status_list.StatusList":
    secured = parse(resolver.status_list(url))
    signed_bytes = check_context(secured, CredentialKind.STATUS_LIST)
    accepted = check_shape(secured, CredentialKind.STATUS_LIST)
    if issuer_id(accepted) != issuer or accepted["id"] != url:
        raise CheckFailedError("another_issuer_or_list")
    check_proof(secured, require_key(secured, resolver, now), signed_bytes)
    check_dates(secured, now)
    return status_list.StatusList.decode(accepted["credentialSubject"]["encodedList"])


def _status_entry(status: _Document) -> tuple[str, int]:
    """Return where to look: the list's URL and the index.

    Other kinds of status are refused, never skipped: the credential may well be revoked.
    """
    url, index = status.get("statusListCredential"), status.get("statusListIndex")
    if (
        status.get("type") != "BitstringStatusListEntry"
        or status.get("statusPurpose") != "revocation"
        or status.get("statusSize", 1) != 1
        or not isinstance(url, str)
        or not isinstance(index, str)
        or not re.fullmatch(_INDEX, index)
    ):
        raise CheckFailedError("status_not_supported")
    return url, int(index)
