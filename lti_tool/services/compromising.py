"""A key that somebody else may hold: believed no more, replaced at once, its lists signed anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidInputError
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.rotating import KeyParts, add_key, note, usable_for
from lti_tool.services.status_lists import list_due_lists, sign_list
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import SigningKeyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromised:
    """What became of a compromised key. `successor_id` is there when one was made for it."""

    is_new: bool
    since: datetime
    successor_id: str | None


def compromise(parts: IssuingParts, keys: KeyParts, key_id: str, *, since: datetime) -> Compromised:
    """Believe a key no more, for good, and sign with another; said twice it changes nothing.

    Its issuer's status lists are signed anew, or no badge of theirs would verify. Should
    this process die before, the sweep signs them.

    Raises:
        NotFoundError: no such key.
        InvalidInputError: an instant before the key was made, or to come.
    """
    with parts.database.writing() as session:
        done = _mark(session, keys, key_id, since)
    sign_due_lists(parts)
    return done


def sign_due_lists(parts: IssuingParts) -> None:
    """Sign every status list that has to be."""
    for list_id in list_due_lists(parts.database, clock=parts.clock):
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)


def _mark(session: Session, keys: KeyParts, key_id: str, since: datetime) -> Compromised:
    row = key_rows.get_key(session, key_id)
    # Whoever stores what they signed shares them until then: it is found among what it signed.
    siblings = key_rows.lock_keys(session, issuer_id=row.issuer_id)
    # Lists that were signed while this one waited are older.
    now = keys.clock()
    if row.compromised_at is not None:
        return Compromised(is_new=False, since=row.compromised_at, successor_id=None)
    if not row.created_at.replace(microsecond=0) <= since <= now:
        raise InvalidInputError(
            f"the instant has to lie between {row.created_at:%Y-%m-%dT%H:%M:%SZ}, when the key "
            "was made, and now",
            field="at",
        )
    row.compromised_at, row.compromise_noted_at = since, now
    session.flush()
    note(session, keys, row.issuer_id, "key.compromised", f"{row.purpose} {row.id} {since}")
    successor_id = _replace(session, keys, row, siblings, now)
    return Compromised(is_new=True, since=since, successor_id=successor_id)


def _replace(
    session: Session,
    keys: KeyParts,
    lost: SigningKeyRow,
    siblings: Sequence[SigningKeyRow],
    now: datetime,
) -> str | None:
    """See that some key signs for the purpose without an end; return it if it is a new one."""
    others = usable_for(lost.purpose, siblings, now=now)
    if any(row.retired_at is None for row in others):
        return None
    if others:
        # The lost one was to follow it: it stays.
        others[0].retired_at = None
        session.flush()
        return None
    key_id = add_key(session, keys, lost.issuer_id, lost.purpose)
    note(session, keys, lost.issuer_id, "key.made", f"{lost.purpose} {key_id}")
    return key_id
