"""The launch matrix: every row of PyLTI1p3's known defects, every check of the specification."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pytest

from lti_tool.errors import LaunchRejectedError, PlatformUnavailableError
from lti_tool.lti.launch import _Form, _NoCookies, find_storage_read
from lti_tool.lti.login import secret_hash
from lti_tool.lti.messages import LaunchMessage, MessageType
from lti_tool.values import Role
from tests.unit.lti_tool.lti.factories import (
    BASE_URL,
    BROWSER,
    CLIENT_ID,
    ISSUER,
    LAUNCH_URL,
    MEMBERSHIP,
    NOW,
    MemoryRegistrations,
    Stage,
    a_jwks,
    a_key,
    a_registration,
    a_token,
    encode,
    some_claims,
)

PRESENT = NOW.timestamp()


def form_of(state: str, token: str) -> dict[str, list[str]]:
    """What the platform makes the browser post."""
    return {"state": [state], "id_token": [token]}


def refusal_of(stage: Stage, form: Mapping[str, list[str]], browser: str | None = BROWSER) -> str:
    """The code with which a form is refused."""
    with pytest.raises(LaunchRejectedError) as caught:
        stage.accept(form, browser=browser)
    return caught.value.code


def refusal_of_claims(stage: Stage, **changes: object) -> str:
    """The code with which otherwise good claims are refused."""
    with pytest.raises(LaunchRejectedError) as caught:
        stage.launch(**changes)
    return caught.value.code


def test_a_good_launch_is_accepted(stage: Stage) -> None:
    """A learner's launch becomes one message, and its login is used up."""
    message = stage.launch()

    assert message.registration_id == UUID(int=1)
    assert message.platform_user_id == "user-7"
    assert message.roles == {Role.LEARNER}
    assert message.message_type is MessageType.RESOURCE_LINK
    assert not stage.attempts.rows


# The login that a launch answers


def test_a_token_is_accepted_once(stage: Stage) -> None:
    """The same post again, in the same browser, is refused."""
    state, nonce = stage.begin()
    form = form_of(state, a_token(some_claims(nonce=nonce)))
    stage.accept(form)

    assert refusal_of(stage, form) == "state_unknown_or_used"


def test_a_nonce_is_accepted_once(stage: Stage) -> None:
    """Another token with a used nonce is refused, with its old state and with a new one."""
    state, nonce = stage.begin()
    stage.accept(form_of(state, a_token(some_claims(nonce=nonce))))
    other, _ = stage.begin()
    token = a_token(some_claims(nonce=nonce, sub="user-8"))

    assert refusal_of(stage, form_of(state, token)) == "state_unknown_or_used"
    assert refusal_of(stage, form_of(other, token)) == "nonce_mismatch"


def test_state_and_nonce_belong_together(stage: Stage) -> None:
    """The nonce of one login does not fit the state of another, and burns neither."""
    state_a, nonce_a = stage.begin()
    state_b, nonce_b = stage.begin()

    form = form_of(state_b, a_token(some_claims(nonce=nonce_a)))

    assert refusal_of(stage, form) == "nonce_mismatch"
    assert len(stage.attempts.rows) == 2
    stage.accept(form_of(state_a, a_token(some_claims(nonce=nonce_a))))
    stage.accept(form_of(state_b, a_token(some_claims(nonce=nonce_b))))


@pytest.mark.parametrize("nonce", [None, "", 5, ["x"], {"a": 1}, True, "\ud800"])
def test_a_nonce_of_another_kind_is_refused(stage: Stage, nonce: object) -> None:
    """A nonce is text, and the right one."""
    state, _ = stage.begin()
    claims = {name: value for name, value in some_claims().items() if name != "nonce"}
    token = a_token({**claims, "nonce": nonce} if nonce is not None else claims)

    assert refusal_of(stage, form_of(state, token)) == "nonce_mismatch"


@pytest.mark.parametrize("state", ["", "unknown", "token-", "\ud800", "x" * 9000])
def test_an_unknown_state_is_refused(stage: Stage, state: str) -> None:
    """A launch that answers no login of ours goes no further."""
    _, nonce = stage.begin()

    code = refusal_of(stage, form_of(state, a_token(some_claims(nonce=nonce))))

    assert code == ("request_malformed" if len(state) > 8192 else "state_unknown_or_used")


def test_a_login_ends_after_ten_minutes(stage: Stage) -> None:
    """A late launch is told that it is late."""
    state, nonce = stage.begin()
    stage.clock.pass_seconds(600)
    present = stage.clock().timestamp()
    claims = some_claims(nonce=nonce, iat=present, exp=present + 60)

    assert refusal_of(stage, form_of(state, a_token(claims))) == "state_expired"


@pytest.mark.parametrize("browser", [None, "another-browser"])
def test_another_browser_cannot_finish_a_login(stage: Stage, browser: str | None) -> None:
    """A stolen post is worth nothing elsewhere, and does not burn its owner's login."""
    state, nonce = stage.begin()
    form = form_of(state, a_token(some_claims(nonce=nonce)))

    assert refusal_of(stage, form, browser) == "browser_not_bound"
    assert stage.accept(form).platform_user_id == "user-7"


def test_an_empty_secret_binds_nothing(stage: Stage) -> None:
    """If a login was ever begun without a secret, an absent cookie does not fit it."""
    state, nonce = stage.begin(browser="")
    form = form_of(state, a_token(some_claims(nonce=nonce)))

    assert refusal_of(stage, form, "") == "browser_not_bound"


def test_two_posts_at_once_give_one_launch(stage: Stage) -> None:
    """Of two simultaneous posts of one token, exactly one is accepted."""
    state, nonce = stage.begin()
    form = form_of(state, a_token(some_claims(nonce=nonce)))
    stage.jwks.find_key(f"{ISSUER}/jwks", "kid-1")
    barrier, outcomes = threading.Barrier(8), []

    def post() -> None:
        barrier.wait(10)
        try:
            outcomes.append(stage.accept(form).platform_user_id)
        except LaunchRejectedError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(outcomes) == ["state_unknown_or_used"] * 7 + ["user-7"]


def test_who_loses_the_race_for_the_login_is_refused(stage: Stage) -> None:
    """The row is seen by both, but consumed by one."""
    state, nonce = stage.begin()
    consume = stage.attempts.consume

    def lose(state_hash: str, *, at: datetime) -> bool:
        consume(state_hash, at=at)
        return consume(state_hash, at=at)

    stage.attempts.consume = lose  # type: ignore[method-assign]  # somebody else was faster

    code = refusal_of(stage, form_of(state, a_token(some_claims(nonce=nonce))))

    assert code == "state_unknown_or_used"


def test_a_bad_signature_burns_no_login(stage: Stage) -> None:
    """Who learns a state cannot use it up without the platform's key."""
    state, nonce = stage.begin()
    claims = some_claims(nonce=nonce)

    forged = form_of(state, a_token(claims, key=a_key("attacker")))

    assert refusal_of(stage, forged) == "signature_invalid"
    assert stage.accept(form_of(state, a_token(claims))).platform_user_id == "user-7"


def test_signed_but_bad_claims_use_the_login_up(stage: Stage) -> None:
    """A message that the platform signed is answered once, even with a refusal."""
    state, nonce = stage.begin()
    bad = a_token({**some_claims(nonce=nonce), "sub": ""})

    assert refusal_of(stage, form_of(state, bad)) == "user_missing"
    good = form_of(state, a_token(some_claims(nonce=nonce)))
    assert refusal_of(stage, good) == "state_unknown_or_used"


# What is posted


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("login_required", "platform_sign_in"),
        ("launch_no_longer_valid", "platform_expired"),
        ("access_denied", "platform_denied"),
        ("unauthorized_client", "platform_setup"),
        ("invalid_request", "platform_setup"),
        ("invalid_request_object", "platform_setup"),
        ("invalid_scope", "platform_setup"),
        ("unsupported_response_type", "platform_setup"),
        ("<script>alert(1)</script>", "platform_error"),
        ("", "platform_error"),
    ],
)
def test_an_error_of_the_platform_is_reported_as_such(stage: Stage, error: str, code: str) -> None:
    """Canvas and Moodle post errors to the launch URL; none of their text is passed on."""
    state, _ = stage.begin()
    form = {"error": [error], "error_description": ["Sam Student, not enrolled"], "state": [state]}

    with pytest.raises(LaunchRejectedError) as caught:
        stage.accept(form)

    assert caught.value.code == code
    assert str(caught.value) == code
    assert stage.attempts.rows


def test_every_field_has_one_value(stage: Stage) -> None:
    """Two states or two tokens are no launch."""
    state, nonce = stage.begin()
    token = a_token(some_claims(nonce=nonce))

    assert refusal_of(stage, {"state": [state, state], "id_token": [token]}) == "request_malformed"
    assert refusal_of(stage, {"state": [state], "id_token": [token, ""]}) == "request_malformed"
    assert refusal_of(stage, {"error": ["a", "b"]}) == "request_malformed"


@pytest.mark.parametrize("form", [{}, {"id_token": ["a.b.c"]}, {"state": []}])
def test_an_empty_form_is_refused(stage: Stage, form: dict[str, list[str]]) -> None:
    """Somebody who opens the address by hand gets a calm page, not a crash."""
    assert refusal_of(stage, form) == "state_unknown_or_used"


def test_a_token_is_required(stage: Stage) -> None:
    """A state alone launches nothing."""
    state, _ = stage.begin()

    assert refusal_of(stage, {"state": [state]}) == "token_malformed"
    assert refusal_of(stage, form_of(state, "x" * 70_000)) == "request_malformed"


@pytest.mark.parametrize("body", [[], "text", 5, None, [["iss", ISSUER]]])
def test_a_payload_that_is_no_object_is_refused(stage: Stage, body: object) -> None:
    """The library would end in an AttributeError here."""
    state, _ = stage.begin()

    assert refusal_of(stage, form_of(state, a_token(body))) == "token_malformed"


# The registration


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://other.example"}, "platform_unknown"),
        ({"iss": "https://LMS.example"}, "platform_unknown"),
        ({"iss": ["https://lms.example"]}, "platform_unknown"),
        ({"iss": ""}, "platform_unknown"),
        ({"iss": None}, "platform_unknown"),
        ({"aud": "client-2"}, "platform_unknown"),
        ({"aud": "CLIENT-1"}, "platform_unknown"),
        ({"aud": ["client-2", CLIENT_ID]}, "audience_invalid"),
        ({"aud": ["client-2", CLIENT_ID], "azp": "client-2"}, "platform_unknown"),
        ({"azp": "client-2"}, "audience_invalid"),
        ({"aud": []}, "audience_invalid"),
        ({"aud": None}, "audience_invalid"),
    ],
)
def test_the_token_is_from_a_platform_we_know_and_for_us(
    stage: Stage, changes: dict[str, object], code: str
) -> None:
    """Issuer and audience must name a registration, exactly."""
    assert refusal_of_claims(stage, **changes) == code


@pytest.mark.parametrize(
    "changes", [{"aud": [CLIENT_ID]}, {"aud": ["other", CLIENT_ID], "azp": CLIENT_ID}]
)
def test_an_audience_may_be_a_list(stage: Stage, changes: dict[str, object]) -> None:
    """Our client id may stand anywhere in it."""
    assert stage.launch(**changes).platform_user_id == "user-7"


def test_the_login_of_one_platform_does_not_fit_the_launch_of_another() -> None:
    """A platform that signs correctly still cannot answer another one's login."""
    registrations = MemoryRegistrations(
        a_registration(), a_registration(id=UUID(int=2), client_id="client-2")
    )
    stage = Stage(registrations=registrations)

    assert refusal_of_claims(stage, aud="client-2") == "login_mismatch"


# The signature


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none", "kid": "kid-1"}, "algorithm_refused"),
        ({"alg": "HS256", "kid": "kid-1"}, "algorithm_refused"),
        ({"alg": "RS256"}, "key_unnamed"),
        ({"alg": "RS256", "kid": "kid-9"}, "key_unknown"),
        ({"alg": "RS256", "kid": "kid-1", "crit": ["x"]}, "algorithm_refused"),
    ],
)
def test_a_token_names_rs256_and_a_published_key(
    stage: Stage, header: dict[str, object], code: str
) -> None:
    """No kid, a wrong kid, and every other algorithm are refused."""
    state, nonce = stage.begin()
    token = a_token(some_claims(nonce=nonce), header=header)

    assert refusal_of(stage, form_of(state, token)) == code


def test_an_unsigned_token_is_refused(stage: Stage) -> None:
    """`alg: none` with an empty signature is the oldest trick."""
    state, nonce = stage.begin()
    head, body = encode(b'{"alg":"none"}'), encode(json.dumps(some_claims(nonce=nonce)).encode())

    assert refusal_of(stage, form_of(state, f"{head}.{body}.")) == "token_malformed"
    assert refusal_of(stage, form_of(state, f"{head}.{body}.AAAA")) == "algorithm_refused"


def test_a_rotated_key_is_accepted(stage: Stage) -> None:
    """A platform may change its key between two launches."""
    stage.launch()
    stage.fetch = lambda _: a_jwks(kid_1=a_key(), kid_2=a_key("second"))
    stage.clock.pass_seconds(30)
    state, nonce = stage.begin()
    header = {"alg": "RS256", "kid": "kid-2"}
    token = a_token(some_claims(nonce=nonce), key=a_key("second"), header=header)

    assert stage.accept(form_of(state, token)).platform_user_id == "user-7"


def test_launches_go_on_while_the_platforms_keys_are_down(stage: Stage) -> None:
    """An outage of the JWKS URL, or HTML there, is survived on the keys at hand."""
    stage.launch()

    def fail(url: str) -> bytes:
        raise PlatformUnavailableError(url)

    for fetch in (fail, lambda _: b"<html>Login</html>"):
        stage.fetch = fetch
        stage.clock.pass_seconds(4000)
        present = stage.clock().timestamp()
        message = stage.launch(iat=present, exp=present + 60)
        assert message.platform_user_id == "user-7"


def test_a_platform_without_keys_launches_nothing(stage: Stage) -> None:
    """Without a key there is no way to check, so nobody gets in."""
    stage.fetch = lambda _: b"<html>Login</html>"

    assert refusal_of_claims(stage) == "keys_unavailable"


# Times


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": None}, "time_missing"),
        ({"iat": None}, "time_missing"),
        ({"exp": "tomorrow"}, "time_missing"),
        ({"iat": 11111, "exp": 22222}, "token_expired"),
        ({"exp": PRESENT - 60}, "token_expired"),
        ({"iat": PRESENT + 61, "exp": PRESENT + 120}, "token_from_future"),
        ({"iat": PRESENT - 2 * 86400, "exp": PRESENT + 10 * 365 * 86400}, "token_too_old"),
    ],
)
def test_a_token_of_another_time_is_refused(
    stage: Stage, changes: dict[str, object], code: str
) -> None:
    """Beginning and end are required and believed only within bounds."""
    assert refusal_of_claims(stage, **changes) == code


@pytest.mark.parametrize(
    "changes",
    [{"iat": PRESENT + 3}, {"iat": PRESENT - 65, "exp": PRESENT - 5}, {"exp": PRESENT + 3600}],
)
def test_a_clock_that_is_a_little_off_is_forgiven(stage: Stage, changes: dict[str, object]) -> None:
    """Three seconds ahead and five seconds slow are everyday."""
    assert stage.launch(**changes).platform_user_id == "user-7"


# The claims; `test_claims.py` has their shapes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": "11.3"}, "version_unsupported"),
        ({"version": "1.3"}, "version_unsupported"),
        ({"version": None}, "version_unsupported"),
        ({"message_type": None}, "message_type_unknown"),
        ({"message_type": "LtiStartProctoring"}, "message_type_unknown"),
        ({"message_type": "LtiDeepLinkingRequest"}, "deep_linking_unsupported"),
        ({"message_type": "DataPrivacyLaunchRequest"}, "data_privacy_unsupported"),
        ({"roles": None}, "roles_missing"),
        ({"deployment_id": None}, "deployment_missing"),
        ({"resource_link": None}, "message_incomplete"),
        ({"sub": None}, "user_missing"),
        ({"target_link_uri": None}, "claim_malformed"),
        ({"version": None, "roles": None, "sub": None}, "version_unsupported"),
        ({"target_link_uri": f"{BASE_URL}.evil/x"}, "target_foreign"),
        ({"target_link_uri": f"{BASE_URL}/other"}, "target_mismatch"),
    ],
)
def test_a_known_bad_payload_is_refused(
    stage: Stage, changes: dict[str, object], code: str
) -> None:
    """The bad payloads of the certification suite, and a target that is not the login's."""
    assert refusal_of_claims(stage, **changes) == code


def test_what_is_no_lti_message_is_refused(stage: Stage) -> None:
    """A token that holds something else entirely, properly signed."""
    state, nonce = stage.begin()
    bare = {name: some_claims()[name] for name in ("iss", "aud", "iat", "exp")}

    assert refusal_of(stage, form_of(state, a_token({"name": "badltilaunch"}))) == (
        "platform_unknown"
    )
    token = a_token({**bare, "nonce": nonce, "name": "badltilaunch"})
    assert refusal_of(stage, form_of(state, token)) == "version_unsupported"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([f"{MEMBERSHIP}#Instructor"], {Role.INSTRUCTOR}),
        (
            [
                "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
                f"{MEMBERSHIP}#Learner",
            ],
            {Role.LEARNER},
        ),
        (["Instructor"], {Role.INSTRUCTOR}),
        (["Learner"], {Role.LEARNER}),
        ([f"{MEMBERSHIP}#Learner", "http://lms.example/roles#Unicorn"], {Role.LEARNER}),
        ([""], {Role.OTHER}),
        ([], {Role.OTHER}),
    ],
)
def test_a_valid_launch_of_the_certification_suite_is_accepted(
    stage: Stage, roles: list[str], expected: set[Role]
) -> None:
    """Several roles, short, unknown and no roles are all valid."""
    assert stage.launch(roles=roles).roles == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None},
        {"name": None, "email:": None},
        {"name": None, "context": None},
    ],
)
def test_a_launch_without_personal_data_or_course_is_accepted(
    stage: Stage, changes: dict[str, object]
) -> None:
    """No name, and no context as in an account-level launch."""
    message = stage.launch(**changes)

    assert message.name is None
    assert (message.context is None) == ("context" in changes)


def test_a_refusal_tells_nothing_of_the_person(stage: Stage) -> None:
    """The message goes to logs: codes and claim names, no values."""
    state, nonce = stage.begin()
    token = a_token({**some_claims(nonce=nonce, roles="Lee Learner"), "sub": "user-7"})

    with pytest.raises(LaunchRejectedError) as caught:
        stage.accept(form_of(state, token))

    assert "Lee" not in str(caught.value)
    assert "user-7" not in str(caught.value)
    assert token not in str(caught.value)


# Platform storage


def begin_with_storage(stage: Stage) -> tuple[str, str, str]:
    """Begin a login on a platform with storage: state, nonce, and the value kept there."""
    redirect = stage.login(lti_storage_target="_parent")
    assert redirect.storage is not None
    state, nonce = f"token-{1:032}", f"token-{2:032}"
    assert secret_hash(state) in stage.attempts.rows
    return state, nonce, redirect.storage.value


def accept_stored(stage: Stage, form: dict[str, list[str]], value: str) -> LaunchMessage:
    """Accept a launch that came without a cookie, with a value from the platform."""
    return stage.accept(form, browser=None, stored_value=value)


def test_a_value_kept_by_the_platform_binds_the_browser(stage: Stage) -> None:
    """Where no cookie comes back, what the platform kept proves the browser."""
    state, nonce, value = begin_with_storage(stage)
    form = form_of(state, a_token(some_claims(nonce=nonce)))

    assert refusal_of(stage, form, None) == "browser_not_bound"
    assert accept_stored(stage, form, value).platform_user_id == "user-7"


@pytest.mark.parametrize("value", ["", "x", "ü", "\ud800", "0" * 64])
def test_another_value_binds_nothing(stage: Stage, value: str) -> None:
    """A guessed value is refused, whatever it is."""
    state, nonce, _ = begin_with_storage(stage)
    form = form_of(state, a_token(some_claims(nonce=nonce)))

    with pytest.raises(LaunchRejectedError) as caught:
        accept_stored(stage, form, value)

    assert caught.value.code == "browser_not_bound"


def test_a_kept_value_fits_its_own_login_only(stage: Stage) -> None:
    """The value of one login does not finish another of the same browser."""
    _, _, value = begin_with_storage(stage)
    state, nonce = stage.begin(lti_storage_target="_parent")
    form = form_of(state, a_token(some_claims(nonce=nonce)))

    with pytest.raises(LaunchRejectedError) as caught:
        accept_stored(stage, form, value)

    assert caught.value.code == "browser_not_bound"


def read_of(stage: Stage, form: dict[str, list[str]]) -> object:
    """What the launch page would ask the platform for."""
    return find_storage_read(
        form, registrations=stage.registrations, attempts=stage.attempts, clock=stage.clock
    )


def test_the_launch_page_reads_what_the_login_page_wrote(stage: Stage) -> None:
    """Both use one frame, one origin and one key."""
    redirect = stage.login(lti_storage_target="post_message_forwarding")
    state = f"token-{1:032}"
    assert redirect.storage is not None

    read = find_storage_read(
        {"state": [state]},
        registrations=stage.registrations,
        attempts=stage.attempts,
        clock=stage.clock,
    )

    assert read is not None
    assert (read.frame, read.origin, read.key) == (
        redirect.storage.frame,
        redirect.storage.origin,
        redirect.storage.key,
    )
    assert read.origin == ISSUER
    assert redirect.storage.value not in repr(redirect)


def test_there_is_nothing_to_read_without_storage_or_login(stage: Stage) -> None:
    """No storage, no such login, a late one, or one of a platform that is gone: no page."""
    state, _ = stage.begin()
    stored, _ = stage.begin(lti_storage_target="_parent")

    assert read_of(stage, {"state": [state]}) is None
    assert read_of(stage, {"state": ["unknown"]}) is None
    assert read_of(stage, {}) is None
    assert read_of(stage, {"state": [stored]}) is not None
    stage.registrations.all.clear()
    assert read_of(stage, {"state": [stored]}) is None
    stage.clock.pass_seconds(600)
    assert read_of(stage, {"state": [stored]}) is None


def test_an_error_post_needs_no_storage(stage: Stage) -> None:
    """What the platform refuses is reported at once."""
    with pytest.raises(LaunchRejectedError) as caught:
        read_of(stage, {"error": ["login_required"]})

    assert caught.value.code == "platform_sign_in"


def test_the_target_may_carry_a_query() -> None:
    """A link to one submission keeps its id through login and launch."""
    target = f"{LAUNCH_URL}?r=5f0c"
    stage = Stage(target=target)

    assert stage.launch(target_link_uri=target).target_link_uri == target


def test_the_library_gets_neither_cookies_nor_a_say_about_https() -> None:
    """What it could decide on its own is decided by us."""
    cookies = _NoCookies()
    cookies.set_cookie("name", "value")

    assert cookies.get_cookie("name") is None
    assert _Form({}).is_secure()
