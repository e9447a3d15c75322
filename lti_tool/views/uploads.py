"""Files on their way in: pieces by script, or whole in the form where there is none.

No database connection is held while a body streams in or a file is stored.
"""

import os
from typing import IO
from uuid import UUID

from flask import Blueprint, Response, get_template_attribute, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import LengthRequired

from lti_tool.errors import (
    ClosedError,
    InvalidInputError,
    OffsetError,
    TooLargeError,
    UnsupportedFileError,
    http_status,
)
from lti_tool.runtime import runtime
from lti_tool.services import learner_pages, uploads
from lti_tool.services.draft_parts import slot_field
from lti_tool.services.models import FieldError
from lti_tool.services.uploads import Announcement, Upload
from lti_tool.services.urls import CourseURLs
from lti_tool.values import Launch
from lti_tool.views.bodies import json_body
from lti_tool.views.regions import every_region
from lti_tool.views.session import PREFIX, guard, require_learner
from lti_tool.views.surroundings import part_files, surroundings

bp = Blueprint("uploads", __name__, url_prefix=f"{PREFIX}/uploads")
guard(bp)

OFFSET_HEADER = "Upload-Offset"


@bp.post("")
def announce() -> ResponseReturnValue:
    """Open an upload, or find the one that stopped."""
    launch = require_learner()
    upload, is_new = _announce(launch, _announcement())
    return jsonify(
        url=CourseURLs(launch.ref).upload(upload.id),
        offset=part_files().size(upload.id),
        chunk_bytes=uploads.PIECE_BYTES,
    ), 201 if is_new else 200


@bp.get("/<uuid:upload_id>")
def show(upload_id: UUID) -> Response:
    """Say how much has arrived."""
    upload = _get(require_learner(), upload_id)
    return jsonify(offset=upload.size if upload.is_ready else part_files().size(upload_id))


@bp.put("/<uuid:upload_id>")
def receive(upload_id: UUID) -> Response:
    """Take a piece."""
    launch = require_learner()
    upload = _get(launch, upload_id)
    length = request.content_length
    if length is None:
        raise LengthRequired
    offset = _receive(launch, upload, request.stream, offset=_offset(), length=length)
    return jsonify(offset=offset)


@bp.post("/<uuid:upload_id>/finish")
def finish(upload_id: UUID) -> ResponseReturnValue:
    """Make a file that has arrived part of the draft. Asking again gives the same answer."""
    launch = require_learner()
    upload = _get(launch, upload_id)
    if not upload.is_ready:
        _finish(launch, upload)
    with runtime().reading() as session:
        page = learner_pages.load_work(session, launch, around=surroundings())
    return jsonify(regions=every_region(page)), 201


@bp.delete("/<uuid:upload_id>")
def give_up(upload_id: UUID) -> ResponseReturnValue:
    """Give an upload up."""
    _give_up(require_learner(), upload_id)
    return "", 204


@bp.errorhandler(InvalidInputError)
def answer_refused(error: InvalidInputError) -> ResponseReturnValue:
    """Say in words why a file is not taken."""
    words = get_template_attribute("components/errors.html", "message")
    message = str(words(FieldError(name="file", code=error.code, detail=file_detail(error))))
    return jsonify(error=error.code, message=message.strip()), http_status(error)


@bp.errorhandler(OffsetError)
def answer_offset(error: OffsetError) -> ResponseReturnValue:
    """Say where the file goes on."""
    return jsonify(error=error.code, offset=error.offset), http_status(error)


def take_whole_file(launch: Launch, requirement_id: str) -> UUID:
    """Take the file of a posted form into the draft; return its id.

    Raises:
        InvalidInputError: there is none, or it cannot be taken; names the form's field.
    """
    field = slot_field("file", requirement_id)
    try:
        return _take(launch, request.files.get(field), requirement_id)
    except InvalidInputError as error:
        error.field = field
        raise


def _take(launch: Launch, file: FileStorage | None, requirement_id: str) -> UUID:
    if file is None or not file.filename:
        raise InvalidInputError("no file", code="nothing_given", field="file")
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    upload, _ = _announce(
        launch,
        Announcement(
            name=file.filename,
            size=size,
            modified=0,
            is_playable=None,
            requirement_id=requirement_id,
        ),
    )
    part_files().remove(upload.id)
    offset = 0
    while offset < size:
        piece = min(uploads.PIECE_BYTES, size - offset)
        offset = _receive(launch, upload, file.stream, offset=offset, length=piece)
    _finish(launch, upload)
    return upload.id


def file_detail(error: InvalidInputError) -> str | None:
    """Return the limit that a refused file broke, in words."""
    if isinstance(error, TooLargeError):
        size = get_template_attribute("components/when.html", "size")
        most = runtime().settings.max_file_bytes if error.most is None else error.most
        return str(size(most)).strip()
    if isinstance(error, UnsupportedFileError) and error.accepted:
        words = get_template_attribute("components/files.html", "type_words")
        return str(words(error.accepted)).strip()
    if isinstance(error, UnsupportedFileError):
        return str(gettext("documents, pictures, video, sound and plain text"))
    return None


def _announce(launch: Launch, announcement: Announcement) -> tuple[Upload, bool]:
    here = runtime()
    with here.writing() as session:
        return uploads.announce_upload(
            session,
            launch,
            announcement,
            maximum_bytes=here.settings.max_file_bytes,
            clock=here.clock,
            new_id=here.new_id,
        )


def _get(launch: Launch, upload_id: UUID) -> Upload:
    with runtime().reading() as session:
        return uploads.get_upload(session, launch, upload_id)


def _receive(launch: Launch, upload: Upload, body: IO[bytes], *, offset: int, length: int) -> int:
    try:
        return uploads.receive_piece(part_files(), upload, body, offset=offset, length=length)
    except UnsupportedFileError:
        _give_up(launch, upload.id)
        raise


def _finish(launch: Launch, upload: Upload) -> None:
    here, parts = runtime(), part_files()
    try:
        stored = uploads.store_upload(parts, here.files, upload)
    except UnsupportedFileError:
        _give_up(launch, upload.id)
        raise
    with here.writing() as session:
        is_in = uploads.complete_upload(session, launch, upload, stored, clock=here.clock)
    parts.remove(upload.id)
    if not is_in:
        raise ClosedError("the upload was given up meanwhile")


def _give_up(launch: Launch, upload_id: UUID) -> None:
    here = runtime()
    with here.writing() as session:
        uploads.give_up_upload(session, launch, upload_id, clock=here.clock)
    part_files().remove(upload_id)


def _announcement() -> Announcement:
    body = json_body()
    name, size, modified = body.get("name"), body.get("size"), body.get("modified")
    is_playable, requirement = body.get("playable"), body.get("requirement", "")
    if (
        not isinstance(name, str)
        or type(size) is not int
        or type(modified) is not int
        or not isinstance(requirement, str)
        or not (is_playable is None or isinstance(is_playable, bool))
    ):
        raise InvalidInputError("not an announcement", code="malformed")
    return Announcement(
        name=name,
        size=size,
        modified=modified,
        is_playable=is_playable,
        requirement_id=requirement,
    )


def _offset() -> int:
    text = request.headers.get(OFFSET_HEADER, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004 - a petabyte
        raise InvalidInputError("no offset", code="malformed")
    return int(text)
