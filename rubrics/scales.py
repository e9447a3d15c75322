"""What a criterion is rated with: levels, or numbers."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rubrics.errors import InvalidRubricError


class ScaleKind(StrEnum):
    """What values a criterion is rated with. Only numbers are an interval scale."""

    ORDINAL = "ordinal"
    """Levels, with points or without."""
    PASS_FAIL = "pass_fail"  # noqa: S105 - a verdict, no password
    YES_NO = "yes_no"
    MET_NOT_MET = "met_not_met"
    FREQUENCY = "frequency"
    """How often something is seen: levels without points."""
    NUMERIC = "numeric"
    NONE = "none"
    """Nothing is rated: a heading, or an indicator that is only read."""


TWO_LEVEL_SCALES = frozenset({ScaleKind.PASS_FAIL, ScaleKind.YES_NO, ScaleKind.MET_NOT_MET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The totals, in whole points, both ends included, that make a level."""

    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.maximum:
            raise InvalidRubricError("band", "ends below its beginning, or below zero")

    def __contains__(self, total: int) -> bool:
        return self.minimum <= total <= self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One step of a criterion's scale.

    `points` are rubric points, not an LTI score: only `lti_tool.lti`
    converts. A `cumulative` level asks for everything that the next lower
    one asks for, and for its own descriptor on top. `aliases` are other words
    of the source for the same level.
    """

    id: str
    title: str
    points: Decimal | None = None
    descriptor: str = ""
    band: Band | None = None
    cumulative: bool = False
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.points is not None and not (self.points.is_finite() and self.points >= 0):
            raise InvalidRubricError(f"levels/{self.id}/points", "are not a number from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericScale:
    """Numbers from `minimum` to `maximum` in steps of `step`; each counts as its own points."""

    minimum: Decimal
    maximum: Decimal
    step: Decimal = Decimal(1)
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.minimum < self.maximum or self.step <= 0:
            raise InvalidRubricError("numbers", "allow fewer than two values")
        if (self.maximum - self.minimum) % self.step:
            raise InvalidRubricError("numbers", "do not reach their maximum in their steps")

    def __contains__(self, number: Decimal) -> bool:
        return self.spans(number) and not (number - self.minimum) % self.step

    def spans(self, number: Decimal) -> bool:
        """Whether `number` lies between the ends, on a step or not, as a mean may."""
        return number.is_finite() and self.minimum <= number <= self.maximum
