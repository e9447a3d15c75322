import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges import errors
from badges.canonical import canonicalize, check_unambiguous
from badges.emitter import MAX_DEPTH
from badges.quick_json import load

# With it, what was said before is remembered.
load()

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OLDER = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

Json = dict[str, Any]


def a_document(**changes: object) -> Json:
    """A small badge, with other members where `changes` say so."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES, EXTENSIONS],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": "did:web:a.example",
        "validFrom": "2026-11-02T09:00:00Z",
        "credentialSubject": {
            "type": "AchievementSubject",
            "identifier": [{"type": "IdentityObject", "hashed": True, "identityHash": "00"}],
        },
        **changes,
    }


def with_evidence(*evidence: object) -> Json:
    """A small badge with this evidence."""
    return a_document(evidence=list(evidence))


def an_evidence(**members: object) -> Json:
    """A piece of evidence without an id."""
    return {"type": ["Evidence"], **members}


CANONICAL = """\
<urn:uuid:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential> .
<urn:uuid:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://www.w3.org/2018/credentials#VerifiableCredential> .
<urn:uuid:1> <https://www.w3.org/2018/credentials#credentialSubject> _:c14n1 .
<urn:uuid:1> <https://www.w3.org/2018/credentials#issuer> <did:web:a.example> .
<urn:uuid:1> <https://www.w3.org/2018/credentials#validFrom> \
"2026-11-02T09:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://purl.imsglobal.org/spec/vc/ob/vocab.html#IdentityObject> .
_:c14n0 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#hashed> \
"true"^^<https://www.w3.org/2001/XMLSchema#boolean> .
_:c14n0 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#identityHash> "00" .
_:c14n1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://purl.imsglobal.org/spec/vc/ob/vocab.html#AchievementSubject> .
_:c14n1 <https://purl.imsglobal.org/spec/vc/ob/vocab.html#identifier> _:c14n0 .
"""


def test_a_whole_document() -> None:
    """Types, IRIs, datatypes, booleans and blank nodes, in full."""
    assert canonicalize(a_document()) == CANONICAL


def test_the_order_and_brackets_of_the_json_mean_nothing() -> None:
    """JSON-LD takes a value and an array of one alike, and keys in any order."""
    document = a_document(issuer=["did:web:a.example"])

    assert canonicalize(dict(reversed(document.items()))) == CANONICAL


def test_a_list_keeps_its_order_and_other_arrays_do_not() -> None:
    """Only `allowedValue` is an ordered list."""

    def form(key: str, *values: str) -> str:
        return canonicalize(with_evidence({"type": ["ResultDescription", "Image"], key: [*values]}))

    assert form("allowedValue", "a", "b") != form("allowedValue", "b", "a")
    assert form("caption", "a", "b") == form("caption", "b", "a")
    assert "22-rdf-syntax-ns#nil" in form("allowedValue")
    alone = {"type": ["ResultDescription", "Image"], "allowedValue": "a"}
    assert canonicalize(with_evidence(alone)) == form("allowedValue", "a")


def test_a_node_may_go_without_a_type_where_none_is_needed() -> None:
    """The criteria of an achievement have none in most badges."""
    achievement = {"type": "Achievement", "criteria": {"narrative": "Do it."}}

    assert '"Do it."' in canonicalize(with_evidence(achievement))


def test_words_stand_for_iris() -> None:
    """A proof configuration says its purpose in a word."""
    configuration = {
        "@context": [CREDENTIALS],
        "type": "DataIntegrityProof",
        "proofPurpose": "assertionMethod",
    }

    assert "<https://w3id.org/security#assertionMethod>" in canonicalize(configuration)


def an_endorsement(number: int = 1, **members: object) -> Json:
    """A signed endorsement, as it is embedded."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:e:{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "proof": {"type": "DataIntegrityProof", "proofValue": f"z{number}"},
        **members,
    }


def test_a_proof_inside_is_a_graph_of_its_own() -> None:
    """What an embedded document says joins the whole; only its proof is kept apart."""
    form = canonicalize(a_document(endorsement=an_endorsement(name="E")))

    lines = re.sub(r"<[^>]*[/#]([A-Za-z]+)>", r"\1", form).splitlines()
    assert lines[:4] == [
        "<urn:e:1> type EndorsementCredential .",
        "<urn:e:1> type VerifiableCredential .",
        '<urn:e:1> name "E" .',
        "<urn:e:1> proof _:c14n3 .",
    ]
    assert [line for line in lines if line.endswith(" _:c14n3 .")][1:] == [
        "_:c14n0 type DataIntegrityProof _:c14n3 .",
        '_:c14n0 proofValue "z1"^^multibase _:c14n3 .',
    ]


def test_each_proof_of_several_has_its_own_graph() -> None:
    """An array of proofs is a set, as everywhere."""
    proofs = [{"type": "DataIntegrityProof", "proofValue": value} for value in ("zA", "zB")]

    one = canonicalize(a_document(proof=proofs))

    assert one == canonicalize(a_document(proof=proofs[::-1]))
    assert len({line.split()[-2] for line in one.splitlines() if "multibase" in line}) == 2


def test_an_embedded_context_adds_to_those_around_it() -> None:
    """Below it both lists hold, in whichever order; beside it only the outer one does."""
    inner = an_endorsement(
        credentialSubject={
            "type": "ClrSubject",
            "association": {"type": "Association", "sourceId": "urn:x"},
        }
    )
    assert canonicalize(
        a_document(endorsement={**inner, "@context": [CREDENTIALS, CLR]})
    ) == canonicalize(
        a_document(**{"@context": [CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS]}, endorsement=inner)
    )


_NOT_PINNED: list[object] = [[], {}, None, CREDENTIALS, [OPEN_BADGES], [CREDENTIALS, {}]]

REFUSED: list[tuple[Mapping[str, object], type[errors.CanonicalizationError], str]] = [
    # contexts
    ({}, errors.UnknownContextError, "/@context"),
    (a_document(**{"@context": None}), errors.UnknownContextError, "/@context"),
    (a_document(**{"@context": CREDENTIALS}), errors.UnknownContextError, "/@context"),
    (a_document(**{"@context": []}), errors.UnknownContextError, "/@context"),
    (
        a_document(**{"@context": [OPEN_BADGES, CREDENTIALS]}),
        errors.UnknownContextError,
        "/@context",
    ),
    (
        a_document(**{"@context": [CREDENTIALS, OPEN_BADGES, {}]}),
        errors.UnknownContextError,
        "/@context",
    ),
    (
        a_document(**{"@context": [CREDENTIALS, OPEN_BADGES.replace("3.0.3", "3.0.1")]}),
        errors.UnknownContextError,
        "/@context",
    ),
    # types
    ({"@context": [CREDENTIALS]}, errors.MissingTypeError, ""),
    (a_document(type=[]), errors.MissingTypeError, ""),
    (a_document(type=None), errors.NullValueError, "/type"),
    (a_document(type={}), errors.UnsupportedValueError, "/type"),
    (a_document(type=["VerifiableCredential", 3]), errors.UnsupportedValueError, "/type/1"),
    (a_document(type=[["VerifiableCredential"]]), errors.NestedArrayError, "/type/0"),
    (a_document(type="Nonsense"), errors.UnknownTypeError, "/type"),
    (a_document(type=["VerifiableCredential", "name"]), errors.UnknownTypeError, "/type/1"),
    (
        a_document(type="https://www.w3.org/2018/credentials#VerifiableCredential"),
        errors.UnknownTypeError,
        "/type",
    ),
    (
        with_evidence({"type": ["Evidence", "Result", "AchievementSubject", "IdentifierEntry"]}),
        errors.ConflictingTypesError,
        "/evidence/0",
    ),
    # terms
    (a_document(colour="red"), errors.UnknownTermError, "/colour"),
    (a_document(Profile="red"), errors.UnknownTermError, "/Profile"),
    (a_document(**{"a/b~c": "red"}), errors.UnknownTermError, "/a~1b~0c"),
    (
        a_document(**{"https://schema.org/name": "A"}),
        errors.UnknownTermError,
        "/https:~1~1schema.org~1name",
    ),
    (
        with_evidence(an_evidence(achievedLevel="x")),
        errors.UnknownTermError,
        "/evidence/0/achievedLevel",
    ),
    (with_evidence({"genre": "x"}), errors.MissingTypeError, "/evidence/0/genre"),
    (a_document(cnf={}), errors.UnsupportedTermError, "/cnf"),
    (a_document(_sd=["x"]), errors.UnsupportedTermError, "/_sd"),
    (
        a_document(credentialStatus={"type": "BitstringStatusListEntry", "statusMessage": []}),
        errors.UnsupportedTermError,
        "/credentialStatus/statusMessage",
    ),
    (
        a_document(credentialSchema={"type": "JsonSchema", "jsonSchema": {}}),
        errors.UnsupportedTermError,
        "/credentialSchema/jsonSchema",
    ),
    (
        {"@context": [CREDENTIALS], "type": "VerifiablePresentation", "verifiableCredential": []},
        errors.UnsupportedTermError,
        "/verifiableCredential",
    ),
    # keywords
    (a_document(**{"@id": "urn:x"}), errors.KeywordError, "/@id"),
    (a_document(**{"@graph": []}), errors.KeywordError, "/@graph"),
    (a_document(name={"@value": "A", "@language": "en"}), errors.KeywordError, "/name/@value"),
    # embedded documents
    *[
        (
            with_evidence({"@context": contexts}),
            errors.UnknownContextError,
            "/evidence/0/@context",
        )
        for contexts in _NOT_PINNED
    ],
    (
        with_evidence(an_evidence(**{"@context": [CREDENTIALS, OLDER]})),
        errors.ConflictingContextsError,
        "/evidence/0/@context",
    ),
    (
        a_document(
            **{"@context": [CREDENTIALS, OLDER]},
            evidence=an_evidence(**{"@context": [CREDENTIALS, CLR]}),
        ),
        errors.ConflictingContextsError,
        "/evidence/@context",
    ),
    (
        a_document(
            credentialSubject=[
                {"@context": [CREDENTIALS, CLR], "type": "ClrSubject"},
                {"type": "ClrSubject"},
            ],
        ),
        errors.UnknownTypeError,
        "/credentialSubject/1/type",
    ),
    # graphs
    *[
        (a_document(proof=value), error, "/proof")
        for value, error in [
            ("urn:x", errors.UnsupportedValueError),
            (True, errors.UnsupportedValueError),
            (3, errors.UnsupportedValueError),
            (None, errors.NullValueError),
            (1.5, errors.UnsafeNumberError),
        ]
    ],
    (a_document(proof=[[]]), errors.NestedArrayError, "/proof/0"),
    (with_evidence(an_evidence(proof={})), errors.UnknownTermError, "/evidence/0/proof"),
    (a_document(proof={"created": "x"}), errors.MissingTypeError, "/proof/created"),
    (
        a_document(proof={"type": "DataIntegrityProof", "jws": "x"}),
        errors.UnknownTermError,
        "/proof/jws",
    ),
    (a_document(proof={"type": "Ed25519Signature2020"}), errors.UnknownTypeError, "/proof/type"),
    # IRIs
    *[
        (a_document(id=iri), errors.InvalidIriError, "/id")
        for iri in ("", "x", "/x", "#x", "//a.example/x", "?x", "_:b0", "1a:x", ":x", "é:x")
    ],
    *[
        (a_document(issuer=f"https://a.example/{character}"), errors.InvalidIriError, "/issuer")
        for character in ' <>"{}|\\^`\n\u00a0\u2028\ufeff'
    ],
    (a_document(id=None), errors.NullValueError, "/id"),
    (a_document(id=3), errors.UnsupportedValueError, "/id"),
    (a_document(id=["urn:x"]), errors.NestedArrayError, "/id"),
    (
        {"@context": [CREDENTIALS, CLR], "type": "ClrCredential", "id": "cred:x"},
        errors.InvalidIriError,
        "/id",
    ),
    # values
    (a_document(name=None), errors.NullValueError, "/name"),
    (a_document(name=["A", None]), errors.NullValueError, "/name/1"),
    (a_document(name=[["A"]]), errors.NestedArrayError, "/name/0"),
    (
        with_evidence({"type": "ResultDescription", "allowedValue": [[]]}),
        errors.NestedArrayError,
        "/evidence/0/allowedValue/0",
    ),
    (a_document(name=1.0), errors.UnsafeNumberError, "/name"),
    (a_document(name=float("nan")), errors.UnsafeNumberError, "/name"),
    (a_document(name=2**53), errors.UnsafeNumberError, "/name"),
    (a_document(name=-(2**53)), errors.UnsafeNumberError, "/name"),
    (a_document(issuer=True), errors.UnsupportedValueError, "/issuer"),
    (a_document(issuer=3), errors.UnsupportedValueError, "/issuer"),
    (a_document(name=("A",)), errors.UnsupportedValueError, "/name"),
    (a_document(name=b"A"), errors.UnsupportedValueError, "/name"),
    *[
        (
            {"@context": [CREDENTIALS], "type": "DataIntegrityProof", "proofPurpose": purpose},
            error,
            "/proofPurpose",
        )
        for purpose, error in [
            ("name", errors.UnknownWordError),
            ("https://w3id.org/security#assertionMethod", errors.UnknownWordError),
            ({}, errors.UnsupportedValueError),
            (True, errors.UnsupportedValueError),
        ]
    ],
    # characters
    *[
        (a_document(name=f"a{chr(code)}b"), errors.ForbiddenCharacterError, "/name")
        for code in (0, 8, 0xB, 0xC, 0xE, 0x1F, 0x7F, 0xFFFE, 0xFFFF, 0xD800, 0xDFFF)
    ],
    (a_document(id="urn:\x00"), errors.ForbiddenCharacterError, "/id"),
]


@pytest.mark.parametrize(("document", "error", "pointer"), REFUSED)
def test_what_is_not_understood_is_refused_by_name(
    document: Mapping[str, object],
    error: type[errors.CanonicalizationError],
    pointer: str,
) -> None:
    """Each fault has an error class of its own, which says where: nothing goes unsigned."""
    with pytest.raises(errors.CanonicalizationError) as caught:
        canonicalize(document)

    assert (type(caught.value), caught.value.pointer) == (error, pointer)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "\\"', '"say \\"\\\\\\""'),
        ("\t\n\r", '"\\t\\n\\r"'),
        ("\x80é\u2028😀", '"\x80é\u2028😀"'),
        (r"\u0000 \b \f \ud800", r'"\\u0000 \\b \\f \\ud800"'),
        ("", '""'),
    ],
)
def test_a_literal_is_escaped_as_canonical_n_quads_say(value: str, text: str) -> None:
    """Few characters have a name; all others that are allowed stand as they are.

    So it is in a text of any length, wherever they stand.
    """
    long = "x" * 3000
    for before, behind in (("", ""), (long, ""), ("", long)):
        said = f'<https://schema.org/name> "{before}{text[1:-1]}{behind}" .\n'
        assert said in canonicalize(a_document(name=f"{before}{value}{behind}"))


@pytest.mark.parametrize("iri", ["https://a.example/é?x#y", "tel:1", "x-y.z+1:", "URN:x", "urn:"])
def test_an_absolute_iri_of_any_kind_is_taken(iri: str) -> None:
    """Beyond ASCII, and of whatever scheme."""
    assert f"<{iri}> " in canonicalize(a_document(id=iri))
    assert f" <{iri}> .\n" in canonicalize(a_document(issuer=iri))


def test_of_several_faults_the_first_is_told() -> None:
    """Text and IRIs are looked at together, and what is wrong with them is told in its turn."""
    for first, error in (
        ({"id": "x"}, errors.InvalidIriError),
        ({"id": "urn:x", "name": "\0"}, errors.ForbiddenCharacterError),
    ):
        with pytest.raises(error):
            canonicalize(a_document(**first, colour="red"))


def test_each_error_has_a_code_of_its_own() -> None:
    """Logs and tests match on the code."""
    classes = {error for _, error, _ in REFUSED}

    assert len({error.code for error in classes}) == len(classes)


@pytest.mark.parametrize("number", [0, -1, 2**53 - 1, 1 - 2**53])
def test_safe_integers_are_accepted(number: int) -> None:
    """Every JSON reader holds these exactly."""
    literal = f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>'

    assert literal in canonicalize(a_document(name=number))


def test_an_unknown_key_is_cut_short_in_the_message() -> None:
    """A key of a megabyte must not fill the log."""
    with pytest.raises(errors.UnknownTermError) as caught:
        canonicalize(a_document(**{"x" * 1_000_000: "y"}))

    assert len(str(caught.value)) < 500


ALIGNMENT = {"type": ["Alignment"], "targetName": "x"}


def nested(depth: int) -> Json:
    """Evidence in evidence."""
    node = an_evidence()
    for _ in range(depth):
        node = an_evidence(alignment=node)
    return node


def nested_in(achievement: Json, depth: int) -> Json:
    """An achievement in evidence in evidence."""
    node: Json = {"type": "AchievementSubject", "achievement": achievement}
    for _ in range(depth):
        node = an_evidence(alignment=node)
    return node


def nested_graphs(depth: int) -> Json:
    """Graphs in graphs, two in each."""
    node: Json = {"type": "VerifiableCredential"}
    for _ in range(depth):
        node = {"type": "VerifiableCredential", "proof": [node, {}]}
    return node


@pytest.mark.parametrize(
    "evidence",
    [
        [an_evidence(alignment=[ALIGNMENT] * 9)] * 3,
        [an_evidence(alignment=[ALIGNMENT] * 5_000)] * 2,
        [an_evidence(name="same")] * 20_000,
        [{"type": "Achievement", "tag": [str(number) for number in range(60_000)]}],
        [{"type": "ResultDescription", "allowedValue": ["A"] * 90}],
        [{"type": "ResultDescription", "allowedValue": ["A"] * 5_000}],
        [{"type": "VerifiableCredential", "proof": [{}] * 9}] * 3,
        [{"type": "VerifiableCredential", "proof": [{"name": ["A"] * 5_000}] * 5}] * 2,
        [{"type": "VerifiableCredential", "proof": nested_graphs(22)}] * 9,
    ],
    ids=[
        *("permutations", "wide twins", "nodes", "texts", "equal list", "long equal list"),
        *("equal graphs", "wide equal graphs", "nested equal graphs"),
    ],
)
def test_a_document_made_to_cost_work_is_given_up(evidence: list[object]) -> None:
    """Statements and the work on alike nodes are counted together."""
    with pytest.raises(errors.WorkBudgetError):
        canonicalize(with_evidence(*evidence))


def test_a_large_honest_document_is_within_the_budget() -> None:
    """Two thousand different pieces of evidence are no attack."""
    document = with_evidence(*(an_evidence(name=f"n{number}") for number in range(2_000)))

    assert canonicalize(document).count("\n") > 6_000


@pytest.mark.parametrize("depth", [MAX_DEPTH, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """Long before Python's own limit, which would be another error."""
    with pytest.raises(errors.TooDeepError):
        canonicalize(with_evidence(nested(depth)))


def test_the_budget_is_the_callers() -> None:
    """A caller may allow less: ten statements are ten steps."""
    assert canonicalize(a_document(), budget=10) == CANONICAL
    with pytest.raises(errors.WorkBudgetError):
        canonicalize(a_document(), budget=9)


def test_a_plain_document_is_unambiguous() -> None:
    """What we issue passes."""
    check_unambiguous(a_document())


@pytest.mark.parametrize(
    "evidence",
    [
        [an_evidence(name="same"), an_evidence(name="other"), an_evidence(name="same")],
        [an_evidence(alignment=ALIGNMENT, name="a"), an_evidence(alignment=[ALIGNMENT], name="b")],
        [{"type": "ResultDescription", "id": "urn:r", "allowedValue": ["a", "b", "b", "b", "b"]}],
    ],
    ids=["twins", "twins apart", "list"],
)
def test_parts_that_say_the_same_are_not_for_signing(evidence: list[object]) -> None:
    """Sound documents, and verified; but some verifiers give up on them."""
    document = with_evidence(*evidence)

    assert canonicalize(document)
    with pytest.raises(errors.AlikeNodesError):
        check_unambiguous(document)


def test_alike_parts_are_named_by_their_places() -> None:
    """The issuer must know which parts need an id."""
    twin = an_evidence(name="same")

    with pytest.raises(errors.AlikeNodesError, match="/evidence/0 and /evidence/2"):
        check_unambiguous(with_evidence(twin, an_evidence(name="other"), twin))


@pytest.mark.parametrize(
    ("values", "is_ambiguous"),
    [
        (("😀", "\ue000"), True),
        (("a😀", "a\uff5e"), True),
        (("😀", "\ud7ff"), False),
        (("b😀", "a\ue000"), False),
        (("😀",), False),
    ],
)
def test_values_that_sort_differently_by_utf_16_are_not_for_signing(
    values: tuple[str, ...], *, is_ambiguous: bool
) -> None:
    """An astral character sorts before U+E000 to U+FFFF by code unit, after them by code point."""
    document = a_document(name=list(values))

    assert canonicalize(document)
    if is_ambiguous:
        with pytest.raises(errors.SortOrderError):
            check_unambiguous(document)
    else:
        check_unambiguous(document)


def test_a_graph_is_sorted_by_its_statements_before_its_nodes_have_labels() -> None:
    """So values can sort differently on the way only, where the final lines differ before."""
    proof = [{"name": "a😀"}, {"type": "Profile", "name": "a\ue000"}]
    document = a_document(evidence=[], proof={"type": "Profile", "endorsement": proof})
    lines = canonicalize(document).splitlines()
    assert lines == sorted(lines, key=lambda line: line.encode("utf-16-be"))

    with pytest.raises(errors.SortOrderError):
        check_unambiguous(document)


def test_two_embedded_documents_may_name_the_same_person() -> None:
    """No id can be given to an identifier, and nothing else hangs on it."""

    def embedded(number: int, **subject: object) -> Json:
        return an_endorsement(number, credentialSubject={"id": "urn:s", **subject})

    person = {"type": "IdentityObject", "identityHash": "A"}
    subject = {"type": "AchievementSubject", "identifier": person}
    check_unambiguous(a_document(evidence=[embedded(1, **subject), embedded(2, **subject)]))

    linked = {"type": "AchievementSubject", "achievement": {"type": "Achievement", "name": person}}
    for wrong in (
        [embedded(1, **linked), embedded(2, **linked)],
        [embedded(1, **{**subject, "identifier": [person, person]})],
    ):
        with pytest.raises(errors.AlikeNodesError):
            check_unambiguous(a_document(evidence=wrong))


def with_achievements(*achievements: Json) -> Json:
    """A badge with these achievements."""
    subject = {"type": "AchievementSubject", "achievement": [*achievements]}
    return a_document(credentialSubject=subject)


def test_a_remembered_achievement_is_numbered_anew() -> None:
    """Its blank nodes are others in each document, and are told by their places there."""
    remembered = {"type": "Achievement", "name": "A", "criteria": {"narrative": "Do it."}}
    canonicalize(with_achievements(remembered))

    with pytest.raises(errors.AlikeNodesError, match=r"achievement/0.* and .*/achievement/2"):
        check_unambiguous(with_achievements(remembered, {"type": "Achievement"}, remembered))
    assert canonicalize(with_achievements({"type": "Achievement"}, remembered)) == canonicalize(
        with_achievements(remembered, {"type": "Achievement"})
    )


def test_a_remembered_achievement_is_refused_where_it_stands() -> None:
    """What is wrong with it is said each time, and what is too deep may not be so elsewhere."""
    wrong = {"type": "Achievement", "criteria": {"narrative": "a\x00"}}
    deep = nested(18)
    for _ in range(2):
        with pytest.raises(errors.ForbiddenCharacterError) as caught:
            canonicalize(with_achievements(wrong))
        assert caught.value.pointer == "/credentialSubject/achievement/0/criteria/narrative"
        assert canonicalize(with_achievements(deep))
        with pytest.raises(errors.TooDeepError):
            canonicalize(with_evidence(nested_in(deep, 30)))


@pytest.mark.parametrize(
    "wrong", [{"id": "urn:a b"}, {"image": {"type": "Image", "id": "x"}}, {"name": "\x7f"}]
)
def test_what_is_not_plain_is_not_remembered(wrong: Json) -> None:
    """Otherwise it would be taken the second time, as what is remembered is not looked at."""
    for _ in range(3):
        with pytest.raises(errors.CanonicalizationError):
            canonicalize(with_achievements({"type": "Achievement", **wrong}))


@pytest.mark.parametrize("subject_id", [{}, {"id": "urn:s"}])
@pytest.mark.parametrize("achievement_id", [{}, {"id": "urn:a"}])
def test_what_is_remembered_says_the_same_of_any_subject(
    subject_id: Json, achievement_id: Json
) -> None:
    """With and without names: as if each were the first."""
    achievement = {
        **achievement_id,
        "type": "Achievement",
        "criteria": {"narrative": "Do it."},
        "endorsement": an_endorsement(),
    }

    def form(name: str) -> str:
        subject = {**subject_id, "type": "AchievementSubject", "achievement": achievement}
        image = {"id": f"urn:{name}", "type": "Image", "caption": "c"}
        return canonicalize(a_document(name=name, image=image, credentialSubject=subject))

    first, other = form("first"), form("other")

    assert form("first") == first
    assert sorted(first.replace("first", "other").splitlines()) == other.splitlines()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "name", "@id", "image", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "type", "name", "issuer", "evidence", "@type", "proof"]),
        JSON_VALUES,
    )
)
def test_any_json_ends_in_text_or_in_our_error(members: Json) -> None:
    """Hostile input is normal."""
    document = {"@context": [CREDENTIALS, OPEN_BADGES], **members}
    try:
        form = canonicalize(document)
    except errors.CanonicalizationError:
        return

    assert form.endswith(" .\n")
