"""Verification's questions answered out of a folder of files. Needs no network and no database.

A kit is such a folder; so is anything that somebody saved of an issuer: its document, its
keys, its status lists, its badges. Files are known by what is in them, not by their names;
only a credential of another issuer, which a microcredential names by an address of ours, is
known by the end of that.
"""

from pathlib import Path
from typing import TypeVar

from badges.binding import Naming
from badges.errors import NotPublicError, ProofError, ResolutionError, UntrustedInputError
from badges.proof import parse_vc_jwt
from badges.untrusted import MAXIMUM_BYTES, parse_object

ENDINGS = frozenset({".json", ".jwt"})
MOST_FILES = 1000
_LIST = "BitstringStatusListCredential"

Found = TypeVar("Found")


class FolderResolver:
    """Answers out of the files of one folder; what is not in it has no answer."""

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            OSError: it cannot be read.
        """
        self._documents: dict[str, bytes] = {}
        self._keys: dict[str, dict[str, object]] = {}
        self._lists: dict[str, bytes] = {}
        self._credentials: dict[str, bytes] = {}
        self._named: dict[str, bytes] = {}
        paths = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)
        for path in paths[:MOST_FILES]:
            with path.open("rb") as file:
                data = file.read(MAXIMUM_BYTES + 1).strip()
            self._take(data)
            self._named[path.stem] = data

    def did_document(self, did: str) -> bytes:
        """Return the document of an issuer."""
        return _found(self._documents.get(did))

    def jwk(self, url: str) -> dict[str, object]:
        """Return the JWK whose id is the end of `url`, or all of it."""
        return _found(self._keys.get(url) or self._keys.get(url.rpartition("/")[2]))

    def status_list(self, url: str) -> bytes:
        """Return the status list credential whose id is `url`."""
        return _found(self._lists.get(url))

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential whose id is `url`; the folder says nothing of the others."""
        found = self._credentials.get(url) or self._named.get(url.rpartition("/components/")[2])
        if found is None:
            raise NotPublicError(f"{url} of {named_by.id} is not in the folder")
        return found

    def _take(self, data: bytes) -> None:
        """Note what a file is; most are nothing that anybody asks for."""
        try:
            is_json = data.startswith(b"{")
            value = parse_object(data) if is_json else dict(parse_vc_jwt(data.decode()).document)
        except (UntrustedInputError, ProofError, UnicodeDecodeError):
            return
        id_, types = value.get("id"), value.get("type")
        if isinstance(id_, str) and _LIST in (types if isinstance(types, list) else [types]):
            # Both forms of a list may be there. Which is newer is not for us to find out.
            self._lists.setdefault(id_, data)
        elif isinstance(id_, str) and isinstance(value.get("verificationMethod"), list):
            self._documents[id_] = data
            for method in _objects(value["verificationMethod"]):
                self._take_key(method.get("publicKeyJwk"))
        elif isinstance(id_, str) and "credentialSubject" in value:
            # What is bound by its digest is the JSON, where both forms are there.
            if is_json or id_ not in self._credentials:
                self._credentials[id_] = data
        else:
            for key in (value, *_objects(value.get("keys"))):
                self._take_key(key)

    def _take_key(self, key: object) -> None:
        if isinstance(key, dict) and "kty" in key and isinstance(key.get("kid"), str):
            self._keys[key["kid"]] = key


def _objects(value: object) -> tuple[dict[str, object], ...]:
    return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _found(value: Found | None) -> Found:
    if value is None:
        raise ResolutionError("not in the folder")
    return value
