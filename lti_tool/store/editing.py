"""Queries about drafts of definitions. Whose they are is asked of the program's scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    DefinitionDraftRow,
    DefinitionEditorRow,
    DefinitionRevisionRow,
    UserRow,
)
from lti_tool.store.upsert import insert_or_replace
from lti_tool.values import ProgramScope


def get_achievement(session: Session, scope: ProgramScope, achievement_id: UUID) -> AchievementRow:
    """Return a badge of the scope's program, or raise `NotFoundError`."""
    row = session.get(AchievementRow, achievement_id)
    if row is None or row.program_id != scope.program_id or row.kind != "badge":
        raise NotFoundError(f"no achievement {achievement_id} in this program")
    return row


def find_draft(
    session: Session, achievement_id: UUID, *, locks: bool = False
) -> DefinitionDraftRow | None:
    """Return what is being written of a badge; with `locks`, nobody else saves meanwhile."""
    query = select(DefinitionDraftRow).where(DefinitionDraftRow.achievement_id == achievement_id)
    if locks:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def find_revision(session: Session, draft_id: UUID, revision: int) -> DefinitionRevisionRow | None:
    """Return one saved state of a draft; None where it is too old to be kept."""
    return session.get(DefinitionRevisionRow, (draft_id, revision))


def drop_revisions_before(session: Session, draft_id: UUID, revision: int) -> None:
    """Forget the oldest states of a draft."""
    session.execute(
        delete(DefinitionRevisionRow).where(
            DefinitionRevisionRow.draft_id == draft_id, DefinitionRevisionRow.revision < revision
        )
    )


def drop_draft(session: Session, draft_id: UUID) -> None:
    """Forget a draft with everything that belongs to it."""
    for row in (DefinitionEditorRow, DefinitionRevisionRow):
        session.execute(delete(row).where(row.draft_id == draft_id))
    session.execute(delete(DefinitionDraftRow).where(DefinitionDraftRow.id == draft_id))


def note_editor(session: Session, draft_id: UUID, user_id: UUID, *, now: datetime) -> None:
    """Remember that somebody has the draft open."""
    values = {"draft_id": draft_id, "user_id": user_id, "seen_at": now}
    insert_or_replace(session, DefinitionEditorRow, values)


def list_editors(
    session: Session, draft_id: UUID, *, but: UUID, since: datetime
) -> Sequence[UserRow]:
    """Return who else had the draft open lately."""
    return session.scalars(
        select(UserRow)
        .join(DefinitionEditorRow, DefinitionEditorRow.user_id == UserRow.id)
        .where(
            DefinitionEditorRow.draft_id == draft_id,
            DefinitionEditorRow.user_id != but,
            DefinitionEditorRow.seen_at >= since,
        )
        .order_by(UserRow.name, UserRow.id)
    ).all()


def list_versions_of(session: Session, achievement_id: UUID) -> Sequence[AchievementVersionRow]:
    """Return the versions of a badge, newest first."""
    return session.scalars(
        select(AchievementVersionRow)
        .where(AchievementVersionRow.achievement_id == achievement_id)
        .order_by(AchievementVersionRow.number.desc())
    ).all()
