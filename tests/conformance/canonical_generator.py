"""Random documents to try the canonical form on; the same seed gives the same ones again."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from random import Random
from typing import TypeVar

from badges.terms.vocabulary import (
    Term,
    TermKind,
    Vocabulary,
    find_embedded,
    load_vocabularies,
)
from tests.conformance.canonical_documents import (
    CLR,
    CREDENTIALS,
    EXTENSIONS,
    OPEN_BADGES,
    Json,
    a_credential,
    a_learner_record,
    a_proof,
    an_endorsement,
    signed,
)

# What has fooled one canonicalizer or another: escapes, separators, text that looks like N-Quads,
# and characters that sort differently by code point and by UTF-16 code unit.
_AWKWARD = (
    *"aZ9 \"\\\n\r\t<>{}&'/#|.%é",
    *("ß", "你", "😀", "\u2028", "\x85", "\xa0", "\ufeff", "\ue000", "\uffee", "\U00010000"),
    *("_:b0", "_:c14n1", "^^", "@en", "%s", " .", "\\u0041", "</script>"),
)
_IRIS = (
    *("urn:x:1", "urn:x:2", "did:web:a.example#z6Mk", "tag:a.example,2026:b"),
    "data:image/png;base64,iVBORw0KGgo=",
)
_T = TypeVar("_T")
_VALUES = {TermKind.LITERAL, TermKind.IRI, TermKind.WORD, TermKind.LIST, TermKind.GRAPH}
_LISTS = sorted(load_vocabularies())


def generate(chance: Random) -> Json:
    """Return some document that has a canonical form: of any kind, honest or odd."""
    [make] = chance.choices(
        [a_random_credential, an_endorsed, a_random_record, a_random_document],
        weights=[6, 2, 1, 16],
    )
    return make(chance)


def a_random_credential(chance: Random) -> Json:
    """A credential with other texts, optional parts, and parts that say the same."""
    document = a_credential()
    for node in [*nodes(document)]:
        if not chance.randrange(4):
            _vary(chance, node)
        if node.get("type") == ["ResultDescription"] and _maybe(chance):
            node["allowedValue"] = _some(chance, a_text, 4)
    if _maybe(chance):
        document["evidence"] = _some(chance, _an_evidence, 3)
    for parts in [
        node[key] for node in nodes(document) for key in ("result", "evidence") if key in node
    ]:
        if parts and not chance.randrange(4):
            twin = deepcopy(chance.choice(parts))
            twin.pop("id", None)
            parts.append(twin)
    return document


def an_endorsed(chance: Random) -> Json:
    """A credential with endorsements here and there, some of them alike, some unsigned."""
    document = a_random_credential(chance)
    for node in [*nodes(document)]:
        if node.get("type") in _ENDORSED and _maybe(chance):
            node["endorsement"] = _some(chance, _an_endorsement, 3)
    return document


def a_random_record(chance: Random) -> Json:
    """A CLR in which signed badges stand, some of them endorsed."""
    document = a_learner_record()
    document["@context"] = [*chance.choice([list_ for list_ in _LISTS if CLR in list_])]
    if OPEN_BADGES not in document["@context"]:
        del document["credentialSubject"]["achievement"]
        del document["credentialSubject"]["identifier"]
    badges = _some(chance, chance.choice([a_random_credential, an_endorsed]), 3)
    document["credentialSubject"]["verifiableCredential"] = [
        _proved(chance, badge) for badge in badges
    ]
    return document


def a_random_document(chance: Random) -> Json:
    """Any document that the tables allow: every term, every type, every shape of value."""
    contexts = chance.choice(_LISTS)
    root = _a_node(chance, load_vocabularies()[contexts], depth=3, least_types=1)
    return {"@context": [*contexts], **root}


def a_text(chance: Random) -> str:
    """Some text without the characters that are refused."""
    match chance.randrange(3):
        case 0:
            return chance.choice("AB")
        case 1:
            return "".join(_some(chance, lambda chance: chance.choice(_AWKWARD), 12))
    return "".join(_some(chance, _a_character, 8))


def an_iri(chance: Random) -> str:
    """Some absolute IRI."""
    if _maybe(chance):
        return chance.choice(_IRIS)
    path = "".join(chance.choices("az09./é;=~-", k=chance.randrange(8)))
    query = chance.choice(["", "?", "#"])
    end = "".join(chance.choices("az/=&", k=4)) if query else ""
    return f"{chance.choice(['http', 'https'])}://{chance.choice('ab')}.example/{path}{query}{end}"


def nodes(value: object) -> Iterator[Json]:
    """List every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


_ENDORSED = (["VerifiableCredential", "OpenBadgeCredential"], ["Profile"], ["Achievement"])


def _maybe(chance: Random) -> bool:
    return chance.random() < 0.5


def _some(chance: Random, make: Callable[[Random], _T], most: int) -> list[_T]:
    return [make(chance) for _ in range(chance.randint(0, most))]


def _vary(chance: Random, node: Json) -> None:
    """Say something else in a node, or less, or with fewer brackets."""
    key = chance.choice(sorted(node))
    if key == "type" and len(node["type"]) == 1:
        [node["type"]] = node["type"]
    elif key == "credentialStatus":
        other = {**node[key], "id": an_iri(chance), "statusPurpose": "suspension"}
        node[key] = [node[key], other]
    elif key in {"name", "description", "narrative", "caption", "value", "salt"}:
        node[key] = a_text(chance)
    elif key in {"image", "awardedDate", "identifier", "credentialSchema", "requiredLevel"}:
        del node[key]
    elif key == "id" and "@context" not in node:
        node[key] = an_iri(chance)


def _an_evidence(chance: Random) -> Json:
    parts = {"name": a_text, "narrative": a_text, "id": an_iri}
    members = {name: make(chance) for name, make in parts.items() if _maybe(chance)}
    return {"type": ["Evidence"], **members}


def _an_endorsement(chance: Random) -> Json:
    document = an_endorsement(chance.randint(1, 3))
    document["credentialSubject"]["endorsementComment"] = a_text(chance)
    document["@context"] = _contexts(chance)
    if not chance.randrange(4):
        del document["id"]
    return _proved(chance, document)


def _proved(chance: Random, document: Json) -> Json:
    """The document with no proof, one, or several, which may be alike or have an id."""
    proofs: object = [{**a_proof(chance.randint(1, 2)), **_an_id(chance)} for _ in range(2)]
    return chance.choice(
        [document, signed(document, chance.randint(1, 3)), {**document, "proof": proofs}]
    )


def _an_id(chance: Random) -> Json:
    return {} if chance.randrange(4) else {"id": an_iri(chance)}


def _contexts(chance: Random) -> list[str]:
    return [CREDENTIALS, OPEN_BADGES, EXTENSIONS][: chance.randint(2, 3)]


@cache
def _terms(contexts: frozenset[str], type_names: Sequence[str]) -> dict[str, Term]:
    """Return what may be said of a node of these types, but for what is always refused."""
    [vocabulary] = [one for one in load_vocabularies().values() if one.contexts == contexts]
    names = {*vocabulary.terms, *(key for t in type_names for key in vocabulary.types[t].terms)}
    found = {name: vocabulary.find_term(name, type_names) for name in sorted(names)}
    return {name: term for name, term in found.items() if term and term.kind in _VALUES}


def _a_node(chance: Random, vocabulary: Vocabulary, *, depth: int, least_types: int = 0) -> Json:
    node: Json = {}
    if not least_types and not chance.randrange(4):
        inner = chance.choice(_LISTS)
        found = find_embedded(vocabulary, load_vocabularies()[inner])
        if found is not None:
            vocabulary, node = found, {"@context": [*inner]}
    many = max(least_types, chance.choice([*[0] * 3, *[1] * 14, 2, 3]))
    names = chance.sample(sorted(vocabulary.types), many)
    if vocabulary.find_conflict(names) is not None:
        names = names[:1]
    if names:
        node["type"] = names
    if _maybe(chance):
        node["id"] = an_iri(chance)
    terms = _terms(vocabulary.contexts, tuple(names))
    keys = chance.sample(sorted(terms), chance.randint(1, 4))
    if "proof" in terms and _maybe(chance):
        keys = [*{*keys, "proof"}]
    for key in keys:
        many = chance.choice([0, 1, 1, 1, 2, 3])
        values = [_a_value(chance, vocabulary, terms[key], depth) for _ in range(many)]
        node[key] = values[0] if values and _maybe(chance) else values
    return node


def _a_value(chance: Random, vocabulary: Vocabulary, term: Term, depth: int) -> object:
    if term.kind is TermKind.WORD:
        return chance.choice(sorted(term.words))
    if term.kind is TermKind.GRAPH and (not depth or _maybe(chance)):
        return {**a_proof(), **_an_id(chance)}
    if term.kind is TermKind.GRAPH or (depth and not chance.randrange(3)):
        return _a_node(chance, vocabulary, depth=depth - 1)
    if term.kind is TermKind.IRI:
        return an_iri(chance)
    return a_text(chance) if _maybe(chance) else _a_number(chance)


def _a_number(chance: Random) -> int:
    largest = 2**53 - 1
    return chance.choice([True, False, chance.randint(-2, 2), chance.randint(-largest, largest)])


def _a_character(chance: Random) -> str:
    """Any character but controls, surrogates and the two that are refused."""
    while True:
        code = chance.choice([chance.randrange(0x20, 0x250), chance.randrange(0x20, 0x110000)])
        if not (0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or code in {0xFFFE, 0xFFFF}):
            return chr(code)
