"""Whom a credential names: a name, an address that nobody can read, both, or neither."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.credential import build_credential, check_before_signing
from badges.errors import InvalidCredentialError
from badges.identity import Identity, hash_address, identity_of, with_identity
from tests.credentials import a_signed_credential, some_facts

SALT = "0f" * 16
ADDRESS = hash_address("Rosa@Example.org", salt=SALT)
IDENTITIES = [
    Identity(),
    Identity(name="Rosa"),
    Identity(address=ADDRESS),
    Identity(name="Rosa", address=ADDRESS),
]


def a_document() -> dict[str, object]:
    """An unsigned credential that names somebody."""
    return build_credential(some_facts())


def test_an_address_is_hashed_as_the_specification_says() -> None:
    """In lower case, with the salt behind it."""
    expected = sha256(f"rosa@example.org{SALT}".encode()).hexdigest()

    assert ADDRESS.hash == f"sha256${expected}"
    assert hash_address("rosa@example.org", salt="1" * 32).hash != ADDRESS.hash
    assert "rosa" not in repr(ADDRESS).lower()


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_credential_names_whom_it_is_told_to(identity: Identity) -> None:
    """It may be signed, and says nothing else than before."""
    before = a_document()
    after = with_identity(before, identity)

    check_before_signing(after)
    assert identity_of(after) == identity
    kept: Any = json.loads(json.dumps(after))
    kept["credentialSubject"].pop("identifier", None)
    expected: Any = json.loads(json.dumps(before))
    expected["credentialSubject"].pop("identifier", None)
    assert kept == expected


def test_the_same_name_gives_the_same_document() -> None:
    """Member by member, in the same order."""
    before = a_document()

    assert json.dumps(with_identity(before, identity_of(before))) == json.dumps(before)


@given(st.sampled_from(IDENTITIES), st.sampled_from(IDENTITIES))
def test_nothing_of_a_former_name_is_left(first: Identity, second: Identity) -> None:
    """Whoever was named before."""
    assert with_identity(with_identity(a_document(), first), second) == with_identity(
        a_document(), second
    )


def test_a_signed_credential_is_not_changed() -> None:
    """Its proof would not fit."""
    with pytest.raises(InvalidCredentialError, match="does not change"):
        with_identity(a_signed_credential(), Identity())


@pytest.mark.parametrize(
    "entry",
    [
        {"identityHash": "rosa@example.org"},
        {"identityHash": "sha256$123"},
        {"hashed": False},
        {"salt": "short"},
        {"identityType": "name"},
        {"salt": None},
    ],
)
def test_an_address_that_could_be_read_is_not_signed(entry: dict[str, object]) -> None:
    """The schema of what we issue is closed: a hash with its salt, or nothing."""
    document: Any = with_identity(a_document(), Identity(name="Rosa", address=ADDRESS))
    changed = document["credentialSubject"]["identifier"][1] | entry
    document["credentialSubject"]["identifier"][1] = {
        name: value for name, value in changed.items() if value is not None
    }

    with pytest.raises(InvalidCredentialError):
        check_before_signing(document)


def test_nobody_has_two_names() -> None:
    """Nor two addresses."""
    document: Any = with_identity(a_document(), Identity(name="Rosa", address=ADDRESS))
    first, second = document["credentialSubject"]["identifier"]
    for entries in ([first, first], [second, second], [second, first], [first, second, second]):
        document["credentialSubject"]["identifier"] = entries
        with pytest.raises(InvalidCredentialError):
            check_before_signing(document)
