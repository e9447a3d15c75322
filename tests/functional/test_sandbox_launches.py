"""What the practice LMS signs, and what it can be told to sign, over real HTTP."""

from collections.abc import Iterator

import jwt
import pytest
import requests

from lti_tool.sandbox.minting import Flaws, mint_id_token
from lti_tool.sandbox.model import Family
from tests.functional.sandbox_tool import (
    ACTIVITY,
    ASSISTANT,
    INSTRUCTOR,
    LEARNER,
    LTI,
    Trial,
    running,
)


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A generic platform and a tool."""
    with running() as trial:
        yield trial


def test_an_id_token_lives_for_a_minute(trial: Trial) -> None:
    """The token is issued at the platform's time and expires 60 seconds later."""
    claims = trial.claims()

    assert claims["iat"] == int(trial.clock().timestamp())
    assert claims["exp"] == int(trial.clock().timestamp()) + 60


@pytest.mark.parametrize(
    ("family", "person_id", "role"),
    [
        (Family.GENERIC, INSTRUCTOR, "membership#Instructor"),
        (Family.GENERIC, ASSISTANT, "membership/Instructor#TeachingAssistant"),
        (Family.GENERIC, LEARNER, "membership#Learner"),
        (Family.CANVAS, ASSISTANT, "membership/Instructor#TeachingAssistant"),
        (Family.MOODLE, ASSISTANT, "membership#Instructor"),
    ],
)
def test_roles_follow_the_family(family: Family, person_id: str, role: str) -> None:
    """An assistant is a sub-role of Instructor, and a plain Instructor in Moodle."""
    with running(family) as trial:
        roles = trial.claims(person_id)[f"{LTI}roles"]

    assert isinstance(roles, list)
    assert f"http://purl.imsglobal.org/vocab/lis/v2/{role}" in roles


@pytest.mark.parametrize(
    ("privacy", "names"),
    [
        ("public", {"name", "given_name", "family_name", "email"}),
        ("name_only", {"name", "given_name", "family_name"}),
        ("email_only", {"email"}),
        ("anonymous", set()),
    ],
)
def test_privacy_decides_what_the_tool_learns(trial: Trial, privacy: str, names: set[str]) -> None:
    """Names and addresses are in the claims only as far as the switch allows."""
    trial.switch(privacy=privacy)
    claims = trial.claims()

    assert {"name", "given_name", "family_name", "email"} & set(claims) == names


def test_short_roles_can_be_switched_on(trial: Trial) -> None:
    """Bare role names, which are deprecated but seen, come when asked for."""
    trial.switch(has_short_roles=True)

    assert trial.claims(LEARNER)[f"{LTI}roles"] == ["Learner"]


def test_a_learner_may_be_staff_elsewhere(trial: Trial) -> None:
    """Institution and system roles can come beside the role in the course."""
    trial.switch(is_staff_elsewhere=True)
    roles = trial.claims(LEARNER)[f"{LTI}roles"]

    assert isinstance(roles, list)
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner" in roles
    assert "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator" in roles


def test_unknown_variables_arrive_as_they_are(trial: Trial) -> None:
    """A known variable is expanded, an unknown one keeps its dollar sign."""
    custom = trial.claims()[f"{LTI}custom"]

    assert custom == {
        "context_id_history": "",
        "available_from": "$ResourceLink.available.startDateTime",
    }


def test_no_variable_is_expanded_when_that_is_switched_off(trial: Trial) -> None:
    """Every variable stays as it is when expansion is off."""
    trial.switch(expands_variables=False)
    custom = trial.claims()[f"{LTI}custom"]

    assert isinstance(custom, dict)
    assert custom["context_id_history"] == "$Context.id.history"


def test_the_platform_clock_can_be_wrong(trial: Trial) -> None:
    """Tokens carry the platform's time, which a switch puts ahead."""
    trial.switch(clock_offset_seconds=300)

    assert trial.claims()["iat"] == int(trial.clock().timestamp()) + 300


def test_keys_rotate(trial: Trial) -> None:
    """A new key signs at once, the old one stays published until it is dropped."""
    first = trial.control("GET", "").json()["kids"]
    kid = trial.control("POST", "/keys").json()["kid"]
    trial.claims()

    assert jwt.get_unverified_header(trial.tool.launches[-1]["id_token"])["kid"] == kid
    jwks = requests.get(trial.settings.jwks_url, timeout=30).json()
    assert [key["kid"] for key in jwks["keys"]] == [*first, kid]
    last = trial.control("POST", "/keys", {"keeps_old": False}).json()["kid"]
    jwks = requests.get(trial.settings.jwks_url, timeout=30).json()
    assert [key["kid"] for key in jwks["keys"]] == [last]


def test_published_keys_have_no_private_part(trial: Trial) -> None:
    """The JWK Set holds public members only."""
    (key,) = requests.get(trial.settings.jwks_url, timeout=30).json()["keys"]

    assert set(key) == {"kty", "alg", "use", "kid", "e", "n"}


def test_the_next_token_can_be_broken_once(trial: Trial) -> None:
    """Flaws set at the switchboard spoil one token; the one after it is good again."""
    flaws = {"claims": {"aud": "somebody"}, "is_tampered": True}
    assert trial.control("PUT", "/flaws", flaws).status_code == 204
    trial.visitor(LEARNER).launch()
    broken = trial.tool.launches[-1]["id_token"]

    with pytest.raises(jwt.InvalidTokenError):
        trial.tool.verify(broken)
    assert trial.claims()["aud"] == trial.settings.tool.client_id


@pytest.mark.parametrize(
    ("flaws", "error"),
    [
        (Flaws(is_tampered=True), jwt.InvalidSignatureError),
        (Flaws(has_foreign_signature=True), jwt.InvalidSignatureError),
        (Flaws(claims={"aud": "another"}), jwt.InvalidAudienceError),
        (Flaws(claims={"iss": "https://elsewhere.example"}), jwt.InvalidIssuerError),
        (Flaws(claims={"exp": None}), jwt.MissingRequiredClaimError),
        (Flaws(claims={"nonce": None}), jwt.MissingRequiredClaimError),
        (Flaws(header={"alg": "none"}), jwt.InvalidTokenError),
        (Flaws(header={"alg": "HS256"}), jwt.InvalidTokenError),
        (Flaws(header={"kid": "unknown"}), StopIteration),
        (Flaws(header={"kid": None}), KeyError),
    ],
)
def test_broken_tokens_are_broken(trial: Trial, flaws: Flaws, error: type[Exception]) -> None:
    """A library nobody here wrote refuses each minted flaw for the reason it was made for."""
    token = mint_id_token(
        trial.server.app, person_id=LEARNER, activity_id=ACTIVITY, nonce="n", flaws=flaws
    )

    with pytest.raises(error):
        trial.tool.verify(token)


def test_a_minted_token_without_flaws_is_good(trial: Trial) -> None:
    """The function for broken tokens makes good ones by default."""
    token = mint_id_token(trial.server.app, person_id=LEARNER, activity_id=ACTIVITY, nonce="n")

    assert trial.tool.verify(token)["nonce"] == "n"
