"""Documents to try the canonical form on: one whole credential, and generators of others."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from badges.terms.vocabulary import Term, TermKind, Vocabulary, load_vocabularies

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_OLDER = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

Json = dict[str, Any]

_BASE = "https://badges.example.edu"
_LEVELS = (("Developing", "1"), ("Meets", "3"), ("Exceeds", "5"))


def an_achievement() -> Json:
    """An achievement with two criteria of three levels each."""
    iri = f"{_BASE}/achievements/7"
    descriptions = [
        {
            "id": f"{iri}#c{number}",
            "type": ["ResultDescription"],
            "name": f"Criterion {number}",
            "resultType": "RubricCriterionLevel",
            "requiredLevel": f"{iri}#c{number}l2",
            "rubricCriterionLevel": [
                {
                    "id": f"{iri}#c{number}l{level}",
                    "type": ["RubricCriterionLevel"],
                    "name": name,
                    "points": points,
                }
                for level, (name, points) in enumerate(_LEVELS, 1)
            ],
        }
        for number in (1, 2)
    ]
    return {
        "id": iri,
        "type": ["Achievement"],
        "name": "Essay",
        "description": "Planned, researched and written.",
        "criteria": {"narrative": "Reach **Meets** on every criterion."},
        "image": {"id": f"{iri}/image.svg", "type": "Image", "caption": "A badge"},
        "resultDescription": descriptions,
    }


def a_credential() -> Json:
    """A credential as we issue them: several parts without an id, all of them different."""
    iri = f"{_BASE}/achievements/7"
    return {
        "@context": [CREDENTIALS, OPEN_BADGES, EXTENSIONS],
        "id": "urn:uuid:8d4bff7a-0c1e-4b1c-9f57-0e6f6ad0f6a1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Essay",
        "issuer": {"id": "did:web:badges.example.edu", "type": ["Profile"], "name": "College"},
        "validFrom": "2026-11-02T09:00:00Z",
        "awardedDate": "2026-11-02T09:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:1b0c7c7e-6f5e-4f6c-8f5c-8d6f0b8f3c55",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$00ff",
                    "identityType": "emailAddress",
                    "salt": "00aa",
                }
            ],
            "achievement": an_achievement(),
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": f"{iri}#c{number}",
                    "achievedLevel": f"{iri}#c{number}l3",
                    "value": "5",
                }
                for number in (1, 2)
            ],
        },
        "credentialSchema": [{"id": f"{_BASE}/schema", "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {
            "id": f"{_BASE}/status/1#42",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "42",
            "statusListCredential": f"{_BASE}/status/1",
        },
    }


def a_status_list() -> Json:
    """A status list credential, with a number in it."""
    return {
        "@context": [CREDENTIALS],
        "id": f"{_BASE}/status/1",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:badges.example.edu",
        "validFrom": "2026-11-02T09:00:00Z",
        "credentialSubject": {
            "id": f"{_BASE}/status/1#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
            "ttl": 300_000,
        },
    }


def a_proof_configuration() -> Json:
    """The proof of `a_credential` as it is hashed, a document without an id."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES, EXTENSIONS],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-02T09:00:00Z",
        "verificationMethod": "did:web:badges.example.edu#z6Mk",
        "proofPurpose": "assertionMethod",
    }


def an_endorsement() -> Json:
    """An endorsement credential."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": "did:web:other.example.edu", "type": ["Profile"]},
        "credentialSubject": {
            "id": f"{_BASE}/achievements/7",
            "type": ["EndorsementSubject"],
            "endorsementComment": "Well made.",
        },
    }


def a_learner_record() -> Json:
    """A CLR without credentials in it."""
    return {
        "@context": [CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS],
        "id": "urn:uuid:0d0c7c7e-6f5e-4f6c-8f5c-8d6f0b8f3c55",
        "type": ["VerifiableCredential", "ClrCredential"],
        "partial": False,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "achievement": [an_achievement()],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ada",
                    "identityType": "name",
                }
            ],
            "association": [
                {
                    "type": "Association",
                    "associationType": "precedes",
                    "sourceId": f"{_BASE}/achievements/7",
                    "targetId": f"{_BASE}/achievements/8",
                }
            ],
        },
    }


# What has fooled one canonicalizer or another: escapes, separators, text that looks like N-Quads,
# and characters that sort differently by code point and by UTF-16 code unit.
_AWKWARD = (
    *"aZ9 \"\\\n\r\t<>{}&'/#|.%é",
    *("ß", "你", "😀", "\u2028", "\x85", "\xa0", "\ufeff", "\ue000", "\uffee", "\U00010000"),
    *("_:b0", "_:c14n1", "^^", "@en", "%s", " .", "\\u0041", "</script>"),
)
_TEXTS = st.one_of(
    st.lists(st.sampled_from(_AWKWARD), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")),
    st.sampled_from(["A", "B"]),
)
_IRIS = st.one_of(
    st.sampled_from(["urn:x:1", "urn:x:2", "did:web:a.example#z6Mk", "tag:a.example,2026:b"]),
    st.from_regex(
        r"https?://[a-z]\.example/[a-z0-9./é;=~-]{0,8}([?#][a-z/=&]{0,5})?", fullmatch=True
    ),
    st.just("data:image/png;base64,iVBORw0KGgo="),
)
_NUMBERS = st.one_of(st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.integers(-2, 2))


@st.composite
def credentials(draw: DrawFn) -> Json:
    """Credentials with other texts, optional parts, and parts that say the same."""
    document = a_credential()
    for node in [*nodes(document)]:
        if not draw(st.integers(0, 3)):
            _vary(draw, node)
        if node.get("type") == ["ResultDescription"] and draw(st.booleans()):
            node["allowedValue"] = draw(st.lists(_TEXTS, max_size=4))
    if draw(st.booleans()):
        document["evidence"] = draw(st.lists(_evidence(), max_size=3))
    for parts in [
        node[key] for node in nodes(document) for key in ("result", "evidence") if key in node
    ]:
        if parts and draw(st.booleans()):
            twin = deepcopy(draw(st.sampled_from(parts)))
            twin.pop("id", None)
            parts.append(twin)
    return document


def _vary(draw: DrawFn, node: Json) -> None:
    """Say something else in a node, or less, or with fewer brackets."""
    key = draw(st.sampled_from(sorted(node)))
    if key == "type" and len(node["type"]) == 1:
        [node["type"]] = node["type"]
    elif key == "credentialStatus":
        other = {**node[key], "id": draw(_IRIS), "statusPurpose": "suspension"}
        node[key] = [node[key], other]
    elif key in {"name", "description", "narrative", "caption", "value", "salt"}:
        node[key] = draw(_TEXTS)
    elif key in {"image", "awardedDate", "identifier", "credentialSchema", "requiredLevel"}:
        del node[key]
    elif key == "id" and "@context" not in node:
        node[key] = draw(_IRIS)


def _evidence() -> SearchStrategy[Json]:
    parts = {"name": _TEXTS, "narrative": _TEXTS, "id": _IRIS}
    return st.fixed_dictionaries({"type": st.just(["Evidence"])}, optional=parts)


def nodes(value: object) -> Iterator[Json]:
    """List every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


@st.composite
def documents(draw: DrawFn) -> Json:
    """Any document that the tables allow: every term, every type, every shape of value."""
    contexts = draw(st.sampled_from(sorted(load_vocabularies())))
    root = draw(_drawn_node(load_vocabularies()[contexts], depth=3, least_types=1))
    return {"@context": list(contexts), **root}


@st.composite
def _drawn_node(draw: DrawFn, vocabulary: Vocabulary, *, depth: int, least_types: int = 0) -> Json:
    types = st.sampled_from(sorted(vocabulary.types))
    names = draw(st.lists(types, min_size=least_types, max_size=3, unique=True))
    if vocabulary.find_conflict(names) is not None:
        names = names[:1]
    terms = {
        key: term
        for key in {*vocabulary.terms, *(k for name in names for k in vocabulary.types[name].terms)}
        if (term := vocabulary.find_term(key, names)) is not None and term.kind in _VALUE_KINDS
    }
    node: Json = {"type": names} if names else {}
    if draw(st.booleans()):
        node["id"] = draw(_IRIS)
    for key in draw(st.lists(st.sampled_from(sorted(terms)), unique=True, max_size=4)):
        values = _values(vocabulary, terms[key], depth)
        node[key] = draw(st.one_of(values, st.lists(values, max_size=3)))
    return node


_VALUE_KINDS = {TermKind.LITERAL, TermKind.IRI, TermKind.WORD, TermKind.LIST}


def _values(vocabulary: Vocabulary, term: Term, depth: int) -> SearchStrategy[object]:
    if term.kind is TermKind.WORD:
        return st.sampled_from(sorted(term.words))
    plain = _IRIS if term.kind is TermKind.IRI else st.one_of(_TEXTS, _NUMBERS)
    return st.one_of(plain, _drawn_node(vocabulary, depth=depth - 1)) if depth else plain
