"""Definitions as coordinators write them: drafts, their revisions, who has one open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row


class DefinitionDraftRow(Row):
    """What is being written of a badge's next version. Gone once it is published.

    .. pii: who began it, by id; ends with its publication or the person's erasure.
    """

    __tablename__ = "definition_draft"
    __table_args__ = (UniqueConstraint("achievement_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    achievement_id: Mapped[UUID] = mapped_column(ForeignKey("achievement.id"))
    revision: Mapped[int]
    """The newest of its revisions."""
    base_version_id: Mapped[UUID] = mapped_column(ForeignKey("achievement_version.id"))
    """The newest version when this draft last caught up with it."""
    base_sha256: Mapped[str]
    """That version's document then: an import may have changed it since."""
    image: Mapped[bytes | None]
    """The program's own picture, a PNG; empty: one is drawn."""
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))


class DefinitionRevisionRow(Row):
    """One saved state of a draft. Older ones are for undoing and for merging late saves.

    .. pii: who saved it, by id; ends with the draft.
    """

    __tablename__ = "definition_revision"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("definition_draft.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    """The draft, bytes of `badges.draft`."""
    places: Mapped[str]
    """The places that were typed at, line by line; empty where the structure changed."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"))
    undo_to: Mapped[int | None]
    """The revision that "undo" brings back."""
    redo_to: Mapped[int | None]
    """The revision that "redo" brings back; only after "undo"."""


class DefinitionEditorRow(Row):
    """When somebody last had a draft open.

    .. pii: who is at work, by id; ends with the draft.
    """

    __tablename__ = "definition_editor"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("definition_draft.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"), primary_key=True)
    seen_at: Mapped[datetime]
