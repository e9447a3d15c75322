"""What is true of the conditions of a definition in every outcome that there can be.

A higher value never gains a condition less. So a condition always holds if it does at the
lowest values, and never holds if it does not at the highest ones, whatever it combines;
conditions can be met together if each of them can. This is exact for rules of any size.

The rest is found by going through all outcomes, one value after the other, where outcomes
that have gained the same so far become one. It is exact where it comes to an end; conditions
that take more than `MAXIMUM_STEPS` are left alone, and nothing is said about them.

Facts are taken to be independent of each other, though hours need entries, and the last phase
is the round that counts. These are more outcomes than there can be, so what is true in all of
them is true; what only such a tie makes true is not found.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import TypeAlias

from badges.conditions import (
    AllOf,
    Combination,
    Condition,
    CriterionAtLeast,
    TotalAtLeast,
    needed,
    placed,
)
from badges.sums import ZERO, Key, Sum, Variable, next_number, rating_key, sum_of, variables_of
from rubrics.model import Rubric

TOP = "conditions"
"""Where conditions stand that all have to hold."""
MAXIMUM_STEPS = 100_000
"""A step is one gain on top of one state of what was gained before."""
MET, LOST = Decimal("Infinity"), Decimal("-Infinity")
"""What a condition has gained where no other value changes any more whether it holds."""


States: TypeAlias = dict[tuple[Decimal, ...], Decimal]
"""What sums have gained, each, with the fewest points with which they have."""
Touched: TypeAlias = tuple[int, Decimal, Decimal, Decimal]
"""The position of a sum, what it requires, and the least and the most that is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """The condition at `place` holds whenever all those at `by` hold, which stand beside it."""

    place: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What is proved about the conditions of a definition, each named by its place.

    `raised` are thresholds that no outcome reaches exactly, each with the next value that one
    does reach. `least_points` are the fewest points of an outcome that passes; None where none
    does, and where they were not found out. `looked_at` are the keys of what can decide.
    """

    always: tuple[str, ...]
    never: tuple[str, ...]
    implied: tuple[Implied, ...]
    raised: Mapping[str, Decimal]
    least_points: Decimal | None
    looked_at: frozenset[Key]


def prove(rubric: Rubric, conditions: Sequence[Condition]) -> Proofs:
    """Return what can be proved about conditions that fit the rubric."""
    nodes = dict(placed(conditions))
    sums = {
        place: sum_of(one, rubric)
        for place, one in nodes.items()
        if not isinstance(one, Combination)
    }
    variables = variables_of(rubric, sums.values())
    worst = _truths(nodes, {k: one.least(variables) >= one.required for k, one in sums.items()})
    best = _truths(nodes, {k: one.most(variables) >= one.required for k, one in sums.items()})
    groups = [
        _group(nodes, {place: sums[place] for place in places}, variables)
        for places in _connected(sums)
    ]
    decided = {place for place in nodes if worst[place] or not best[place]}
    implied = [one for group in groups if group for one in _implied(nodes, group, decided)]
    is_passable = bool(conditions) and all(best[place] for place in nodes if _whole(place) == place)
    order = {place: number for number, place in enumerate(nodes)}
    return Proofs(
        always=tuple(place for place in nodes if worst[place]),
        never=tuple(place for place in nodes if not best[place]),
        implied=tuple(sorted(implied, key=lambda one: order[one.place])),
        raised=dict(_raised(rubric, nodes, variables, decided)),
        least_points=_least_points(rubric, groups, variables) if is_passable else None,
        looked_at=frozenset(_looked_at(sums.values(), variables)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Conditions at the top that share variables, and all that they combine.

    `outcomes` say for every place whether it holds; `points` are the fewest of each outcome.
    """

    keys: frozenset[Key]
    outcomes: tuple[Mapping[str, bool], ...]
    points: tuple[Decimal, ...]

    def passes(self) -> Iterator[Decimal]:
        """Yield the points of the outcomes in which everything at the top holds."""
        for outcome, points in zip(self.outcomes, self.points, strict=True):
            if all(holds for place, holds in outcome.items() if _whole(place) == place):
                yield points


def _group(
    nodes: dict[str, Condition], sums: Mapping[str, Sum], variables: Mapping[Key, Variable]
) -> _Group | None:
    found = _outcomes(list(sums.values()), variables)
    if found is None:
        return None
    wholes = {_whole(place) for place in sums}
    inside = {place: one for place, one in nodes.items() if _whole(place) in wholes}
    if len(found) * len(inside) > MAXIMUM_STEPS:
        return None
    return _Group(
        keys=frozenset(key for one in sums.values() for key in one.thresholds),
        outcomes=tuple(_truths(inside, dict(zip(sums, truths, strict=True))) for truths in found),
        points=tuple(found.values()),
    )


def _outcomes(
    sums: Sequence[Sum], variables: Mapping[Key, Variable]
) -> dict[tuple[bool, ...], Decimal] | None:
    """Return which sums can hold together, and the fewest points with which they do.

    None where that takes too many steps, or means make more values than can be counted.
    """
    least = [one.least(variables) for one in sums]
    most = [one.most(variables) for one in sums]
    required = [one.required for one in sums]
    reached = {tuple(map(_settled, repeat(ZERO), required, least, most)): ZERO}
    steps = 0
    for key in dict.fromkeys(key for one in sums for key in one.thresholds):
        variable = variables[key]
        gains = _gains(key, sums, variable)
        touched = [number for number, one in enumerate(sums) if key in one.thresholds]
        steps += len(reached) * len(gains or ()) * len(touched)
        if gains is None or steps > MAXIMUM_STEPS:
            return None
        for number in touched:
            threshold = sums[number].thresholds[key]
            least[number] -= variable.gain(threshold, variable.lowest)
            most[number] -= variable.gain(threshold, variable.highest)
        ends = [(number, required[number], least[number], most[number]) for number in touched]
        reached = _with_gains(reached, gains, ends)
    return {tuple(gained == MET for gained in one): points for one, points in reached.items()}


def _with_gains(reached: States, gains: States, touched: Sequence[Touched]) -> States:
    """Return what is gained after one more value, each with the fewest points."""
    further: States = {}
    for gained, points in reached.items():
        for more, worth in gains.items():
            after = list(gained)
            for gain, (number, required, least, most) in zip(more, touched, strict=True):
                before = gained[number]
                if before is not MET and before is not LOST:
                    after[number] = _settled(before + gain, required, least, most)
            now = tuple(after)
            further[now] = min(points + worth, further.get(now, MET))
    return further


def _gains(key: Key, sums: Sequence[Sum], variable: Variable) -> States | None:
    """Return what each value of one variable gains the sums, with the points that it is worth.

    Without totals only the lowest values count that reach a threshold: up to the next one
    nothing changes but the points.
    """
    thresholds = [one.thresholds[key] for one in sums if key in one.thresholds]
    values = variable.every
    if None not in thresholds:
        reached = (t for t in thresholds if t is not None and t <= variable.highest)
        values = tuple({variable.lowest, *(max(t, variable.lowest) for t in reached)})
    if values is None:
        return None
    counts = key == rating_key(key[-1])
    return {
        tuple(variable.gain(one, value) for one in thresholds): (
            variable.points(value) if counts else ZERO
        )
        for value in values
    }


def _settled(gained: Decimal, required: Decimal, least: Decimal, most: Decimal) -> Decimal:
    """Return what was gained, or that it is decided whatever is gained from here on."""
    if gained + least >= required:
        return MET
    return gained if gained + most >= required else LOST


def _truths(nodes: dict[str, Condition], leaves: Mapping[str, bool]) -> dict[str, bool]:
    """Return for every place whether it holds, where those that combine nothing do as told."""
    holds = dict(leaves)
    for place in reversed(nodes):
        one = nodes[place]
        if isinstance(one, Combination):
            below = range(len(one.conditions))
            holds[place] = sum(holds[f"{place}/conditions/{n}"] for n in below) >= needed(one)
    return holds


def _implied(nodes: Mapping[str, Condition], group: _Group, decided: set[str]) -> Iterator[Implied]:
    """Yield what is implied by one that stands beside it, or by several together.

    What always or never holds implies nothing and is implied by nothing worth saying.
    """
    outcomes = {
        place: frozenset(n for n, outcome in enumerate(group.outcomes) if outcome[place])
        for place in group.outcomes[0]
        if place not in decided
    }
    siblings: dict[str, list[str]] = {}
    for place in nodes:
        if place in outcomes:
            siblings.setdefault(_above(place), []).append(place)
    for above, places in siblings.items():
        for place in places:
            others = {one: outcomes[one] for one in places if one != place}
            single = [(one,) for one, held in others.items() if held <= outcomes[place]]
            if single:
                yield from (Implied(place=place, by=by) for by in single)
            elif above == TOP or isinstance(nodes[above], AllOf):
                yield from _together(place, outcomes[place], others)


def _together(
    place: str, outcomes: frozenset[int], others: Mapping[str, frozenset[int]]
) -> Iterator[Implied]:
    """Yield that the others together imply it, without those that it takes none of."""
    if not others or not frozenset.intersection(*others.values()) <= outcomes:
        return
    by = list(others)
    for one in others:
        fewer = [others[other] for other in by if other != one]
        if fewer and frozenset.intersection(*fewer) <= outcomes:
            by.remove(one)
    yield Implied(place=place, by=tuple(by))


def _connected(sums: Mapping[str, Sum]) -> list[list[str]]:
    """Return the places, those together that share variables, directly or over others."""
    groups: list[tuple[set[str], set[Key]]] = []
    for place, one in sums.items():
        wholes, keys = {_whole(place)}, set(one.thresholds)
        apart = []
        for group in groups:
            if wholes.isdisjoint(group[0]) and keys.isdisjoint(group[1]):
                apart.append(group)
            else:
                wholes, keys = wholes | group[0], keys | group[1]
        groups = [*apart, (wholes, keys)]
    return [[place for place in sums if _whole(place) in wholes] for wholes, _ in groups]


def _least_points(
    rubric: Rubric, groups: Iterable[_Group | None], variables: Mapping[Key, Variable]
) -> Decimal | None:
    free = {rating_key(one.id) for one in rubric.rated_criteria}
    points = ZERO
    for group in groups:
        if group is None:
            return None
        free -= group.keys
        points += min(group.passes())
    return points + sum((variables[key].points(variables[key].lowest) for key in free), ZERO)


def _raised(
    rubric: Rubric,
    nodes: Mapping[str, Condition],
    variables: Mapping[Key, Variable],
    decided: set[str],
) -> Iterator[tuple[str, Decimal]]:
    """Yield the thresholds between two values, with the higher one."""
    for place, one in nodes.items():
        if place in decided:
            continue
        asked, found = None, None
        if isinstance(one, TotalAtLeast):
            asked, found = one.points, _next_total(one, rubric, variables)
        elif isinstance(one, CriterionAtLeast) and one.number is not None:
            asked, found = one.number, next_number(one.number, one.criterion_id, rubric)
        if found not in (None, asked):
            yield place, found


def _next_total(
    condition: TotalAtLeast, rubric: Rubric, variables: Mapping[Key, Variable]
) -> Decimal | None:
    totals = {ZERO}
    steps = 0
    for criterion in rubric.rated_within(condition.within):
        variable = variables[rating_key(criterion.id)]
        steps += len(totals) * len(variable.every or ())
        if variable.every is None or steps > MAXIMUM_STEPS:
            return None
        worth = [variable.points(value) for value in variable.every]
        totals = {total + points for total in totals for points in worth}
    return min(total for total in totals if total >= condition.points)


def _looked_at(sums: Iterable[Sum], variables: Mapping[Key, Variable]) -> Iterator[Key]:
    for one in sums:
        for key, threshold in one.thresholds.items():
            variable = variables[key]
            if variable.gain(threshold, variable.lowest) < variable.gain(
                threshold, variable.highest
            ):
                yield key


def _whole(place: str) -> str:
    """Return the place of the condition at the top that this one is a part of."""
    return "/".join(place.split("/")[:2])


def _above(place: str) -> str:
    """Return the place of what combines this condition; `TOP` for none."""
    above = place.rsplit("/", 1)[0]
    return above if above == TOP else above.removesuffix(f"/{TOP}")
