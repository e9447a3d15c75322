"""Verification: bytes in, a credential that holds out, or an error that says why not.

The checks go from cheap and local to what needs the network, and what a credential says
is used only after the check that makes it believable: no status list is fetched for a
credential whose proof does not fit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from jsonschema.protocols import Validator

from badges.binding import Resolver, find_key, issuer_id
from badges.checklist import CheckFailedError, Checklist
from badges.checks import Check, CheckName
from badges.errors import (
    CanonicalizationError,
    ProofError,
    ResolutionError,
    StatusListError,
    UntrustedInputError,
)
from badges.instants import parse_instant
from badges.nodes import find_repeated_id
from badges.proof import (
    EmbeddedProof,
    SecuredDocument,
    parse_embedded_proof,
    parse_vc_jwt,
)
from badges.status_list import StatusList
from badges.terms.vocabulary import load_vocabularies
from badges.untrusted import MAXIMUM_BYTES, parse_object
from keys.errors import InvalidDIDError, InvalidKeyError
from keys.signing import Algorithm, PublicKey
from rubrics.documents import check_document, load_validator
from rubrics.errors import InvalidDocumentError

_OPEN_BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-"
_CREDENTIAL_SCHEMA = "accepted-credential.schema.json"
_STATUS_LIST_SCHEMA = "accepted-status-list.schema.json"
# Two honest clocks may differ; a credential is often checked in the second it was issued.
_CLOCK_SKEW = timedelta(seconds=60)
_DATES = ("validFrom", "validUntil")
_INDEX = re.compile("0|[1-9][0-9]{0,8}")

_Document = Mapping[str, object]


class ProofForm(StrEnum):
    """How a credential is secured."""

    DATA_INTEGRITY = "data_integrity"
    VC_JWT = "vc_jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCredential:
    """A credential that passed every check. `document` is without its proof or claims.

    That it holds says neither that the issuer's domain belongs to a college, nor that
    the person who shows it is its subject.
    """

    document: _Document
    form: ProofForm
    algorithm: Algorithm
    issuer_id: str
    checks: tuple[Check, ...]


def verify(data: bytes | str, *, resolver: Resolver, now: datetime) -> VerifiedCredential:
    """Return the credential in `data`, JSON with a proof or a compact JWT, if it is valid.

    Args:
        data: As it came, from anybody; no more than 1 MB.
        resolver: Fetches the issuer's document, its key and its status list.
        now: The time to check dates against, with a zone.

    Raises:
        VerificationError: it is not valid, or that could not be found out. The error
            carries all checks, also those that passed or were not made.
    """
    log = Checklist()
    secured = log.require(CheckName.PARSE, lambda: _parse(data))
    document = secured.document
    signed = log.require(CheckName.CONTEXT, lambda: _check_context(secured, _OPEN_BADGES_CONTEXT))
    log.require(CheckName.SHAPE, lambda: _check_shape(secured, _CREDENTIAL_SCHEMA))
    issuer, key_id = issuer_id(document), secured.key_id or ""
    key = log.require(
        CheckName.KEY, lambda: _find_key(secured, resolver, now), issuer=issuer, key=key_id
    )
    log.require(CheckName.PROOF, lambda: _check_proof(secured, key, signed))
    log.document = document
    log.note(CheckName.DATES, lambda: _check_dates(secured, now), **_text_members(document, _DATES))
    match document.get("credentialStatus"):
        case Mapping() as status:
            facts = _text_members(status, ("statusListCredential", "statusListIndex"))
            log.note(
                CheckName.STATUS, lambda: _check_status(status, issuer, resolver, now), **facts
            )
        case _:
            log.skip(CheckName.STATUS, "no_status")
    is_embedded = isinstance(secured, EmbeddedProof)
    return VerifiedCredential(
        document=document,
        form=ProofForm.DATA_INTEGRITY if is_embedded else ProofForm.VC_JWT,
        algorithm=secured.algorithm,
        issuer_id=issuer,
        checks=log.finish(),
    )


def _parse(data: bytes | str) -> SecuredDocument:
    if len(data) > MAXIMUM_BYTES:
        raise CheckFailedError("too_large")
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text = text.strip()
        if text.startswith("{"):
            return parse_embedded_proof(parse_object(text))
        return parse_vc_jwt(text)
    except UnicodeDecodeError as exc:
        raise CheckFailedError("not_utf8") from exc
    except (UntrustedInputError, ProofError) as exc:
        raise CheckFailedError(exc.reason) from exc


def _check_context(secured: SecuredDocument, prefix: str) -> bytes:
    """Return what the proof signs, once every word of it has a known meaning.

    The bytes of a JWT are signed whatever they mean, so there only the list counts.
    """
    contexts = secured.document.get("@context")
    names = contexts if isinstance(contexts, list) else [contexts]
    texts = tuple(name for name in names if isinstance(name, str))
    has_prefix = any(name.startswith(prefix) for name in texts)
    if len(texts) != len(names) or texts not in load_vocabularies() or not has_prefix:
        raise CheckFailedError("context_not_supported", contexts=" ".join(texts))
    try:
        return secured.signed_bytes()
    except CanonicalizationError as exc:
        raise CheckFailedError(exc.code, detail=str(exc)) from exc


def _check_shape(secured: SecuredDocument, schema: str) -> dict[str, Any]:
    try:
        accepted = check_document(secured.document, _validator(schema))
    except InvalidDocumentError as exc:
        raise CheckFailedError("wrong_shape", place=exc.place) from exc
    for name in _DATES:
        try:
            parse_instant(secured.document.get(name, "2000-01-01T00:00:00Z"))
        except ValueError as exc:
            raise CheckFailedError("wrong_date", place=name) from exc
    repeated = find_repeated_id(secured.document)
    # A JWT signs the places of its members, too.
    if repeated is not None and isinstance(secured, EmbeddedProof):
        raise CheckFailedError("repeated_id", id=repeated)
    return accepted


@cache
def _validator(schema: str) -> Validator:
    return load_validator(("badges.schemas", schema))


def _find_key(secured: SecuredDocument, resolver: Resolver, now: datetime) -> PublicKey:
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


def _check_proof(secured: SecuredDocument, key: PublicKey, signed_bytes: bytes) -> None:
    try:
        secured.verify(key, signed_bytes)
    except ProofError as exc:
        raise CheckFailedError(exc.reason) from exc


def _check_dates(secured: SecuredDocument, now: datetime) -> None:
    document = secured.document
    if "validFrom" in document and parse_instant(document["validFrom"]) > now + _CLOCK_SKEW:
        raise CheckFailedError("not_yet_valid")
    if "validUntil" in document and parse_instant(document["validUntil"]) <= now:
        raise CheckFailedError("expired")
    expires = secured.expires if isinstance(secured, EmbeddedProof) else None
    if expires is not None and expires <= now:
        raise CheckFailedError("proof_expired")


def _check_status(status: _Document, issuer: str, resolver: Resolver, now: datetime) -> None:
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


def _fetch_list(url: str, issuer: str, resolver: Resolver, now: datetime) -> StatusList:
    """Return the list at `url` once it holds as a credential of the same issuer."""
    secured = _parse(resolver.status_list(url))
    signed_bytes = _check_context(secured, "")
    accepted = _check_shape(secured, _STATUS_LIST_SCHEMA)
    if issuer_id(accepted) != issuer or accepted["id"] != url:
        raise CheckFailedError("another_issuer_or_list")
    _check_proof(secured, _find_key(secured, resolver, now), signed_bytes)
    _check_dates(secured, now)
    return StatusList.decode(accepted["credentialSubject"]["encodedList"])


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
        or not _INDEX.fullmatch(index)
    ):
        raise CheckFailedError("status_not_supported")
    return url, int(index)


def _text_members(document: _Document, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name in names if isinstance(value := document.get(name), str)}
