"""Our schemas as functions say of every document what the library for JSON Schema says."""

import copy
import json
from collections.abc import Callable
from importlib import resources
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.credential import build_credential
from rubrics import documents
from rubrics.acceptance import DocumentSchema, read_schemas
from rubrics.documents import load_validator
from rubrics.errors import InvalidDocumentError
from tests.credentials import a_document, a_microcredential, a_status_list_credential

JSON: TypeAlias = Any

CONDITION, OUTCOME = ("badges.schemas", "condition.schema.json"), "outcome.schema.json"
RUBRIC = ("rubrics.schemas", "rubric.schema.json")
NEEDED = (
    CONDITION,
    RUBRIC,
    ("badges.schemas", OUTCOME),
    ("badges.schemas", "definition.schema.json"),
)


def every_schema() -> list[tuple[tuple[str, str], ...]]:
    """Each schema of the product, with all that any of them refers to."""
    found = [
        (package, file.name)
        for package in ("badges.schemas", "rubrics.schemas")
        for file in resources.files(package).iterdir()
        if file.name.endswith(".schema.json")
    ]
    return [(place, *(one for one in NEEDED if one != place)) for place in sorted(found)]


def plain(document: object) -> JSON:
    """A document as it comes out of JSON."""
    return json.loads(json.dumps(document))


def shipped(name: str) -> JSON:
    """A definition that comes with the product."""
    return json.loads(resources.files("badges.library").joinpath(name).read_bytes())


DOCUMENTS: dict[str, Callable[[], list[Any]]] = {
    "accepted-credential.schema.json": lambda: [
        plain(a_document()),
        plain(build_credential(a_microcredential())),
    ],
    "issued-credential.schema.json": lambda: [
        plain(a_document()),
        plain(build_credential(a_microcredential())),
    ],
    "accepted-status-list.schema.json": lambda: [plain(a_status_list_credential())],
    "definition.schema.json": lambda: [shipped("atpa-academic-coaching-2.json")],
}
SCHEMAS = {places[0][1]: places for places in every_schema()}
OF_NAME = {
    name: (DocumentSchema(places), load_validator(*places)) for name, places in SCHEMAS.items()
}

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.sampled_from([0.0, 1.0, 2.5])
    | st.sampled_from(["", "x", "a-b", "Image", "0", "urn:x:1", "https://example.org/", "a b"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)


def places_in(value: JSON, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document."""
    below: Any = value.items() if isinstance(value, dict) else ()
    below = enumerate(value) if isinstance(value, list) else below
    return [path, *(place for key, one in below for place in places_in(one, (*path, key)))]


def changed(document: JSON, path: tuple[str | int, ...], how: str, value: JSON) -> JSON:
    """The document with another value at a place, or with something more or less there."""
    document = copy.deepcopy(document)
    *way, last = path or ("",)
    place = document
    for step in way:
        place = place[step]
    if not path:
        return value
    target = place[last]
    match how:
        case "replace":
            place[last] = value
        case "remove":
            del place[last]
        case "repeat" if isinstance(target, list):
            target.extend(copy.deepcopy(target))
        case "add" if isinstance(target, dict):
            target[value if isinstance(value, str) else "more"] = value
        case "add" if isinstance(target, list):
            target.append(value)
    return document


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_document_is_judged_alike(name: str, data: st.DataObject) -> None:
    """One to three changes anywhere in it; and as it was, it is accepted."""
    schema, validator = OF_NAME[name]
    document = data.draw(st.sampled_from(DOCUMENTS[name]()))
    assert schema.accepts(document)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places_in(document)))
        how = data.draw(st.sampled_from(["replace", "remove", "repeat", "add"]))
        document = changed(document, path, how, data.draw(values))

    assert schema.accepts(document) is validator.is_valid(document)


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=60)
@given(document=values)
def test_any_document_is_judged_alike(name: str, document: JSON) -> None:
    """Every schema of the product can be read, and takes what the library takes."""
    schema, validator = OF_NAME[name]

    assert schema.accepts(document) is validator.is_valid(document)


@pytest.mark.parametrize(
    "schema",
    [
        {"dependentRequired": {}},
        {"properties": {"a": {"patternProperties": {}}}},
        {"additionalProperties": False},
        {"properties": {}, "additionalProperties": {"type": "string"}},
    ],
)
def test_a_keyword_is_never_passed_over(schema: dict[str, object]) -> None:
    """What nothing is known of is refused when the schema is read."""
    with pytest.raises(NotImplementedError):
        read_schemas({"urn:x": schema})


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("issuer",), 5, "issuer"),
        (("type",), ["VerifiableCredential"], "type"),
        (("credentialSubject", "achievement", "criteria"), "x", "credentialSubject/achievement"),
    ],
)
def test_a_refusal_says_where(path: tuple[str, ...], value: object, place: str) -> None:
    """As the library finds it."""
    schema, validator = OF_NAME["accepted-credential.schema.json"]
    document = changed(plain(a_document()), path, "replace", value)

    with pytest.raises(InvalidDocumentError) as refused:
        schema.check(document)
    with pytest.raises(InvalidDocumentError) as expected:
        documents.check_document(document, validator)
    assert (refused.value.place, refused.value.reason) == (
        expected.value.place,
        expected.value.reason,
    )
    assert refused.value.place.startswith(place)


def test_nesting_without_end_is_refused() -> None:
    """With an error of ours, also where a schema refers to itself."""
    schema = DocumentSchema((CONDITION, RUBRIC))
    condition: dict[str, object] = {"kind": "rated"}
    for _ in range(20_000):
        condition = {"kind": "all_of", "conditions": [condition]}

    with pytest.raises(InvalidDocumentError):
        schema.check(condition)
