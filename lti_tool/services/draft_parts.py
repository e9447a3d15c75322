"""Adding to a draft and taking from it: links, evidence references, artefacts.

These acts have no revision: they write over nobody's text. A page that does
not know of them yet can still save every field that is left.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.files.names import NAME_CHARACTERS, shorten_name
from lti_tool.services.drafts import Work, get_draft_work
from lti_tool.services.links import parse_link
from lti_tool.services.requirements import find_requirement
from lti_tool.services.texts import plain_line
from lti_tool.store import submissions
from lti_tool.store.rows import ArtefactRow, EvidenceReferenceRow, LogEntryRow
from lti_tool.values import Clock, Launch, NewId
from rubrics.errors import UnknownCriterionError
from rubrics.form import REFERENCES_MAXIMUM, ArtefactKind, ArtefactRequirement

ARTEFACTS_MAXIMUM = 50
"""Files and links of one attempt, those on their way included."""
LOG_ENTRIES_MAXIMUM = 200
"""Entries of one log."""
TITLE_CHARACTERS = 300


def add_link(
    session: Session,
    launch: Launch,
    *,
    url: str,
    title: str,
    requirement_id: str = "",
    clock: Clock,
    new_id: NewId,
) -> UUID:
    """Add a link to the draft; without a title it goes by its address.

    `requirement_id` is what it is for, where several requirements take links.

    Raises:
        ClosedError: there is no draft.
        InvalidFieldsError: the address cannot be taken, or the title is too long.
        InvalidInputError: `too_many`, or `unknown_field`: no such requirement takes links.
    """
    work = get_draft_work(session, launch, locks=True)
    requirement_for(work, requirement_id, ArtefactKind.LINK)
    try:
        address = parse_link(url)
        shown = plain_line(title, field="link.title", most=TITLE_CHARACTERS)
    except InvalidInputError as error:
        is_long = error.code == "too_large"
        fault = ("too_many_characters", str(TITLE_CHARACTERS)) if is_long else (error.code, None)
        raise InvalidFieldsError({slot_field(error.field, requirement_id): fault}) from error
    row = new_artefact(
        session, work, title=shown or address[:TITLE_CHARACTERS], clock=clock, new_id=new_id
    )
    row.kind, row.state, row.url = "link", "ready", address
    row.requirement_id = requirement_id or None
    session.add(row)
    return row.id


def requirement_for(
    work: Work, requirement_id: str, kind: ArtefactKind
) -> ArtefactRequirement | None:
    """Return the requirement that something new is for; None where the draft cannot tell.

    Raises:
        InvalidInputError: `unknown_field`: the definition has none that takes this kind.
    """
    found = find_requirement(work.definition.artefact_requirements, requirement_id, kind)
    if requirement_id and found is None:
        raise InvalidInputError("no such requirement", code="unknown_field")
    return found


def slot_field(name: str, requirement_id: str) -> str:
    """Return the name of a field for something new, where it is for one of several requirements."""
    return f"{name}.{requirement_id}" if requirement_id else name


def new_artefact(
    session: Session, work: Work, *, title: str, clock: Clock, new_id: NewId
) -> ArtefactRow:
    """Return a file of the draft that has yet to arrive. The caller adds it.

    Raises:
        InvalidInputError: `too_many`.
    """
    if len(submissions.list_artefacts(session, work.attempt.id)) >= ARTEFACTS_MAXIMUM:
        raise InvalidInputError("no more in one attempt", code="too_many", field="file")
    return ArtefactRow(
        id=new_id(),
        attempt_id=work.attempt.id,
        kind="file",
        state="uploading",
        title=title,
        url=None,
        media_type="",
        size=0,
        modified=0,
        is_playable=None,
        sha256=None,
        storage_key=None,
        people="unknown",
        visibility="assessors",
        created_at=clock(),
        removed_at=None,
    )


def file_title(name: str) -> str:
    """Return a file's name as it is stored: text for people, bounded, never empty."""
    return (
        shorten_name(
            plain_line(name[: 2 * NAME_CHARACTERS], field="file", most=2 * NAME_CHARACTERS)
        )
        or "file"
    )


def remove_artefact(session: Session, launch: Launch, artefact_id: UUID, *, clock: Clock) -> None:
    """Take a file or link out of the draft, and the references that point to it.

    The stored file gets a tombstone; it goes when no other attempt holds on to it.
    Removing it again changes nothing.

    Raises:
        ClosedError: there is no draft.
        NotFoundError: the draft has no such file or link.
    """
    work = get_draft_work(session, launch, locks=True)
    row = submissions.get_artefact(session, work.attempt.id, artefact_id)
    discard_artefact(session, row, clock=clock)


def discard_artefact(session: Session, row: ArtefactRow, *, clock: Clock) -> None:
    """Mark a file or link as removed, with everything that this entails."""
    row.state, row.removed_at = "removed", clock()
    submissions.forget_source(session, row.attempt_id, str(row.id))
    if row.storage_key is not None:
        submissions.request_deletion(session, row.storage_key, now=clock())


def add_reference(session: Session, launch: Launch, criterion_id: str, *, new_id: NewId) -> UUID:
    """Add an empty evidence reference to a criterion.

    Raises:
        ClosedError: there is no draft.
        InvalidInputError: the rubric has no such criterion; `too_many`.
    """
    work = get_draft_work(session, launch, locks=True)
    try:
        work.definition.get_rubric().criterion(criterion_id)
    except UnknownCriterionError as error:
        raise InvalidInputError("no such criterion", code="unknown_field") from error
    rows = submissions.list_references(session, work.attempt.id)
    positions = [row.position for row in rows if row.criterion_id == criterion_id]
    if len(positions) >= REFERENCES_MAXIMUM:
        raise InvalidInputError(
            "no more for one criterion", code="too_many", field=f"references.{criterion_id}"
        )
    row = EvidenceReferenceRow(
        id=new_id(),
        attempt_id=work.attempt.id,
        criterion_id=criterion_id,
        source="",
        locator="",
        explanation="",
        position=max(positions, default=0) + 1,
    )
    session.add(row)
    return row.id


def remove_reference(session: Session, launch: Launch, reference_id: UUID) -> str | None:
    """Take an evidence reference out of the draft; return the criterion it was for.

    One that is gone already is no error.

    Raises:
        ClosedError: there is no draft.
    """
    work = get_draft_work(session, launch, locks=True)
    for row in submissions.list_references(session, work.attempt.id):
        if row.id == reference_id:
            session.delete(row)
            return row.criterion_id
    return None


def add_log_entry(session: Session, launch: Launch, log_id: str, *, new_id: NewId) -> UUID:
    """Add an empty entry to a log.

    Raises:
        ClosedError: there is no draft.
        InvalidInputError: the definition has no such log; `too_many`.
    """
    work = get_draft_work(session, launch, locks=True)
    if log_id not in {log.id for log in work.definition.logs}:
        raise InvalidInputError("no such log", code="unknown_field")
    rows = submissions.list_log_entries(session, work.attempt.id)
    positions = [row.position for row in rows if row.log_id == log_id]
    if len(positions) >= LOG_ENTRIES_MAXIMUM:
        raise InvalidInputError("no more in one log", code="too_many", field=f"logs.{log_id}")
    row = LogEntryRow(
        id=new_id(),
        attempt_id=work.attempt.id,
        log_id=log_id,
        day="",
        minutes="",
        person="",
        note="",
        position=max(positions, default=0) + 1,
    )
    session.add(row)
    return row.id


def remove_log_entry(session: Session, launch: Launch, entry_id: UUID) -> str | None:
    """Take an entry out of its log; return the log. One that is gone already is no error.

    Raises:
        ClosedError: there is no draft.
    """
    work = get_draft_work(session, launch, locks=True)
    for row in submissions.list_log_entries(session, work.attempt.id):
        if row.id == entry_id:
            session.delete(row)
            return row.log_id
    return None
