from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.addresses import is_own_address
from lti_tool.lti.login import begin_login, secret_hash, single
from lti_tool.lti.messages import Form
from tests.unit.lti_tool.lti.factories import (
    BASE_URL,
    BROWSER,
    CLIENT_ID,
    ISSUER,
    LAUNCH_URL,
    MemoryRegistrations,
    Stage,
    a_registration,
)


def query_of(url: str) -> dict[str, list[str]]:
    """The query of a URL, every value."""
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def test_the_authentication_request_is_complete(stage: Stage) -> None:
    """Canvas refuses a request in which any one of these is missing."""
    redirect = stage.login(lti_message_hint="hint-2")

    query = query_of(redirect.url)
    state, nonce = query.pop("state"), query.pop("nonce")
    assert redirect.url.startswith(f"{ISSUER}/auth?")
    assert query == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [LAUNCH_URL],
        "login_hint": ["hint"],
        "lti_message_hint": ["hint-2"],
    }
    assert state != nonce


def test_an_absent_message_hint_is_not_invented(stage: Stage) -> None:
    """A hint that was not sent is not sent back, not even empty."""
    assert "lti_message_hint" not in query_of(stage.login().url)


@pytest.mark.parametrize(
    "hint", ['{"cmid":2,"launchid":"ltilaunch1_142698118"}', "a b&c=d#e%20?", "", "ü✓"]
)
def test_hints_come_back_verbatim(stage: Stage, hint: str) -> None:
    """Moodle's hint is JSON text; whatever it is, the platform gets exactly its own."""
    query = query_of(stage.login(login_hint=hint or "x", lti_message_hint=hint).url)

    assert query["lti_message_hint"] == [hint]
    assert query["login_hint"] == [hint or "x"]


def test_the_query_of_the_authorization_url_is_kept() -> None:
    """An authorization URL with a query of its own gets no second question mark."""
    registration = a_registration(auth_login_url=f"{ISSUER}/auth?tenant=7&empty=")
    stage = Stage(registrations=MemoryRegistrations(registration))

    url = stage.login().url

    assert url.count("?") == 1
    assert query_of(url)["tenant"] == ["7"]
    assert query_of(url)["empty"] == [""]


def test_only_hashes_are_kept(stage: Stage) -> None:
    """Who reads the table can neither finish a launch nor impersonate a browser."""
    state, nonce = stage.begin()

    attempt = stage.attempts.rows[secret_hash(state)]
    kept = repr(stage.attempts.rows)
    assert attempt.nonce_hash == secret_hash(nonce)
    assert attempt.browser_hash == secret_hash(BROWSER)
    assert not any(secret in kept for secret in (state, nonce, BROWSER))


def test_an_attempt_ends_after_ten_minutes(stage: Stage) -> None:
    """The platform answers in seconds; a form left open must not."""
    state, _ = stage.begin()

    attempt = stage.attempts.rows[secret_hash(state)]
    assert (attempt.expires_at - attempt.created_at).total_seconds() == 600
    assert attempt.created_at == stage.clock()


def test_each_login_has_its_own_state_and_nonce(stage: Stage) -> None:
    """Two tabs of one browser do not share an attempt."""
    assert len({*stage.begin(), *stage.begin()}) == 4


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_required_parameter_is_required(stage: Stage, name: str, value: str | None) -> None:
    """Without one of the three there is no login, and nothing is kept."""
    with pytest.raises(LaunchRejectedError) as caught:
        stage.login(**{name: value})

    assert caught.value.code == "request_malformed"
    assert not stage.attempts.rows


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("iss", [ISSUER, ISSUER]),
        ("client_id", [CLIENT_ID, "other"]),
        ("login_hint", ["x" * 8193]),
        ("lti_message_hint", ["a", "b"]),
    ],
)
def test_a_repeated_or_endless_parameter_is_refused(
    stage: Stage, name: str, values: list[str]
) -> None:
    """Which of two values counts is never guessed."""
    params: Form = {
        "iss": [ISSUER],
        "client_id": [CLIENT_ID],
        "login_hint": ["hint"],
        "target_link_uri": [LAUNCH_URL],
        name: values,
    }

    with pytest.raises(LaunchRejectedError) as caught:
        begin_login(
            params,
            registrations=stage.registrations,
            attempts=stage.attempts,
            clock=stage.clock,
            random_token=stage.random_token,
            base_url=BASE_URL,
            launch_url=LAUNCH_URL,
            browser_secret=BROWSER,
        )

    assert caught.value.code == "request_malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://lms.example/"},
        {"iss": "https://LMS.example"},
        {"client_id": "CLIENT-1"},
        {"client_id": "client-2"},
        {"client_id": ""},
        {"iss": "https://other.example", "client_id": None},
    ],
)
def test_an_unknown_platform_is_refused(stage: Stage, changes: dict[str, str | None]) -> None:
    """Issuer and client id are compared exactly, case included."""
    with pytest.raises(LaunchRejectedError) as caught:
        stage.login(**changes)

    assert caught.value.code == "platform_unknown"


def test_the_only_registration_of_an_issuer_needs_no_client_id(stage: Stage) -> None:
    """`client_id` is optional while there is nothing to confuse."""
    assert query_of(stage.login(client_id=None).url)["client_id"] == [CLIENT_ID]


def test_two_registrations_need_a_client_id() -> None:
    """On Canvas many customers share one issuer."""
    registrations = MemoryRegistrations(
        a_registration(), a_registration(id=UUID(int=2), client_id="client-2")
    )
    stage = Stage(registrations=registrations)

    with pytest.raises(LaunchRejectedError) as caught:
        stage.login(client_id=None)

    assert caught.value.code == "platform_ambiguous"
    assert stage.login(client_id="client-2").registration_id == UUID(int=2)


@pytest.mark.parametrize(
    ("registration_id", "issuer", "client_id", "code"),
    [
        (UUID(int=2), ISSUER, None, None),
        (UUID(int=2), ISSUER, "client-2", None),
        (UUID(int=2), ISSUER, CLIENT_ID, "platform_unknown"),
        (UUID(int=2), "https://other.example", None, "platform_unknown"),
        (UUID(int=9), ISSUER, None, "platform_unknown"),
    ],
)
def test_a_login_url_of_its_own_names_the_registration(
    registration_id: UUID, issuer: str, client_id: str | None, code: str | None
) -> None:
    """`/lti/login/<id>` decides between clients, but never against what was sent."""
    stage = Stage(
        registrations=MemoryRegistrations(
            a_registration(), a_registration(id=UUID(int=2), client_id="client-2")
        )
    )
    params = {"iss": [issuer], "login_hint": ["h"], "target_link_uri": [LAUNCH_URL]}
    if client_id:
        params["client_id"] = [client_id]

    def begin() -> str:
        return begin_login(
            params,
            registrations=stage.registrations,
            attempts=stage.attempts,
            clock=stage.clock,
            random_token=stage.random_token,
            base_url=BASE_URL,
            launch_url=LAUNCH_URL,
            browser_secret=BROWSER,
            registration_id=registration_id,
        ).url

    if code is None:
        assert query_of(begin())["client_id"] == ["client-2"]
    else:
        with pytest.raises(LaunchRejectedError) as caught:
            begin()
        assert caught.value.code == code


FOREIGN = [
    "https://badges.example.evil/lti/launch",
    "https://badges.example:8443/lti/launch",
    "http://badges.example/lti/launch",
    "https://badges.example@evil.example/",
    "https://user@badges.example/lti/launch",
    "https://evil.example/?https://badges.example/",
    "//badges.example/lti/launch",
    "/lti/launch",
    "badges.example/lti/launch",
    "javascript:alert(1)",
    "https://badges.example\\@evil.example/",
    "https://badges.example/\n",
    "https://badges.example /",
    "https://badges.example:port/",
    "https://badges.example:0/",
    "https://[badges.example/",
    "https://",
    "https://badges.example/" + "x" * 5000,
]


@pytest.mark.parametrize("url", FOREIGN)
def test_a_target_elsewhere_is_refused(stage: Stage, url: str) -> None:
    """A login must not lead to another site, however alike its address looks."""
    with pytest.raises(LaunchRejectedError) as caught:
        stage.login(target_link_uri=url)

    assert caught.value.code == "target_foreign"


@pytest.mark.parametrize(
    "url", [BASE_URL, f"{BASE_URL}/", f"{BASE_URL}/lti/launch?r=1#x", "https://BADGES.example/x"]
)
def test_a_target_of_ours_is_taken(url: str) -> None:
    """Every address at our own origin is ours."""
    assert is_own_address(url, BASE_URL)


def test_storage_is_offered_when_the_platform_has_it(stage: Stage) -> None:
    """Canvas names its frame; the page writes one value there before it goes on."""
    redirect = stage.login(lti_storage_target="post_message_forwarding")

    assert redirect.storage is not None
    assert redirect.storage.frame == "post_message_forwarding"
    assert redirect.storage.origin == ISSUER
    assert stage.login().storage is None
    assert stage.login(lti_storage_target="").storage is None
    assert stage.login(lti_storage_target="x" * 256).storage is None


def test_an_unencodable_hint_is_no_crash(stage: Stage) -> None:
    """A lone surrogate cannot come back verbatim, and does no harm either."""
    assert query_of(stage.login(lti_message_hint="\ud800").url)["lti_message_hint"] == ["?"]


@given(st.text(), st.text())
def test_arbitrary_parameters_end_in_our_own_error(issuer: str, target: str) -> None:
    """Whatever is sent, the answer is a redirect or a refusal."""
    stage = Stage()

    with pytest.raises(LaunchRejectedError):
        stage.login(iss=issuer, target_link_uri=target)


def test_an_absent_parameter_is_none() -> None:
    """A name that is there without a value is as good as absent."""
    assert single({"a": []}, "a") is None
    assert single({}, "a") is None
