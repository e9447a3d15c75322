from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges import errors
from badges.canonical import MAX_DEPTH, canonicalize, check_unambiguous

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
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
    (a_document(proof={}), errors.UnsupportedTermError, "/proof"),
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
    (with_evidence({"@context": [CREDENTIALS]}), errors.KeywordError, "/evidence/0/@context"),
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


@pytest.mark.parametrize(
    "evidence",
    [
        [an_evidence(alignment=[ALIGNMENT] * 9)] * 3,
        [an_evidence(alignment=[ALIGNMENT] * 5_000)] * 2,
        [an_evidence(name="same")] * 20_000,
        [{"type": "Achievement", "tag": [str(number) for number in range(60_000)]}],
        [{"type": "ResultDescription", "allowedValue": ["A"] * 90}],
        [{"type": "ResultDescription", "allowedValue": ["A"] * 5_000}],
    ],
    ids=["permutations", "wide twins", "nodes", "texts", "equal list", "long equal list"],
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
