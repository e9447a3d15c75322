"""Whether the parts of a definition fit together: every id points somewhere."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from badges.conditions import (
    MAXIMUM_DEPTH,
    AllOf,
    AnyOf,
    Combination,
    Condition,
    CountAtLeast,
    Covered,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    SomeOf,
    TotalAtLeast,
    needed,
)
from badges.errors import InvalidDefinitionError
from rubrics.errors import refuse_repeats
from rubrics.form import ANSWER_PREFIX
from rubrics.model import Administration, Rubric

if TYPE_CHECKING:
    from badges.definition_values import AchievementDefinition


def check_parts(definition: "AchievementDefinition") -> None:
    """Pass when every id of a definition points to something that it has.

    Raises:
        InvalidDefinitionError, InvalidRubricError: one does not; names the place.
    """
    if definition.rubric is None:
        _check_placeholder(definition)
        return
    _check_form(definition, definition.rubric)
    _check_alignments(definition, definition.rubric)
    if definition.program_choices and definition.rubric.level_source is None:
        raise InvalidDefinitionError("program_choices", "name a choice that is not there")
    if definition.is_formative and definition.conditions:
        raise InvalidDefinitionError("is_formative", "is set, but there are conditions")
    for position, condition in enumerate(definition.conditions):
        _check_condition(definition, definition.rubric, condition, f"conditions/{position}", 1)


def _check_placeholder(definition: "AchievementDefinition") -> None:
    asked = (
        definition.conditions,
        definition.prompts,
        definition.word_pools,
        definition.artefact_requirements,
        definition.coverages,
        definition.logs,
    )
    if any(asked):
        raise InvalidDefinitionError("state", "is placeholder, but something is asked for")
    if definition.program_choices or definition.alignments or definition.suggested_tasks:
        raise InvalidDefinitionError("state", "is placeholder, but something is decided")


def _check_form(definition: "AchievementDefinition", rubric: Rubric) -> None:
    prompt_ids = [prompt.id for prompt in definition.prompts]
    requirement_ids = [one.id for one in definition.artefact_requirements]
    refuse_repeats("prompts", prompt_ids)
    refuse_repeats("suggested_tasks", (task.id for task in definition.suggested_tasks))
    refuse_repeats("word_pools", (pool.id for pool in definition.word_pools))
    refuse_repeats("coverages", (one.id for one in definition.coverages))
    # Conditions count artefacts and entries of a log by one id.
    refuse_repeats("logs", [*requirement_ids, *(log.id for log in definition.logs)])
    for prompt in definition.prompts:
        _check_criterion(rubric, prompt.criterion_id, f"prompts/{prompt.id}")
    for requirement in definition.artefact_requirements:
        place = f"artefact_requirements/{requirement.id}"
        _check_criterion(rubric, requirement.criterion_id, place)
    for log in definition.logs:
        _check_criterion(rubric, log.criterion_id, f"logs/{log.id}")
    for pool in definition.word_pools:
        place = f"word_pools/{pool.id}/prompt_ids"
        _check_known(pool.prompt_ids, prompt_ids, place, "names no prompt")
    sources = [*requirement_ids, *(ANSWER_PREFIX + id_ for id_ in prompt_ids)]
    for coverage in definition.coverages:
        place = f"coverages/{coverage.id}"
        _check_criterion(rubric, coverage.criterion_id, place)
        if not rubric.criterion(coverage.criterion_id).criteria:
            raise InvalidDefinitionError(f"{place}/criterion_id", "has no families below it")
        _check_known(coverage.sources, sources, f"{place}/sources", "names nothing handed in")


def _check_alignments(definition: "AchievementDefinition", rubric: Rubric) -> None:
    for position, item in enumerate(definition.alignments):
        place = f"alignments/{position}"
        _check_criterion(rubric, item.criterion_id, place)
        if item.url and not item.framework_version:
            # Frameworks keep their names and change their content.
            raise InvalidDefinitionError(f"{place}/framework_version", "is missing")
        if item.level_id is None and not item.quote:
            continue
        if item.criterion_id is None:
            raise InvalidDefinitionError(f"{place}/criterion_id", "is missing")
        criterion = rubric.criterion(item.criterion_id)
        if item.level_id is not None:
            criterion.level(item.level_id)
        texts = (criterion.definition, *(level.descriptor for level in criterion.levels))
        if item.quote and not any(item.quote in text for text in texts):
            raise InvalidDefinitionError(f"{place}/quote", "stands nowhere in its criterion")


def _check_criterion(rubric: Rubric, criterion_id: str | None, place: str) -> None:
    if criterion_id is not None and not rubric.has_criterion(criterion_id):
        raise InvalidDefinitionError(f"{place}/criterion_id", "names no criterion of the rubric")


def _check_known(ids: Iterable[str], known: Iterable[str], place: str, reason: str) -> None:
    if not set(ids) <= set(known):
        raise InvalidDefinitionError(place, reason)


def _check_condition(
    definition: "AchievementDefinition",
    rubric: Rubric,
    condition: Condition,
    place: str,
    depth: int,
) -> None:
    if depth > MAXIMUM_DEPTH:
        raise InvalidDefinitionError(place, "stands too deep in the rule")
    match condition:
        case TotalAtLeast() | Rated() | EveryCriterionAtLeast() | CriteriaAtLeast():
            _check_several(rubric, condition, place)
        case CriterionAtLeast():
            _check_one(rubric, condition, place)
        case AllOf() | AnyOf() | SomeOf():
            _check_combination(definition, rubric, condition, place, depth)
        case _:
            _check_target(definition, condition, place)


def _check_several(
    rubric: Rubric,
    condition: TotalAtLeast | Rated | EveryCriterionAtLeast | CriteriaAtLeast,
    place: str,
) -> None:
    within = condition.within
    if within is not None and not rubric.has_criterion(within):
        raise InvalidDefinitionError(f"{place}/within", "names no criterion of the rubric")
    if isinstance(condition, Rated):
        _check_round(rubric, Administration(role=condition.role, phase=condition.phase), place)
        return
    criteria = rubric.rated_within(within)
    if not criteria:
        raise InvalidDefinitionError(f"{place}/within", "holds nothing that assessors rate")
    if isinstance(condition, TotalAtLeast):
        return
    for criterion in criteria:
        if not criterion.has_level(condition.level_id):
            reason = f"names no level of criterion {criterion.id!r}"
            raise InvalidDefinitionError(f"{place}/level_id", reason)
    if isinstance(condition, CriteriaAtLeast) and condition.count > len(criteria):
        raise InvalidDefinitionError(f"{place}/count", "is more than there are criteria")


def _check_target(
    definition: "AchievementDefinition",
    condition: CountAtLeast | HoursAtLeast | Covered | Holds,
    place: str,
) -> None:
    logs = [log.id for log in definition.logs]
    match condition:
        case CountAtLeast(of=of):
            counted = [*logs, *(one.id for one in definition.artefact_requirements)]
            _check_known([of], counted, f"{place}/of", "names nothing counted")
        case HoursAtLeast(of=of):
            _check_known([of], logs, f"{place}/of", "names no log")
        case Covered(coverage_id=id_):
            known = (one.id for one in definition.coverages)
            _check_known([id_], known, f"{place}/coverage_id", "names no coverage")
        case Holds(achievement=achievement):
            if achievement == definition.id:
                raise InvalidDefinitionError(f"{place}/achievement", "is this badge itself")
        case _ as unreachable:
            assert_never(unreachable)


def _check_combination(
    definition: "AchievementDefinition",
    rubric: Rubric,
    condition: Combination,
    place: str,
    depth: int,
) -> None:
    if needed(condition) > len(condition.conditions):
        raise InvalidDefinitionError(f"{place}/count", "is more than there are conditions")
    for position, one in enumerate(condition.conditions):
        below = f"{place}/conditions/{position}"
        _check_condition(definition, rubric, one, below, depth + 1)


def _check_one(rubric: Rubric, condition: CriterionAtLeast, place: str) -> None:
    _check_criterion(rubric, condition.criterion_id, place)
    criterion = rubric.criterion(condition.criterion_id)
    if condition.level_id is not None and not criterion.has_level(condition.level_id):
        raise InvalidDefinitionError(f"{place}/level_id", "names no level of its criterion")
    if condition.number is not None and not criterion.has_points:
        raise InvalidDefinitionError(f"{place}/number", "is asked of a scale without numbers")
    round_ = condition.administration
    if round_ is None:
        if criterion not in rubric.rated_criteria:
            raise InvalidDefinitionError(f"{place}/criterion_id", "is not rated by assessors")
        return
    _check_round(rubric, round_, place)
    if criterion not in rubric.criteria_of(round_):
        raise InvalidDefinitionError(f"{place}/criterion_id", "is not rated in that round")


def _check_round(rubric: Rubric, round_: Administration, place: str) -> None:
    if not rubric.criteria_of(round_):
        raise InvalidDefinitionError(f"{place}/role", "rates nothing in that phase")
