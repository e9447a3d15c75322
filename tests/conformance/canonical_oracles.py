"""Oxigraph, which says what the canonical form of a document is; for PyLD, `badges.generic`."""

import json
from collections.abc import Mapping

import pyoxigraph

from badges.terms.learn import load_document


def canonicalize_with_oxigraph(document: Mapping[str, object]) -> str:
    """Return the canonical N-Quads by Oxigraph (Rust).

    It loads no documents from Python, so the contexts are put in place of their URLs.
    """
    text = json.dumps(_with_contexts(document))
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert lines is not None
    return b"".join(sorted(lines.splitlines(keepends=True))).decode()


def _with_contexts(value: object) -> object:
    match value:
        case Mapping():
            return {
                name: [load_document(url)["document"]["@context"] for url in inner]
                if name == "@context"
                else _with_contexts(inner)
                for name, inner in value.items()
            }
        case list():
            return [_with_contexts(inner) for inner in value]
    return value
