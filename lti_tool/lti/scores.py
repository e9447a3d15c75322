"""What the gradebook is told about one learner, before a platform's wording of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

_STEP: Final = Decimal("0.0001")


class ScoreKind(StrEnum):
    """The three things that a gradebook is told."""

    SUBMITTED = "submitted"
    """Work waits to be judged."""
    EARNED = "earned"
    """The badge is earned: full points."""
    CLEARED = "cleared"
    """An earlier score no longer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """One message for one learner and one line item.

    Args:
        kind: What it says.
        platform_user_id: The launch's `sub` claim. Opaque, case-sensitive.
        timestamp: Strictly later than the last one sent for this line item and user, by
            a second or more; timezone-aware. Not the time of sending.
        occurred_at: When the learner submitted or the decision was released.
        maximum: What the badge is worth in our own points, > 0; the platform scales.
        comment: Plain text for the learner: the verdict and a stable link. May be empty.
        review_url: Opens the submission in our tool from the platform's grading view.
        has_score: Whether a score was ever delivered for this line item and user.
    """

    kind: ScoreKind
    platform_user_id: str = field(repr=False)
    timestamp: datetime
    occurred_at: datetime
    maximum: Decimal
    comment: str = field(default="", repr=False)
    review_url: str | None = None
    has_score: bool = False


def points(value: Decimal) -> int | float:
    """Return points as the JSON number of a score message.

    Rounded half up to four decimal places; whole numbers stay integers.

    Raises:
        ValueError: not finite, or not positive (AGS requires a positive maximum).
    """
    if not value.is_finite() or value <= 0:
        raise ValueError("a score message needs a positive, finite number of points")
    rounded = value.quantize(_STEP, rounding=ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def instant(value: datetime) -> str:
    """Return an instant as ISO 8601 with milliseconds, in UTC.

    Raises:
        ValueError: the instant is naive.
    """
    if value.tzinfo is None:
        raise ValueError("the instant of a score message needs a time zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
