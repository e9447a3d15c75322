"""A definition in plain English, line by line, as commands show it."""

from collections.abc import Iterator

from badges.definition_values import AchievementDefinition
from badges.wording import rule_text
from rubrics.criterion import Criterion
from rubrics.documents import points_text
from rubrics.model import LevelSource, Rubric
from rubrics.scales import Level

_SOURCES = {
    LevelSource.ASSESSOR: "The assessor rates each competency.",
    LevelSource.TASKS: "Levels arise from the totals of scored tasks.",
    None: "Nobody has chosen yet how a level arises.",
}


def describe(definition: AchievementDefinition) -> Iterator[str]:
    """Yield what a definition says: what is rated, what is handed in, what the badge asks for."""
    yield f"{definition.title} ({definition.id}, {definition.state}, {definition.origin})"
    yield f"  {definition.description}"
    for licence in dict.fromkeys(
        (definition.licence, definition.rubric.licence if definition.rubric else None)
    ):
        if licence:
            yield f"  Licence: {licence.title}, {licence.url}"
    if definition.rubric is None:
        yield "  A placeholder: nothing else is known."
        return
    yield from _describe_rubric(definition.rubric)
    yield from _describe_form(definition)
    if definition.is_formative:
        yield "It is for growth, and awards nothing."
    elif definition.conditions:
        yield "The badge is earned when all of these hold:"
    for condition in definition.conditions:
        yield f"  {rule_text(condition, definition)}"


def _describe_rubric(rubric: Rubric) -> Iterator[str]:
    yield f"Rubric: {rubric.title}. {_SOURCES[rubric.level_source]}"
    for task in rubric.tasks:
        yield f"  Scored task: {task.title}, {task.minimum} to {task.maximum} points"
    for criterion in rubric.criteria:
        yield from _describe_criterion(criterion, "  ")


def _describe_criterion(criterion: Criterion, indent: str) -> Iterator[str]:
    signed = ", signed" if criterion.needs_signature else ""
    yield f"{indent}{criterion.title} ({criterion.id}, {criterion.scale}{signed})"
    if criterion.definition:
        yield f"{indent}  {' '.join(criterion.definition.split())}"
    for level in criterion.levels:
        yield f"{indent}  - {_level(level)}"
    if numbers := criterion.numbers:
        ends = f"{points_text(numbers.minimum)} to {points_text(numbers.maximum)}"
        yield f"{indent}  - {ends} in steps of {points_text(numbers.step)} {numbers.unit}".rstrip()
    for below in criterion.criteria:
        yield from _describe_criterion(below, f"{indent}  ")


def _level(level: Level) -> str:
    points = "" if level.points is None else f" ({points_text(level.points)})"
    band = f", totals {level.band.minimum} to {level.band.maximum}" if level.band else ""
    words = f": {' '.join(level.descriptor.split())}" if level.descriptor else ""
    return f"{level.title}{points}{band}{words}"


def _describe_form(definition: AchievementDefinition) -> Iterator[str]:
    asked = (
        *(("Question", one.title) for one in definition.prompts),
        *(("Artefact", one.title) for one in definition.artefact_requirements),
        *(("Coverage", one.title) for one in definition.coverages),
        *(("Log", one.title) for one in definition.logs),
    )
    if asked:
        yield "The learner hands in:"
    for kind, title in asked:
        yield f"  {kind}: {title}"
