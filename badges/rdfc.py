"""RDF Dataset Canonicalization (RDFC-1.0) with SHA-256.

A dataset is a set of quads: a default graph, and graphs with names. What distinguishes its
blank nodes is hashed twice: first each node's own quads (4.6); then, for nodes that these do
not tell apart, all that can be reached from them (4.8). The second step can take more than
exponential time on a dataset made for it, so all work is counted, and a budget ends it.

Source: https://www.w3.org/TR/rdf-canon/
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from badges.errors import WorkBudgetError

Node: TypeAlias = str | int
"""An IRI or literal as canonical N-Quads text, or the number of a blank node."""

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

# Each level of step two takes a few Python frames. No honest document comes near: its blank
# nodes differ, or differ after a step or two.
_MAX_HASHING_DEPTH = 100


class Quad(NamedTuple):
    """One statement; `predicate` is N-Quads text, `graph` None the default graph."""

    subject: Node
    predicate: str
    object: Node
    graph: Node | None = None


class AlikeNodes(NamedTuple):
    """Blank nodes that say the same; `is_linked` if other blank nodes are part of it."""

    nodes: Sequence[int]
    is_linked: bool


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


def canonical_lines(quads: Collection[Quad], work: WorkBudget) -> list[str]:
    """Return the canonical N-Quads of a dataset, a line each with its line feed, sorted.

    `work` is spent on telling blank nodes apart; the rest is linear in the quads.

    Raises:
        WorkBudgetError: the blank nodes take more work than that.
    """
    if not quads:
        return []
    # Whatever is no blank node stands for itself.
    name = canonical_labels(quads, work).get
    lines = {
        f"{name(s, s)} {p} {name(o, o)} .\n"
        if g is None
        else f"{name(s, s)} {p} {name(o, o)} {name(g, g)} .\n"
        for s, p, o, g in quads
    }
    return sorted(lines)


def canonical_labels(quads: Collection[Quad], work: WorkBudget) -> Mapping[Node, str]:
    """Return the label of each blank node, `_:c14n…`.

    Raises:
        WorkBudgetError: as `canonical_lines`.
    """
    nodes = {part for quad in quads for part in quad if part.__class__ is int}
    if len(nodes) > 1:
        return _Labelling(quads, work).labels()
    # Nothing to tell apart: so it is with most of what we sign.
    return dict.fromkeys(nodes, "_:c14n0")


def hashed_lines(quads: Iterable[Quad]) -> Iterator[list[str]]:
    """List what is hashed for each blank node to tell it from others, sorted as it is hashed."""
    return (_first_degree_lines(node, own) for node, own in _mentions(quads).items())


def alike_nodes(quads: Iterable[Quad]) -> list[AlikeNodes]:
    """Return the groups of blank nodes that their own quads do not tell apart."""
    mentions = _mentions(quads)
    hashes = {node: _first_degree_hash(node, own) for node, own in mentions.items()}
    return [
        AlikeNodes(nodes=group, is_linked=_is_linked(group[0], mentions[group[0]]))
        for group in _grouped(hashes)
        if len(group) > 1
    ]


class _Labelling:
    """One run of the canonicalization algorithm (4.4): it gives each blank node its label."""

    def __init__(self, quads: Iterable[Quad], work: WorkBudget) -> None:
        self._work = work
        self._mentions = _mentions(quads)
        self._first_degree = {
            node: _first_degree_hash(node, mentions) for node, mentions in self._mentions.items()
        }
        self._labels: dict[Node, str] = {}

    def labels(self) -> Mapping[Node, str]:
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
        for subject, predicate, object_, graph in self._mentions[node]:
            for position, other in (
                ("s" + predicate, subject),
                ("o" + predicate, object_),
                ("g", graph),
            ):
                if isinstance(other, int) and other != node:
                    name = self._labels.get(other) or issued.get(other)
                    key = position + (name or self._first_degree[other])
                    related.setdefault(_sha256(key), []).append(other)
        return related

    def _shortest_path(
        self, nodes: Sequence[int], issued: dict[int, str], *, depth: int
    ) -> tuple[str, dict[int, str]]:
        """Try the nodes in every order; return the least path and the labels it issued."""
        shortest, its_labels = "", issued
        for order in _orders(nodes):
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


def _orders(nodes: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """List the orders of the nodes, each once: one graph is next to a node once a statement."""
    order = sorted(nodes)
    while True:
        yield tuple(order)
        # The next one in lexical order, by Narayana's algorithm.
        at = len(order) - 2
        while at >= 0 and order[at] >= order[at + 1]:
            at -= 1
        if at < 0:
            return
        other = next(i for i in range(len(order) - 1, at, -1) if order[i] > order[at])
        order[at], order[other] = order[other], order[at]
        order[at + 1 :] = reversed(order[at + 1 :])


def _is_beaten(path: str, shortest: str) -> bool:
    """Tell whether a path, however it goes on, is greater than the shortest so far (4.8.3)."""
    return bool(shortest) and len(path) >= len(shortest) and path > shortest


def _grouped(hashes: Mapping[int, str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for node, digest in hashes.items():
        groups.setdefault(digest, []).append(node)
    return [groups[digest] for digest in sorted(groups)]


def _mentions(quads: Iterable[Quad]) -> dict[int, list[Quad]]:
    """Return the quads that each blank node is part of; a dataset is a set, so each once."""
    mentions: dict[int, list[Quad]] = {}
    for quad in dict.fromkeys(quads):
        for node in {quad.subject, quad.object, quad.graph}:
            if isinstance(node, int):
                mentions.setdefault(node, []).append(quad)
    return mentions


def _is_linked(node: int, mentions: Iterable[Quad]) -> bool:
    return any(isinstance(part, int) and part != node for quad in mentions for part in quad)


def _first_degree_hash(node: int, mentions: Iterable[Quad]) -> str:
    """Hash First Degree Quads (4.6)."""
    return _sha256("".join(_first_degree_lines(node, mentions)))


def _first_degree_lines(node: int, mentions: Iterable[Quad]) -> list[str]:
    return sorted(_line(quad, lambda other: "_:a" if other == node else "_:z") for quad in mentions)


def _line(quad: Quad, label: Callable[[int], str]) -> str:
    subject, predicate, object_, graph = quad
    if isinstance(subject, int):
        subject = label(subject)
    if isinstance(object_, int):
        object_ = label(object_)
    if graph is None:
        return f"{subject} {predicate} {object_} .\n"
    return (
        f"{subject} {predicate} {object_} {label(graph) if isinstance(graph, int) else graph} .\n"
    )


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
