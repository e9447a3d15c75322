"""Buttons of the editor: something is added, removed, moved, confirmed, or thrown away."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from badges.draft import Draft, confirm, read_draft, set_values
from badges.draft_edits import add, move, remove, set_kind, take_suggested_tasks
from badges.draft_paste import paste_into
from lti_tool.services.desk.editing import begin, document_of
from lti_tool.services.desk.revisions import Page, lock_draft, store
from lti_tool.store import editing, organisations
from lti_tool.values import Clock, NewId, ProgramScope

_Change = Callable[[Draft, str, str], tuple[Draft, str]]
_TOP_LISTS = {"licence": ("licence/title", "licence/url")}


def change(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    verb: str,
    place: str,
    option: str,
    clock: Clock,
) -> str:
    """Change the structure of a draft; return the place to go on at.

    Raises:
        ClosedError: the draft was published or thrown away.
        DraftError: there is no such place, or no room.
    """
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    current = editing.find_revision(session, row.id, row.revision)
    if current is None:
        raise LookupError("a draft lost its newest revision")
    now = read_draft(current.content)
    after, made = VERBS[verb](now, place, option)
    if after != now:
        store(session, scope, row, after, places=[], clock=clock)
    return made


def take_pasted(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    document: Mapping[str, object],
    marks: Iterable[tuple[str, str]],
    clock: Clock,
    new_id: NewId,
) -> None:
    """Put what was read from a table into the badge's draft; begin one where nobody has.

    One step, which can be undone. `marks` are places and what is unclear there.

    Raises:
        NotFoundError: no such badge in the program.
        ConflictError: `retired`: nothing more is written of it.
        TooLargeError: the draft would be larger than a definition may be.
    """
    begin(session, scope, achievement_id, clock=clock, new_id=new_id)
    row = editing.find_draft(session, achievement_id, locks=True)
    current = editing.find_revision(session, row.id, row.revision) if row else None
    if row is None or current is None:
        raise LookupError("a draft vanished while it was begun")
    draft = paste_into(read_draft(current.content), document, marks)
    store(session, scope, row, draft, places=[], clock=clock)


def catch_up(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    takes: bool,
    clock: Clock,
) -> None:
    """Go on from a version that was imported or published meanwhile: take it, or keep the draft.

    What is not taken or kept stays a step back, or in its version.
    """
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    newest = organisations.get_latest_version(session, achievement_id)
    row.base_version_id, row.base_sha256 = newest.id, newest.document_sha256
    if takes and newest.state != "placeholder":
        draft = Draft(document=document_of(newest) | {"state": "draft"})
        store(session, scope, row, draft, places=[], clock=clock)
    session.flush()


def discard(
    session: Session,
    scope: ProgramScope,
    achievement_id: UUID,
    *,
    page: Page,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Throw a draft away. Versions stay as they are."""
    row = lock_draft(session, scope, achievement_id, page.draft_id)
    subject = row.base_version_id
    editing.drop_draft(session, row.id)
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action="achievement.draft_discarded",
        subject_id=subject,
    )


def _remove(draft: Draft, place: str, _option: str) -> tuple[Draft, str]:
    if place in _TOP_LISTS:
        return set_values(draft, dict.fromkeys(_TOP_LISTS[place], "")), "licence/url"
    return remove(draft, place), place.rpartition("/")[0]


def _moved(step: int) -> _Change:
    def change(draft: Draft, place: str, _option: str) -> tuple[Draft, str]:
        return move(draft, place, step), place

    return change


def _group(draft: Draft, place: str, option: str) -> tuple[Draft, str]:
    return set_kind(draft, place, option), place


def _take_suggested(draft: Draft, _place: str, _option: str) -> tuple[Draft, str]:
    return take_suggested_tasks(draft), "rubric/tasks"


def _align(draft: Draft, place: str, _option: str) -> tuple[Draft, str]:
    return add(draft, "alignments", place.rpartition("/")[2])


def _confirm(draft: Draft, place: str, _option: str) -> tuple[Draft, str]:
    """Confirm everything below a place: one look at a table is a look at its numbers."""
    below = [one for one in draft.unconfirmed if one.startswith(place)]
    return confirm(draft, below), place


VERBS: Mapping[str, _Change] = {
    "add": add,
    "remove": _remove,
    "up": _moved(-1),
    "down": _moved(1),
    "group": _group,
    "align": _align,
    "suggested": _take_suggested,
    "confirm": _confirm,
}
