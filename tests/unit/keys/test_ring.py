"""A ring knows which key signs and which are believed."""

import pytest

from keys.errors import InvalidKeyError, UnknownKeyError
from keys.ring import HeldKey, KeyRing, KeyState
from keys.signing import Algorithm, SigningKey, generate_ed25519


def a_held_key(key: SigningKey, state: KeyState = KeyState.CURRENT, id_: str = "k") -> HeldKey:
    """A key as loaded: with its private half only while it is current."""
    signing = key if state is KeyState.CURRENT else None
    return HeldKey(id=id_, public=key.public, state=state, signing=signing)


def test_the_current_key_of_an_algorithm_signs(
    ed25519_key: SigningKey, rsa_key: SigningKey
) -> None:
    """A ring hands out the current key of each algorithm; its signatures verify."""
    retired = a_held_key(generate_ed25519(), KeyState.RETIRED, "old")
    ring = KeyRing((retired, a_held_key(ed25519_key, id_="e"), a_held_key(rsa_key, id_="r")))

    assert ring.current(Algorithm.ED25519).id == "e"
    assert ring.current(Algorithm.RS256).id == "r"
    signature = ring.current(Algorithm.RS256).sign(b"data")
    rsa_key.public.verify(signature, b"data")


def test_a_ring_without_a_current_key_says_so(ed25519_key: SigningKey) -> None:
    """No current key is an error with the algorithm's name, not None."""
    ring = KeyRing((a_held_key(ed25519_key, KeyState.RETIRED),))

    with pytest.raises(UnknownKeyError, match="Ed25519"):
        ring.current(Algorithm.ED25519)


def test_compromised_keys_are_not_trusted(ed25519_key: SigningKey) -> None:
    """Retired keys stay trusted, compromised ones do not."""
    current = a_held_key(ed25519_key, id_="a")
    retired = a_held_key(generate_ed25519(), KeyState.RETIRED, "b")
    compromised = a_held_key(generate_ed25519(), KeyState.COMPROMISED, "c")

    assert KeyRing((current, retired, compromised)).trusted == (current, retired)


def test_a_key_without_its_private_half_cannot_sign(ed25519_key: SigningKey) -> None:
    """A key of which only the public half is loaded refuses to sign."""
    with pytest.raises(UnknownKeyError):
        HeldKey(id="k", public=ed25519_key.public).sign(b"data")


@pytest.mark.parametrize("state", [KeyState.RETIRED, KeyState.COMPROMISED])
def test_only_a_current_key_keeps_its_private_half(
    state: KeyState, ed25519_key: SigningKey
) -> None:
    """What must not sign any more is not held."""
    with pytest.raises(InvalidKeyError):
        HeldKey(id="k", public=ed25519_key.public, state=state, signing=ed25519_key)


def test_halves_of_different_keys_are_refused(ed25519_key: SigningKey) -> None:
    """A public half that does not belong to the private one is a mix-up."""
    with pytest.raises(InvalidKeyError):
        HeldKey(id="k", public=generate_ed25519().public, signing=ed25519_key)


def test_a_ring_is_unambiguous(ed25519_key: SigningKey) -> None:
    """Neither an id nor the current key of an algorithm occurs twice."""
    other = generate_ed25519()
    with pytest.raises(InvalidKeyError):
        KeyRing((a_held_key(ed25519_key, id_="a"), a_held_key(other, id_="b")))
    with pytest.raises(InvalidKeyError):
        KeyRing((a_held_key(ed25519_key), a_held_key(other, KeyState.RETIRED)))


def test_a_ring_never_shows_what_is_private(ed25519_key: SigningKey) -> None:
    """The repr of a ring holds names, states and public fingerprints only."""
    shown = repr(KeyRing((a_held_key(ed25519_key),)))

    assert "SigningKey" not in shown
    assert "object at" not in shown
