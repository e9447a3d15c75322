"""Vocabularies as the emitter needs them: each word ready to be written.

For each set of types the terms of all of them are put together once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from badges.errors import (
    CanonicalizationError,
    KeywordError,
    MissingTypeError,
    UnknownTermError,
    UnsupportedTermError,
)
from badges.rdfc import XSD_STRING, iri_text
from badges.terms.vocabulary import Term, TermKind, Vocabulary, load_vocabularies

# Whoever makes documents for it can list types in more ways than memory holds.
_MAXIMUM_MEANINGS = 1_000
_MAX_SHOWN = 60
_SHARED = {
    "VerifiableCredential": ("name", "description", "image", "issuer", "credentialSchema"),
    "AchievementSubject": ("achievement",),
    "ClrSubject": ("achievement",),
}
_UNSUPPORTED = {
    TermKind.JSON: "holds JSON that is one literal",
    TermKind.SCOPE: "gives the terms below it another meaning",
}


class Word:
    """What a term means, as N-Quads text.

    `datatype` is what stands behind a literal's quotes; `opening` and `ending` stand around
    the quotes of a literal whose subject is known.
    """

    # Read for every value of every document: a named tuple's members take longer to read.
    __slots__ = ("datatype", "ending", "kind", "opening", "predicate", "words")

    def __init__(self, term: Term) -> None:
        is_plain = term.datatype in {None, XSD_STRING}
        self.kind: Final = term.kind
        self.predicate: Final = iri_text(term.predicate)
        self.datatype: Final = "" if is_plain else "^^" + iri_text(str(term.datatype))
        self.opening: Final = f" {self.predicate} "
        self.ending: Final = f"{self.datatype} .\n"
        self.words: Final[Mapping[str, str]] = {
            word: iri_text(iri) for word, iri in term.words.items()
        }


class Meaning:
    """What the keys of a node of some types mean.

    `shared` are those that many documents say alike, word for word.
    """

    def __init__(self, vocabulary: Vocabulary, type_names: Sequence[str]) -> None:
        self._type_names = type_names
        self.shared = tuple(name for one in type_names for name in _SHARED.get(one, ()))
        self.type_iris = [iri_text(vocabulary.types[name].iri) for name in type_names]
        scopes = [vocabulary.types[name].terms for name in reversed(type_names)]
        terms: dict[str, Term] = {}
        for scope in (vocabulary.terms, *scopes):
            terms |= scope
        self.words = {
            name: Word(term) for name, term in terms.items() if term.kind not in _UNSUPPORTED
        }
        self._unsupported = {name: term.kind for name, term in terms.items()}

    def explain(self, key: str) -> tuple[type[CanonicalizationError], str]:
        """Return which error it is that `words` does not hold this key, and a message."""
        shown = show_name(key)
        if key.startswith("@"):
            return KeywordError, f"keyword {shown}"
        if key in self._unsupported:
            return UnsupportedTermError, f"{shown} {_UNSUPPORTED[self._unsupported[key]]}"
        if not self._type_names:
            return MissingTypeError, f"{shown} means nothing on a node without a type"
        return UnknownTermError, f"unknown term {shown} on {', '.join(self._type_names)}"


class Language:
    """A vocabulary, and what it means for the nodes that were met so far."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.prefixes = vocabulary.prefixes
        self.meanings: dict[tuple[str, ...], Meaning] = {}

    def meaning_of(self, type_names: tuple[str, ...]) -> Meaning:
        """Return what the keys of a node of these types mean: known, different, no conflict."""
        meaning = self.meanings.get(type_names)
        if meaning is None:
            meaning = Meaning(self.vocabulary, type_names)
            if len(self.meanings) >= _MAXIMUM_MEANINGS:
                self.meanings.clear()
            self.meanings[type_names] = meaning
        return meaning


@cache
def load_languages() -> Mapping[frozenset[str], Language]:
    """Return the language of each pinned list of contexts, by its contexts in no order."""
    return {one.contexts: Language(one) for one in load_vocabularies().values()}


def show_name(name: str) -> str:
    """Return a name from a document for a message: it may be anything, and of any length."""
    return repr(name if len(name) <= _MAX_SHOWN else name[:_MAX_SHOWN] + "…")
