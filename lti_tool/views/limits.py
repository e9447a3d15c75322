"""How much a request may bring: little from strangers, more within a launch.

Parsing a form costs processor time by the megabyte, up to seconds each where it is
made for that.
"""

from io import BytesIO
from typing import IO

from flask import Request, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

STRANGER_BYTES = 256 * 1024
"""Largest body from anybody: a login or a launch, whose token has 64 KiB at most."""
COURSE_BYTES = 16 * 1024 * 1024
"""Largest body of a form or JSON call within a launch; uploads come in chunks below it."""
MOST_FIELDS = 5000

_URLENCODED = "application/x-www-form-urlencoded"


class CountingFormParser(FormDataParser):
    """Werkzeug's parser, which by itself counts the fields of multipart forms only."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Parse a form of no more fields than it may have."""
        if mimetype == _URLENCODED and self.max_form_parts is not None:
            data = stream.read()
            # A body without a length is cut off where it is too long; this read says so.
            stream.read(1)
            if data.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(data)
        return super().parse(stream, mimetype, content_length, options)


class BoundedRequest(Request):
    """A request whose forms have a bounded number of fields, whatever their kind."""

    form_data_parser_class = CountingFormParser


def allow_body(maximum_bytes: int) -> None:
    """Let this request bring more than a stranger's; before its body is read."""
    request.max_content_length = maximum_bytes
