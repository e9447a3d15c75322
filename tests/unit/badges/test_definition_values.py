"""What the values of a definition refuse to be."""

from collections.abc import Callable

import pytest

from badges.conditions import EveryCriterionAtLeast
from badges.definition import DefinitionState, ProgramChoice
from badges.errors import InvalidDefinitionError, PlaceholderDefinitionError
from tests.factories import (
    a_criterion,
    a_definition,
    a_framework_item,
    a_placeholder,
    a_prompt,
    a_rubric,
    a_scored_task,
    an_artefact_requirement,
    some_conditions,
)

PLACEHOLDER = {"state": DefinitionState.PLACEHOLDER, "rubric": None}
EMPTY = {"conditions": (), "prompts": (), "artefact_requirements": ()}

IMPOSSIBLE: dict[str, Callable[[], object]] = {
    "the fifth of four": lambda: a_definition(position=5),
    "the place before the first": lambda: a_definition(position=0),
    "no rubric": lambda: a_definition(rubric=None),
    "a placeholder with a rubric": lambda: a_definition(state=DefinitionState.PLACEHOLDER),
    "a placeholder that asks for something": lambda: a_definition(**PLACEHOLDER),
    "a placeholder with an alignment": lambda: a_definition(
        **PLACEHOLDER, **EMPTY, alignments=(a_framework_item(),)
    ),
    "a condition on a level that one criterion lacks": lambda: a_definition(
        rubric=a_rubric(a_criterion("a"), a_criterion("b", 5, 1)), conditions=some_conditions()
    ),
    "a condition on a level that nobody has": lambda: a_definition(
        conditions=(EveryCriterionAtLeast(level_id="excellent"),)
    ),
    "a prompt of another criterion": lambda: a_definition(prompts=(a_prompt(criterion_id="z"),)),
    "an alignment of another criterion": lambda: a_definition(alignments=(a_framework_item("z"),)),
    "a prompt twice": lambda: a_definition(prompts=(a_prompt(), a_prompt())),
    "a requirement twice": lambda: a_definition(
        artefact_requirements=(an_artefact_requirement(),) * 2
    ),
    "a suggested task twice": lambda: a_definition(suggested_tasks=(a_scored_task(),) * 2),
    "a choice that was not made": lambda: a_definition(
        rubric=a_rubric(level_source=None), program_choices=(ProgramChoice.LEVEL_SOURCE,)
    ),
}


@pytest.mark.parametrize("make", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_definitions_that_cannot_be_are_not_made(make: Callable[[], object]) -> None:
    """A definition that contradicts itself is refused when it is made, with the reason."""
    with pytest.raises(InvalidDefinitionError) as caught:
        make()

    assert caught.value.reason


def test_parts_may_belong_to_a_criterion_or_to_none() -> None:
    """Prompts and alignments stand for the whole, or for one criterion that is there."""
    definition = a_definition(
        prompts=(a_prompt("whole"), a_prompt("one", criterion_id="a")),
        alignments=(a_framework_item(), a_framework_item("a")),
    )

    assert [prompt.criterion_id for prompt in definition.prompts] == [None, "a"]


def test_a_placeholder_has_no_rubric_to_get() -> None:
    """Whoever asks a placeholder for its rubric is told that it is one."""
    assert a_placeholder().is_placeholder
    with pytest.raises(PlaceholderDefinitionError):
        a_placeholder().get_rubric()


def test_a_definition_gives_its_rubric() -> None:
    """Everything but a placeholder has a rubric."""
    definition = a_definition()

    assert not definition.is_placeholder
    assert definition.get_rubric() == definition.rubric
