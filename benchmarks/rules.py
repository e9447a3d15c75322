"""A whole decision by rule: ratings into levels, conditions into a trace, both as documents.

The transcribed badge as it ships, and rubrics of growing size beside the smallest of them:
what a decision costs grows with the number of criteria and not faster.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from importlib import resources

from badges.conditions import EveryCriterionAtLeast, TotalAtLeast
from badges.criteria import evaluate, outcome_document
from badges.definition import AchievementDefinition, parse_definition, with_choice
from benchmarks.measuring import Case, Operation, repeated
from rubrics.criterion import Criterion
from rubrics.model import LevelSource, Rubric
from rubrics.scales import Level
from rubrics.scoring import CriterionRating, result_document, score

DECISIONS = 500
"""In one turn."""
SIZES = (4, 8, 16, 32)
POINTS = (1, 3, 5)


def make_cases() -> list[Case]:
    """Return the decision of the transcribed badge by tasks and by levels, and the curve."""
    document = resources.files("badges.library").joinpath("atpa-academic-coaching-2.json")
    open_ = parse_definition(document.read_bytes())
    by_tasks = with_choice(open_, LevelSource.TASKS, open_.suggested_tasks)
    by_levels = with_choice(open_, LevelSource.ASSESSOR)
    smallest = _size(SIZES[0])
    return [
        _case("decision by tasks", partial(_decide, by_tasks, _points(by_tasks))),
        _case("decision by levels", partial(_decide, by_levels, _levels(by_levels))),
        *(_case(_size(size), _growing(size), smallest) for size in SIZES),
    ]


def _decide(
    definition: AchievementDefinition, ratings: Mapping[str, CriterionRating]
) -> tuple[dict[str, object], dict[str, object]]:
    result = score(definition.get_rubric(), ratings)
    outcome = evaluate(definition.conditions, result)
    return outcome_document(outcome), result_document(result)


def _growing(size: int) -> Operation:
    rubric = Rubric(
        id="growing",
        title="Growing",
        level_source=LevelSource.ASSESSOR,
        criteria=tuple(
            Criterion(
                id=f"c{number}",
                title=f"Criterion {number}",
                levels=tuple(
                    Level(id=f"p{points}", title=str(points), points=Decimal(points))
                    for points in POINTS
                ),
            )
            for number in range(size)
        ),
    )
    conditions = (TotalAtLeast(points=Decimal(3 * size)), EveryCriterionAtLeast(level_id="p3"))
    ratings = {one.id: CriterionRating(level_id="p3") for one in rubric.rated_criteria}

    def decide() -> object:
        result = score(rubric, ratings)
        return outcome_document(evaluate(conditions, result)), result_document(result)

    return decide


def _points(definition: AchievementDefinition) -> dict[str, CriterionRating]:
    rubric = definition.get_rubric()
    points = {task.id: task.maximum - 1 for task in rubric.tasks}
    return {one.id: CriterionRating(task_points=points) for one in rubric.rated_criteria}


def _levels(definition: AchievementDefinition) -> dict[str, CriterionRating]:
    rated = definition.get_rubric().rated_criteria
    return {one.id: CriterionRating(level_id=one.ascending_levels[1].id) for one in rated}


def _size(size: int) -> str:
    return f"decision, {size} criteria"


def _case(name: str, operate: Operation, peer: str = "") -> Case:
    return repeated(name, operate, count=DECISIONS, peer=peer)
