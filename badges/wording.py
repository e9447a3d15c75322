"""Conditions in plain English, as credentials and commands say them.

Pages word the same values again, in the reader's language.
"""

from decimal import Decimal
from typing import assert_never

from badges.conditions import (
    AllOf,
    AnyOf,
    Combination,
    Condition,
    CountAtLeast,
    Covered,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    HoursAtLeast,
    Rated,
    SomeOf,
    TotalAtLeast,
)
from badges.definition_values import AchievementDefinition
from rubrics.criterion import RaterRole
from rubrics.documents import points_text
from rubrics.model import Rubric

_BY = {
    RaterRole.ASSESSOR: "the assessor",
    RaterRole.SELF: "the learner",
    RaterRole.PEER: "a peer",
    RaterRole.PROGRAM: "the program",
    RaterRole.SUPERVISOR: "a supervisor",
    RaterRole.COACHEE: "a coachee",
}


def rule_text(condition: Condition, definition: AchievementDefinition) -> str:
    """Return a condition as one sentence without markup, with the definition's own titles."""
    rubric = definition.get_rubric()
    match condition:
        case TotalAtLeast(points=points, within=within):
            subject = f"All competencies{_within(rubric, within)} together"
            return f"{subject} reach {points_text(points)} points or more."
        case EveryCriterionAtLeast(level_id=level_id, within=within):
            level = _levels(rubric, level_id, within)
            return f"Every competency{_within(rubric, within)} is rated {level} or higher."
        case CriteriaAtLeast(count=count, level_id=level_id, within=within):
            level = _levels(rubric, level_id, within)
            subject = f"At least {count} competencies{_within(rubric, within)}"
            return f"{subject} are rated {level} or higher."
        case CriterionAtLeast():
            return _one(condition, rubric)
        case AllOf() | AnyOf() | SomeOf():
            return _combined(condition, definition)
        case _:
            return _fact(condition, definition)


def _fact(
    condition: Rated | CountAtLeast | HoursAtLeast | Covered | Holds,
    definition: AchievementDefinition,
) -> str:
    match condition:
        case Rated(role=role, phase=phase, within=within):
            where = _within(definition.get_rubric(), within)
            rater = f"{_BY[role]}{_phase(definition.get_rubric(), phase)}"
            return f"Every competency{where} that {rater} rates has been rated."
        case CountAtLeast(of=of, count=count):
            return f"{definition.counted_title(of)}: at least {count}."
        case HoursAtLeast(of=of, hours=hours):
            return f"{definition.counted_title(of)}: at least {points_text(hours)} hours."
        case Covered(coverage_id=id_):
            titles = (one.title for one in definition.coverages if one.id == id_)
            return f"{next(titles)}: every family is covered."
        case Holds(achievement=achievement):
            return f"The earner holds the badge {achievement}, and it is not revoked."
        case _ as unreachable:
            assert_never(unreachable)


def _one(condition: CriterionAtLeast, rubric: Rubric) -> str:
    criterion = rubric.criterion(condition.criterion_id)
    if condition.level_id is None:
        wanted = f"{points_text(condition.number or Decimal(0))} or more"
    else:
        level = criterion.level(condition.level_id)
        is_top = level == criterion.highest_level
        wanted = level.title if is_top else f"{level.title} or higher"
    signed = " and signed" if criterion.needs_signature else ""
    by = ""
    if condition.administration is not None:
        by = f" by {_BY[condition.role]}{_phase(rubric, condition.phase)}"
    return f"“{criterion.title}” is rated {wanted}{by}{signed}."


def _combined(condition: Combination, definition: AchievementDefinition) -> str:
    match condition:
        case AllOf():
            start = "All of these hold"
        case AnyOf():
            start = "At least one of these holds"
        case SomeOf(count=count):
            start = f"At least {count} of these hold"
        case _ as unreachable:
            assert_never(unreachable)
    parts = "; ".join(rule_text(one, definition).rstrip(".") for one in condition.conditions)
    return f"{start}: {parts}."


def _within(rubric: Rubric, within: str | None) -> str:
    return "" if within is None else f" of “{rubric.criterion(within).title}”"


def _levels(rubric: Rubric, level_id: str, within: str | None) -> str:
    criteria = rubric.rated_within(within)
    return " / ".join(sorted({criterion.level(level_id).title for criterion in criteria}))


def _phase(rubric: Rubric, phase: str) -> str:
    titles = (one.title for one in rubric.phases if one.id == phase)
    title = next(titles, None)
    return "" if title is None else f" ({title})"
