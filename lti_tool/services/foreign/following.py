"""What follows from credentials of other issuers: verified again, then a microcredential or less.

Whoever accepts one looks at once. The worker looks every day, and within a minute after
anything was awarded to somebody for whom such a credential counts: an assessor who releases
a badge never waits for somebody else's server.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.services.dues import find_due
from lti_tool.services.foreign.checking import (
    Answers,
    Checked,
    CheckOutcome,
    ForeignParts,
    check,
    keep_documents,
)
from lti_tool.services.stacking import (
    FOREIGN_REVOKED,
    StackChangedError,
    prepare,
    settle,
    settle_revoked,
    until_settled,
)
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, foreign, organisations, pathways
from lti_tool.store.rows import ForeignCredentialRow

CHECKED_EVERY = timedelta(days=1)
ASKED_AGAIN = timedelta(hours=1)
"""How long an issuer that did not answer is left alone, on the first day."""
LEASE = timedelta(minutes=15)
AT_ONCE = 50
"""Whose credentials one sweep verifies at most, within so much time."""
PATIENCE_SECONDS = 40.0
WARNED_AFTER = timedelta(days=3)
WARNED_FOR = timedelta(days=30)
"""An issuer that is gone for good is no news any more; lists and pages go on saying it."""


def look(
    parts: ForeignParts, program_id: UUID, earner_id: UUID, *, answers: Answers | None = None
) -> bool:
    """Verify what counts for an earner in a program, and write what follows from it.

    What was revoked has the effect that each pathway declares. What holds may complete a
    microcredential: then it is issued. Outside any transaction.

    Returns:
        Whether a microcredential was issued.

    Raises:
        StackChangedError: other awards came in between again and again.
        BadgesError: what follows cannot be signed.
    """
    verified = verify_counting(parts, program_id, earner_id, answers=answers)
    return bool(verified) and until_settled(lambda: _follow(parts, program_id, earner_id, verified))


def look_now(
    parts: ForeignParts, program_id: UUID, earner_id: UUID, *, answers: Answers | None = None
) -> bool:
    """Do the same for somebody who waits; what cannot be done now, the worker tries again."""
    with suppress(StackChangedError, BadgesError):
        return look(parts, program_id, earner_id, answers=answers)
    return False


def verify_counting(
    parts: ForeignParts, program_id: UUID, earner_id: UUID, *, answers: Answers | None = None
) -> frozenset[UUID]:
    """Verify what counts for an earner in a program; return what holds. As `look` otherwise."""
    issuing = parts.issuing
    with issuing.database.reading() as session:
        rows = foreign.list_counting(session, program_id, earner_id)
    checked = {row.id: check(parts, row.document, answers=answers) for row in rows}
    due = {row.id: row.check_due_at for row in rows}
    if not checked:
        return frozenset()
    with issuing.database.writing() as session:
        pathways.share_program(session, program_id)
        awards.lock_earner(session, earner_id)
        lists = _record(session, parts, program_id, earner_id, checked, due)
    for list_id in lists:
        sign_list(
            issuing.database, list_id, rings=issuing.rings, urls=issuing.urls, clock=issuing.clock
        )
    return _valid(checked)


def look_at_due(
    parts: ForeignParts,
    *,
    run: Callable[[str, Callable[[], object]], None],
    timer: Callable[[], float] = time.monotonic,
) -> None:
    """Verify what is due, longest due first, as much as one sweep has time for.

    Whoever fails holds up nobody else: `run` runs one under its name and goes on. What many
    have of one issuer is asked for once.
    """
    issuing, answers, ends_at = parts.issuing, Answers(), timer() + PATIENCE_SECONDS
    for _ in range(AT_ONCE):
        if timer() >= ends_at:
            return
        now = issuing.clock()
        with issuing.database.writing() as session:
            found = foreign.claim_due(session, now=now, until=now + LEASE)
        if found is None:
            return
        run("foreign credential", partial(look, parts, *found, answers=answers))


def find_failing_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when an issuer of what counts here does not answer, while that is a warning."""
    since = foreign.find_unreachable_since(session, after=now - WARNED_FOR)
    return since if since is not None and since < now - WARNED_AFTER else None


def _follow(
    parts: ForeignParts, program_id: UUID, earner_id: UUID, verified: frozenset[UUID]
) -> bool:
    issuing = parts.issuing
    with issuing.database.reading() as session:
        due = find_due(session, program_id, earner_id, verified=verified)
    if not due:
        return False
    prepared, at = prepare(issuing, due), issuing.clock()
    with issuing.database.writing() as session:
        pathways.share_program(session, program_id)
        awards.lock_earner(session, earner_id)
        settle(
            session,
            program_id,
            earner_id,
            prepared,
            at=at,
            actor_id=None,
            new_id=issuing.new_id,
            verified=verified,
        )
    return True


def _record(
    session: Session,
    parts: ForeignParts,
    program_id: UUID,
    earner_id: UUID,
    checked: Mapping[UUID, Checked],
    due: Mapping[UUID, datetime],
) -> tuple[UUID, ...]:
    """Write what came of it; return the status lists to sign."""
    revoked, rows = [], []
    for id_, one in checked.items():
        row = foreign.get(session, id_, locks=True)
        if row.state != "accepted" or row.revoked_at is not None or row.checked_at > one.at:
            continue
        rows.append(row)
        keep_documents(session, one)
        note_check(row, one)
        if one.outcome is CheckOutcome.REVOKED:
            row.revoked_at = one.at
            revoked.append(row)
    session.flush()
    # Should this process die before what follows is issued, it is looked at again soon.
    follows = find_due(session, program_id, earner_id, verified=_valid(checked))
    for row in rows:
        # And whoever had something awarded meanwhile, at once.
        if row.check_due_at == due[row.id]:
            row.check_due_at = row.checked_at + (LEASE if follows else _pause_after(row))
    if not revoked:
        return ()
    issuing = parts.issuing
    for row in revoked:
        _note_revoked(session, parts, program_id, row)
    return settle_revoked(
        session,
        program_id,
        earner_id,
        at=issuing.clock(),
        new_id=issuing.new_id,
        reason=FOREIGN_REVOKED,
    )


def _pause_after(row: ForeignCredentialRow) -> timedelta:
    """Return when to look again: somebody waits for an issuer that has just fallen silent."""
    silent = row.failing_since if row.check_outcome == CheckOutcome.UNREACHABLE.value else None
    is_news = silent is not None and row.checked_at - silent < CHECKED_EVERY
    return ASKED_AGAIN if is_news else CHECKED_EVERY


def _valid(checked: Mapping[UUID, Checked]) -> frozenset[UUID]:
    """Return those that hold."""
    return frozenset(id_ for id_, one in checked.items() if one.outcome is CheckOutcome.VALID)


def note_check(row: ForeignCredentialRow, checked: Checked) -> None:
    """Write onto a row how it came out."""
    row.checked_at, row.check_outcome = checked.at, checked.outcome.value
    if checked.outcome in {CheckOutcome.VALID, CheckOutcome.REVOKED}:
        row.failing_since = None
    elif row.failing_since is None:
        row.failing_since = checked.at


def _note_revoked(
    session: Session, parts: ForeignParts, program_id: UUID, row: ForeignCredentialRow
) -> None:
    issuing = parts.issuing
    users = pathways.list_names(session, [row.earner_id])
    organisations.note(
        session,
        id_=issuing.new_id(),
        at=issuing.clock(),
        actor_id=None,
        program_id=program_id,
        action="foreign.revoked",
        subject_id=users[row.earner_id].id if row.earner_id in users else None,
        text=row.title,
    )
