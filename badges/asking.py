"""What an attempt is asked for: everything at first, and later what has not passed."""

from badges.definition import AchievementDefinition
from rubrics.criterion import Criterion
from rubrics.model import Rubric
from rubrics.submission import Asked


def asked_of(definition: AchievementDefinition, kept: frozenset[str] = frozenset()) -> Asked:
    """Return what an attempt is asked for; `kept` are the criteria that passed in the last one.

    What is asked for one criterion is not asked again once that has passed. What is
    asked for none is asked every time; so is a word pool, until an answer in it is
    settled: what is left cannot keep the limit of the whole. Self-ratings are the
    caller's, who knows the phase.
    """
    rubric = definition.get_rubric()
    settled = _settled(rubric, kept)
    prompts = tuple(one for one in definition.prompts if one.criterion_id not in settled)
    open_ids = {prompt.id for prompt in prompts}
    return Asked(
        rubric=rubric,
        evidence_rules={
            id_: rule for id_, rule in definition.evidence_rules().items() if id_ not in settled
        },
        prompts=prompts,
        word_pools=tuple(
            one for one in definition.word_pools if open_ids.issuperset(one.prompt_ids)
        ),
        artefact_requirements=tuple(
            one for one in definition.artefact_requirements if one.criterion_id not in settled
        ),
        coverages=tuple(one for one in definition.coverages if one.criterion_id not in settled),
        logs=tuple(one for one in definition.logs if one.criterion_id not in settled),
    )


def _settled(rubric: Rubric, kept: frozenset[str]) -> frozenset[str | None]:
    """Return the criteria that have passed.

    One that nobody rates has passed with all that is rated below it, or else with
    what stands above it.
    """
    rated = {criterion.id for criterion in rubric.rated_criteria}
    settled: set[str | None] = set()

    def visit(criterion: Criterion, *, is_settled_above: bool) -> None:
        below = {one.id for one in criterion.walk()} & rated
        if criterion.id in rated:
            is_settled = criterion.id in kept
        else:
            is_settled = below <= kept if below else is_settled_above
        if is_settled:
            settled.add(criterion.id)
        for one in criterion.criteria:
            visit(one, is_settled_above=is_settled)

    for criterion in rubric.criteria:
        visit(criterion, is_settled_above=False)
    return frozenset(settled)
