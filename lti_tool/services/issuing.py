"""One award's credential: reserved, built, checked, signed in both forms, verified by us.

Nothing here runs inside a transaction except the reservation. One and ten thousand go
through `issue_many`: what credentials of one achievement have in common is remembered by its
content (`badges.memo`), wherever they are checked, written, signed and verified.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.binding import Resolver
from badges.credential import check_before_signing
from badges.proof import JWT_ALGORITHMS, add_data_integrity_proof, sign_vc_jwt
from badges.remembering import RememberingResolver
from badges.verification import verify
from badges.written import serialize
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.services.credential_facts import (
    AwardFacts,
    Endorsements,
    Reservation,
    StackFacts,
    unsigned_credential,
)
from lti_tool.services.endorsed import standing_of
from lti_tool.services.keyring import RingCache
from lti_tool.services.resolving import OwnResolver
from lti_tool.services.status_lists import reserve_positions
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import IssuerRow
from lti_tool.values import Clock, NewId, RandomBytes, random_ids


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
    """A credential, byte for byte as it will be stored, and what signed each form.

    Without a token, `services.jwt_forms` signs it when it is asked for.
    """

    document: bytes
    document_key_id: str
    token: bytes | None = None
    token_key_id: str | None = None
    document_sha256: str = field(init=False)
    """The hash of the document, hexadecimal."""

    def __post_init__(self) -> None:
        # Now, as it was just made: later it would have to be fetched from memory again.
        object.__setattr__(self, "document_sha256", sha256(self.document).hexdigest())

    @property
    def token_sha256(self) -> str | None:
        """The hash of the VC-JWT, hexadecimal."""
        return None if self.token is None else sha256(self.token).hexdigest()


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
    (signed,) = issue_many(parts, [facts])
    return signed


def issue_many(
    parts: IssuingParts, facts: Sequence[AwardFacts | StackFacts]
) -> tuple[SignedCredential, ...]:
    """Issue several credentials of one issuer: one reservation for all, each verified.

    Raises: as `issue`, when any of them fails.
    """
    if not facts:
        return ()
    issuer = facts[0].issuer
    reservations = reserve_many(parts, issuer, len(facts))
    with parts.database.reading() as session:
        ring = parts.rings.load(session, issuer)
        endorsed = endorsements_of(session, issuer, {one.version_id for one in facts})
    resolver = RememberingResolver(OwnResolver(parts.database, parts.urls))
    signed = []
    for one, reservation in zip(facts, reservations, strict=True):
        carried = endorsed[one.version_id]
        unsigned = unsigned_credential(one, reservation, urls=parts.urls, endorsements=carried)
        forms = sign_forms(parts, unsigned, ring, created=one.issued_at, resolver=resolver)
        signed.append(
            SignedCredential(
                reservation=reservation,
                issuer_id=issuer.id,
                document=forms.document,
                token=forms.token,
                document_key_id=forms.document_key_id,
                token_key_id=forms.token_key_id,
            )
        )
    return tuple(signed)


def sign_forms(
    parts: IssuingParts,
    unsigned: Mapping[str, object],
    ring: KeyRing,
    *,
    created: datetime,
    resolver: Resolver | None = None,
) -> SignedForms:
    """Check a credential, sign it in both forms, and verify both as a stranger would.

    A `resolver` that remembers spares asking the database for each of many.

    Raises:
        BadgesError: it is not one that every verifier reads alike, or does not verify.
    """
    check_before_signing(unsigned)
    return sign_checked(parts, unsigned, ring, created=created, resolver=resolver)


def sign_checked(
    parts: IssuingParts,
    unsigned: Mapping[str, object],
    ring: KeyRing,
    *,
    created: datetime,
    resolver: Resolver | None = None,
    has_token: bool = True,
) -> SignedForms:
    """Sign in both forms what was checked already, and verify both as a stranger would.

    Without a token it is the first form alone.

    Raises:
        BadgesError: it does not verify.
    """
    resolver = resolver or OwnResolver(parts.database, parts.urls)
    key = ring.current(Algorithm.ED25519)
    document = serialize(add_data_integrity_proof(unsigned, key, created=created))
    # What it rests on was verified when it was issued, and may not be stored yet.
    verify(document, resolver=resolver, now=parts.clock(), looks_inside=False)
    forms = SignedForms(document=document, document_key_id=thumbprint(key.public))
    if not has_token:
        return forms
    token_key = ring.current(*JWT_ALGORITHMS)
    token = sign_vc_jwt(unsigned, token_key).encode()
    verify(token, resolver=resolver, now=parts.clock(), looks_inside=False)
    return replace(forms, token=token, token_key_id=thumbprint(token_key.public))


def reserve(parts: IssuingParts, issuer: IssuerRow) -> Reservation:
    """Give away an id and a place in a status list, for ever."""
    (reservation,) = reserve_many(parts, issuer, 1)
    return reservation


def endorsements_of(
    session: Session, issuer: IssuerRow, version_ids: Collection[UUID]
) -> dict[UUID, Endorsements]:
    """Return what the credentials of each version carry."""
    of_issuer = standing_of(session, issuer_id=issuer.id)
    return {
        one: Endorsements(achievement=standing_of(session, version_id=one), issuer=of_issuer)
        for one in version_ids
    }


def reserve_many(
    parts: IssuingParts, issuer: IssuerRow, count: int, *, least: int | None = None
) -> list[Reservation]:
    """Give away ids and places in a status list, for ever: so many, or at `least` so many."""
    new_id = random_ids(parts.random_bytes)
    places = reserve_positions(
        parts.database,
        issuer,
        [new_id() for _ in range(count)],
        rings=parts.rings,
        urls=parts.urls,
        clock=parts.clock,
        new_id=parts.new_id,
        random_bytes=parts.random_bytes,
        least=least,
    )
    return [
        Reservation(
            credential_id=one.credential_id,
            evidence_page_id=new_id(),
            status_list_id=one.status_list_id,
            position=one.position,
        )
        for one in places
    ]
