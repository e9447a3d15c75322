"""What is aimed at, and whether a run reaches it: each beside a named peer of the same round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.measuring import MICROSECONDS, Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One line of the table.

    With a peer, `bound` is a ratio: how many times as fast as the peer the case is at least,
    or how many times its cost it is at most. Without one it is seconds, at most.
    """

    area: str
    case: str
    peer: str
    bound: float
    is_least: bool
    by_wall: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a target; `value` is None where the case or the peer is not there."""

    target: Target
    value: float | None

    @property
    def is_met(self) -> bool | None:
        """Whether it was reached."""
        if self.value is None:
            return None
        if self.target.is_least:
            return self.value >= self.target.bound
        return self.value <= self.target.bound


def at_least(area: str, case: str, bound: float, peer: str, *, by_wall: bool = False) -> Target:
    """A case is so many times as fast as its peer, or faster."""
    return Target(area=area, case=case, peer=peer, bound=bound, is_least=True, by_wall=by_wall)


def at_most(area: str, case: str, bound: float, peer: str = "", *, by_wall: bool = False) -> Target:
    """A case costs so many times what its peer does, or less; without one, so many seconds."""
    return Target(area=area, case=case, peer=peer, bound=bound, is_least=False, by_wall=by_wall)


def results_of(targets: Sequence[Target], turns: Turns) -> tuple[Result, ...]:
    """Return what came of each target."""
    return tuple(Result(target=one, value=_value(one, turns)) for one in targets)


def _value(target: Target, turns: Turns) -> float | None:
    if not turns.get(target.case) or (target.peer and not turns.get(target.peer)):
        return None
    costs, others = (
        [turn.wall if target.by_wall else turn.cpu for turn in turns[name]]
        for name in (target.case, target.peer or target.case)
    )
    if not target.peer:
        return median(costs)
    ratios = [other / cost for cost, other in zip(costs, others, strict=True)]
    return median(ratios) if target.is_least else median(1 / ratio for ratio in ratios)


def table_of(results: Sequence[Result]) -> str:
    """Return the results as a table of Markdown."""
    lines = [f"| {_row(one)} |" for one in results]
    return "\n".join(("| area | target | figure | met |", "|---|---|---:|---|", *lines))


def _row(result: Result) -> str:
    one, value = result.target, result.value
    clock = " by the wall clock" if one.by_wall else ""
    if not one.peer:
        asked = f"{one.case}: at most {_seconds(one.bound)}{clock}"
    elif one.is_least:
        asked = f"{one.case} at least {one.bound:g} × as fast as {one.peer}{clock}"
    else:
        asked = f"{one.case} at most {one.bound:g} × {one.peer}{clock}"
    met = {True: "yes", False: "no", None: "–"}[result.is_met]
    return f"{one.area} | {asked} | {_figure(one, value)} | {met}"


def _figure(target: Target, value: float | None) -> str:
    if value is None:
        return "not there"
    if not target.peer:
        return _seconds(value)
    return f"{value:,.0f} ×" if value >= 100 else f"{value:.2f} ×"


def _seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.3g} ms" if value >= 1 / 1000 else f"{value * MICROSECONDS:.2g} µs"
