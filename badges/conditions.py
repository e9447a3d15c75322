"""What an award asks for: conditions as data, which combine into a tree.

A part's verdict is `CriterionAtLeast` on the part; a signed decision is the same on
a criterion that needs a signature.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, assert_never

from rubrics.criterion import RaterRole
from rubrics.documents import points_text, without_empty
from rubrics.model import Administration

CONDITION_SCHEMA = ("badges.schemas", "condition.schema.json")
MAXIMUM_DEPTH = 5
"""A rule that nests deeper is no longer understood by those it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalAtLeast:
    """The points of all criteria together, or of those within one, reach `points`."""

    points: Decimal
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryCriterionAtLeast:
    """Every criterion (within one) reaches the level `level_id` of its scale, or a higher one."""

    level_id: str
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaAtLeast:
    """As many as `count` criteria (within one) reach the level `level_id`, or a higher one."""

    count: int
    level_id: str
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAtLeast:
    """One criterion reaches a level, or a number.

    `role` and `phase` name another round than the one that counts by itself.
    """

    criterion_id: str
    level_id: str | None = None
    number: Decimal | None = None
    role: RaterRole = RaterRole.ASSESSOR
    phase: str = ""

    @property
    def administration(self) -> Administration | None:
        """The round to look at; None for what counts by itself."""
        if self.role is RaterRole.ASSESSOR and not self.phase:
            return None
        return Administration(role=self.role, phase=self.phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """All that is rated in one round has its rating, whatever it is: the input is there."""

    role: RaterRole
    phase: str = ""
    within: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountAtLeast:
    """As many as `count` artefacts of a requirement, or entries of a log, are there."""

    of: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursAtLeast:
    """The entries of a log add up to `hours`."""

    of: str
    hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Every family of a coverage has its references."""

    coverage_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """The earner holds the badge of another definition of the same program, not revoked."""

    achievement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All of these hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of these holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeOf:
    """At least `count` of these hold."""

    count: int
    conditions: tuple["Condition", ...]


Combination: TypeAlias = AllOf | AnyOf | SomeOf
Condition: TypeAlias = (
    TotalAtLeast
    | EveryCriterionAtLeast
    | CriteriaAtLeast
    | CriterionAtLeast
    | Rated
    | CountAtLeast
    | HoursAtLeast
    | Covered
    | Holds
    | Combination
)

_KINDS: dict[str, type[Condition]] = {
    "total_at_least": TotalAtLeast,
    "every_criterion_at_least": EveryCriterionAtLeast,
    "criteria_at_least": CriteriaAtLeast,
    "criterion_at_least": CriterionAtLeast,
    "rated": Rated,
    "count_at_least": CountAtLeast,
    "hours_at_least": HoursAtLeast,
    "covered": Covered,
    "holds": Holds,
    "all_of": AllOf,
    "any_of": AnyOf,
    "some_of": SomeOf,
}
_KIND_OF = {type_: kind for kind, type_ in _KINDS.items()}
_DECIMALS = frozenset({"points", "number", "hours"})


def kind_of(condition: Condition) -> str:
    """Return the word that names this kind of condition in documents and on pages."""
    return _KIND_OF[type(condition)]


def needed(combination: Combination) -> int:
    """Return how many of its conditions have to hold."""
    match combination:
        case AllOf(conditions=conditions):
            return len(conditions)
        case AnyOf():
            return 1
        case SomeOf(count=count):
            return count
        case _ as unreachable:
            assert_never(unreachable)


def placed(
    conditions: Iterable[Condition], place: str = "conditions"
) -> Iterator[tuple[str, Condition]]:
    """Yield every condition with its place in the document, what is combined after its whole."""
    for position, condition in enumerate(conditions):
        here = f"{place}/{position}"
        yield here, condition
        if isinstance(condition, Combination):
            yield from placed(condition.conditions, f"{here}/conditions")


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything that it combines, in order."""
    yield condition
    if isinstance(condition, Combination):
        for one in condition.conditions:
            yield from walk(one)


def condition_document(condition: Condition) -> dict[str, object]:
    """Return the document of a condition; absent keys mean what the values say by default."""
    values: dict[str, object] = {}
    for name in type(condition).__dataclass_fields__:
        value = getattr(condition, name)
        if isinstance(value, Decimal):
            value = points_text(value)
        elif isinstance(value, tuple):
            value = [condition_document(one) for one in value]
        elif value is RaterRole.ASSESSOR and not isinstance(condition, Rated):
            value = None
        elif isinstance(value, RaterRole):
            value = str(value)
        values[name] = value
    return {"kind": kind_of(condition), **without_empty(values)}


def condition_from(accepted: dict[str, Any]) -> Condition:
    """Return the condition of a document that the schema has accepted."""
    values = {name: value for name, value in accepted.items() if name != "kind"}
    for name in _DECIMALS & values.keys():
        values[name] = Decimal(values[name])
    if "role" in values:
        values["role"] = RaterRole(values["role"])
    if "conditions" in values:
        values["conditions"] = tuple(map(condition_from, values["conditions"]))
    return _KINDS[accepted["kind"]](**values)
