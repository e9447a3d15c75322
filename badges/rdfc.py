"""RDF Dataset Canonicalization (RDFC-1.0) of a default graph, with SHA-256.

A graph is a set of triples. What distinguishes its blank nodes is hashed twice: first each
node's own triples (4.6); then, for nodes that these do not tell apart, all that can be reached
from them (4.8). The second step can take more than exponential time on a graph made for it, so
all work is counted, and a budget ends it.

Source: https://www.w3.org/TR/rdf-canon/
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import permutations
from typing import NamedTuple, TypeAlias

from badges.errors import WorkBudgetError

Node: TypeAlias = str | int
"""An IRI or literal as N-Quads text, or the number of a blank node."""

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

# Each level of step two takes a few Python frames. No honest document comes near: its blank
# nodes differ, or differ after a step or two.
_MAX_HASHING_DEPTH = 100

# Canonical N-Quads, 5 of the specification: these by name, the others of _UNPRINTABLE by number.
_UNPRINTABLE = (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)
_ESCAPES = {code: f"\\u{code:04X}" for code in _UNPRINTABLE} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}


class Triple(NamedTuple):
    """One statement of the graph; `predicate` is N-Quads text."""

    subject: Node
    predicate: str
    object: Node


class WorkBudget:
    """How much work may still be done. One unit is about one step of a loop."""

    def __init__(self, units: int) -> None:
        self._left = units

    def spend(self, units: int = 1) -> None:
        """Count `units` of work.

        Raises:
            WorkBudgetError: that is more than is left.
        """
        self._left -= units
        if self._left < 0:
            raise WorkBudgetError("the document takes more work than it may")


def iri_text(iri: str) -> str:
    """Return an IRI as N-Quads text."""
    return f"<{iri}>"


def literal_text(value: str, datatype: str | None = None) -> str:
    """Return a literal as canonical N-Quads text; a string needs no `datatype`."""
    text = f'"{value.translate(_ESCAPES)}"'
    return text if datatype in {None, XSD_STRING} else f"{text}^^<{datatype}>"


def canonical_lines(triples: Collection[Triple], work: WorkBudget) -> list[str]:
    """Return the canonical N-Quads of a graph, a line each with its line feed, sorted.

    `work` is spent on telling blank nodes apart; the rest is linear in the triples.

    Raises:
        WorkBudgetError: the blank nodes take more work than that.
    """
    labels = _Labelling(triples, work).labels()
    return sorted({_line(triple, labels.__getitem__) for triple in triples})


def alike_nodes(triples: Iterable[Triple]) -> list[list[int]]:
    """Return the groups of blank nodes that their own triples do not tell apart."""
    hashes = {node: _first_degree_hash(node, own) for node, own in _mentions(triples).items()}
    return [group for group in _grouped(hashes) if len(group) > 1]


class _Labelling:
    """One run of the canonicalization algorithm (4.4): it gives each blank node its label."""

    def __init__(self, triples: Iterable[Triple], work: WorkBudget) -> None:
        self._work = work
        self._mentions = _mentions(triples)
        self._first_degree = {
            node: _first_degree_hash(node, mentions) for node, mentions in self._mentions.items()
        }
        self._labels: dict[int, str] = {}

    def labels(self) -> Mapping[int, str]:
        groups = _grouped(self._first_degree)
        for group in groups:
            if len(group) == 1:
                self._issue(group[0])
        for group in groups:
            if len(group) > 1:
                self._label_alike(group)
        return self._labels

    def _issue(self, node: int) -> None:
        if node not in self._labels:
            self._labels[node] = f"_:c14n{len(self._labels)}"

    def _label_alike(self, nodes: Sequence[int]) -> None:
        """Label nodes with the same first-degree hash, in the order of their N-degree hashes."""
        results = [
            self._hash_n_degree(node, {node: "_:b0"}, depth=0)
            for node in nodes
            if node not in self._labels
        ]
        for _, issued in sorted(results, key=lambda result: result[0]):
            for node in issued:
                self._issue(node)

    def _hash_n_degree(
        self, node: int, issued: dict[int, str], *, depth: int
    ) -> tuple[str, dict[int, str]]:
        """Hash N-Degree Quads (4.8): a hash of what is reachable, and the labels it issued.

        `issued` are temporary labels in the order of their issue; it is not changed.
        """
        if depth > _MAX_HASHING_DEPTH:
            raise WorkBudgetError("too many nodes in a row say the same")
        data = ""
        for related_hash, related in sorted(self._related(node, issued).items()):
            path, issued = self._shortest_path(related, issued, depth=depth)
            data += related_hash + path
        return _sha256(data), issued

    def _related(self, node: int, issued: Mapping[int, str]) -> dict[str, list[int]]:
        """Return the blank nodes next to `node`, by how they are related to it (4.7)."""
        self._work.spend(len(self._mentions[node]))
        related: dict[str, list[int]] = {}
        for triple in self._mentions[node]:
            for position, other in (("s", triple.subject), ("o", triple.object)):
                if isinstance(other, int) and other != node:
                    name = self._labels.get(other) or issued.get(other)
                    key = position + triple.predicate + (name or self._first_degree[other])
                    related.setdefault(_sha256(key), []).append(other)
        return related

    def _shortest_path(
        self, nodes: Sequence[int], issued: dict[int, str], *, depth: int
    ) -> tuple[str, dict[int, str]]:
        """Try the nodes in every order; return the least path and the labels it issued."""
        shortest, its_labels = "", issued
        for order in permutations(nodes):
            # A copy of the labels is part of the work.
            self._work.spend(1 + len(issued))
            path, labels = self._path(order, dict(issued), shortest, depth=depth)
            if not shortest or path < shortest:
                shortest, its_labels = path, labels
        return shortest, its_labels

    def _path(
        self, order: Sequence[int], issued: dict[int, str], shortest: str, *, depth: int
    ) -> tuple[str, dict[int, str]]:
        """Walk the nodes in this order, or until `shortest` beats the path."""
        path = ""
        unvisited = []
        for node in order:
            self._work.spend()
            if node not in self._labels and node not in issued:
                unvisited.append(node)
                issued[node] = f"_:b{len(issued)}"
            path += self._labels.get(node) or issued[node]
            if _is_beaten(path, shortest):
                return path, issued
        for node in unvisited:
            digest, after = self._hash_n_degree(node, issued, depth=depth + 1)
            path += f"{issued[node]}<{digest}>"
            issued = after
            if _is_beaten(path, shortest):
                return path, issued
        return path, issued


def _is_beaten(path: str, shortest: str) -> bool:
    """Tell whether a path, however it goes on, is greater than the shortest so far (4.8.3)."""
    return bool(shortest) and len(path) >= len(shortest) and path > shortest


def _grouped(hashes: Mapping[int, str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for node, digest in hashes.items():
        groups.setdefault(digest, []).append(node)
    return [groups[digest] for digest in sorted(groups)]


def _mentions(triples: Iterable[Triple]) -> dict[int, list[Triple]]:
    """Return the triples that each blank node is part of; a graph is a set, so each once."""
    mentions: dict[int, list[Triple]] = {}
    for triple in dict.fromkeys(triples):
        for node in {triple.subject, triple.object}:
            if isinstance(node, int):
                mentions.setdefault(node, []).append(triple)
    return mentions


def _first_degree_hash(node: int, mentions: Iterable[Triple]) -> str:
    """Hash First Degree Quads (4.6)."""
    lines = (_line(triple, lambda other: "_:a" if other == node else "_:z") for triple in mentions)
    return _sha256("".join(sorted(lines)))


def _line(triple: Triple, label: Callable[[int], str]) -> str:
    subject, predicate, object_ = (
        label(part) if isinstance(part, int) else part for part in triple
    )
    return f"{subject} {predicate} {object_} .\n"


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
