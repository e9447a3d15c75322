"""A credential issued anew: the same id and facts, signed by another key, valid from later on.

What it binds by hash may have been issued anew, too, and is bound as it is now.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from badges.errors import InvalidCredentialError
from badges.instants import format_instant, parse_instant
from badges.untrusted import parse_object
from badges.written import digest_multibase


def without_proof(
    document: bytes, *, valid_from: datetime, bound: Mapping[str, bytes]
) -> dict[str, object]:
    """Return a signed credential as it has to be signed again.

    Args:
        document: The credential with its proof, as stored.
        valid_from: From when the new one is valid.
        bound: The documents that it names by hash, by their ids, as they are now.

    Raises:
        InvalidCredentialError: it is valid from then on already, or later.
    """
    parsed: dict[str, Any] = parse_object(document)
    if parse_instant(parsed["validFrom"]) >= parse_instant(format_instant(valid_from)):
        raise InvalidCredentialError("it was valid from this second on, or later: try again")
    changed = {name: value for name, value in parsed.items() if name != "proof"}
    changed["validFrom"] = format_instant(valid_from)
    if "relatedResource" in changed:
        changed["relatedResource"] = [_as_now(one, bound) for one in changed["relatedResource"]]
    return changed


def is_bound(document: bytes, bound: Mapping[str, bytes]) -> bool:
    """Whether a credential names all of these documents, by their ids, with their hashes."""
    related: Any = parse_object(document).get("relatedResource", [])
    named = {one["id"]: one["digestMultibase"] for one in related}
    return all(named.get(id_) == digest_multibase(data) for id_, data in bound.items())


def _as_now(resource: Mapping[str, object], bound: Mapping[str, bytes]) -> dict[str, object]:
    data = bound.get(str(resource["id"]))
    if data is None:
        return dict(resource)
    return {**resource, "digestMultibase": digest_multibase(data)}
