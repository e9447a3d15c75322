"""Errors of the practice LMS.

PracticeError
├── SettingsError        the settings do not make a platform
├── NotFoundError        no such course, activity, person or line item
├── NotAllowedError      the signed-in person may not do this
├── RequestError         a request that cannot be taken, and why
├── LoginRefusedError    an authentication request that is answered with an error
├── TokenInvalidError    a JWT that does not hold
├── AccessRefusedError   a service call without the right token or scope
└── ScoreRefusedError    a score that this family of platforms would refuse
"""


class PracticeError(Exception):
    """Base of every error that the practice LMS raises on purpose."""

    code: str = "practice_error"
    status: int = 400
    """The HTTP status it is answered with."""


class SettingsError(PracticeError):
    """The settings do not make a platform."""

    code = "settings"


class NotFoundError(PracticeError):
    """No such course, activity, person or line item."""

    code = "not_found"
    status = 404


class NotAllowedError(PracticeError):
    """The signed-in person may not do this."""

    code = "not_allowed"
    status = 403


class RequestError(PracticeError):
    """A request that cannot be taken."""

    code = "invalid_request"


class LoginRefusedError(PracticeError):
    """An authentication request that is answered with an error; `code` is posted back."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TokenInvalidError(PracticeError):
    """A JWT that does not hold: its shape, its signature or one of its claims."""

    code = "token_invalid"


class AccessRefusedError(PracticeError):
    """A service call without a valid access token, or without the scope."""

    code = "access_refused"

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class ScoreRefusedError(PracticeError):
    """A score that this family of platforms would refuse; `status` is its answer."""

    code = "score_refused"

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status
