"""One award's credential: reserved, built, checked, signed in both forms, verified by us.

Nothing here runs inside a transaction except the reservation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from badges.credential import check_before_signing, serialize
from badges.proof import JWT_ALGORITHMS, add_data_integrity_proof, sign_vc_jwt
from badges.verification import verify
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.services.credential_facts import (
    AwardFacts,
    Reservation,
    StackFacts,
    unsigned_credential,
)
from lti_tool.services.keyring import RingCache
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.status_lists import ensure_open_list, reserve_position
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import IssuerRow
from lti_tool.values import Clock, NewId, RandomBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingParts:
    """The long-lived things that issuing needs."""

    database: Database
    rings: RingCache
    urls: PublicURLs
    clock: Clock
    new_id: NewId
    random_bytes: RandomBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedForms:
    """A credential in both forms, byte for byte as it will be stored, and what signed each."""

    document: bytes
    token: bytes
    document_key_id: str
    token_key_id: str

    @property
    def document_sha256(self) -> str:
        """The hash of the document, hexadecimal."""
        return sha256(self.document).hexdigest()

    @property
    def token_sha256(self) -> str:
        """The hash of the VC-JWT, hexadecimal."""
        return sha256(self.token).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCredential(SignedForms):
    """The signed credential of one award, and the ids that were given to it."""

    reservation: Reservation
    issuer_id: UUID


def issue(parts: IssuingParts, facts: AwardFacts | StackFacts) -> SignedCredential:
    """Reserve, build, check, sign and verify one credential; the caller stores it.

    Raises:
        BadgesError: the document is not one that every verifier reads alike, or does
            not verify. Nothing was stored but the reservation.
    """
    reservation = _reserve(parts, facts.issuer)
    with parts.database.reading() as session:
        ring = parts.rings.load(session, facts.issuer)
    unsigned = unsigned_credential(facts, reservation, urls=parts.urls)
    forms = sign_forms(parts, unsigned, ring, created=facts.issued_at)
    return SignedCredential(
        reservation=reservation,
        issuer_id=facts.issuer.id,
        document=forms.document,
        token=forms.token,
        document_key_id=forms.document_key_id,
        token_key_id=forms.token_key_id,
    )


def sign_forms(
    parts: IssuingParts, unsigned: Mapping[str, object], ring: KeyRing, *, created: datetime
) -> SignedForms:
    """Check a credential, sign it in both forms, and verify both as a stranger would.

    Raises:
        BadgesError: it is not one that every verifier reads alike, or does not verify.
    """
    check_before_signing(unsigned)
    document_key, token_key = ring.current(Algorithm.ED25519), ring.current(*JWT_ALGORITHMS)
    forms = SignedForms(
        document=serialize(add_data_integrity_proof(unsigned, document_key, created=created)),
        token=sign_vc_jwt(unsigned, token_key).encode(),
        document_key_id=thumbprint(document_key.public),
        token_key_id=thumbprint(token_key.public),
    )
    resolver = OwnResolver(parts.database, parts.urls)
    verify(forms.document, resolver=resolver, now=parts.clock())
    verify(forms.token, resolver=resolver, now=parts.clock())
    return forms


def _reserve(parts: IssuingParts, issuer: IssuerRow) -> Reservation:
    list_id = ensure_open_list(
        parts.database,
        issuer,
        rings=parts.rings,
        urls=parts.urls,
        clock=parts.clock,
        new_id=parts.new_id,
    )
    credential_id = parts.new_id()
    with parts.database.writing() as session:
        position = reserve_position(
            session,
            list_id,
            credential_id=credential_id,
            clock=parts.clock,
            random_bytes=parts.random_bytes,
        )
    return Reservation(
        credential_id=credential_id,
        evidence_page_id=parts.new_id(),
        status_list_id=list_id,
        position=position,
    )
