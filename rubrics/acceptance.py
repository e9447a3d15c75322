"""Our schemas as functions: whether a document is accepted, at once and without a library.

Nearly every document is. For one that is not, `rubrics.documents` is asked, which takes its
time, has the last word, and says where it fails and why. So what is here must never accept
what that refuses; where it cannot tell, it does not accept.

The keywords are those of JSON Schema 2020-12 that our schemas use. Another one is refused
when the schema is read, so no keyword is ever passed over.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from importlib import import_module
from itertools import pairwise
from typing import Any, TypeAlias

from rubrics.packaged import read_packaged

Check: TypeAlias = Callable[[Any], bool]
Schemas: TypeAlias = Mapping[str, Any]
"""Those that may be referred to, by id."""


class DocumentSchema:
    """One of our schemas, as package and file name, and those that it refers to."""

    def __init__(self, places: tuple[tuple[str, str], ...]) -> None:
        self._places = places

    def check(self, document: Any) -> dict[str, Any]:  # noqa: ANN401 - untrusted
        """Return the document once the schema accepts it.

        Raises:
            InvalidDocumentError: it does not; names the first place that fails.
        """
        try:
            is_accepted = self.accepts(document)
        except RecursionError:
            is_accepted = False
        if is_accepted:
            accepted: dict[str, Any] = document
            return accepted
        documents = import_module("rubrics.documents")
        checked: dict[str, Any] = documents.check_document(document, self._validator)
        return checked

    @cached_property
    def accepts(self) -> Check:
        """The schema as a function."""
        schemas = {}
        for package, name in self._places:
            schema = read_packaged(package, name)
            schemas[schema["$id"]] = schema
        return read_schemas(schemas)

    @cached_property
    def _validator(self) -> object:
        return import_module("rubrics.documents").load_validator(*self._places)


def read_schemas(schemas: Schemas) -> Check:
    """Return the first of these schemas as a function; it may refer to the others.

    Raises:
        NotImplementedError: a keyword that nothing is known of.
    """
    first = next(iter(schemas))
    return _Reader(schemas).compile(schemas[first], first)


class _Reader:
    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._referred: dict[str, Check] = {}

    def compile(self, schema: Any, base: str) -> Check:  # noqa: ANN401 - a schema is any JSON
        """Return a schema as a function; `base` is the id of the file that it stands in."""
        if schema is True:
            return _anything
        if "additionalProperties" in schema and "properties" not in schema:
            raise NotImplementedError("additionalProperties stands beside properties")
        unknown = schema.keys() - _WORDS - set(_ORDER)
        if unknown:
            raise NotImplementedError(f"keywords {unknown}")
        # What is cheap and narrow comes first.
        keywords = sorted(schema.keys() - _WORDS, key=_ORDER.index)
        checks = [self._keyword(name, schema, base) for name in keywords if name not in _SIBLINGS]
        return checks[0] if len(checks) == 1 else partial(_every, tuple(checks))

    def _keyword(self, name: str, schema: dict[str, Any], base: str) -> Check:
        value = schema[name]
        if name in _PLAIN:
            return _PLAIN[name](value)
        if name in _OF_ONE:
            return partial(_OF_ONE[name], self.compile(value, base))
        if name in _OF_SEVERAL:
            return partial(_OF_SEVERAL[name], tuple(self.compile(one, base) for one in value))
        own = {
            "$ref": self._reference,
            "properties": self._members,
            "items": self._items,
            "if": self._choice,
        }
        return own[name](schema, base)

    def _members(self, schema: dict[str, Any], base: str) -> Check:
        is_open = schema.get("additionalProperties", True)
        if is_open not in (True, False):
            raise NotImplementedError("additionalProperties takes true or false")
        checks = {name: self.compile(one, base) for name, one in schema["properties"].items()}
        return partial(_members, checks, is_open)

    def _items(self, schema: dict[str, Any], base: str) -> Check:
        before = len(schema.get("prefixItems", ()))
        return partial(_items, self.compile(schema["items"], base), before)

    def _choice(self, schema: dict[str, Any], base: str) -> Check:
        parts = (schema.get(name, True) for name in ("if", "then", "else"))
        return partial(_choice, *(self.compile(one, base) for one in parts))

    def _reference(self, schema: dict[str, Any], base: str) -> Check:
        id_, _, pointer = schema["$ref"].partition("#")
        file = id_ or base
        target = f"{file}#{pointer}"

        def check(value: Any) -> bool:  # noqa: ANN401 - untrusted
            # A schema may refer to itself, so what it refers to is read when it is needed.
            if target not in self._referred:
                found = self._schemas[file]
                for step in pointer.split("/")[1:]:
                    found = found[step]
                self._referred[target] = self.compile(found, file)
            return self._referred[target](value)

        return check


def _anything(_value: object) -> bool:
    return True


def _every(checks: Sequence[Check], value: object) -> bool:
    return all(check(value) for check in checks)


def _some(checks: Sequence[Check], value: object) -> bool:
    return any(check(value) for check in checks)


def _one(checks: Sequence[Check], value: object) -> bool:
    return sum(check(value) for check in checks) == 1


def _not(check: Check, value: object) -> bool:
    return not check(value)


def _choice(condition: Check, then: Check, otherwise: Check, value: object) -> bool:
    return then(value) if condition(value) else otherwise(value)


def _members(properties: Mapping[str, Check], is_open: bool, value: object) -> bool:  # noqa: FBT001 - by `partial`
    if not isinstance(value, dict):
        return True
    for name, member in value.items():
        check = properties.get(name)
        if not (is_open if check is None else check(member)):
            return False
    return True


def _items(check: Check, start: int, value: object) -> bool:
    return not isinstance(value, list) or all(check(one) for one in value[start:])


def _prefix(checks: Sequence[Check], value: object) -> bool:
    return not isinstance(value, list) or all(
        check(one) for check, one in zip(checks, value, strict=False)
    )


def _contains(check: Check, value: object) -> bool:
    return not isinstance(value, list) or any(check(one) for one in value)


def _type(name: str) -> Check:
    kind = _TYPES[name]
    # A boolean is an integer for Python, and a whole float for JSON Schema; for us, neither is.
    return lambda value: type(value) is kind


def _required(names: list[str]) -> Check:
    wanted = frozenset(names)
    return lambda value: not isinstance(value, dict) or wanted <= value.keys()


def _pattern(pattern: str) -> Check:
    matches = re.compile(pattern).fullmatch
    return lambda value: not isinstance(value, str) or matches(value) is not None


def _const(expected: object) -> Check:
    return lambda value: _is_same(value, expected)


def _enum(expected: list[object]) -> Check:
    return lambda value: any(_is_same(value, one) for one in expected)


def _unique(_: object) -> Check:
    # Of texts alone, which is what our schemas ask it of.
    return lambda value: (
        not isinstance(value, list)
        or (
            all(type(one) is str for one in value)
            and all(one != other for one, other in pairwise(sorted(value)))
        )
    )


def _is_same(value: object, expected: object) -> bool:
    """Whether two JSON values are the same: `true` is not 1."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_is_same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(
            _is_same(value[name], expected[name]) for name in expected
        )
    return value == expected


def _measured(kind: type[Any] | tuple[type[Any], ...], fits: Check) -> Check:
    return lambda value: not isinstance(value, kind) or fits(value)


_TYPES: dict[str, type[object]] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}
_PLAIN: dict[str, Callable[[Any], Check]] = {
    "type": _type,
    "required": _required,
    "pattern": _pattern,
    "const": _const,
    "enum": _enum,
    "uniqueItems": _unique,
    "minItems": lambda least: _measured(list, lambda value: len(value) >= least),
    "maxItems": lambda most: _measured(list, lambda value: len(value) <= most),
    "minLength": lambda least: _measured(str, lambda value: len(value) >= least),
    "maxLength": lambda most: _measured(str, lambda value: len(value) <= most),
    "minimum": lambda least: _measured((int, float), lambda value: value >= least),
    "maximum": lambda most: _measured((int, float), lambda value: value <= most),
}
_OF_ONE = {"contains": _contains, "not": _not}
_OF_SEVERAL = {"prefixItems": _prefix, "allOf": _every, "anyOf": _some, "oneOf": _one}
_SIBLINGS = frozenset({"then", "else", "additionalProperties"})
"""Read together with the keyword that they belong to."""
_WORDS = frozenset({"$schema", "$id", "$defs", "title", "description"})
_ORDER = (
    "type",
    "const",
    "enum",
    "maxItems",
    "minItems",
    "maxLength",
    "minLength",
    "minimum",
    "maximum",
    "required",
    "pattern",
    "uniqueItems",
    "$ref",
    "properties",
    "additionalProperties",
    "prefixItems",
    "items",
    "contains",
    "not",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
)
