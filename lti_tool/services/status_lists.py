"""Status lists: a position for each credential, and the signed list of what was revoked.

The bits are the rows; the signed document is made from them again whenever
one was revoked, and daily. A reserved position that no credential uses is
harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from badges.proof import JWT_ALGORITHMS, add_data_integrity_proof, sign_vc_jwt
from badges.status_list import (
    MINIMUM_ENTRIES,
    StatusList,
    build_status_list_credential,
    serialize_list,
)
from keys.jwk import thumbprint
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.services.keyring import RingCache
from lti_tool.services.settling import hold_keys, settles
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards
from lti_tool.store.database import Database
from lti_tool.store.rows import IssuerRow, StatusListRow
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, NewId, RandomBytes

VALID_FOR = timedelta(days=60)
SIGNED_EVERY = timedelta(days=1)
WARNED_AFTER = timedelta(days=3)
FULL_AT = MINIMUM_ENTRIES // 2
"""Positions are drawn at random; beyond half of them most draws would be in vain."""
MANY = 100
"""So many are drawn as part of something larger, which tidies behind itself."""
FAILED_DRAWS = 6
"""After so many in vain, more than succeeded, a list is counted: one that is half full fails
so by one award in 64, so it is never far beyond its half when it is noticed."""


class Place(NamedTuple):
    """A position of a status list that was given to a credential."""

    credential_id: UUID
    status_list_id: UUID
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedList:
    """A status list in both forms, as served, and what signed them."""

    document: bytes
    token: bytes
    key_ids: tuple[str, ...]


def reserve_positions(
    database: Database,
    issuer: IssuerRow,
    credential_ids: Sequence[UUID],
    *,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
    new_id: NewId,
    random_bytes: RandomBytes,
    least: int | None = None,
) -> list[Place]:
    """Give each credential a random free position of an open list of the issuer's, for ever.

    Some may get none, once `least` have one: of many draws a few are always in vain.

    Nobody counts what is given away: a list is counted when draws fail, and one of which half
    is given away makes way for the next. So what an award costs does not grow with the awards
    before it.
    """
    lists = _Lists(database, issuer, rings=rings, urls=urls, clock=clock, new_id=new_id)
    list_id, found = lists.find_open(), list[Place]()
    left: Sequence[UUID] = credential_ids
    least = len(left) if least is None else least
    while True:
        drawn, left, is_full = _draw(
            database, list_id, left, least - len(found), clock=clock, random_bytes=random_bytes
        )
        found += [Place(one, list_id, position) for position, one in drawn]
        if is_full:
            list_id = lists.open_after(list_id)
        if len(found) >= least:
            return found


def _draw(
    database: Database,
    list_id: UUID,
    credential_ids: Sequence[UUID],
    least: int,
    *,
    clock: Clock,
    random_bytes: RandomBytes,
) -> tuple[list[tuple[int, UUID]], Sequence[UUID], bool]:
    """Return positions with their credentials, who got none, and whether the list is full.

    Only of a full list fewer than `least` are returned.

    A transaction ends with its one statement: nobody holds a position while waiting for
    another's.
    """
    found: list[tuple[int, UUID]] = []
    left, failed = credential_ids, 0
    while len(found) < least:
        drawn = memoryview(random_bytes(8 * len(left))).cast("Q")
        # Where two of one draw are the same, one of them is drawn again.
        positions = dict.fromkeys(number % MINIMUM_ENTRIES for number in drawn)
        wanted = dict(zip(positions, left, strict=False))
        writing = database.writing_much if len(left) >= MANY else database.writing
        with writing() as session:
            taken = set(awards.take_positions(session, list_id, wanted, at=clock()))
        found += [one for one in wanted.items() if one[0] in taken]
        failed += len(left) - len(taken)
        left = [
            *(one for position, one in wanted.items() if position not in taken),
            *left[len(wanted) :],
        ]
        if failed >= FAILED_DRAWS and failed > len(found):
            with database.reading() as session:
                if awards.count_entries(session, list_id) >= FULL_AT:
                    return found, left, True
            failed = 0
    return found, left, False


class _Lists:
    """The status lists of one issuer; a new one is signed outside of any transaction."""

    def __init__(
        self,
        database: Database,
        issuer: IssuerRow,
        *,
        rings: RingCache,
        urls: PublicURLs,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._rings = rings
        self._urls = urls
        self._clock = clock
        self._new_id = new_id

    def find_open(self) -> UUID:
        """Return the newest list, made if there is none."""
        with self._database.reading() as session:
            found = awards.find_open_list(session, self._issuer.id)
        return found.id if found else self._open(1)

    def open_after(self, full: UUID) -> UUID:
        """Return the list that follows a full one; whoever is first makes it."""
        with self._database.reading() as session:
            found = awards.find_open_list(session, self._issuer.id)
        if found is not None and found.id != full:
            return found.id
        return self._open(found.number + 1 if found else 1)

    @settles
    def _open(self, number: int) -> UUID:
        list_id, signed_at = self._new_id(), self._clock()
        with self._database.reading() as session:
            ring = self._rings.load(session, self._issuer)
        url = self._urls.status_list(list_id)
        signed = _sign(StatusList.empty(), url, self._issuer.did, ring=ring, at=signed_at)
        with self._database.writing() as session:
            hold_keys(session, *signed.key_ids)
            values = {
                "id": list_id,
                "issuer_id": self._issuer.id,
                "number": number,
                "size": MINIMUM_ENTRIES,
                "document": signed.document,
                "token": signed.token,
                "signed_at": signed_at,
                "valid_until": signed_at + VALID_FOR,
            }
            insert_unless_present(session, StatusListRow, values)
            winner = awards.find_open_list(session, self._issuer.id)
        return list_id if winner is None else winner.id


@settles
def sign_list(
    database: Database,
    status_list_id: UUID,
    *,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
) -> None:
    """Sign a list as the rows have it now. Signing happens outside of any transaction."""
    signed_at = clock()
    signed = sign_for(database, status_list_id, VALID_FOR, rings=rings, urls=urls, clock=clock)
    with database.writing() as session:
        hold_keys(session, *signed.key_ids)
        row = session.get_one(StatusListRow, status_list_id, with_for_update=True)
        if row.signed_at > signed_at:
            return  # somebody signed later, and so with more
        row.document, row.token = signed.document, signed.token
        row.signed_at, row.valid_until = signed_at, signed_at + VALID_FOR


def sign_for(
    database: Database,
    status_list_id: UUID,
    valid_for: timedelta,
    *,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
) -> SignedList:
    """Return a list as the rows have it now, signed in both forms. Nothing is stored."""
    at = clock()
    with database.reading() as session:
        row = session.get_one(StatusListRow, status_list_id)
        issuer = session.get_one(IssuerRow, row.issuer_id)
        ring = rings.load(session, issuer)
        positions = awards.list_revoked_positions(session, status_list_id)
    bits, url = StatusList.empty(row.size).with_set(positions), urls.status_list(status_list_id)
    return _sign(bits, url, issuer.did, ring=ring, at=at, valid_for=valid_for)


def list_due_lists(database: Database, *, clock: Clock) -> Sequence[UUID]:
    """Return every list that has to be signed: it has news, or is a day old. For the sweep."""
    with database.reading() as session:
        return awards.list_lists_to_sign(session, signed_before=clock() - SIGNED_EVERY)


def find_unsigned_since(session: Session, *, clock: Clock) -> datetime | None:
    """Return when the list that waits longest was signed last, once that is a warning.

    A list is signed every day and valid for 60: after some days somebody should look
    whether the worker runs, long before any badge stops verifying.
    """
    oldest = awards.find_oldest_signature(session)
    return oldest if oldest is not None and oldest < clock() - WARNED_AFTER else None


def _sign(
    bits: StatusList,
    url: str,
    issuer_did: str,
    *,
    ring: KeyRing,
    at: datetime,
    valid_for: timedelta = VALID_FOR,
) -> SignedList:
    unsigned = build_status_list_credential(
        bits, url=url, issuer_id=issuer_did, valid_from=at, valid_until=at + valid_for
    )
    key, jwt_key = ring.current(Algorithm.ED25519), ring.current(*JWT_ALGORITHMS)
    return SignedList(
        document=serialize_list(add_data_integrity_proof(unsigned, key, created=at)),
        token=sign_vc_jwt(unsigned, jwt_key).encode(),
        key_ids=(thumbprint(key.public), thumbprint(jwt_key.public)),
    )
