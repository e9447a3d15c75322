"""What follows from credentials of other issuers: verified again, then a microcredential or less.

Whoever hands one in or confirms it waits for the verification of that one, and for no
other. The worker looks every day, and soon after anything was awarded to somebody for whom
such a credential counts, or after one came to count with which others make a whole: an
assessor who releases a badge never waits for somebody else's server.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.services.dues import find_due
from lti_tool.services.foreign.answers import Answers
from lti_tool.services.foreign.checking import (
    Checked,
    CheckOutcome,
    ForeignParts,
    check,
    keep_documents,
)
from lti_tool.services.foreign.planning import LEASE, plan_next
from lti_tool.services.settling import StackChangedError, until_settled
from lti_tool.services.stacking import FOREIGN_REVOKED, prepare, settle, settle_revoked
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, foreign, organisations, pathways
from lti_tool.store.rows import ForeignCredentialRow

BESIDE_EACH_OTHER = 4
"""Of one earner's credentials, how many are verified at the same time."""
AT_ONCE = 50
"""Whose credentials one sweep verifies at most, within so much time."""
PATIENCE_SECONDS = 40.0
WARNED_AFTER = timedelta(days=3)
WARNED_FOR = timedelta(days=30)
"""An issuer that is gone for good is no news any more; lists and pages go on saying it."""


class Sequel(StrEnum):
    """What comes of a credential of another issuer as soon as it counts."""

    NOTHING = "nothing"
    LATER = "later"
    """Everything is there; the worker verifies the rest of it again, and then it is issued."""
    ISSUED = "issued"


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


def look_now(parts: ForeignParts, program_id: UUID, earner_id: UUID, foreign_id: UUID) -> Sequel:
    """Verify one credential that counts, for somebody who waits, and issue what follows."""
    with parts.issuing.database.reading() as session:
        row = foreign.get(session, foreign_id)
    verified = _verify(parts, program_id, earner_id, [row])
    return follow_now(parts, program_id, earner_id, foreign_id) if verified else Sequel.NOTHING


def follow_now(parts: ForeignParts, program_id: UUID, earner_id: UUID, foreign_id: UUID) -> Sequel:
    """Issue what follows from one credential that was verified a moment ago; asks nobody.

    What others are needed for, too, and what cannot be done now, the worker does.
    """
    issuing, verified = parts.issuing, frozenset({foreign_id})
    try:
        if until_settled(lambda: _follow(parts, program_id, earner_id, verified)):
            return Sequel.ISSUED
    except (StackChangedError, BadgesError):
        # Not only when what was verified is to be verified again.
        with issuing.database.writing() as session:
            awards.lock_earner(session, earner_id)
            foreign.look_soon(session, [earner_id], at=issuing.clock())
    with issuing.database.reading() as session:
        counting = foreign.list_counting_ids(session, program_id, earner_id)
        is_due = find_due(session, program_id, earner_id, verified=counting)
    return Sequel.LATER if is_due else Sequel.NOTHING


def verify_counting(
    parts: ForeignParts,
    program_id: UUID,
    earner_id: UUID,
    *,
    pathway_id: UUID | None = None,
    answers: Answers | None = None,
) -> frozenset[UUID]:
    """Verify what counts for an earner in a program, or in one pathway; return what holds.

    As `look` otherwise.
    """
    with parts.issuing.database.reading() as session:
        rows = [
            row
            for row in foreign.list_counting(session, program_id, earner_id)
            if pathway_id in {None, row.pathway_id}
        ]
    return _verify(parts, program_id, earner_id, rows, answers=answers)


def _verify(
    parts: ForeignParts,
    program_id: UUID,
    earner_id: UUID,
    rows: Sequence[ForeignCredentialRow],
    *,
    answers: Answers | None = None,
) -> frozenset[UUID]:
    issuing, answers = parts.issuing, Answers() if answers is None else answers
    with ThreadPoolExecutor(BESIDE_EACH_OTHER) as hands:
        # Whoever waits for it waits for the slowest of some issuers, not for one after the other.
        found = hands.map(lambda row: check(parts, row.document, answers=answers), rows)
        checked = dict(zip((row.id for row in rows), found, strict=True))
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
    plan_next(
        session,
        program_id,
        earner_id,
        # Whoever had something awarded meanwhile is looked at once more, at once.
        [row for row in rows if row.check_due_at == due[row.id]],
        checked=frozenset(checked),
        verified=_valid(checked),
    )
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
