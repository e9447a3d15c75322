"""What licences allow."""

from dataclasses import replace

import pytest

from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    Provenance,
    with_choice,
)
from badges.licensing import allows_changes, allows_redistribution, is_forbidden_change
from rubrics.model import LevelSource, Licence, Source
from tests.factories import a_definition, a_placeholder, a_rubric

STRICT = Licence(
    title="CC BY-NC-ND 4.0",
    url="https://creativecommons.org/licenses/by-nc-nd/4.0/",
    allows_changes=False,
    allows_redistribution=False,
)
SOURCE = Source(name="source.pdf", sha256="a" * 64)
OURS = a_definition()


def theirs(**changes: object) -> AchievementDefinition:
    """A definition around a rubric under a licence that forbids changes."""
    rubric = replace(a_rubric(level_source=None), licence=STRICT, source=SOURCE)
    return a_definition(**({"rubric": rubric} | changes))


def renamed(licence: Licence | None = STRICT) -> AchievementDefinition:
    """The same source with another word in it."""
    rubric = theirs().get_rubric()
    return theirs(rubric=replace(rubric, title="Our rubric", licence=licence))


def test_either_licence_forbids() -> None:
    """That of the rubric, or that of the whole."""
    whole = a_definition(licence=STRICT)
    for one in (theirs(), whole):
        assert not allows_changes(one)
        assert not allows_redistribution(one)
    for one in (OURS, a_placeholder()):
        assert allows_changes(one)
        assert allows_redistribution(one)


@pytest.mark.parametrize(
    ("new", "is_forbidden"),
    [
        (theirs(), False),
        (
            replace(with_choice(theirs(), LevelSource.ASSESSOR), state=DefinitionState.PUBLISHED),
            False,
        ),
        (replace(theirs(), program="ours", position=2), False),
        (renamed(), True),
        (renamed(licence=None), True),
        (theirs(title="Our badge"), True),
        (a_definition(provenance=Provenance(source=SOURCE)), True),
        (OURS, False),
        (replace(renamed(), rubric=replace(renamed().get_rubric(), source=None)), False),
    ],
)
def test_another_text_from_the_same_source_is_forbidden(
    new: AchievementDefinition, *, is_forbidden: bool
) -> None:
    """What the program chooses is no text; taking the licence off is a change, too."""
    assert is_forbidden_change(new, theirs()) is is_forbidden
    assert not is_forbidden_change(OURS, OURS)
