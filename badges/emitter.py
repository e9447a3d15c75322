"""From JSON to statements: one walk over a document of pinned contexts.

Most statements of our documents hold no blank node: their line is written at once, as text.
The others wait as quads until their blank nodes have labels.
"""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from badges.errors import (
    CanonicalizationError,
    ForbiddenCharacterError,
    InvalidIriError,
    MissingTypeError,
    TooDeepError,
    UnknownWordError,
    UnsafeNumberError,
)
from badges.memo import Memo, content_key
from badges.places import Place, refuse, refuse_value
from badges.plain_text import (
    LONG,
    are_plain_iris,
    find_forbidden,
    find_scheme,
    is_plain,
    quoted,
)
from badges.rdfc import Node, Quad, iri_text
from badges.terms.language import Language, Meaning, Word
from badges.terms.reading import language_of, language_within, type_names
from badges.terms.vocabulary import TermKind

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
_NOT_SAID = frozenset({"id", "type", "@context"})
"""Keys that say nothing themselves, but what the others mean."""

# The enumeration's members, without asking it for each value.
_GRAPH, _IRI, _LIST, _LITERAL, _WORD = (
    TermKind.GRAPH,
    TermKind.IRI,
    TermKind.LIST,
    TermKind.LITERAL,
    TermKind.WORD,
)


class Statements(NamedTuple):
    """What a document says.

    `lines` are the statements without blank nodes, as canonical N-Quads; `quads` are the
    others. Blank node n stands for the value at `places[n]`.
    """

    lines: Sequence[str]
    quads: Sequence[Quad]
    places: Sequence[Place]


class _Fragment(NamedTuple):
    """What some members of an object say, whichever object that is.

    `endings` are the statements of the object itself, without it; it is the empty text in
    quads. Other lines are sorted; blank nodes, places and depth count from the object on.
    """

    endings: Sequence[str]
    lines: Sequence[str]
    quads: Sequence[Quad]
    places: Sequence[Place]
    depth: int


_FRAGMENTS: Memo[_Fragment] = Memo(most=16_000_000)
# The text of a line, and what Python needs to hold it.
_OVERHEAD = 100
_ANY_OBJECT = ""
_LINE_END = " .\n"


class _InDoubtError(Exception):
    """Some text or IRI may have to be refused; a careful walk says whether, and where."""


def emit(document: Mapping[str, object]) -> Statements:
    """Return what a document says.

    Raises:
        CanonicalizationError: one of its subclasses says what is wrong first; which and where.
    """
    walk = _Walk(is_careful=False)
    try:
        walk.document(document)
        walk.check_texts()
    except (_InDoubtError, CanonicalizationError):
        # Text and IRIs were not looked at one by one, nor the places in fragments absolute.
        walk = _Walk(is_careful=True)
        walk.document(document)
    # Those of a fragment are sorted already.
    return Statements([*walk.shared, *walk.lines], walk.quads, walk.places)


class _Walk:
    """One walk over a document, or over a part of it that is `above` levels down.

    A careful one looks at each text and IRI, and remembers nothing. Another needs
    `check_texts` at the end; what fragments say, in `shared`, was checked when they were made.
    """

    def __init__(self, *, is_careful: bool, above: int = 0) -> None:
        self.lines: list[str] = []
        self.quads: list[Quad] = []
        self.places: list[Place] = []
        self.shared: list[str] = []
        self.depth = 0
        self._iris: list[str] = []
        self._above = above
        self._is_careful = is_careful

    def document(self, document: Mapping[str, object]) -> None:
        """Emit all that a document says."""
        language = language_of(document.get("@context"), ())
        if "type" not in document:
            refuse(MissingTypeError, "the document has no type", ())
        self._members(document, language, None, ())

    def check_texts(self) -> None:
        """Return if no text and no IRI so far can be one to refuse: one look at all of them.

        Raises:
            _InDoubtError: one may be.
        """
        objects = [quad.object for quad in self.quads if isinstance(quad.object, str)]
        if not (are_plain_iris(self._iris) and is_plain((*self.lines, *objects))):
            raise _InDoubtError

    def node(
        self, node: Mapping[str, object], language: Language, graph: int | None, place: Place
    ) -> Node:
        """Emit all that the node at `place` says; return its IRI or blank node."""
        if "@context" in node:
            language = language_within(node["@context"], language, place)
        return self._members(node, language, graph, place)

    def _members(
        self, node: Mapping[str, object], language: Language, graph: int | None, place: Place
    ) -> Node:
        meaning = self._meaning(node, language, place)
        subject = self._subject(node, language, place)
        for type_iri in meaning.type_iris:
            self._add(subject, _RDF_TYPE, type_iri, graph)
        if meaning.shared and graph is None and not self._is_careful:
            rest = dict(node)
            shared = {name: rest.pop(name) for name in meaning.shared if name in rest}
            if shared and self._say_shared(subject, shared, meaning, language, place):
                node = rest
        self.say(subject, node, meaning, language, graph, place)
        return subject

    def say(
        self,
        subject: Node,
        members: Mapping[str, object],
        meaning: Meaning,
        language: Language,
        graph: int | None,
        place: Place,
    ) -> None:
        """Emit what members of the object at `place` say."""
        is_quick = graph is None and subject.__class__ is str and not self._is_careful
        add, words = self.lines.append, meaning.words
        for key, value in members.items():
            word = words.get(key)
            if word is None:
                if key not in _NOT_SAID:
                    refuse(*meaning.explain(key), (*place, key))
            elif not is_quick or value.__class__ is not str or len(value) > LONG:
                self._values(subject, word, value, language, graph, (*place, key))
            elif word.kind is _LITERAL:
                add(f"{subject}{word.opening}{encode_basestring(value)}{word.ending}")
            elif word.kind is _IRI:
                self._iris.append(value)
                add(f"{subject}{word.opening}<{value}> .\n")
            else:
                self._values(subject, word, value, language, graph, (*place, key))

    def _values(
        self,
        subject: Node,
        word: Word,
        value: object,
        language: Language,
        graph: int | None,
        place: Place,
    ) -> None:
        """Emit the values of a property: JSON-LD takes one value and an array of it alike."""
        if word.kind is _LIST:
            self._list(subject, word, value, language, graph, place)
        elif value.__class__ is not list:
            object_ = self._object(word, value, language, graph, place)
            self._add(subject, word.predicate, object_, graph)
        else:
            for index, item in enumerate(value):
                object_ = self._object(word, item, language, graph, (*place, index))
                self._add(subject, word.predicate, object_, graph)

    def _list(
        self,
        subject: Node,
        word: Word,
        value: object,
        language: Language,
        graph: int | None,
        place: Place,
    ) -> None:
        predicate = word.predicate
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            at = place if index is None else (*place, index)
            cell = self._blank(at)
            self._add(subject, predicate, cell, graph)
            self._add(cell, _RDF_FIRST, self._object(word, item, language, graph, at), graph)
            subject, predicate = cell, _RDF_REST
        self._add(subject, predicate, _RDF_NIL, graph)

    def _object(
        self, word: Word, value: object, language: Language, graph: int | None, place: Place
    ) -> Node:
        kind = word.kind
        if isinstance(value, str):
            return self._text(word, value, language, place)
        if value.__class__ is dict or isinstance(value, Mapping):
            if kind is _GRAPH:
                name = self._blank(place)
                self.node(value, language, name, place)
                return name
            if kind is not _WORD:
                return self.node(value, language, graph, place)
        elif isinstance(value, int) and kind in {_LITERAL, _LIST}:
            return self._number_or_truth(word, value, place)
        return refuse_value(value, place)

    def _say_shared(
        self,
        subject: Node,
        members: Mapping[str, object],
        meaning: Meaning,
        language: Language,
        place: Place,
    ) -> bool:
        """Emit what many documents say alike; it is worked out for the first of them.

        Return false if it is too much to remember.
        """
        content = content_key(members)
        if content is None:
            return False
        fragment = _FRAGMENTS.find((content, meaning))
        above = self._above + len(place)
        if fragment is None or above + fragment.depth > MAX_DEPTH:
            fragment = _make_fragment(members, meaning, language, above)
            texts = (*fragment.endings, *fragment.lines, *fragment.quads)
            size = sum(len(text) + _OVERHEAD for text in texts)
            _FRAGMENTS.keep((content, meaning), fragment, len(content) + size)
        self.depth = max(self.depth, len(place) + fragment.depth)
        self.shared += fragment.lines
        self._say_endings(subject, fragment.endings)
        first = len(self.places)
        for part, predicate, object_, graph in fragment.quads:
            self.quads.append(
                Quad(
                    subject if part == _ANY_OBJECT else _renumbered(part, first),
                    predicate,
                    _renumbered(object_, first),
                    None if graph is None else _renumbered(graph, first),
                )
            )
        self.places += [(*place, *one) for one in fragment.places]
        return True

    def _say_endings(self, subject: Node, endings: Sequence[str]) -> None:
        if isinstance(subject, str):
            self.lines += [f"{subject}{ending}" for ending in endings]
        else:
            parts = (ending.removesuffix(_LINE_END).split(" ", 2) for ending in endings)
            self.quads += [Quad(subject, predicate, object_) for _, predicate, object_ in parts]

    def _text(self, word: Word, value: str, language: Language, place: Place) -> str:
        if word.kind is _LITERAL or word.kind is _LIST:
            if self._is_careful:
                self._check_text(value, place)
            return quoted(value) + word.datatype
        if word.kind is _IRI:
            return self._iri(value, language, place)
        if word.kind is _GRAPH:
            refuse_value(value, place)
        if value not in word.words:
            refuse(UnknownWordError, f"not one of {', '.join(sorted(word.words))}", place)
        return word.words[value]

    def _number_or_truth(self, word: Word, value: int, place: Place) -> str:
        if isinstance(value, bool):
            return f'"{"true" if value else "false"}"{word.datatype or _XSD_BOOLEAN}'
        if abs(value) > _MAX_INTEGER:
            refuse(UnsafeNumberError, "beyond 2^53", place)
        return f'"{value}"{word.datatype or _XSD_INTEGER}'

    def _subject(self, node: Mapping[str, object], language: Language, place: Place) -> Node:
        if "id" not in node:
            return self._blank(place)
        id_ = node["id"]
        if isinstance(id_, str):
            return self._iri(id_, language, (*place, "id") if self._is_careful else place)
        return refuse_value(id_, (*place, "id"))

    def _iri(self, value: str, language: Language, place: Place) -> str:
        if self._is_careful:
            scheme = find_scheme(value)
            if scheme is None:
                self._check_text(value, place)
                refuse(InvalidIriError, "not an absolute IRI", place)
            if scheme in language.prefixes:
                refuse(InvalidIriError, f"{scheme!r} would shorten an IRI", place)
        else:
            self._iris.append(value)
        return f"<{value}>"

    def _meaning(self, node: Mapping[str, object], language: Language, place: Place) -> Meaning:
        """Return what the node's types make of its keys. Every node comes by here."""
        depth = len(place)
        if depth > self.depth:
            self.depth = depth
            if self._above + depth > MAX_DEPTH:
                refuse(TooDeepError, f"nested deeper than {MAX_DEPTH}", place)
        if "type" not in node:
            return language.meaning_of(())
        value = node["type"]
        names: tuple[Any, ...] = tuple(value) if isinstance(value, list) else (value,)
        try:
            known = language.meanings.get(names) if names else None
        except TypeError:
            known = None
        return known or language.meaning_of(type_names(value, language.vocabulary, place))

    def _blank(self, place: Place) -> int:
        self.places.append(place)
        return len(self.places) - 1

    def _add(self, subject: Node, predicate: str, object_: Node, graph: int | None) -> None:
        if graph is None and subject.__class__ is str and object_.__class__ is str:
            self.lines.append(f"{subject} {predicate} {object_} .\n")
        else:
            self.quads.append(Quad(subject, predicate, object_, graph))

    def _check_text(self, value: str, place: Place) -> None:
        found = find_forbidden(value)
        if found is not None:
            refuse(ForbiddenCharacterError, f"U+{ord(found):04X} in text", place)


def _make_fragment(
    members: Mapping[str, object], meaning: Meaning, language: Language, above: int
) -> _Fragment:
    walk = _Walk(is_careful=False, above=above)
    walk.say(_ANY_OBJECT, members, meaning, language, None, ())
    walk.check_texts()
    # An object that has a name begins with a bracket.
    endings = [line for line in walk.lines if line.startswith(" ")]
    lines = [line for line in walk.lines if not line.startswith(" ")]
    return _Fragment(endings, sorted((*walk.shared, *lines)), walk.quads, walk.places, walk.depth)


def _renumbered(node: Node, first: int) -> Node:
    """Number blank nodes from `first` on instead of from zero."""
    return node + first if isinstance(node, int) else node
