"""Issuer names that anyone can resolve to keys: did:web and did:key, and reading DID documents.

Sources: https://www.w3.org/TR/did-1.0/, https://w3c-ccg.github.io/did-method-web/,
https://www.w3.org/TR/cid-1.0/
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from keys.errors import InvalidDIDError, InvalidKeyError
from keys.jwk import parse_jwk, thumbprint
from keys.late import LateModule
from keys.multikey import encode_multikey, parse_multikey
from keys.signing import Algorithm, PublicKey

if TYPE_CHECKING:
    from urllib import parse
else:
    parse = LateModule("urllib.parse")

# `re` compiles them when they are first used.
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
_SEGMENT = r"[A-Za-z0-9._~-]{1,100}"
_DID_WEB = (
    r"did:web:(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)"
    r"(?:%3[Aa](?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?::[A-Za-z0-9._~-]{1,100}){0,16})"
)
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Reading a key costs time; a stranger's document must not make us read any number. An
# issuer that rotates each month lists its keys of forty years.
_MAXIMUM_METHODS = 1000


def did_web(base_url: str, *path: str) -> str:
    """Return the did:web for a path below `base_url`.

    `did_web("https://host:8443/app", "issuers", "x")` is `did:web:host%3A8443:app:issuers:x`.

    Raises:
        InvalidDIDError: no http(s) URL of a named host, or a segment that would need escaping.
    """
    try:
        parts = parse.urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise InvalidDIDError("not a URL") from exc
    if parts.scheme not in _DEFAULT_PORTS or not re.fullmatch(_HOST, host) or parts.username:
        raise InvalidDIDError("a did:web needs an http(s) URL of a named host")
    segments = (*(segment for segment in parts.path.split("/") if segment), *path)
    if not all(_is_segment(segment) for segment in segments):
        raise InvalidDIDError("a segment of a did:web is letters, digits and . _ ~ -")
    has_port = port is not None and port != _DEFAULT_PORTS[parts.scheme]
    return ":".join((f"did:web:{host}%3A{port}" if has_port else f"did:web:{host}", *segments))


def did_web_document_url(did: str) -> str:
    """Return the https URL at which the document of a did:web is served.

    Raises:
        InvalidDIDError: not a did:web, or one whose path could lead elsewhere.
    """
    match = re.fullmatch(_DID_WEB, did)
    segments = match["path"].split(":")[1:] if match else []
    if match is None or not all(_is_segment(segment) for segment in segments):
        raise InvalidDIDError("not a did:web")
    port = f":{match['port']}" if match["port"] else ""
    path = "/".join(segments) or ".well-known"
    return f"https://{match['host'].lower()}{port}/{path}/did.json"


def parse_did_key(did: str) -> PublicKey:
    """Return the Ed25519 key that a did:key is.

    Raises:
        InvalidDIDError: not a did:key.
        InvalidKeyError: a did:key of another kind of key.
    """
    method, _, multibase = did.partition("did:key:")
    if method or not multibase:
        raise InvalidDIDError("not a did:key")
    return parse_multikey(multibase)


def verification_method_id(controller: str, key: PublicKey) -> str:
    """Return the id under which `controller` lists `key`: the fragment is the key's own value.

    So the id of a key never changes and never means another key.
    """
    if key.algorithm is Algorithm.ED25519:
        return f"{controller}#{encode_multikey(key)}"
    return f"{controller}#{thumbprint(key)}"


def assertion_keys(document: object, *, controller: str, now: datetime) -> dict[str, PublicKey]:
    """Return the keys that may sign credentials for `controller`, by verification method id.

    The document comes from outside. Methods that belong to somebody else, are revoked or
    expired, or hold kinds of keys that we do not use, are left out.

    Raises:
        InvalidDIDError: malformed, or the document of somebody else.
    """
    if not isinstance(document, Mapping) or document.get("id") != controller:
        raise InvalidDIDError("not the document of this issuer")
    vouched_for = _list(document.get("assertionMethod", []))
    embedded = [method for method in vouched_for if isinstance(method, Mapping)]
    methods = _methods(_list(document.get("verificationMethod", [])) + embedded, controller)
    ids = [_method_id(method, controller) for method in vouched_for]
    return {
        id_: key
        for id_ in ids
        if id_ in methods and (key := _usable_key(methods[id_], controller, now)) is not None
    }


def revoked_names(document: Mapping[str, object], *, controller: str) -> frozenset[str]:
    """Return what proofs may call the keys that a DID document says are revoked.

    That is the id of the verification method, the one that the key's own value makes, and
    the thumbprint.

    Raises:
        InvalidDIDError: malformed.
    """
    methods = _methods(_list(document.get("verificationMethod", [])), controller)
    revoked = {id_: method for id_, method in methods.items() if "revoked" in method}
    keys = [key for method in revoked.values() if (key := _key_of(method)) is not None]
    by_value = (verification_method_id(controller, key) for key in keys)
    return frozenset([*revoked, *by_value, *map(thumbprint, keys)])


def _is_segment(segment: str) -> bool:
    return bool(re.fullmatch(_SEGMENT, segment)) and segment not in {".", ".."}


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > _MAXIMUM_METHODS:
        raise InvalidDIDError("the methods of a DID document are an array of a sensible length")
    return value


def _methods(listed: list[object], controller: str) -> dict[str, Mapping[str, object]]:
    methods: dict[str, Mapping[str, object]] = {}
    for method in listed:
        if not isinstance(method, Mapping):
            raise InvalidDIDError("a verification method is an object")
        id_ = _method_id(method, controller)
        if id_ in methods:
            raise InvalidDIDError("two verification methods have the same id")
        methods[id_] = method
    return methods


def _method_id(method: object, controller: str) -> str:
    """Return the absolute id of a method or of a reference to one."""
    id_ = method.get("id") if isinstance(method, Mapping) else method
    if not isinstance(id_, str):
        raise InvalidDIDError("a verification method has an id")
    return controller + id_ if id_.startswith("#") else id_


def _usable_key(method: Mapping[str, object], controller: str, now: datetime) -> PublicKey | None:
    """Return the method's key, or None when it must not or cannot be used."""
    if method.get("controller") != controller or "revoked" in method:
        return None
    if "expires" in method and not _is_future(method["expires"], now):
        return None
    return _key_of(method)


def _key_of(method: Mapping[str, object]) -> PublicKey | None:
    """Return the method's key; None for a kind that we do not use."""
    try:
        match method.get("type"):
            case "Multikey" | "Ed25519VerificationKey2020":
                return parse_multikey(method.get("publicKeyMultibase"))
            case "JsonWebKey" | "JsonWebKey2020":
                return parse_jwk(method.get("publicKeyJwk"))
            case _:
                return None
    except InvalidKeyError:
        return None


def _is_future(value: object, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(value)) > now
    except (ValueError, TypeError):
        return False
