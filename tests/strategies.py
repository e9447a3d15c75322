"""Hypothesis strategies: rubrics, definitions and ratings of every kind that is allowed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import TypeVar

from hypothesis import strategies as st

from badges.conditions import (
    AllOf,
    AnyOf,
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
from badges.definition import AchievementDefinition, DefinitionState, Origin
from rubrics.criterion import Criterion, EvidenceRule, RaterRole
from rubrics.form import (
    ANSWER_PREFIX,
    ArtefactKind,
    ArtefactRequirement,
    Attestation,
    Coverage,
    Log,
    Prompt,
    WordPool,
)
from rubrics.model import Aggregation, LevelSource, Licence, Phase, Rubric, ScoredTask
from rubrics.scales import TWO_LEVEL_SCALES, Band, Level, NumericScale, ScaleKind
from rubrics.scoring import CriterionRating, Override

T = TypeVar("T")

TITLES = st.sampled_from(["Clarity", "½ ≤ ¾", "明るい 🧭", "אדה", 'a "b" \\ <c>', "É" * 300])
"""One line, as people write it anywhere."""
TEXTS = st.sampled_from(["", "One line.", "Two\n• lines, \u200e and more", "x" * 5000])
QUARTERS = st.integers(0, 200).map(lambda number: Decimal(number) / 4)
RULES = st.builds(
    EvidenceRule,
    minimum_per_criterion=st.integers(0, 3),
    needs_locator=st.booleans(),
    needs_explanation=st.booleans(),
)
LICENCES = st.builds(
    Licence,
    title=TITLES,
    url=st.just("https://example.org/terms"),
    allows_changes=st.booleans(),
    allows_commercial_use=st.booleans(),
    allows_redistribution=st.booleans(),
)


def some(values: Sequence[T], *, least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """Some of `values`, each at most once, in any order."""
    if not values:
        return st.just(())
    return st.lists(
        st.sampled_from(values), min_size=least, max_size=min(most, len(values)), unique=True
    ).map(tuple)


@st.composite
def levels(draw: st.DrawFn, scale: ScaleKind) -> tuple[Level, ...]:
    """Levels that go with a scale: with points where it may have some, lowest never cumulative."""
    size = 2 if scale in TWO_LEVEL_SCALES else draw(st.integers(2, 4))
    points: list[Decimal | None] = [None] * size
    if scale is ScaleKind.ORDINAL and draw(st.booleans()):
        points = list(draw(st.lists(QUARTERS, min_size=size, max_size=size, unique=True)))
    known = [one for one in points if one is not None]
    lowest = points.index(min(known)) if known else 0
    return tuple(
        Level(
            # Alike on every criterion, so that a condition can ask for a level of several.
            id=f"l{number}",
            title=draw(TITLES),
            points=one,
            descriptor=draw(TEXTS),
            band=draw(st.none() | st.just(Band(minimum=number, maximum=number + 2)))
            if scale is ScaleKind.ORDINAL
            else None,
            cumulative=number != lowest and draw(st.booleans()),
            aliases=draw(st.lists(TITLES, max_size=2).map(tuple)),
        )
        for number, one in enumerate(points)
    )


@st.composite
def numeric_scales(draw: st.DrawFn) -> NumericScale:
    """Numbers from below zero or above, in whole steps or quarters."""
    minimum = draw(QUARTERS) - 10
    step = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.25")]))
    return NumericScale(
        minimum=minimum,
        maximum=minimum + step * draw(st.integers(1, 20)),
        step=step,
        unit=draw(st.just("") | TITLES),
    )


@st.composite
def trees(
    draw: st.DrawFn, numbers: Iterator[int], phases: Sequence[str], depth: int = 1
) -> tuple[Criterion, ...]:
    """Criteria side by side, each with a tree of its own below it; their ids are numbered."""
    criteria = []
    for _ in range(draw(st.integers(1, 3))):
        scale = draw(st.sampled_from(ScaleKind))
        has_levels = scale not in {ScaleKind.NONE, ScaleKind.NUMERIC}
        has_more = depth < 3 and draw(st.booleans())
        criteria.append(
            Criterion(
                id=f"c{next(numbers)}",
                title=draw(TITLES),
                definition=draw(TEXTS),
                scale=scale,
                levels=draw(levels(scale)) if has_levels else (),
                numbers=draw(numeric_scales()) if scale is ScaleKind.NUMERIC else None,
                criteria=draw(trees(numbers, phases, depth + 1)) if has_more else (),
                raters=draw(some(list(RaterRole), most=2)),
                phases=draw(some(phases, most=2)),
                evidence_rule=draw(st.none() | RULES),
                needs_signature=draw(st.booleans()),
            )
        )
    return tuple(criteria)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """A rubric of a few criteria of any kinds; levels may arise from tasks."""
    phases = tuple(
        Phase(id=f"phase-{number}", title=draw(TITLES)) for number in range(draw(st.integers(0, 3)))
    )
    source = draw(st.sampled_from(LevelSource))
    tasks = draw(st.integers(1, 3)) if source is LevelSource.TASKS else 0
    return Rubric(
        id="a-rubric",
        title=draw(TITLES),
        criteria=draw(trees(count(1), [one.id for one in phases])),
        level_source=source,
        tasks=tuple(
            ScoredTask(
                id=f"task-{number}",
                title=draw(TITLES),
                minimum=draw(st.integers(0, 1)),
                maximum=5,
                weight=draw(st.integers(1, 2)),
                required=draw(st.booleans()),
            )
            for number in range(tasks)
        ),
        phases=phases,
        aggregation=draw(st.sampled_from(Aggregation)),
        licence=draw(st.none() | LICENCES),
        attribution=draw(TEXTS),
    )


def combined(leaf: st.SearchStrategy[Condition]) -> st.SearchStrategy[tuple[Condition, ...]]:
    """Conditions made of `leaf`, by themselves or combined, and combined again."""
    tree = st.recursive(
        leaf,
        lambda below: st.lists(below, min_size=1, max_size=3).flatmap(_combinations),
        max_leaves=4,
    )
    return st.lists(tree, max_size=3).map(tuple)


def conditions(parts: AchievementDefinition) -> st.SearchStrategy[tuple[Condition, ...]]:
    """Conditions on what a definition has."""
    return combined(_leaves(parts))


def sums(rubric: Rubric) -> st.SearchStrategy[tuple[Condition, ...]]:
    """Conditions on sums of points alone."""
    places = [one.id for one in rubric.all_criteria if rubric.rated_within(one.id)]
    return combined(
        st.builds(TotalAtLeast, points=QUARTERS, within=st.none() | st.sampled_from(places))
    )


def _combinations(below: list[Condition]) -> st.SearchStrategy[Condition]:
    every = tuple(below)
    return st.one_of(
        st.just(AllOf(conditions=every)),
        st.just(AnyOf(conditions=every)),
        st.integers(1, len(every)).map(lambda number: SomeOf(count=number, conditions=every)),
    )


def _leaves(parts: AchievementDefinition) -> st.SearchStrategy[Condition]:
    """Return conditions that combine nothing, each on something that is there."""
    rubric = parts.get_rubric()
    logs = [one.id for one in parts.logs]
    counted = [*(one.id for one in parts.artefact_requirements), *logs]
    coverages = [one.id for one in parts.coverages]
    possible: list[st.SearchStrategy[Condition]] = [
        st.just(Holds(achievement="another-badge")),
        *(st.just(Rated(role=one.role, phase=one.phase)) for one in rubric.administrations),
        *(st.builds(CountAtLeast, of=st.just(id_), count=st.integers(1, 9)) for id_ in counted),
        *(st.builds(HoursAtLeast, of=st.just(id_), hours=QUARTERS) for id_ in logs),
        *(st.builds(Covered, coverage_id=st.just(id_)) for id_ in coverages),
        *map(_of_one, rubric.rated_criteria),
    ]
    for place in (None, *(one.id for one in rubric.all_criteria)):
        rated = rubric.rated_within(place)
        if not rated:
            continue
        within = st.just(place)
        possible.append(st.builds(TotalAtLeast, points=QUARTERS, within=within))
        shared = set.intersection(*({level.id for level in one.levels} for one in rated))
        if shared:
            level = st.sampled_from(sorted(shared))
            number = st.integers(1, len(rated))
            possible.append(st.builds(EveryCriterionAtLeast, level_id=level, within=within))
            possible.append(st.builds(CriteriaAtLeast, count=number, level_id=level, within=within))
    return st.one_of(possible)


def _of_one(criterion: Criterion) -> st.SearchStrategy[Condition]:
    by_level = st.just(CriterionAtLeast(criterion_id=criterion.id, level_id="l1"))
    if not criterion.has_points:
        return by_level
    by_number = st.builds(CriterionAtLeast, criterion_id=st.just(criterion.id), number=QUARTERS)
    return by_number if criterion.numbers else by_level | by_number


@st.composite
def definitions(draw: st.DrawFn) -> AchievementDefinition:
    """A draft with a random rubric, form and conditions; all that it names is there."""
    rubric = draw(rubrics())
    places = st.none() | st.sampled_from([one.id for one in rubric.all_criteria])
    prompts = tuple(
        Prompt(
            id=f"prompt-{number}",
            title=draw(TITLES),
            help=draw(TEXTS),
            minimum_words=draw(st.none() | st.integers(1, 50)),
            maximum_words=draw(st.none() | st.integers(50, 99)),
            required=draw(st.booleans()),
            criterion_id=draw(places),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    requirements = tuple(
        ArtefactRequirement(
            id=f"artefact-{number}",
            title=draw(TITLES),
            kinds=draw(some(list(ArtefactKind), least=1)),
            minimum_count=draw(st.integers(0, 2)),
            media_types=draw(some(["video/mp4", "application/pdf"])),
            maximum_bytes=draw(st.none() | st.integers(1, 10**9)),
            minimum_seconds=draw(st.none() | st.integers(1, 600)),
            maximum_seconds=draw(st.none() | st.integers(600, 900)),
            tolerance_seconds=draw(st.integers(0, 5)),
            attestations=draw(
                some([Attestation(id="seen", text="Seen."), Attestation(id="heard", text="Heard.")])
            ),
            criterion_id=draw(places),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    families = [one.id for one in rubric.all_criteria if one.criteria]
    prompt_ids = [one.id for one in prompts]
    sources = [*(one.id for one in requirements), *(ANSWER_PREFIX + one for one in prompt_ids)]
    parts = AchievementDefinition(
        id="a-badge",
        title=draw(TITLES),
        program="a-program",
        position=draw(st.integers(1, 4)),
        total_in_stack=draw(st.none() | st.integers(4, 6)),
        state=draw(st.sampled_from([DefinitionState.DRAFT, DefinitionState.PUBLISHED])),
        origin=draw(st.sampled_from(Origin)),
        description=draw(TITLES),
        criteria_narrative=draw(TEXTS),
        tags=draw(st.lists(TITLES, max_size=2).map(tuple)),
        licence=draw(st.none() | LICENCES),
        rubric=rubric,
        prompts=prompts,
        artefact_requirements=requirements,
        word_pools=tuple(
            WordPool(id="pool", title=draw(TITLES), prompt_ids=ids, minimum_words=100)
            for ids in draw(st.lists(some(prompt_ids, least=1), max_size=1))
            if ids
        ),
        evidence_rule=draw(RULES),
        coverages=tuple(
            Coverage(
                id="coverage",
                title=draw(TITLES),
                criterion_id=one,
                minimum_per_family=draw(st.integers(1, 3)),
                sources=draw(some(sources)),
            )
            for one in draw(some(families, most=1))
        ),
        logs=tuple(
            Log(
                id=f"log-{number}",
                title=draw(TITLES),
                minimum_entries=draw(st.integers(0, 9)),
                minimum_minutes=draw(st.integers(0, 90)),
                asks_person=draw(st.booleans()),
                criterion_id=draw(places),
            )
            for number in range(draw(st.integers(0, 2)))
        ),
    )
    if draw(st.booleans()):
        return replace(parts, is_formative=True)
    if draw(st.booleans()):
        parts = replace(parts, credit_hours=Decimal("1.5"))
    return replace(parts, conditions=draw(conditions(parts)))


@st.composite
def ratings(draw: st.DrawFn, rubric: Rubric, *, whole: bool = False) -> dict[str, CriterionRating]:
    """What assessors give, some of it or, where `whole`, all; as far as tasks have bands."""
    given = {}
    for criterion in rubric.rated_criteria:
        if not (whole or draw(st.booleans())):
            continue
        is_signed = whole or draw(st.booleans())
        if criterion.numbers is not None:
            numbers = criterion.numbers
            steps = int((numbers.maximum - numbers.minimum) / numbers.step)
            number = numbers.minimum + numbers.step * draw(st.integers(0, steps))
            given[criterion.id] = CriterionRating(number=number, is_signed=is_signed)
            continue
        level_id = draw(st.sampled_from([level.id for level in criterion.levels]))
        if rubric.is_derived(criterion):
            points = {
                task.id: draw(st.sampled_from(task.allowed_points))
                for task in rubric.tasks
                if whole or draw(st.booleans())
            }
            override = Override(level_id=level_id, reason="Seen live.") if whole else None
            given[criterion.id] = CriterionRating(task_points=points, override=override)
        else:
            given[criterion.id] = CriterionRating(level_id=level_id, is_signed=is_signed)
    return given
