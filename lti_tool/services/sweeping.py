"""What has to be done again and again, beside scores: lists are signed, what has ended is deleted.

Each part fails alone and is tried again with the next sweep; all are idempotent.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from lti_tool.errors import places_of
from lti_tool.files.parts import PartFiles
from lti_tool.files.store import FileStore
from lti_tool.services.jwt_forms import complete_all
from lti_tool.services.keyring import RingCache
from lti_tool.services.records import catch_up
from lti_tool.services.rotating import forget_private_halves
from lti_tool.services.status_lists import list_due_lists, sign_list
from lti_tool.services.uploads import delete_due_files, sweep_uploads
from lti_tool.services.urls import PublicURLs
from lti_tool.store import people, platforms
from lti_tool.store.database import Database
from lti_tool.values import Clock, NewId

BROWSERS_KEPT_FOR = timedelta(days=30)

log = logging.getLogger("quatrefoil")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepingParts:
    """The long-lived things that sweeping needs."""

    database: Database
    files: FileStore
    part_files: PartFiles
    rings: RingCache
    urls: PublicURLs
    clock: Clock
    new_id: NewId


def sweep(parts: SweepingParts) -> None:
    """Do everything that is due. What goes wrong is logged, and holds up nothing else."""
    chores: dict[str, Callable[[], object]] = {
        "status_lists": partial(_sign_lists, parts),
        "records": partial(catch_up, parts),
        "jwt_forms": partial(complete_all, parts),
        "uploads": partial(sweep_uploads, parts.database, parts.part_files, clock=parts.clock),
        "files": partial(delete_due_files, parts.database, parts.files, clock=parts.clock),
        "keys": partial(
            forget_private_halves, parts.database, clock=parts.clock, new_id=parts.new_id
        ),
        "logins": partial(_delete, parts, _delete_logins),
        "launches": partial(_delete, parts, _delete_launches),
        "browsers": partial(_delete, parts, _delete_browsers),
    }
    for name, chore in chores.items():
        run_alone(name, chore)


def run_alone(name: str, chore: Callable[[], object]) -> None:
    """Run one chore; log under its name that it failed instead of raising."""
    try:
        chore()
    except Exception as exc:  # noqa: BLE001 - whatever it is
        log.error("chore=%s code=failed\n%s", name, places_of(exc))  # noqa: TRY400 - its words may hold values


def _sign_lists(parts: SweepingParts) -> None:
    for status_list_id in list_due_lists(parts.database, clock=parts.clock):
        sign = partial(
            sign_list,
            parts.database,
            status_list_id,
            rings=parts.rings,
            urls=parts.urls,
            clock=parts.clock,
        )
        run_alone(f"status_list {status_list_id}", sign)


def _delete(parts: SweepingParts, delete: Callable[[Session, Clock], None]) -> None:
    with parts.database.writing() as session:
        delete(session, parts.clock)


def _delete_logins(session: Session, clock: Clock) -> None:
    platforms.delete_expired_login_attempts(session, now=clock())


def _delete_launches(session: Session, clock: Clock) -> None:
    people.delete_expired_launches(session, now=clock())


def _delete_browsers(session: Session, clock: Clock) -> None:
    people.delete_unused_browsers(session, seen_before=clock() - BROWSERS_KEPT_FOR)
