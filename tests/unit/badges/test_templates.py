"""The instruments that programs may start from, and texts that their users bring themselves."""

import json
from collections.abc import Sequence

import pytest

from badges.criteria import evaluate
from badges.definition import (
    AchievementDefinition,
    DefinitionState,
    Origin,
    parse_definition,
    publish,
    serialize_definition,
)
from badges.library import load_shipped
from badges.linter import lint
from rubrics.criterion import Criterion, RaterRole
from rubrics.findings import Severity
from rubrics.scales import ScaleKind
from rubrics.scoring import CriterionRating, score

THREE_PARTS, VIDEO, GROWTH, YEAR = TEMPLATES = load_shipped("templates").achievements


def sizes(criteria: Sequence[Criterion]) -> list[int]:
    """How many criteria stand directly below each."""
    return [len(one.criteria) for one in criteria]


@pytest.mark.parametrize("definition", TEMPLATES, ids=lambda one: one.id)
def test_a_template_lacks_nothing(definition: AchievementDefinition) -> None:
    """Each can be published as it is, and stands by itself."""
    severities = {one.severity for one in lint(definition, TEMPLATES)}
    assert severities <= {Severity.NOTICE}
    assert definition.state is DefinitionState.DRAFT
    assert definition.origin is Origin.OWN
    assert definition.total_in_stack is None
    assert definition.licence
    assert definition.licence == definition.get_rubric().licence
    assert publish(definition).state is DefinitionState.PUBLISHED


@pytest.mark.parametrize("definition", TEMPLATES, ids=lambda one: one.id)
def test_nothing_handed_in_earns_nothing(definition: AchievementDefinition) -> None:
    """Every condition is evaluated, and none is met."""
    outcome = evaluate(definition.conditions, score(definition.get_rubric(), {}))

    assert not outcome.is_met
    assert len(outcome.conditions) == len(definition.conditions)
    assert {str(one.state) for one in outcome.conditions} <= {"undecided"}


def test_the_portfolio_has_three_verdicts_and_six_families() -> None:
    """Parts differ in their scales; families and their items are read, not rated."""
    rubric = THREE_PARTS.get_rubric()
    plan = rubric.criterion("plan")

    assert [one.scale for one in rubric.criteria] == [
        ScaleKind.PASS_FAIL,
        ScaleKind.YES_NO,
        ScaleKind.PASS_FAIL,
    ]
    assert rubric.rated_criteria == rubric.criteria
    assert sizes(plan.criteria) == [8, 7, 6, 5, 2, 6]
    assert all(item.title.startswith("I ") for family in plan.criteria for item in family.criteria)
    assert [one.maximum_words for one in THREE_PARTS.prompts] == [250, 250, None, 300]


def test_the_portfolio_with_a_video_rates_details_only() -> None:
    """Each of ten needs a reference with its place and an explanation; outcomes are headings."""
    rubric = VIDEO.get_rubric()
    rules = VIDEO.evidence_rules()

    assert sizes(rubric.criteria) == [2, 3, 3, 2]
    assert list(rules) == [one.id for one in rubric.rated_criteria]
    assert all(
        (rule.minimum_per_criterion, rule.needs_locator, rule.needs_explanation) == (1, True, True)
        for rule in rules.values()
    )
    video = VIDEO.artefact_requirements[0]
    assert (video.minimum_seconds, video.maximum_seconds, video.tolerance_seconds) == (600, 900, 0)


def test_the_framework_is_rated_by_the_coach_alone() -> None:
    """Fifteen indicators by frequency, at two times, and no condition."""
    rubric = GROWTH.get_rubric()

    assert sizes(rubric.criteria) == [2, 2, 5, 4, 2]
    assert [(one.role, one.phase) for one in rubric.administrations] == [
        (RaterRole.SELF, "start"),
        (RaterRole.SELF, "review"),
    ]
    for administration in rubric.administrations:
        rated = rubric.criteria_of(administration)
        assert {one.scale for one in rated} == {ScaleKind.FREQUENCY}
        assert len(rated) == 15
    assert GROWTH.is_formative
    assert [one.asks_person for one in GROWTH.logs] == [True]


def test_the_year_has_its_raters_and_one_signed_decision() -> None:
    """The coach rates twice by the same statements; the decision alone counts by itself."""
    rubric = YEAR.get_rubric()
    rounds = {(str(one.role), one.phase): rubric.criteria_of(one) for one in rubric.administrations}

    assert set(rounds) == {
        ("self", "pre"),
        ("self", "post"),
        ("peer", "mid"),
        ("program", "mid"),
        ("coachee", "mid"),
        ("coachee", "post"),
        ("assessor", "post"),
    }
    assert rounds["self", "pre"] == rounds["self", "post"]
    assert rounds["peer", "mid"] == rounds["program", "mid"]
    assert [(one.id, one.needs_signature) for one in rubric.rated_criteria] == [("decision", True)]


def test_the_inventory_is_stored_and_never_rated() -> None:
    """It is made of questions that no criterion stands behind."""
    inventory = [one for one in YEAR.prompts if one.id.startswith("inventory-")]

    assert len(inventory) == 4
    assert {one.criterion_id for one in inventory} == {None}


@pytest.mark.parametrize("definition", TEMPLATES, ids=lambda one: one.id)
def test_what_only_the_learner_can_know_is_stated(
    definition: AchievementDefinition,
) -> None:
    """What shows people, or is signed by them, comes with something to state."""
    states = {
        one.id: [statement.id for statement in one.attestations]
        for one in definition.artefact_requirements
        if one.minimum_count
    }

    assert (
        states
        == {
            THREE_PARTS.id: {"coaching-plan": []},
            VIDEO.id: {"video": ["both-seen", "both-heard", "consent"]},
            GROWTH.id: {},
            YEAR.id: {
                "preparation": ["before-first-session"],
                "agreements": ["signed", "given-out"],
                "coachee-progress": ["consent"],
            },
        }[definition.id]
    )


def a_private_text() -> bytes:
    """A definition of somebody else's, invented here, under a licence that allows no changes."""
    document = json.loads(serialize_definition(THREE_PARTS))
    licence = {
        "title": "All rights reserved",
        "url": "https://example.org/terms",
        "allows_changes": False,
        "allows_commercial_use": False,
        "allows_redistribution": False,
    }
    document |= {"origin": "transcribed", "licence": licence, "attribution": "© Somebody Else"}
    document["rubric"] |= {"licence": licence, "attribution": "© Somebody Else"}
    reason = "Only those who have it already can open the course."
    document["accepted_warnings"] = [
        {"code": "redistribution_forbidden", "place": "licence", "reason": reason}
    ]
    return json.dumps(document).encode()


def test_a_text_that_must_not_be_changed_runs_as_it_is() -> None:
    """It is read, published, rated and decided, and its terms stay on it."""
    read = parse_definition(a_private_text())
    licence = read.licence
    again = parse_definition(serialize_definition(publish(read)))

    assert licence
    terms = (licence.allows_changes, licence.allows_commercial_use, licence.allows_redistribution)
    assert terms == (False, False, False)
    assert (again.licence, again.attribution) == (licence, "© Somebody Else")
    assert again.get_rubric() == read.get_rubric()
    ratings = {"overview": CriterionRating(level_id="pass")}
    outcome = evaluate(again.conditions, score(again.get_rubric(), ratings))
    assert [str(one.state) for one in outcome.conditions] == ["met", *["undecided"] * 3]
