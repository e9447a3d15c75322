"""Our canonical form is that of generic JSON-LD processors, byte for byte."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, event, given, settings

from badges.canonical import canonicalize, check_unambiguous
from badges.errors import AmbiguousDocumentError
from badges.terms.vocabulary import load_vocabularies
from tests.conformance.canonical_documents import (
    a_credential,
    a_learner_record,
    a_proof_configuration,
    a_status_list,
    an_endorsement,
    credentials,
    documents,
    nodes,
)
from tests.conformance.canonical_oracles import canonicalize_with_oxigraph, canonicalize_with_pyld

_GENERATED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_MANY = settings(_GENERATED, max_examples=500)


@pytest.mark.parametrize(
    "document",
    [
        a_credential(),
        a_learner_record(),
        a_proof_configuration(),
        a_status_list(),
        an_endorsement(),
    ],
    ids=lambda document: document["type"][-1],
)
def test_each_kind_of_document_is_canonicalized_as_others_do(document: dict[str, object]) -> None:
    """Three independent implementations agree on every kind of document that we handle."""
    assert_as_others(document)
    check_unambiguous(document)


@_GENERATED
@given(credentials())
def test_a_credential_is_canonicalized_as_others_do(document: dict[str, object]) -> None:
    """Whatever a credential says, and however its parts resemble each other."""
    assert_as_others(document)


@_GENERATED
@given(documents())
def test_a_document_of_any_terms_is_canonicalized_as_others_do(
    document: dict[str, object],
) -> None:
    """Each term of each type means what generic processors take it for, in every combination."""
    assert_as_others(document)


@pytest.mark.endurance
@_MANY
@given(credentials())
def test_many_credentials_are_canonicalized_as_others_do(document: dict[str, object]) -> None:
    """The same, for longer."""
    assert_as_others(document)


@pytest.mark.endurance
@_MANY
@given(documents())
def test_many_documents_of_any_terms_are_canonicalized_as_others_do(
    document: dict[str, object],
) -> None:
    """The same, for longer."""
    assert_as_others(document)


def assert_as_others(document: Mapping[str, object]) -> None:
    """Assert equality with both oracles, and note how ambiguous the document was."""
    try:
        check_unambiguous(document)
    except AmbiguousDocumentError as error:
        event(error.code)

    canonical = canonicalize(document)

    assert canonical == canonicalize_with_pyld(document)
    if not opens_two_scopes(document):
        assert canonical == canonicalize_with_oxigraph(document)


def opens_two_scopes(document: Mapping[str, object]) -> bool:
    """Tell whether two types of one node define terms: Oxigraph 0.5 then forgets the first's."""
    contexts = document["@context"]
    assert isinstance(contexts, list)
    types = load_vocabularies()[tuple(contexts)].types
    return any(
        len([name for name in set(node.get("type", ())) if name in types and types[name].terms]) > 1
        for node in nodes(document)
        if isinstance(node.get("type"), list)
    )
