"""Our canonical form is that of generic JSON-LD processors, byte for byte.

`QUATREFOIL_TEST_SEED` gives other random documents; what was compared is printed at the end.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

import pytest

from badges.canonical import canonicalize, check_unambiguous
from badges.errors import AmbiguousDocumentError, WorkBudgetError
from badges.generic import canonicalize_with_pyld
from badges.quick_json import load
from badges.terms.vocabulary import load_vocabularies
from tests.conformance.canonical_documents import (
    a_credential,
    a_full_learner_record,
    a_learner_record,
    a_proof_configuration,
    a_status_list,
    an_endorsed_credential,
    an_endorsement,
    signed,
)
from tests.conformance.canonical_generator import generate, nodes
from tests.conformance.canonical_oracles import canonicalize_with_oxigraph

# With it, what was said before is remembered.
load()

SEED = os.environ.get("QUATREFOIL_TEST_SEED", "1")


@pytest.mark.parametrize(
    "document",
    [
        a_credential(),
        a_learner_record(),
        a_proof_configuration(),
        a_status_list(),
        an_endorsement(),
        signed(an_endorsement()),
        an_endorsed_credential(),
        a_full_learner_record(),
    ],
    ids=[
        *("credential", "learner record", "proof", "status list", "endorsement"),
        *("signed endorsement", "endorsed credential", "full learner record"),
    ],
)
def test_each_kind_of_document_is_canonicalized_as_others_do(document: dict[str, object]) -> None:
    """Three independent implementations agree on every kind of document that we handle."""
    assert_as_others(document)
    check_unambiguous(document)


@pytest.mark.parametrize("chunk", range(25))
def test_random_documents_are_canonicalized_as_others_do(
    chunk: int, record_property: Callable[[str, object], None]
) -> None:
    """Whatever a document says, and however its parts resemble each other."""
    record_property("canonical form", dict(compare_many(f"{SEED}/{chunk}", 200)))


@pytest.mark.endurance
@pytest.mark.parametrize("chunk", range(50))
def test_many_random_documents_are_canonicalized_as_others_do(
    chunk: int, record_property: Callable[[str, object], None]
) -> None:
    """The same, for longer, and other documents."""
    record_property("canonical form", dict(compare_many(f"{SEED}/long/{chunk}", 1_000)))


def compare_many(seed: str, count: int) -> Counter[str]:
    """Compare so many random documents with both; return what they were, for the summary."""
    chance = Random(seed)  # noqa: S311 - dice, not secrets
    counts: Counter[str] = Counter()
    while counts["equal to Oxigraph"] < count:
        document = generate(chance)
        counts["documents"] += 1
        try:
            counts += assert_as_others(document)
        except WorkBudgetError:
            counts["given up"] += 1
        except BaseException as error:
            error.add_note(f"document {counts['documents']} of {seed}: {json.dumps(document)}")
            raise
    return counts


def assert_as_others(document: Mapping[str, object]) -> Counter[str]:
    """Assert equality with both oracles; return what the document was."""
    canonical = canonicalize(document)
    # Once more, with all that was remembered of it.
    assert canonical == canonicalize(document)
    counts = Counter({"equal to PyLD": 1})
    has_graphs = any("proof" in node for node in nodes(document))
    counts["with named graphs"] += has_graphs
    try:
        check_unambiguous(document)
    except AmbiguousDocumentError as error:
        counts[error.code] += 1

    assert canonical == canonicalize_with_pyld(document)
    # Oxigraph 0.5 tells alike nodes in named graphs apart otherwise; rdf-canonize does as we do.
    if not opens_two_scopes(document) and not (has_graphs and counts["alike_nodes"]):
        counts["equal to Oxigraph"] += 1
        assert canonical == canonicalize_with_oxigraph(document)
    return counts


def opens_two_scopes(document: Mapping[str, object]) -> bool:
    """Tell whether two types of one node define terms: Oxigraph 0.5 then forgets the first's."""
    contexts = {url for node in nodes(document) for url in node.get("@context", ())}
    scoped = {
        name
        for vocabulary in load_vocabularies().values()
        for name, node_type in vocabulary.types.items()
        if node_type.terms and vocabulary.contexts <= contexts
    }
    return any(
        len(scoped & set(node["type"])) > 1
        for node in nodes(document)
        if isinstance(node.get("type"), list)
    )
