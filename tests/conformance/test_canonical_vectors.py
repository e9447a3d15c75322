"""The W3C test suite of RDF Dataset Canonicalization."""

import json
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from badges.errors import WorkBudgetError
from badges.rdfc import (
    XSD_STRING,
    Node,
    Quad,
    WorkBudget,
    canonical_labels,
    canonical_lines,
    iri_text,
)

SUITE = Path(__file__).parents[3] / "shared" / "material" / "rdf-canon"
BUDGET = 50_000
# The proofs that we make and verify hash with SHA-256 only.
NOT_OURS = {"#test075c": "SHA384", "#test075m": "SHA384"}

# Canonical N-Quads, 5 of the specification: these by name, the others by number. The documents
# that we sign and verify hold none of the latter.
ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SUITE.exists(), reason="the W3C test suite is not beside the project"),
]


def _manifest() -> list[dict[str, str]]:
    """List all tests of the suite."""
    if not SUITE.exists():
        return []
    entries: list[dict[str, str]] = json.loads((SUITE / "manifest.jsonld").read_text("utf-8"))[
        "entries"
    ]
    return entries


def _entries(kind: str) -> list[dict[str, str]]:
    """List the tests of one kind, without those that are not ours."""
    return [one for one in _manifest() if one["type"] == kind and one["id"] not in NOT_OURS]


def _quads(name: str) -> tuple[list[Quad], dict[str, int]]:
    """Read a dataset; return its quads, and the number of each blank node by its label."""
    numbers: dict[str, int] = {}

    def node(term: object) -> Node:
        match term:
            case pyoxigraph.BlankNode():
                return numbers.setdefault(term.value, len(numbers))
            case pyoxigraph.NamedNode():
                return iri_text(term.value)
            case pyoxigraph.Literal() if term.language:
                return f'"{term.value.translate(ESCAPES)}"@{term.language}'
            case pyoxigraph.Literal(datatype=pyoxigraph.NamedNode(value=datatype)):
                suffix = "" if datatype == XSD_STRING else f"^^<{datatype}>"
                return f'"{term.value.translate(ESCAPES)}"{suffix}'
        raise AssertionError(term)

    text = (SUITE / name).read_text("utf-8")
    quads = [
        Quad(
            node(quad.subject),
            iri_text(quad.predicate.value),
            node(quad.object),
            None if isinstance(quad.graph_name, pyoxigraph.DefaultGraph) else node(quad.graph_name),
        )
        for quad in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_QUADS)
    ]
    return quads, numbers


@pytest.mark.parametrize("entry", _entries("rdfc:RDFC10EvalTest"), ids=lambda entry: entry["id"])
def test_a_dataset_has_the_canonical_form_that_the_w3c_says(entry: dict[str, str]) -> None:
    """Every dataset of the suite within the work that a document may take, poisonous ones too."""
    quads, _ = _quads(entry["action"])

    assert "".join(canonical_lines(quads, WorkBudget(BUDGET))) == _result(entry)


@pytest.mark.parametrize("entry", _entries("rdfc:RDFC10MapTest"), ids=lambda entry: entry["id"])
def test_blank_nodes_get_the_labels_that_the_w3c_says(entry: dict[str, str]) -> None:
    """Each blank node of the input is told its canonical label."""
    quads, numbers = _quads(entry["action"])

    labels = canonical_labels(quads, WorkBudget(BUDGET))

    found = {name: labels[number].removeprefix("_:") for name, number in numbers.items()}
    assert found == json.loads(_result(entry))


@pytest.mark.parametrize(
    "entry", _entries("rdfc:RDFC10NegativeEvalTest"), ids=lambda entry: entry["id"]
)
def test_a_dataset_that_nobody_can_canonicalize_ends_in_the_budget_error(
    entry: dict[str, str],
) -> None:
    """A clique of blank nodes takes more than all time: it is given up."""
    quads, _ = _quads(entry["action"])

    with pytest.raises(WorkBudgetError):
        canonical_lines(quads, WorkBudget(BUDGET))


def test_the_whole_suite_has_been_read() -> None:
    """Nothing passes for want of tests, and what is left out is so by name, for its hash."""
    counts = Counter(entry["type"] for entry in _manifest())

    assert counts == {
        "rdfc:RDFC10EvalTest": 64,
        "rdfc:RDFC10MapTest": 21,
        "rdfc:RDFC10NegativeEvalTest": 1,
    }
    assert {
        entry["id"]: entry["hashAlgorithm"] for entry in _manifest() if "hashAlgorithm" in entry
    } == NOT_OURS


def _result(entry: dict[str, str]) -> str:
    return (SUITE / entry["result"]).read_text("utf-8")
