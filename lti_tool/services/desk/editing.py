"""Writing a badge: a draft is begun, saved field by field, merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from badges.draft import Draft, merge, read_draft, write_draft
from badges.draft_edits import blank
from badges.draft_shape import start_like
from badges.errors import DraftError
from badges.licences import spell_out
from lti_tool.errors import (
    ClosedError,
    ConflictError,
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    StaleRevisionError,
)
from lti_tool.services.desk.editor_fields import changed_fields, outline, texts_of
from lti_tool.services.desk.revisions import Page, is_kept, lock_draft, revision_of, store
from lti_tool.store import coordination, editing, organisations, versions
from lti_tool.store.rows import (
    AchievementVersionRow,
    DefinitionDraftRow,
    DefinitionRevisionRow,
)
from lti_tool.values import Clock, NewId, ProgramScope
from rubrics.documents import read_json

FIELD_CHARACTERS = 25_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is being written of a badge, as it stands."""

    draft_id: UUID
    revision: int
    saved_at: datetime
    saved_by: UUID
    draft: Draft
    can_undo: bool
    can_redo: bool
    is_overtaken: bool
    """Whether a version was imported or published since the draft was begun."""
    image: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save came to. `fields` are texts that others changed since the page was made."""

    work: Work
    fields: Mapping[str, str]
    is_rebuilt: bool
    """Whether others added, removed or moved something that the page does not show."""


def begin(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    like: UUID | None = None,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Begin to write: from the newest version, or in the shape of another badge (`like`).

    Where somebody has begun already, their draft is gone on with.

    Raises:
        NotFoundError: no such badge in the program, or nothing to be like.
        ConflictError: `retired`: nothing more is written of it.
    """
    coordination.lock_program(session, scope.program_id)
    achievement = editing.get_achievement(session, scope, achievement_id)
    if editing.find_draft(session, achievement.id) is not None:
        return
    newest = organisations.get_latest_version(session, achievement.id)
    if newest.state == "retired":
        raise ConflictError("a retired badge gets no further version", code="retired")
    draft = _first(session, scope, newest, like)
    row = DefinitionDraftRow(
        id=new_id(),
        achievement_id=achievement.id,
        revision=1,
        base_version_id=newest.id,
        base_sha256=newest.document_sha256,
        image=newest.image if newest.image_type == "image/png" else None,
        begun_at=clock(),
        begun_by=scope.user_id,
    )
    session.add(row)
    session.flush()
    session.add(
        DefinitionRevisionRow(
            draft_id=row.id,
            revision=1,
            content=write_draft(draft),
            places="",
            saved_at=clock(),
            saved_by=scope.user_id,
            undo_to=None,
            redo_to=None,
        )
    )
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action="achievement.draft_begun",
        subject_id=newest.id,
    )
    session.flush()


def find_work(session: Session, scope: ProgramScope, achievement_id: UUID) -> Work | None:
    """Return what is being written of a badge; None where nobody has begun.

    Raises:
        NotFoundError: no such badge in the program.
    """
    achievement = editing.get_achievement(session, scope, achievement_id)
    row = editing.find_draft(session, achievement.id)
    return None if row is None else work_of(session, row)


def get_work(session: Session, scope: ProgramScope, achievement_id: UUID) -> Work:
    """Return what is being written of a badge.

    Raises:
        NotFoundError: no such badge in the program, or nobody has begun to write.
    """
    work = find_work(session, scope, achievement_id)
    if work is None:
        raise NotFoundError(f"nobody has begun to write achievement {achievement_id}")
    return work


def see(session: Session, scope: ProgramScope, achievement_id: UUID, *, clock: Clock) -> bool:
    """Note that somebody has the draft open; False where there is none.

    Raises:
        NotFoundError: no such badge in the program.
    """
    achievement = editing.get_achievement(session, scope, achievement_id)
    row = editing.find_draft(session, achievement.id)
    if row is None:
        return False
    editing.note_editor(session, row.id, scope.user_id, now=clock())
    return True


def save(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    sent: Mapping[str, object],
    clock: Clock,
) -> Saved:
    """Store what was typed; what others typed elsewhere meanwhile stays beside it.

    Raises:
        ClosedError: the draft was published, thrown away or rebuilt under the fields.
        StaleRevisionError: others changed the same fields; nothing was stored.
        InvalidFieldsError: some texts are too long, or no texts.
    """
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    typed = spell_out(_texts(sent))
    current = revision_of(session, row, row.revision)
    now = read_draft(current.content)
    kept = editing.find_revision(session, row.id, page.revision)
    # What is too old to compare with is compared with what is there: late texts conflict.
    base = read_draft(kept.content) if kept else None
    if outline(now)[0] != page.outline and any(_by_position(place) for place in typed):
        raise ClosedError("the rule was rebuilt meanwhile")
    try:
        merged = merge(base or now, now, typed)
    except DraftError as error:
        if base is None:
            raise ClosedError("too old to tell what was there") from error
        raise InvalidInputError("no such field", code="unknown_field", field=error.place) from error
    conflicts = dict(merged.conflicts)
    if base is None:
        mine = {place for place in typed if merged.draft != now}
        conflicts |= {place: texts_of(now).get(place, "") for place in mine}
    if conflicts:
        fields = {
            **changed_fields(base or now, now),
            **{key: conflicts[key] or "" for key in conflicts},
        }
        raise StaleRevisionError(revision=row.revision, saved_at=current.saved_at, fields=fields)
    if merged.draft != now:
        places = sorted(changed_fields(now, merged.draft))
        current = store(session, scope, row, merged.draft, places=places, clock=clock)
    since = base or now
    return Saved(
        work=work_of(session, row),
        fields={
            place: text
            for place, text in changed_fields(since, merged.draft).items()
            if place not in typed
        },
        is_rebuilt=outline(since) != outline(now),
    )


def work_of(session: Session, row: DefinitionDraftRow) -> Work:
    """Return a draft as it stands."""
    current = revision_of(session, row, row.revision)
    newest = organisations.get_latest_version(session, row.achievement_id)
    return Work(
        draft_id=row.id,
        revision=row.revision,
        saved_at=current.saved_at,
        saved_by=current.saved_by,
        draft=read_draft(current.content),
        can_undo=is_kept(session, row, current.undo_to),
        can_redo=is_kept(session, row, current.redo_to),
        is_overtaken=(newest.id, newest.document_sha256) != (row.base_version_id, row.base_sha256),
        image=row.image,
    )


def list_newest(session: Session, program_id: UUID) -> tuple[AchievementDefinition, ...]:
    """Return the newest definitions of a program, for the linter and for choices."""
    return tuple(map(parse_definition, versions.list_newest_documents(session, program_id)))


def document_of(version: AchievementVersionRow) -> dict[str, Any]:
    """Return the document of a version, as a draft's."""
    document: Any = read_json(version.document)
    found: dict[str, Any] = document
    found.pop("accepted_warnings", None)
    return found


def place_in_program(version: AchievementVersionRow) -> dict[str, Any]:
    """Return what a blank draft knows of its badge."""
    document = document_of(version)
    keys = ("id", "title", "program", "position", "total_in_stack")
    return {key: document[key] for key in keys if key in document}


def _first(
    session: Session, scope: ProgramScope, newest: AchievementVersionRow, like: UUID | None
) -> Draft:
    place = place_in_program(newest)
    if like is not None:
        other = editing.get_achievement(session, scope, like)
        definition = parse_definition(organisations.get_latest_version(session, other.id).document)
        if definition.is_placeholder:
            raise NotFoundError(f"achievement {like} has no shape")
        return start_like(definition, place)
    if newest.state == "placeholder":
        return blank(place)
    return Draft(document=document_of(newest) | {"state": "draft"})


def _texts(sent: Mapping[str, object]) -> dict[str, str]:
    faults: dict[str, tuple[str, str | None]] = {}
    typed: dict[str, str] = {}
    for place, text in sent.items():
        if not isinstance(text, str):
            faults[place[:200]] = ("not_text", None)
        elif len(text) > FIELD_CHARACTERS:
            faults[place[:200]] = ("too_many_characters", str(FIELD_CHARACTERS))
        else:
            typed[place] = text
    if faults:
        raise InvalidFieldsError(faults)
    return typed


def _by_position(place: str) -> bool:
    return place.removeprefix("confirm:").partition("/")[0] in {"conditions", "alignments"}
