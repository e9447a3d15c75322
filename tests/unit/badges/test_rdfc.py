import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import WorkBudgetError
from badges.rdfc import Quad, WorkBudget, alike_nodes, canonical_lines, iri_text

P = iri_text("urn:p")
Q = iri_text("urn:q")
S = iri_text("urn:s")
BUDGET = 50_000


def canonical(*quads: Quad, budget: int = BUDGET) -> list[str]:
    """The canonical lines of a few quads."""
    return canonical_lines(quads, WorkBudget(budget))


def test_lines_are_sorted_by_code_point() -> None:
    """Not by UTF-16 code unit, which would put the astral character first."""
    lines = canonical(*(Quad(S, P, f'"{value}"') for value in "😀\ue000z"))

    assert lines == [f'{S} {P} "{value}" .\n' for value in "z\ue000😀"]


def test_a_repeated_statement_counts_once() -> None:
    """A graph is a set, and a blank node's hash must not see the repetition either."""
    once = (Quad(0, P, S), Quad(1, P, S), Quad(1, Q, S))

    assert canonical(*once, once[0]) == canonical(*once)


def test_blank_nodes_are_told_apart_by_what_they_say() -> None:
    """Nodes that say different things need no work from the budget."""
    lines = canonical(Quad(7, P, '"b"'), Quad(3, P, '"a"'), budget=0)

    assert len(lines) == 2
    assert {line.split()[0] for line in lines} == {"_:c14n0", "_:c14n1"}


def test_text_that_looks_like_a_blank_node_is_text() -> None:
    """Only terms that are blank nodes are relabelled."""
    assert canonical(Quad(0, P, '"_:c14n0 _:b0"')) == [f'_:c14n0 {P} "_:c14n0 _:b0" .\n']


def test_alike_nodes_are_grouped() -> None:
    """Nodes with the same first-degree hash are named, others not."""
    quads = [Quad(S, P, node) for node in range(4)]
    quads += [Quad(3, Q, S), Quad(4, P, 5)]

    assert alike_nodes(quads) == [([0, 1, 2], False)]


def test_a_named_graph_is_told_apart_by_what_is_in_it() -> None:
    """The name of a graph is part of each of its statements, and nothing else need name it."""
    lines = canonical(
        Quad(S, P, 0), Quad(S, P, 1), Quad(S, Q, S, 0), Quad(S, Q, S), Quad(2, Q, S, 1), budget=0
    )

    assert [line.replace(S, "S").replace(P, "P").replace(Q, "Q") for line in lines] == [
        "S P _:c14n1 .\n",
        "S P _:c14n2 .\n",
        "S Q S .\n",
        "S Q S _:c14n1 .\n",
        "_:c14n0 Q S _:c14n2 .\n",
    ]


def test_alike_nodes_are_linked_if_another_blank_node_is_part_of_it() -> None:
    """As subject, object or graph."""
    twins = [Quad(node, P, S, 9) for node in (0, 1)]

    assert alike_nodes(twins) == [([0, 1], True)]
    assert alike_nodes([Quad(node, P, node, node) for node in (0, 1)]) == [([0, 1], False)]


def test_alike_nodes_take_work() -> None:
    """Each twin is hashed with all it reaches, which is counted."""
    twins = (Quad(S, P, 0), Quad(S, P, 1), Quad(0, Q, 2), Quad(1, Q, 3))

    assert len(canonical(*twins)) == 4
    with pytest.raises(WorkBudgetError):
        canonical(*twins, budget=5)


def test_a_long_chain_of_alike_nodes_is_given_up() -> None:
    """The hashing goes as deep as the chain is long, so its depth has a limit of its own."""
    chain = [Quad(node, P, node + 1) for node in range(5_000)]

    with pytest.raises(WorkBudgetError):
        canonical(*chain, budget=10**9)


BLANK = st.integers(0, 4)
QUADS = st.builds(
    Quad,
    st.one_of(BLANK, st.just(S)),
    st.sampled_from([P, Q]),
    st.one_of(BLANK, st.sampled_from([S, '"x"'])),
    st.one_of(st.none(), BLANK, st.just(S)),
)


@settings(deadline=None)
@given(st.lists(QUADS, max_size=8), st.permutations(range(5)), st.randoms(use_true_random=False))
def test_the_form_does_not_depend_on_names_or_order(
    quads: list[Quad], numbers: list[int], chance: random.Random
) -> None:
    """Isomorphic datasets have one canonical form: that is what it is for."""
    others = dict(enumerate(numbers))
    other = [Quad(*(others.get(part, part) for part in quad)) for quad in quads]  # type: ignore[arg-type]
    chance.shuffle(other)

    assert canonical(*other) == canonical(*quads)
