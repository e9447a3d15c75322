"""The protocol's doors over HTTP: login, launch, keys."""

import json
import logging
import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from keys.jwk import parse_jwk
from keys.signing import generate_rsa
from lti_tool.runtime import Runtime
from lti_tool.services import keyring
from lti_tool.services.registering import approve_deployment
from lti_tool.store.rows import DeploymentRow, LaunchRow, LoginAttemptRow, Row, UserRow
from lti_tool.views.session import COOKIE
from tests.conftest import FakeClock
from tests.rows import a_registration, a_submission
from tests.signing_platform import LAUNCH_URL, LMS, TOOL, Lms, an_lms, attribute, hidden, way_on
from tests.unit.lti_tool.lti.factories import AGS_CLAIM, CLAIM, MEMBERSHIP, a_token, some_claims

HOME = re.compile(r"/l/[0-9a-f-]{36}/")
HOME_WITH_TOKEN = re.compile(r"/l/[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}/")
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is decided before a row is read or written."""
REFUSED = re.compile(r"refused code=(\S+) status=(\d+) at=(\S+) reference=([0-9A-F]{8})")


@pytest.fixture
def lms(app: Flask, runtime: Runtime, clock: FakeClock) -> Lms:
    """A platform that signs."""
    return an_lms(app, runtime, clock)


@pytest.fixture
def refusal(caplog: pytest.LogCaptureFixture) -> "RefusalLog":
    """The refusals that were logged."""
    return RefusalLog(caplog)


class RefusalLog:
    """Reads log lines beside the pages that they belong to."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog

    def of(self, page: TestResponse, status: int = 403) -> str:
        """Return the logged code of a refused page, which shows the line's reference."""
        line = self.caplog.messages[-1]
        found = REFUSED.fullmatch(line)
        assert found, line
        assert found[4] in page.text
        assert page.status_code == status == int(found[2])
        assert "<h1>" in page.text
        return found[1]


def count(lms: Lms, row: type[Row]) -> int:
    """How many rows of a table there are."""
    with lms.runtime.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


# Login


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_new_browser_meets_the_login_page(lms: Lms, method: str) -> None:
    """It gets a cookie there, and the page finds out whether one comes back."""
    page = lms.login(lms.browser(), method=method)

    assert page.status_code == 200
    assert attribute(page, "data-cookie-check-url") == "/lti/login/cookie"
    assert attribute(page, "data-storage-target") == ""
    assert f"frame-ancestors 'self' {LMS}" in page.headers["Content-Security-Policy"]
    value, *rest = page.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}", value)
    assert set(rest) >= {"Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"}
    assert "Domain" not in page.headers["Set-Cookie"]
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_known_browser_goes_straight_on(lms: Lms, method: str) -> None:
    """Every parameter that a platform asks for is there; the hints are as they were."""
    browser = lms.browser()
    lms.login(browser)
    going = lms.login(browser, method=method)

    assert going.status_code == 302
    assert "Set-Cookie" not in going.headers
    parts = urlsplit(going.location)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{LMS}/auth"
    query = {name: value for name, (value,) in parse_qs(parts.query).items()}
    state, nonce = query.pop("state"), query.pop("nonce")
    assert state != nonce
    assert query == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": LAUNCH_URL,
        "login_hint": "hint-of-a-person",
        "lti_message_hint": "hint-of-a-message",
    }


def test_the_cookie_check_says_what_came_back(lms: Lms) -> None:
    """No more than that one came back."""
    browser = lms.browser()
    assert browser.get("/lti/login/cookie", base_url=TOOL).json == {"cookie": False}
    lms.login(browser)
    answer = browser.get("/lti/login/cookie", base_url=TOOL)
    assert answer.json == {"cookie": True}
    assert answer.headers["Cache-Control"] == "no-store"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": None}, "request_malformed"),
        ({"login_hint": None}, "request_malformed"),
        ({"target_link_uri": None}, "request_malformed"),
        ({"iss": "https://stranger.example"}, "platform_unknown"),
        ({"client_id": "another"}, "platform_unknown"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, "target_foreign"),
        ({"target_link_uri": "javascript:alert(1)"}, "target_foreign"),
        ({"login_hint": "x" * 10_000}, "request_malformed"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_that_nobody_may_begin(
    lms: Lms, refusal: RefusalLog, changes: dict[str, str | None], code: str, method: str
) -> None:
    """Each has its code, and a page that also a platform nobody knows may frame."""
    page = lms.login(lms.browser(), method=method, **changes)

    assert refusal.of(page) == code
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' *")
    assert count(lms, LoginAttemptRow) == 0


@pytest.mark.parametrize("name", ["iss", "client_id", "lti_storage_target"])
def test_a_login_with_text_that_no_database_holds(lms: Lms, name: str) -> None:
    """It is refused calmly on both databases."""
    page = lms.login(lms.browser(), **{name: "a\0b"})

    assert 400 <= page.status_code < 500


def test_a_login_that_says_things_twice(lms: Lms, refusal: RefusalLog) -> None:
    """Which of the two is meant is nothing to guess."""
    page = lms.browser().get(
        f"/lti/login?iss={LMS}&iss=https://other.example&login_hint=1&target_link_uri={LAUNCH_URL}",
        base_url=TOOL,
    )

    assert refusal.of(page) == "request_malformed"


# Launch


def test_a_launch_by_cookie_lands_on_its_own_page(lms: Lms) -> None:
    """303 to an address that a reload asks for again, and that only this browser opens."""
    browser = lms.browser()
    answer = lms.launch(browser)

    assert answer.status_code == 303
    assert HOME.fullmatch(answer.location)
    assert "Max-Age=2592000" in answer.headers["Set-Cookie"].split("; ")
    for _ in range(2):
        assert browser.get(answer.location, base_url=TOOL).status_code == 200
    assert lms.browser().get(answer.location, base_url=TOOL).status_code == 401
    with lms.runtime.reading() as session:
        user = session.scalars(select(UserRow).where(UserRow.sub == "user-7")).one()
    assert user.name == "Lee Learner"


def test_a_launch_by_the_platforms_storage(lms: Lms) -> None:
    """Without a cookie the platform's page keeps a value for us; the launch gets a token."""
    with lms.runtime.writing() as session:
        a_registration(session, lms.course.organisation, issuer="https://second.example")
    login = lms.login(lms.browser(), lti_storage_target="_parent")
    kept = {attribute(login, "data-storage-key"): attribute(login, "data-storage-value")}
    assert attribute(login, "data-storage-target") == "_parent"
    assert attribute(login, "data-storage-origin") == LMS

    browser = lms.browser()
    page = lms.post(browser, lms.form(login))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {LMS}")
    again = {name: hidden(page, name) for name in ("state", "id_token")}
    again["value"] = kept[attribute(page, "data-storage-key")]
    answer = lms.post(browser, again, attribute(page, "action"))

    assert answer.status_code == 303
    assert HOME_WITH_TOKEN.fullmatch(answer.location)
    assert "Set-Cookie" not in answer.headers
    assert lms.browser().get(answer.location, base_url=TOOL).status_code == 200
    without = answer.location.partition(".")[0] + "/"
    assert lms.browser().get(without, base_url=TOOL).status_code == 401


@pytest.mark.parametrize("value", [None, "", "wrong", "\0", "x" * 100_000])
def test_what_the_storage_never_kept_opens_nothing(
    lms: Lms, refusal: RefusalLog, value: str | None
) -> None:
    """Somebody else's launch form alone is worth nothing; the login is not used up by it."""
    login = lms.login(lms.browser(), lti_storage_target="_parent")
    form = lms.form(login)
    wrong = form if value is None else form | {"value": value}
    assert refusal.of(lms.post(lms.browser(), wrong, "/lti/launch/finish")) == "browser_not_bound"

    right = form | {"value": attribute(login, "data-storage-value")}
    assert lms.post(lms.browser(), right, "/lti/launch/finish").status_code == 303


def test_without_cookie_and_storage_nothing_opens(lms: Lms, refusal: RefusalLog) -> None:
    """The page says that it is the browser, and what helps."""
    page = lms.post(lms.browser(), lms.form(lms.login(lms.browser())))

    assert refusal.of(page) == "browser_not_bound"
    assert "Your browser kept us apart from your course" in page.text


def test_another_browsers_login_opens_nothing(lms: Lms, refusal: RefusalLog) -> None:
    """A form that was made for one browser is not finished in another: login forgery."""
    form = lms.form(lms.login(lms.browser()))
    victim = lms.browser()
    lms.login(victim)

    assert refusal.of(lms.post(victim, form)) == "browser_not_bound"
    assert count(lms, LaunchRow) == 0


def test_a_launch_is_used_once(lms: Lms, refusal: RefusalLog) -> None:
    """Even by the same browser: Back and Reload do not launch again."""
    browser = lms.browser()
    form = lms.form(lms.login(browser))
    assert lms.post(browser, form).status_code == 303

    assert refusal.of(lms.post(browser, form)) == "state_unknown_or_used"
    assert count(lms, LaunchRow) == 1


def test_a_tampered_launch_is_refused_and_burns_nothing(lms: Lms, refusal: RefusalLog) -> None:
    """The login stays good for the right answer."""
    browser = lms.browser()
    form = lms.form(lms.login(browser))
    head, claims, signature = form["id_token"].split(".")
    other = lms.form(lms.login(browser), sub="somebody-else")["id_token"].split(".")[1]
    for token in (f"{head}.{other}.{signature}", f"{head}.{claims}.{signature[:-4]}AAAA"):
        assert refusal.of(lms.post(browser, form | {"id_token": token})) == "signature_invalid"

    assert lms.post(browser, form).status_code == 303


def test_a_launch_signed_with_another_key(lms: Lms, refusal: RefusalLog) -> None:
    """Whatever key id it claims."""
    browser = lms.browser()
    form = lms.form(lms.login(browser))
    forged = a_token(some_claims(iss=LMS), key=generate_rsa())

    assert refusal.of(lms.post(browser, form | {"id_token": forged})) == "signature_invalid"


def test_a_login_ends_after_ten_minutes(lms: Lms, refusal: RefusalLog) -> None:
    """Whoever was interrupted begins again."""
    browser = lms.browser()
    login = lms.login(browser)
    lms.clock.advance(minutes=10)

    assert refusal.of(lms.post(browser, lms.form(login))) == "state_unknown_or_used"


def test_two_tabs_launch_side_by_side(lms: Lms) -> None:
    """Logins of one browser that overlap all end in their own launch."""
    browser = lms.browser()
    lms.login(browser)
    first, second = lms.login(browser), lms.login(browser)
    other = {CLAIM + "context": {"id": "course-2"}}
    answers = [lms.post(browser, lms.form(second, **other)), lms.post(browser, lms.form(first))]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location != answers[1].location


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": None}, "user_missing"),
        ({"aud": "another-tool"}, "platform_unknown"),
        ({"nonce": "another"}, "nonce_mismatch"),
        ({"exp": 0}, "token_expired"),
        ({"version": "1.1.0"}, "version_unsupported"),
        ({"message_type": "LtiDeepLinkingRequest"}, "deep_linking_unsupported"),
        ({"message_type": "LtiStartProctoring"}, "message_type_unknown"),
        ({"target_link_uri": f"{TOOL}/verify"}, "target_mismatch"),
        ({"target_link_uri": "https://evil.example"}, "target_foreign"),
        ({"deployment_id": None}, "deployment_missing"),
        ({"context": None}, "context_missing"),
        ({"resource_link": None}, "message_incomplete"),
        ({"roles": "Learner"}, "claim_malformed"),
        ({"context": {"id": "a\0b"}}, "claim_malformed"),
    ],
)
def test_claims_that_are_refused(
    lms: Lms, refusal: RefusalLog, claims: dict[str, object], code: str
) -> None:
    """One example a check; the checks themselves are tested where they live."""
    assert refusal.of(lms.launch(lms.browser(), **claims)) == code
    assert count(lms, LaunchRow) == 0


@SQLITE_ONLY
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"state": "x"},
        {"id_token": "x"},
        {"state": "", "id_token": ""},
        {"state": "x" * 10_000, "id_token": "a.b.c"},
        {"state": "\0", "id_token": "\0"},
        {"state": "ليلى", "id_token": "é" * 100},
        {"error": "\0<script>alert(1)</script>", "state": "x"},
    ],
)
@pytest.mark.parametrize("path", ["/lti/launch", "/lti/launch/finish"])
def test_hostile_forms_are_refused_calmly(
    lms: Lms, refusal: RefusalLog, form: dict[str, str], path: str
) -> None:
    """Nothing of them is shown, and nothing of them breaks anything."""
    page = lms.post(lms.browser(), form, path)

    assert refusal.of(page) in {"request_malformed", "state_unknown_or_used", "platform_error"}
    assert "alert" not in page.text


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("login_required", "platform_sign_in"),
        ("launch_no_longer_valid", "platform_expired"),
        ("access_denied", "platform_denied"),
        ("unauthorized_client", "platform_setup"),
        ("whatever", "platform_error"),
    ],
)
def test_an_error_of_the_platform_is_told(
    lms: Lms, refusal: RefusalLog, error: str, code: str
) -> None:
    """In our words: anybody could have posted its own."""
    form = {"error": error, "error_description": "Call +1 555 0100", "state": "x"}
    page = lms.post(lms.browser(), form)

    assert refusal.of(page) == code
    assert "555" not in page.text


def test_a_launch_comes_as_post_only(lms: Lms) -> None:
    """A token in an address would end up in histories and logs."""
    form = lms.form(lms.login(lms.browser()))
    page = lms.browser().get("/lti/launch", query_string=form, base_url=TOOL)

    assert page.status_code == 405
    assert set(page.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


# Deployments


def test_an_unknown_deployment_is_told_what_to_do(
    lms: Lms, caplog: pytest.LogCaptureFixture
) -> None:
    """The page has the command for the operator; after it the next launch comes in."""
    browser = lms.browser()
    page = lms.launch(browser, deployment_id="42")

    assert page.status_code == 403
    with lms.runtime.reading() as session:
        row = session.scalars(
            select(DeploymentRow).where(DeploymentRow.lti_deployment_id == "42")
        ).one()
    for text in (f"quatrefoil platforms approve {row.id}", LMS, "client-1", "42"):
        assert text in page.text
    assert LMS in page.headers["Content-Security-Policy"]
    line = caplog.messages[-1]
    found = re.fullmatch(
        rf"refused code=deployment_pending deployment={row.id} reference=(\S{{8}})", line
    )
    assert found, line
    assert found[1] in page.text

    with lms.runtime.writing() as session:
        approve_deployment(session, row.id, clock=lms.clock, new_id=uuid4)
    assert lms.launch(browser, deployment_id="42").status_code == 303


def test_a_disabled_platform_is_unknown(lms: Lms, refusal: RefusalLog) -> None:
    """Between login and launch, too."""
    browser = lms.browser()
    form = lms.form(lms.login(browser))
    with lms.runtime.writing() as session:
        session.execute(update(type(lms.course.registration)).values(status="disabled"))

    assert refusal.of(lms.post(browser, form)) == "platform_unknown"
    assert refusal.of(lms.login(browser)) == "platform_unknown"


# Where a launch lands


def test_a_gradebooks_link_opens_its_submission(lms: Lms) -> None:
    """`?r=` in the target names it; whether it may be seen is decided there."""
    wanted = uuid4()
    target = f"{LAUNCH_URL}?r={wanted}"
    browser = lms.browser()
    login = lms.login(browser, target_link_uri=target)
    answer = lms.post(browser, lms.form(login, target_link_uri=target))

    assert answer.status_code == 303
    assert answer.location.endswith(f"/submissions/{wanted}")


@SQLITE_ONLY
@pytest.mark.parametrize("name", ["", "x", "../..", "1", "%00", "ليلى"])
def test_a_gradebooks_link_that_names_nothing(lms: Lms, refusal: RefusalLog, name: str) -> None:
    """An empty one is none; any other is refused."""
    target = f"{LAUNCH_URL}?r={name}"
    browser = lms.browser()
    login = lms.login(browser, target_link_uri=target)
    answer = lms.post(browser, lms.form(login, target_link_uri=target))

    if name:
        assert refusal.of(answer) == "claim_malformed"
    else:
        assert HOME.fullmatch(answer.location)


def a_review(user: str | None) -> dict[str, object]:
    """The claims of an instructor who opens somebody's work from the gradebook."""
    return {
        "message_type": "LtiSubmissionReviewRequest",
        "roles": [f"{MEMBERSHIP}#Instructor"],
        "for_user": {"user_id": user} if user else None,
        AGS_CLAIM: {"scope": [], "lineitem": f"{LMS}/lineitems/link-1"},
    }


def test_a_review_opens_the_work_of_whom_it_names(lms: Lms) -> None:
    """Through the link that was launched; without work, or without a name, the queue."""
    lms.launch(lms.browser())
    with lms.runtime.writing() as session:
        learner = session.scalars(select(UserRow)).one()
        submission = a_submission(session, lms.course, learner)
    browser = lms.browser()

    opened = lms.launch(browser, sub="user-1", **a_review("user-7"))
    assert opened.location.endswith(f"/submissions/{submission.id}")
    for nobody in ("user-8", None):
        assert HOME.fullmatch(lms.launch(browser, sub="user-1", **a_review(nobody)).location)


# New windows


def test_a_new_window_begins_the_same_login(lms: Lms) -> None:
    """With a cookie jar of its own it goes all the way."""
    window = lms.browser()
    page = window.get(new_window_of(lms.login(lms.browser())), base_url=TOOL)

    assert page.status_code == 200
    before = parse_qs(urlsplit(way_on(page)).query)
    assert before["login_hint"] == ["hint-of-a-person"]
    assert before["lti_message_hint"] == ["hint-of-a-message"]
    assert HOME.fullmatch(lms.post(window, lms.form(page)).location)


def test_a_new_window_opens_within_ten_minutes(lms: Lms, refusal: RefusalLog) -> None:
    """Afterwards, and for anything else that looks like one, the session has ended."""
    url = new_window_of(lms.login(lms.browser()))
    for wrong in (url[:-3], "/lti/login/window/x", "/lti/login/window/" + "A" * 3000):
        page = lms.browser().get(wrong, base_url=TOOL)
        assert refusal.of(page, 401) == "ticket_invalid"
    lms.clock.advance(minutes=10)

    assert refusal.of(lms.browser().get(url, base_url=TOOL), 401) == "ticket_ended"


def new_window_of(login: TestResponse) -> str:
    """Return where the button of a login page leads."""
    found = re.search(r'href="(/lti/login/window/[^"]+)"', login.text)
    assert found
    return found[1]


# Keys


def test_the_tools_keys_are_published(lms: Lms) -> None:
    """Public halves only, for every origin, kept for five minutes."""
    with lms.runtime.writing() as session:
        keyring.ensure_tool_key(
            session,
            master_key=lms.runtime.settings.master_key,
            clock=lms.clock,
            random_bytes=lms.runtime.random_bytes,
        )
    answer = lms.browser().get("/lti/jwks.json", base_url=TOOL)

    (key,) = json.loads(answer.data)["keys"]
    with lms.runtime.reading() as session:
        ring = keyring.load_tool_ring(
            session, master_key=lms.runtime.settings.master_key, now=lms.runtime.clock()
        )
    assert parse_jwk(key) == ring.keys[0].public
    assert (key["kid"], key["alg"], key["use"]) == (ring.keys[0].id, "RS256", "sig")
    assert not {"d", "p", "q"} & set(key)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_no_keys_yet_is_an_empty_set(lms: Lms) -> None:
    """A platform that asks too early gets a valid answer."""
    assert lms.browser().get("/lti/jwks.json", base_url=TOOL).json == {"keys": []}


# Logs


def test_the_log_holds_no_person_and_no_secret(lms: Lms, caplog: pytest.LogCaptureFixture) -> None:
    """Codes, references and ids of ours: not who came, nor what would let somebody in."""
    caplog.set_level(logging.DEBUG)
    browser = lms.browser()
    form = lms.form(lms.login(browser), name="Lee Learner")
    opened = lms.post(browser, form)
    lms.post(browser, form)
    lms.launch(browser, deployment_id="42")
    browser.get(opened.location, base_url=TOOL)
    lms.browser().get(opened.location, base_url=TOOL)

    said = caplog.text
    cookie = browser.get_cookie(COOKIE, domain="tool.example")
    assert cookie is not None
    secrets = [cookie.value, form["state"], form["id_token"], opened.location.split("/")[2]]
    for text in ("Lee", "user-7", "hint-of-a-person", *secrets):
        assert text not in said, text
