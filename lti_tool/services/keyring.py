"""Signing keys: made, sealed, loaded, published. Private halves never leave this process.

Tool keys sign client assertions toward platforms; an issuer's keys sign
credentials. They are different keys.
"""

import json
from collections.abc import Sequence
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


def check_master_key(session: Session, master_key: MasterKey) -> None:
    """Pass when `master_key` opens every key that signs now.

    Raises:
        SettingsError: some key was sealed with another one, or altered.
    """
    try:
        for row in key_rows.list_current_keys(session):
            unseal(row.sealed, master_key, purpose=PURPOSE, subject_id=row.id)
    except SealError as exc:
        fault = (
            "QUATREFOIL_MASTER_KEY does not open the keys in this database: give the one that "
            "they were made with."
        )
        raise SettingsError((fault,)) from exc


def load_tool_ring(session: Session, *, master_key: MasterKey) -> KeyRing:
    """Return the tool's keys, the current one able to sign."""
    return KeyRing(
        tuple(_held(row, row.id, master_key) for row in key_rows.list_keys(session, issuer_id=None))
    )


def load_issuer_ring(
    session: Session, issuer: IssuerRow, *, urls: PublicURLs, master_key: MasterKey | None
) -> KeyRing:
    """Return an issuer's keys under the names that their signatures carry.

    Without a master key the ring lists and verifies, and does not sign.
    """
    rows = key_rows.list_keys(session, issuer_id=issuer.id)
    return KeyRing(
        tuple(_held(row, _signature_name(row, issuer, urls), master_key) for row in rows)
    )


class RingCache:
    """Issuers' rings, unsealed once per process: loading an RSA key costs 40 ms."""

    def __init__(self, master_key: MasterKey, urls: PublicURLs) -> None:
        self._master_key = master_key
        self._urls = urls
        self._rings: dict[UUID, tuple[object, KeyRing]] = {}

    def load(self, session: Session, issuer: IssuerRow) -> KeyRing:
        """Return the issuer's ring as the database has it now."""
        rows = key_rows.list_keys(session, issuer_id=issuer.id)
        state = tuple((row.id, row.retired_at, row.compromised_at) for row in rows)
        kept = self._rings.get(issuer.id)
        if kept is None or kept[0] != state:
            ring = load_issuer_ring(session, issuer, urls=self._urls, master_key=self._master_key)
            self._rings[issuer.id] = kept = (state, ring)
        return kept[1]


def tool_jwks(session: Session) -> bytes:
    """Return the JWK Set of the tool's trusted keys, as served."""
    return _jwk_set(key_rows.list_keys(session, issuer_id=None))


def issuer_jwks(session: Session, issuer_id: UUID) -> bytes:
    """Return the JWK Set of an issuer's trusted keys, as served."""
    return _jwk_set(key_rows.list_keys(session, issuer_id=issuer_id))


def _jwk_set(rows: Sequence[SigningKeyRow]) -> bytes:
    trusted = [_public(row) for row in rows if row.compromised_at is None]
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
    found = key_rows.find_current_key(session, issuer_id=issuer_id, purpose=purpose)
    if found is not None and _public(found).algorithm is algorithm:
        return False
    if found is not None:
        found.retired_at = clock()
        session.flush()
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
    }
    # Another `keys init` at the same time may be first: there is one current key.
    return insert_unless_present(session, SigningKeyRow, values)


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


def _held(row: SigningKeyRow, name: str, master_key: MasterKey | None) -> HeldKey:
    state = _state(row)
    signing = None
    if master_key is not None and state is KeyState.CURRENT:
        signing = SigningKey.from_bytes(
            unseal(row.sealed, master_key, purpose=PURPOSE, subject_id=row.id)
        )
    return HeldKey(id=name, public=_public(row), state=state, signing=signing)


def _public(row: SigningKeyRow) -> PublicKey:
    return parse_jwk(json.loads(row.public_jwk))


def _state(row: SigningKeyRow) -> KeyState:
    if row.compromised_at is not None:
        return KeyState.COMPROMISED
    return KeyState.RETIRED if row.retired_at is not None else KeyState.CURRENT


def _signature_name(row: SigningKeyRow, issuer: IssuerRow, urls: PublicURLs) -> str:
    """Return `verificationMethod` or `kid`: a DID URL, or a URL that returns one JWK."""
    public = _public(row)
    if public.algorithm is Algorithm.ED25519:
        return verification_method_id(issuer.did, public)
    return urls.key(issuer.slug, row.id)
