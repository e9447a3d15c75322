"""Errors of the tool, and the only place where errors meet HTTP.

LtiToolError
├── SettingsError              the environment does not make a working installation
├── NotFoundError              no such row for this authority
├── NotAllowedError            the row is there, the act is not theirs
├── SessionEndedError          the launch is over, unknown, or belongs to another browser
├── InvalidInputError          what was sent cannot be taken, and why
│   ├── TooLargeError          more bytes than the limit
│   ├── InvalidFieldsError     some fields of a form cannot be taken; nothing of it was
│   ├── UnsupportedFileError   a file of a kind that is not taken
│   └── RangeNotSatisfiableError   bytes of a file that are not there
├── ConflictError              the state does not allow it (any more)
│   ├── StaleRevisionError     somebody saved in between; both texts are kept
│   ├── ClosedError            it is handed in, decided or gone: nothing can be changed here
│   ├── OffsetError            a piece of a file that does not go on where the last one ended
│   └── ClaimedByAnotherError  somebody else is rating this attempt
├── LaunchRejectedError        the platform's message failed a check
├── PlatformError              a call to the platform failed for good
│   └── PlatformUnavailableError   worth retrying
│       └── UnansweredError        it may have been received, but no whole answer came back
├── FileStoreError             the file store failed
└── QueueError                 the queue does not answer
"""

import os
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module


class LtiToolError(Exception):
    """Base of every error that the tool raises on purpose.

    `code` is stable: it goes to the log and to the error page, and tests
    match on it. An instance may carry a finer code than its class. Never put
    personal data into the message.
    """

    code: str = "tool_error"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or code or type(self).code)
        if code is not None:
            self.code = code


class SettingsError(LtiToolError):
    """The environment does not make a working installation; lists every fault."""

    code = "settings"

    def __init__(self, faults: tuple[str, ...]) -> None:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"These settings need attention:\n{lines}")
        self.faults = faults


class NotFoundError(LtiToolError):
    """No such row for this authority. Also raised for other tenants' rows."""

    code = "not_found"


class NotAllowedError(LtiToolError):
    """The launch's role or the program's rule does not allow this act."""

    code = "not_allowed"


class SessionEndedError(LtiToolError):
    """The launch has ended, is unknown, or belongs to another browser."""

    code = "session_ended"


class InvalidInputError(LtiToolError):
    """What was sent cannot be taken. `code` says why; `field` says where."""

    code = "invalid_input"

    def __init__(self, message: str = "", *, code: str | None = None, field: str = "") -> None:
        super().__init__(message, code=code)
        self.field = field


class TooLargeError(InvalidInputError):
    """More bytes or characters than the limit. `most` is a limit that is not everybody's."""

    code = "too_large"

    def __init__(self, message: str = "", *, field: str = "", most: int | None = None) -> None:
        super().__init__(message, field=field)
        self.most = most


class InvalidFieldsError(InvalidInputError):
    """Fields of one form cannot be taken, so none of it was.

    `faults` has the code of each refused field, and the limit that it broke.
    """

    code = "invalid"

    def __init__(self, faults: Mapping[str, tuple[str, str | None]]) -> None:
        super().__init__(f"fields refused: {', '.join(sorted(faults))}")
        self.faults = dict(faults)


class UnsupportedFileError(InvalidInputError):
    """A file of a kind that is not taken; `accepted` are media types that are, where named."""

    code = "type_refused"

    def __init__(
        self, message: str = "", *, field: str = "", accepted: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, field=field)
        self.accepted = accepted


class RangeNotSatisfiableError(InvalidInputError):
    """Bytes of a file that are not there. `size` is what the file has."""

    code = "range"

    def __init__(self, *, size: int) -> None:
        super().__init__("no such bytes")
        self.size = size


class ConflictError(LtiToolError):
    """The state of the row does not allow this act (any more)."""

    code = "conflict"


class StaleRevisionError(ConflictError):
    """Somebody saved in between. Nothing was stored over.

    `fields` has what is stored for every field that was sent, as `saved_at`.
    """

    code = "stale"

    def __init__(
        self, *, revision: int, saved_at: datetime | None, fields: Mapping[str, str]
    ) -> None:
        super().__init__("saved elsewhere in between")
        self.revision = revision
        self.saved_at = saved_at
        self.fields = dict(fields)


class ClosedError(ConflictError):
    """It was handed in, decided or removed meanwhile: nothing can be changed here."""

    code = "closed"


class OffsetError(ConflictError):
    """A piece of a file does not go on where the last one ended, at `offset`."""

    code = "offset"

    def __init__(self, *, offset: int) -> None:
        super().__init__("the file goes on elsewhere")
        self.offset = offset


class ClaimedByAnotherError(ConflictError):
    """Somebody else is rating this attempt right now."""

    code = "claimed_by_another"


class LaunchRejectedError(LtiToolError):
    """The platform's message failed a check; `code` names the check."""

    code = "launch_rejected"


class PlatformError(LtiToolError):
    """A call to the platform failed, and repeating it would not help."""

    code = "platform_refused"


class PlatformUnavailableError(PlatformError):
    """A call to the platform failed, and is worth retrying."""

    code = "platform_unavailable"


class UnansweredError(PlatformUnavailableError):
    """The platform may have received the request, but its answer did not arrive."""

    code = "platform_unanswered"


class FileStoreError(LtiToolError):
    """The file store failed."""

    code = "file_store"


class QueueError(LtiToolError):
    """The queue does not answer."""

    code = "queue"


HTTP_STATUS: dict[type[LtiToolError], int] = {
    LtiToolError: 500,
    NotFoundError: 404,
    NotAllowedError: 403,
    SessionEndedError: 401,
    InvalidInputError: 422,
    TooLargeError: 413,
    UnsupportedFileError: 415,
    RangeNotSatisfiableError: 416,
    ConflictError: 409,
    LaunchRejectedError: 403,
    PlatformError: 502,
    PlatformUnavailableError: 503,
}
"""The status of each class; a subclass without an entry has its parent's."""


def http_status(error: LtiToolError) -> int:
    """Return the status of the nearest class in the error's MRO."""
    return next(HTTP_STATUS[cls] for cls in type(error).__mro__ if cls in HTTP_STATUS)


def places_of(error: BaseException | None) -> str:
    """Return where an error arose and from which others, for the log.

    Words are only our own and the operating system's: in others may stand what people
    sent. SQL errors quote it.
    """
    lines: list[str] = []
    # SQLAlchemy raises some errors from themselves: a chain may be a ring.
    known: list[BaseException] = []
    while error is not None and not any(error is one for one in known):
        known.append(error)
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{_safe_words(error)}")
        frames = import_module("traceback").extract_tb(error.__traceback__)
        lines += [f"  {one.filename}:{one.lineno} in {one.name}" for one in frames]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def _safe_words(error: BaseException) -> str:
    match error:
        case LtiToolError():
            return f": {error}"
        case OSError(errno=int(number)):
            return f": {os.strerror(number)}"
        case _:
            return ""
