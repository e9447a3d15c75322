"""Conditions as pages show them: what is asked, what became of it. Pure; pages find the words."""

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
    kind_of,
    needed,
)
from badges.criteria import ConditionOutcome
from badges.definition import AchievementDefinition
from lti_tool.services.decisions import Judgement
from lti_tool.services.models import ConditionView, FailingView, RuleView
from rubrics.model import Rubric


def rule_views(definition: AchievementDefinition) -> tuple[RuleView, ...]:
    """Return every condition of a definition, not evaluated."""
    return tuple(rule_view(condition, definition) for condition in definition.conditions)


def condition_views(judgement: Judgement) -> tuple[ConditionView, ...]:
    """Return every condition with what became of it."""
    return tuple(_condition_view(one, judgement) for one in judgement.outcome.conditions)


def rule_view(condition: Condition, definition: AchievementDefinition) -> RuleView:
    """Return one condition, not evaluated."""
    rubric, kind = definition.get_rubric(), kind_of(condition)
    match condition:
        case TotalAtLeast(points=points, within=within):
            most = sum((one.highest_points for one in rubric.rated_within(within)), Decimal(0))
            place = _title(rubric, within)
            return RuleView(kind=kind, amount=points, maximum_points=most, within=place)
        case EveryCriterionAtLeast(within=within) | CriteriaAtLeast(within=within):
            return _several(condition, rubric)
        case CriterionAtLeast():
            return _one(condition, rubric)
        case AllOf() | AnyOf() | SomeOf():
            return _combined(condition, definition)
        case _:
            return _fact(condition, definition)


def _several(condition: EveryCriterionAtLeast | CriteriaAtLeast, rubric: Rubric) -> RuleView:
    among = rubric.rated_within(condition.within)
    titles = dict.fromkeys(one.level(condition.level_id).title for one in among)
    return RuleView(
        kind=kind_of(condition),
        amount=Decimal(condition.count if isinstance(condition, CriteriaAtLeast) else len(among)),
        level_title=" / ".join(titles),
        within=_title(rubric, condition.within),
    )


def _one(condition: CriterionAtLeast, rubric: Rubric) -> RuleView:
    criterion = rubric.criterion(condition.criterion_id)
    level = criterion.level(condition.level_id) if condition.level_id else None
    is_own = condition.administration is None
    return RuleView(
        kind=kind_of(condition),
        amount=condition.number,
        level_title=level.title if level else None,
        subject=criterion.title,
        role="" if is_own else condition.role.value,
        phase=_phase(rubric, condition.phase),
        needs_signature=criterion.needs_signature,
    )


def _combined(condition: Combination, definition: AchievementDefinition) -> RuleView:
    return RuleView(
        kind=kind_of(condition),
        amount=Decimal(needed(condition)),
        parts=tuple(rule_view(one, definition) for one in condition.conditions),
    )


def _fact(
    condition: Rated | CountAtLeast | HoursAtLeast | Covered | Holds,
    definition: AchievementDefinition,
) -> RuleView:
    kind, rubric = kind_of(condition), definition.get_rubric()
    match condition:
        case Rated(role=role, phase=phase, within=within):
            return RuleView(
                kind=kind,
                within=_title(rubric, within),
                role=role.value,
                phase=_phase(rubric, phase),
            )
        case CountAtLeast(of=of, count=count):
            subject = definition.counted_title(of)
            return RuleView(kind=kind, amount=Decimal(count), subject=subject)
        case HoursAtLeast(of=of, hours=hours):
            return RuleView(kind=kind, amount=hours, subject=definition.counted_title(of))
        case Covered(coverage_id=id_):
            titles = {one.id: one.title for one in definition.coverages}
            return RuleView(kind=kind, subject=titles[id_])
        case Holds(achievement=achievement):
            return RuleView(kind=kind, subject=achievement)
        case _ as unreachable:
            assert_never(unreachable)


def _condition_view(outcome: ConditionOutcome, judgement: Judgement) -> ConditionView:
    rubric = judgement.result.rubric
    levels = {one.criterion_id: one.level for one in judgement.result.criteria}
    return ConditionView(
        rule=rule_view(outcome.condition, judgement.definition),
        state=outcome.state.value,
        found=outcome.found,
        missing=tuple(rubric.criterion(id_).title for id_ in outcome.missing),
        failing=tuple(
            FailingView(
                criterion_title=rubric.criterion(id_).title,
                level_title=level.title if (level := levels.get(id_)) else "",
            )
            for id_ in outcome.failing
        ),
        parts=tuple(_condition_view(part, judgement) for part in outcome.parts),
    )


def _title(rubric: Rubric, criterion_id: str | None) -> str:
    return "" if criterion_id is None else rubric.criterion(criterion_id).title


def _phase(rubric: Rubric, phase_id: str) -> str:
    return next((one.title for one in rubric.phases if one.id == phase_id), "")
