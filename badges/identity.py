"""Whom a credential names beside its subject's pseudonym: a name, an address that is hashed. Pure.

Both are the earner's own choice, and neither is what anybody is known by.
Source: https://www.imsglobal.org/spec/ob/v3p0/#org.1edtech.ob.v3p0.identityobject.class
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from badges.errors import InvalidCredentialError

_HASH = "sha256$"


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedAddress:
    """An e-mail address that can be recognised by whoever knows it, and not read."""

    hash: str
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a credential names. Both may be missing."""

    name: str = ""
    address: HashedAddress | None = None


def hash_address(address: str, *, salt: str) -> HashedAddress:
    """Return an e-mail address as a credential holds it: SHA-256 of it in lower case, and salt."""
    digest = sha256(f"{address.lower()}{salt}".encode()).hexdigest()
    return HashedAddress(hash=f"{_HASH}{digest}", salt=salt)


def identity_of(document: Mapping[str, object]) -> Identity:
    """Return whom one of our own credentials names."""
    subject: Any = document["credentialSubject"]
    found = {one["identityType"]: one for one in subject.get("identifier", ())}
    name, address = found.get("name"), found.get("emailAddress")
    return Identity(
        name=name["identityHash"] if name else "",
        address=HashedAddress(hash=address["identityHash"], salt=address["salt"])
        if address
        else None,
    )


def with_identity(document: Mapping[str, object], identity: Identity) -> dict[str, object]:
    """Return an unsigned credential that names somebody in place of whom it named.

    Raises:
        InvalidCredentialError: it is signed, and would not verify.
    """
    if "proof" in document:
        raise InvalidCredentialError("a signed credential does not change")
    subject: Any = document["credentialSubject"]
    changed: dict[str, object] = {}
    for name, value in subject.items():
        if name == "achievement" and (entries := identifiers_of(identity)):
            changed["identifier"] = entries
        if name != "identifier":
            changed[name] = value
    return {**document, "credentialSubject": changed}


def identifiers_of(identity: Identity) -> list[dict[str, object]]:
    """Return the identifier entries of a credential's subject."""
    entries: list[dict[str, object]] = []
    if identity.name:
        entries.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": identity.name,
                "identityType": "name",
            }
        )
    if identity.address:
        entries.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity.address.hash,
                "identityType": "emailAddress",
                "salt": identity.address.salt,
            }
        )
    return entries
