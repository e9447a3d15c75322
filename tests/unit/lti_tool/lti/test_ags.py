"""Scores and results over real HTTP on loopback: every outcome that the outbox must know."""

import json
import threading
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from lti_tool.errors import PlatformError, PlatformUnavailableError
from lti_tool.lti import connections
from lti_tool.lti.ags import AGSResult, post_score, read_result
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.outcomes import Delivery, Outcome, Reason
from lti_tool.lti.tokens import TokenRefusedError
from tests.unit.lti_tool.lti.a_service import Service, a_service, some_json
from tests.unit.lti_tool.lti.server import Reply, Seen, Server

ROOT = Path(__file__).resolve().parents[4]
RECORDED = ROOT.parent / "shared" / "material" / "moodle-4.5" / "services.json"
MESSAGE: Mapping[str, object] = {"userId": "user-7", "scoreGiven": 20}
RESULTS = "/li/1/results"


@pytest.fixture
def service(server: Server, session: GuardedSession) -> Service:
    """Run a platform's services."""
    return a_service(server, session)


def post(service: Service) -> Delivery:
    """Send a score."""
    return post_score(
        service.client,
        service.registration,
        line_item_url=f"{service.server.url}/li/1?type_id=1",
        message=MESSAGE,
    )


def delivery_of(server: Server, session: GuardedSession, family: str, reply: Reply) -> Delivery:
    """What becomes of a score when the platform answers so."""
    service = a_service(server, session, family=family)
    service.serve = lambda _: reply
    return post(service)


def test_a_score_goes_where_moodle_wants_it(service: Service) -> None:
    """The ending before the query, the exact media type, the scope for it."""
    assert post(service) == Delivery(outcome=Outcome.DELIVERED, reason=Reason.DELIVERED, status=200)

    seen = service.asked("/li/1/scores")[0]
    assert seen.method == "POST"
    assert seen.path == "/li/1/scores?type_id=1"
    assert seen.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
    assert seen.json == MESSAGE
    assert service.asked("/token")[0].form["scope"] == (
        "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    )


@pytest.mark.parametrize(
    "reply",
    [
        Reply(),
        Reply(status=201),
        Reply(status=204),
        Reply(headers={"Content-Type": "text/html; charset=utf-8"}),
        Reply(headers={"Content-Type": "text/html"}, body=b" \n"),
        some_json({"resultUrl": "https://canvas.example/results/1"}),
        Reply(body=b"OK", headers={"Content-Type": "text/plain"}),
    ],
)
def test_a_score_is_delivered(server: Server, session: GuardedSession, reply: Reply) -> None:
    """Platforms answer with nothing, with JSON, or with nothing that calls itself HTML."""
    assert delivery_of(server, session, "generic", reply).outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    ("family", "reply", "outcome", "reason"),
    [
        ("generic", Reply(status=409), Outcome.STALE, Reason.NEWER_SCORE),
        ("moodle", Reply(status=409, body=b"[]"), Outcome.STALE, Reason.NEWER_SCORE),
        (
            "canvas",
            Reply(status=400, body=b"timestamp of A before last updated timestamp of B"),
            Outcome.STALE,
            Reason.NEWER_SCORE,
        ),
        ("moodle", Reply(status=400), Outcome.REFUSED, Reason.USER_NOT_GRADABLE),
        ("generic", Reply(status=400), Outcome.REFUSED, Reason.SCORE_REFUSED),
        ("generic", Reply(status=403), Outcome.REFUSED, Reason.ACCESS_REFUSED),
        ("generic", Reply(status=404), Outcome.REFUSED, Reason.LINE_ITEM_GONE),
        ("generic", Reply(status=422), Outcome.REFUSED, Reason.SCORE_REFUSED),
        (
            "canvas",
            Reply(status=422, body=b"User not found in course or is not a student"),
            Outcome.REFUSED,
            Reason.USER_NOT_GRADABLE,
        ),
        (
            "canvas",
            Reply(status=422, body=b"maximum number of allowed attempts has been reached"),
            Outcome.REFUSED,
            Reason.ATTEMPTS_USED_UP,
        ),
        ("generic", Reply(status=401), Outcome.TOKEN, Reason.TOKEN_NOT_HONOURED),
    ],
)
def test_a_score_is_stale_or_refused(
    server: Server,
    session: GuardedSession,
    family: str,
    reply: Reply,
    outcome: Outcome,
    reason: Reason,
) -> None:
    """What repeating would not mend is not repeated."""
    delivery = delivery_of(server, session, family, reply)

    assert (delivery.outcome, delivery.reason) == (outcome, reason)
    assert not delivery.is_uncertain


@pytest.mark.parametrize(
    ("family", "reply", "reason", "is_uncertain"),
    [
        ("generic", Reply(status=500), Reason.PLATFORM_FAILED, True),
        ("generic", Reply(status=502, body=b"<html>"), Reason.PLATFORM_FAILED, True),
        ("generic", Reply(status=503), Reason.PLATFORM_BUSY, False),
        ("generic", Reply(status=429), Reason.PLATFORM_BUSY, False),
        (
            "canvas",
            Reply(status=403, body=b"Rate Limit Exceeded"),
            Reason.PLATFORM_BUSY,
            False,
        ),
        (
            "generic",
            Reply(headers={"Content-Type": "text/html"}, body=b"<form>Log in</form>"),
            Reason.NOT_A_SERVICE_ANSWER,
            True,
        ),
        (
            "generic",
            Reply(status=302, headers={"Location": "/login"}),
            Reason.NOT_A_SERVICE_ANSWER,
            True,
        ),
        ("generic", Reply(raw=b""), Reason.PLATFORM_UNANSWERED, True),
        (
            "generic",
            Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
            Reason.PLATFORM_UNANSWERED,
            True,
        ),
    ],
)
def test_a_score_is_tried_again(
    server: Server,
    session: GuardedSession,
    family: str,
    reply: Reply,
    reason: Reason,
    *,
    is_uncertain: bool,
) -> None:
    """And where it may have arrived, that is said."""
    delivery = delivery_of(server, session, family, reply)

    assert delivery.outcome is Outcome.RETRY
    assert delivery.reason is reason
    assert delivery.is_uncertain is is_uncertain


def test_a_slow_platform_may_have_the_score(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time limit that ran out says nothing about what was received."""
    monkeypatch.setattr(connections, "READ_SECONDS", 0.1)
    release = threading.Event()

    def wait(_: Seen) -> Reply:
        release.wait(10)
        return Reply()

    service.serve = wait

    delivery = post(service)
    release.set()

    assert delivery.reason is Reason.PLATFORM_UNANSWERED
    assert delivery.is_uncertain


def test_a_platform_that_is_down_has_nothing(server: Server) -> None:
    """Nobody listens: the score is certainly not there."""
    with GuardedSession(private_hosts=frozenset({"127.0.0.1"})) as session:
        service = a_service(server, session)
        post(service)
        delivery = post_score(
            service.client,
            service.registration,
            line_item_url="http://127.0.0.1:1/li/1",
            message=MESSAGE,
        )

    assert delivery == Delivery(outcome=Outcome.RETRY, reason=Reason.PLATFORM_UNREACHABLE)


def test_token_trouble_is_said_to_be_that(service: Service) -> None:
    """The instructor cannot mend it, an operator can."""
    service.give = lambda _: some_json({"error": "invalid_client"}, status=400)
    assert post(service) == Delivery(outcome=Outcome.TOKEN, reason=Reason.TOKEN_CLIENT_REFUSED)

    service.give = lambda _: Reply(status=500)
    assert post(service) == Delivery(outcome=Outcome.RETRY, reason=Reason.PLATFORM_UNREACHABLE)


def test_a_forbidden_address_is_final(service: Service) -> None:
    """A line item on somebody's internal network is not called."""
    post(service)

    delivery = post_score(
        service.client,
        service.registration,
        line_item_url="http://169.254.169.254/li/1",
        message=MESSAGE,
    )

    assert delivery == Delivery(outcome=Outcome.REFUSED, reason=Reason.ADDRESS_REFUSED)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("0", 0),
        ("999999999", 86400),
        ("Sat, 21 Nov 2026 19:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 18:00:00 GMT", 0),
        ("Sat, 21 Nov 2027 18:00:00 GMT", 86400),
        ("Sat, 21 Nov 2026 19:02:00", None),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
        ("9999999999", None),
    ],
)
def test_a_platform_says_when_to_come_back(
    server: Server, session: GuardedSession, header: str, seconds: int | None
) -> None:
    """In seconds or as a date, and never later than tomorrow."""
    encoded = header.encode().decode("latin-1")
    reply = Reply(status=429, headers={"Retry-After": encoded})

    assert delivery_of(server, session, "generic", reply).retry_after_seconds == seconds


def test_an_outcome_holds_nothing_of_the_answer(server: Server, session: GuardedSession) -> None:
    """Moodle's refusal repeats the whole score: it must not reach a log."""
    reply = Reply(status=400, body=b'Incorrect score received{"userId": "user-7"}')

    assert "user-7" not in repr(delivery_of(server, session, "moodle", reply))


# Results


def read(service: Service) -> AGSResult | None:
    """Read what the platform keeps of one learner."""
    return read_result(
        service.client,
        service.registration,
        line_item_url=f"{service.server.url}/li/1?type_id=1",
        platform_user_id="user/7",
    )


def test_one_learners_result_is_asked_for(service: Service) -> None:
    """By the learner's id, with the exact media type and the scope for reading."""
    entry = {"userId": "user/7", "resultScore": 18.5, "resultMaximum": 20, "comment": "Good"}
    service.serve = lambda _: some_json([entry])

    assert read(service) == AGSResult(score=Decimal("18.5"), maximum=Decimal(20), comment="Good")

    seen = service.asked(RESULTS)[0]
    assert seen.query == {"type_id": ["1"], "user_id": ["user/7"]}
    assert seen.headers["accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
    assert service.asked("/token")[0].form["scope"].endswith("/result.readonly")


@pytest.mark.parametrize(
    "results",
    [
        [],
        [{"userId": "user-8", "resultScore": 1}],
        [5, None, "user/7", ["user/7"]],
        [{"userId": ["user/7"]}],
    ],
)
def test_there_may_be_no_result(service: Service, results: list[object]) -> None:
    """Moodle lists only those who have a grade; some platforms list everybody."""
    service.serve = lambda _: some_json(results)

    assert read(service) is None


@pytest.mark.parametrize("value", ["18", True, None, [18], {"a": 1}])
def test_a_result_without_a_number_is_without_score(service: Service, value: object) -> None:
    """A learner may be listed with nothing."""
    service.serve = lambda _: some_json([{"userId": "user/7", "resultScore": value}])

    assert read(service) == AGSResult(score=None, maximum=None, comment=None)


def test_a_number_that_is_none_is_none(service: Service) -> None:
    """Python reads NaN in JSON; a gradebook does not hold it."""
    body = b'[{"userId": "user/7", "resultScore": NaN, "resultMaximum": Infinity}]'
    service.serve = lambda _: Reply(body=body)

    assert read(service) == AGSResult(score=None, maximum=None, comment=None)


def test_pages_are_followed(service: Service) -> None:
    """Where the platform does not filter, the learner may be on a later page."""

    def serve(seen: Seen) -> Reply:
        page = int(seen.query.get("page", ["1"])[0])
        if page == 3:
            return some_json([{"userId": "user/7", "resultScore": 1, "resultMaximum": 2}])
        link = f"<{service.server.url}{RESULTS}?page={page + 1}>; rel=next"
        return Reply(headers={"Link": link}, body=b"[]")

    service.serve = serve

    assert read(service) == AGSResult(score=Decimal(1), maximum=Decimal(2), comment=None)


def test_pages_end(service: Service) -> None:
    """A platform whose last page points to itself is given up."""
    link = f"<{service.server.url}{RESULTS}?{urlencode({'page': 'same'})}>; rel=next"
    service.serve = lambda _: Reply(headers={"Link": link}, body=b"[]")

    assert read(service) is None
    assert len(service.asked(RESULTS)) == 20


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=429),
        Reply(status=503),
        Reply(body=b"<html>"),
        some_json({"error": "x"}),
        Reply(raw=b""),
    ],
)
def test_results_may_be_unavailable(service: Service, reply: Reply) -> None:
    """Then nobody knows, and it is asked again later."""
    service.serve = lambda _: reply

    with pytest.raises(PlatformUnavailableError):
        read(service)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 405])
def test_results_may_be_refused(service: Service, status: int) -> None:
    """Then asking again does not help."""
    service.serve = lambda _: Reply(status=status)

    with pytest.raises(PlatformError) as caught:
        read(service)

    assert caught.value.code == "results_refused"


def test_results_need_their_own_scope(service: Service) -> None:
    """A tool that may write need not be allowed to read."""
    service.give = lambda _: some_json({"error": "invalid_scope"}, status=400)

    with pytest.raises(TokenRefusedError):
        read(service)


# What a real Moodle answered


def recorded(name: str) -> dict[str, Any]:
    """One recorded exchange with Moodle's services."""
    document: dict[str, Any] = json.loads(RECORDED.read_text())[name]
    return document


@pytest.mark.shared
@pytest.mark.skipif(
    not RECORDED.is_file(), reason="the reference material beside the repository is absent"
)
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("score_ok", Outcome.DELIVERED),
        ("score_pending_clears", Outcome.DELIVERED),
        ("score_same_second", Outcome.STALE),
        ("score_for_teacher", Outcome.REFUSED),
    ],
)
def test_moodles_answers_are_understood(
    server: Server, session: GuardedSession, name: str, outcome: Outcome
) -> None:
    """Status, headers, reason line and body as a real Moodle sent them."""
    document = recorded(name)
    body = json.dumps(document["body"]).encode() if document["body"] else b""
    head = f"HTTP/1.1 {document['status']} {document['reason']}\r\n"
    fields = "".join(f"{key}: {value}\r\n" for key, value in document["headers"].items())
    raw = f"{head}{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body

    assert delivery_of(server, session, "moodle", Reply(raw=raw)).outcome is outcome


@pytest.mark.shared
@pytest.mark.skipif(
    not RECORDED.is_file(), reason="the reference material beside the repository is absent"
)
def test_moodles_results_are_understood(service: Service) -> None:
    """A grade of a real gradebook."""
    service.serve = lambda _: some_json(recorded("results")["body"])

    found = read_result(
        service.client,
        service.registration,
        line_item_url=f"{service.server.url}/li/1?type_id=1",
        platform_user_id="5",
    )

    assert found == AGSResult(score=Decimal(15), maximum=Decimal(20), comment="Good work")
