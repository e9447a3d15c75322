"""What is found in what a definition asks learners to hand in."""

from collections.abc import Iterator
from enum import StrEnum

from badges.definition_values import AchievementDefinition
from rubrics.findings import Finding, error, notice, warning
from rubrics.form import ANSWER_PREFIX, REFERENCES_MAXIMUM, Coverage, WordPool
from rubrics.linter import criterion_place
from rubrics.model import Rubric


class FormCode(StrEnum):
    """What is found in a form."""

    PROMPT_UNUSED = "prompt_unused"
    """It belongs to no criterion, no coverage and no word pool."""
    COVERAGE_WITHOUT_EVIDENCE = "coverage_without_evidence"
    """References are asked for, and nothing that they could point to."""
    COVERAGE_OUT_OF_REACH = "coverage_out_of_reach"
    """A family may have fewer references than its places together ask for."""
    EVIDENCE_RULE_WITHOUT_EVIDENCE = "evidence_rule_without_evidence"
    """The same for a criterion: nothing is asked for it, nor for all criteria together."""
    WORD_POOL_TOO_LARGE = "word_pool_too_large"
    """It asks for more words than its prompts together allow."""
    WORD_POOL_TOO_SMALL = "word_pool_too_small"
    """It allows fewer words than its required prompts together ask for."""


def lint_form(definition: AchievementDefinition, rubric: Rubric) -> Iterator[Finding]:
    """Yield what is found in the prompts, pools, coverages and rules of a definition."""
    for pool in definition.word_pools:
        yield from _lint_pool(definition, pool)
    used = {id_ for pool in definition.word_pools for id_ in pool.prompt_ids}
    used |= {
        source.removeprefix(ANSWER_PREFIX)
        for coverage in definition.coverages
        for source in coverage.sources
        if source.startswith(ANSWER_PREFIX)
    }
    for prompt in definition.prompts:
        if prompt.criterion_id is None and prompt.id not in used:
            yield notice(FormCode.PROMPT_UNUSED, f"prompts/{prompt.id}", prompt=prompt.title)
    for coverage in definition.coverages:
        yield from _lint_coverage(definition, rubric, coverage)
    yield from _lint_rules(definition, rubric)


def _lint_coverage(
    definition: AchievementDefinition, rubric: Rubric, coverage: Coverage
) -> Iterator[Finding]:
    place = f"coverages/{coverage.id}"
    if not definition.prompts and not definition.artefact_requirements:
        least = coverage.minimum_per_family
        yield warning(FormCode.COVERAGE_WITHOUT_EVIDENCE, place, required=least)
    # A reference counts for one of the places only.
    required = coverage.minimum_per_family * max(len(coverage.sources), 1)
    for family in rubric.criterion(coverage.criterion_id).criteria:
        most = REFERENCES_MAXIMUM * len(list(family.walk()))
        if required > most:
            yield error(
                FormCode.COVERAGE_OUT_OF_REACH,
                place,
                criterion=family.title,
                required=required,
                most=most,
            )


def _lint_pool(definition: AchievementDefinition, pool: WordPool) -> Iterator[Finding]:
    prompts = [one for one in definition.prompts if one.id in pool.prompt_ids]
    least = sum(one.minimum_words or 0 for one in prompts if one.required)
    limits = [one.maximum_words for one in prompts]
    place = f"word_pools/{pool.id}"
    most = sum(one for one in limits if one is not None)
    if pool.minimum_words is not None and None not in limits and pool.minimum_words > most:
        yield error(FormCode.WORD_POOL_TOO_LARGE, place, minimum=pool.minimum_words, most=most)
    if pool.maximum_words is not None and pool.maximum_words < least:
        yield error(FormCode.WORD_POOL_TOO_SMALL, place, maximum=pool.maximum_words, least=least)


def _lint_rules(definition: AchievementDefinition, rubric: Rubric) -> Iterator[Finding]:
    asked = [one.criterion_id for one in definition.prompts]
    asked.extend(one.criterion_id for one in definition.artefact_requirements)
    if None in asked:
        return
    inside = {one.id: {below.id for below in one.walk()} for one in rubric.all_criteria}
    for criterion_id, rule in definition.evidence_rules().items():
        # What is asked for a part is asked for its details too, and the other way round.
        above = {id_ for id_, below in inside.items() if criterion_id in below}
        if rule.minimum_per_criterion and (above | inside[criterion_id]).isdisjoint(asked):
            yield warning(
                FormCode.EVIDENCE_RULE_WITHOUT_EVIDENCE,
                criterion_place(criterion_id),
                criterion=rubric.criterion(criterion_id).title,
                required=rule.minimum_per_criterion,
            )
