"""From JSON to statements: one walk over a document of pinned contexts.

Most statements of our documents hold no blank node: their line is written at once, as text.
The others wait as quads until their blank nodes have labels.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, NamedTuple, NoReturn, TypeAlias

from badges.errors import (
    CanonicalizationError,
    ConflictingContextsError,
    ConflictingTypesError,
    ForbiddenCharacterError,
    InvalidIriError,
    MissingTypeError,
    NestedArrayError,
    NullValueError,
    TooDeepError,
    UnknownContextError,
    UnknownTypeError,
    UnknownWordError,
    UnsafeNumberError,
    UnsupportedValueError,
)
from badges.memo import Memo, content_key
from badges.rdfc import Node, Quad, iri_text
from badges.terms.language import Language, Meaning, Word, load_languages, show_name
from badges.terms.vocabulary import TermKind, Vocabulary, find_embedded, load_vocabularies

MAX_DEPTH = 50
"""Keys and indices from the document to any value. A credential with a rubric has about ten."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDF_TYPE = iri_text(_RDF + "type")
_RDF_FIRST = iri_text(_RDF + "first")
_RDF_REST = iri_text(_RDF + "rest")
_RDF_NIL = iri_text(_RDF + "nil")
_XSD_BOOLEAN = "^^" + iri_text("http://www.w3.org/2001/XMLSchema#boolean")
_XSD_INTEGER = "^^" + iri_text("http://www.w3.org/2001/XMLSchema#integer")

# What every JSON reader holds exactly (RFC 8259, 6).
_MAX_INTEGER = 2**53 - 1

# PyLD 3.3 writes these raw, others as \u escapes; lone surrogates are no text at all.
_FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff"
# What they look like between the quotes of a literal, but for surrogates.
_ESCAPED = ("\\u", "\\b", "\\f")
_RAW = ("\x7f", "\ufffe", "\uffff")
_TO_ESCAPE = (*map(chr, range(0x20)), '"', "\\")
_LONG = 2000
"""Characters of a text that is looked at sign by sign."""
# N-Quads allows more than white space less these; some processors drop or refuse such IRIs.
_ABSOLUTE_IRI = re.compile(rf'([A-Za-z][A-Za-z0-9+.-]*):[^{_FORBIDDEN}\s<>"{{}}|\\^`\ufeff]*')

# The enumeration's members, without asking it for each value.
_GRAPH, _IRI, _LIST, _LITERAL, _WORD = (
    TermKind.GRAPH,
    TermKind.IRI,
    TermKind.LIST,
    TermKind.LITERAL,
    TermKind.WORD,
)

Place: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value."""


class _Fragment(NamedTuple):
    """What an object inside a document says; lines sorted, places and depth from itself on."""

    subject: Node
    lines: Sequence[str]
    quads: Sequence[Quad]
    places: Sequence[Place]
    depth: int


_FRAGMENTS: Memo[_Fragment] = Memo(most=16_000_000)
# The text of a line, and what Python needs to hold it.
_OVERHEAD = 100


class Emitter:
    """What a document says.

    `lines` are the statements without blank nodes, as canonical N-Quads; `quads` are the
    others. Blank node n stands for the value at `places[n]`.

    Raises:
        CanonicalizationError: one of its subclasses says what is wrong; which and where.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        self._emit(document, is_checked=False)
        if self._may_be_forbidden():
            # It is not always: the text may speak of such characters. Then all is as before.
            self._emit(document, is_checked=True)

    def _emit(self, document: Mapping[str, object], *, is_checked: bool) -> None:
        self.lines: list[str] = []
        self.quads: list[Quad] = []
        self.places: list[Place] = []
        self._path: list[str | int] = []
        self._depth = 0
        self._is_checked = is_checked
        language = self._language(document.get("@context"))
        if "type" not in document:
            self._refuse(MissingTypeError, "the document has no type")
        self._node(document, language, None)

    def _may_be_forbidden(self) -> bool:
        """Tell whether some literal may hold what none may: one look at all of them."""
        objects = [quad.object for quad in self.quads if isinstance(quad.object, str)]
        text = "".join((*self.lines, *objects))
        # One character is searched for ten times as fast as two, and few texts have a backslash.
        if "\\" in text and any(sign in text for sign in _ESCAPED):
            return True
        if any(character in text for character in _RAW):
            return True
        try:
            text.encode()
        except UnicodeEncodeError:
            return True
        return False

    def _node(self, node: Mapping[str, object], language: Language, graph: int | None) -> Node:
        """Emit all that `node`, at `_path`, says; return its IRI or blank node."""
        path = self._path
        if "@context" in node:
            language = self._embedded(node["@context"], language)
        meaning = self._meaning(node, language)
        subject = self._subject(node, language)
        for type_iri in meaning.type_iris:
            self._add(subject, _RDF_TYPE, type_iri, graph)
        is_ground = graph is None and subject.__class__ is str
        for key, value in node.items():
            path.append(key)
            word = meaning.words.get(key)
            if word is None:
                self._pass_over(key, meaning)
            elif value.__class__ is not str or word.kind is _LIST:
                self._values(subject, word, value, language, graph)
            elif is_ground:
                text = self._text(word, value, language)
                self.lines.append(f"{subject} {word.predicate} {text} .\n")
            else:
                self._add(subject, word.predicate, self._text(word, value, language), graph)
            path.pop()
        return subject

    def _pass_over(self, key: str, meaning: Meaning) -> None:
        """Return if the key is no word, but said what the others mean."""
        if key not in {"id", "type", "@context"}:
            self._refuse(*meaning.explain(key))

    def _values(
        self, subject: Node, word: Word, value: object, language: Language, graph: int | None
    ) -> None:
        """Emit the values of a property: JSON-LD takes one value and an array of it alike."""
        if word.kind is _LIST:
            self._list(subject, word, value, language, graph)
        elif value.__class__ is not list:
            object_ = self._object(word, value, language, graph)
            self._add(subject, word.predicate, object_, graph)
        else:
            path = self._path
            for index, item in enumerate(value):
                path.append(index)
                object_ = self._object(word, item, language, graph)
                self._add(subject, word.predicate, object_, graph)
                path.pop()

    def _list(
        self, subject: Node, word: Word, value: object, language: Language, graph: int | None
    ) -> None:
        predicate, path = word.predicate, self._path
        for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            length = len(path)
            path.extend([] if index is None else [index])
            cell = self._blank()
            self._add(subject, predicate, cell, graph)
            self._add(cell, _RDF_FIRST, self._object(word, item, language, graph), graph)
            del path[length:]
            subject, predicate = cell, _RDF_REST
        self._add(subject, predicate, _RDF_NIL, graph)

    def _object(self, word: Word, value: object, language: Language, graph: int | None) -> Node:
        kind = word.kind
        if isinstance(value, str):
            return self._text(word, value, language)
        if isinstance(value, dict | Mapping):
            if kind is _GRAPH:
                name = self._blank()
                self._node(value, language, name)
                return name
            if word.is_shared and graph is None and not self._is_checked:
                return self._shared(value, language)
            if kind is not _WORD:
                return self._node(value, language, graph)
        elif isinstance(value, int) and kind in {_LITERAL, _LIST}:
            return self._number_or_truth(word, value)
        return self._refuse_value(value)

    def _shared(self, node: Mapping[str, object], language: Language) -> Node:
        """Emit what many documents say alike; it is worked out for the first of them."""
        content = content_key(node)
        if content is None:
            return self._node(node, language, None)
        fragment = _FRAGMENTS.find((content, language))
        if fragment is None or len(self._path) + fragment.depth > MAX_DEPTH:
            fragment = self._fragment(node, language)
            size = sum(len(text) + _OVERHEAD for text in (*fragment.lines, *fragment.quads))
            _FRAGMENTS.keep((content, language), fragment, len(content) + size)
        first = len(self.places)
        self.lines += fragment.lines
        self.quads += _renumbered(fragment.quads, first)
        self.places += [(*self._path, *place) for place in fragment.places]
        subject = fragment.subject
        return subject + first if isinstance(subject, int) else subject

    def _fragment(self, node: Mapping[str, object], language: Language) -> _Fragment:
        """Return what `node` says, and leave out of here what it says."""
        at, depth = len(self._path), self._depth
        lines, quads, places = self.lines, self.quads, self.places
        self.lines, self.quads, self.places, self._depth = [], [], [], at
        subject = self._node(node, language, None)
        fragment = _Fragment(
            subject=subject,
            lines=sorted(self.lines),
            quads=self.quads,
            places=[place[at:] for place in self.places],
            depth=self._depth - at,
        )
        self.lines, self.quads, self.places = lines, quads, places
        self._depth = max(depth, self._depth)
        return fragment

    def _text(self, word: Word, value: str, language: Language) -> str:
        if word.kind is _LITERAL or word.kind is _LIST:
            if self._is_checked:
                self._check_text(value)
            return _quoted(value) + word.datatype
        if word.kind is _IRI:
            return self._iri(value, language)
        if word.kind is _GRAPH:
            self._refuse_value(value)
        if value not in word.words:
            self._refuse(UnknownWordError, f"not one of {', '.join(sorted(word.words))}")
        return word.words[value]

    def _number_or_truth(self, word: Word, value: int) -> str:
        if isinstance(value, bool):
            return f'"{"true" if value else "false"}"{word.datatype or _XSD_BOOLEAN}'
        if abs(value) > _MAX_INTEGER:
            self._refuse(UnsafeNumberError, "beyond 2^53")
        return f'"{value}"{word.datatype or _XSD_INTEGER}'

    def _subject(self, node: Mapping[str, object], language: Language) -> Node:
        if "id" not in node:
            return self._blank()
        id_ = node["id"]
        path = self._path
        path.append("id")
        subject = self._iri(id_, language) if isinstance(id_, str) else self._refuse_value(id_)
        path.pop()
        return subject

    def _iri(self, value: str, language: Language) -> str:
        match = _ABSOLUTE_IRI.fullmatch(value)
        if match is None:
            self._check_text(value)
            self._refuse(InvalidIriError, "not an absolute IRI")
        if language.prefixes and match[1] in language.prefixes:
            self._refuse(InvalidIriError, f"{match[1]!r} would shorten an IRI")
        return f"<{value}>"

    def _meaning(self, node: Mapping[str, object], language: Language) -> Meaning:
        """Return what the node's types make of its keys. Every node comes by here."""
        depth = len(self._path)
        if depth > self._depth:
            self._depth = depth
            if depth > MAX_DEPTH:
                self._refuse(TooDeepError, f"nested deeper than {MAX_DEPTH}")
        if "type" not in node:
            return language.meaning_of(())
        value = node["type"]
        names: tuple[Any, ...] = tuple(value) if isinstance(value, list) else (value,)
        try:
            known = language.meanings.get(names) if names else None
        except TypeError:
            known = None
        return known or language.meaning_of(self._type_names(value, language.vocabulary))

    def _type_names(self, value: object, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Return the node's types, each once."""
        path, names = self._path, dict[str, None]()
        for step, name in enumerate(value) if isinstance(value, list) else [(None, value)]:
            length = len(path)
            path.extend(["type"] if step is None else ["type", step])
            if not isinstance(name, str):
                self._refuse_value(name)
            if name not in vocabulary.types:
                self._refuse(UnknownTypeError, f"unknown type {show_name(name)}")
            names[name] = None
            del path[length:]
        if not names:
            self._refuse(MissingTypeError, "the list of types is empty")
        conflict = vocabulary.find_conflict([*names])
        if conflict is not None:
            message = f"two of the types {', '.join(names)} define {conflict!r}"
            self._refuse(ConflictingTypesError, message)
        return tuple(names)

    def _language(self, contexts: object) -> Language:
        urls = contexts if isinstance(contexts, list) else []
        names = tuple(url for url in urls if isinstance(url, str))
        vocabulary = load_vocabularies().get(names) if len(names) == len(urls) else None
        if vocabulary is None:
            self._path.append("@context")
            self._refuse(UnknownContextError, "not a pinned list of contexts")
        return load_languages()[vocabulary.contexts]

    def _embedded(self, contexts: object, around: Language) -> Language:
        """Return what holds in a document inside the document."""
        if not self._path:
            return around
        vocabulary = find_embedded(around.vocabulary, self._language(contexts).vocabulary)
        if vocabulary is None:
            self._path.append("@context")
            message = "these contexts and those around them are not pinned together"
            self._refuse(ConflictingContextsError, message)
        return load_languages()[vocabulary.contexts]

    def _blank(self) -> int:
        self.places.append(tuple(self._path))
        return len(self.places) - 1

    def _add(self, subject: Node, predicate: str, object_: Node, graph: int | None) -> None:
        if graph is None and subject.__class__ is str and object_.__class__ is str:
            self.lines.append(f"{subject} {predicate} {object_} .\n")
        else:
            self.quads.append(Quad(subject, predicate, object_, graph))

    def _check_text(self, value: str) -> None:
        found = re.search(f"[{_FORBIDDEN}]", value)
        if found:
            self._refuse(ForbiddenCharacterError, f"U+{ord(found[0]):04X} in text")

    def _refuse_value(self, value: object) -> NoReturn:
        match value:
            case None:
                self._refuse(NullValueError, "null says nothing")
            case list():
                self._refuse(NestedArrayError, "no array can stand here")
            case float():
                self._refuse(UnsafeNumberError, "a number with a fraction")
        self._refuse(UnsupportedValueError, f"no {type(value).__name__} can stand here")

    def _refuse(self, error: type[CanonicalizationError], message: str) -> NoReturn:
        raise error(message, pointer=pointer_to(self._path))


def _quoted(value: str) -> str:
    # A list of a million entries: one character after the other is searched for, and none found.
    if len(value) > _LONG and not any(sign in value for sign in _TO_ESCAPE):
        return f'"{value}"'
    return encode_basestring(value)


def _renumbered(quads: Iterable[Quad], first: int) -> Iterator[Quad]:
    """Number blank nodes from `first` on instead of from zero."""
    for quad in quads:
        yield Quad(*(part + first if isinstance(part, int) else part for part in quad))  # type: ignore[arg-type]


def pointer_to(place: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a place."""
    tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in place)
    return "".join("/" + token for token in tokens)
