"""What scripts send: JSON bodies in a known shape, or a refusal."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import request

from lti_tool.errors import InvalidInputError, NotFoundError

JSON = "application/json"
_MOST_REVISION = 2**31
_DIGITS = re.compile("[0-9]{1,10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFields:
    """Fields of a form, and the revision that its page knew. Values are not checked yet."""

    revision: int
    fields: Mapping[str, object]


def is_json() -> bool:
    """Whether a script sent this request's body."""
    return request.mimetype == JSON


def json_body() -> Mapping[str, object]:
    """Return the JSON object of this request.

    Raises:
        InvalidInputError: `malformed`.
    """
    try:
        body = json.loads(request.get_data())
    # UnicodeDecodeError and too many digits are ValueErrors; depth is its own.
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("not JSON", code="malformed") from error
    if not isinstance(body, dict):
        raise InvalidInputError("not an object", code="malformed")
    return body


def sent_fields() -> SentFields:
    """Return what an autosave sent.

    Raises:
        InvalidInputError: `malformed`.
    """
    body = json_body()
    fields = body.get("fields")
    if not isinstance(fields, dict):
        raise InvalidInputError("no fields", code="malformed")
    return SentFields(revision=revision_of(body.get("revision")), fields=fields)


def id_of(subject: str) -> UUID:
    """Return the id that a button names, or raise `NotFoundError`."""
    try:
        return UUID(subject)
    except ValueError as error:
        raise NotFoundError("no such thing") from error


def revision_of(value: object) -> int:
    """Return a revision from JSON or from a form's ASCII digits.

    Raises:
        InvalidInputError: `malformed`.
    """
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if type(value) is not int or not 0 <= value < _MOST_REVISION:
        raise InvalidInputError("not a revision", code="malformed")
    return value
