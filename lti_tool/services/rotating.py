"""The life of signing keys: made where one is missing, rotated, their private halves deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from keys.ring import KeyState
from keys.sealing import MasterKey
from keys.signing import Algorithm
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.keyring import (
    DATA_INTEGRITY,
    JWT,
    LISTED_AHEAD,
    TOOL,
    ensure_issuer_keys,
    ensure_tool_key,
    key_states,
    make_key,
    public_half,
)
from lti_tool.store import keys as key_rows
from lti_tool.store import organisations
from lti_tool.store.database import Database
from lti_tool.store.rows import SigningKeyRow
from lti_tool.values import Clock, NewId, RandomBytes

SLACK = timedelta(hours=1)
"""Another machine's clock may be behind: there the key still signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    """What making keys needs."""

    master_key: MasterKey
    jwt_algorithm: Algorithm
    clock: Clock
    new_id: NewId
    random_bytes: RandomBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key as its operator sees it. `owner` is an issuer's slug, or `tool`."""

    id: str
    owner: str
    purpose: str
    algorithm: Algorithm
    state: KeyState
    since: datetime
    """When it came into this state, or will: the next key signs from here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """A new key, and the instant from which it signs in place of the former one."""

    owner: str
    purpose: str
    key_id: str
    former_id: str
    signs_from: datetime


def make_missing_keys(session: Session, parts: KeyParts) -> int:
    """Make the tool's and the issuers' keys that are missing; return how many were made."""
    before = {row.id for row in key_rows.list_all_keys(session)}
    ensure_tool_key(
        session,
        master_key=parts.master_key,
        clock=parts.clock,
        random_bytes=parts.random_bytes,
    )
    for issuer in key_rows.list_issuers(session):
        ensure_issuer_keys(
            session,
            issuer.id,
            master_key=parts.master_key,
            clock=parts.clock,
            random_bytes=parts.random_bytes,
            jwt_algorithm=parts.jwt_algorithm,
        )
    made = [row for row in key_rows.list_all_keys(session) if row.id not in before]
    for row in made:
        note(session, parts, row.issuer_id, "key.made", f"{row.purpose} {row.id}")
    return len(made)


def list_keys(session: Session, *, now: datetime) -> tuple[KeyFacts, ...]:
    """Return every key, the tool's first, then by issuer, purpose and age."""
    rows = key_rows.list_all_keys(session)
    states = key_states(rows, now=now)
    slugs = {issuer.id: issuer.slug for issuer in key_rows.list_issuers(session)}
    facts = [
        KeyFacts(
            id=row.id,
            owner=slugs[row.issuer_id] if row.issuer_id else TOOL,
            purpose=row.purpose,
            algorithm=public_half(row).algorithm,
            state=states[row.id],
            since=_since(row, states[row.id], rows),
        )
        for row in rows
    ]
    return tuple(sorted(facts, key=lambda one: (one.owner != TOOL, one.owner, one.purpose)))


def rotate(
    session: Session, parts: KeyParts, owner: str, purpose: str | None = None
) -> tuple[Rotated, ...]:
    """Make a successor for each key of an issuer, or of the tool, or for that of one purpose.

    The successor is listed at once and signs a while later. What the former key signed
    goes on verifying.

    Raises:
        NotFoundError: no such issuer, or no key to follow.
        InvalidInputError: a purpose that this owner has no keys for.
        ConflictError: a successor waits already.
    """
    issuer_id = None if owner == TOOL else key_rows.get_issuer(session, owner).id
    known = (TOOL,) if issuer_id is None else (DATA_INTEGRITY, JWT)
    if purpose is not None and purpose not in known:
        raise InvalidInputError(f"{owner} has no keys for {purpose}: choose {' or '.join(known)}")
    return tuple(
        _rotate(session, parts, owner, issuer_id, one)
        for one in (known if purpose is None else (purpose,))
    )


def forget_private_halves(database: Database, *, clock: Clock, new_id: NewId) -> None:
    """Delete the private halves of keys that sign no more: nobody can steal them any longer."""
    with database.writing() as session:
        forget_spent(session, clock=clock, new_id=new_id)


def forget_spent(session: Session, *, clock: Clock, new_id: NewId) -> None:
    """The same, within a transaction."""
    now = clock()
    for row in key_rows.list_spent_keys(session, retired_before=now - SLACK):
        row.sealed = b""
        organisations.note(
            session,
            id_=new_id(),
            at=now,
            actor_id=None,
            action="key.private_half_deleted",
            subject_id=row.issuer_id,
            text=f"{row.purpose} {row.id}",
        )
    session.flush()


def algorithm_for(parts: KeyParts, purpose: str) -> Algorithm:
    """Return what a new key for a purpose signs with: platforms know RS256 only."""
    algorithms = {
        TOOL: Algorithm.RS256,
        DATA_INTEGRITY: Algorithm.ED25519,
        JWT: parts.jwt_algorithm,
    }
    return algorithms[purpose]


def usable_for(
    purpose: str, rows: Sequence[SigningKeyRow], *, now: datetime
) -> list[SigningKeyRow]:
    """Return those of an issuer's keys that sign now for a purpose, or will."""
    states, usable = key_states(rows, now=now), {KeyState.CURRENT, KeyState.NEXT}
    return [row for row in rows if row.purpose == purpose and states[row.id] in usable]


def add_key(session: Session, parts: KeyParts, issuer_id: UUID | None, purpose: str) -> str:
    """Make a key for a purpose that has none without an end; return its id.

    Raises:
        ConflictError: somebody else made one at the same time.
    """
    made = make_key(
        session,
        issuer_id,
        purpose,
        algorithm_for(parts, purpose),
        master_key=parts.master_key,
        clock=parts.clock,
        random_bytes=parts.random_bytes,
    )
    if made is None:
        raise ConflictError("somebody else makes keys right now: look at `quatrefoil keys list`")
    return made


def note(session: Session, parts: KeyParts, issuer_id: UUID | None, action: str, text: str) -> None:
    """Write a line about keys into the audit log."""
    organisations.note(
        session,
        id_=parts.new_id(),
        at=parts.clock(),
        actor_id=None,
        action=action,
        subject_id=issuer_id,
        text=text,
    )


def _rotate(
    session: Session, parts: KeyParts, owner: str, issuer_id: UUID | None, purpose: str
) -> Rotated:
    now = parts.clock()
    rows = usable_for(purpose, key_rows.lock_keys(session, issuer_id=issuer_id), now=now)
    if not rows:
        raise NotFoundError(f"{owner} has no key yet: make it with `quatrefoil keys init`")
    _check_none_waits(rows)
    (former,) = rows
    former.retired_at = now + LISTED_AHEAD[purpose]
    session.flush()
    key_id = add_key(session, parts, issuer_id, purpose)
    note(session, parts, issuer_id, "key.rotated", f"{purpose} {former.id} by {key_id}")
    return Rotated(
        owner=owner,
        purpose=purpose,
        key_id=key_id,
        former_id=former.id,
        signs_from=former.retired_at,
    )


def _since(row: SigningKeyRow, state: KeyState, rows: Sequence[SigningKeyRow]) -> datetime:
    """Return since when a key is in its state; for the next one, when it will be the current.

    A key signs from when it was made, or from the end of the one that it follows.
    """
    if state is KeyState.COMPROMISED:
        return row.compromised_at or row.created_at
    if state is KeyState.RETIRED:
        return row.retired_at or row.created_at
    followed = (
        one.retired_at
        for one in rows
        if (one.issuer_id, one.purpose) == (row.issuer_id, row.purpose)
        and one.compromised_at is None
        and one.retired_at is not None
        and (row.retired_at is None or one.retired_at < row.retired_at)
    )
    return max([row.created_at, *followed])


def _check_none_waits(rows: Sequence[SigningKeyRow]) -> None:
    ends = [row.retired_at for row in rows if row.retired_at is not None]
    if ends:
        raise ConflictError(
            f"a new key is listed already and signs from {min(ends):%Y-%m-%d %H:%M} UTC: "
            "rotate again after that",
            code="key_waits",
        )
