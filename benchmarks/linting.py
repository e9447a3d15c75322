"""The linter on a large definition: ten criteria with five levels, from three scored tasks."""

from collections.abc import Sequence
from decimal import Decimal

from badges.conditions import (
    AnyOf,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    TotalAtLeast,
)
from badges.definition import AchievementDefinition, DefinitionState, Origin
from badges.linter import lint
from benchmarks.measuring import Case, Operation, in_process
from benchmarks.web import BARE
from rubrics.criterion import Criterion
from rubrics.model import LevelSource, Rubric, ScoredTask
from rubrics.scales import Band, Level

CRITERIA = 10
LEVELS = 5
TASKS = 3
BAND = 3
"""Totals of one band: three tasks of 0 to 4 make 0 to 12, and the last band takes one more."""
LINTS = 3
"""In one turn."""


def make_cases() -> list[Case]:
    """Return the linter, beside what every page costs."""
    return [in_process("lint", _lints, count=LINTS, peer=BARE)]


def _lints(count: int) -> Sequence[Operation]:
    definition = a_large_definition()
    return [lambda: lint(definition)] * count


def a_large_definition() -> AchievementDefinition:
    """Return a definition with conditions that all hang together."""
    levels = tuple(
        Level(
            id=f"level-{rank}",
            title=f"Level {rank}",
            points=Decimal(rank),
            band=Band(minimum=BAND * rank, maximum=BAND * rank + BAND - 1)
            if rank < LEVELS - 1
            else Band(minimum=BAND * rank, maximum=BAND * rank),
        )
        for rank in range(LEVELS)
    )
    return AchievementDefinition(
        id="large",
        title="A large definition",
        program="a-program",
        state=DefinitionState.DRAFT,
        origin=Origin.OWN,
        description="Ten criteria.",
        rubric=Rubric(
            id="large",
            title="A large rubric",
            criteria=tuple(
                Criterion(id=f"criterion-{number}", title=f"Criterion {number}", levels=levels)
                for number in range(CRITERIA)
            ),
            level_source=LevelSource.TASKS,
            tasks=tuple(
                ScoredTask(id=f"task-{number}", title=f"Task {number}", minimum=0, maximum=4)
                for number in range(TASKS)
            ),
        ),
        conditions=(
            TotalAtLeast(points=Decimal(25)),
            EveryCriterionAtLeast(level_id="level-1"),
            CriteriaAtLeast(count=7, level_id="level-2"),
            AnyOf(
                conditions=(
                    CriterionAtLeast(criterion_id="criterion-0", level_id="level-4"),
                    CriterionAtLeast(criterion_id="criterion-9", level_id="level-4"),
                    CriteriaAtLeast(count=3, level_id="level-4"),
                )
            ),
        ),
    )
