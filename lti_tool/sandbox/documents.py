"""JSON from outside into the fields of a dataclass, each checked against its default."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from lti_tool.sandbox.errors import RequestError


def typed_values(kind: type, document: Mapping[str, object]) -> dict[str, Any]:
    """Return the members of `document` as values for the dataclass `kind`.

    Raises:
        RequestError: an unknown member, or a value that is not
            of the type of the field's default.
    """
    types = {spec.name: type(spec.default) for spec in fields(kind)}
    unknown = sorted(set(document) - set(types))
    if unknown:
        raise RequestError(f"There is no {unknown[0]!r} here.")
    return {name: typed_value(name, value, types[name]) for name, value in document.items()}


def typed_value(name: str, value: object, kind: type) -> object:
    """Return `value` as `kind`, or raise `RequestError`."""
    if issubclass(kind, StrEnum):
        try:
            return kind(str(value))
        except ValueError as error:
            allowed = ", ".join(member.value for member in kind)
            raise RequestError(f"{name} is one of {allowed}.") from error
    if type(value) is not kind:
        raise RequestError(f"{name} is of type {kind.__name__}.")
    return value
