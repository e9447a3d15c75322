"""The revisions of a badge's draft: stored one after the other, and gone back to."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from badges.draft import Draft, write_draft
from badges.errors import BadgesError
from lti_tool.errors import (
    ClosedError,
    TooLargeError,
)
from lti_tool.services.badge_versions import rewrite
from lti_tool.store import editing, organisations
from lti_tool.store.rows import (
    DefinitionDraftRow,
    DefinitionRevisionRow,
)
from lti_tool.values import Clock, ProgramScope
from rubrics.documents import MAXIMUM_BYTES

KEPT_REVISIONS = 100
ONE_GO = timedelta(minutes=1)
"""Typing in the same fields without a longer pause is undone at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a sent form knew: its draft, its revision, how the draft was built."""

    draft_id: UUID
    revision: int
    outline: str


def undo(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    back: bool = True,
    clock: Clock,
) -> None:
    """Bring the state before the last change back, or with `back=False` the one after it.

    Raises:
        ClosedError: the draft was published or thrown away.
    """
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    current = revision_of(session, row, row.revision)
    target = current.undo_to if back else current.redo_to
    found = None if target is None else editing.find_revision(session, row.id, target)
    if found is None:
        return
    row.revision += 1
    session.add(
        DefinitionRevisionRow(
            draft_id=row.id,
            revision=row.revision,
            content=found.content,
            places="",
            saved_at=clock(),
            saved_by=scope.user_id,
            undo_to=found.undo_to,
            redo_to=current.revision if back else found.redo_to,
        )
    )
    session.flush()


def store(
    session: Session,
    scope: ProgramScope,
    row: DefinitionDraftRow,
    draft: Draft,
    *,
    places: list[str],
    clock: Clock,
) -> DefinitionRevisionRow:
    """Store the draft's next revision. Whoever calls has locked the draft.

    Raises:
        TooLargeError: it would be larger than a definition may be.
    """
    content = write_draft(draft)
    if len(content) > MAXIMUM_BYTES:
        raise TooLargeError("the definition is too large", most=MAXIMUM_BYTES)
    before = revision_of(session, row, row.revision)
    listed = "\n".join(places)
    is_one_go = (
        bool(listed)
        and before.places == listed
        and before.saved_by == scope.user_id
        and clock() - before.saved_at < ONE_GO
    )
    row.revision += 1
    made = DefinitionRevisionRow(
        draft_id=row.id,
        revision=row.revision,
        content=content,
        places=listed,
        saved_at=clock(),
        saved_by=scope.user_id,
        undo_to=before.undo_to if is_one_go else before.revision,
        redo_to=None,
    )
    session.add(made)
    _name_slot(session, row, draft)
    session.flush()
    editing.drop_revisions_before(session, row.id, row.revision - KEPT_REVISIONS)
    return made


def lock_draft(
    session: Session, scope: ProgramScope, achievement_id: UUID, draft_id: UUID
) -> DefinitionDraftRow:
    """Return the draft that a page was made of, which nobody else saves meanwhile.

    Raises:
        ClosedError: it was published or thrown away.
    """
    achievement = editing.get_achievement(session, scope, achievement_id)
    row = editing.find_draft(session, achievement.id, locks=True)
    if row is None or row.id != draft_id:
        raise ClosedError("this draft is gone: it was published, or begun anew")
    return row


def _name_slot(session: Session, row: DefinitionDraftRow, draft: Draft) -> None:
    """Let an empty slot be called what its draft is called."""
    newest = organisations.get_latest_version(session, row.achievement_id)
    title = draft.document.get("title", "")
    if newest.state != "placeholder" or title in {"", newest.title}:
        return
    is_overtaken = newest.document_sha256 != row.base_sha256
    try:
        slot = replace(parse_definition(newest.document), title=title)
        rewrite(newest, slot)
    except BadgesError:
        # A title that no definition may have is found in the draft.
        return
    if not is_overtaken:
        row.base_sha256 = newest.document_sha256


def revision_of(session: Session, row: DefinitionDraftRow, revision: int) -> DefinitionRevisionRow:
    """Return a revision that is kept, such as the newest."""
    found = editing.find_revision(session, row.id, revision)
    if found is None:
        raise LookupError("a draft lost its newest revision")
    return found


def is_kept(session: Session, row: DefinitionDraftRow, revision: int | None) -> bool:
    """Whether a draft can go back to a revision, or on to it."""
    return revision is not None and editing.find_revision(session, row.id, revision) is not None
