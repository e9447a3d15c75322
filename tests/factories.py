"""Plain functions that make valid values; a test overrides only what it is about."""

from collections.abc import Mapping
from decimal import Decimal

from badges.conditions import Condition, EveryCriterionAtLeast, TotalAtLeast
from badges.definition import AchievementDefinition, DefinitionState, FrameworkItem, Origin
from rubrics.criterion import Criterion
from rubrics.form import ArtefactKind, ArtefactRequirement, Prompt
from rubrics.model import LevelSource, Licence, Rubric, ScoredTask
from rubrics.scales import Band, Level
from rubrics.scoring import CriterionRating, Override, RubricResult, score

ATPA_BANDS = {5: (9, 10), 3: (7, 8), 1: (0, 6)}
"""Level points -> band of totals, as in the transcribed rubric."""


def a_level(points: int = 3, *, band: tuple[int, int] | None = None) -> Level:
    """A level named after its points."""
    return Level(
        id=f"p{points}",
        title=f"{points} points",
        points=Decimal(points),
        descriptor=f"Work that is worth {points}.",
        band=Band(minimum=band[0], maximum=band[1]) if band else None,
    )


def a_criterion(
    id_: str = "clarity", *points: int, bands: Mapping[int, tuple[int, int]] | None = None
) -> Criterion:
    """A criterion with one level a point value, 5/3/1 unless told."""
    return Criterion(
        id=id_,
        title=id_.title(),
        definition=f"What {id_} means.",
        levels=tuple(a_level(p, band=(bands or {}).get(p)) for p in points or (5, 3, 1)),
    )


def a_scored_task(
    id_: str = "task-1", minimum: int = 0, maximum: int = 5, step: int = 1
) -> ScoredTask:
    """A task of 0 to 5 whole points."""
    return ScoredTask(id=id_, title=id_.title(), minimum=minimum, maximum=maximum, step=step)


def a_rubric(
    *criteria: Criterion,
    level_source: LevelSource | None = LevelSource.ASSESSOR,
    tasks: tuple[ScoredTask, ...] = (),
) -> Rubric:
    """A rubric whose levels the assessor rates; four criteria a, b, c, d unless told."""
    return Rubric(
        id="a-rubric",
        title="A rubric",
        criteria=criteria or tuple(a_criterion(id_) for id_ in "abcd"),
        level_source=level_source,
        tasks=tasks,
    )


def a_task_rubric(*tasks: ScoredTask, criteria: str = "abcd") -> Rubric:
    """A rubric whose levels arise from tasks, by the bands 9-10, 7-8, 0-6."""
    return a_rubric(
        *(a_criterion(id_, bands=ATPA_BANDS) for id_ in criteria),
        level_source=LevelSource.TASKS,
        tasks=tasks or (a_scored_task("task-1"), a_scored_task("task-2")),
    )


def a_rating(points: int) -> CriterionRating:
    """The assessor's choice of the level with these points."""
    return CriterionRating(level_id=f"p{points}")


def a_task_rating(*points: int | None, override: tuple[int, str] | None = None) -> CriterionRating:
    """Points of task-1, task-2, …; None leaves one out. `override` is level points and reason."""
    return CriterionRating(
        task_points={f"task-{n}": p for n, p in enumerate(points, 1) if p is not None},
        override=Override(level_id=f"p{override[0]}", reason=override[1]) if override else None,
    )


def a_result(*points: int | None) -> RubricResult:
    """The result of one criterion a rating, named a, b, …; None leaves one unrated."""
    rubric = a_rubric(*(a_criterion(id_) for id_, _ in zip("abcdefgh", points, strict=False)))
    return score(
        rubric,
        {
            criterion.id: a_rating(p)
            for criterion, p in zip(rubric.criteria, points, strict=True)
            if p is not None
        },
    )


def some_conditions(points: int = 12, level_points: int = 3) -> tuple[Condition, ...]:
    """The two conditions of the transcribed badge: a total, and a level for everything."""
    return (
        TotalAtLeast(points=Decimal(points)),
        EveryCriterionAtLeast(level_id=f"p{level_points}"),
    )


def a_prompt(id_: str = "story", **changes: object) -> Prompt:
    """A required prompt without word limits."""
    values: dict[str, object] = {"id": id_, "title": "What happened?"} | changes
    return Prompt(**values)  # type: ignore[arg-type]  # a test's own keywords


def an_artefact_requirement(id_: str = "evidence", minimum_count: int = 1) -> ArtefactRequirement:
    """At least one file or link."""
    return ArtefactRequirement(
        id=id_,
        title="Your evidence",
        kinds=(ArtefactKind.FILE, ArtefactKind.LINK),
        minimum_count=minimum_count,
    )


def a_framework_item(criterion_id: str | None = None) -> FrameworkItem:
    """A resolved alignment to an invented framework."""
    return FrameworkItem(
        title="Listens",
        url="https://example.org/skills/2026/listens",
        framework="Skills",
        framework_version="2026",
        criterion_id=criterion_id,
    )


def a_definition(**changes: object) -> AchievementDefinition:
    """A draft that could be published: four criteria 5/3/1, 12 points, everything at 3."""
    values: dict[str, object] = {
        "id": "a-badge",
        "title": "A badge",
        "program": "a-program",
        "position": 1,
        "total_in_stack": 4,
        "state": DefinitionState.DRAFT,
        "origin": Origin.OWN,
        "description": "What it is.",
        "licence": Licence(title="CC0 1.0", url="https://example.org/licences/cc0"),
        "criteria_narrative": "How it is earned.",
        "image_alt": "A badge",
        "conditions": some_conditions(),
        "rubric": a_rubric(),
        "prompts": (a_prompt(),),
        "artefact_requirements": (an_artefact_requirement(),),
    } | changes
    return AchievementDefinition(**values)  # type: ignore[arg-type]  # a test's own keywords


def a_placeholder() -> AchievementDefinition:
    """A place in a program without a definition."""
    return AchievementDefinition(
        id="a-placeholder",
        title="To be supplied",
        program="a-program",
        position=2,
        total_in_stack=4,
        state=DefinitionState.PLACEHOLDER,
        origin=Origin.OWN,
        description="Not known here.",
    )
