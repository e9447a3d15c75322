"""States of a definition, and the program's choice."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from badges.conditions import TotalAtLeast
from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    ProgramChoice,
    check_issuable,
    check_openable,
    check_publishable,
    publish,
    with_choice,
)
from badges.errors import (
    BadgesError,
    InvalidDefinitionError,
    NotPublishableError,
    PlaceholderDefinitionError,
    PublishedDefinitionError,
    RetiredDefinitionError,
    UnpublishedDefinitionError,
)
from badges.linter import DefinitionCode
from rubrics.linter import RubricCode
from rubrics.model import LevelSource
from tests.factories import a_definition, a_placeholder, a_rubric, a_scored_task, a_task_rubric


def an_open_definition() -> AchievementDefinition:
    """A draft whose source leaves open how a level arises."""
    rubric = replace(a_task_rubric(), level_source=None, tasks=())
    return a_definition(rubric=rubric)


TWO_TASKS = (a_scored_task("task-1"), a_scored_task("task-2"))


def faults(definition: AchievementDefinition) -> list[str]:
    """What keeps the definition from being published."""
    with pytest.raises(NotPublishableError) as caught:
        check_publishable(definition)
    return [finding.code for finding in caught.value.findings]


def test_a_program_has_to_choose_before_it_publishes() -> None:
    """What the source leaves open cannot be published, opened or issued."""
    definition = an_open_definition()

    assert faults(definition) == [RubricCode.LEVEL_SOURCE_UNDECIDED]
    with pytest.raises(NotPublishableError):
        publish(definition)


def test_the_assessor_may_be_the_choice() -> None:
    """The choice stands in the rubric, is marked as the program's, and changes nothing else."""
    before = an_open_definition()

    after = with_choice(before, LevelSource.ASSESSOR)

    assert after.get_rubric().level_source is LevelSource.ASSESSOR
    assert after.program_choices == (ProgramChoice.LEVEL_SOURCE,)
    assert replace(after, rubric=before.rubric, program_choices=()) == before
    assert publish(after).state is DefinitionState.PUBLISHED


def test_scored_tasks_may_be_the_choice() -> None:
    """With two tasks of 0 to 5 the bands of the source are reached without gaps."""
    definition = publish(with_choice(an_open_definition(), LevelSource.TASKS, TWO_TASKS))

    assert definition.get_rubric().tasks == TWO_TASKS


def test_a_choice_may_be_made_again_while_it_is_a_draft() -> None:
    """The last choice counts, and leaves no tasks of the former one behind."""
    first = with_choice(an_open_definition(), LevelSource.TASKS, TWO_TASKS)

    assert with_choice(first, LevelSource.ASSESSOR) == with_choice(
        an_open_definition(), LevelSource.ASSESSOR
    )


def test_tasks_on_the_level_scale_cannot_be_published() -> None:
    """T6: two tasks of 1, 3 or 5 never total 7 or 9; the finding says so."""
    tasks = tuple(a_scored_task(f"task-{n}", minimum=1, maximum=5, step=2) for n in (1, 2))
    definition = with_choice(an_open_definition(), LevelSource.TASKS, tasks)

    with pytest.raises(NotPublishableError) as caught:
        publish(definition)

    found = {finding.code for finding in caught.value.findings}
    assert found == {RubricCode.TOTAL_UNREACHABLE, RubricCode.STEPS_DISAGREE}


def test_tasks_without_effect_are_refused() -> None:
    """Tasks beside the assessor's own rating would be scored for nothing."""
    with pytest.raises(InvalidDefinitionError, match="tasks"):
        with_choice(an_open_definition(), LevelSource.ASSESSOR, TWO_TASKS)


def test_a_definition_lacks_several_things_at_once() -> None:
    """All findings come together, so that they can be mended together."""
    definition = a_definition(conditions=(), criteria_narrative="", image_alt="")

    assert faults(definition) == [
        DefinitionCode.CONDITIONS_MISSING,
        DefinitionCode.CRITERIA_NARRATIVE_MISSING,
        DefinitionCode.IMAGE_ALT_MISSING,
    ]


def test_a_total_beyond_the_highest_levels_cannot_be_published() -> None:
    """Nobody can earn 21 points of 20."""
    conditions = (TotalAtLeast(points=Decimal(21)),)

    assert faults(a_definition(conditions=conditions)) == [
        DefinitionCode.PASS_IMPOSSIBLE,
        DefinitionCode.CONDITION_NEVER_HOLDS,
    ]
    check_publishable(a_definition(conditions=(TotalAtLeast(points=Decimal(20)),)))


STATE_RULES: list[
    tuple[Callable[[AchievementDefinition], object], dict[DefinitionState, type[BadgesError]]]
] = [
    (
        publish,
        {
            DefinitionState.PUBLISHED: PublishedDefinitionError,
            DefinitionState.RETIRED: PublishedDefinitionError,
        },
    ),
    (
        lambda definition: with_choice(definition, LevelSource.ASSESSOR),
        {
            DefinitionState.PUBLISHED: PublishedDefinitionError,
            DefinitionState.RETIRED: PublishedDefinitionError,
        },
    ),
    (
        check_openable,
        {
            DefinitionState.DRAFT: UnpublishedDefinitionError,
            DefinitionState.RETIRED: RetiredDefinitionError,
        },
    ),
    (check_issuable, {DefinitionState.DRAFT: UnpublishedDefinitionError}),
]


@pytest.mark.parametrize(
    ("act", "refusals"), STATE_RULES, ids=["publish", "choose", "open", "issue"]
)
def test_each_state_allows_what_it_allows(
    act: Callable[[AchievementDefinition], object],
    refusals: dict[DefinitionState, type[BadgesError]],
) -> None:
    """Drafts are chosen for and published, published ones opened, retired ones still issued."""
    for state in set(DefinitionState) - {DefinitionState.PLACEHOLDER}:
        definition = a_definition(state=state)
        if state in refusals:
            with pytest.raises(refusals[state]):
                act(definition)
        else:
            act(definition)


@pytest.mark.parametrize(
    "act",
    [
        publish,
        check_publishable,
        check_openable,
        check_issuable,
        lambda definition: with_choice(definition, LevelSource.ASSESSOR),
    ],
    ids=["publish", "check_publishable", "open", "issue", "choose"],
)
def test_a_placeholder_allows_nothing(act: Callable[[AchievementDefinition], object]) -> None:
    """What has not been defined is not published, opened, issued or decided upon."""
    with pytest.raises(PlaceholderDefinitionError) as caught:
        act(a_placeholder())

    assert caught.value.code == "definition_placeholder"
    assert caught.value.definition_id == "a-placeholder"


def test_a_document_that_only_claims_to_be_published_is_not_opened() -> None:
    """The state is looked at, and so is what it promises."""
    definition = a_definition(state=DefinitionState.PUBLISHED, rubric=a_rubric(level_source=None))

    with pytest.raises(NotPublishableError):
        check_openable(definition)
