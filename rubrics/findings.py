"""What a linter finds, as data: pages and commands make the words, by the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | Decimal | tuple[str | int | Decimal, ...]


class Severity(StrEnum):
    """What a finding stops."""

    ERROR = "error"
    """Nothing is published with it."""
    WARNING = "warning"
    """Somebody has to say why it is right as it is."""
    NOTICE = "notice"
    """It is shown, and stops nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found, the place in the document, and the values that show it.

    Places name criteria, levels, tasks and the like by their ids, and conditions by
    their position: `rubric/criteria/clarity/levels/p3/band`, `conditions/1/conditions/0`.
    """

    code: StrEnum
    severity: Severity
    place: str
    values: Mapping[str, Value] = field(default_factory=dict)


def error(code: StrEnum, place: str, **values: Value) -> Finding:
    """Return a finding that nothing is published with."""
    return Finding(code=code, severity=Severity.ERROR, place=place, values=values)


def warning(code: StrEnum, place: str, **values: Value) -> Finding:
    """Return a finding that needs a reason."""
    return Finding(code=code, severity=Severity.WARNING, place=place, values=values)


def notice(code: StrEnum, place: str, **values: Value) -> Finding:
    """Return a finding that is shown only."""
    return Finding(code=code, severity=Severity.NOTICE, place=place, values=values)
