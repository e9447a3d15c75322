"""The learned tables say what the published contexts say, and all of it."""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import combinations

import pytest

from badges.canonical import canonicalize
from badges.errors import (
    ConflictingContextsError,
    ConflictingTypesError,
    GenericReadingError,
)
from badges.generic import canonicalize_with_pyld
from badges.terms import learn
from badges.terms.vocabulary import TermKind, Vocabulary, find_embedded, load_vocabularies

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


def _short(contexts: tuple[str, ...]) -> str:
    """Name a list of contexts by its files."""
    return "+".join(learn.CONTEXT_FILES[url].removesuffix(".json") for url in contexts)


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


def test_each_type_that_opens_a_scope_is_in_the_tables() -> None:
    """With the terms of its own, and no other type has any."""
    for contexts, vocabulary in load_vocabularies().items():
        scoped = {
            path[0]
            for url in contexts
            for path in _scoped(DOCUMENTS[url]["@context"])
            if learn.is_type_name(path[0])
        }

        assert scoped == {name for name, one in vocabulary.types.items() if one.terms}


def test_the_terms_that_are_not_plain_are_marked() -> None:
    """JSON values and scopes are what the emitter refuses; graphs it keeps apart."""
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
        ("verifiableCredential", TermKind.SCOPE),
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
                with pytest.raises(GenericReadingError):
                    canonicalize_with_pyld(document)


@pytest.mark.parametrize("outer", learn.CONTEXT_LISTS, ids=_short)
@pytest.mark.parametrize("inner", learn.CONTEXT_LISTS, ids=_short)
def test_a_context_inside_means_what_others_take_it_for_or_is_refused(
    outer: tuple[str, ...], inner: tuple[str, ...]
) -> None:
    """Every term and type that holds below an embedded list, for each pair of pinned lists."""
    vocabularies = load_vocabularies()
    both = find_embedded(vocabularies[outer], vocabularies[inner])
    below = [{"name": "X"}] if both is None else [*_full_nodes(both)]
    document = {
        "@context": [*outer],
        "type": "VerifiableCredential",
        "name": [{"@context": [*inner], **node} for node in below],
    }

    if both is not None:
        assert canonicalize(document) == canonicalize_with_pyld(document)
        return
    with pytest.raises(ConflictingContextsError):
        canonicalize(document)
    if {learn.OPEN_BADGES, learn.OPEN_BADGES_OLDER} <= {*outer, *inner}:
        with pytest.raises(GenericReadingError):
            canonicalize_with_pyld(document)


def test_no_two_terms_say_the_same() -> None:
    """One statement has one name, so that `badges.nodes` can compare by name."""
    for vocabulary in load_vocabularies().values():
        names: dict[str, set[str]] = {}
        for terms in (vocabulary.terms, *(one.terms for one in vocabulary.types.values())):
            for name, term in terms.items():
                names.setdefault(term.predicate, set()).add(name)
        assert [those for those in names.values() if len(those) > 1] == []


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
    names = {*vocabulary.terms, *(k for name in type_names for k in vocabulary.types[name].terms)}
    return {"@context": list(contexts), **_full_node(vocabulary, type_names, names)}


def _full_nodes(vocabulary: Vocabulary) -> Iterator[dict[str, object]]:
    """A node of each type that says something with each term of its own, and one of none."""
    yield _full_node(vocabulary, (), vocabulary.terms)
    for name, node_type in vocabulary.types.items():
        yield _full_node(vocabulary, (name,), node_type.terms)


def _full_node(
    vocabulary: Vocabulary, type_names: tuple[str, ...], names: Iterable[str]
) -> dict[str, object]:
    node: dict[str, object] = {"type": list(type_names)} if type_names else {}
    for name in names:
        term = vocabulary.find_term(name, type_names)
        assert term is not None
        match term.kind:
            case TermKind.WORD:
                node[name] = list(term.words)
            case TermKind.GRAPH:
                node[name] = {"type": "DataIntegrityProof", "proofValue": "z"}
            case TermKind.IRI | TermKind.LITERAL | TermKind.LIST:
                node[name] = [f"urn:probe:{name}", {"name": name}]
    return node
