"""When a credential of another issuer is verified again."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.dues import Due, find_due
from lti_tool.services.foreign.checking import CheckOutcome
from lti_tool.store import foreign
from lti_tool.store.rows import ForeignCredentialRow

CHECKED_EVERY = timedelta(days=1)
ASKED_AGAIN = timedelta(hours=1)
"""How long an issuer that did not answer is left alone, on the first day."""
LEASE = timedelta(minutes=15)


def plan_next(
    session: Session,
    program_id: UUID,
    earner_id: UUID,
    rows: Collection[ForeignCredentialRow],
    *,
    checked: frozenset[UUID],
    verified: frozenset[UUID],
) -> None:
    """Write when to verify some again that were verified with all of `checked`.

    At once where more follows together with what was not looked at. The earner is locked.
    """
    due = find_due(session, program_id, earner_id, verified=verified)
    others = foreign.list_counting_ids(session, program_id, earner_id) - checked
    more = find_due(session, program_id, earner_id, verified=verified | others) if others else due
    is_more = bool(_pathway_ids(more) - _pathway_ids(due))
    for row in rows:
        pause = timedelta() if is_more else _pause_after(row)
        # Should this process die before what follows is issued, it is looked at again soon.
        row.check_due_at = row.checked_at + (min(pause, LEASE) if due else pause)


def _pathway_ids(due: Collection[Due]) -> frozenset[UUID]:
    return frozenset(one.stack.achievement.id for one in due)


def _pause_after(row: ForeignCredentialRow) -> timedelta:
    """Return when to look again: somebody waits for an issuer that has just fallen silent."""
    silent = row.failing_since if row.check_outcome == CheckOutcome.UNREACHABLE.value else None
    is_news = silent is not None and row.checked_at - silent < CHECKED_EVERY
    return ASKED_AGAIN if is_news else CHECKED_EVERY
