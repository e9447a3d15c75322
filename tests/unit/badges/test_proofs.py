"""What is proved about conditions is what going through all outcomes shows.

The oracle knows nothing of sums: it makes every combination of ratings and facts and
evaluates the conditions on it, as an award does.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

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
    placed,
)
from badges.criteria import ConditionOutcome, ConditionState, Facts, evaluate
from badges.proofs import Implied, Proofs, prove
from rubrics.criterion import Criterion, RaterRole
from rubrics.model import Administration, Rubric
from rubrics.scales import Level, NumericScale, ScaleKind
from rubrics.scoring import CriterionRating, RubricResult, score
from tests.factories import a_rubric

SELF = Administration(role=RaterRole.SELF)
BOTH = (RaterRole.ASSESSOR, RaterRole.SELF)
Truth = dict[str, bool]


def some_levels(*points: int | None) -> tuple[Level, ...]:
    """Levels low, mid, top, as many as there are points."""
    return tuple(
        Level(id=id_, title=id_, points=None if one is None else Decimal(one))
        for id_, one in zip(("low", "mid", "top"), points, strict=False)
    )


CRITERIA = st.sampled_from(
    [
        {"levels": some_levels(1, 3, 5)},
        {"levels": some_levels(0, 2)},
        {"levels": some_levels(1, 2, 9)},
        {"levels": some_levels(None, None, None)},
        {"levels": some_levels(None, None), "scale": ScaleKind.PASS_FAIL},
    ]
)
A_NUMBER = {
    "scale": ScaleKind.NUMERIC,
    "numbers": NumericScale(minimum=Decimal(-1), maximum=Decimal(5), step=Decimal(2)),
}


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """Two or three criteria of any scale, the last below the first, the second self-rated too."""
    count = draw(st.integers(2, 3))
    parts = [draw(CRITERIA) for _ in range(count)]
    if draw(st.booleans()):
        parts[-1] = A_NUMBER
    ids = "abc"[:count]
    made = [
        Criterion(id=id_, title=id_, raters=BOTH if id_ == "b" else (), **part)  # type: ignore[arg-type]  # keywords
        for id_, part in zip(ids, parts, strict=True)
    ]
    whole = Criterion(id="whole", title="Whole", scale=ScaleKind.NONE, criteria=tuple(made[1:]))
    return a_rubric(made[0], whole)


def simple_conditions(rubric: Rubric) -> st.SearchStrategy[Condition]:
    """Any condition that combines no others and fits the rubric."""
    rated = rubric.rated_criteria
    within = st.sampled_from([None, "whole"])
    totals = st.builds(TotalAtLeast, points=st.integers(-1, 16).map(Decimal), within=within)
    one = [
        CriterionAtLeast(criterion_id=criterion.id, level_id=level.id)
        for criterion in rated
        for level in criterion.levels
    ]
    numbers = [
        CriterionAtLeast(criterion_id=criterion.id, number=Decimal(number))
        for criterion in rated
        if criterion.has_points
        for number in (-2, 0, 2, 3, 10)
    ]
    by_self = [
        CriterionAtLeast(criterion_id="b", level_id=level.id, role=RaterRole.SELF)
        for level in rubric.criterion("b").levels
    ]
    facts: list[Condition] = [
        Rated(role=RaterRole.SELF),
        CountAtLeast(of="log", count=1),
        CountAtLeast(of="log", count=2),
        HoursAtLeast(of="log", hours=Decimal("1.5")),
        Covered(coverage_id="all"),
        Holds(achievement="other"),
    ]
    several: list[Condition] = []
    for place in (None, "whole"):
        criteria = rubric.rated_within(place)
        for level_id in ("low", "mid", "top"):
            if all(criterion.has_level(level_id) for criterion in criteria):
                several.append(EveryCriterionAtLeast(level_id=level_id, within=place))
                several.extend(
                    CriteriaAtLeast(count=count, level_id=level_id, within=place)
                    for count in range(1, len(criteria) + 1)
                )
    return st.one_of(totals, st.sampled_from([*one, *numbers, *by_self, *facts, *several]))


def rules(rubric: Rubric) -> st.SearchStrategy[list[Condition]]:
    """Up to four conditions, some of which combine others."""
    simple = simple_conditions(rubric)

    def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            st.builds(AllOf, conditions=some),
            st.builds(AnyOf, conditions=some),
            some.map(lambda these: SomeOf(count=len(these) // 2 + 1, conditions=these)),
        )

    return st.lists(st.recursive(simple, combined, max_leaves=4), min_size=1, max_size=4)


def ratings_of(criterion: Criterion) -> list[CriterionRating]:
    """Every rating that a criterion can have."""
    if criterion.numbers is not None:
        numbers = range(int(criterion.numbers.minimum), int(criterion.numbers.maximum) + 1, 2)
        return [CriterionRating(number=Decimal(number)) for number in numbers]
    return [CriterionRating(level_id=level.id) for level in criterion.levels]


def all_facts(rubric: Rubric, conditions: Sequence[Condition]) -> Iterator[Facts]:
    """Every state of the facts, of those that the conditions look at."""
    kinds = {type(condition) for _, condition in placed(conditions)}
    own = [None, *ratings_of(rubric.criterion("b"))]
    is_round = any(
        isinstance(one, Rated) or (isinstance(one, CriterionAtLeast) and one.administration)
        for _, one in placed(conditions)
    )
    for rating, count, minutes, uncovered, held in product(
        own if is_round else [None],
        [0, 1, 2] if CountAtLeast in kinds else [0],
        [None, 89, 90] if HoursAtLeast in kinds else [None],
        [None, (), ("a",)] if Covered in kinds else [None],
        [frozenset[str](), frozenset({"other"})] if Holds in kinds else [frozenset[str]()],
    ):
        yield Facts(
            rounds={SELF: score(rubric, {"b": rating}, SELF)} if rating else {},
            counts={"log": count},
            minutes={} if minutes is None else {"log": minutes},
            uncovered={} if uncovered is None else {"all": uncovered},
            held=held,
        )


def all_results(rubric: Rubric) -> Iterator[RubricResult]:
    """The result of every combination of ratings."""
    rated = rubric.rated_criteria
    for ratings in product(*map(ratings_of, rated)):
        yield score(rubric, {one.id: rating for one, rating in zip(rated, ratings, strict=True)})


def truths(outcomes: Sequence[ConditionOutcome], place: str = "conditions") -> Truth:
    """Whether the condition at each place holds."""
    found: Truth = {}
    for position, outcome in enumerate(outcomes):
        here = f"{place}/{position}"
        found[here] = outcome.state is ConditionState.MET
        found |= truths(outcome.parts, f"{here}/conditions")
    return found


def enumerated(
    rubric: Rubric, conditions: Sequence[Condition]
) -> list[tuple[Truth, Decimal, bool]]:
    """For every outcome: which conditions hold, the points, and whether it passes."""
    found = []
    every = list(all_facts(rubric, conditions))
    for result in all_results(rubric):
        for facts in every:
            outcome = evaluate(conditions, result, facts)
            points = result.points_so_far or Decimal(0)
            found.append((truths(outcome.conditions), points, outcome.is_met))
    return found


def siblings(conditions: Sequence[Condition], place: str = "conditions") -> Iterator[list[str]]:
    """The places of the conditions that stand side by side, of every such row."""
    yield [f"{place}/{position}" for position in range(len(conditions))]
    for position, one in enumerate(conditions):
        if isinstance(one, Combination):
            yield from siblings(one.conditions, f"{place}/{position}/conditions")


def implied_by_one(
    conditions: Sequence[Condition], outcomes: Sequence[Truth], proofs: Proofs
) -> set[Implied]:
    """Every implication between two that stand side by side and are decided by something."""
    decided = {*proofs.always, *proofs.never}
    return {
        Implied(place=place, by=(other,))
        for row in siblings(conditions)
        for place in row
        for other in row
        if place != other
        and not {place, other} & decided
        and all(truth[place] for truth in outcomes if truth[other])
    }


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_all_outcomes_show_the_same(data: st.DataObject) -> None:
    """Always, never, implied, impossible and the fewest points: no difference."""
    rubric = data.draw(rubrics())
    conditions = data.draw(rules(rubric))
    proofs = prove(rubric, conditions)
    found = enumerated(rubric, conditions)
    outcomes = [truth for truth, _, _ in found]
    places = list(outcomes[0])

    assert proofs.always == tuple(p for p in places if all(truth[p] for truth in outcomes))
    assert proofs.never == tuple(p for p in places if not any(truth[p] for truth in outcomes))
    passes = [points for _, points, is_met in found if is_met]
    assert proofs.least_points == min(passes, default=None)
    top = {f"conditions/{position}" for position in range(len(conditions))}
    assert bool(passes) is top.isdisjoint(proofs.never)
    singles = {one for one in proofs.implied if len(one.by) == 1}
    assert singles == implied_by_one(conditions, outcomes, proofs)
    for one in set(proofs.implied) - singles:
        together = [truth[one.place] for truth in outcomes if all(truth[p] for p in one.by)]
        assert together
        assert all(together)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_several_imply_together_is_found(data: st.DataObject) -> None:
    """Where none implies a condition by itself, all others together may."""
    rubric = data.draw(rubrics())
    drawn = data.draw(rules(rubric))
    first = prove(rubric, drawn)
    decided = {*first.always, *first.never}
    conditions = [one for n, one in enumerate(drawn) if f"conditions/{n}" not in decided]
    outcomes = [truth for truth, _, _ in enumerated(rubric, conditions)]
    top = [f"conditions/{position}" for position in range(len(conditions))]
    implied = {one.place for one in prove(rubric, conditions).implied}

    for place in top:
        others = [p for p in top if p != place]
        rest = [truth[place] for truth in outcomes if all(truth[p] for p in others)]
        assert (place in implied) is (bool(others) and all(rest))


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_raised_threshold_asks_the_same(data: st.DataObject) -> None:
    """The next total that is reached makes the same rule, and is named where it is another."""
    rubric = data.draw(rubrics())
    points = data.draw(st.integers(-1, 16).map(Decimal))
    totals = {result.points_so_far or Decimal(0) for result in all_results(rubric)}
    reaching = {total for total in totals if total >= points}

    proofs = prove(rubric, [TotalAtLeast(points=points)])

    is_raised = points not in totals and set() < reaching < totals
    assert proofs.raised == ({"conditions/0": min(reaching)} if is_raised else {})
