"""Keys as one file, sealed as they are stored: worth nothing without the master key.

Issuers are named by slug and DID, and have to be there before their keys are restored. A
key that is there already is left as it is.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from badges.instants import parse_instant
from keys.errors import KeysError
from keys.jwk import parse_jwk, public_jwk, thumbprint
from keys.sealing import MasterKey, unseal
from keys.signing import Algorithm, PublicKey, SigningKey
from lti_tool.errors import ConflictError, InvalidInputError
from lti_tool.services.keyring import DATA_INTEGRITY, JWT, PURPOSE, TOOL
from lti_tool.services.rotating import KeyParts, note
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import IssuerRow, SigningKeyRow

FORMAT = "quatrefoil keys 1"
ALGORITHMS = {
    TOOL: {Algorithm.RS256},
    DATA_INTEGRITY: {Algorithm.ED25519},
    JWT: {Algorithm.RS256, Algorithm.ES256},
}
_DATES = ("created_at", "retired_at", "compromised_at", "compromise_noted_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of one key of a backup: restored, restored_as_retired, or there already."""

    key_id: str
    owner: str
    purpose: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeyCopy:
    """One key of a backup, checked. Without an issuer it is the tool's."""

    issuer: tuple[str, str] | None
    purpose: str
    public: PublicKey
    sealed: bytes
    created_at: datetime
    retired_at: datetime | None
    compromised_at: datetime | None
    compromise_noted_at: datetime | None

    @property
    def id(self) -> str:
        """The key's id."""
        return thumbprint(self.public)


def back_up(session: Session, parts: KeyParts) -> bytes:
    """Return every key, the public halves readable, the private ones sealed as stored."""
    issuers = {issuer.id: issuer for issuer in key_rows.list_issuers(session)}
    rows = key_rows.list_all_keys(session)
    keys = [_as_json(row, issuers[row.issuer_id] if row.issuer_id else None) for row in rows]
    note(session, parts, None, "key.backed_up", f"{len(keys)} keys")
    made = {"format": FORMAT, "made_at": parts.clock().isoformat(), "keys": keys}
    return json.dumps(made, indent=1).encode() + b"\n"


def restore(session: Session, parts: KeyParts, data: bytes) -> tuple[Restored, ...]:
    """Store the keys of a backup that are not there, once everything in it holds.

    A key that was current when the backup was made is retired where another one signs by
    now: what it signed verifies.

    Raises:
        InvalidInputError: no backup, or one that was altered.
        ConflictError: sealed with another master key, or an issuer is not there.
    """
    copies = _read(data)
    _check_private_halves(copies, parts.master_key)
    issuers = _find_issuers(session, copies)
    return tuple(_restore(session, parts, copy, issuers) for copy in copies)


def _as_json(row: SigningKeyRow, issuer: IssuerRow | None) -> dict[str, object]:
    dates = {name: getattr(row, name) for name in _DATES}
    return {
        "id": row.id,
        "issuer": {"slug": issuer.slug, "did": issuer.did} if issuer else None,
        "purpose": row.purpose,
        "public": json.loads(row.public_jwk),
        "sealed": base64.b64encode(row.sealed).decode(),
        **{name: value.isoformat() if value else None for name, value in dates.items()},
    }


def _read(data: bytes) -> tuple[_KeyCopy, ...]:
    try:
        found: Any = json.loads(data)
        if found["format"] != FORMAT:
            raise InvalidInputError("this is a backup of keys from another version")
        copies = tuple(_read_key(one) for one in found["keys"])
    except (KeysError, KeyError, TypeError, ValueError, RecursionError) as exc:
        raise InvalidInputError("this is no backup of keys, or it was altered") from exc
    if len({one.id for one in copies}) != len(copies):
        raise InvalidInputError("this backup has a key twice: it was altered")
    return copies


def _read_key(one: dict[str, Any]) -> _KeyCopy:
    issuer = one["issuer"]
    dates = {name: parse_instant(one[name]) if one[name] else None for name in _DATES}
    copy = _KeyCopy(
        issuer=(str(issuer["slug"]), str(issuer["did"])) if issuer else None,
        purpose=one["purpose"],
        public=parse_jwk(one["public"]),
        sealed=base64.b64decode(one["sealed"], validate=True),
        created_at=parse_instant(one["created_at"]),
        retired_at=dates["retired_at"],
        compromised_at=dates["compromised_at"],
        compromise_noted_at=dates["compromise_noted_at"],
    )
    is_ours = (copy.purpose == TOOL) == (copy.issuer is None)
    if one["id"] != copy.id or not is_ours or copy.public.algorithm not in ALGORITHMS[copy.purpose]:
        raise ValueError("a key with the name or purpose of another")
    return copy


def _check_private_halves(copies: Sequence[_KeyCopy], master_key: MasterKey) -> None:
    """Pass when each private half opens, and is that of its public one."""
    for one in copies:
        if not one.sealed:
            continue
        try:
            der = unseal(one.sealed, master_key, purpose=PURPOSE, subject_id=one.id)
            is_whole = SigningKey.from_bytes(der).public == one.public
        except KeysError:
            is_whole = False
        if not is_whole:
            raise ConflictError(
                f"QUATREFOIL_MASTER_KEY does not open key {one.id}: give the one that the keys "
                "were sealed with when the backup was made. Nothing was restored.",
                code="not_opened",
            )


def _find_issuers(session: Session, copies: Sequence[_KeyCopy]) -> dict[str, UUID]:
    """Return the ids of the issuers by slug; each has to be the one of the backup."""
    here = {issuer.slug: issuer for issuer in key_rows.list_issuers(session)}
    wanted = {one.issuer for one in copies if one.issuer}
    faults = [
        f"  - {slug}, {did}"
        for slug, did in sorted(wanted)
        if slug not in here or here[slug].did != did
    ]
    if faults:
        raise ConflictError(
            "these issuers are not here, so nothing was restored: add them with `quatrefoil "
            "issuers add`, under the base URL of then:\n" + "\n".join(faults),
            code="issuer_missing",
        )
    return {slug: here[slug].id for slug, _ in wanted}


def _restore(
    session: Session, parts: KeyParts, copy: _KeyCopy, issuers: dict[str, UUID]
) -> Restored:
    outcome = "there"
    if session.get(SigningKeyRow, copy.id) is None:
        issuer_id = issuers[copy.issuer[0]] if copy.issuer else None
        outcome = _store(session, parts, copy, issuer_id)
        note(session, parts, issuer_id, "key.restored", f"{copy.purpose} {copy.id} {outcome}")
    return Restored(
        key_id=copy.id,
        owner=copy.issuer[0] if copy.issuer else TOOL,
        purpose=copy.purpose,
        outcome=outcome,
    )


def _store(session: Session, parts: KeyParts, copy: _KeyCopy, issuer_id: UUID | None) -> str:
    now = parts.clock()
    has_ended = copy.retired_at is not None and copy.retired_at <= now
    is_taken = (
        copy.compromised_at is None
        and not has_ended
        and key_rows.find_newest_key(session, issuer_id=issuer_id, purpose=copy.purpose)
    )
    session.add(
        SigningKeyRow(
            id=copy.id,
            issuer_id=issuer_id,
            purpose=copy.purpose,
            sealed=copy.sealed,
            public_jwk=json.dumps(public_jwk(copy.public), separators=(",", ":")).encode(),
            created_at=copy.created_at,
            retired_at=now if is_taken else copy.retired_at,
            compromised_at=copy.compromised_at,
            compromise_noted_at=copy.compromise_noted_at,
        )
    )
    session.flush()
    return "restored_as_retired" if is_taken else "restored"
