"""Ed25519 by two libraries: the same signatures, and no other answer than OpenSSL's alone.

The edges are those of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020): keys and
`R` of small order or with a part of it, points spelt otherwise, an `S` beyond the order.
"""

import hashlib
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from keys import sodium
from keys.errors import InvalidSignatureError
from keys.signing import PublicKey, SigningKey

sodium.load()

Point = tuple[int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
IDENTITY = (0, 1)
DATA = b"what is signed"


def added(one: Point, other: Point) -> Point:
    """The sum of two points of the curve; RFC 8032, 5.1.4."""
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P,
    )


def times(number: int, point: Point) -> Point:
    """A multiple of a point."""
    result = IDENTITY
    while number:
        if number & 1:
            result = added(result, point)
        point, number = added(point, point), number >> 1
    return result


def point_at(y: int) -> Point | None:
    """The point with an even x at a height, if there is one; RFC 8032, 5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (-x % P if x & 1 else x), y


def spelt(point: Point) -> bytes:
    """A point as it is written."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def challenge(r: bytes, a: bytes, data: bytes) -> int:
    """The number that binds a signature to what it signs."""
    return int.from_bytes(hashlib.sha512(r + a + data).digest(), "little") % ORDER


def small_points() -> list[Point]:
    """The eight points of small order."""
    points = (times(ORDER, point) for y in range(2, 99) if (point := point_at(y)))
    eighth = next(point for point in points if times(4, point) != IDENTITY)
    return [times(number, eighth) for number in range(8)]


BASE = point_at(4 * pow(5, -1, P) % P)
assert BASE
SMALL = small_points()
SECRET, NONCE = 2**251 + 12345, 2**250 + 67890
KEY, R = times(SECRET, BASE), times(NONCE, BASE)

Vector = tuple[bytes, bytes, bytes]
"""A key, a signature and data."""


def forged(r: bytes, a: bytes, secret: int, nonce: int, data: bytes) -> bytes:
    """The signature that the equation asks for, were the points those of the numbers."""
    number = (nonce + challenge(r, a, data) * secret) % ORDER
    return r + number.to_bytes(32, "little")


def plain() -> Iterator[tuple[str, Vector]]:
    """What nobody argues about."""
    a, r = spelt(KEY), spelt(R)
    signature = forged(r, a, SECRET, NONCE, DATA)
    beyond = int.from_bytes(signature[32:], "little") + ORDER
    yield "ordinary", (a, signature, DATA)
    yield "S beyond the order", (a, signature[:32] + beyond.to_bytes(32, "little"), DATA)
    yield "empty data", (a, forged(r, a, SECRET, NONCE, b""), b"")
    # More of the signature and less of the data, and so on: the same bytes in a row.
    whole = signature + DATA
    for size in (0, 32, 63, 65, len(whole)):
        yield f"{size} bytes of signature", (a, whole[:size], whole[size:])


def small() -> Iterator[tuple[str, Vector]]:
    """Points of small order, and with a part of it."""
    a, r = spelt(KEY), spelt(R)
    for number, point in enumerate(SMALL):
        mixed, alone = spelt(added(R, point)), spelt(point)
        yield f"R with {number}/8", (a, forged(mixed, a, SECRET, NONCE, DATA), DATA)
        yield f"R is {number}/8", (a, forged(alone, a, SECRET, 0, DATA), DATA)
        for attempt in range(12):
            data = DATA + bytes([attempt])
            key = spelt(added(KEY, point))
            yield (
                f"key with {number}/8, {attempt}",
                (key, forged(r, key, SECRET, NONCE, data), data),
            )
            yield f"key is {number}/8, {attempt}", (alone, forged(r, alone, 0, NONCE, data), data)


def otherwise_spelt() -> Iterator[tuple[str, Vector]]:
    """Points whose height is written as more than it is, or whose x of zero has a sign."""
    a, r = spelt(KEY), spelt(R)
    heights = [y for y in range(P, 2**255) if point_at(y - P)]
    for y in (*heights, *(y | 1 << 255 for y in (*heights, 1, P - 1))):
        other = y.to_bytes(32, "little")
        yield f"key {y:x}", (other, forged(r, other, 0, NONCE, DATA), DATA)
        yield f"R {y:x}", (a, forged(other, a, SECRET, 0, DATA), DATA)


VECTORS = {**dict(plain()), **dict(small()), **dict(otherwise_spelt())}


def is_valid_for_openssl(key: bytes, signature: bytes, data: bytes) -> bool:
    """What the cryptography library says alone."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("name", VECTORS)
def test_a_signature_is_valid_exactly_if_it_is_for_openssl(name: str) -> None:
    """Whatever libsodium accepts, OpenSSL does; and what it refuses, OpenSSL decides."""
    key, signature, data = VECTORS[name]
    expected = is_valid_for_openssl(key, signature, data)
    public = PublicKey.of(Ed25519PublicKey.from_public_bytes(key))

    if sodium.accepts(key, signature, data):
        assert expected
    if expected:
        public.verify(signature, data)
    else:
        with pytest.raises(InvalidSignatureError):
            public.verify(signature, data)


def test_the_edges_are_edges() -> None:
    """Some are valid for OpenSSL alone; an ordinary signature is for both; the rest for none."""
    outcomes = {
        name: (sodium.accepts(*vector), is_valid_for_openssl(*vector))
        for name, vector in VECTORS.items()
    }

    assert outcomes["ordinary"] == outcomes["empty data"] == (True, True)
    assert outcomes["S beyond the order"] == outcomes["R with 1/8"] == (False, False)
    assert outcomes["R is 0/8"] == outcomes[f"key {P + 1:x}"] == (False, True)
    assert set(outcomes.values()) == {(True, True), (False, True), (False, False)}


@given(seed=st.binary(min_size=32, max_size=32), data=st.binary(max_size=99))
def test_both_make_the_same_signature(seed: bytes, data: bytes) -> None:
    """Signatures of this kind are a function of the key and the data."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    ours = SigningKey.of(key)
    public = ours.public.der[-32:]

    assert ours.sign(data) == sodium.sign(seed, public, data) == key.sign(data)
    assert sodium.accepts(public, ours.sign(data), data)
    assert not sodium.accepts(public, ours.sign(data), data + b"x")
