"""An achievement is held against a schema once; no outcome depends on whether it was before."""

import copy
import random
from collections.abc import Mapping

import pytest

from badges.shapes import check_shape
from rubrics.errors import InvalidDocumentError
from tests.credentials import a_document
from tests.spoiling import spoil

SCHEMAS = pytest.mark.parametrize(
    "schema", ["issued-credential.schema.json", "accepted-credential.schema.json"]
)


def outcome_of(document: Mapping[str, object], schema: str) -> tuple[str, str]:
    """How checking ends."""
    try:
        return "accepted", str(check_shape(document, schema) is document)
    except InvalidDocumentError as error:
        return error.place, error.reason


@SCHEMAS
@pytest.mark.parametrize("seed", range(4))
def test_random_faults_are_found_with_a_known_achievement_and_without(
    schema: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In it and around it: the same outcome when nothing is remembered."""
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    check_shape(a_document(), schema)
    documents = [copy.deepcopy(a_document()) for _ in range(25)]
    for document in documents:
        spoil(chance, document)
    outcomes = [outcome_of(document, schema) for document in documents]

    monkeypatch.setattr("badges.shapes.content_key", lambda _: None)

    assert [outcome_of(document, schema) for document in documents] == outcomes
    assert len(set(outcomes)) > 2


@SCHEMAS
def test_an_achievement_is_looked_at_once(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the next credential with it only the rest is: the whole schema is not asked again."""
    check_shape(a_document(), schema)
    monkeypatch.setattr("rubrics.acceptance.DocumentSchema.check", None)

    check_shape(a_document(id="urn:uuid:5"), schema)

    other = copy.deepcopy(a_document())
    other["credentialSubject"]["achievement"]["name"] = "Another"  # type: ignore[index]
    with pytest.raises(TypeError):
        check_shape(other, schema)
