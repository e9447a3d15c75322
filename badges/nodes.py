"""The nodes of a JSON-LD document, and what flattening lets anybody do to them.

The canonical form joins all that is said about one id, wherever it stands. So members of two
objects with that id can change places, a date of validity with a piece of evidence for
instance, and the signature over the whole still fits.

Signed documents may be embedded: endorsements in a badge, badges in a learner record. Their
statements are joined with those of the document around them, too. Two things together keep
everything in its place, and neither is enough alone:

- Each of `embedded_documents` is verified by itself, as if it had come alone, and may stand
  only where it is looked for. So nothing leaves it, enters it, or changes within it. One that
  cannot be verified, as its issuer is gone, says nothing: its words are not shown.
- `find_repeated_id` of the document around it. What remains is that the outer document says
  less or more than it did of an id that an embedded one describes, too: the two may say
  different things of it, but nothing in common.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# What is said about these is true of the id wherever it stands.
_REPEATABLE = (["Profile"], "Profile", ["Image"], "Image")

_Node = Mapping[str, Any]


def embedded_documents(document: _Node) -> Sequence[_Node]:
    """List the signed documents inside a document, without those that are inside of them.

    A signed document is an object with a `proof`. The outer document's own does not count.
    """
    return _nodes(document, enters_documents=False)[1]


def find_repeated_id(document: _Node) -> str | None:
    """Return an id of which the document says different things in two places, or None.

    Within the document itself no two objects may do so. Profiles and images may be described
    more or less fully: a name that moves from the issuer to the creator is still theirs. What
    stands in embedded documents counts only beside what the document itself says of the
    same id: it may be the same, or have nothing in common with it. So a learner record may
    say of its subject what it associates, and the badges in it what the subject achieved.
    """
    seen: dict[str, _Node] = {}
    own, embedded = _nodes(document, enters_documents=False)
    for node in own:
        first = seen.setdefault(node["id"], node)
        if first is not node and first != node and not _are_repeatable(first, node):
            return str(node["id"])
    for inner in embedded:
        for node in _nodes(inner, enters_documents=True)[0]:
            first = seen.get(node["id"], node)
            is_shared = first is not node and first != node and not _are_repeatable(first, node)
            if is_shared and _have_in_common(first, node):
                return str(node["id"])
    return None


def _nodes(document: _Node, *, enters_documents: bool) -> tuple[list[_Node], list[_Node]]:
    """List the objects that say something about an id, and the signed documents among them.

    The objects in those documents count, too, if this enters them. A proof never does: it
    has a graph of its own.
    """
    found: list[_Node] = []
    signed: list[_Node] = []
    waiting = [document]
    for node in waiting:
        if isinstance(node.get("id"), str) and len(node) > 1:
            found.append(node)
        children = [
            child
            for name, value in node.items()
            # Most values are text, and there are many of them.
            if value.__class__ is not str and name != "proof"
            for child in _objects(value)
        ]
        for child in children:
            is_waiting = enters_documents or "proof" not in child
            (waiting if is_waiting else signed).append(child)
    return found, signed


def _objects(value: object) -> Iterable[_Node]:
    """List the objects in a value, whatever arrays they stand in."""
    if value.__class__ is dict or isinstance(value, Mapping):
        return (value,)
    if isinstance(value, list):
        inner = [item for item in value if not isinstance(item, str)]
        return [found for item in inner for found in _objects(item)]
    return ()


def _are_repeatable(first: _Node, second: _Node) -> bool:
    return first.get("type") in _REPEATABLE and second.get("type") in _REPEATABLE


def _have_in_common(first: _Node, second: _Node) -> bool:
    """Tell whether both make one statement. An object without an id is another each time."""
    names = first.keys() & second.keys() - {"@context", "id", "proof"}
    return any(not _values(first[name]).isdisjoint(_values(second[name])) for name in names)


def _values(value: object) -> set[object]:
    items = value if isinstance(value, list) else [value]
    named = [item.get("id") if isinstance(item, Mapping) else item for item in items]
    return {name for name in named if isinstance(name, str | int)}
