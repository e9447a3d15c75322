"""Why a login or a launch is refused: a closed list of codes, each with what to do.

The code goes to the log and, as a reference, to the page. `ADVICE` has
the sentences for the person who reads that page; they name nobody and nothing
of the message, so they are safe to show to whoever posted it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from lti_tool.errors import LaunchRejectedError


class Refusal(StrEnum):
    """The stable codes of `LaunchRejectedError`."""

    # What was sent to the login or the launch URL
    REQUEST_MALFORMED = "request_malformed"
    PLATFORM_UNKNOWN = "platform_unknown"
    PLATFORM_AMBIGUOUS = "platform_ambiguous"
    TARGET_FOREIGN = "target_foreign"
    # What the platform answered instead of a launch
    PLATFORM_SIGN_IN = "platform_sign_in"
    PLATFORM_EXPIRED = "platform_expired"
    PLATFORM_DENIED = "platform_denied"
    PLATFORM_SETUP = "platform_setup"
    PLATFORM_ERROR = "platform_error"
    # The login that the launch belongs to
    STATE_UNKNOWN = "state_unknown_or_used"
    STATE_EXPIRED = "state_expired"
    LOGIN_MISMATCH = "login_mismatch"
    NONCE_MISMATCH = "nonce_mismatch"
    BROWSER_UNBOUND = "browser_not_bound"
    # The token and its signature
    TOKEN_MALFORMED = "token_malformed"  # noqa: S105 - a code, not a password
    ALGORITHM_REFUSED = "algorithm_refused"
    KEY_UNNAMED = "key_unnamed"
    KEY_UNKNOWN = "key_unknown"
    KEYS_UNAVAILABLE = "keys_unavailable"
    SIGNATURE_INVALID = "signature_invalid"
    AUDIENCE_INVALID = "audience_invalid"
    TIME_MISSING = "time_missing"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code, not a password
    TOKEN_TOO_OLD = "token_too_old"  # noqa: S105 - a code, not a password
    TOKEN_FROM_FUTURE = "token_from_future"  # noqa: S105 - a code, not a password
    # The claims
    VERSION_UNSUPPORTED = "version_unsupported"
    MESSAGE_TYPE_UNKNOWN = "message_type_unknown"
    DEEP_LINKING_UNSUPPORTED = "deep_linking_unsupported"
    DATA_PRIVACY_UNSUPPORTED = "data_privacy_unsupported"
    DEPLOYMENT_MISSING = "deployment_missing"
    USER_MISSING = "user_missing"
    ROLES_MISSING = "roles_missing"
    TARGET_MISMATCH = "target_mismatch"
    CLAIM_MALFORMED = "claim_malformed"
    MESSAGE_INCOMPLETE = "message_incomplete"
    CONTEXT_MISSING = "context_missing"
    REVIEW_NOT_ALLOWED = "review_not_allowed"


def _(sentence: str) -> str:
    """Mark a sentence for translation: it is extracted here, and looked up where it is shown."""
    return sentence


_AGAIN: Final = _("Go back to your course and open the activity again.")
_OPERATOR: Final = _("Tell the person who set the tool up in your LMS, with this reference.")
_KEYS_AGAIN: Final = _("Try again in a minute; if it stays so, check the registration's JWKS URL.")
_OWN_FAULT: Final = (_("Your LMS sent a message that is not valid LTI 1.3."), _OPERATOR)

ADVICE: Final[Mapping[str, tuple[str, ...]]] = {
    Refusal.REQUEST_MALFORMED: (
        _("This page opens from an activity in your course, not by itself."),
        _AGAIN,
    ),
    Refusal.PLATFORM_UNKNOWN: (_("Your LMS is not registered with this tool."), _OPERATOR),
    Refusal.PLATFORM_AMBIGUOUS: (
        _(
            "Your LMS is registered here more than once and did not say which registration "
            "it means: give it the login URL of its own registration."
        ),
    ),
    Refusal.TARGET_FOREIGN: (
        _("The activity points to an address outside this tool: correct its URL in the LMS."),
    ),
    Refusal.PLATFORM_SIGN_IN: (
        _("Your session in the LMS has ended: sign in there, then open the activity again."),
    ),
    Refusal.PLATFORM_EXPIRED: (_("The LMS no longer knows this launch."), _AGAIN),
    Refusal.PLATFORM_DENIED: (
        _(
            "The LMS did not allow this launch: ask your instructor whether you have access "
            "to the activity."
        ),
    ),
    Refusal.PLATFORM_SETUP: (
        _("The LMS refused this tool because of its settings there."),
        _OPERATOR,
    ),
    Refusal.PLATFORM_ERROR: (_("The LMS reported an error of its own."), _AGAIN),
    Refusal.STATE_UNKNOWN: (_("This launch was already used or was never begun."), _AGAIN),
    Refusal.STATE_EXPIRED: (_("This launch took longer than ten minutes."), _AGAIN),
    Refusal.LOGIN_MISMATCH: (_("The launch answers another login than its own."), _AGAIN),
    Refusal.NONCE_MISMATCH: (_("The launch answers another login than its own."), _AGAIN),
    Refusal.BROWSER_UNBOUND: (
        _(
            "Your browser kept no cookie for this tool inside the LMS: open the activity in "
            "a new window, or allow cookies for this site."
        ),
    ),
    Refusal.TOKEN_MALFORMED: _OWN_FAULT,
    Refusal.ALGORITHM_REFUSED: _OWN_FAULT,
    Refusal.KEY_UNNAMED: _OWN_FAULT,
    Refusal.KEY_UNKNOWN: (
        _("The launch is signed with a key that your LMS does not publish."),
        _KEYS_AGAIN,
    ),
    Refusal.KEYS_UNAVAILABLE: (
        _("The LMS did not answer when asked for its keys."),
        _KEYS_AGAIN,
    ),
    Refusal.SIGNATURE_INVALID: (_("The signature of the launch is wrong."), _OPERATOR),
    Refusal.AUDIENCE_INVALID: (_("The launch is meant for another tool."), _OPERATOR),
    Refusal.TIME_MISSING: _OWN_FAULT,
    Refusal.TOKEN_EXPIRED: (_("The launch has expired."), _AGAIN),
    Refusal.TOKEN_TOO_OLD: (_("The launch is too old."), _AGAIN),
    Refusal.TOKEN_FROM_FUTURE: (
        _("The clocks of your LMS and of this tool differ by more than a minute: have both set."),
    ),
    Refusal.VERSION_UNSUPPORTED: (
        _("This tool speaks LTI 1.3 only: register it in the LMS as an LTI 1.3 tool."),
    ),
    Refusal.MESSAGE_TYPE_UNKNOWN: (
        _(
            "This tool does not know this kind of launch: add it to the course as an "
            "external tool activity."
        ),
    ),
    Refusal.DEEP_LINKING_UNSUPPORTED: (
        _(
            "This tool does not offer a choice of content yet: add the activity without "
            "selecting content, open it, and choose the badge there."
        ),
    ),
    Refusal.DATA_PRIVACY_UNSUPPORTED: (
        _("This tool does not take privacy requests from the LMS: write to the people who run it."),
    ),
    Refusal.DEPLOYMENT_MISSING: _OWN_FAULT,
    Refusal.USER_MISSING: (
        _("The LMS did not say who you are: sign in there, then open the activity again."),
    ),
    Refusal.ROLES_MISSING: _OWN_FAULT,
    Refusal.TARGET_MISMATCH: (_("The launch leads elsewhere than its login announced."), _AGAIN),
    Refusal.CLAIM_MALFORMED: _OWN_FAULT,
    Refusal.MESSAGE_INCOMPLETE: _OWN_FAULT,
    Refusal.CONTEXT_MISSING: (
        _("This tool works inside a course: open it from an activity there."),
    ),
    Refusal.REVIEW_NOT_ALLOWED: (_("Only instructors may open the work of somebody else."),),
}
"""The sentences for each code, in English, each to be translated where it is shown."""


def refused(refusal: Refusal, about: str = "") -> LaunchRejectedError:
    """Return the error for a refusal.

    Args:
        refusal: The check that failed.
        about: Which claim or parameter, by its name. Never a value: those are
            the sender's, and may be personal.
    """
    return LaunchRejectedError(f"{refusal}: {about}" if about else str(refusal), code=refusal)
