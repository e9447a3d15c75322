"""Documents from outside, JSON or YAML: read without surprises, checked against our own schemas.

Our documents hold whole numbers as integers and points as text, so a number
with a fraction is refused wherever it stands: floats never come in.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any, NoReturn, TypeAlias, cast

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from rubrics.errors import InvalidDocumentError
from rubrics.json_text import outline_json
from rubrics.marks import Mark
from rubrics.yaml_text import outline_yaml, write_yaml

JSON: TypeAlias = Mapping[str, object]

MAXIMUM_BYTES = 1_048_576
"""A definition is text that people read; a megabyte of it is an attack or a mistake."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


class Notation(StrEnum):
    """How a document is written."""

    JSON = "json"
    YAML = "yaml"


def read_document(data: bytes, notation: Notation) -> object:
    """Parse UTF-8 of a notation without floats, repeated keys, deep nesting or great size.

    Raises:
        InvalidDocumentError: it is anything else; names the line.
    """
    return read_json(data) if notation is Notation.JSON else outline_yaml(_yaml_text(data)).value


def find_mark(data: bytes, notation: Notation, place: str) -> Mark:
    """Return where a place of a document stands that `read_document` reads."""
    if notation is Notation.JSON:
        return outline_json(data.decode("utf-8")).find(place)
    return outline_yaml(_yaml_text(data)).find(place)


def read_json(data: bytes) -> object:
    """Parse UTF-8 JSON without floats, repeated keys, deep nesting or great size.

    Raises:
        InvalidDocumentError: it is anything else; names the line.
    """
    text = _decode(data, "utf-8")
    try:
        document: object = json.loads(
            text,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            object_pairs_hook=_unique_pairs,
        )
    except RecursionError as error:
        raise InvalidDocumentError("", "is nested too deeply") from error
    except json.JSONDecodeError as error:
        mark = Mark(error.lineno, error.colno)
        raise InvalidDocumentError("", f"is not JSON ({error.msg})"[:200], mark) from error
    except ValueError as error:
        # A number or a key that we refuse, which the outline names with its line, unless
        # the text is broken further on.
        outline_json(text)
        raise InvalidDocumentError("", f"is not JSON that we read ({error})"[:200]) from error
    return document


def write_json(document: JSON) -> bytes:
    """Return the bytes of a document: keys as ordered by its builder, two spaces, LF, UTF-8."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def write_document(document: JSON, notation: Notation) -> bytes:
    """Return the bytes of a document in a notation."""
    return write_json(document) if notation is Notation.JSON else write_yaml(document)


def load_validator(*places: tuple[str, str]) -> Validator:
    """Return a validator of the first (package, file name), which may refer to the others.

    Nothing is ever fetched: a reference to anything else fails.
    """
    schemas = [
        _limits_first(json.loads(resources.files(package).joinpath(name).read_bytes()))
        for package, name in places
    ]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas
    )
    validator: Validator = _StrictValidator(schemas[0], registry=registry)
    return validator


def _limits_first(schema: Any) -> Any:  # noqa: ANN401 - a schema is any JSON
    """Put the length of a list before its items: of ten thousand, none is looked at."""
    if isinstance(schema, list):
        return [_limits_first(one) for one in schema]
    if isinstance(schema, dict):
        keys = sorted(schema, key=lambda key: key not in {"type", "maxItems"})
        return {key: _limits_first(schema[key]) for key in keys}
    return schema


def bundle_schema(*places: tuple[str, str]) -> dict[str, object]:
    """Return the schema of the first (package, file name) with the others inside it.

    For editors: it refers to nothing outside itself, by pointers that all of them know.
    """
    first, *others = (
        json.loads(resources.files(package).joinpath(name).read_bytes()) for package, name in places
    )
    pointers = {other["$id"]: f"#/$defs/{other['$id'].rpartition(':')[2]}" for other in others}
    for other in others:
        pointer = pointers[other.pop("$id")]
        del other["$schema"]
        first["$defs"][pointer.rpartition("/")[2]] = _point(other, {"": pointer} | pointers)
    bundled: dict[str, object] = _point(first, pointers)
    return bundled


def _point(schema: Any, pointers: Mapping[str, str]) -> Any:  # noqa: ANN401 - a schema is any JSON
    """Turn the references of a schema into pointers into one that holds it."""
    if isinstance(schema, list):
        return [_point(one, pointers) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _point(one, pointers) for key, one in schema.items()}
    if isinstance(made.get("$ref"), str):
        name, _, pointer = made["$ref"].partition("#")
        made["$ref"] = pointers.get(name, "#") + pointer
    return made


def check_document(document: Any, validator: Validator) -> dict[str, Any]:  # noqa: ANN401 - untrusted
    """Return the document once the schema accepts it.

    Raises:
        InvalidDocumentError: it does not; names the first place that fails.
    """
    try:
        error = next(validator.iter_errors(document), None)
    except RecursionError as recursion:
        raise InvalidDocumentError("", "is nested too deeply") from recursion
    if error is not None:
        raise InvalidDocumentError(*_place_and_reason(error))
    accepted: dict[str, Any] = document
    return accepted


def without_empty(document: JSON) -> dict[str, object]:
    """Return the document without its keys that hold None, "", [] or {}: absent means empty."""
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


@lru_cache(maxsize=4096)
def points_text(points: Decimal) -> str:
    """Return the one way to write this number: no exponent, no trailing zeros."""
    return format(points.normalize(), "f")


def _decode(data: bytes, encoding: str) -> str:
    if len(data) > MAXIMUM_BYTES:
        raise InvalidDocumentError("", f"is larger than {MAXIMUM_BYTES} bytes")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = Mark(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise InvalidDocumentError("", "is not UTF-8", mark) from error


def _yaml_text(data: bytes) -> str:
    # Some editors begin a file with a byte order mark.
    return _decode(data, "utf-8-sig")


def _place_and_reason(error: ValidationError) -> tuple[str, str]:
    """Say where and what fails without repeating the document's values."""
    path = [str(part) for part in error.absolute_path]
    place, rule = "/".join(path), error.validator_value
    match error.validator:
        case "required":
            present = cast("JSON", error.instance)
            missing = next(key for key in cast("list[str]", rule) if key not in present)
            return "/".join([*path, missing]), "is missing"
        case "additionalProperties":
            return _unknown_key(error, path)
        case "type" if rule == "string" and type(error.instance) is int:
            return place, "is a number where text is due: put it in quotes"
        case "pattern" if "description" in cast("JSON", error.schema):
            words = cast("JSON", error.schema)["description"]
            return place, f"does not have the form asked for: {words}"[:200]
        case _:
            return place, f"breaks the rule {error.validator}: {rule}"[:200]


def _unknown_key(error: ValidationError, path: list[str]) -> tuple[str, str]:
    """Name the first unknown key where it looks like a key: a place is shown and logged."""
    known = cast("JSON", cast("JSON", error.schema)["properties"])
    unknown = next(key for key in cast("JSON", error.instance) if key not in known)
    named = [unknown] if _KEY.fullmatch(unknown) else []
    return "/".join([*path, *named]), "is a key that nobody reads"


def _refuse_number(_text: str) -> NoReturn:
    raise ValueError("numbers with a fraction or an exponent have no place here")


def _unique_pairs(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("an object repeats a key")
    return document


def _is_integer(_checker: object, value: object) -> bool:
    # JSON Schema takes 1.0 for an integer; for us it is a float that slipped in.
    return type(value) is int


def _whole_pattern(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    # JSON Schema searches, and `$` stands before a final line break too: match the whole.
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("does not have the form asked for")


_StrictValidator = validators.extend(  # type: ignore[no-untyped-call]  # in types-jsonschema
    Draft202012Validator,
    {"pattern": _whole_pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
