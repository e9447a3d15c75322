"""Signing keys: made, sealed, loaded, published. Private halves never leave this process.

Tool keys sign client assertions toward platforms; an issuer's keys sign
credentials. They are different keys.

A new key is listed a while before it signs, so that whoever keeps a copy of the list
knows it by then: until its predecessor's `retired_at`, which may lie ahead.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from sqlalchemy.orm import Session

from keys.did import verification_method_id
from keys.errors import SealError
from keys.jwk import jwk_set, parse_jwk, public_jwk, thumbprint
from keys.ring import HeldKey, KeyRing, KeyState
from keys.sealing import MasterKey, seal, unseal
from keys.signing import (
    Algorithm,
    PublicKey,
    SigningKey,
    generate_ed25519,
    generate_p256,
    generate_rsa,
)
from lti_tool.errors import SettingsError
from lti_tool.services.urls import PublicURLs
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import IssuerRow, SigningKeyRow
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Clock, RandomBytes

PURPOSE = "signing key"
TOOL = "tool"
DATA_INTEGRITY = "data_integrity"
JWT = "jwt"
LISTED_AHEAD = {
    TOOL: timedelta(days=1),
    DATA_INTEGRITY: timedelta(hours=1),
    JWT: timedelta(hours=1),
}
"""How long a new key is only listed: some platforms keep the tool's key set for a day."""
TOOL_LISTED_AFTER = timedelta(days=1)
"""How long the tool's key stays listed once it signs no more; an issuer's does for ever."""


def ensure_tool_key(
    session: Session, *, master_key: MasterKey, clock: Clock, random_bytes: RandomBytes
) -> bool:
    """Make the tool's key unless it has a current one; return whether one was made."""
    return _ensure(session, None, TOOL, Algorithm.RS256, master_key, clock, random_bytes)


def ensure_issuer_keys(
    session: Session,
    issuer_id: UUID,
    *,
    master_key: MasterKey,
    clock: Clock,
    random_bytes: RandomBytes,
    jwt_algorithm: Algorithm = Algorithm.RS256,
) -> int:
    """Make the issuer's missing current keys; return how many were made.

    A key for VC-JWTs of another algorithm than `jwt_algorithm` is retired for a new one.
    """
    algorithms = {DATA_INTEGRITY: Algorithm.ED25519, JWT: jwt_algorithm}
    made = [
        _ensure(session, issuer_id, purpose, algorithm, master_key, clock, random_bytes)
        for purpose, algorithm in algorithms.items()
    ]
    return sum(made)


def check_master_key(session: Session, master_key: MasterKey, *, now: datetime) -> None:
    """Pass when `master_key` opens every key that signs now or will.

    Raises:
        SettingsError: some key was sealed with another one, or altered.
    """
    try:
        for row in key_rows.list_usable_keys(session, now=now):
            unseal(row.sealed, master_key, purpose=PURPOSE, subject_id=row.id)
    except SealError as exc:
        fault = (
            "QUATREFOIL_MASTER_KEY does not open the keys in this database: give the one that "
            "they were made with."
        )
        raise SettingsError((fault,)) from exc


def key_states(rows: Iterable[SigningKeyRow], *, now: datetime) -> dict[str, KeyState]:
    """Return where each key is in its life, by its id.

    Of several that may sign for one purpose, the one that ends first does.
    """
    states: dict[str, KeyState] = {}
    signing: set[tuple[UUID | None, str]] = set()
    for row in sorted(rows, key=lambda row: (row.retired_at is None, row.retired_at or now)):
        if row.compromised_at is not None:
            states[row.id] = KeyState.COMPROMISED
        elif row.retired_at is not None and row.retired_at <= now:
            states[row.id] = KeyState.RETIRED
        elif (row.issuer_id, row.purpose) in signing:
            states[row.id] = KeyState.NEXT
        else:
            states[row.id] = KeyState.CURRENT
            signing.add((row.issuer_id, row.purpose))
    return states


def load_tool_ring(session: Session, *, master_key: MasterKey, now: datetime) -> KeyRing:
    """Return the tool's keys, the current one able to sign."""
    rows = key_rows.list_keys(session, issuer_id=None)
    states = key_states(rows, now=now)
    return KeyRing(tuple(_held(row, row.id, states[row.id], master_key) for row in rows))


def load_issuer_ring(
    session: Session,
    issuer: IssuerRow,
    *,
    urls: PublicURLs,
    master_key: MasterKey | None,
    now: datetime,
) -> KeyRing:
    """Return an issuer's keys under the names that their signatures carry.

    Without a master key the ring lists and verifies, and does not sign.
    """
    rows = key_rows.list_keys(session, issuer_id=issuer.id)
    states = key_states(rows, now=now)
    return KeyRing(
        tuple(
            _held(row, _signature_name(row, issuer, urls), states[row.id], master_key)
            for row in rows
        )
    )


def listed_keys(session: Session, issuer: IssuerRow, *, urls: PublicURLs) -> tuple[HeldKey, ...]:
    """Return an issuer's keys as its DID document lists them: believed, or compromised."""
    return tuple(
        HeldKey(
            id=_signature_name(row, issuer, urls),
            public=public_half(row),
            state=KeyState.RETIRED if row.compromised_at is None else KeyState.COMPROMISED,
            revoked_at=row.compromised_at,
        )
        for row in key_rows.list_keys(session, issuer_id=issuer.id)
    )


class RingCache:
    """Issuers' rings, unsealed once per process."""

    def __init__(self, master_key: MasterKey, urls: PublicURLs, clock: Clock) -> None:
        self._master_key = master_key
        self._urls = urls
        self._clock = clock
        self._rings: dict[UUID, tuple[object, KeyRing]] = {}

    def load(self, session: Session, issuer: IssuerRow) -> KeyRing:
        """Return the issuer's ring as the database has it now."""
        now = self._clock()
        states = key_states(key_rows.list_keys(session, issuer_id=issuer.id), now=now)
        kept = self._rings.get(issuer.id)
        if kept is None or kept[0] != states:
            ring = load_issuer_ring(
                session, issuer, urls=self._urls, master_key=self._master_key, now=now
            )
            self._rings[issuer.id] = kept = (states, ring)
        return kept[1]


def tool_jwks(session: Session, *, now: datetime) -> bytes:
    """Return the JWK Set of the tool's keys, as served: also those that signed a while ago."""
    rows = key_rows.list_keys(session, issuer_id=None)
    return _jwk_set(
        [row for row in rows if row.retired_at is None or row.retired_at + TOOL_LISTED_AFTER > now]
    )


def issuer_jwks(session: Session, issuer_id: UUID) -> bytes:
    """Return the JWK Set of an issuer's trusted keys, as served."""
    return _jwk_set(key_rows.list_keys(session, issuer_id=issuer_id))


def _jwk_set(rows: Sequence[SigningKeyRow]) -> bytes:
    trusted = [public_half(row) for row in rows if row.compromised_at is None]
    return json.dumps(jwk_set(trusted), separators=(",", ":")).encode()


def _ensure(
    session: Session,
    issuer_id: UUID | None,
    purpose: str,
    algorithm: Algorithm,
    master_key: MasterKey,
    clock: Clock,
    random_bytes: RandomBytes,
) -> bool:
    found = key_rows.find_newest_key(session, issuer_id=issuer_id, purpose=purpose)
    if found is not None and public_half(found).algorithm is algorithm:
        return False
    if found is not None:
        found.retired_at = clock() + LISTED_AHEAD[purpose]
        session.flush()
    made = make_key(
        session,
        issuer_id,
        purpose,
        algorithm,
        master_key=master_key,
        clock=clock,
        random_bytes=random_bytes,
    )
    return made is not None


def make_key(
    session: Session,
    issuer_id: UUID | None,
    purpose: str,
    algorithm: Algorithm,
    *,
    master_key: MasterKey,
    clock: Clock,
    random_bytes: RandomBytes,
) -> str | None:
    """Make a key for a purpose that has none without an end; return its id.

    None means that somebody else was first.
    """
    key = _generate(algorithm)
    key_id = thumbprint(key.public)
    values = {
        "id": key_id,
        "issuer_id": issuer_id,
        "purpose": purpose,
        "sealed": seal(
            key.private_bytes(),
            master_key,
            purpose=PURPOSE,
            subject_id=key_id,
            random_bytes=random_bytes,
        ),
        "public_jwk": json.dumps(public_jwk(key.public), separators=(",", ":")).encode(),
        "created_at": clock(),
        "retired_at": None,
        "compromised_at": None,
        "compromise_noted_at": None,
    }
    # The database keeps one key of each purpose without an end.
    return key_id if insert_unless_present(session, SigningKeyRow, values) else None


def _generate(algorithm: Algorithm) -> SigningKey:
    match algorithm:
        case Algorithm.ED25519:
            return generate_ed25519()
        case Algorithm.RS256:
            return generate_rsa()
        case Algorithm.ES256:
            return generate_p256()
        case _ as unreachable:
            assert_never(unreachable)


def _held(row: SigningKeyRow, name: str, state: KeyState, master_key: MasterKey | None) -> HeldKey:
    signing = None
    if master_key is not None and state is KeyState.CURRENT:
        signing = SigningKey.from_bytes(
            unseal(row.sealed, master_key, purpose=PURPOSE, subject_id=row.id), is_authentic=True
        )
    return HeldKey(
        id=name,
        public=public_half(row),
        state=state,
        revoked_at=row.compromised_at,
        signing=signing,
    )


def public_half(row: SigningKeyRow) -> PublicKey:
    """Return the half of a key that anyone may know."""
    return parse_jwk(json.loads(row.public_jwk))


def _signature_name(row: SigningKeyRow, issuer: IssuerRow, urls: PublicURLs) -> str:
    """Return `verificationMethod` or `kid`: a DID URL, or a URL that returns one JWK."""
    public = public_half(row)
    if public.algorithm is Algorithm.ED25519:
        return verification_method_id(issuer.did, public)
    return urls.key(issuer.slug, row.id)
