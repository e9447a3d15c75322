"""What became of a score that was sent, as the outbox needs to know it."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the outbox does next."""

    DELIVERED = "delivered"
    """Nothing more."""
    RETRY = "retry"
    """The same message again, later, with the same timestamp."""
    STALE = "stale"
    """The platform holds a newer score: read it, then send again with a later timestamp."""
    REFUSED = "refused"
    """Nothing: it would be refused again. A person must act."""
    TOKEN = "token"  # noqa: S105 - an outcome, not a password
    """No access. Again later, but a person must act on the registration."""


class Reason(StrEnum):
    """Why; stable codes for the delivery row, the log and the instructor's page.

    The words for them are in `templates/components/queue.html`.
    """

    DELIVERED = "delivered"
    PLATFORM_UNREACHABLE = "platform_unreachable"
    PLATFORM_UNANSWERED = "platform_unanswered"
    PLATFORM_BUSY = "platform_busy"
    PLATFORM_FAILED = "platform_failed"
    NOT_A_SERVICE_ANSWER = "not_a_service_answer"
    NEWER_SCORE = "newer_score"
    LINE_ITEM_GONE = "line_item_gone"
    USER_NOT_GRADABLE = "user_not_gradable"
    ATTEMPTS_USED_UP = "attempts_used_up"
    COURSE_ENDED = "course_ended"
    ACCESS_REFUSED = "access_refused"
    ADDRESS_REFUSED = "address_refused"
    SCORE_REFUSED = "score_refused"
    SCORE_NOT_KEPT = "score_not_kept"
    GIVEN_UP = "given_up"
    TOOL_FAILED = "tool_failed"
    TOKEN_CLIENT_REFUSED = "token_client_refused"  # noqa: S105 - a code, not a password
    TOKEN_SCOPE_REFUSED = "token_scope_refused"  # noqa: S105 - a code, not a password
    TOKEN_NOT_HONOURED = "token_not_honoured"  # noqa: S105 - a code, not a password
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a code, not a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one try.

    `is_uncertain`: the platform may have taken the score, so read the result
    before sending it again, or its comment appears twice.
    """

    outcome: Outcome
    reason: Reason
    status: int | None = None
    retry_after_seconds: int | None = None
    is_uncertain: bool = False
