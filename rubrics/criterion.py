"""One criterion: what it is rated with, and what stands below it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from rubrics.errors import InvalidRubricError, UnknownLevelError, refuse_repeats
from rubrics.scales import TWO_LEVEL_SCALES, Level, NumericScale, ScaleKind

MINIMUM_LEVELS = 2


class RaterRole(StrEnum):
    """Who rates, seen from the learner. Only the assessor's ratings count by themselves."""

    ASSESSOR = "assessor"
    SELF = "self"
    PEER = "peer"
    PROGRAM = "program"
    SUPERVISOR = "supervisor"
    COACHEE = "coachee"


class NoteKind(StrEnum):
    """What a note says about a piece of transcribed text."""

    SIC = "sic"
    """An oddity of the source, kept as it is."""
    READING = "reading"
    """How we read a phrase that becomes a rule or a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark of ours on a phrase of the source. `quote` is the phrase, verbatim."""

    kind: NoteKind
    quote: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """What the evidence references of every rated criterion need.

    A locator is asked of references to artefacts only: an answer is read whole.
    """

    minimum_per_criterion: int
    needs_locator: bool
    needs_explanation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One aspect of the work, with what stands below it.

    Levels stand in the source's order. They are ordered by their points;
    where they have none, the lowest stands first. `raters`, `phases` and
    `evidence_rule` hold for everything below that has none of its own.
    """

    id: str
    title: str
    definition: str = ""
    scale: ScaleKind = ScaleKind.ORDINAL
    levels: tuple[Level, ...] = ()
    numbers: NumericScale | None = None
    criteria: tuple["Criterion", ...] = ()
    raters: tuple[RaterRole, ...] = ()
    phases: tuple[str, ...] = ()
    evidence_rule: EvidenceRule | None = None
    needs_signature: bool = False
    notes: tuple[Note, ...] = ()
    ascending_levels: tuple[Level, ...] = field(init=False, repr=False, compare=False)
    _ranks: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_scale(self)
        ascending = self.levels
        if all(level.points is not None for level in self.levels):
            ascending = tuple(sorted(self.levels, key=lambda level: level.points or Decimal(0)))
        if ascending and ascending[0].cumulative:
            place = f"criteria/{self.id}/levels"
            raise InvalidRubricError(place, "the lowest level has none below it to build on")
        object.__setattr__(self, "ascending_levels", ascending)
        ranks = {level.id: rank for rank, level in enumerate(ascending)}
        object.__setattr__(self, "_ranks", ranks)

    @property
    def is_rated(self) -> bool:
        """Whether it has a scale: what has none is a heading or an indicator."""
        return self.scale is not ScaleKind.NONE

    @property
    def has_points(self) -> bool:
        """Whether its ratings are worth points."""
        return self.numbers is not None or any(one.points is not None for one in self.levels)

    @property
    def highest_level(self) -> Level | None:
        """The top of its levels; None where it has none."""
        return self.ascending_levels[-1] if self.ascending_levels else None

    @property
    def highest_points(self) -> Decimal:
        """The most points that a rating can give; 0 where ratings give none."""
        if self.numbers:
            return self.numbers.maximum
        return max((level.points or Decimal(0) for level in self.levels), default=Decimal(0))

    def level(self, level_id: str) -> Level:
        """Return the level `level_id`, or raise `UnknownLevelError`."""
        return self.ascending_levels[self.rank(level_id)]

    def rank(self, level_id: str) -> int:
        """Return how many levels stand below `level_id`, or raise `UnknownLevelError`."""
        try:
            return self._ranks[level_id]
        except KeyError:
            raise UnknownLevelError(criterion_id=self.id, level_id=level_id) from None

    def has_level(self, level_id: str) -> bool:
        """Whether it has a level `level_id`."""
        return level_id in self._ranks

    def level_of_total(self, total: int) -> Level | None:
        """Return the level whose band holds `total`; None where no band does."""
        for level in self.levels:
            band = level.band
            if band is not None and band.minimum <= total <= band.maximum:
                return level
        return None

    def walk(self) -> Iterator["Criterion"]:
        """Yield itself and everything below, in the order of reading."""
        yield self
        for criterion in self.criteria:
            yield from criterion.walk()


def _check_scale(criterion: Criterion) -> None:
    place = f"criteria/{criterion.id}/levels"
    levels, scale = criterion.levels, criterion.scale
    refuse_repeats(place, (level.id for level in levels))
    if (criterion.numbers is not None) != (scale is ScaleKind.NUMERIC):
        raise InvalidRubricError(f"criteria/{criterion.id}/numbers", "do not go with its scale")
    if scale in {ScaleKind.NONE, ScaleKind.NUMERIC}:
        if levels:
            raise InvalidRubricError(place, "do not go with its scale")
        return
    if len(levels) < MINIMUM_LEVELS:
        raise InvalidRubricError(place, "are fewer than two: there is nothing to judge")
    points = [level.points for level in levels if level.points is not None]
    # Levels are ordered by points: two with equal points would have no order.
    refuse_repeats(place, (str(one.normalize()) for one in points))
    if points and len(points) < len(levels):
        raise InvalidRubricError(place, "have points in part: all of them, or none")
    if points and scale is not ScaleKind.ORDINAL:
        raise InvalidRubricError(place, "have points, which only an ordinal scale has")
    if scale in TWO_LEVEL_SCALES and len(levels) != MINIMUM_LEVELS:
        raise InvalidRubricError(place, "are not two")
