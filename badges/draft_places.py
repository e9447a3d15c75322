"""Places in a draft: which value a path names, and which text it takes and shows.

Steps are separated by "/". Entries of lists that have ids are named by them, competencies
wherever in the tree they stand; conditions and alignments are named by their position.
`levels/<id>/…` means that level in every competency at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeAlias

from badges.definition_document import definition_schema
from rubrics.documents import points_text

Document: TypeAlias = dict[str, Any]
"""A definition's document that need not be valid yet. Never changed in place."""
Schema: TypeAlias = Mapping[str, Any]

TITLE_CHARACTERS = 300
FIXED = frozenset(
    {
        "id",
        "kind",
        "program",
        "position",
        "total_in_stack",
        "state",
        "program_choices",
        "form_origin",
        "sha256",
    }
)
"""What no field says: ids are keys, and places in a program are the program's."""
SHARED = "levels/"
"""How places begin that mean a level of every competency."""

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile("[0-9]{1,9}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}([.,][0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where one value of a document stands, present or not, and what it may be."""

    container: Document
    key: str
    schema: Schema
    above: tuple[Document, str] | None = None
    """What holds the container under which key, where that is no list."""

    @property
    def text(self) -> str:
        """What a field shows of it."""
        return text_of(self.container.get(self.key))


def criteria_of(document: Document) -> Iterator[Document]:
    """Yield every competency and indicator of a document, in the order of reading."""
    rubric = document.get("rubric")
    yield from _tree(rubric.get("criteria", []) if isinstance(rubric, dict) else [])


def every_place(document: Document, place: str) -> tuple[str, ...]:
    """Return the places that `place` means: itself, or one for every competency with the level."""
    if not place.startswith(SHARED):
        return (place,)
    level_id = place.removeprefix(SHARED).partition("/")[0]
    return tuple(
        f"rubric/criteria/{criterion['id']}/{place}"
        for criterion in criteria_of(document)
        if any(level["id"] == level_id for level in criterion.get("levels", ()))
    )


def find_slot(document: Document, place: str, *, makes: bool = False) -> Slot | None:
    """Return where the value of a place stands; None where there is no such place.

    With `makes`, an object on the way that is missing is made: a level's band, a licence.
    """
    *way, key = place.split("/")
    found = _follow(document, way, makes=makes)
    if found is None or key in FIXED:
        return None
    node, schema, above = found
    inside = schema.get("properties", {}).get(key)
    if not isinstance(node, dict) or not isinstance(inside, dict):
        return None
    leaf = resolve(inside, None)
    return Slot(container=node, key=key, schema=leaf, above=above) if _is_leaf(leaf) else None


def find_entry(document: Document, place: str) -> tuple[list[Any], int] | None:
    """Return the list that holds the entry of a place, and its position."""
    *way, key = place.split("/")
    if not way:
        return None
    if way == ["rubric", "criteria"]:
        return _find_criterion(document, key)
    found = find_list(document, "/".join(way))
    if found is None:
        return None
    at = _position(found, key)
    return None if at is None else (found, at)


def find_list(document: Document, place: str, *, makes: bool = False) -> list[Any] | None:
    """Return the list of a place; None where there can be none. With `makes`, it is made."""
    *way, key = place.split("/")
    found = _follow(document, way, makes=makes)
    if found is None:
        return None
    node, schema, _ = found
    inside = schema.get("properties", {}).get(key)
    if not isinstance(node, dict) or not isinstance(inside, dict):
        return None
    leaf = resolve(inside, None)
    if leaf.get("type") != "array" or _is_leaf(leaf):
        return None
    if makes and key not in node:
        node[key] = []
    entries = node.get(key, [])
    return entries if isinstance(entries, list) else None


def most_entries(document: Document, place: str) -> int:
    """Return how many entries the list of a place may have; 0 where there is none."""
    *way, key = place.split("/")
    found = _follow(document, way, makes=False)
    inside = found[1].get("properties", {}).get(key) if found else None
    return int(resolve(inside, None).get("maxItems", 0)) if isinstance(inside, dict) else 0


def text_of(value: object) -> str:
    """Return what a field shows of a value."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def value_of(text: str, schema: Schema) -> object:
    """Return what a typed text means at a place; None where it says nothing.

    Text that is no number where one is due stays as it is: whoever looks at the draft
    reads what was typed, and that it is no number.
    """
    clean = clean_text(text, lines=schema.get("maxLength", 0) > TITLE_CHARACTERS)
    if not clean:
        return None
    if schema.get("type") == "integer":
        return int(clean) if _WHOLE.fullmatch(clean) else clean
    if schema.get("type") == "boolean" or isinstance(schema.get("const"), bool):
        return _truth(clean, schema)
    if schema.get("type") == "array":
        return [one for one in (part.strip() for part in clean.split(",")) if one]
    if schema.get("type") == "string" and "[0-9]{0,3}[1-9]" in schema.get("pattern", ""):
        return _number(clean)
    return clean


def clean_text(text: str, *, lines: bool) -> str:
    """Return text as definitions hold it: nothing invisible, no space at its ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _CONTROLS.sub("", text)
    return text.strip() if lines else " ".join(text.split())


def place_of(document: Document, path: Iterable[str | int]) -> str:
    """Return the place of a path of keys and positions, as schemas name it."""
    steps: list[str] = []
    node: Any = document
    for step in path:
        node = _child(node, step)
        if steps[:2] == ["rubric", "criteria"] and steps[-1] == "criteria" and len(steps) > 2:  # noqa: PLR2004 - below the top
            steps = ["rubric", "criteria"]
        name = node.get("id") if isinstance(step, int) and isinstance(node, dict) else None
        steps.append(name if isinstance(name, str) else str(step))
    return "/".join(steps)


def resolve(schema: Any, node: object) -> Schema:  # noqa: ANN401 - a schema is any JSON
    """Follow references; of conditions, the schema of the kind that `node` is."""
    while isinstance(schema, dict) and "$ref" in schema:
        target: Any = _schema()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = {**target, **{key: one for key, one in schema.items() if key != "$ref"}}
    if not isinstance(schema, dict):
        return {}
    kind = node.get("kind") if isinstance(node, dict) else None
    for branch in schema.get("allOf", ()):
        if branch["if"]["properties"]["kind"]["const"] == kind:
            return resolve(branch["then"], None)
    return schema


def _follow(
    document: Document, way: Sequence[str], *, makes: bool
) -> tuple[Any, Schema, tuple[Document, str] | None] | None:
    """Return what stands at the end of a way, its schema, and what holds it."""
    node: Any = document
    schema = resolve(_schema(), document)
    above: tuple[Document, str] | None = None
    for position, step in enumerate(way):
        found = _step(node, schema, way[:position], step, makes=makes)
        if found is None:
            return None
        above = (node, step) if isinstance(node, dict) else None
        node, schema = found
    return node, schema, above


def _step(
    node: Any,  # noqa: ANN401 - a document is any JSON
    schema: Schema,
    before: Sequence[str],
    step: str,
    *,
    makes: bool,
) -> tuple[Any, Schema] | None:
    if isinstance(node, dict):
        inside = schema.get("properties", {}).get(step)
        if not isinstance(inside, dict):
            return None
        below = resolve(inside, None)
        child = node.get(step)
        if child is None:
            child = [] if below.get("type") == "array" else {}
            if makes and below.get("type") == "object":
                node[step] = child
        fits = list if below.get("type") == "array" else dict
        return (child, below) if isinstance(child, fits) else None
    entries, at = node, _position(node, step)
    if list(before) == ["rubric", "criteria"]:
        found = _find_in(node, step)
        entries, at = found or (node, None)
    if at is None:
        return None
    child = entries[at]
    return child, resolve(schema.get("items"), child)


def _position(entries: Sequence[Any], step: str) -> int | None:
    """Return where an entry stands: by its id, or by its position where entries have none."""
    for at, one in enumerate(entries):
        if isinstance(one, dict) and one.get("id") == step:
            return at
    is_position = step.isascii() and step.isdigit() and len(step) < len("1000")
    if not is_position or int(step) >= len(entries):
        return None
    return None if "id" in entries[int(step)] else int(step)


def _find_criterion(document: Document, criterion_id: str) -> tuple[list[Any], int] | None:
    rubric = document.get("rubric")
    return _find_in(rubric.get("criteria", []) if isinstance(rubric, dict) else [], criterion_id)


def _find_in(entries: list[Any], criterion_id: str) -> tuple[list[Any], int] | None:
    for at, one in enumerate(entries):
        if one["id"] == criterion_id:
            return entries, at
        below = _find_in(one.get("criteria", []), criterion_id)
        if below:
            return below
    return None


def _tree(entries: Iterable[Document]) -> Iterator[Document]:
    for one in entries:
        yield one
        yield from _tree(one.get("criteria", ()))


def _is_leaf(schema: Schema) -> bool:
    if schema.get("type") == "array":
        return str(resolve(schema.get("items"), None).get("type", "string")) == "string"
    return schema.get("type") in {"string", "integer", "boolean"} or bool(
        schema.keys() & {"enum", "const"}
    )


def _child(node: Any, step: str | int) -> Any:  # noqa: ANN401 - a document is any JSON
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return None


def _truth(text: str, schema: Schema) -> bool | None:
    """Return a truth value; None for what absence says already."""
    said = {"true": True, "false": False}.get(text)
    if "const" in schema and said is not schema["const"]:
        return None
    return said


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        return text
    try:
        return points_text(Decimal(text.replace(",", ".")))
    except InvalidOperation:
        return text


@cache
def _schema() -> Schema:
    return definition_schema()
