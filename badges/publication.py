"""A published definition as the Open Badges achievement that its credentials carry.

What a stranger needs to judge the badge has to stand in the credential itself: the award
rule, how levels arise, what the competencies mean and whose words they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from badges.achievement import (
    Achievement,
    Alignment,
    Image,
    Issuer,
    Result,
    ResultDescription,
    RubricCriterionLevel,
)
from badges.conditions import AllOf, Condition, CriterionAtLeast, EveryCriterionAtLeast
from badges.definition import AchievementDefinition, FrameworkItem, ProgramChoice, check_issuable
from badges.wording import rule_text
from rubrics.criterion import Criterion
from rubrics.documents import points_text
from rubrics.model import LevelSource, Rubric
from rubrics.scoring import RubricResult

_MARKDOWN_MARK = re.compile(r"([\\`*_\[\]<>])")


def achievement_of(
    definition: AchievementDefinition,
    *,
    id_: str,
    version: str,
    creator: Issuer,
    criteria_url: str,
    image_url: str,
) -> Achievement:
    """Return the achievement that a definition describes.

    `id_` is the URL of this version; the ids of competencies and levels are fragments of it.

    Raises:
        PlaceholderDefinitionError, UnpublishedDefinitionError: nothing of it may be issued.
    """
    check_issuable(definition)
    rubric = definition.get_rubric()
    return Achievement(
        id=id_,
        name=definition.title,
        description=definition.description,
        version=version,
        creator=creator,
        image=Image(url=image_url, caption=definition.image_alt),
        criteria_url=criteria_url,
        criteria_narrative=criteria_narrative(definition),
        result_descriptions=tuple(
            _result_description(definition, criterion, id_) for criterion in rubric.rated_criteria
        ),
        alignments=_alignments(definition, id_),
        tags=tuple(dict.fromkeys(definition.tags)),
    )


def results_of(
    result: RubricResult, *, achievement_id: str, credential_id: str
) -> tuple[Result, ...]:
    """Return the results that the credential of a complete assessment holds, in rubric order.

    Raises:
        ValueError: a criterion is not rated; an award never comes from such an assessment.
    """
    results = []
    for item in result.criteria:
        if not item.is_rated:
            raise ValueError(f"criterion {item.criterion_id} is not rated")
        criterion = _criterion_id(achievement_id, item.criterion_id)
        results.append(
            Result(
                id=f"{credential_id}#result/{item.criterion_id}",
                result_description=criterion,
                achieved_level=f"{criterion}/{item.level.id}" if item.level else None,
                value=item.points,
            )
        )
    return tuple(results)


def criteria_narrative(definition: AchievementDefinition) -> str:
    """Return, as Markdown, what has to be done to earn the badge and who said so."""
    return "\n\n".join(_paragraphs(definition, definition.get_rubric()))


def _paragraphs(definition: AchievementDefinition, rubric: Rubric) -> Iterator[str]:
    yield definition.criteria_narrative
    rules = "\n".join(
        f"- {escape_markdown(rule_text(one, definition))}" for one in definition.conditions
    )
    yield f"**Award rule.** The badge is awarded when all of this holds:\n\n{rules}"
    yield f"**How levels arise.** {_level_source(rubric)}"
    if definition.credit_hours is not None:
        yield f"**Counts for.** {points_text(definition.credit_hours)} credit hours."
    if rubric.level_source is LevelSource.TASKS:
        yield "\n".join(f"- {line}" for line in _bands(rubric))
    if ProgramChoice.LEVEL_SOURCE in definition.program_choices:
        yield "The source leaves open how levels arise; this is the program's choice."
    for criterion in rubric.all_criteria:
        text = "" if _keeps_text(definition) else criterion.definition
        yield f"**{escape_markdown(criterion.title)}.** {text}".rstrip()
    if definition.attribution:
        yield f"**Credit.** {definition.attribution}"
    if definition.licence:
        licence = definition.licence
        yield f"**Licence of these texts.** [{escape_markdown(licence.title)}]({licence.url})"


def _level_source(rubric: Rubric) -> str:
    if rubric.level_source is LevelSource.ASSESSOR:
        return "An assessor rates each competency by choosing the level that describes the work."
    tasks = ", ".join(
        f"{escape_markdown(task.title)} ({task.minimum} to {task.maximum})" for task in rubric.tasks
    )
    return (
        f"Each competency gets whole points in these tasks: {tasks}. Their total gives its level; "
        "an assessor may set another one and states the reason."
    )


def _bands(rubric: Rubric) -> Iterator[str]:
    """Yield what total gives what level, once for all competencies that have the same bands."""
    titles = defaultdict(list)
    for criterion in filter(rubric.is_derived, rubric.rated_criteria):
        bands = ", ".join(
            f"{level.band.minimum} to {level.band.maximum} is {escape_markdown(level.title)}"
            for level in reversed(criterion.ascending_levels)
            if level.band is not None
        )
        titles[bands].append(escape_markdown(criterion.title))
    for bands, criteria in titles.items():
        yield bands if len(titles) == 1 else f"{', '.join(criteria)}: {bands}"


def _result_description(
    definition: AchievementDefinition, criterion: Criterion, achievement_id: str
) -> ResultDescription:
    id_ = _criterion_id(achievement_id, criterion.id)
    required = _required(definition, criterion)
    numbers = criterion.numbers
    return ResultDescription(
        id=id_,
        name=criterion.title,
        levels=tuple(
            RubricCriterionLevel(
                id=f"{id_}/{level.id}",
                name=level.title,
                points=level.points,
                description="" if _keeps_text(definition) else level.descriptor,
                alignments=_alignments(definition, f"{id_}/{level.id}", criterion.id, level.id),
            )
            for level in criterion.ascending_levels
        ),
        required_level=f"{id_}/{required}" if isinstance(required, str) else None,
        bounds=(numbers.minimum, numbers.maximum) if numbers else None,
        required_value=required if isinstance(required, Decimal) else None,
        alignments=_alignments(definition, id_, criterion.id),
    )


def _keeps_text(definition: AchievementDefinition) -> bool:
    """Whether the licence of the rubric's text forbids to hand it on, as a credential would."""
    licence = definition.get_rubric().licence or definition.licence
    return licence is not None and not licence.allows_redistribution


def _required(definition: AchievementDefinition, criterion: Criterion) -> str | Decimal | None:
    """Return the level or number of a criterion without which there is no award, if there is one.

    What stands in a choice (any of, some of) is not required by itself.
    """
    rubric = definition.get_rubric()
    levels, numbers = [], []
    for condition in _always(definition.conditions):
        match condition:
            case EveryCriterionAtLeast(level_id=level_id, within=within):
                if criterion in rubric.rated_within(within):
                    levels.append(level_id)
            case CriterionAtLeast(criterion_id=criterion.id, administration=None):
                levels.extend([condition.level_id] if condition.level_id else [])
                numbers.extend([condition.number] if condition.number is not None else [])
            case _:
                pass
    if criterion.numbers:
        return max(numbers, default=None)
    return max(levels, key=criterion.rank, default=None)


def _always(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        yield condition
        if isinstance(condition, AllOf):
            yield from _always(condition.conditions)


def _alignments(
    definition: AchievementDefinition,
    owner_id: str,
    criterion_id: str | None = None,
    level_id: str | None = None,
) -> tuple[Alignment, ...]:
    """Return the resolved alignments of the achievement, one criterion, or one of its levels."""
    items = [
        item
        for item in definition.alignments
        if item.url and (item.criterion_id, item.level_id) == (criterion_id, level_id)
    ]
    separator = "/" if "#" in owner_id else "#"
    return tuple(
        _alignment(item, f"{owner_id}{separator}alignment/{number}")
        for number, item in enumerate(items, start=1)
    )


def _alignment(item: FrameworkItem, id_: str) -> Alignment:
    # The version belongs to the name: frameworks keep their names and change their content.
    return Alignment(
        id=id_,
        target_name=item.title,
        target_url=item.url,
        target_framework=", ".join(filter(None, (item.framework, item.framework_version))),
        target_code=item.code or None,
    )


def _criterion_id(achievement_id: str, criterion_id: str) -> str:
    # Ids of criteria and levels hold hyphens, so only another character separates them.
    return f"{achievement_id}#criterion/{criterion_id}"


def escape_markdown(text: str) -> str:
    """Return the text so that Markdown shows it as it is."""
    return _MARKDOWN_MARK.sub(r"\\\1", text)
