"""Two independent JSON-LD processors, which say what the canonical form of a document is.

Their lines are sorted as bytes: as text they would be split at U+2028, too.
"""

import json
from collections.abc import Mapping

import pyoxigraph
from pyld import jsonld

from badges.terms.learn import load_document


def canonicalize_with_pyld(document: Mapping[str, object]) -> str:
    """Return the canonical N-Quads by PyLD (Python)."""
    options = {
        "algorithm": "URDNA2015",  # the older name; the result is the same
        "format": "application/n-quads",
        "documentLoader": load_document,
    }
    lines = jsonld.normalize(dict(document), options).encode().splitlines(keepends=True)
    # PyLD 3.3 repeats a line that two values say, as two empty lists of one node do.
    return b"".join(sorted(set(lines))).decode()


def canonicalize_with_oxigraph(document: Mapping[str, object]) -> str:
    """Return the canonical N-Quads by Oxigraph (Rust).

    It loads no documents from Python, so the contexts are put in place of their URLs.
    """
    urls = document["@context"]
    assert isinstance(urls, list)
    contexts = [load_document(url)["document"]["@context"] for url in urls]
    text = json.dumps({**document, "@context": contexts})
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert lines is not None
    return b"".join(sorted(lines.splitlines(keepends=True))).decode()
