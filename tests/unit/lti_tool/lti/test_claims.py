from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.addresses import is_web_address
from lti_tool.lti.claims import parse_message
from lti_tool.lti.launch import ACCEPTED
from lti_tool.lti.messages import (
    AGSEndpoint,
    Context,
    DeepLinkingSettings,
    LaunchMessage,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
)
from lti_tool.values import Role
from tests.unit.lti_tool.lti.factories import (
    AGS_CLAIM,
    CLAIM,
    DEEP_LINKING_CLAIM,
    ISSUER,
    LAUNCH_URL,
    MEMBERSHIP,
    NRPS_CLAIM,
    some_claims,
)

REGISTRATION = UUID(int=1)
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
REVIEW = "LtiSubmissionReviewRequest"


def parsed(allowed: frozenset[MessageType] = ACCEPTED, /, **changes: object) -> LaunchMessage:
    """The message that the usual claims make with these changes."""
    return parse_message(some_claims(**changes), registration_id=REGISTRATION, allowed=allowed)


def refusal_of(allowed: frozenset[MessageType] = ACCEPTED, /, **changes: object) -> str:
    """The code with which they are refused."""
    with pytest.raises(LaunchRejectedError) as caught:
        parsed(allowed, **changes)
    return caught.value.code


def test_a_whole_message() -> None:
    """Every claim that we read, read."""
    claims = some_claims(
        given_name="Lee",
        custom={"badge": "2", "n": 5, "unknown": "$X.y"},
        tool_platform={
            "guid": "g",
            "name": "Campus",
            "product_family_code": "canvas",
            "version": "cloud",
        },
        launch_presentation={"return_url": f"{ISSUER}/back?x=1", "locale": "es-MX"},
        for_user={"user_id": "user-9"},
    )
    claims.update(
        {
            "given_name": "Lee",
            "family_name": "Learner",
            "email": "Lee@college.example",
            AGS_CLAIM: {"scope": [SCORE], "lineitem": f"{ISSUER}/li/1?type_id=1"},
            NRPS_CLAIM: {"context_memberships_url": f"{ISSUER}/members"},
        }
    )

    message = parse_message(claims, registration_id=REGISTRATION, allowed=ACCEPTED)

    assert message == LaunchMessage(
        registration_id=REGISTRATION,
        deployment_id="deployment-1",
        platform_user_id="user-7",
        name=PersonName(full="Lee Learner", given="Lee", family="Learner"),
        email="Lee@college.example",
        message_type=MessageType.RESOURCE_LINK,
        roles=frozenset({Role.LEARNER}),
        raw_roles=(f"{MEMBERSHIP}#Learner",),
        is_test_user=False,
        context=Context(id="course-1", title="Coaching", label="C101"),
        resource_link=ResourceLink(id="link-1", title="Badge 2"),
        custom={"badge": "2", "n": "5"},
        target_link_uri=LAUNCH_URL,
        platform=Platform(guid="g", name="Campus", family="canvas", version="cloud"),
        return_url=f"{ISSUER}/back?x=1",
        locale="es-MX",
        ags=AGSEndpoint(
            line_item_url=f"{ISSUER}/li/1?type_id=1",
            line_items_url=None,
            scopes=frozenset({SCORE}),
        ),
        memberships_url=f"{ISSUER}/members",
        deep_linking=None,
        for_user_id="user-9",
    )


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": 7},
        {"email": "lee"},
        {"email": "lee@college.example", "email_verified": False},
        {"email": "lee@college.example", "email_verified": "false"},
    ],
)
def test_an_address_that_nobody_stands_for_is_none(claims: dict[str, object]) -> None:
    """It decides whose a credential is, so one that nobody verified is not taken."""
    message = parse_message(
        {**some_claims(), **claims}, registration_id=REGISTRATION, allowed=ACCEPTED
    )

    assert message.email is None


def test_a_bare_message() -> None:
    """What is optional may be absent or null."""
    message = parsed(name=None, context=None)

    assert message.name is None
    assert message.context is None
    assert message.ags is None
    assert message.memberships_url is None
    assert message.return_url is None
    assert message.locale is None
    assert message.custom == {}
    assert message.platform == Platform(guid=None, name=None, family=None, version=None)


@pytest.mark.parametrize(
    "name",
    ["context", "custom", "tool_platform", "launch_presentation", "for_user"],
)
def test_null_is_absent(name: str) -> None:
    """Platforms write null where they have nothing."""
    claims = {**some_claims(), CLAIM + name: None, AGS_CLAIM: None, NRPS_CLAIM: None}

    assert parse_message(claims, registration_id=REGISTRATION, allowed=ACCEPTED).ags is None


def test_a_null_resource_link_is_a_missing_one() -> None:
    """The library would end in an AttributeError here."""
    claims = {**some_claims(), f"{CLAIM}resource_link": None}

    with pytest.raises(LaunchRejectedError) as caught:
        parse_message(claims, registration_id=REGISTRATION, allowed=ACCEPTED)

    assert caught.value.code == "message_incomplete"


WRONG_OBJECTS: list[object] = ["text", 5, True, ["x"], []]


@pytest.mark.parametrize("value", WRONG_OBJECTS)
@pytest.mark.parametrize(
    "name",
    [
        "context",
        "resource_link",
        "custom",
        "tool_platform",
        "launch_presentation",
        "for_user",
        AGS_CLAIM,
        NRPS_CLAIM,
        DEEP_LINKING_CLAIM,
    ],
)
def test_a_structure_is_an_object(name: str, value: object) -> None:
    """Text, numbers and lists where an object belongs are refused."""
    assert refusal_of(**{name: value}) == "claim_malformed"


WRONG_IDS: list[object] = [5, True, ["x"], {"id": "x"}, "x" * 256, "a\x00b", "\ud800", "a\nb"]


@pytest.mark.parametrize("value", WRONG_IDS)
@pytest.mark.parametrize(
    ("claim", "member"),
    [
        ("deployment_id", None),
        ("sub", None),
        ("context", "id"),
        ("resource_link", "id"),
        ("for_user", "user_id"),
    ],
)
def test_an_id_is_text_of_at_most_255_characters(
    claim: str, member: str | None, value: object
) -> None:
    """Anything else would break a key or a column."""
    assert refusal_of(**{claim: {member: value} if member else value}) == "claim_malformed"


def test_an_id_may_have_255_characters() -> None:
    """Canvas's deployment ids are long; the limit is the specification's."""
    assert parsed(deployment_id="x" * 255).deployment_id == "x" * 255


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deployment_id": ""}, "deployment_missing"),
        ({"sub": ""}, "user_missing"),
        ({"context": {}}, "claim_malformed"),
        ({"context": {"id": ""}}, "claim_malformed"),
        ({"resource_link": {}}, "message_incomplete"),
        ({"resource_link": {"id": ""}}, "message_incomplete"),
        ({"for_user": {}}, "claim_malformed"),
    ],
)
def test_an_id_is_not_empty(changes: dict[str, object], code: str) -> None:
    """An empty id names nothing."""
    assert refusal_of(**changes) == code


@pytest.mark.parametrize("roles", ["Learner", 5, {"a": 1}, True, ["Learner", 5], [None], [["x"]]])
def test_roles_are_a_list_of_text(roles: object) -> None:
    """One role as bare text is refused: it would be read letter by letter."""
    assert refusal_of(roles=roles) == "claim_malformed"


def test_roles_that_cannot_be_kept_are_dropped() -> None:
    """Empty roles and roles with control characters mean nothing."""
    assert parsed(roles=["", "a\x00", "Learner"]).raw_roles == ("Learner",)


@pytest.mark.parametrize("version", [1.3, "1.3.0 ", ["1.3.0"], "1.30", ""])
def test_the_version_is_exact(version: object) -> None:
    """There is one LTI 1.3."""
    assert refusal_of(version=version) == "version_unsupported"


@pytest.mark.parametrize("value", [5, ["LtiResourceLinkRequest"], {"a": 1}, "", "x" * 10_000])
def test_the_message_type_is_one_of_ours(value: object) -> None:
    """Whatever else it is, it is unknown."""
    assert refusal_of(message_type=value) == "message_type_unknown"


@pytest.mark.parametrize(
    "url",
    [
        5,
        ["https://lms.example/"],
        "",
        "lms.example",
        "//lms.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:pass@lms.example/",
        "https://lms.example/\x00",
        "https://lms.example/a b",
        "https://lms.example/\r\nHost: x",
        "https://lms.example\\x",
        "https://lms.example:99999/",
        "https://[::1/",
        "https://lms.example/" + "x" * 5000,
    ],
)
def test_a_service_is_at_a_web_address(url: object) -> None:
    """What we would call, or send a form to, must be http or https with a host."""
    line_item = {AGS_CLAIM: {"scope": [SCORE], "lineitem": url}}
    members = {NRPS_CLAIM: {"context_memberships_url": url}}

    assert refusal_of(**line_item) == "claim_malformed"
    assert refusal_of(**members) == "claim_malformed"
    assert refusal_of(target_link_uri=url) == "claim_malformed"
    assert parsed(launch_presentation={"return_url": url}).return_url is None


@pytest.mark.parametrize("scopes", [None, SCORE, 5, [5], {"a": 1}])
def test_scopes_are_a_list_of_text(scopes: object) -> None:
    """Without scopes there is nothing that we may do."""
    assert refusal_of(**{AGS_CLAIM: {"scope": scopes}}) == "claim_malformed"


def test_a_scope_that_is_no_scope_is_dropped() -> None:
    """Scopes are kept separated by spaces, so none may hold one."""
    ags = parsed(**{AGS_CLAIM: {"scope": [SCORE, "a b", "", "x\x00"]}}).ags

    assert ags is not None
    assert ags.scopes == {SCORE}


def test_unexpanded_variables_are_absent() -> None:
    """A platform that does not know a variable sends its name back."""
    custom = {"a": "$ResourceLink.available.startDateTime", "b": "x=1;y", "c": "", "d": "1$"}

    assert parsed(custom=custom).custom == {"b": "x=1;y", "c": "", "d": "1$"}


def test_custom_values_become_text() -> None:
    """Older Canvas sends numbers; what is neither text nor number is left out."""
    custom = {"int": 5, "float": 1.5, "bool": True, "null": None, "list": ["x"], "lines": "a\nb"}

    assert parsed(custom=custom).custom == {"int": "5", "float": "1.5", "lines": "a\nb"}


@pytest.mark.parametrize("custom", [{"a": "\x00"}, {"\x00": "a"}, {"a": "\ud800"}])
def test_custom_text_can_be_stored(custom: object) -> None:
    """What neither database nor UTF-8 can hold is refused."""
    assert refusal_of(custom=custom) == "claim_malformed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("  Lee \n Learner\x00 ", "Lee   Learner"),
        ("x" * 300, "x" * 255),
        ("小明 王", "小明 王"),
        ("\ud800Lee", "Lee"),
        ("", None),
        (" \n", None),
        (5, None),
        (["Lee"], None),
    ],
)
def test_text_for_show_is_made_fit_or_left_out(name: object, expected: str | None) -> None:
    """A strange name never keeps its owner out."""
    found = parsed(name=name).name

    assert (found.full if found else None) == expected


def test_one_part_of_a_name_is_a_name() -> None:
    """Platforms may share the given name alone."""
    message = parse_message(
        {**some_claims(name=None), "given_name": "Lee"},
        registration_id=REGISTRATION,
        allowed=ACCEPTED,
    )

    assert message.name == PersonName(full=None, given="Lee", family=None)


@pytest.mark.parametrize("locale", ["en", "en-US", "en_US", "zh-Hans-TW", "es-419"])
def test_a_locale_is_passed_on(locale: str) -> None:
    """As the platform writes it."""
    assert parsed(launch_presentation={"locale": locale}).locale == locale


@pytest.mark.parametrize("locale", ["", "e", "en-", "../x", "en US", 5, "x" * 50, "en\n"])
def test_what_is_no_locale_is_left_out(locale: object) -> None:
    """It is only a wish."""
    assert parsed(launch_presentation={"locale": locale}).locale is None


# Submission review


def review(roles: list[str], **changes: object) -> dict[str, object]:
    """The changes that make a submission review of the usual launch."""
    ags = {"scope": [SCORE], "lineitem": f"{ISSUER}/li/1"}
    return {"message_type": REVIEW, "roles": roles, AGS_CLAIM: ags, **changes}


def test_an_instructor_may_review_anybody() -> None:
    """The gradebook opens one learner's work."""
    message = parsed(**review(["Instructor"], for_user={"user_id": "user-9"}))

    assert message.for_user_id == "user-9"
    assert message.message_type is MessageType.SUBMISSION_REVIEW


def test_a_learner_may_review_their_own() -> None:
    """Moodle's own "Grade analysis" link opens it."""
    assert parsed(**review(["Learner"], for_user={"user_id": "user-7"})).for_user_id == "user-7"


@pytest.mark.parametrize("roles", [["Learner"], [f"{MEMBERSHIP}#Administrator"], ["Mentor"], []])
@pytest.mark.parametrize("for_user", [{"user_id": "user-9"}, None])
def test_nobody_else_may_review(roles: list[str], for_user: object) -> None:
    """Moodle signs whatever `for_user` a learner puts into a URL."""
    assert refusal_of(**review(roles, for_user=for_user)) == "review_not_allowed"


def test_an_instructor_without_for_user_gets_the_list() -> None:
    """Moodle's column menu opens a review that names nobody."""
    assert parsed(**review(["Instructor"])).for_user_id is None


def test_a_review_names_an_activity() -> None:
    """Without resource link and line item nobody knows what to review."""
    changes = review(["Instructor"], resource_link=None)

    assert parsed(**changes).resource_link is None
    assert refusal_of(**{**changes, AGS_CLAIM: None}) == "message_incomplete"


# Deep linking and privacy, which a later route may allow


def deep_linking(**settings: object) -> dict[str, object]:
    """The changes that make a deep linking request of the usual launch."""
    claim = {
        "deep_link_return_url": f"{ISSUER}/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        **settings,
    }
    return {
        "message_type": "LtiDeepLinkingRequest",
        "resource_link": None,
        DEEP_LINKING_CLAIM: {name: value for name, value in claim.items() if value is not None},
    }


DEEP_LINKING = frozenset({MessageType.DEEP_LINKING})


def test_deep_linking_settings_are_read() -> None:
    """Return address, types, data: as they came."""
    message = parsed(DEEP_LINKING, **deep_linking(accept_multiple=True, data="opaque"))

    assert message.deep_linking == DeepLinkingSettings(
        return_url=f"{ISSUER}/return",
        accept_types=frozenset({"ltiResourceLink"}),
        accepts_multiple=True,
        data="opaque",
    )


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"deep_link_return_url": None}, "claim_malformed"),
        ({"deep_link_return_url": "javascript:x"}, "claim_malformed"),
        ({"accept_types": None}, "claim_malformed"),
        ({"accept_types": "ltiResourceLink"}, "claim_malformed"),
        ({"accept_types": ["html"]}, "message_incomplete"),
        ({"accept_presentation_document_targets": []}, "message_incomplete"),
        ({"data": {"a": 1}}, "claim_malformed"),
        ({"data": "\x00"}, "claim_malformed"),
    ],
)
def test_deep_linking_settings_are_checked(settings: dict[str, object], code: str) -> None:
    """A request that cannot be answered is refused before anybody chooses."""
    assert refusal_of(DEEP_LINKING, **deep_linking(**settings)) == code


def test_a_privacy_request_has_no_course() -> None:
    """It is about a person, wherever they are."""
    allowed = frozenset({MessageType.DATA_PRIVACY})
    changes: dict[str, object] = {
        "message_type": "DataPrivacyLaunchRequest",
        "for_user": {"user_id": "user-9"},
        "resource_link": None,
    }

    assert parsed(allowed, **changes, context=None).for_user_id == "user-9"
    assert refusal_of(allowed, **changes) == "message_incomplete"


def test_what_is_personal_stays_out_of_the_repr() -> None:
    """A message that ends in a log or a traceback names nobody."""
    message = parsed(launch_presentation={"return_url": f"{ISSUER}/x?sesskey=secret"})

    assert "user-7" not in repr(message)
    assert "Lee" not in repr(message)
    assert "secret" not in repr(message)


@pytest.mark.parametrize("url", ["http://localhost:8000/x", "https://[::1]:8000/", "https://ü.de/"])
def test_plain_and_local_addresses_are_web_addresses(url: str) -> None:
    """Whether they may be called is for the HTTP client to say."""
    assert is_web_address(url)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def outcome_of(claims: dict[str, object]) -> LaunchMessage | str:
    """The message that the claims make, or the code with which they are refused."""
    try:
        return parse_message(claims, registration_id=REGISTRATION, allowed=ACCEPTED)
    except LaunchRejectedError as error:
        return error.code


@given(st.dictionaries(st.sampled_from(sorted(some_claims())), JSON))
def test_arbitrary_claims_end_in_a_message_or_our_own_error(changes: dict[str, object]) -> None:
    """No claim of any JSON type raises anything else."""
    outcome = outcome_of({**some_claims(), **changes})

    if isinstance(outcome, LaunchMessage):
        assert 0 < len(outcome.platform_user_id) <= 255
        assert outcome.roles


@given(JSON, st.sampled_from([AGS_CLAIM, NRPS_CLAIM, CLAIM + "custom", CLAIM + "tool_platform"]))
def test_arbitrary_optional_claims_end_in_a_message_or_our_own_error(
    value: object, name: str
) -> None:
    """Nor do the optional ones, at any depth."""
    for inner in (value, {"scope": value, "lineitem": value, "guid": value}):
        outcome = outcome_of({**some_claims(), name: inner})
        assert isinstance(outcome, LaunchMessage) or outcome == "claim_malformed"
