import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import LaunchRejectedError
from lti_tool.lti.id_token import audience_of, check_times, parse_id_token
from tests.unit.lti_tool.lti.factories import NOW, a_key, a_token, encode, some_claims

PRESENT = NOW.timestamp()


def refusal_of(text: str) -> str:
    """The code with which a token is refused."""
    with pytest.raises(LaunchRejectedError) as caught:
        parse_id_token(text)
    return caught.value.code


def test_a_token_is_taken_apart() -> None:
    """Claims and key id come out as they were put in, and the signature holds."""
    token = parse_id_token(a_token({"sub": "ü"}))

    token.verify_signature(a_key().public)
    assert token.claims == {"sub": "ü"}
    assert token.key_id == "kid-1"


HEADER = encode(b'{"alg":"RS256","kid":"k"}')


EMPTY = encode(b"{}")
BODIES = [
    b"[]",
    b"null",
    b"5",
    b"{",
    b"{}{}",
    b'{"exp":NaN}',
    b'{"exp":-Infinity}',
    b'{"a":' + b"9" * 5000 + b"}",
    b"\xff\xfe{}",
    "{}".encode("utf-16"),
    b"[" * 40_000,
    b"x" * 70_000,
]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c.d",
        "\u00e9.\u00e9.\u00e9",
        f"{HEADER}.{EMPTY}",
        f"{HEADER}.{EMPTY}.",
        f"{HEADER}.{EMPTY}.sig=",
        f" {HEADER}.{EMPTY}.sigs",
        f"{HEADER}.{EMPTY}.sigs\n",
        f"{HEADER}.{EMPTY}.sigsx",
        f"{HEADER}.a.sigs",
        f"{encode(b'[]')}.{EMPTY}.sigs",
        *(f"{HEADER}.{encode(body)}.sigs" for body in BODIES),
    ],
)
def test_what_is_no_compact_jws_is_malformed(text: str) -> None:
    """Every broken shape ends in the same refusal, never in another error."""
    assert refusal_of(text) == "token_malformed"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "kid-1"},
        {"alg": "None", "kid": "kid-1"},
        {"alg": "HS256", "kid": "kid-1"},
        {"alg": "RS384", "kid": "kid-1"},
        {"alg": "RS512", "kid": "kid-1"},
        {"alg": "PS256", "kid": "kid-1"},
        {"alg": "ES256", "kid": "kid-1"},
        {"alg": "rs256", "kid": "kid-1"},
        {"alg": ["RS256"], "kid": "kid-1"},
        {"alg": None, "kid": "kid-1"},
        {"kid": "kid-1"},
        {"alg": "RS256", "kid": "kid-1", "crit": ["b64"], "b64": False},
        {"alg": "RS256", "kid": "kid-1", "crit": []},
    ],
)
def test_only_rs256_without_extensions_is_taken(header: dict[str, object]) -> None:
    """The algorithm is ours to choose, not the token's."""
    assert refusal_of(a_token({}, header=header)) == "algorithm_refused"


@pytest.mark.parametrize("key_id", [None, "", 5, ["kid-1"], {"kid": 1}, "x" * 513])
def test_a_key_must_be_named(key_id: object) -> None:
    """Without a usable `kid` there is no telling which key signed."""
    assert refusal_of(a_token({}, header={"alg": "RS256", "kid": key_id})) == "key_unnamed"


def test_the_type_in_the_header_is_ignored() -> None:
    """Platforms write what they like into `typ`."""
    header = {"alg": "RS256", "kid": "k", "typ": ["anything"]}

    assert parse_id_token(a_token({}, header=header)).key_id == "k"


@pytest.mark.parametrize("part", [0, 1])
def test_a_changed_part_breaks_the_signature(part: int) -> None:
    """Header and payload are both signed."""
    parts = a_token({"sub": "user-7"}).split(".")
    changed = {0: {"alg": "RS256", "kid": "kid-2"}, 1: {"sub": "user-8"}}[part]
    parts[part] = encode(json.dumps(changed).encode())

    with pytest.raises(LaunchRejectedError) as caught:
        parse_id_token(".".join(parts)).verify_signature(a_key().public)

    assert caught.value.code == "signature_invalid"


@pytest.mark.parametrize("signature", [b"", b"\x00", b"\x00" * 256, b"\xff" * 300])
def test_a_signature_of_any_length_may_be_wrong(signature: bytes) -> None:
    """A forged signature is refused, whatever it looks like."""
    head, body, _ = a_token({}).split(".")
    text = f"{head}.{body}.{encode(signature) or 'AA'}"

    with pytest.raises(LaunchRejectedError) as caught:
        parse_id_token(text).verify_signature(a_key().public)

    assert caught.value.code == "signature_invalid"


@pytest.mark.parametrize(
    ("issued", "expires"),
    [
        (PRESENT, PRESENT + 60),
        (PRESENT + 59, PRESENT + 120),
        (PRESENT - 100, PRESENT - 59),
        (PRESENT - 3600, PRESENT + 1),
        (PRESENT, PRESENT + 24 * 3600),
        (PRESENT + 0.5, PRESENT + 60.5),
        (int(PRESENT), int(PRESENT) + 1),
    ],
)
def test_clocks_may_differ_by_a_minute(issued: float, expires: float) -> None:
    """Platform clocks are a little ahead or slow."""
    check_times({"iat": issued, "exp": expires}, now=NOW)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iat": PRESENT}, "time_missing"),
        ({"exp": PRESENT + 60}, "time_missing"),
        ({"iat": PRESENT, "exp": None}, "time_missing"),
        ({"iat": str(PRESENT), "exp": PRESENT + 60}, "time_missing"),
        ({"iat": PRESENT, "exp": True}, "time_missing"),
        ({"iat": [PRESENT], "exp": PRESENT + 60}, "time_missing"),
        ({"iat": PRESENT, "exp": float("inf")}, "time_missing"),
        ({"iat": PRESENT, "exp": 10**400}, "time_missing"),
        ({"iat": -(10**400), "exp": PRESENT}, "time_missing"),
        ({"iat": -1, "exp": PRESENT}, "time_missing"),
        ({"iat": 11111, "exp": 22222}, "token_expired"),
        ({"iat": PRESENT - 120, "exp": PRESENT - 60}, "token_expired"),
        ({"iat": PRESENT + 61, "exp": PRESENT + 200}, "token_from_future"),
        ({"iat": PRESENT - 3661, "exp": PRESENT + 60}, "token_too_old"),
        ({"iat": PRESENT - 2 * 86400, "exp": PRESENT + 86400}, "token_too_old"),
        ({"iat": PRESENT, "exp": PRESENT + 86401}, "token_too_old"),
    ],
)
def test_a_token_of_another_time_is_refused(claims: dict[str, object], code: str) -> None:
    """Both instants are required, and a long life is not believed."""
    with pytest.raises(LaunchRejectedError) as caught:
        check_times(claims, now=NOW)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("audience", "party", "client_id"),
    [
        ("c", None, "c"),
        (["c"], None, "c"),
        ("c", "c", "c"),
        (["a", "c"], "c", "c"),
        (["c", "a"], "c", "c"),
    ],
)
def test_the_audience_names_the_client(audience: object, party: str | None, client_id: str) -> None:
    """The client may stand anywhere in `aud`, if `azp` says that it is meant."""
    assert audience_of({"aud": audience, "azp": party}) == client_id


@pytest.mark.parametrize(
    ("audience", "party"),
    [
        (None, None),
        ("", None),
        ([], None),
        ([], "c"),
        (["a", "c"], None),
        (["a", "c"], ""),
        ("c", "other"),
        (["c"], "other"),
        (["c"], ["c"]),
        (["c", 5], "c"),
        (["c", None], "c"),
        ([["c"]], None),
        ({"c": 1}, None),
        (5, None),
        (True, None),
    ],
)
def test_an_unclear_audience_is_refused(audience: object, party: object) -> None:
    """Several audiences need `azp`; somebody else's `azp` is never ours."""
    with pytest.raises(LaunchRejectedError) as caught:
        audience_of({"aud": audience, "azp": party})

    assert caught.value.code == "audience_invalid"


@given(st.text() | st.binary().map(encode).map(lambda part: f"{HEADER}.{part}.{part}"))
def test_arbitrary_text_ends_in_our_own_error(text: str) -> None:
    """No token, however broken, raises anything else."""
    with pytest.raises(LaunchRejectedError):
        parse_id_token(text).verify_signature(a_key().public)


def test_a_large_but_honest_token_is_taken() -> None:
    """A launch with a long course history stays well below the limit."""
    token = a_token({**some_claims(), "history": ["course"] * 4000})

    assert parse_id_token(token).claims["sub"] == "user-7"
