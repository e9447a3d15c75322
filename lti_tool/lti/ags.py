"""Assignment and Grade Services: say what a learner earned, and read what is kept of it.

Source: https://www.imsglobal.org/spec/lti-ags/v2p0
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Final, assert_never

from lti_tool.errors import PlatformError, PlatformUnavailableError, UnansweredError
from lti_tool.lti.http import Answer
from lti_tool.lti.links import next_page, with_ending, with_parameter
from lti_tool.lti.messages import Registration
from lti_tool.lti.outcomes import Delivery, Outcome, Reason
from lti_tool.lti.quirks import quirks_of
from lti_tool.lti.scores import ScoreKind, ScoreRequest
from lti_tool.lti.tokens import ServiceClient, ServiceRequest, TokenRefusedError

SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
# Moodle answers 400 to any other media type.
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
MAXIMUM_PAGES: Final = 20
RETRY_AFTER_MAXIMUM_SECONDS: Final = 24 * 3600

_RETRIED: Final = frozenset({Reason.PLATFORM_BUSY, Reason.PLATFORM_FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AGSResult:
    """What a platform keeps of one learner's scores: `score` out of `maximum`, or nothing."""

    score: Decimal | None
    maximum: Decimal | None
    comment: str | None


def score_message(score: ScoreRequest, *, family: str) -> Mapping[str, object] | None:
    """Build the body of an AGS score message, as this family of platforms needs it.

    Args:
        score: What to say; see there for units.
        family: The registration's.

    Returns:
        The JSON object to POST as `application/vnd.ims.lis.v1.score+json`, or None if
        nothing may be sent (the delivery is then unneeded). `scoreGiven` equals
        `scoreMaximum`: a badge is earned or not, and a bare percentage would call a
        pass a fail.

    Raises:
        ValueError: an instant is naive, or the maximum is not positive and finite.

    Source: https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service
    """
    quirks = quirks_of(family)
    match score.kind:
        case ScoreKind.SUBMITTED:
            return quirks.submitted(score)
        case ScoreKind.EARNED:
            return quirks.earned(score)
        case ScoreKind.CLEARED:
            return quirks.cleared(score)
        case _ as unreachable:
            assert_never(unreachable)


def post_score(
    client: ServiceClient,
    registration: Registration,
    *,
    line_item_url: str,
    message: Mapping[str, object],
) -> Delivery:
    """Send one score message and say what became of it. Never raises for the platform's sake.

    Args:
        client: Calls services; no transaction may be open.
        registration: Whose platform it is.
        line_item_url: From a verified launch only.
        message: What `score_message` built.
    """
    request = ServiceRequest(
        method="POST",
        url=with_ending(line_item_url, "scores"),
        scope=SCORE_SCOPE,
        accept="*/*",
        content_type=SCORE_TYPE,
        body=message,
    )
    try:
        answer = client.call(registration, request)
    except PlatformError as error:
        return _delivery_of_error(error)
    return _delivery_of_answer(answer, family=registration.family, now=client.clock())


def read_result(
    client: ServiceClient,
    registration: Registration,
    *,
    line_item_url: str,
    platform_user_id: str,
) -> AGSResult | None:
    """Return what the platform keeps for one learner, or None if it keeps nothing.

    Some platforms answer with everybody's results whatever is asked for, so the
    learner is looked for on every page.

    Raises:
        TokenRefusedError: no access.
        PlatformUnavailableError: it did not answer, or not with results.
        PlatformError: it refuses; `results_refused`.
    """
    url: str | None = with_parameter(
        with_ending(line_item_url, "results"), "user_id", platform_user_id
    )
    for _ in range(MAXIMUM_PAGES):
        if url is None:
            break
        request = ServiceRequest(method="GET", url=url, scope=RESULT_SCOPE, accept=RESULTS_TYPE)
        answer = client.call(registration, request)
        for entry in _results(answer, family=registration.family):
            if entry.get("userId") == platform_user_id:
                return _result(entry)
        url = next_page(answer.headers.get("link"), url=url)
    return None


def _delivery_of_error(error: PlatformError) -> Delivery:
    match error:
        case TokenRefusedError():
            return Delivery(outcome=Outcome.TOKEN, reason=Reason(error.code))
        case UnansweredError():
            reason = Reason.PLATFORM_UNANSWERED
            return Delivery(outcome=Outcome.RETRY, reason=reason, is_uncertain=True)
        case PlatformUnavailableError():
            return Delivery(outcome=Outcome.RETRY, reason=Reason.PLATFORM_UNREACHABLE)
        case _:
            return Delivery(outcome=Outcome.REFUSED, reason=Reason.ADDRESS_REFUSED)


def _delivery_of_answer(answer: Answer, *, family: str, now: datetime) -> Delivery:
    if answer.status < 400:  # noqa: PLR2004 - RFC 9110: below are success and redirects
        return _delivery_of_success(answer)
    reason = quirks_of(family).reason(answer.status, answer.body.decode(errors="replace"))
    if reason is Reason.NEWER_SCORE:
        return Delivery(outcome=Outcome.STALE, reason=reason, status=answer.status)
    if reason in _RETRIED:
        return Delivery(
            outcome=Outcome.RETRY,
            reason=reason,
            status=answer.status,
            retry_after_seconds=_retry_after_seconds(answer.headers.get("retry-after"), now=now),
            is_uncertain=reason is Reason.PLATFORM_FAILED,
        )
    return Delivery(outcome=Outcome.REFUSED, reason=reason, status=answer.status)


def _delivery_of_success(answer: Answer) -> Delivery:
    """Believe a success only without a page in it: a login form is answered with 200 too."""
    is_page = "html" in answer.headers.get("content-type", "").lower() and answer.body.strip()
    if answer.is_success and not is_page:
        return Delivery(outcome=Outcome.DELIVERED, reason=Reason.DELIVERED, status=answer.status)
    return Delivery(
        outcome=Outcome.RETRY,
        reason=Reason.NOT_A_SERVICE_ANSWER,
        status=answer.status,
        is_uncertain=True,
    )


def _retry_after_seconds(header: str | None, *, now: datetime) -> int | None:
    """Return the seconds that a `Retry-After` asks for, a day at most; None if it says nothing."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(int(text), RETRY_AFTER_MAXIMUM_SECONDS)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(int(seconds), 0), RETRY_AFTER_MAXIMUM_SECONDS)


def _results(answer: Answer, *, family: str) -> list[Mapping[str, object]]:
    if not answer.is_success:
        reason = quirks_of(family).reason(answer.status, answer.body.decode(errors="replace"))
        if reason in _RETRIED:
            raise PlatformUnavailableError(code=reason)
        raise PlatformError(code="results_refused")
    document = answer.json()
    if not isinstance(document, list):
        raise PlatformUnavailableError(code="platform_not_json")
    return [entry for entry in document if isinstance(entry, dict)]


def _result(entry: Mapping[str, object]) -> AGSResult:
    comment = entry.get("comment")
    return AGSResult(
        score=_number(entry.get("resultScore")),
        maximum=_number(entry.get("resultMaximum")),
        comment=comment if isinstance(comment, str) else None,
    )


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None
