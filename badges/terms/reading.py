"""What the `@context` and the `type` of a node name, or why they name nothing."""

from badges.errors import (
    ConflictingContextsError,
    ConflictingTypesError,
    MissingTypeError,
    UnknownContextError,
    UnknownTypeError,
)
from badges.places import Place, refuse, refuse_value
from badges.terms.language import Language, load_languages, show_name
from badges.terms.vocabulary import Vocabulary, find_embedded, load_vocabularies


def type_names(value: object, vocabulary: Vocabulary, place: Place) -> tuple[str, ...]:
    """Return the types that the node at `place` names, each once.

    Raises:
        CanonicalizationError: they are no names, not known, none, or cannot stand together.
    """
    names = dict[str, None]()
    for step, name in enumerate(value) if isinstance(value, list) else [(None, value)]:
        at = (*place, "type") if step is None else (*place, "type", step)
        if not isinstance(name, str):
            refuse_value(name, at)
        if name not in vocabulary.types:
            refuse(UnknownTypeError, f"unknown type {show_name(name)}", at)
        names[name] = None
    if not names:
        refuse(MissingTypeError, "the list of types is empty", place)
    conflict = vocabulary.find_conflict([*names])
    if conflict is not None:
        message = f"two of the types {', '.join(names)} define {conflict!r}"
        refuse(ConflictingTypesError, message, place)
    return tuple(names)


def language_of(contexts: object, place: Place) -> Language:
    """Return what holds in a document with these contexts.

    Raises:
        UnknownContextError: they are no pinned list.
    """
    urls = contexts if isinstance(contexts, list) else []
    names = tuple(url for url in urls if isinstance(url, str))
    vocabulary = load_vocabularies().get(names) if len(names) == len(urls) else None
    if vocabulary is None:
        refuse(UnknownContextError, "not a pinned list of contexts", (*place, "@context"))
    return load_languages()[vocabulary.contexts]


def language_within(contexts: object, around: Language, place: Place) -> Language:
    """Return what holds in a document inside the document.

    Raises:
        ConflictingContextsError: the contexts of both are not pinned together.
        UnknownContextError: its own are no pinned list.
    """
    inner = language_of(contexts, place).vocabulary
    vocabulary = find_embedded(around.vocabulary, inner)
    if vocabulary is None:
        message = "these contexts and those around them are not pinned together"
        refuse(ConflictingContextsError, message, (*place, "@context"))
    return load_languages()[vocabulary.contexts]
