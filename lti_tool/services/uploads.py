"""Files on their way in: announced, received in pieces, finished; or given up.

    announce -> row "uploading" -> pieces into a part file -> store_upload -> complete -> "ready"

No transaction is open while bytes arrive or are stored. The row has the
storage key from the first moment, so that whatever happens in between, the
file can be found by its row: an upload that is given up leaves a tombstone.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import (
    ClosedError,
    FileStoreError,
    InvalidInputError,
    LtiToolError,
    NotFoundError,
    OffsetError,
    TooLargeError,
    UnsupportedFileError,
)
from lti_tool.files.media import read_milliseconds
from lti_tool.files.parts import Body, PartFiles
from lti_tool.files.sniffing import HEAD_BYTES, kind_of, sniff_media_type
from lti_tool.files.store import FileStore
from lti_tool.services.draft_parts import (
    discard_artefact,
    file_title,
    new_artefact,
    requirement_for,
)
from lti_tool.services.drafts import get_draft_work
from lti_tool.services.requirements import media_type_of, served
from lti_tool.store import submissions
from lti_tool.store.database import Database
from lti_tool.store.rows import ArtefactRow
from lti_tool.values import Clock, Launch, NewId
from rubrics.form import ArtefactKind, ArtefactRequirement

log = logging.getLogger("quatrefoil")

PIECE_BYTES = 4 * 1024 * 1024
"""The largest piece of a file that one request may bring."""
LONGEST = timedelta(hours=48)
"""An upload that has received nothing for this long is given up."""
_JAVASCRIPT_INTEGER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What a browser says of a file before it sends it. None of it is believed later."""

    name: str
    size: int
    modified: int
    """Its time of change, milliseconds: tells the same file when it is sent again."""
    is_playable: bool | None
    requirement_id: str = ""
    """What it is for, where several requirements take files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was announced."""

    id: UUID
    size: int
    storage_key: str
    is_ready: bool
    name: str = ""
    media_types: tuple[str, ...] = ()
    """The types that are asked for; none means any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpload:
    """What the bytes turned out to be."""

    sha256: str
    media_type: str
    milliseconds: int | None = None
    """How long it plays, where it says so."""


def announce_upload(
    session: Session,
    launch: Launch,
    announcement: Announcement,
    *,
    maximum_bytes: int,
    clock: Clock,
    new_id: NewId,
) -> tuple[Upload, bool]:
    """Return the upload of a file, and whether it is a new one.

    The same file (by name, size and time of change) goes on where it stopped.

    Raises:
        ClosedError: there is no draft.
        TooLargeError: it is larger than `maximum_bytes`, or than its requirement takes.
        InvalidInputError: `empty_file`, `too_many`, numbers that no browser sends, or
            `unknown_field`: no such requirement takes files.
    """
    _check(announcement, maximum_bytes)
    work = get_draft_work(session, launch, locks=True)
    requirement = requirement_for(work, announcement.requirement_id, ArtefactKind.FILE)
    if requirement and requirement.maximum_bytes is not None:
        _check(announcement, min(requirement.maximum_bytes, maximum_bytes))
    title = file_title(announcement.name)
    for row in submissions.list_artefacts(session, work.attempt.id):
        if row.state == "uploading" and (
            row.title,
            row.size,
            row.modified,
            row.requirement_id,
        ) == (title, announcement.size, announcement.modified, announcement.requirement_id or None):
            return _upload(row, requirement), False
    row = new_artefact(session, work, title=title, clock=clock, new_id=new_id)
    row.size, row.modified = announcement.size, announcement.modified
    row.is_playable = announcement.is_playable
    row.requirement_id = announcement.requirement_id or None
    row.storage_key = f"{launch.organisation_id}/{work.attempt.id}/{row.id}"
    session.add(row)
    return _upload(row, requirement), True


def get_upload(session: Session, launch: Launch, upload_id: UUID) -> Upload:
    """Return an upload of the learner's own draft.

    Raises:
        ClosedError: there is no draft.
        NotFoundError: the draft has no such file.
    """
    work = get_draft_work(session, launch)
    row = submissions.get_artefact(session, work.attempt.id, upload_id)
    if row.storage_key is None:
        raise NotFoundError("a link is not uploaded")
    return _upload(row, served(row, work.definition.artefact_requirements))


def receive_piece(parts: PartFiles, upload: Upload, body: Body, *, offset: int, length: int) -> int:
    """Add a piece to an upload; return how many bytes there are now.

    Raises:
        ClosedError: the file is in already.
        TooLargeError: the piece is too large, or goes beyond the announced size.
        OffsetError: it does not go on where the last one ended.
        UnsupportedFileError: the first bytes are those of a program or a page, or of
            a type that is not asked for.
        FileStoreError: the disk did not take it.
    """
    if upload.is_ready:
        raise ClosedError("the file is in already")
    if length > PIECE_BYTES:
        raise TooLargeError("the piece is too large")
    size = parts.write(upload.id, body, offset=offset, length=length, maximum=upload.size)
    if size >= min(HEAD_BYTES, upload.size) > offset:
        is_whole = size <= HEAD_BYTES and size == upload.size
        _media_type(parts, upload, is_whole=is_whole)
    return size


def store_upload(parts: PartFiles, files: FileStore, upload: Upload) -> StoredUpload:
    """Look at the whole file and put it into the store. Doing it again changes nothing.

    Raises:
        OffsetError: it has not arrived whole, or it was finished or given up meanwhile.
        UnsupportedFileError: it is a program or a page, or of a type that is not asked for.
        FileStoreError: the store did not take it.
    """
    size = parts.size(upload.id)
    if size != upload.size:
        raise OffsetError(offset=size)
    media_type = _media_type(parts, upload, is_whole=size <= HEAD_BYTES)
    try:
        milliseconds = _milliseconds(parts, upload, media_type)
        digest = files.put(upload.storage_key, parts.path(upload.id))
    except (FileNotFoundError, FileStoreError) as exc:
        if parts.size(upload.id) == size:
            raise
        raise OffsetError(offset=parts.size(upload.id)) from exc
    return StoredUpload(sha256=digest, media_type=media_type, milliseconds=milliseconds)


def complete_upload(
    session: Session, launch: Launch, upload: Upload, stored: StoredUpload, *, clock: Clock
) -> bool:
    """Make a stored upload part of the draft; False when it was given up meanwhile.

    Then its file has a tombstone again: it was stored after the first one was taken down.
    """
    try:
        work = get_draft_work(session, launch, locks=True)
        row = submissions.get_artefact(session, work.attempt.id, upload.id)
    except (ClosedError, NotFoundError):
        submissions.request_deletion(session, upload.storage_key, now=clock())
        return False
    row.state, row.sha256, row.media_type = "ready", stored.sha256, stored.media_type
    row.milliseconds, row.is_length_stated = stored.milliseconds, False
    return True


def give_up_upload(session: Session, launch: Launch, upload_id: UUID, *, clock: Clock) -> None:
    """Take an upload out of the draft. What is gone already, or is in, is no error.

    Raises:
        ClosedError: there is no draft.
    """
    work = get_draft_work(session, launch, locks=True)
    try:
        row = submissions.get_artefact(session, work.attempt.id, upload_id)
    except NotFoundError:
        return
    if row.state == "uploading":
        discard_artefact(session, row, clock=clock)


def sweep_uploads(database: Database, parts: PartFiles, *, clock: Clock) -> int:
    """Give up uploads that have received nothing for long; return how many.

    For the worker. Part files whose row is gone go too.
    """
    since = clock() - LONGEST
    with database.writing() as session:
        stale = [
            row
            for row in submissions.list_stale_uploads(session, created_before=since)
            if parts.is_idle(row.id, since=since)
        ]
        for row in stale:
            discard_artefact(session, row, clock=clock)
    for upload_id in parts.list_idle(since=since):
        parts.remove(upload_id)
    return len(stale)


def delete_due_files(
    database: Database, files: FileStore, *, clock: Clock, limit: int = 100
) -> int:
    """Delete stored files that have a tombstone and that nothing holds on to; return how many.

    For the worker. A file that the store does not delete is tried again when
    the others have had their turn.
    """
    with database.reading() as session:
        keys = submissions.list_due_deletions(session, limit=limit)
    deleted = 0
    for key in keys:
        try:
            files.delete(key)
        except LtiToolError as error:
            log.warning("file not deleted code=%s", error.code)
            with database.writing() as session:
                submissions.postpone_deletion(session, key, now=clock())
            continue
        with database.writing() as session:
            submissions.delete_tombstone(session, key)
        deleted += 1
    return deleted


def _check(announcement: Announcement, maximum_bytes: int) -> None:
    if announcement.size == 0:
        raise InvalidInputError("an empty file", code="empty_file", field="file")
    if announcement.size > maximum_bytes:
        raise TooLargeError("larger than the limit", field="file", most=maximum_bytes)
    if announcement.size < 0 or abs(announcement.modified) > _JAVASCRIPT_INTEGER:
        raise InvalidInputError("not the numbers of a file", code="malformed", field="file")


def _media_type(parts: PartFiles, upload: Upload, *, is_whole: bool) -> str:
    """Return what the first bytes are; raise `UnsupportedFileError` where it is not asked for."""
    media_type = sniff_media_type(parts.head(upload.id), is_whole=is_whole)
    if upload.media_types and media_type_of(media_type, upload.name) not in upload.media_types:
        raise UnsupportedFileError(
            "not of a type that is asked for", field="file", accepted=upload.media_types
        )
    return media_type


def _milliseconds(parts: PartFiles, upload: Upload, media_type: str) -> int | None:
    if kind_of(media_type) not in {"video", "audio"}:
        return None
    with parts.path(upload.id).open("rb") as file:
        return read_milliseconds(file)


def _upload(row: ArtefactRow, requirement: ArtefactRequirement | None) -> Upload:
    if row.storage_key is None:
        raise LookupError("a file without a place in the store")
    return Upload(
        id=row.id,
        size=row.size,
        storage_key=row.storage_key,
        is_ready=row.state == "ready",
        name=row.title,
        media_types=requirement.media_types if requirement else (),
    )
