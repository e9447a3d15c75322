"""Which badges of a program can be earned at all, as far as badges ask for badges."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from badges.conditions import Combination, Condition, Holds, needed, placed, walk
from badges.definition_values import AchievementDefinition
from rubrics.findings import Finding, error


class PrerequisiteCode(StrEnum):
    """What is found where a definition asks for another badge."""

    PREREQUISITE_UNKNOWN = "prerequisite_unknown"
    """The program has no such badge."""
    PREREQUISITE_UNEARNABLE = "prerequisite_unearnable"
    """It awards nothing, or asks for what cannot be earned."""
    PREREQUISITE_CYCLE = "prerequisite_cycle"
    """It can be earned only by whoever holds this badge already."""


def lint_prerequisites(
    definition: AchievementDefinition, program: Iterable[AchievementDefinition]
) -> Iterator[Finding]:
    """Yield what is wrong with the badges that `definition` asks for.

    Circles that an alternative leads out of are none: the badges that can be earned are
    found from those that ask for no other, step by step. What a placeholder will ask for
    is not known, so it is taken to be earnable.
    """
    known = {one.id: one for one in (*program, definition)}
    earnable = _earnable(known)
    for place, condition in placed(definition.conditions):
        if not isinstance(condition, Holds) or condition.achievement in earnable:
            continue
        wanted = condition.achievement
        if wanted not in known:
            yield error(PrerequisiteCode.PREREQUISITE_UNKNOWN, place, badge=wanted)
        elif chain := _chain(known, wanted, definition.id, earnable):
            way = (definition.id, *chain)
            yield error(PrerequisiteCode.PREREQUISITE_CYCLE, place, badge=wanted, chain=way)
        else:
            yield error(PrerequisiteCode.PREREQUISITE_UNEARNABLE, place, badge=wanted)


def _earnable(known: Mapping[str, AchievementDefinition]) -> frozenset[str]:
    earnable: frozenset[str] = frozenset()
    while True:
        more = frozenset(id_ for id_, one in known.items() if _can_be_earned(one, known, earnable))
        if more == earnable:
            return earnable
        earnable = more


def _can_be_earned(
    one: AchievementDefinition,
    known: Mapping[str, AchievementDefinition],
    earnable: frozenset[str],
) -> bool:
    return not one.is_formative and all(
        _can_hold(condition, known, earnable) for condition in one.conditions
    )


def _can_hold(
    condition: Condition, known: Mapping[str, AchievementDefinition], earnable: frozenset[str]
) -> bool:
    if isinstance(condition, Holds):
        # What is not known is reported where it is asked for, and not a second time.
        return condition.achievement in earnable or condition.achievement not in known
    if isinstance(condition, Combination):
        possible = sum(_can_hold(one, known, earnable) for one in condition.conditions)
        return possible >= needed(condition)
    return True


def _chain(
    known: Mapping[str, AchievementDefinition], start: str, end: str, earnable: frozenset[str]
) -> tuple[str, ...]:
    """Return a shortest way from `start` to `end` over badges that cannot be earned."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        if way[-1] == end:
            return way
        for wanted in _wanted(known[way[-1]]):
            if wanted in known and wanted not in earnable and wanted not in seen:
                seen.add(wanted)
                ways.append((*way, wanted))
    return ()


def _wanted(definition: AchievementDefinition) -> Iterator[str]:
    for condition in definition.conditions:
        for one in walk(condition):
            if isinstance(one, Holds):
                yield one.achievement
