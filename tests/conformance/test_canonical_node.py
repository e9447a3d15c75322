"""What we sign has one canonical form also in the implementation that most wallets use.

rdf-canonize sorts by UTF-16 code unit and gives up early on blank nodes that say the same.
`check_unambiguous` refuses what it would read differently.
"""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from badges.canonical import canonicalize, check_unambiguous
from badges.errors import AmbiguousDocumentError, WorkBudgetError
from tests.conformance.canonical_documents import (
    Json,
    a_full_learner_record,
    an_endorsed_credential,
)
from tests.conformance.canonical_generator import generate
from tests.conformance.node_verifiers import install_node_verifiers

SCRIPT = """
import {NQuads, canonize} from 'rdf-canonize';
import {readFileSync, writeFileSync} from 'fs';
const forms = [];
for (const text of JSON.parse(readFileSync(process.argv[2]))) {
  const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads'};
  forms.push(await canonize(NQuads.parse(text), options).catch(String));
}
writeFileSync(process.argv[3], JSON.stringify(forms));
"""
COUNT = 300

pytestmark = [pytest.mark.shared, pytest.mark.node]


def canonize(texts: list[str], tmp_path: Path) -> list[str]:
    """Return the canonical forms of datasets by rdf-canonize, or what it complains of."""
    folder = install_node_verifiers().folder
    asked, answered = tmp_path / "asked.json", tmp_path / "answered.json"
    asked.write_text(json.dumps(texts), "utf-8")
    script = folder / f"canonize-{tmp_path.name}.mjs"
    script.write_text(SCRIPT, "utf-8")
    try:
        subprocess.run(["node", script, asked, answered], check=True, timeout=300)  # noqa: S603, S607 - our own script
    finally:
        script.unlink()
    forms: list[str] = json.loads(answered.read_text("utf-8"))
    return forms


def shuffled(chance: Random, form: str) -> str:
    """The same dataset, as nobody would write it."""
    # As text it would be split at U+2028, too.
    lines = [line + "\n" for line in form.split("\n")[:-1]]
    chance.shuffle(lines)
    return "".join(lines)


def test_what_is_unambiguous_is_read_alike(tmp_path: Path) -> None:
    """Random documents with embedded proofs among them, and each kind that embeds others."""
    chance = Random(1)  # noqa: S311 - dice, not secrets
    documents: list[Json] = [an_endorsed_credential(), a_full_learner_record()]
    while len(documents) < COUNT:
        document = generate(chance)
        try:
            check_unambiguous(document)
        except (AmbiguousDocumentError, WorkBudgetError):
            continue
        documents.append(document)
    forms = [canonicalize(document) for document in documents]

    assert canonize([shuffled(chance, form) for form in forms], tmp_path) == forms


def test_what_sorts_differently_is_read_differently(tmp_path: Path) -> None:
    """The reason for one of the refusals; when this fails, rdf-canonize has changed."""
    form = '<urn:s> <urn:p> "\ue000" .\n<urn:s> <urn:p> "😀" .\n'

    assert canonize([form], tmp_path) == ["".join(reversed(form.splitlines(keepends=True)))]
