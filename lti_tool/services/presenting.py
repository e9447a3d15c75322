"""From definitions and outcomes to what pages show. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from badges.definition import AchievementDefinition
from lti_tool.services.decisions import Judgement
from lti_tool.services.lengths import length_text
from lti_tool.services.models import (
    AchievementSummary,
    ArtefactRuleView,
    CriterionView,
    LevelView,
    NumbersView,
    PromptView,
    ResultView,
    RubricView,
    TaskView,
    TraceView,
)
from lti_tool.services.rules import condition_views, rule_views
from lti_tool.services.urls import PublicURLs
from lti_tool.store.rows import AchievementVersionRow
from rubrics.criterion import Criterion
from rubrics.form import Prompt
from rubrics.model import Rubric, ScoredTask
from rubrics.scales import Level
from rubrics.scoring import CriterionResult, RubricResult

MARK = "/static/img/quatrefoil.svg"


def achievement_summary(
    version: AchievementVersionRow, definition: AchievementDefinition, urls: PublicURLs
) -> AchievementSummary:
    """Return the head of a page about one achievement version."""
    return AchievementSummary(
        title=definition.title,
        description=definition.description,
        program=version.program_title,
        position=definition.position,
        total_in_stack=definition.total_in_stack,
        # Only what is published has a picture of its own.
        image_url=urls.image(version.id, version.image_type)
        if definition.is_published
        else f"{urls.base_url}{MARK}",
        image_alt=definition.image_alt,
        criteria_url=urls.criteria(version.id),
    )


def rubric_view(definition: AchievementDefinition) -> RubricView:
    """Return the rubric with its rules.

    Raises:
        PlaceholderDefinitionError: there is no rubric yet.
    """
    rubric = definition.get_rubric()
    licence = rubric.licence or definition.licence
    return RubricView(
        title=rubric.title,
        criteria=_criterion_tree(rubric),
        rules=rule_views(definition),
        level_source=rubric.level_source.value if rubric.level_source else None,
        tasks=tuple(task_view(task) for task in rubric.tasks),
        attribution=rubric.attribution or definition.attribution or None,
        licence=licence.title if licence else None,
        licence_url=licence.url if licence else None,
    )


def criterion_view(number: int | None, criterion: Criterion) -> CriterionView:
    """Return one criterion by itself; `number` counts what is rated, from 1."""
    return CriterionView(
        id=criterion.id,
        number=number,
        title=criterion.title,
        definition=criterion.definition,
        levels=tuple(level_view(level) for level in criterion.levels),
        scale=criterion.scale.value,
        numbers=NumbersView(
            minimum=numbers.minimum, maximum=numbers.maximum, step=numbers.step, unit=numbers.unit
        )
        if (numbers := criterion.numbers)
        else None,
        needs_signature=criterion.needs_signature,
    )


def _criterion_tree(rubric: Rubric) -> tuple[CriterionView, ...]:
    numbers = {one.id: number for number, one in enumerate(rubric.rated_criteria, start=1)}

    def view(criterion: Criterion) -> CriterionView:
        below = tuple(view(one) for one in criterion.criteria)
        return replace(criterion_view(numbers.get(criterion.id), criterion), criteria=below)

    return tuple(view(criterion) for criterion in rubric.criteria)


def level_view(level: Level) -> LevelView:
    """Return one level."""
    return LevelView(
        id=level.id,
        title=level.title,
        points=level.points,
        descriptor=level.descriptor,
        band_minimum=level.band.minimum if level.band else None,
        band_maximum=level.band.maximum if level.band else None,
        cumulative=level.cumulative,
    )


def task_view(task: ScoredTask) -> TaskView:
    """Return one scored task."""
    return TaskView(id=task.id, title=task.title, minimum=task.minimum, maximum=task.maximum)


def prompt_title(definition: AchievementDefinition, prompt: Prompt) -> str:
    """Return a prompt's title, with its criterion's in front where several prompts share it."""
    shared = sum(one.title == prompt.title for one in definition.prompts) > 1
    if not shared or prompt.criterion_id is None:
        return prompt.title
    return f"{definition.get_rubric().criterion(prompt.criterion_id).title}: {prompt.title}"


def prompt_views(definition: AchievementDefinition) -> tuple[PromptView, ...]:
    """Return what the learner is asked to write."""
    return tuple(
        PromptView(
            id=prompt.id,
            title=prompt_title(definition, prompt),
            help=prompt.help,
            minimum_words=prompt.minimum_words,
            maximum_words=prompt.maximum_words,
            is_required=prompt.required,
        )
        for prompt in definition.prompts
    )


def artefact_rule_views(definition: AchievementDefinition) -> tuple[ArtefactRuleView, ...]:
    """Return what the learner is asked to hand in."""
    return tuple(
        ArtefactRuleView(
            id=requirement.id,
            title=requirement.title,
            help=requirement.help,
            kinds=tuple(kind.value for kind in requirement.kinds),
            minimum_count=requirement.minimum_count,
            media_types=requirement.media_types,
            maximum_bytes=requirement.maximum_bytes,
            shortest=_seconds_text(requirement.minimum_seconds),
            longest=_seconds_text(requirement.maximum_seconds),
        )
        for requirement in definition.artefact_requirements
    )


def _seconds_text(seconds: int | None) -> str:
    return length_text(None if seconds is None else seconds * 1000)


def phase_title(rubric: Rubric, phase_id: str) -> str:
    """Return what a phase is called; nothing where there is only one time."""
    return next((one.title for one in rubric.phases if one.id == phase_id), "")


def trace_view(judgement: Judgement) -> TraceView:
    """Return why the rule holds or does not."""
    result, outcome = judgement.result, judgement.outcome
    source = result.rubric.level_source
    return TraceView(
        is_met=outcome.is_met,
        is_complete=result.is_complete,
        rated=sum(one.is_rated for one in result.criteria),
        total=len(result.criteria),
        points=result.points_so_far,
        conditions=condition_views(judgement),
        level_source=source.value if source else "assessor",
    )


def result_views(
    result: RubricResult,
    *,
    comments: Mapping[str, str],
    kept: frozenset[str] = frozenset(),
) -> tuple[ResultView, ...]:
    """Return each criterion's result; `comments` and `kept` go by criterion id."""
    return tuple(
        _result_view(number, one, result.rubric, comments.get(one.criterion_id, ""), kept)
        for number, one in enumerate(result.criteria, start=1)
    )


def _result_view(
    number: int, one: CriterionResult, rubric: Rubric, comment: str, kept: frozenset[str]
) -> ResultView:
    return ResultView(
        criterion=criterion_view(number, rubric.criterion(one.criterion_id)),
        level=level_view(one.level) if one.level else None,
        points=one.points,
        comment=comment,
        task_total=one.task_total,
        derived_level_title=one.derived_level.title if one.derived_level else None,
        override_reason=one.override.reason if one.override else None,
        kept=one.criterion_id in kept,
    )
