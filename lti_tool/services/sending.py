"""One score's conversation with its platform.

What may have arrived is looked for before it is said again, because Canvas
adds the comment of each message to those that are there. What the platform
calls older is said again with a later time, unless it already holds it. Where
a platform answers 200 for nothing, what it kept is read afterwards.

No transaction is open here; the lease says that nobody else has this
conversation at the same time.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from lti_tool.errors import PlatformError, PlatformUnavailableError, UnansweredError
from lti_tool.lti.ags import AGSResult, post_score, read_result, score_message
from lti_tool.lti.messages import Registration
from lti_tool.lti.outcomes import Delivery, Outcome, Reason
from lti_tool.lti.quirks import quirks_of
from lti_tool.lti.scores import ScoreKind, ScoreRequest
from lti_tool.lti.tokens import ServiceClient

ARRIVED = Delivery(outcome=Outcome.DELIVERED, reason=Reason.DELIVERED)


class Lease(Protocol):
    """The right to send one delivery, for a while."""

    def keep(self) -> None:
        """Make sure that it lasts for one more call, or raise `ConflictError`."""

    def postpone(self) -> datetime:
        """Give the delivery a later timestamp, store it and return it; or raise as `keep`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One delivery with all that sending it takes."""

    delivery_id: UUID
    registration: Registration
    line_item_url: str | None
    score: ScoreRequest
    is_uncertain: bool
    """It may have arrived already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a platform holds, if it lets us know."""

    is_known: bool
    result: AGSResult | None = None

    @property
    def has_score(self) -> bool:
        """Whether it holds a score for sure."""
        return self.result is not None and self.result.score is not None

    def agrees(self, kind: ScoreKind) -> bool:
        """Whether it holds what a message of this kind would make it hold, for sure."""
        if kind is ScoreKind.CLEARED:
            return self.is_known and not self.has_score
        if kind is ScoreKind.SUBMITTED or self.result is None or self.result.score is None:
            return False
        # AGS 2.0 section 3.3.4.4: without a resultMaximum it is 1.
        return self.result.score >= (self.result.maximum or Decimal(1))


def send_score(client: ServiceClient, errand: Errand, lease: Lease) -> Delivery | None:
    """Say what an errand has to say; return what became of it, or None if nothing was needed.

    Raises:
        ConflictError: the lease is lost; whoever has it now finds out what arrived.
    """
    try:
        return _Conversation(client, errand, lease).have()
    except PlatformUnavailableError as exc:
        return _unavailable(exc)


class _Conversation:
    def __init__(self, client: ServiceClient, errand: Errand, lease: Lease) -> None:
        self._client = client
        self._errand = errand
        self._lease = lease
        self._quirks = quirks_of(errand.registration.family)

    def have(self) -> Delivery | None:
        """Say it, and whatever that leads to."""
        score = self._errand.score
        if self._errand.is_uncertain and score.kind is not ScoreKind.SUBMITTED:
            seen = self._look()
            if seen.agrees(score.kind):
                return ARRIVED
            # Only where nothing at all is held can the comment not be there either.
            if self._quirks.adds_comments and (seen.has_score or not seen.is_known):
                score = replace(score, comment="")
        delivery = self._say(score)
        if delivery is not None and delivery.outcome is Outcome.STALE:
            delivery = self._insist(score)
        if delivery is not None and delivery.outcome is Outcome.DELIVERED:
            return self._confirm(delivery)
        return delivery

    def _say(self, score: ScoreRequest) -> Delivery | None:
        url = self._errand.line_item_url
        if url is None:
            return Delivery(outcome=Outcome.REFUSED, reason=Reason.LINE_ITEM_GONE)
        registration = self._errand.registration
        message = score_message(score, family=registration.family)
        if message is None:
            return None
        self._lease.keep()
        return post_score(self._client, registration, line_item_url=url, message=message)

    def _insist(self, score: ScoreRequest) -> Delivery | None:
        """Answer "I hold something newer": it may be ours; if not, ours is newer still."""
        seen = self._look()
        if seen.agrees(score.kind):
            return ARRIVED
        if score.kind is ScoreKind.SUBMITTED and seen.has_score:
            return None
        return self._say(replace(score, timestamp=self._lease.postpone()))

    def _confirm(self, delivery: Delivery) -> Delivery:
        """Look whether a score that was taken was kept, where that is not certain."""
        kind = self._errand.score.kind
        is_doubtful = kind is ScoreKind.CLEARED or (
            kind is ScoreKind.EARNED and self._quirks.answers_for_nothing
        )
        if not is_doubtful:
            return delivery
        try:
            seen = self._look()
        except PlatformUnavailableError:
            return delivery
        if not seen.is_known or seen.agrees(kind):
            return delivery
        return Delivery(outcome=Outcome.REFUSED, reason=Reason.SCORE_NOT_KEPT)

    def _look(self) -> _Seen:
        """Read what the platform holds.

        Raises:
            PlatformUnavailableError: it cannot be read now, but later.
        """
        url = self._errand.line_item_url
        if url is None:
            return _Seen(is_known=False)
        self._lease.keep()
        try:
            result = read_result(
                self._client,
                self._errand.registration,
                line_item_url=url,
                platform_user_id=self._errand.score.platform_user_id,
            )
        except PlatformUnavailableError:
            raise
        except PlatformError:
            return _Seen(is_known=False)
        return _Seen(is_known=True, result=result)


def _unavailable(exc: PlatformUnavailableError) -> Delivery:
    """Return what became of a conversation that could not even look. Nothing was sent."""
    match exc:
        case UnansweredError():
            reason = Reason.PLATFORM_UNANSWERED
        case PlatformUnavailableError(code=Reason.PLATFORM_BUSY):
            reason = Reason.PLATFORM_BUSY
        case PlatformUnavailableError(code=Reason.PLATFORM_FAILED):
            reason = Reason.PLATFORM_FAILED
        case _:
            reason = Reason.PLATFORM_UNREACHABLE
    return Delivery(outcome=Outcome.RETRY, reason=reason)
