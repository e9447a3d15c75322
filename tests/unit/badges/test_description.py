"""A definition in plain English."""

from dataclasses import replace

import pytest

from badges.definition import AchievementDefinition
from badges.description import describe
from badges.library import list_shipped, load_shipped
from rubrics.model import Licence
from tests.factories import a_definition, a_placeholder, a_task_rubric


def test_a_definition_in_words() -> None:
    """All of it, in the order in which people ask."""
    licence = Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")
    rubric = replace(a_task_rubric(criteria="ab"), licence=licence)

    assert list(describe(a_definition(rubric=rubric, licence=licence))) == [
        "A badge (a-badge, draft, own)",
        "  What it is.",
        "  Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
        "Rubric: A rubric. Levels arise from the totals of scored tasks.",
        "  Scored task: Task-1, 0 to 5 points",
        "  Scored task: Task-2, 0 to 5 points",
        "  A (a, ordinal)",
        "    What a means.",
        "    - 5 points (5), totals 9 to 10: Work that is worth 5.",
        "    - 3 points (3), totals 7 to 8: Work that is worth 3.",
        "    - 1 points (1), totals 0 to 6: Work that is worth 1.",
        "  B (b, ordinal)",
        "    What b means.",
        "    - 5 points (5), totals 9 to 10: Work that is worth 5.",
        "    - 3 points (3), totals 7 to 8: Work that is worth 3.",
        "    - 1 points (1), totals 0 to 6: Work that is worth 1.",
        "The learner hands in:",
        "  Question: What happened?",
        "  Artefact: Your evidence",
        "The badge is earned when all of these hold:",
        "  All competencies together reach 12 points or more.",
        "  Every competency is rated 3 points or higher.",
    ]


def test_a_placeholder_says_so() -> None:
    """Nothing is invented."""
    assert list(describe(a_placeholder()))[-1] == "  A placeholder: nothing else is known."


@pytest.mark.parametrize(
    "definition",
    [one for name in list_shipped() for one in load_shipped(name).achievements],
    ids=lambda one: one.id,
)
def test_every_shipped_definition_can_be_described(definition: AchievementDefinition) -> None:
    """With the title of everything that is rated."""
    text = "\n".join(describe(definition))
    criteria = definition.rubric.rated_criteria if definition.rubric else ()

    assert definition.title in text
    assert all(one.title in text for one in criteria)
