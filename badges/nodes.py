"""The nodes of a JSON-LD document: the objects that carry an id."""

from collections.abc import Iterator, Mapping

# What is said about these is true of the id wherever it stands.
_REPEATABLE = (["Profile"], "Profile", ["Image"], "Image")


def find_repeated_id(document: Mapping[str, object]) -> str | None:
    """Return an id that two objects of the document describe differently, or None.

    The canonical form joins what is said about one id, wherever it stands. So members of
    two such objects could change places, a date of validity with a piece of evidence for
    instance, and the signature would still fit. Profiles and images may be described
    more or less fully: a name that moves from the issuer to the creator is still theirs.
    """
    seen: dict[str, Mapping[str, object]] = {}
    for node in _nodes(document):
        id_ = node["id"]
        if not isinstance(id_, str):
            continue
        first = seen.setdefault(id_, node)
        is_repeatable = first.get("type") in _REPEATABLE and node.get("type") in _REPEATABLE
        if not is_repeatable and first != node:
            return id_
    return None


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every object below `value` that says something about an id."""
    match value:
        case Mapping():
            if "id" in value and len(value) > 1:
                yield value
            for child in value.values():
                yield from _nodes(child)
        case list():
            for child in value:
                yield from _nodes(child)
