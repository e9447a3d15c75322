"""What the pinned context lists mean: the learned tables, ready to be asked.

`learned.json` holds one layer for each context list: what its last context adds to the list
without it. `learn.py` wrote it and says how.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from rubrics.packaged import read_packaged


class TermKind(StrEnum):
    """What stands behind a term. Literals, IRIs and lists can also lead to a node."""

    LITERAL = "literal"
    IRI = "iri"
    WORD = "word"
    """A word from a short list, each short for an IRI."""
    LIST = "list"
    """Literals whose order counts."""
    GRAPH = "graph"
    """A node in a graph of its own: `proof`."""
    JSON = "json"
    """JSON kept as one literal."""
    SCOPE = "scope"
    """A place where other terms hold than elsewhere."""


class Term(NamedTuple):
    """What one term means on nodes of one type; `datatype` None is a plain literal."""

    predicate: str
    kind: TermKind
    datatype: str | None
    words: Mapping[str, str]


class NodeType(NamedTuple):
    """A type's IRI and the terms that hold only on its nodes."""

    iri: str
    terms: Mapping[str, Term]


class Vocabulary(NamedTuple):
    """All that one context list means.

    `terms` hold on every node; `prefixes` are the names that would shorten an IRI.
    """

    contexts: frozenset[str]
    terms: Mapping[str, Term]
    types: Mapping[str, NodeType]
    prefixes: frozenset[str]

    def find_term(self, name: str, type_names: Sequence[str]) -> Term | None:
        """Return what `name` means on a node of these (known) types, or None."""
        for type_name in type_names:
            term = self.types[type_name].terms.get(name)
            if term is not None:
                return term
        return self.terms.get(name)

    def find_conflict(self, type_names: Sequence[str]) -> str | None:
        """Return a term that two of these (known, different) types both define, or None.

        JSON-LD refuses most such nodes, as the contexts protect their terms; without a
        conflict the order of the types means nothing.
        """
        seen: set[str] = set()
        for type_name in type_names:
            own = self.types[type_name].terms.keys()
            if not seen.isdisjoint(own):
                return min(seen & own)
            seen |= own
        return None


def find_embedded(outer: Vocabulary, inner: Vocabulary) -> Vocabulary | None:
    """Return what holds below an `@context` inside a document, or None if no pinned list does.

    Contexts add to those around them and take nothing back: as their terms are protected, one
    that would change a meaning is an error in JSON-LD. So what holds is what both lists
    together mean, whichever came first.
    """
    return _vocabularies_by_contexts().get(outer.contexts | inner.contexts)


@cache
def _vocabularies_by_contexts() -> Mapping[frozenset[str], Vocabulary]:
    return {vocabulary.contexts: vocabulary for vocabulary in load_vocabularies().values()}


@cache
def load_vocabularies() -> Mapping[tuple[str, ...], Vocabulary]:
    """Return the vocabulary of each pinned context list. Read once: the tables are code."""
    vocabularies: dict[tuple[str, ...], Vocabulary] = {}
    for layer in _tables()["layers"]:
        contexts = tuple(layer["contexts"])
        vocabularies[contexts] = _add_layer(vocabularies.get(contexts[:-1]), layer)
    return MappingProxyType(vocabularies)


def document_hashes() -> Mapping[str, str]:
    """Return the SHA-256, hexadecimal, of each context that the tables were learned from."""
    hashes: Mapping[str, str] = _tables()["documents"]
    return hashes


@cache
def _tables() -> Any:  # noqa: ANN401 - JSON of our own
    return read_packaged("badges.terms", "learned.json")


def _add_layer(before: Vocabulary | None, layer: Mapping[str, Any]) -> Vocabulary:
    if before is None:
        before = Vocabulary(contexts=frozenset(), terms={}, types={}, prefixes=frozenset())
    types = dict(before.types)
    for name, added in layer["types"].items():
        known = types[name].terms if name in types else {}
        types[name] = NodeType(iri=added["iri"], terms={**known, **_read_terms(added["terms"])})
    return Vocabulary(
        contexts=frozenset(layer["contexts"]),
        terms={**before.terms, **_read_terms(layer["terms"])},
        types=types,
        prefixes=before.prefixes | frozenset(layer["prefixes"]),
    )


def _read_terms(definitions: Mapping[str, Any]) -> dict[str, Term]:
    return {
        name: Term(
            predicate=definition["predicate"],
            kind=TermKind(definition["kind"]),
            datatype=definition.get("datatype"),
            words=definition.get("words", {}),
        )
        for name, definition in definitions.items()
    }
