import pytest

from badges.terms.vocabulary import (
    NodeType,
    Term,
    TermKind,
    Vocabulary,
    find_embedded,
    load_vocabularies,
)

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_OLDER = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"


def a_term(predicate: str) -> Term:
    """A term for plain texts."""
    return Term(predicate=predicate, kind=TermKind.LITERAL, datatype=None, words={})


def a_vocabulary() -> Vocabulary:
    """One term for all, two types that share one of theirs, one that does not."""
    return Vocabulary(
        contexts=frozenset({"urn:context"}),
        terms={"name": a_term("urn:name")},
        types={
            "A": NodeType(iri="urn:A", terms={"a": a_term("urn:a"), "shared": a_term("urn:1")}),
            "B": NodeType(iri="urn:B", terms={"shared": a_term("urn:1")}),
            "C": NodeType(iri="urn:C", terms={"c": a_term("urn:c")}),
        },
        prefixes=frozenset(),
    )


def test_the_pinned_lists_are_these() -> None:
    """Adding a list of contexts means to accept other people's documents: on purpose only."""
    assert set(load_vocabularies()) == {
        (CREDENTIALS,),
        (CREDENTIALS, OPEN_BADGES),
        (CREDENTIALS, OPEN_BADGES, EXTENSIONS),
        (CREDENTIALS, OPEN_BADGES_OLDER),
        (CREDENTIALS, OPEN_BADGES_OLDER, EXTENSIONS),
        (CREDENTIALS, CLR),
        (CREDENTIALS, CLR, OPEN_BADGES),
        (CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS),
    }


def test_a_longer_list_knows_what_the_shorter_one_knows() -> None:
    """The layers are put on top of each other."""
    vocabulary = load_vocabularies()[(CREDENTIALS, OPEN_BADGES, EXTENSIONS)]

    issuer = vocabulary.find_term("issuer", ["VerifiableCredential"])

    assert issuer is not None
    assert issuer.kind is TermKind.IRI
    assert vocabulary.types["1EdTechJsonSchemaValidator2019"].terms == {}
    assert "creator" in vocabulary.types["Achievement"].terms


def test_context_versions_differ_where_they_do() -> None:
    """Open Badges moved the IRI of `achievement` between 3.0.2 and 3.0.3."""
    predicates = [
        load_vocabularies()[(CREDENTIALS, version)].types["AchievementSubject"].terms["achievement"]
        for version in (OPEN_BADGES_OLDER, OPEN_BADGES)
    ]

    assert [term.predicate.rpartition("#")[2] for term in predicates] == [
        "achievement-0",
        "achievement",
    ]


def test_prefixes_are_known() -> None:
    """Only the CLR context has names that would shorten an IRI."""
    prefixes = {contexts: item.prefixes for contexts, item in load_vocabularies().items()}

    assert prefixes[(CREDENTIALS, OPEN_BADGES, EXTENSIONS)] == set()
    assert prefixes[(CREDENTIALS, CLR)] == {"cred", "obi"}


def test_a_term_is_known_by_the_types_of_its_node() -> None:
    """A type's terms hold on its nodes only, a common term on every node."""
    vocabulary = a_vocabulary()

    assert vocabulary.find_term("a", ["C", "A"]) == a_term("urn:a")
    assert vocabulary.find_term("a", ["C"]) is None
    assert vocabulary.find_term("name", []) == a_term("urn:name")


@pytest.mark.parametrize(
    ("types", "conflict"),
    [([], None), (["A"], None), (["A", "C"], None), (["B", "A"], "shared")],
)
def test_types_conflict_when_both_define_a_term(types: list[str], conflict: str | None) -> None:
    """Even if both define it alike: JSON-LD refuses most such nodes."""
    assert a_vocabulary().find_conflict(types) == conflict


@pytest.mark.parametrize(
    ("outer", "inner", "together"),
    [
        ((CREDENTIALS, OPEN_BADGES), (CREDENTIALS,), (CREDENTIALS, OPEN_BADGES)),
        (
            (CREDENTIALS, OPEN_BADGES, EXTENSIONS),
            (CREDENTIALS, CLR),
            (CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS),
        ),
        ((CREDENTIALS, OPEN_BADGES), (CREDENTIALS, OPEN_BADGES_OLDER), None),
        ((CREDENTIALS, OPEN_BADGES_OLDER), (CREDENTIALS, CLR), None),
    ],
)
def test_what_holds_inside_is_what_both_lists_mean_together(
    outer: tuple[str, ...], inner: tuple[str, ...], together: tuple[str, ...] | None
) -> None:
    """If such a list is pinned: nothing is put together that was not learned."""
    vocabularies = load_vocabularies()

    found = find_embedded(vocabularies[outer], vocabularies[inner])

    assert found is (together and vocabularies[together])
