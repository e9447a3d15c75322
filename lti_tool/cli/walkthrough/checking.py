"""What the walk leaves behind, and whether it holds, with us and with another verifier."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from badges.binding import Naming, Resolver
from badges.errors import NotPublicError, ResolutionError, VerificationError
from badges.verification import verify
from keys.did import assertion_keys, did_web_document_url
from keys.signing import Algorithm

SECONDS = 20


def save(share_link: str, folder: Path) -> None:
    """Fetch the badge, the issuer's document and the status list as served, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    document = _get(f"{share_link}.json")
    credential = json.loads(document)
    did_url = did_web_document_url(credential["issuer"]["id"]).replace("https://", "http://", 1)
    status_url = credential["credentialStatus"]["statusListCredential"]
    did_document = _get(did_url)
    (folder / "credential.json").write_bytes(document)
    (folder / "credential.jwt").write_bytes(_get(f"{share_link}.jwt"))
    (folder / "did.json").write_bytes(did_document)
    (folder / "status-list.json").write_bytes(_get(status_url))


def check(folder: Path, *, say: Callable[[str], None]) -> int:
    """Verify both forms in `folder` with us and with openbadgeslib; return 0 only if all hold."""
    outcomes: dict[str, Callable[[], str | None]] = {
        "Quatrefoil, Data Integrity": lambda: _ours(folder, "credential.json"),
        "Quatrefoil, VC-JWT": lambda: _ours(folder, "credential.jwt"),
        "openbadgeslib, Data Integrity": lambda: _theirs(folder, "credential.json"),
        "openbadgeslib, VC-JWT": lambda: _theirs(folder, "credential.jwt"),
    }
    failed = 0
    for name, holds in outcomes.items():
        why = _reason(holds)
        failed += why is not None
        say(f"{'ok  ' if why is None else 'FAIL'} {name}{'' if why is None else ': ' + why}")
    say("The badge verifies." if not failed else "The badge does NOT verify.")
    return 1 if failed else 0


def _reason(holds: Callable[[], str | None]) -> str | None:
    """Return why something does not hold; None if it does."""
    try:
        return holds()
    except Exception as error:  # noqa: BLE001 - a file changed anywhere may break any reader of it
        return f"{type(error).__name__}: {error}"


class SavedResolver(Resolver):
    """Answers from the saved files; keys of JWTs come out of the saved DID document."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def did_document(self, did: str) -> bytes:
        """Return the saved document."""
        return (self._folder / "did.json").read_bytes()

    def jwk(self, url: str) -> Mapping[str, object]:
        """Return the saved document's key that `url` ends with."""
        for method in json.loads(self.did_document(""))["verificationMethod"]:
            key = method.get("publicKeyJwk")
            if isinstance(key, dict) and str(key.get("kid")) == url.rpartition("/")[2]:
                return key
        raise ResolutionError("no such key")

    def status_list(self, url: str) -> bytes:
        """Return the saved list."""
        return (self._folder / "status-list.json").read_bytes()

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Have none: what a badge rests on was not saved."""
        raise NotPublicError(f"{url} of {named_by.id}")


def _ours(folder: Path, name: str) -> str | None:
    try:
        verify((folder / name).read_bytes(), resolver=SavedResolver(folder), now=datetime.now(UTC))
    except VerificationError as error:
        return str(error)
    return None


def _theirs(folder: Path, name: str) -> str | None:
    # Its import takes a second, and only the walkthrough needs it.
    from openbadgeslib.ob3.ldp import OB3LdpVerifier  # noqa: PLC0415
    from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier  # noqa: PLC0415

    is_json = name.endswith(".json")
    algorithm = Algorithm.ED25519 if is_json else Algorithm.RS256
    pem = _key_from_document(json.loads((folder / "did.json").read_bytes()), algorithm)
    verifier: Any = OB3LdpVerifier(pem) if is_json else OB3Verifier(pem)
    try:
        verifier.verify((folder / name).read_text("utf-8"))
    except (OB3VerificationError, ValueError) as error:
        return type(error).__name__
    return None


def _key_from_document(document: Mapping[str, Any], algorithm: Algorithm) -> bytes:
    keys = assertion_keys(document, controller=document["id"], now=datetime.now(UTC))
    key = next((key for key in keys.values() if key.algorithm is algorithm), None)
    if key is None:
        raise ResolutionError(f"the saved did.json has no {algorithm} key to assert with")
    return key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _get(url: str) -> bytes:
    answer = requests.get(url, timeout=SECONDS)
    answer.raise_for_status()
    return answer.content
