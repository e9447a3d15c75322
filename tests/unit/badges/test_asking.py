"""What the next attempt is asked for."""

import pytest

from badges.asking import asked_of
from badges.conditions import EveryCriterionAtLeast
from badges.definition import AchievementDefinition
from rubrics.criterion import Criterion, EvidenceRule
from rubrics.form import Coverage, Log, WordPool
from rubrics.scales import Level, ScaleKind
from tests.factories import a_definition, a_prompt, a_rubric, an_artefact_requirement

VERDICT = (Level(id="no", title="No"), Level(id="yes", title="Yes"))
RULE = EvidenceRule(minimum_per_criterion=1, needs_locator=True, needs_explanation=False)


def judged(id_: str, *below: Criterion) -> Criterion:
    """A part that is judged by a yes or a no."""
    return Criterion(
        id=id_, title=id_.title(), scale=ScaleKind.YES_NO, levels=VERDICT, criteria=below
    )


def read(id_: str, *below: Criterion) -> Criterion:
    """A heading or an indicator, which nobody rates."""
    return Criterion(id=id_, title=id_.title(), scale=ScaleKind.NONE, criteria=below)


def a_portfolio() -> AchievementDefinition:
    """A part with families below it, a heading with two details, and something for all."""
    return a_definition(
        rubric=a_rubric(
            judged("part", read("family", read("indicator"))),
            read("outcome", judged("detail-1"), judged("detail-2")),
        ),
        conditions=(EveryCriterionAtLeast(level_id="yes"),),
        evidence_rule=RULE,
        prompts=(
            a_prompt("of-part", criterion_id="part"),
            a_prompt("of-outcome", criterion_id="outcome"),
            a_prompt("of-indicator", criterion_id="indicator"),
            a_prompt("of-all"),
        ),
        word_pools=(
            WordPool(id="both", title="Both", prompt_ids=("of-part", "of-all"), minimum_words=9),
        ),
        artefact_requirements=(an_artefact_requirement(),),
        coverages=(Coverage(id="families", title="Families", criterion_id="part"),),
        logs=(Log(id="log", title="Log", criterion_id="detail-1"),),
    )


def test_a_first_attempt_is_asked_for_everything() -> None:
    """Nothing is left out, and families of a coverage may have references."""
    definition = a_portfolio()
    asked = asked_of(definition)

    assert asked.rubric == definition.rubric
    assert asked.prompts == definition.prompts
    assert asked.word_pools == definition.word_pools
    assert asked.artefact_requirements == definition.artefact_requirements
    assert asked.coverages == definition.coverages
    assert asked.logs == definition.logs
    assert asked.evidence_rules == definition.evidence_rules()
    assert list(asked.evidence_rules) == ["part", "family", "indicator", "detail-1", "detail-2"]


def test_a_part_that_passed_takes_what_stands_below_it_along() -> None:
    """Its prompts, coverage and references are settled; so is a pool with one of its answers."""
    asked = asked_of(a_portfolio(), frozenset({"part"}))

    assert [one.id for one in asked.prompts] == ["of-outcome", "of-all"]
    assert asked.coverages == ()
    assert asked.word_pools == ()
    assert list(asked.evidence_rules) == ["detail-1", "detail-2"]
    assert len(asked.artefact_requirements) == len(asked.logs) == 1


@pytest.mark.parametrize(
    ("kept", "prompts", "logs"),
    [({"detail-1"}, 4, 0), ({"detail-2"}, 4, 1), ({"detail-1", "detail-2"}, 3, 0)],
)
def test_a_heading_has_passed_with_all_that_is_rated_below_it(
    kept: set[str], prompts: int, logs: int
) -> None:
    """One detail that failed keeps what is asked for its heading open."""
    asked = asked_of(a_portfolio(), frozenset(kept))

    assert len(asked.prompts) == prompts
    assert len(asked.logs) == logs
    assert kept.isdisjoint(asked.evidence_rules)
