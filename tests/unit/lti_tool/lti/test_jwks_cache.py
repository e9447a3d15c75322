import json
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from keys.jwk import public_jwk
from keys.signing import generate_ed25519
from lti_tool.errors import LaunchRejectedError, PlatformError, PlatformUnavailableError
from lti_tool.lti.jwks_cache import JWKSCache, parse_jwks
from tests.unit.lti_tool.lti.factories import JWKS_URL, Clock, a_jwks, a_key, encode


class Source:
    """A JWKS URL whose answer can be changed, and that counts its visits."""

    def __init__(self, body: bytes | PlatformError) -> None:
        self.body = body
        self.visits = 0

    def __call__(self, url: str) -> bytes:
        """Answer as set."""
        self.visits += 1
        if isinstance(self.body, PlatformError):
            raise self.body
        return self.body


def code_of(cache: JWKSCache, key_id: str) -> str:
    """The code with which a key is refused."""
    with pytest.raises(LaunchRejectedError) as caught:
        cache.find_key(JWKS_URL, key_id)
    return caught.value.code


def test_keys_are_fetched_once_an_hour() -> None:
    """Forty launches within the hour cost one visit."""
    source, clock = Source(a_jwks()), Clock()
    cache = JWKSCache(source, clock)

    for _ in range(40):
        assert cache.find_key(JWKS_URL, "kid-1") == a_key().public
        clock.pass_seconds(80)
    assert source.visits == 1

    clock.pass_seconds(400)
    cache.find_key(JWKS_URL, "kid-1")
    assert source.visits == 2


def test_a_rotated_key_is_found_at_once() -> None:
    """An unknown id makes us look again, before the hour is over."""
    source, clock = Source(a_jwks()), Clock()
    cache = JWKSCache(source, clock)
    cache.find_key(JWKS_URL, "kid-1")
    source.body = a_jwks(kid_2=a_key("second"))

    clock.pass_seconds(30)

    assert cache.find_key(JWKS_URL, "kid-2") == a_key("second").public
    assert code_of(cache, "kid-1") == "key_unknown"


def test_unknown_ids_cost_one_visit_in_half_a_minute() -> None:
    """Forged tokens must not make us hammer the platform."""
    source, clock = Source(a_jwks()), Clock()
    cache = JWKSCache(source, clock)

    for number in range(29):
        assert code_of(cache, f"forged-{number}") == "key_unknown"
        clock.pass_seconds(1)
    assert source.visits == 1

    clock.pass_seconds(1)
    assert code_of(cache, "forged") == "key_unknown"
    assert source.visits == 2


BROKEN = [
    PlatformUnavailableError(),
    PlatformError(code="platform_address_refused"),
    b"",
    b"<html>Maintenance</html>",
    b"\xff",
    b"null",
    b"[]",
    b'{"error": "internal"}',
    b'{"keys": null}',
    b'{"keys": {}}',
    b'{"keys": []}',
    b'{"keys": ["x", null, 5]}',
    b'{"keys": [{"kid": "kid-1"}]}',
    b"[" * 100_000,
    json.dumps({"keys": [{}] * 101}).encode(),
]


@pytest.mark.parametrize("body", BROKEN)
def test_an_outage_is_survived_on_old_keys(body: bytes | PlatformError) -> None:
    """An error, HTML or a JSON error body never replaces keys that are there."""
    source, clock = Source(a_jwks()), Clock()
    cache = JWKSCache(source, clock)
    cache.find_key(JWKS_URL, "kid-1")
    source.body = body

    clock.pass_seconds(3 * 3600)

    assert cache.find_key(JWKS_URL, "kid-1") == a_key().public
    assert code_of(cache, "kid-2") == "key_unknown"
    assert source.visits == 2


@pytest.mark.parametrize("body", BROKEN)
def test_an_outage_from_the_start_ends_by_itself(body: bytes | PlatformError) -> None:
    """Nothing broken is kept: a few seconds after recovery launches work."""
    source, clock = Source(body), Clock()
    cache = JWKSCache(source, clock)

    assert code_of(cache, "kid-1") == "keys_unavailable"
    assert code_of(cache, "kid-1") == "keys_unavailable"
    assert source.visits == 1

    source.body = a_jwks()
    clock.pass_seconds(5)
    assert cache.find_key(JWKS_URL, "kid-1") == a_key().public


def test_platforms_do_not_share_keys() -> None:
    """The same id at another platform is another key."""
    bodies = {"https://a.example": a_jwks(), "https://b.example": a_jwks(kid_1=a_key("second"))}
    cache = JWKSCache(bodies.__getitem__, Clock())

    assert cache.find_key("https://a.example", "kid-1") == a_key().public
    assert cache.find_key("https://b.example", "kid-1") == a_key("second").public


def test_nobody_waits_for_another_launchs_refresh() -> None:
    """While one thread asks a hanging platform, the others go on with the key they have."""
    entered, release, clock = threading.Event(), threading.Event(), Clock()
    bodies = [a_jwks()]

    def fetch(url: str) -> bytes:
        if bodies:
            return bodies.pop()
        entered.set()
        release.wait(10)
        raise PlatformUnavailableError(url)

    cache = JWKSCache(fetch, clock)
    cache.find_key(JWKS_URL, "kid-1")
    clock.pass_seconds(3 * 3600)
    slow = threading.Thread(target=cache.find_key, args=(JWKS_URL, "kid-1"))
    slow.start()
    assert entered.wait(10)

    assert cache.find_key(JWKS_URL, "kid-1") == a_key().public

    release.set()
    slow.join(10)
    assert not slow.is_alive()


def test_a_first_fetch_is_shared() -> None:
    """Threads that all need the first key wait for one visit instead of paying many."""
    source = Source(a_jwks())
    barrier, found = threading.Barrier(8), []

    def fetch(url: str) -> bytes:
        time.sleep(0.05)
        return source(url)

    cache = JWKSCache(fetch, Clock())

    def launch() -> None:
        barrier.wait(10)
        found.append(cache.find_key(JWKS_URL, "kid-1"))

    threads = [threading.Thread(target=launch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == [a_key().public] * 8
    assert source.visits == 1


def test_only_signing_keys_of_a_safe_size_are_kept() -> None:
    """Short keys, other kinds, other uses and private keys are left out; the good ones stay."""
    good = {**public_jwk(a_key().public), "kid": "good"}
    short = generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505 - to be refused
    modulus = encode(short.n.to_bytes(128))
    entries = [
        {"kid": "short", "kty": "RSA", "n": modulus, "e": "AQAB"},
        {**public_jwk(generate_ed25519().public), "kid": "other-kind"},
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": "algorithm", "alg": "RS512"},
        {**good, "kid": "private", "d": "AQAB"},
        {**good, "kid": 5},
        {name: value for name, value in good.items() if name != "kid"},
        {"kty": "RSA", "kid": "bare", "n": good["n"], "e": good["e"]},
        {**good, "kid": "good", "n": modulus},
        good,
    ]

    kept = parse_jwks(json.dumps({"keys": entries}).encode())

    assert set(kept) == {"good", "bare"}
    assert kept["good"] == kept["bare"] == a_key().public
