"""What changed between two definitions, in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from badges.conditions import EveryCriterionAtLeast, TotalAtLeast
from badges.definition import AchievementDefinition, DefinitionState, publish
from badges.difference import change_text, compare
from badges.library import list_shipped, load_shipped
from rubrics.form import ArtefactKind
from rubrics.model import Licence, Rubric
from rubrics.scales import Band
from tests.factories import (
    a_criterion,
    a_definition,
    a_level,
    a_placeholder,
    a_prompt,
    a_rubric,
    an_artefact_requirement,
)


def changed(**changes: object) -> AchievementDefinition:
    """The definition of the factory with other values."""
    return a_definition(**changes)


def with_rubric(*criteria: object, **changes: object) -> AchievementDefinition:
    """The definition of the factory with another first criterion, or others in its place."""
    rubric: Rubric = replace(a_rubric(), **changes)  # type: ignore[arg-type]  # a test's own keywords
    if criteria:
        rest = rubric.criteria[1:]
        rubric = replace(rubric, criteria=(*criteria, *rest))  # type: ignore[arg-type]
    return a_definition(rubric=rubric)


A = a_criterion("a")
FIRST, *REST = A.levels
SCENES: dict[str, tuple[AchievementDefinition, list[str]]] = {
    "nothing": (a_definition(), []),
    "a title": (changed(title="Another"), ["title: was “A badge”, is “Another”."]),
    "a state": (publish(a_definition()), ["state: was “draft”, is “published”."]),
    "a text of lines": (
        changed(criteria_narrative="One.\nTwo."),
        ["criteria narrative: was “How it is earned.”, is “One. Two.”."],
    ),
    "tags": (changed(tags=("x", "y")), ["tags: added, x, y."]),
    "a number": (changed(position=2), ["position: was 1, is 2."]),
    "the rubric's title": (
        with_rubric(title="Ours"),
        ["rubric, title: was “A rubric”, is “Ours”."],
    ),
    "points of a level": (
        with_rubric(replace(A, levels=(replace(FIRST, points=Decimal("5.5")), *REST))),
        ["competency “A”, level “5 points”, points: was “5”, is “5.5”."],
    ),
    "a level is renamed, and keeps its id": (
        with_rubric(replace(A, levels=(replace(FIRST, title="Best"), *REST))),
        ["competency “A”, level “5 points”, title: was “5 points”, is “Best”."],
    ),
    "a level more": (
        with_rubric(replace(A, levels=(*A.levels, a_level(0)))),
        ["competency “A”, level “0 points”: added."],
    ),
    "a level less": (
        with_rubric(replace(A, levels=A.levels[:2])),
        ["competency “A”, level “1 points”: removed."],
    ),
    "levels in another order": (
        with_rubric(replace(A, levels=A.levels[::-1])),
        ["competency “A”, levels: the order changed."],
    ),
    "a band": (
        with_rubric(replace(A, levels=(replace(FIRST, band=Band(minimum=9, maximum=10)), *REST))),
        ['competency “A”, level “5 points”, band: added, {"minimum": 9, "maximum": 10}.'],
    ),
    "a criterion more, deep below": (
        with_rubric(replace(A, criteria=(a_criterion("deep"),))),
        ["competency “A”, competency “Deep”: added."],
    ),
    "another criterion": (
        with_rubric(a_criterion("e")),
        ["competency “A”: removed.", "competency “E”: added."],
    ),
    "criteria in another order": (
        with_rubric(criteria=a_rubric().criteria[::-1]),
        ["criteria: the order changed."],
    ),
    "a licence": (
        with_rubric(licence=Licence(title="Mine", url="https://x.org")),
        ['rubric, licence: added, {"title": "Mine", "url": "https://x.org"}.'],
    ),
    "conditions": (
        changed(
            conditions=(EveryCriterionAtLeast(level_id="p3"), TotalAtLeast(points=Decimal(14)))
        ),
        [
            "condition: removed, “All competencies together reach 12 points or more.”.",
            "condition: added, “All competencies together reach 14 points or more.”.",
        ],
    ),
    "no conditions": (
        changed(conditions=(), is_formative=True),
        [
            "is formative: added, yes.",
            "condition: removed, “All competencies together reach 12 points or more.”.",
            "condition: removed, “Every competency is rated 3 points or higher.”.",
        ],
    ),
    "a prompt": (
        changed(prompts=(a_prompt(minimum_words=50), a_prompt("more", title="And then?"))),
        [
            "prompt “What happened?”, minimum words: added, 50.",
            "prompt “And then?”: added.",
        ],
    ),
    "a requirement": (
        changed(
            artefact_requirements=(
                replace(an_artefact_requirement(), kinds=(ArtefactKind.LINK,), minimum_count=2),
            )
        ),
        [
            "artefact requirement “Your evidence”, kinds: was file, link, is link.",
            "artefact requirement “Your evidence”, minimum count: was 1, is 2.",
        ],
    ),
}


@pytest.mark.parametrize(("after", "words"), SCENES.values(), ids=SCENES.keys())
def test_what_changed_is_said_field_by_field(
    after: AchievementDefinition, words: list[str]
) -> None:
    """Each change once, with the way to it; nothing for what stayed."""
    assert [change_text(one) for one in compare(a_definition(), after)] == words


@pytest.mark.parametrize(
    "definition",
    [one for name in list_shipped() for one in load_shipped(name).achievements],
    ids=lambda one: one.id,
)
def test_a_definition_does_not_differ_from_itself(definition: AchievementDefinition) -> None:
    """Whatever it is made of; and it differs from every other one, both ways."""
    assert compare(definition, definition) == ()
    there, back = compare(a_definition(), definition), compare(definition, a_definition())
    assert len(there) == len(back) > 0
    assert all(change_text(one).endswith(".") for one in (*there, *back))


def test_a_placeholder_that_is_defined() -> None:
    """The rubric comes whole."""
    defined = a_definition(id="a-placeholder", position=2)

    kinds = {(one.kind, one.place) for one in compare(a_placeholder(), defined)}

    assert ("added", ("rubric",)) in kinds
    assert ("changed", ("state",)) in kinds
    assert defined.state is DefinitionState.DRAFT
