"""Revoking an award: the bit is set, every view of the badge says so. Grades stay as they are.

With a badge goes the microcredential that rests on it, where its pathway declares so.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.awarding import take_back
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.stacking import settle_revoked
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, bulk, organisations, pathways, programs, shares

AT_ONCE = 200
"""How many badges are tried in one transaction: others wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationWish:
    """One credential to revoke, and why; its earner reads the reason."""

    credential_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationOutcome:
    """What became of a wish: revoked, would_revoke, already or unknown."""

    wish: RevocationWish
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A microcredential that goes when a badge that it rests on goes."""

    credential_id: UUID
    earner_id: UUID
    title: str


def revoke_credential(parts: IssuingParts, credential_id: UUID, *, reason: str) -> None:
    """Revoke a credential for good, and sign its list at once.

    Should this process die before the list is signed, the sweep signs it.

    Raises:
        NotFoundError: no such credential.
        ConflictError: it is revoked already.
    """
    with parts.database.writing() as session:
        lists = _revoke(session, parts, credential_id, reason=reason)
    _sign(parts, lists)


def revoke_many(
    parts: IssuingParts,
    wishes: Iterable[RevocationWish],
    *,
    is_dry_run: bool = False,
    actor_id: UUID | None = None,
) -> Iterator[RevocationOutcome]:
    """Revoke credentials one by one, each in its own transaction; sign their lists at the end.

    `actor_id` is a coordinator, or None for an operator.

    What is revoked already is left alone, so the same file may be given again after a
    stop. In a dry run nothing is written.
    """
    lists: set[UUID] = set()
    try:
        for wish in wishes:
            outcome, touched = _try(parts, wish, is_dry_run=is_dry_run, actor_id=actor_id)
            lists |= touched
            yield RevocationOutcome(wish=wish, outcome=outcome)
    finally:
        _sign(parts, lists)


def find_following(parts: IssuingParts, credential_ids: Collection[UUID]) -> list[Following]:
    """Return the microcredentials that would go with some badges, were those revoked now.

    It is found out by doing it and taking it back, some hundred badges at a time, all of
    one earner's together: nothing is written.
    """
    with parts.database.reading() as session:
        found = [shares.find_whole(session, id_) for id_ in credential_ids]
        owners = {one[0].id: one[1].earner_id for one in found if one is not None}
    following: list[Following] = []
    batch: list[UUID] = []
    for _, ids in groupby(sorted(owners, key=lambda id_: owners[id_]), owners.__getitem__):
        batch += ids
        if len(batch) >= AT_ONCE:
            following += _revoked_and_taken_back(parts, batch)
            batch = []
    return following + (_revoked_and_taken_back(parts, batch) if batch else [])


def _revoked_and_taken_back(parts: IssuingParts, credential_ids: list[UUID]) -> list[Following]:
    found: list[Following] = []
    since = parts.clock()
    with suppress(_TriedError), parts.database.writing() as session:
        _lock_in_order(session, credential_ids)
        for credential_id in credential_ids:
            with suppress(NotFoundError, ConflictError):
                _revoke(session, parts, credential_id, reason="")
        found += [
            Following(credential_id=credential_id, earner_id=award.earner_id, title=version.title)
            for award, version, credential_id in pathways.list_lost_with(
                session, credential_ids, since=since
            )
        ]
        raise _TriedError
    return found


def _lock_in_order(session: Session, credential_ids: Collection[UUID]) -> None:
    """Lock all that will be locked, as whoever awards to many does: programs, then earners."""
    whole = [shares.find_whole(session, id_) for id_ in credential_ids]
    held = [one[1] for one in whole if one is not None]
    programs_of = {programs.get_program_of(session, one.achievement_id).id for one in held}
    for program_id in sorted(programs_of):
        pathways.share_program(session, program_id)
    bulk.lock_earners(session, {one.earner_id for one in held})


class _TriedError(Exception):
    """Ends a transaction that was only to see what happens."""


def _try(
    parts: IssuingParts, wish: RevocationWish, *, is_dry_run: bool, actor_id: UUID | None
) -> tuple[str, frozenset[UUID]]:
    """Return what becomes of a wish, and the lists to sign."""
    if is_dry_run:
        with parts.database.reading() as session:
            found = shares.find_whole(session, wish.credential_id)
        if found is None:
            return "unknown", frozenset()
        return ("already" if found[1].revoked_at else "would_revoke"), frozenset()
    try:
        with parts.database.writing() as session:
            lists = _revoke(
                session, parts, wish.credential_id, reason=wish.reason, actor_id=actor_id
            )
            return "revoked", lists
    except NotFoundError:
        return "unknown", frozenset()
    except ConflictError:
        return "already", frozenset()


def _revoke(
    session: Session,
    parts: IssuingParts,
    credential_id: UUID,
    *,
    reason: str,
    actor_id: UUID | None = None,
) -> frozenset[UUID]:
    """Write one revocation with what follows from it; return the lists to sign."""
    found = shares.find_whole(session, credential_id)
    if found is None:
        raise NotFoundError(
            f"no credential {credential_id}: take its id from the end of its `id` in the "
            "badge's JSON, or from its page"
        )
    credential, award, _, _ = found
    program = programs.get_program_of(session, award.achievement_id)
    pathways.share_program(session, program.id)
    awards.lock_earner(session, award.earner_id)
    session.refresh(award)
    if award.revoked_at is not None:
        raise ConflictError(
            "it is revoked already: there is nothing more to do", code="already_revoked"
        )
    revoked_at = parts.clock()
    own = take_back(session, award, at=revoked_at, reason=reason)
    above = settle_revoked(session, program.id, award.earner_id, at=revoked_at, new_id=parts.new_id)
    organisations.note(
        session,
        id_=parts.new_id(),
        at=revoked_at,
        actor_id=actor_id,
        program_id=program.id,
        action="credential.revoked",
        subject_id=credential.id,
        text=reason,
    )
    return frozenset({own, *above})


def _sign(parts: IssuingParts, lists: Iterable[UUID]) -> None:
    for list_id in lists:
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)
