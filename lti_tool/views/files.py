"""Files by ticket: whole or by ranges, with a type that our own sniffing found.

Whatever a file holds, it runs nothing here: no type is guessed (`nosniff`),
the document has no origin and no scripts (CSP `sandbox`), nothing is kept in
shared caches, and what browsers do not render safely is only ever downloaded.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lti_tool.errors import RangeNotSatisfiableError
from lti_tool.files.names import content_disposition
from lti_tool.files.ranges import ByteRange, find_range
from lti_tool.files.sniffing import DOWNLOAD_ONLY, PLAIN_TEXT
from lti_tool.runtime import runtime
from lti_tool.services.file_access import StoredFile, get_ticketed_file
from lti_tool.services.shown_files import get_shown_file

bp = Blueprint("files", __name__)

# The styles are those of the browser's own pages around an image or a video.
# Chromium's PDF viewer, tried with 156 at top level and in a frame, works under
# `sandbox`; a browser that shows nothing still has the download beside it.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; "
    "base-uri 'none'; form-action 'none'; sandbox"
)


@bp.get("/files/<ticket>")
def show(ticket: str) -> ResponseReturnValue:
    """Stream a file, or one range of it."""
    return _stream(ticket, get_ticketed_file)


@bp.get("/evidence/files/<ticket>")
def show_evidence(ticket: str) -> ResponseReturnValue:
    """Stream a file that its earner shows on an evidence page, as long as they do."""
    return _stream(ticket, get_shown_file)


def _stream(ticket: str, find: Callable[..., StoredFile]) -> ResponseReturnValue:
    here = runtime()
    with here.reading() as session:
        file = find(session, ticket, secret_key=here.settings.secret_key, clock=here.clock)
    etag = f'"{file.sha256}"'
    # A range of another version of the file is of no use: then the whole is sent.
    is_same = request.headers.get("If-Range", etag) == etag
    part = find_range(request.headers.get("Range"), file.size) if is_same else None
    whole = ByteRange(start=0, end=file.size, size=file.size)
    response = Response(
        _body(file, part or whole) if request.method == "GET" else b"",
        status=206 if part else 200,
        headers=_headers(file, etag),
        direct_passthrough=True,
    )
    if part:
        response.headers["Content-Range"] = part.content_range
    response.content_length = (part or whole).length
    return response


@bp.errorhandler(RangeNotSatisfiableError)
def answer_no_such_range(error: RangeNotSatisfiableError) -> ResponseReturnValue:
    """Say how long the file is."""
    return Response(status=416, headers={"Content-Range": f"bytes */{error.size}"})


def _body(file: StoredFile, part: ByteRange) -> Iterator[bytes]:
    """Return the bytes; a store that does not answer is known before anything is sent."""
    pieces = runtime().files.read(file.storage_key, start=part.start, end=part.end)
    return chain([next(pieces)], pieces)


def _headers(file: StoredFile, etag: str) -> dict[str, str]:
    media_type = DOWNLOAD_ONLY if file.is_download else file.media_type
    ancestors = " ".join(["'self'", *sorted(file.frame_origins)])
    return {
        "Content-Type": "text/plain; charset=utf-8" if media_type == PLAIN_TEXT else media_type,
        "Content-Disposition": content_disposition(file.name, is_download=file.is_download),
        "Content-Security-Policy": f"{POLICY}; frame-ancestors {ancestors}",
        "Accept-Ranges": "bytes",
        "ETag": etag,
        # Nothing stays behind on a shared computer; players ask for ranges anew anyway.
        "Cache-Control": "private, no-store",
    }
