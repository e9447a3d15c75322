"""A second reading of what a credential's proofs sign, by a processor that is not ours.

`badges.canonical` reads documents with learned tables. PyLD interprets the contexts
themselves, which takes a hundred times as long and two packages that nothing else needs: PyLD,
and openbadgeslib, for its copies of the published contexts. This repository has none, so
what is compared does not come from the same hands.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import import_module
from types import ModuleType

from badges.canonical import canonicalize
from badges.errors import GenericReadingError, MissingReaderError, ProofError
from badges.nodes import embedded_documents
from badges.proof import parse_embedded_proof
from badges.terms.vocabulary import document_hashes

NEEDED = "PyLD and openbadgeslib: pip install 'quatrefoil[generic]'"

_Document = Mapping[str, object]


def compare_readings(document: _Document) -> int:
    """Return how many canonical forms of a signed document, verified before, PyLD shares.

    Those of the document and its proof, and of the signed documents in it.

    Raises:
        GenericReadingError: it does not share one of them.
        MissingReaderError: the packages that this needs are not there, or are others.
    """
    reader = _load_reader()
    count = 0
    for signed in _signed_documents(document):
        ours = canonicalize(signed)
        if _read(signed, reader) != ours:
            raise GenericReadingError("PyLD has another canonical form of it")
        count += 1
    return count


def canonicalize_with_pyld(document: _Document) -> str:
    """Return the canonical N-Quads of a document by PyLD.

    Raises:
        MissingReaderError: as `compare_readings`.
    """
    return _read(document, _load_reader())


def _signed_documents(document: _Document) -> Iterator[_Document]:
    proof = parse_embedded_proof(document)
    yield proof.document
    yield {"@context": proof.document.get("@context"), **proof.options}
    for embedded in embedded_documents(proof.document):
        try:
            yield from _signed_documents(embedded)
        except ProofError:
            # Of a suite that nobody verified here; it is part of the form around it.
            continue


@cache
def _load_reader() -> ModuleType:
    """Return PyLD with the contexts that our tables were learned from, and no others."""
    try:
        learn = import_module("badges.terms.learn")
        contents = {url: learn.read_document(url) for url in document_hashes()}
    except (ImportError, OSError) as exc:
        raise MissingReaderError(f"this needs {NEEDED}") from exc
    if {url: sha256(data).hexdigest() for url, data in contents.items()} != document_hashes():
        raise MissingReaderError(f"openbadgeslib has other contexts; this needs {NEEDED}")
    return learn


def _read(document: _Document, reader: ModuleType) -> str:
    options = {
        "algorithm": "URDNA2015",  # the older name; the result is the same
        "format": "application/n-quads",
        "documentLoader": reader.load_document,
    }
    try:
        text: str = reader.jsonld.normalize(dict(document), options)
    except reader.jsonld.JsonLdError as exc:
        raise GenericReadingError("PyLD cannot read it") from exc
    # As bytes: text would be split at U+2028, too. PyLD 3.3 repeats a line that two values
    # say, as two empty lists of one node do.
    return b"".join(sorted(set(text.encode().splitlines(keepends=True)))).decode()
