"""What a rubric is: a tree of criteria with scales, the tasks whose scores may add up to levels.

Every value is frozen and checks its own rules when made; lengths and the form
of ids are the schema's (`rubrics/schemas/rubric.schema.json`).
Texts are plain text: paragraphs and bullets are lines, kept as they were written.

Constructs compose. A part that is judged by itself is a criterion at the top of
the tree with prompts of its own; a detail is a criterion below another one; an
indicator is a criterion without a scale; a signed decision is a criterion whose
rating needs a signature; an inventory is a set of prompts of a criterion that
nobody rates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from rubrics.criterion import Criterion, Note, RaterRole
from rubrics.errors import (
    InvalidRubricError,
    UnknownCriterionError,
    UnknownTaskError,
    refuse_repeats,
)
from rubrics.scales import ScaleKind

MAXIMUM_DEPTH = 5
"""A page that nests deeper is no longer read; a document that does is an attack."""


class LevelSource(StrEnum):
    """How a criterion's level arises."""

    ASSESSOR = "assessor"
    """The assessor chooses it."""
    TASKS = "tasks"
    """The sum of the scored tasks falls into its band."""


class Aggregation(StrEnum):
    """How the assessments of several assessors become the one that counts."""

    SINGLE = "single"
    """One assessor rates."""
    LATEST = "latest"
    """The assessment that was given last stands."""
    CONSENSUS = "consensus"
    """Only what all agree on has a value."""
    ADJUDICATED = "adjudicated"
    """Where they differ, a third rating stands."""
    MEAN = "mean"
    """The mean, of numbers only: levels have no mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The terms under which a text may be used, as far as the product must heed them."""

    title: str
    url: str
    allows_changes: bool = True
    allows_commercial_use: bool = True
    allows_redistribution: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that a definition was made from: its file name and the hash of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredTask:
    """One task whose points, given for every criterion, add up to the criterion's total.

    Allowed are `minimum`, `minimum + step`, … up to `maximum`, in whole points;
    each counts `weight` times. One that is not `required` adds its points where
    it has some, and nothing keeps waiting for it.
    """

    id: str
    title: str
    minimum: int
    maximum: int
    step: int = 1
    weight: int = 1
    required: bool = True
    allowed_points: range = field(init=False, repr=False, compare=False)
    """Every number of points that the task can be given, lowest first."""

    def __post_init__(self) -> None:
        place = f"tasks/{self.id}"
        if not 0 <= self.minimum < self.maximum:
            raise InvalidRubricError(place, "allows fewer than two values, or less than zero")
        if self.step < 1 or (self.maximum - self.minimum) % self.step:
            raise InvalidRubricError(place, "does not reach its maximum in its steps")
        if self.weight < 1:
            raise InvalidRubricError(place, "has no weight")
        allowed = range(self.minimum, self.maximum + 1, self.step)
        object.__setattr__(self, "allowed_points", allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One of the times at which the same criteria are rated, such as before and after."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One round of rating: who rates, and in which phase ("" where there is only one time)."""

    role: RaterRole
    phase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """The scheme that one achievement is judged by.

    `level_source` is None where the source leaves open how a level arises:
    then the program has to choose before anything is opened. `phases` stand in
    the order of time; the last one that rates a criterion counts.
    """

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    level_source: LevelSource | None
    tasks: tuple[ScoredTask, ...] = ()
    phases: tuple[Phase, ...] = ()
    aggregation: Aggregation = Aggregation.SINGLE
    licence: Licence | None = None
    attribution: str = ""
    source: Source | None = None
    notes: tuple[Note, ...] = ()
    all_criteria: tuple[Criterion, ...] = field(init=False, repr=False, compare=False)
    """Every criterion of the tree, in the order of reading."""
    rated_criteria: tuple[Criterion, ...] = field(init=False, repr=False, compare=False)
    """What assessors rate: only this counts by itself."""
    task_ids: frozenset[str] = field(init=False, repr=False, compare=False)
    _by_id: Mapping[str, Criterion] = field(init=False, repr=False, compare=False)
    _rounds: Mapping[Administration, tuple[Criterion, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.criteria:
            raise InvalidRubricError("criteria", "are missing")
        for criterion in self.criteria:
            _check_depth(criterion)
        every = tuple(one for criterion in self.criteria for one in criterion.walk())
        refuse_repeats("criteria", (criterion.id for criterion in every))
        refuse_repeats("tasks", (task.id for task in self.tasks))
        refuse_repeats("phases", (phase.id for phase in self.phases))
        if self.tasks and self.level_source is not LevelSource.TASKS:
            raise InvalidRubricError("tasks", "are given, but levels do not arise from them")
        slots = [slot for criterion in self.criteria for slot in self._slots(criterion, (), ())]
        rounds: dict[Administration, list[Criterion]] = {}
        for criterion, role, phase in slots:
            rounds.setdefault(Administration(role=role, phase=phase), []).append(criterion)
        assessed = {one.id for one, role, _ in slots if role is RaterRole.ASSESSOR}
        object.__setattr__(self, "task_ids", frozenset(task.id for task in self.tasks))
        object.__setattr__(self, "all_criteria", every)
        object.__setattr__(self, "rated_criteria", tuple(c for c in every if c.id in assessed))
        object.__setattr__(self, "_by_id", {criterion.id: criterion for criterion in every})
        object.__setattr__(self, "_rounds", {key: tuple(one) for key, one in rounds.items()})

    @property
    def maximum_points(self) -> Decimal:
        """The most points that all ratings together can give; 0 where none gives points."""
        return sum((one.highest_points for one in self.rated_criteria), Decimal(0))

    @property
    def administrations(self) -> tuple[Administration, ...]:
        """Every round in which somebody rates something, in the order of the phases."""
        order = {phase.id: number for number, phase in enumerate(self.phases)}
        return tuple(sorted(self._rounds, key=lambda one: order.get(one.phase, 0)))

    @property
    def assessors_needed(self) -> int:
        """How many rate independently before anything counts."""
        return 1 if self.aggregation is Aggregation.SINGLE else 2

    def criteria_of(self, administration: Administration) -> tuple[Criterion, ...]:
        """Return the criteria that are rated in one round, in the order of reading."""
        return self._rounds.get(administration, ())

    def is_derived(self, criterion: Criterion) -> bool:
        """Whether scored tasks make the level of `criterion`; otherwise it is rated."""
        return self.level_source is LevelSource.TASKS and criterion.scale is ScaleKind.ORDINAL

    def criterion(self, criterion_id: str) -> Criterion:
        """Return the criterion `criterion_id`, or raise `UnknownCriterionError`."""
        try:
            return self._by_id[criterion_id]
        except KeyError:
            raise UnknownCriterionError(criterion_id) from None

    def has_criterion(self, criterion_id: str) -> bool:
        """Whether the tree holds a criterion `criterion_id`."""
        return criterion_id in self._by_id

    def rated_within(self, criterion_id: str | None) -> tuple[Criterion, ...]:
        """Return what assessors rate at or below a criterion; everything for None."""
        if criterion_id is None:
            return self.rated_criteria
        inside = {one.id for one in self.criterion(criterion_id).walk()}
        return tuple(one for one in self.rated_criteria if one.id in inside)

    def task(self, task_id: str) -> ScoredTask:
        """Return the scored task `task_id`, or raise `UnknownTaskError`."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise UnknownTaskError(task_id)

    def _slots(
        self, criterion: Criterion, raters: tuple[RaterRole, ...], phases: tuple[str, ...]
    ) -> Iterator[tuple[Criterion, RaterRole, str]]:
        """Yield who rates what and when; what a criterion leaves open holds from above."""
        raters = criterion.raters or raters
        phases = criterion.phases or phases
        known = {phase.id for phase in self.phases}
        if not known.issuperset(phases):
            raise InvalidRubricError(f"criteria/{criterion.id}/phases", "name no phase")
        if criterion.is_rated:
            for role in raters or (RaterRole.ASSESSOR,):
                for phase in phases or [one.id for one in self.phases] or [""]:
                    yield criterion, role, phase
        for below in criterion.criteria:
            yield from self._slots(below, raters, phases)


def _check_depth(criterion: Criterion, depth: int = 1) -> None:
    if depth > MAXIMUM_DEPTH:
        raise InvalidRubricError(f"criteria/{criterion.id}", "stands too deep in the tree")
    for below in criterion.criteria:
        _check_depth(below, depth + 1)
