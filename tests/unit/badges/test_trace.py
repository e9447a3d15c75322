"""The trace of a decision: its published schema, and its words."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from badges.conditions import (
    AnyOf,
    CountAtLeast,
    Covered,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    TotalAtLeast,
)
from badges.criteria import Facts, evaluate, outcome_document
from badges.definition import AchievementDefinition
from badges.errors import InvalidOutcomeError
from badges.trace import check_trace, outcome_lines, trace_schema
from rubrics.criterion import Criterion, RaterRole
from rubrics.form import Coverage, Log
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import Basis, CriterionRating, result_document, score
from tests.factories import (
    a_criterion,
    a_definition,
    a_rating,
    a_rubric,
    a_task_rating,
    a_task_rubric,
    an_artefact_requirement,
)

DETAIL = replace(a_criterion("detail"), criteria=())
TREE = replace(
    a_definition(),
    rubric=a_rubric(
        replace(a_criterion("part"), criteria=(DETAIL,)),
        Criterion(
            id="hours",
            title="Hours",
            scale=ScaleKind.NUMERIC,
            numbers=NumericScale(minimum=Decimal(-5), maximum=Decimal(5), step=Decimal("0.5")),
        ),
        replace(a_criterion("signed"), needs_signature=True),
    ),
    artefact_requirements=(an_artefact_requirement("film"),),
    logs=(Log(id="talks", title="Talks"),),
    coverages=(Coverage(id="covers", title="Covers", criterion_id="part"),),
    conditions=(
        TotalAtLeast(points=Decimal("6.5")),
        AnyOf(
            conditions=(
                CriterionAtLeast(criterion_id="hours", number=Decimal("1.5")),
                CountAtLeast(of="film", count=2),
                HoursAtLeast(of="talks", hours=Decimal(2)),
                Covered(coverage_id="covers"),
                Holds(achievement="first-badge"),
                Rated(role=RaterRole.ASSESSOR),
            )
        ),
    ),
)
TREE_RATINGS = {
    "part": a_rating(5),
    "detail": a_rating(3),
    "hours": CriterionRating(number=Decimal("-1.5")),
    "signed": replace(a_rating(3), is_signed=True),
}
TREE_FACTS = Facts(counts={"film": 1}, minutes={"talks": 100}, uncovered={"covers": ("detail",)})
SCENES: dict[str, tuple[AchievementDefinition, dict[str, CriterionRating], Facts]] = {
    "rated": (a_definition(), {id_: a_rating(3) for id_ in "abcd"}, Facts()),
    "unrated": (a_definition(), {}, Facts()),
    "derived, overridden and missing": (
        a_definition(rubric=a_task_rubric()),
        {
            "a": a_task_rating(5, 5),
            "b": a_task_rating(5, 5, override=(1, "Seen — twice.\n")),
            "c": a_task_rating(5, None),
        },
        Facts(),
    ),
    "a tree": (TREE, TREE_RATINGS, TREE_FACTS),
    "a tree without facts": (TREE, {"signed": a_rating(3)}, Facts()),
}


def a_trace(name: str) -> Any:  # noqa: ANN401 - a document
    """The trace document of a scene, as it is stored."""
    definition, ratings, facts = SCENES[name]
    result = score(definition.get_rubric(), ratings)
    outcome = evaluate(definition.conditions, result, facts)
    trace = {"outcome": outcome_document(outcome), "result": result_document(result)}
    return json.loads(json.dumps(trace))


@pytest.mark.parametrize("name", SCENES)
def test_every_trace_satisfies_the_schema(name: str) -> None:
    """Ours and any other validator of the published one agree."""
    trace = a_trace(name)

    assert check_trace(trace) == trace
    Draft202012Validator(trace_schema()).validate(trace)


def test_the_schema_knows_every_basis() -> None:
    """A new reason for a level is part of what is published."""
    schema: Any = trace_schema()
    Draft202012Validator.check_schema(schema)
    words = schema["$defs"]["criterionResult"]["properties"]["basis"]["enum"]

    assert words == [basis.value for basis in Basis]


MISTAKES: dict[str, Callable[[Any], object]] = {
    "result": lambda trace: trace.pop("result"),
    "outcome/conditions": lambda trace: trace["outcome"].pop("conditions"),
    "result/criteria/0/basis": lambda trace: trace["result"]["criteria"][0].update(basis="x"),
    "result/criteria/0/points": lambda trace: trace["result"]["criteria"][0].update(points=5),
    "result/points": lambda trace: trace["result"].update(points=True),
    "extra": lambda trace: trace.update(extra=1),
}


@pytest.mark.parametrize(("place", "change"), MISTAKES.items(), ids=MISTAKES.keys())
def test_what_is_no_trace_is_refused(place: str, change: Callable[[Any], object]) -> None:
    """With its place, by us and by the published schema."""
    trace = a_trace("rated")
    change(trace)

    with pytest.raises(InvalidOutcomeError) as caught:
        check_trace(trace)

    assert caught.value.place == place
    assert not Draft202012Validator(trace_schema()).is_valid(trace)


EVERY = "Every competency is rated 3 points or higher"
HOLDS = "The earner holds the badge other, and it is not revoked"


def test_an_outcome_in_words() -> None:
    """Every condition, what it asked for and what was found; parts below."""
    definition = a_definition(
        conditions=(
            TotalAtLeast(points=Decimal(12)),
            AnyOf(conditions=(EveryCriterionAtLeast(level_id="p3"), Holds(achievement="other"))),
        )
    )
    result = score(definition.get_rubric(), {"a": a_rating(5), "b": a_rating(1), "c": a_rating(3)})

    assert list(outcome_lines(evaluate(definition.conditions, result), definition)) == [
        "is open: All competencies together reach 12 points or more.",
        "  asked for 12, found 9",
        "  missing: D",
        f"does not hold: At least one of these holds: {EVERY}; {HOLDS}.",
        "  asked for 1, found 0",
        f"  does not hold: {EVERY}.",
        "    asked for 4, found 2",
        "    missing: D",
        "    too low: B",
        f"  does not hold: {HOLDS}.",
        "    asked for 1, found 0",
    ]
