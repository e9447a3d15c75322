"""The learned tables say what the published contexts say, and all of it."""

import json
from collections.abc import Iterator
from importlib.resources import files
from itertools import combinations

import pytest
from pyld import jsonld

from badges.canonical import canonicalize
from badges.errors import ConflictingTypesError
from badges.terms import learn
from badges.terms.vocabulary import TermKind, Vocabulary, load_vocabularies
from tests.conformance.canonical_oracles import canonicalize_with_pyld

DOCUMENTS = {url: json.loads(learn.read_document(url)) for url in learn.CONTEXT_FILES}

# Refused by us although JSON-LD reads them: both types define a term, and in the same way, or
# without protection. No credential has such nodes.
CONFLICTS_IN_OUR_EYES_ONLY = {
    ("Achievement", "Profile"),
    ("Achievement", "Related"),
    ("BitstringStatusList", "BitstringStatusListEntry"),
    ("ClrSubject", "IdentifierEntry"),
    ("ClrSubject", "VerifiablePresentation"),
    ("VerifiableCredential", "VerifiablePresentation"),
}


def test_the_tables_are_what_is_learned_from_the_contexts_today() -> None:
    """The committed file is the script's output, so nobody edits it by hand."""
    committed = (files("badges.terms") / "learned.json").read_text("utf-8")

    assert committed == learn.render(learn.learn_tables()) + "\n"


def test_the_contexts_use_no_feature_that_the_tables_do_not_know() -> None:
    """A new keyword, container, coercion or alias in a context must be looked at by a person."""
    used = {fact for document in DOCUMENTS.values() for fact in _features(document["@context"])}

    assert used == {
        ("keyword", "@protected", True),
        ("keyword", "@context", "object"),
        ("keyword", "@context", None),
        ("keyword", "@id", "IRI"),
        ("keyword", "@type", "IRI"),
        ("keyword", "@type", "@id"),
        ("keyword", "@type", "@json"),
        ("keyword", "@type", "@vocab"),
        ("keyword", "@container", "@graph"),
        ("keyword", "@container", "@list"),
        ("keyword", "@container", "@set"),
        ("alias", "id", "@id"),
        ("alias", "type", "@type"),
    }


def test_only_known_properties_open_a_scope() -> None:
    """What stands below such a property means something else: each is marked in the tables."""
    scoped = {
        path
        for document in DOCUMENTS.values()
        for path in _scoped(document["@context"])
        if not learn.is_type_name(path[-1])
    }

    assert scoped == {
        ("cnf",),
        ("BitstringStatusListEntry", "statusMessage"),
        ("DataIntegrityProof", "proofPurpose"),
        ("VerifiablePresentation", "verifiableCredential"),
    }


def test_the_terms_that_are_not_for_the_emitter_are_marked() -> None:
    """Graphs, JSON values and scopes are what the emitter refuses."""
    vocabulary = load_vocabularies()[learn.CONTEXT_LISTS[-1]]

    kinds = {
        (name, term.kind)
        for terms in (vocabulary.terms, *(t.terms for t in vocabulary.types.values()))
        for name, term in terms.items()
        if term.kind not in {TermKind.LITERAL, TermKind.IRI}
    }

    assert kinds == {
        ("_sd", TermKind.JSON),
        ("allowedValue", TermKind.LIST),
        ("cnf", TermKind.SCOPE),
        ("jsonSchema", TermKind.JSON),
        ("proof", TermKind.GRAPH),
        ("proofPurpose", TermKind.WORD),
        ("statusMessage", TermKind.SCOPE),
        ("verifiableCredential", TermKind.GRAPH),
    }


def test_no_scope_is_nested_in_a_scope() -> None:
    """A scope in a type's scope could only be found by asking for pairs of names."""
    depths = {len(path) for d in DOCUMENTS.values() for path in _scoped(d["@context"])}

    assert depths == {1, 2}


@pytest.mark.parametrize(
    "contexts",
    [learn.CONTEXT_LISTS[-1], pytest.param(learn.CONTEXT_LISTS[4], marks=pytest.mark.slow)],
)
def test_two_types_mean_what_both_mean_or_conflict(contexts: tuple[str, ...]) -> None:
    """Without a conflict the terms of a node are those of its types together."""
    vocabulary = load_vocabularies()[contexts]
    scoped = sorted(name for name, node_type in vocabulary.types.items() if node_type.terms)
    for pair in combinations(scoped, 2):
        document = _full_document(contexts, vocabulary, pair)
        try:
            assert canonicalize(document) == canonicalize_with_pyld(document)
        except ConflictingTypesError:
            if pair not in CONFLICTS_IN_OUR_EYES_ONLY:
                with pytest.raises(jsonld.JsonLdError):
                    canonicalize_with_pyld(document)


def _features(definitions: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """List which features a context uses, in any term or scope."""
    for name, definition in definitions.items():
        if isinstance(definition, str) and definition.startswith("@") and name[0] != "@":
            yield "alias", name, definition
        elif name.startswith("@"):
            yield "keyword", name, _feature(definition)
        if isinstance(definition, dict):
            yield from _features(definition)


def _feature(value: object) -> object:
    if isinstance(value, str):
        return value if value.startswith("@") else "IRI"
    return "object" if isinstance(value, dict) else value


def _scoped(definitions: dict[str, object], *above: str) -> Iterator[tuple[str, ...]]:
    """List the terms that bring a context of their own, with the terms they are defined in."""
    for name, definition in definitions.items():
        if isinstance(definition, dict) and "@context" in definition:
            yield (*above, name)
            if isinstance(definition["@context"], dict):
                yield from _scoped(definition["@context"], *above, name)


def _full_document(
    contexts: tuple[str, ...], vocabulary: Vocabulary, type_names: tuple[str, ...]
) -> dict[str, object]:
    """A node of these types that says something with each of its terms."""
    node: dict[str, object] = {"@context": list(contexts), "type": list(type_names)}
    names = {*vocabulary.terms, *(k for name in type_names for k in vocabulary.types[name].terms)}
    for name in names:
        term = vocabulary.find_term(name, type_names)
        assert term is not None
        match term.kind:
            case TermKind.WORD:
                node[name] = list(term.words)
            case TermKind.IRI | TermKind.LITERAL | TermKind.LIST:
                node[name] = [f"urn:probe:{name}", {"name": name}]
    return node
