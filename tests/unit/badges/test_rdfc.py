import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import WorkBudgetError
from badges.rdfc import (
    Triple,
    WorkBudget,
    alike_nodes,
    canonical_lines,
    iri_text,
    literal_text,
)

P = iri_text("urn:p")
Q = iri_text("urn:q")
S = iri_text("urn:s")
BUDGET = 50_000


def canonical(*triples: Triple, budget: int = BUDGET) -> list[str]:
    """The canonical lines of a few triples."""
    return canonical_lines(triples, WorkBudget(budget))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "\\"', '"say \\"\\\\\\""'),
        ("\b\t\n\f\r", '"\\b\\t\\n\\f\\r"'),
        ("\x00\x0b\x1f\x7f\ufffe\uffff", '"\\u0000\\u000B\\u001F\\u007F\\uFFFE\\uFFFF"'),
        ("\x80é\u2028😀", '"\x80é\u2028😀"'),
        ("", '""'),
    ],
)
def test_a_literal_is_escaped_as_canonical_n_quads_say(value: str, text: str) -> None:
    """Few characters have a name, the unprintable ones a number, all others stand as they are."""
    assert literal_text(value) == text


def test_a_datatype_is_written_unless_it_is_string() -> None:
    """A plain literal is a string."""
    assert literal_text("1", "urn:int") == '"1"^^<urn:int>'
    assert literal_text("1", "http://www.w3.org/2001/XMLSchema#string") == '"1"'


def test_lines_are_sorted_by_code_point() -> None:
    """Not by UTF-16 code unit, which would put the astral character first."""
    lines = canonical(*(Triple(S, P, literal_text(value)) for value in "😀\ue000z"))

    assert lines == [f'{S} {P} "{value}" .\n' for value in "z\ue000😀"]


def test_a_repeated_statement_counts_once() -> None:
    """A graph is a set, and a blank node's hash must not see the repetition either."""
    once = (Triple(0, P, S), Triple(1, P, S), Triple(1, Q, S))

    assert canonical(*once, once[0]) == canonical(*once)


def test_blank_nodes_are_told_apart_by_what_they_say() -> None:
    """Nodes that say different things need no work from the budget."""
    lines = canonical(Triple(7, P, literal_text("b")), Triple(3, P, literal_text("a")), budget=0)

    assert len(lines) == 2
    assert {line.split()[0] for line in lines} == {"_:c14n0", "_:c14n1"}


def test_text_that_looks_like_a_blank_node_is_text() -> None:
    """Only terms that are blank nodes are relabelled."""
    assert canonical(Triple(0, P, literal_text("_:c14n0 _:b0"))) == [
        f'_:c14n0 {P} "_:c14n0 _:b0" .\n'
    ]


def test_alike_nodes_are_grouped() -> None:
    """Nodes with the same first-degree hash are named, others not."""
    triples = [Triple(S, P, node) for node in range(4)]
    triples += [Triple(3, Q, S), Triple(4, P, 5)]

    assert alike_nodes(triples) == [[0, 1, 2]]


def test_alike_nodes_take_work() -> None:
    """Each twin is hashed with all it reaches, which is counted."""
    twins = (Triple(S, P, 0), Triple(S, P, 1), Triple(0, Q, 2), Triple(1, Q, 3))

    assert len(canonical(*twins)) == 4
    with pytest.raises(WorkBudgetError):
        canonical(*twins, budget=5)


def test_a_long_chain_of_alike_nodes_is_given_up() -> None:
    """The hashing goes as deep as the chain is long, so its depth has a limit of its own."""
    chain = [Triple(node, P, node + 1) for node in range(5_000)]

    with pytest.raises(WorkBudgetError):
        canonical(*chain, budget=10**9)


NODES = st.one_of(st.integers(0, 4), st.sampled_from([S, literal_text("x")]))
GRAPHS = st.lists(
    st.builds(Triple, st.one_of(st.integers(0, 4), st.just(S)), st.sampled_from([P, Q]), NODES),
    max_size=8,
)


@settings(deadline=None)
@given(GRAPHS, st.permutations(range(5)), st.randoms(use_true_random=False))
def test_the_form_does_not_depend_on_names_or_order(
    triples: list[Triple], numbers: list[int], chance: random.Random
) -> None:
    """Isomorphic graphs have one canonical form: that is what it is for."""

    def rename(node: str | int) -> str | int:
        return numbers[node] if isinstance(node, int) else node

    other = [Triple(rename(t.subject), t.predicate, rename(t.object)) for t in triples]
    chance.shuffle(other)

    assert canonical(*other) == canonical(*triples)
