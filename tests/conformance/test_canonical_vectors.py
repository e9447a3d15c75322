"""The W3C test suite of RDF Dataset Canonicalization, as far as it is about default graphs."""

import json
from pathlib import Path

import pyoxigraph
import pytest

from badges.errors import WorkBudgetError
from badges.rdfc import Node, Triple, WorkBudget, canonical_lines, iri_text, literal_text

SUITE = Path(__file__).parents[3] / "shared" / "material" / "rdf-canon"
BUDGET = 50_000

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SUITE.exists(), reason="the W3C test suite is not beside the project"),
]


def _entries(kind: str) -> list[dict[str, str]]:
    """List the tests of one kind whose graphs are unnamed and whose hash is SHA-256."""
    if not SUITE.exists():
        return []
    manifest = json.loads((SUITE / "manifest.jsonld").read_text("utf-8"))
    return [
        entry
        for entry in manifest["entries"]
        if entry["type"] == kind
        and "hashAlgorithm" not in entry
        and all(isinstance(q.graph_name, pyoxigraph.DefaultGraph) for q in _quads(entry["action"]))
    ]


def _quads(name: str) -> list[pyoxigraph.Quad]:
    text = (SUITE / name).read_text("utf-8")
    return list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_QUADS))


def _triples(name: str) -> list[Triple]:
    numbers: dict[str, int] = {}

    def node(term: object) -> Node:
        match term:
            case pyoxigraph.BlankNode():
                return numbers.setdefault(term.value, len(numbers))
            case pyoxigraph.NamedNode():
                return iri_text(term.value)
            case pyoxigraph.Literal() if term.language:
                return f"{literal_text(term.value)}@{term.language}"
            case pyoxigraph.Literal():
                return literal_text(term.value, term.datatype.value)
        raise AssertionError(term)

    return [
        Triple(node(quad.subject), iri_text(quad.predicate.value), node(quad.object))
        for quad in _quads(name)
    ]


@pytest.mark.parametrize("entry", _entries("rdfc:RDFC10EvalTest"), ids=lambda entry: entry["id"])
def test_a_graph_has_the_canonical_form_that_the_w3c_says(entry: dict[str, str]) -> None:
    """Every graph of the suite within the work that a document may take, poisonous ones too."""
    lines = canonical_lines(_triples(entry["action"]), WorkBudget(BUDGET))

    assert "".join(lines) == (SUITE / entry["result"]).read_text("utf-8")


@pytest.mark.parametrize(
    "entry", _entries("rdfc:RDFC10NegativeEvalTest"), ids=lambda entry: entry["id"]
)
def test_a_graph_that_nobody_can_canonicalize_ends_in_the_budget_error(
    entry: dict[str, str],
) -> None:
    """A clique of blank nodes takes more than all time: it is given up."""
    with pytest.raises(WorkBudgetError):
        canonical_lines(_triples(entry["action"]), WorkBudget(BUDGET))


def test_the_suite_has_been_read() -> None:
    """The filter above leaves most of the suite, so that nothing passes for want of tests."""
    assert len(_entries("rdfc:RDFC10EvalTest")) == 55
    assert len(_entries("rdfc:RDFC10NegativeEvalTest")) == 1
