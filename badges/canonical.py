"""The canonical form of a credential: what a Data Integrity proof signs.

A document is JSON-LD, but of pinned contexts only, so the learned tables of `badges.terms` say
what each key means and nothing is fetched or interpreted: one walk turns the JSON into triples,
`badges.rdfc` gives them their canonical form. Whatever the tables do not know is refused, so
no statement goes unsigned, or signed with another meaning than verifiers see.

Source: https://www.w3.org/TR/json-ld11-api/ (expansion, conversion to RDF),
https://www.w3.org/TR/vc-di-eddsa/#transformation-eddsa-rdfc-2022
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from badges.errors import (
    AlikeNodesError,
    ConflictingTypesError,
    ForbiddenCharacterError,
    InvalidIriError,
    KeywordError,
    MissingTypeError,
    NestedArrayError,
    NullValueError,
    SortOrderError,
    TooDeepError,
    UnknownContextError,
    UnknownTermError,
    UnknownTypeError,
    UnknownWordError,
    UnsafeNumberError,
    UnsupportedTermError,
    UnsupportedValueError,
)
from badges.rdfc import (
    Node,
    Triple,
    WorkBudget,
    alike_nodes,
    canonical_lines,
    iri_text,
    literal_text,
)
from badges.terms.vocabulary import Term, TermKind, Vocabulary, load_vocabularies

DEFAULT_BUDGET = 50_000
"""A credential with a long rubric takes some hundreds; 50,000 end within a second."""

MAX_DEPTH = 50
"""Keys and indices from the document to any value. A credential with a rubric has about ten."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDF_TYPE = iri_text(_RDF + "type")
_RDF_FIRST = iri_text(_RDF + "first")
_RDF_REST = iri_text(_RDF + "rest")
_RDF_NIL = iri_text(_RDF + "nil")
_XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"

# What every JSON reader holds exactly (RFC 8259, 6).
_MAX_INTEGER = 2**53 - 1

# PyLD 3.3 writes these raw, others as \u escapes; lone surrogates are no text at all.
_FORBIDDEN_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# N-Quads allows more than white space less these; some processors drop or refuse such IRIs.
_ABSOLUTE_IRI = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*):[^\s<>"{}|\\^`\ufeff]*')

_MAX_SHOWN = 60

_UNSUPPORTED = {
    TermKind.GRAPH: "holds a graph of its own",
    TermKind.JSON: "holds JSON that is one literal",
    TermKind.SCOPE: "gives the terms below it another meaning",
}

Place = tuple[str | int, ...]
"""The keys and indices that lead to a value."""


def canonicalize(document: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> str:
    """Return the canonical N-Quads (RDFC-1.0) of a JSON-LD document, to be hashed as UTF-8.

    Of a signed document take out the `proof` first. A proof configuration is a document, too:
    the proof without its `proofValue`, with the `@context` of what it signs.

    Args:
        document: JSON as Python's reader returns it, with objects, arrays as lists, text,
            booleans and integers.
        budget: How much work it may take, in steps.

    Raises:
        CanonicalizationError: one of its subclasses says what is wrong; which and where.
    """
    work = WorkBudget(budget)
    return "".join(canonical_lines(_Emitter(document, work).triples, work))


def check_unambiguous(document: Mapping[str, object], *, budget: int = DEFAULT_BUDGET) -> None:
    """Refuse a document that some verifier out there would read differently. Before signing.

    It may be sound all the same, and verification accepts it. But rdf-canonize 5 sorts by
    UTF-16 code unit and gives up early on nodes that their own triples do not tell apart.

    Raises:
        AlikeNodesError: parts without an `id` say the same. Give them ids, or say it once.
        SortOrderError: values of one property sort differently in UTF-16.
        CanonicalizationError: as `canonicalize`.
    """
    work = WorkBudget(budget)
    emitter = _Emitter(document, work)
    for first, second, *_ in alike_nodes(emitter.triples):
        places = [_pointer(emitter.places[node]) or "the document" for node in (first, second)]
        raise AlikeNodesError(f"nothing tells {' and '.join(places)} apart")
    lines = canonical_lines(emitter.triples, work)
    # Labels are ASCII, so where the lines agree, the lines that are hashed on the way do, too.
    if lines != sorted(lines, key=lambda line: line.encode("utf-16-be")):
        raise SortOrderError("some values sort differently by UTF-16 code unit")


class _Emitter:
    """One walk over a document. Blank node n stands for the value at `places[n]`."""

    def __init__(self, document: Mapping[str, object], work: WorkBudget) -> None:
        self.triples: list[Triple] = []
        self.places: list[Place] = []
        self._work = work
        self._vocabulary = _find_vocabulary(document)
        if "type" not in document:
            raise MissingTypeError("the document has no type")
        self._node(document, ())

    def _node(self, node: Mapping[str, object], place: Place) -> Node:
        """Emit all that `node` says; return its IRI or blank node."""
        if len(place) > MAX_DEPTH:
            raise TooDeepError(f"nested deeper than {MAX_DEPTH}", pointer=_pointer(place))
        type_names = self._type_names(node, place)
        subject = self._iri(node["id"], (*place, "id")) if "id" in node else self._blank(place)
        for name in type_names:
            self._add(subject, _RDF_TYPE, iri_text(self._vocabulary.types[name].iri))
        for key, value in node.items():
            if key not in {"id", "type"} and not (key == "@context" and not place):
                term = self._term(key, type_names, (*place, key))
                self._property(subject, term, value, place=(*place, key))
        return subject

    def _type_names(self, node: Mapping[str, object], place: Place) -> Sequence[str]:
        """Return the node's types, each once; none if the node has no `type` at all."""
        if "type" not in node:
            return ()
        names: dict[str, None] = {}
        for name, at in _items(node["type"], (*place, "type")):
            if not isinstance(name, str):
                raise _refusal(name, at)
            if name not in self._vocabulary.types:
                raise UnknownTypeError(f"unknown type {_shown(name)}", pointer=_pointer(at))
            names[name] = None
        if not names:
            raise MissingTypeError("the list of types is empty", pointer=_pointer(place))
        conflict = self._vocabulary.find_conflict([*names])
        if conflict is not None:
            message = f"two of the types {', '.join(names)} define {conflict!r}"
            raise ConflictingTypesError(message, pointer=_pointer(place))
        return tuple(names)

    def _term(self, key: str, type_names: Sequence[str], place: Place) -> Term:
        if key.startswith("@"):
            raise KeywordError(f"keyword {_shown(key)}", pointer=_pointer(place))
        term = self._vocabulary.find_term(key, type_names)
        if term is None and not type_names:
            message = f"{_shown(key)} means nothing on a node without a type"
            raise MissingTypeError(message, pointer=_pointer(place))
        if term is None:
            message = f"unknown term {_shown(key)} on {', '.join(type_names)}"
            raise UnknownTermError(message, pointer=_pointer(place))
        if term.kind in _UNSUPPORTED:
            message = f"{key!r} {_UNSUPPORTED[term.kind]}"
            raise UnsupportedTermError(message, pointer=_pointer(place))
        return term

    def _property(self, subject: Node, term: Term, value: object, *, place: Place) -> None:
        predicate = iri_text(term.predicate)
        if term.kind is not TermKind.LIST:
            for item, at in _items(value, place):
                self._add(subject, predicate, self._object(term, item, at))
            return
        for item, at in _items(value, place):
            cell = self._blank(at)
            self._add(subject, predicate, cell)
            self._add(cell, _RDF_FIRST, self._object(term, item, at))
            subject, predicate = cell, _RDF_REST
        self._add(subject, predicate, _RDF_NIL)

    def _object(self, term: Term, value: object, place: Place) -> Node:
        match value:
            case Mapping() if term.kind is not TermKind.WORD:
                return self._node(value, place)
            case str() if term.kind is TermKind.IRI:
                return self._iri(value, place)
            case str() if term.kind is TermKind.WORD:
                return _word(term, value, place)
            case str():
                _check_text(value, place)
                return literal_text(value, term.datatype)
            case bool() | int() if term.kind in {TermKind.LITERAL, TermKind.LIST}:
                return _number_or_truth(term, value, place)
        raise _refusal(value, place)

    def _iri(self, value: object, place: Place) -> str:
        if not isinstance(value, str):
            raise _refusal(value, place)
        _check_text(value, place)
        match = _ABSOLUTE_IRI.fullmatch(value)
        if match is None:
            raise InvalidIriError("not an absolute IRI", pointer=_pointer(place))
        if match[1] in self._vocabulary.prefixes:
            raise InvalidIriError(f"{match[1]!r} would shorten an IRI", pointer=_pointer(place))
        return iri_text(value)

    def _blank(self, place: Place) -> int:
        self.places.append(place)
        return len(self.places) - 1

    def _add(self, subject: Node, predicate: str, object_: Node) -> None:
        self._work.spend()
        self.triples.append(Triple(subject, predicate, object_))


def _find_vocabulary(document: Mapping[str, object]) -> Vocabulary:
    contexts = document.get("@context")
    if isinstance(contexts, list) and all(isinstance(url, str) for url in contexts):
        vocabulary = load_vocabularies().get(tuple(contexts))
        if vocabulary is not None:
            return vocabulary
    raise UnknownContextError("not a pinned list of contexts", pointer="/@context")


def _items(value: object, place: Place) -> Iterator[tuple[object, Place]]:
    """List the values of a property: JSON-LD takes one value and an array of it alike."""
    if not isinstance(value, list):
        yield value, place
        return
    for index, item in enumerate(value):
        yield item, (*place, index)


def _word(term: Term, value: str, place: Place) -> str:
    if value not in term.words:
        message = f"not one of {', '.join(sorted(term.words))}"
        raise UnknownWordError(message, pointer=_pointer(place))
    return iri_text(term.words[value])


def _number_or_truth(term: Term, value: int, place: Place) -> str:
    if isinstance(value, bool):
        return literal_text("true" if value else "false", term.datatype or _XSD_BOOLEAN)
    if abs(value) > _MAX_INTEGER:
        raise UnsafeNumberError("beyond 2^53", pointer=_pointer(place))
    return literal_text(str(value), term.datatype or _XSD_INTEGER)


def _check_text(value: str, place: Place) -> None:
    found = _FORBIDDEN_CHARACTER.search(value)
    if found:
        raise ForbiddenCharacterError(f"U+{ord(found[0]):04X} in text", pointer=_pointer(place))


def _refusal(value: object, place: Place) -> UnsupportedValueError:
    pointer = _pointer(place)
    match value:
        case None:
            return NullValueError("null says nothing", pointer=pointer)
        case list():
            return NestedArrayError("no array can stand here", pointer=pointer)
        case float():
            return UnsafeNumberError("a number with a fraction", pointer=pointer)
    return UnsupportedValueError(f"no {type(value).__name__} can stand here", pointer=pointer)


def _pointer(place: Place) -> str:
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in place)
    return "".join("/" + token for token in tokens)


def _shown(name: str) -> str:
    """Return a name from a document for a message: it may be anything, and of any length."""
    return repr(name if len(name) <= _MAX_SHOWN else name[:_MAX_SHOWN] + "…")
