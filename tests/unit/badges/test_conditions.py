"""Conditions as data."""

from decimal import Decimal

import pytest

from badges.conditions import (
    AnyOf,
    Condition,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Rated,
    condition_document,
    condition_from,
)
from rubrics.criterion import RaterRole

SIGNED = CriterionAtLeast(criterion_id="decision", level_id="yes")


@pytest.mark.parametrize(
    ("condition", "document"),
    [
        (SIGNED, {"kind": "criterion_at_least", "criterion_id": "decision", "level_id": "yes"}),
        (
            CriterionAtLeast(criterion_id="hours", number=Decimal("1.50"), role=RaterRole.PEER),
            {
                "kind": "criterion_at_least",
                "criterion_id": "hours",
                "number": "1.5",
                "role": "peer",
            },
        ),
        # Nobody is meant by default here: the assessor is named like the others.
        (Rated(role=RaterRole.ASSESSOR), {"kind": "rated", "role": "assessor"}),
        (
            AnyOf(conditions=(EveryCriterionAtLeast(level_id="yes", within="part"),)),
            {
                "kind": "any_of",
                "conditions": [
                    {"kind": "every_criterion_at_least", "level_id": "yes", "within": "part"}
                ],
            },
        ),
    ],
    ids=["signed", "number", "rated", "combined"],
)
def test_a_document_says_what_is_not_so_by_default(
    condition: Condition, document: dict[str, object]
) -> None:
    """And is read as the same condition again."""
    assert condition_document(condition) == document
    assert condition_from(document) == condition
