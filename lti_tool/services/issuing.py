"""One award's credential: reserved, built, checked, signed in both forms, verified by us.

Nothing here runs inside a transaction except the reservation.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from badges.credential import check_before_signing, serialize
from badges.proof import JWT_ALGORITHMS, add_data_integrity_proof, sign_vc_jwt
from badges.verification import verify
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
class SignedCredential:
    """A credential in both forms, byte for byte as it will be stored."""

    reservation: Reservation
    issuer_id: UUID
    document: bytes
    token: bytes

    @property
    def document_sha256(self) -> str:
        """The hash of the document, hexadecimal."""
        return sha256(self.document).hexdigest()

    @property
    def token_sha256(self) -> str:
        """The hash of the VC-JWT, hexadecimal."""
        return sha256(self.token).hexdigest()


def issue(parts: IssuingParts, facts: AwardFacts | StackFacts) -> SignedCredential:
    """Reserve, build, check, sign and verify one credential; the caller stores it.

    Raises:
        BadgesError: the document is not one that every verifier reads alike, or does
            not verify. Nothing was stored but the reservation.
    """
    reservation = _reserve(parts, facts.issuer)
    with parts.database.reading() as session:
        ring = parts.rings.load(session, facts.issuer)
    document, token = _sign(parts, facts, reservation, ring)
    resolver = OwnResolver(parts.database, parts.urls)
    verify(document, resolver=resolver, now=parts.clock())
    verify(token, resolver=resolver, now=parts.clock())
    return SignedCredential(
        reservation=reservation, issuer_id=facts.issuer.id, document=document, token=token
    )


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


def _sign(
    parts: IssuingParts,
    facts: AwardFacts | StackFacts,
    reservation: Reservation,
    ring: KeyRing,
) -> tuple[bytes, bytes]:
    unsigned = unsigned_credential(facts, reservation, urls=parts.urls)
    check_before_signing(unsigned)
    signed = add_data_integrity_proof(
        unsigned, ring.current(Algorithm.ED25519), created=facts.issued_at
    )
    token = sign_vc_jwt(unsigned, ring.current(*JWT_ALGORITHMS))
    return serialize(signed), token.encode()
