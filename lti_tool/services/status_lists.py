"""Status lists: a position for each credential, and the signed list of what was revoked.

The bits are the rows; the signed document is made from them again whenever
one was revoked, and daily. A reserved position that no credential uses is
harmless.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from badges.credential import serialize
from badges.proof import JWT_ALGORITHMS, add_data_integrity_proof, sign_vc_jwt
from badges.status_list import MINIMUM_ENTRIES, StatusList, build_status_list_credential
from keys.ring import KeyRing
from keys.signing import Algorithm
from lti_tool.errors import ConflictError
from lti_tool.services.keyring import RingCache
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards
from lti_tool.store.database import Database
from lti_tool.store.rows import IssuerRow, StatusEntryRow, StatusListRow
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, NewId, RandomBytes

VALID_FOR = timedelta(days=60)
SIGNED_EVERY = timedelta(days=1)
WARNED_AFTER = timedelta(days=3)
FULL_AT = MINIMUM_ENTRIES // 2
"""Positions are drawn at random; beyond half of them most draws would be in vain."""
DRAWS = 100


def ensure_open_list(
    database: Database,
    issuer: IssuerRow,
    *,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
    new_id: NewId,
) -> UUID:
    """Return the list that new credentials of the issuer go to, made and signed if need be."""
    with database.reading() as session:
        found = awards.find_open_list(session, issuer.id)
        if found is not None and awards.count_entries(session, found.id) < FULL_AT:
            return found.id
        ring = rings.load(session, issuer)
        number = found.number + 1 if found else 1
    list_id = new_id()
    document, token = _sign(
        StatusList.empty(), urls.status_list(list_id), issuer.did, ring=ring, clock=clock
    )
    with database.writing() as session:
        values = {
            "id": list_id,
            "issuer_id": issuer.id,
            "number": number,
            "size": MINIMUM_ENTRIES,
            "document": document,
            "token": token,
            "signed_at": clock(),
            "valid_until": clock() + VALID_FOR,
        }
        insert_unless_present(session, StatusListRow, values)
        winner = awards.find_open_list(session, issuer.id)
        return winner.id if winner else list_id


def reserve_position(
    session: Session,
    status_list_id: UUID,
    *,
    credential_id: UUID,
    clock: Clock,
    random_bytes: RandomBytes,
) -> int:
    """Give a random free position of a list to a credential, for ever."""
    for _ in range(DRAWS):
        position = int.from_bytes(random_bytes(8)) % MINIMUM_ENTRIES
        values = {
            "status_list_id": status_list_id,
            "position": position,
            "credential_id": credential_id,
            "reserved_at": clock(),
            "revoked_at": None,
        }
        if insert_unless_present(session, StatusEntryRow, values):
            return position
    raise ConflictError("no free position was drawn", code="status_list_full")


def sign_list(
    database: Database,
    status_list_id: UUID,
    *,
    rings: RingCache,
    urls: PublicURLs,
    clock: Clock,
) -> None:
    """Sign a list as the rows have it now. Signing happens outside of any transaction."""
    with database.reading() as session:
        row = session.get_one(StatusListRow, status_list_id)
        issuer = session.get_one(IssuerRow, row.issuer_id)
        ring = rings.load(session, issuer)
        signed_at = clock()
        positions = awards.list_revoked_positions(session, status_list_id)
    bits = StatusList.empty(row.size).with_set(positions)
    document, token = _sign(
        bits, urls.status_list(status_list_id), issuer.did, ring=ring, clock=clock
    )
    with database.writing() as session:
        row = session.get_one(StatusListRow, status_list_id, with_for_update=True)
        if row.signed_at > signed_at:
            return  # somebody signed later, and so with more
        row.document, row.token = document, token
        row.signed_at, row.valid_until = signed_at, signed_at + VALID_FOR


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
    bits: StatusList, url: str, issuer_did: str, *, ring: KeyRing, clock: Clock
) -> tuple[bytes, bytes]:
    unsigned = build_status_list_credential(
        bits,
        url=url,
        issuer_id=issuer_did,
        valid_from=clock(),
        valid_until=clock() + VALID_FOR,
    )
    signed = add_data_integrity_proof(unsigned, ring.current(Algorithm.ED25519), created=clock())
    token = sign_vc_jwt(unsigned, ring.current(*JWT_ALGORITHMS))
    return serialize(signed), token.encode()
