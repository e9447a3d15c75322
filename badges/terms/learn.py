"""Learn the term tables again: `python -m badges.terms.learn > badges/terms/learned.json`.

A generic JSON-LD 1.1 processor is asked what each term means: it expands probe documents, and
the answer is read off its output. Nothing here interprets a context, so nothing here can
misread one; the context documents only supply the names to ask for.

The answer holds for every node of a document, because the pinned contexts scope by type only,
and a type's scope ends at the next node. The few terms that open a scope or a graph of their
own are marked as such.

Needs PyLD, and the openbadgeslib wheel for the context documents (both development
dependencies). The product reads the tables only.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from pyld import jsonld

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_OLDER = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

# Each list but the first adds one context to a list before it, and is stored as what it adds.
# Open Badges context-3.0.1 is not among them: it redefines protected terms of the credentials
# context, so no JSON-LD processor can read the two together.
CONTEXT_LISTS: tuple[tuple[str, ...], ...] = (
    (CREDENTIALS,),
    (CREDENTIALS, OPEN_BADGES),
    (CREDENTIALS, OPEN_BADGES, EXTENSIONS),
    (CREDENTIALS, OPEN_BADGES_OLDER),
    (CREDENTIALS, OPEN_BADGES_OLDER, EXTENSIONS),
    (CREDENTIALS, CLR),
    (CREDENTIALS, CLR, OPEN_BADGES),
    (CREDENTIALS, CLR, OPEN_BADGES, EXTENSIONS),
)

CONTEXT_FILES = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "ob-v3p0-context-3.0.3.json",
    OPEN_BADGES_OLDER: "ob-v3p0-context-3.0.2.json",
    EXTENSIONS: "ob-v3p0-extensions.json",
    CLR: "clr_context_2.0.1.json",
}

_PROBE = "https://probe.invalid/"
_BASE = "https://base.invalid/"
_IRI_PROBE = "probe-iri"
_WORD_PROBE = "probe-word"
# Two terms of our own beside the learned ones: what they do is known, so they are the scale.
_PROBE_CONTEXT = {
    _IRI_PROBE: {"@id": _PROBE + _IRI_PROBE, "@type": "@id"},
    _WORD_PROBE: {"@id": _PROBE + _WORD_PROBE, "@type": "@vocab"},
}

Definition = dict[str, Any]


class LearningError(Exception):
    """A context says something that the tables have no place for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """All that one context list means: for nodes without a type, and for each type."""

    terms: Mapping[str, Definition]
    type_iris: Mapping[str, str]
    type_terms: Mapping[str, Mapping[str, Definition]]
    prefixes: frozenset[str]


def read_document(url: str) -> bytes:
    """Return a pinned context document as the openbadgeslib wheel carries it."""
    return (files("openbadgeslib.ob3.contexts") / CONTEXT_FILES[url]).read_bytes()


def load_document(url: str, _options: object = None) -> dict[str, Any]:
    """Load a pinned context for PyLD; any other URL is a KeyError, nothing is fetched."""
    return {
        "contextUrl": None,
        "documentUrl": url,
        "document": json.loads(read_document(url)),
        "tag": "static",
    }


def is_type_name(name: str) -> bool:
    """Tell names of types from names of properties: contexts list both alike.

    JSON-LD would take each for the other; we take types only where types stand.
    """
    return name[0].isupper() or name[0].isdigit()


def learn_tables() -> dict[str, Any]:
    """Return the tables of all pinned context lists, as they are stored."""
    meanings = {contexts: _learn(contexts) for contexts in CONTEXT_LISTS}
    return {
        "documents": {url: sha256(read_document(url)).hexdigest() for url in sorted(CONTEXT_FILES)},
        "layers": [_layer(contexts, meanings) for contexts in CONTEXT_LISTS],
    }


def render(value: object, indent: str = "") -> str:
    """Write JSON so that each term is one line, and a change of one term a change of one line."""
    inner = indent + " "
    if isinstance(value, dict) and any(isinstance(item, dict | list) for item in value.values()):
        lines = [f"{inner}{json.dumps(k)}: {render(v, inner)}" for k, v in sorted(value.items())]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + ",\n".join(inner + render(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, sort_keys=True)


def _learn(contexts: Sequence[str]) -> _Meaning:
    names = sorted({name for url in contexts for name in _names(json.loads(read_document(url)))})
    terms = [name for name in names if not is_type_name(name)]
    type_iris = _learn_types(contexts, [name for name in names if is_type_name(name)])
    common = _learn_terms(contexts, None, terms, {})
    return _Meaning(
        terms=common,
        type_iris=type_iris,
        type_terms={name: _learn_terms(contexts, name, terms, common) for name in type_iris},
        prefixes=frozenset(
            prefix for name in (None, *type_iris) for prefix in _prefixes(contexts, name, names)
        ),
    )


def _names(definitions: object) -> Iterator[str]:
    """List every name that a context document defines, at any depth, keywords left out."""
    if isinstance(definitions, dict):
        for name, definition in definitions.items():
            if not name.startswith("@") and name not in {"id", "type"}:
                yield name
            yield from _names(definition)


def _learn_types(contexts: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    # One at a time: some types cannot stand on one node.
    iris = {name: _expand(contexts, {"type": name})["@type"][0] for name in names}
    return {name: iri for name, iri in iris.items() if not iri.startswith(_BASE)}


def _learn_terms(
    contexts: Sequence[str],
    type_name: str | None,
    names: Sequence[str],
    known: Mapping[str, Definition],
) -> dict[str, Definition]:
    """Ask what `names` mean on a node of one type; `known` are the answers without a type."""
    probes = {name: f"{_PROBE}{number}" for number, name in enumerate(names)}
    expanded = _expand(contexts, _node(type_name, probes))
    name_of = {probe: name for name, probe in probes.items()}
    learned = {}
    for predicate, values in expanded.items():
        for value in values if not predicate.startswith("@") else ():
            definition, probe = _read_value(predicate, value)
            learned[name_of[probe]] = definition
    changed = {name: learned[name] for name in learned if known.get(name) != learned[name]}
    return {**learned, **_refine(contexts, type_name, changed, names)}


def _read_value(predicate: str, value: Mapping[str, Any]) -> tuple[Definition, str]:
    """Read off what the processor made of a probe: the term's definition, and the probe."""
    definition = {"predicate": predicate}
    match value:
        case {"@graph": [{"@id": probe} | {"@value": probe}]}:
            return {**definition, "kind": "graph"}, probe
        case {"@list": [{"@value": probe, **rest}]} if not rest:
            return {**definition, "kind": "list"}, probe
        case {"@value": probe, "@type": "@json"}:
            return {**definition, "kind": "json"}, probe
        case {"@value": probe, "@type": datatype}:
            return {**definition, "kind": "literal", "datatype": datatype}, probe
        case {"@value": probe, **rest} if not rest:
            return {**definition, "kind": "literal"}, probe
        case {"@id": probe, **rest} if not rest:
            return {**definition, "kind": "iri"}, probe
    raise LearningError(f"{predicate} expands to {value}")


def _refine(
    contexts: Sequence[str],
    type_name: str | None,
    definitions: Mapping[str, Definition],
    names: Sequence[str],
) -> dict[str, Definition]:
    """Find what the first probe cannot show: words for IRIs, and scopes that a property opens."""
    refined = dict(definitions)
    iris = {name: item for name, item in definitions.items() if item["kind"] == "iri"}
    for name, words in _words(contexts, type_name, iris, names).items():
        refined[name] = {**definitions[name], "kind": "word", "words": words}
    open_ = {n: item for n, item in refined.items() if item["kind"] not in {"word", "json"}}
    for name in _scoped(contexts, type_name, open_, names):
        refined[name] = {**definitions[name], "kind": "scope"}
    return refined


def _words(
    contexts: Sequence[str],
    type_name: str | None,
    definitions: Mapping[str, Definition],
    names: Sequence[str],
) -> dict[str, dict[str, str]]:
    """Return the words that each property takes for IRIs, less those that every property does."""
    probes = dict.fromkeys([*definitions, _WORD_PROBE], names)
    node = _expand(contexts, _node(type_name, probes))
    usual = node[_PROBE + _WORD_PROBE]
    answers = {}
    for name, definition in definitions.items():
        triples = zip(names, node[definition["predicate"]], usual, strict=True)
        words = {
            word: value["@id"]
            for word, value, ordinary in triples
            if not value["@id"].startswith(_BASE) and value != ordinary
        }
        if words:
            answers[name] = words
    return answers


def _scoped(
    contexts: Sequence[str],
    type_name: str | None,
    definitions: Mapping[str, Definition],
    names: Sequence[str],
) -> list[str]:
    """Return the properties below which terms mean something else than they do elsewhere."""
    below = {name: _PROBE + name for name in names}
    probes = dict.fromkeys([*definitions, _IRI_PROBE], below)
    node = _expand(contexts, _node(type_name, probes))
    [expected] = node[_PROBE + _IRI_PROBE]
    answers = []
    for name, definition in definitions.items():
        [found] = node[definition["predicate"]]
        if definition["kind"] in {"list", "graph"}:
            [found] = found[f"@{definition['kind']}"]
        if found != expected:
            answers.append(name)
    return answers


def _prefixes(contexts: Sequence[str], type_name: str | None, names: Sequence[str]) -> set[str]:
    """Return the names that shorten IRIs (`cred:Thing`) on a node of one type."""
    short = [f"{name}:probe" for name in names]
    values = _expand(contexts, _node(type_name, {_IRI_PROBE: short}))[_PROBE + _IRI_PROBE]
    return {
        name
        for name, text, value in zip(names, short, values, strict=True)
        if value["@id"] not in {text, _BASE + text}
    }


def _node(type_name: str | None, entries: Mapping[str, object]) -> dict[str, object]:
    return {**({} if type_name is None else {"type": type_name}), **entries}


def _expand(contexts: Sequence[str], node: Mapping[str, object]) -> dict[str, Any]:
    document = {"@context": [*contexts, _PROBE_CONTEXT], "id": _PROBE + "node", **node}
    options = {"documentLoader": load_document, "base": _BASE}
    [expanded] = jsonld.expand(document, options)
    return dict(expanded)


def _layer(
    contexts: tuple[str, ...], meanings: Mapping[tuple[str, ...], _Meaning]
) -> dict[str, object]:
    """Return what the last context of a list adds to the list without it."""
    empty = _Meaning(terms={}, type_iris={}, type_terms={}, prefixes=frozenset())
    before, after = meanings.get(contexts[:-1], empty), meanings[contexts]
    types: dict[str, Definition] = {}
    for name, iri in after.type_iris.items():
        own_before = _difference(before.type_terms.get(name, {}), before.terms)
        added = _difference(after.type_terms[name], {**after.terms, **own_before})
        if name not in before.type_iris or added:
            types[name] = {"iri": iri, "terms": added}
    return {
        "contexts": list(contexts),
        "prefixes": sorted(after.prefixes - before.prefixes),
        "terms": _difference(after.terms, before.terms),
        "types": types,
    }


def _difference(
    whole: Mapping[str, Definition], part: Mapping[str, Definition]
) -> dict[str, Definition]:
    return {name: definition for name, definition in whole.items() if part.get(name) != definition}


if __name__ == "__main__":
    sys.stdout.write(render(learn_tables()) + "\n")
