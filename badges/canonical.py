"""The canonical form of a credential: what a Data Integrity proof signs.

A document is JSON-LD, but of pinned contexts only, so the learned tables of `badges.terms` say
what each key means and nothing is fetched or interpreted: one walk turns the JSON into quads,
`badges.rdfc` gives them their canonical form. Whatever the tables do not know is refused, so
no statement goes unsigned, or signed with another meaning than verifiers see.

A document may embed others, each with its own `@context` and `proof`: their statements become
statements of the whole, only what is in a `proof` is kept apart, in a graph of its own. So
the proof of the whole tells nothing about who said what; see `badges.nodes`.

Source: https://www.w3.org/TR/json-ld11-api/ (expansion, conversion to RDF),
https://www.w3.org/TR/vc-di-eddsa/#transformation-eddsa-rdfc-2022
"""

from collections.abc import Mapping, Sequence
from typing import Any

from badges.emitter import Statements, emit
from badges.errors import AlikeNodesError, SortOrderError
from badges.places import Place, pointer_to
from badges.rdfc import WorkBudget, alike_nodes, canonical_lines, hashed_lines

DEFAULT_BUDGET = 50_000
"""A credential with a long rubric takes some hundreds; 50,000 end within a second."""


def canonicalize(document: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> str:
    """Return the canonical N-Quads (RDFC-1.0) of a JSON-LD document, to be hashed as UTF-8.

    Of a signed document take out its own `proof` first; those of documents in it stay. A proof
    configuration is a document, too: the proof without its `proofValue`, with the `@context`
    of what it signs.

    Args:
        document: JSON as Python's reader returns it, with objects, arrays as lists, text,
            booleans and integers.
        budget: How much work it may take, in steps.

    Raises:
        CanonicalizationError: one of its subclasses says what is wrong; which and where.
    """
    return "".join(_sorted_lines(emit(document), WorkBudget(budget)))


def check_unambiguous(document: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> None:
    """Refuse a document that some verifier out there would read differently. Before signing.

    It may be sound all the same, and verification accepts it. But rdf-canonize 5 sorts by
    UTF-16 code unit and gives up early on nodes that their own statements do not tell apart.
    What two embedded documents say alike is nobody's fault, and harmless as long as no other
    blank node hangs on it: two badges that name the same person, for instance.

    Raises:
        AlikeNodesError: parts without an `id` say the same. Give them ids, or say it once.
        SortOrderError: values of one property sort differently in UTF-16.
        CanonicalizationError: as `canonicalize`.
    """
    said = emit(document)
    for alike in alike_nodes(said.quads):
        places = [said.places[node] for node in alike.nodes]
        documents = {_innermost_document(document, place) for place in places}
        if alike.is_linked or len(documents) < len(places):
            first, second = (pointer_to(place) or "the document" for place in places[:2])
            raise AlikeNodesError(f"nothing tells {first} and {second} apart")
    lines = _sorted_lines(said, WorkBudget(budget))
    if not _has_long_characters(lines):
        return
    # Both: two lines may differ by their labels once sorted for good, yet by a value before.
    for hashed in (lines, *hashed_lines(said.quads)):
        if hashed != sorted(hashed, key=lambda line: line.encode("utf-16-be")):
            raise SortOrderError("some values sort differently by UTF-16 code unit")


def _sorted_lines(said: Statements, work: WorkBudget) -> list[str]:
    work.spend(len(said.lines) + len(said.quads))
    # Lines in the order in which they came: a part of them is sorted already.
    return sorted(dict.fromkeys((*said.lines, *canonical_lines(said.quads, work))))


def _has_long_characters(lines: Sequence[str]) -> bool:
    """Tell whether a character is beyond the first 65,536: it takes two units of UTF-16.

    Without one, lines sort alike by code point and by code unit.
    """
    text = "".join(lines)
    return not text.isascii() and len(text.encode("utf-16-le")) > 2 * len(text)


def _innermost_document(document: Mapping[str, object], place: Place) -> Place:
    """Return the place of the embedded document that a place is in, or the empty place."""
    found: Place = ()
    value: Any = document
    for depth, step in enumerate(place, 1):
        value = value[step]
        if isinstance(value, Mapping) and "@context" in value:
            found = place[:depth]
    return found
