"""What a rubric, its levels, bands and tasks refuse to be."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from rubrics.criterion import Criterion
from rubrics.errors import (
    InvalidRubricError,
    RubricsError,
    UnknownCriterionError,
    UnknownLevelError,
    UnknownTaskError,
)
from rubrics.form import ArtefactRequirement
from rubrics.model import LevelSource, ScoredTask
from rubrics.scales import Band, Level
from tests.factories import a_criterion, a_level, a_prompt, a_rubric, a_scored_task, a_task_rubric


def a_criterion_of(*levels: Level) -> Criterion:
    """A criterion with just these levels."""
    return Criterion(id="clarity", title="Clarity", definition="What it means.", levels=levels)


def a_cumulative_level(points: int) -> Level:
    """A level that builds on the one below it."""
    return Level(id="top", title="Top", points=Decimal(points), descriptor="More.", cumulative=True)


IMPOSSIBLE: dict[str, Callable[[], object]] = {
    "one level": lambda: a_criterion_of(a_level(3)),
    "a level id twice": lambda: a_criterion_of(a_level(3), a_level(3)),
    "two levels of equal points": lambda: a_criterion_of(a_level(10), a_cumulative_level(10)),
    "a lowest level that builds on none": lambda: a_criterion_of(a_level(3), a_cumulative_level(1)),
    "negative points": lambda: a_level(-1),
    "points that are no number": lambda: Level(
        id="nan", title="NaN", points=Decimal("NaN"), descriptor="?"
    ),
    "a band that ends before it begins": lambda: Band(minimum=8, maximum=7),
    "a band below zero": lambda: Band(minimum=-1, maximum=7),
    "a task with one value": lambda: a_scored_task(minimum=5, maximum=5),
    "a task below zero": lambda: a_scored_task(minimum=-1),
    "a task without steps": lambda: a_scored_task(step=0),
    "a task whose steps miss its maximum": lambda: a_scored_task(minimum=0, maximum=5, step=2),
    "a criterion id twice": lambda: a_rubric(a_criterion("a"), a_criterion("a")),
    "a task id twice": lambda: a_task_rubric(a_scored_task("one"), a_scored_task("one")),
    "tasks that nothing comes of": lambda: a_rubric(tasks=(a_scored_task(),)),
    "tasks before the choice": lambda: a_rubric(level_source=None, tasks=(a_scored_task(),)),
    "more words asked for than allowed": lambda: a_prompt(minimum_words=10, maximum_words=9),
    "an artefact of no kind": lambda: ArtefactRequirement(
        id="evidence", title="Evidence", kinds=(), minimum_count=1
    ),
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_values_that_cannot_be_are_not_made(make: Callable[[], object]) -> None:
    """A value that contradicts itself is refused when it is made, with the place named."""
    with pytest.raises(InvalidRubricError) as caught:
        make()

    assert caught.value.place
    assert caught.value.reason


def test_a_rubric_without_criteria_is_none() -> None:
    """There is nothing to judge without a criterion."""
    rubric = a_rubric()

    with pytest.raises(InvalidRubricError, match="criteria"):
        type(rubric)(id="x", title="X", criteria=(), level_source=LevelSource.ASSESSOR)


def test_parts_are_found_by_id() -> None:
    """Criteria, levels and tasks come back by their ids."""
    rubric = a_task_rubric()

    assert rubric.criterion("b").id == "b"
    assert rubric.criterion("b").level("p3").points == Decimal(3)
    assert rubric.task("task-2").id == "task-2"


@pytest.mark.parametrize(
    ("look_up", "error"),
    [
        (lambda: a_rubric().criterion("z"), UnknownCriterionError),
        (lambda: a_criterion().level("z"), UnknownLevelError),
        (lambda: a_task_rubric().task("z"), UnknownTaskError),
    ],
)
def test_unknown_parts_have_their_own_errors(
    look_up: Callable[[], object], error: type[RubricsError]
) -> None:
    """Looking up what is not there raises, and never returns None."""
    with pytest.raises(error):
        look_up()


def test_the_highest_level_is_by_points_and_not_by_place() -> None:
    """Levels may stand in any order; points decide which is higher."""
    assert a_criterion("a", 1, 3, 5).highest_level == a_criterion("a", 5, 3, 1).highest_level


def test_a_band_holds_both_its_ends() -> None:
    """7-8 holds 7 and 8 and nothing else."""
    band = Band(minimum=7, maximum=8)

    assert [total for total in range(11) if total in band] == [7, 8]


def test_a_task_allows_its_steps_only() -> None:
    """A task of 1 to 5 in steps of 2 allows 1, 3 and 5."""
    task = ScoredTask(id="t", title="T", minimum=1, maximum=5, step=2)

    assert list(task.allowed_points) == [1, 3, 5]
