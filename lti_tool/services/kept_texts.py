"""Texts that came too late to be stored in their place: kept, so that no word is lost."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.store import submissions
from lti_tool.store.rows import KeptTextRow
from lti_tool.values import Clock, NewId

KEPT_TEXTS_MAXIMUM = 100
"""For one person and attempt: a page that goes on and on does not fill the disk."""


def keep_texts(
    session: Session,
    attempt_id: UUID,
    user_id: UUID,
    texts: Mapping[str, str],
    *,
    most: int = KEPT_TEXTS_MAXIMUM,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Keep texts by the names of their fields. What only goes on from the last one replaces it."""
    kept = submissions.list_kept_texts(session, attempt_id, user_id)
    # Of each field the one that was kept last.
    latest = {row.place: row for row in kept}
    room = most - len(kept)
    for place, text in texts.items():
        last = latest.get(place)
        if last is not None and last.text.startswith(text):
            continue
        if last is not None and (text.startswith(last.text) or room <= 0):
            last.text, last.kept_at = text, clock()
        elif room > 0:
            room -= 1
            session.add(
                KeptTextRow(
                    id=new_id(),
                    attempt_id=attempt_id,
                    user_id=user_id,
                    place=place,
                    text=text,
                    kept_at=clock(),
                )
            )


def list_kept(
    session: Session,
    attempt_id: UUID,
    user_id: UUID,
    *,
    stored: Mapping[str, str],
    shown: Mapping[str, str],
) -> tuple[KeptTextRow, ...]:
    """Return a person's kept texts in the order of their fields.

    Those that their fields hold already, in the rows or on the page, are left out.
    """
    order = {name: number for number, name in enumerate(stored)}
    rows = submissions.list_kept_texts(session, attempt_id, user_id)
    return tuple(
        row
        for row in sorted(rows, key=lambda row: order.get(row.place, len(order)))
        if not any(row.text.strip() in fields.get(row.place, "") for fields in (stored, shown))
    )


def take_kept(
    session: Session, attempt_id: UUID, user_id: UUID, kept_id: UUID
) -> tuple[str, str] | None:
    """Take a person's kept text out; return its field and text. One that is gone is no error."""
    for row in submissions.list_kept_texts(session, attempt_id, user_id):
        if row.id == kept_id:
            session.delete(row)
            session.flush()
            return row.place, row.text
    return None
