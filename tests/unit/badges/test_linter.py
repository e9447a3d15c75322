"""What is found in a definition before anyone works toward it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import product
from string import Formatter

import pytest

from badges.conditions import (
    AnyOf,
    Condition,
    CriteriaAtLeast,
    CriterionAtLeast,
    EveryCriterionAtLeast,
    Holds,
    TotalAtLeast,
)
from badges.criteria import evaluate
from badges.definition import (
    AcceptedWarning,
    AchievementDefinition,
    Origin,
    check_publishable,
    parse_definition,
    publish,
    serialize_definition,
    with_choice,
)
from badges.errors import InvalidDefinitionError, NotPublishableError
from badges.findings import TEXTS, finding_text
from badges.form_linter import FormCode
from badges.library import list_shipped, load_shipped
from badges.linter import DefinitionCode, lint
from badges.prerequisites import PrerequisiteCode
from badges.proofs import MAXIMUM_STEPS, prove
from rubrics.criterion import Criterion, EvidenceRule, RaterRole
from rubrics.findings import Finding, Severity, error, notice, warning
from rubrics.form import Coverage, WordPool
from rubrics.linter import RubricCode
from rubrics.model import Aggregation, LevelSource, Licence
from rubrics.scales import Level, NumericScale, ScaleKind
from rubrics.scoring import score
from tests.factories import (
    a_criterion,
    a_definition,
    a_placeholder,
    a_prompt,
    a_rating,
    a_rubric,
    a_scored_task,
    a_task_rubric,
    an_artefact_requirement,
    some_conditions,
)

SEED_NOTICES = (
    notice(DefinitionCode.CONDITION_IMPLIED, "conditions/0", by=("conditions/1",)),
    notice(
        DefinitionCode.PASS_LOOKS_LIKE_A_FAIL,
        "conditions",
        points=Decimal(12),
        maximum=Decimal(20),
        percent=Decimal(60),
    ),
)
"""What is true of four criteria of 5, 3 and 1 with 12 points and everything at 3."""
A_LICENCE = Licence(title="CC BY 4.0", url="https://example.org/licences/cc-by")


def a_quiet_definition(**changes: object) -> AchievementDefinition:
    """A definition in which nothing is found: the form asks for artefacts only."""
    values: dict[str, object] = {
        "prompts": (),
        "conditions": (EveryCriterionAtLeast(level_id="p5"),),
    }
    return a_definition(**values | changes)


def found(*conditions: Condition) -> list[tuple[str, str]]:
    """Code and place of what is found in these conditions on four criteria of 5, 3 and 1."""
    definition = a_quiet_definition(conditions=conditions)
    return [(one.code, one.place) for one in lint(definition)]


def test_a_sound_definition_gives_no_findings() -> None:
    """Nothing is made up."""
    assert lint(a_quiet_definition()) == ()


def test_nothing_is_said_of_a_placeholder() -> None:
    """There is nothing yet that could be wrong."""
    assert lint(a_placeholder()) == ()


@pytest.mark.parametrize("program", list_shipped())
def test_shipped_definitions_have_neither_errors_nor_warnings(program: str) -> None:
    """Except for what a program has to choose itself."""
    achievements = load_shipped(program).achievements

    for achievement in achievements:
        serious = [
            one.code
            for one in lint(achievement, achievements)
            if one.severity is not Severity.NOTICE
        ]
        assert serious in ([], [RubricCode.LEVEL_SOURCE_UNDECIDED])


def test_the_transcribed_rule_is_read_as_its_81_combinations_say() -> None:
    """16 pass, all of them with 12 points or more; 34 have the points and do not pass."""
    rubric, conditions = a_rubric(), some_conditions()
    passing, with_points = [], 0
    for points in product((1, 3, 5), repeat=4):
        ratings = {id_: a_rating(one) for id_, one in zip("abcd", points, strict=True)}
        result = score(rubric, ratings)
        with_points += evaluate(conditions[:1], result).is_met
        if evaluate(conditions, result).is_met:
            passing.append(sum(points))

    assert (len(passing), with_points, min(passing)) == (16, 50, 12)
    assert lint(a_quiet_definition(conditions=conditions)) == SEED_NOTICES


def test_t6_tasks_on_the_level_scale_are_an_error() -> None:
    """7 and 9 are out of reach, and twice Meets makes Developing."""
    tasks = tuple(a_scored_task(f"task-{n}", minimum=1, maximum=5, step=2) for n in (1, 2))
    findings = lint(a_quiet_definition(rubric=a_task_rubric(*tasks)))

    errors = [one for one in findings if one.severity is Severity.ERROR]
    assert findings == tuple(errors)
    totals = {one.values["totals"] for one in errors if one.code is RubricCode.TOTAL_UNREACHABLE}
    assert totals == {(0, 1, 3, 5), (7,), (9,)}
    step = next(one for one in errors if one.code is RubricCode.STEPS_DISAGREE)
    assert finding_text(step) == (
        "Who gets the points of “3 points” in every task (3, 3) totals 6, and that makes "
        "“1 points”."
    )


def test_conditions_that_decide_nothing_are_named() -> None:
    """Always, never, and thresholds between two totals that can be reached."""
    top = EveryCriterionAtLeast(level_id="p5")

    assert found(top, TotalAtLeast(points=Decimal(4))) == [
        (DefinitionCode.CONDITION_ALWAYS_HOLDS, "conditions/1")
    ]
    assert found(top, TotalAtLeast(points=Decimal(21))) == [
        (DefinitionCode.PASS_IMPOSSIBLE, "conditions"),
        (DefinitionCode.CONDITION_NEVER_HOLDS, "conditions/1"),
    ]
    assert found(TotalAtLeast(points=Decimal(15))) == [
        (DefinitionCode.THRESHOLD_BETWEEN, "conditions/0")
    ]
    assert found(EveryCriterionAtLeast(level_id="p1"))[:2] == [
        (DefinitionCode.PASS_CERTAIN, "conditions"),
        (DefinitionCode.CONDITION_ALWAYS_HOLDS, "conditions/0"),
    ]


def test_a_dead_alternative_is_an_error_at_its_own_place() -> None:
    """Someone would work toward it in vain, though the badge can be earned."""
    dead = TotalAtLeast(points=Decimal(21))
    either = AnyOf(conditions=(EveryCriterionAtLeast(level_id="p5"), dead))

    assert found(either) == [(DefinitionCode.CONDITION_NEVER_HOLDS, "conditions/0/conditions/1")]


def test_the_next_threshold_is_named() -> None:
    """With even totals only, 11 asks for 12."""
    definition = a_quiet_definition(conditions=some_conditions(points=11))

    assert notice(DefinitionCode.THRESHOLD_BETWEEN, "conditions/0", next=Decimal(12)) in lint(
        definition
    )


def test_several_conditions_can_imply_one_together() -> None:
    """Three pairs of criteria at the top are all four; no pair alone is."""
    pairs = [
        AnyOf(conditions=(CriterionAtLeast(criterion_id=id_, level_id="p5"),)) for id_ in "abcd"
    ]
    every = EveryCriterionAtLeast(level_id="p5")

    implied = {one.place: one.by for one in prove(a_rubric(), [every, *pairs]).implied}

    assert implied["conditions/0"] == tuple(f"conditions/{number}" for number in range(1, 5))


def test_what_cannot_be_gone_through_is_left_alone() -> None:
    """Sums that all differ are more than can be counted: only the ends are looked at."""
    levels = 5
    criteria = [
        Criterion(
            id=f"c{number}",
            title=str(number),
            levels=tuple(
                Level(id=f"p{rank}", title=str(rank), points=Decimal(rank * levels**number))
                for rank in range(levels)
            ),
        )
        for number in range(10)
    ]
    rubric = a_rubric(*criteria)
    assert levels ** len(criteria) > MAXIMUM_STEPS
    half = TotalAtLeast(points=rubric.maximum_points / 2)

    proofs = prove(rubric, [half, TotalAtLeast(points=rubric.maximum_points + 1), half])

    assert proofs.never == ("conditions/1",)
    assert (proofs.implied, proofs.raised, proofs.least_points) == ((), {}, None)


def test_means_may_lie_between_all_numbers() -> None:
    """Where means are taken, no threshold is between two totals and none is implied."""
    numbers = NumericScale(minimum=Decimal(0), maximum=Decimal(10))
    criteria = (Criterion(id=i, title=i, scale=ScaleKind.NUMERIC, numbers=numbers) for i in "ab")
    conditions = (
        TotalAtLeast(points=Decimal("11.5")),
        TotalAtLeast(points=Decimal(12)),
        CriterionAtLeast(criterion_id="a", number=Decimal("6.5")),
    )
    rubric = a_rubric(*criteria)

    counted = prove(rubric, conditions)
    means = prove(replace(rubric, aggregation=Aggregation.MEAN), conditions)

    assert counted.raised == {"conditions/0": Decimal(12), "conditions/2": Decimal(7)}
    assert {one.place for one in counted.implied} == {"conditions/0", "conditions/1"}
    assert (means.raised, means.implied) == ({}, ())


def test_ratings_that_nothing_looks_at_are_noticed() -> None:
    """A criterion that decides nothing, and one that assessors do not rate."""
    own = replace(a_criterion("own"), raters=(RaterRole.SELF,))
    rubric = a_rubric(a_criterion("a"), a_criterion("b"), own)
    one = CriterionAtLeast(criterion_id="a", level_id="p5")
    by_self = CriterionAtLeast(criterion_id="own", level_id="p3", role=RaterRole.SELF)

    findings = lint(a_quiet_definition(rubric=rubric, conditions=(one,)))
    places = {finding.code: finding.place for finding in findings}

    assert places[DefinitionCode.CRITERION_UNUSED] == "rubric/criteria/b"
    assert places[DefinitionCode.RATING_UNUSED] == "rubric/criteria/own"
    codes = {one.code for one in lint(a_quiet_definition(rubric=rubric, conditions=(one, by_self)))}
    assert DefinitionCode.RATING_UNUSED not in codes


LICENCE_CASES: list[tuple[dict[str, object], tuple[Finding, ...]]] = [
    (
        {"licence": None},
        (warning(DefinitionCode.LICENCE_MISSING, "licence", origin="own"),),
    ),
    (
        {"licence": None, "origin": Origin.TRANSCRIBED},
        (error(DefinitionCode.LICENCE_MISSING, "licence", origin="transcribed"),),
    ),
    (
        {"licence": A_LICENCE, "attribution": " "},
        (error(DefinitionCode.ATTRIBUTION_MISSING, "attribution", licence="CC BY 4.0"),),
    ),
    ({"licence": A_LICENCE, "attribution": "By the program."}, ()),
    (
        {"licence": Licence(title="Own", url="https://example.org", allows_changes=False)},
        (),
    ),
    (
        {
            "licence": Licence(title="Own", url="https://example.org", allows_changes=False),
            "origin": Origin.ADAPTED,
        },
        (error(DefinitionCode.CHANGES_FORBIDDEN, "licence", licence="Own"),),
    ),
    (
        {"licence": Licence(title="Own", url="https://example.org", allows_redistribution=False)},
        (notice(DefinitionCode.TEXT_WITHHELD, "licence", licence="Own"),),
    ),
    (
        {"rubric": replace(a_rubric(), licence=A_LICENCE)},
        (error(DefinitionCode.ATTRIBUTION_MISSING, "rubric/attribution", licence="CC BY 4.0"),),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), LICENCE_CASES)
def test_licences_allow_what_is_done(
    changes: dict[str, object], expected: tuple[Finding, ...]
) -> None:
    """A text needs a licence, its licence needs to allow the use, and credit where it asks."""
    assert lint(a_quiet_definition(**changes)) == expected


def test_forms_are_looked_at() -> None:
    """Pools against the limits of their prompts, and prompts that belong nowhere."""
    prompts = (
        a_prompt("one", minimum_words=50, maximum_words=100),
        a_prompt("two", minimum_words=60, maximum_words=100, required=False),
        a_prompt("three", maximum_words=10, criterion_id="a"),
        a_prompt("four"),
    )
    pools = (
        WordPool(id="much", title="Much", prompt_ids=("one", "two"), minimum_words=201),
        WordPool(id="little", title="Little", prompt_ids=("one", "two"), maximum_words=49),
        WordPool(id="good", title="Good", prompt_ids=("one", "two"), maximum_words=50),
        WordPool(id="open", title="Open", prompt_ids=("one", "three"), minimum_words=110),
    )

    assert lint(a_quiet_definition(prompts=prompts, word_pools=pools)) == (
        error(FormCode.WORD_POOL_TOO_LARGE, "word_pools/much", minimum=201, most=200),
        error(FormCode.WORD_POOL_TOO_SMALL, "word_pools/little", maximum=49, least=50),
        notice(FormCode.PROMPT_UNUSED, "prompts/four", prompt="What happened?"),
    )


def test_references_need_something_to_point_to() -> None:
    """A rule for a criterion for which nothing is asked, and a coverage without any evidence."""
    whole = replace(a_criterion("a"), criteria=(a_criterion("detail"),))
    rule = EvidenceRule(minimum_per_criterion=1, needs_locator=False, needs_explanation=False)
    coverage = Coverage(id="all", title="All", criterion_id="a")
    changes = {"rubric": a_rubric(whole, a_criterion("b")), "artefact_requirements": ()}

    only_a = (a_prompt(criterion_id="a"),)
    assert lint(a_quiet_definition(**changes, evidence_rule=rule, prompts=only_a)) == (
        warning(
            FormCode.EVIDENCE_RULE_WITHOUT_EVIDENCE,
            "rubric/criteria/b",
            criterion="B",
            required=1,
        ),
    )
    assert lint(a_quiet_definition(**changes, coverages=(coverage,))) == (
        warning(FormCode.COVERAGE_WITHOUT_EVIDENCE, "coverages/all", required=1),
    )
    everywhere = (an_artefact_requirement(),)
    changes["artefact_requirements"] = everywhere
    assert lint(a_quiet_definition(**changes, evidence_rule=rule, coverages=(coverage,))) == ()


def test_a_coverage_asks_for_no_more_references_than_there_can_be() -> None:
    """Eleven in each of two places are 22 of the 20 that a family without details may have."""
    whole = replace(
        a_criterion("a"),
        criteria=(
            replace(a_criterion("small"), scale=ScaleKind.NONE, levels=()),
            replace(a_criterion("large"), criteria=(a_criterion("detail"),)),
        ),
    )
    prompts = tuple(a_prompt(id_) for id_ in ("one", "two"))
    coverage = Coverage(
        id="all",
        title="All",
        criterion_id="a",
        minimum_per_family=11,
        sources=("answer:one", "answer:two"),
    )

    def found_for(asked: Coverage) -> tuple[Finding, ...]:
        return lint(a_quiet_definition(rubric=a_rubric(whole), prompts=prompts, coverages=(asked,)))

    assert found_for(replace(coverage, minimum_per_family=10)) == ()
    assert found_for(coverage) == (
        error(
            FormCode.COVERAGE_OUT_OF_REACH,
            "coverages/all",
            criterion="Small",
            required=22,
            most=20,
        ),
    )


def a_stage(id_: str, *wanted: str, is_formative: bool = False) -> AchievementDefinition:
    """A definition that asks for everything at the top, and for other badges."""
    conditions: Sequence[Condition] = (
        EveryCriterionAtLeast(level_id="p5"),
        *(Holds(achievement=one) for one in wanted),
    )
    return a_quiet_definition(
        id=id_, conditions=() if is_formative else conditions, is_formative=is_formative
    )


def test_prerequisites_point_to_badges_that_can_be_earned() -> None:
    """Unknown, in a circle, behind a circle, or without an award."""
    program = (
        a_stage("first", "second"),
        a_stage("second", "first"),
        a_stage("third", "first"),
        a_stage("growth", is_formative=True),
        a_stage("free"),
    )
    place = "conditions/1"

    assert lint(program[0], program) == (
        error(
            PrerequisiteCode.PREREQUISITE_CYCLE,
            place,
            badge="second",
            chain=("first", "second", "first"),
        ),
    )
    for wanted, expected in [
        ("nowhere", (error(PrerequisiteCode.PREREQUISITE_UNKNOWN, place, badge="nowhere"),)),
        ("first", (error(PrerequisiteCode.PREREQUISITE_UNEARNABLE, place, badge="first"),)),
        ("growth", (error(PrerequisiteCode.PREREQUISITE_UNEARNABLE, place, badge="growth"),)),
        ("free", ()),
    ]:
        assert lint(a_stage("new", wanted), program) == expected
    assert lint(a_stage("new", "nowhere")) == ()


def test_a_circle_with_a_way_out_is_none() -> None:
    """Whoever has the points needs no second badge, and then earns that one too."""
    either = AnyOf(
        conditions=(Holds(achievement="second"), CriteriaAtLeast(count=4, level_id="p5"))
    )
    first = a_quiet_definition(id="first", conditions=(either,))

    codes = {one.code for one in lint(first, (first, a_stage("second", "first")))}

    assert codes.isdisjoint(PrerequisiteCode)


def test_warnings_need_a_reason_and_errors_stop_anyway() -> None:
    """The reason stands in the published definition, by code and place."""
    definition = a_quiet_definition(licence=None)
    accepted = AcceptedWarning(
        code="licence_missing", place="licence", reason="Not decided before the pilot is over."
    )

    with pytest.raises(NotPublishableError) as caught:
        publish(definition)
    assert [one.code for one in caught.value.findings] == [DefinitionCode.LICENCE_MISSING]
    published = publish(replace(definition, accepted_warnings=(accepted,)))
    assert parse_definition(serialize_definition(published)).accepted_warnings == (accepted,)
    with pytest.raises(NotPublishableError):
        publish(replace(definition, accepted_warnings=(replace(accepted, place="rubric"),)))
    with pytest.raises(NotPublishableError):
        check_publishable(replace(definition, origin=Origin.ADAPTED, accepted_warnings=(accepted,)))
    with pytest.raises(InvalidDefinitionError, match="reason"):
        replace(accepted, reason=" ")


def test_publishing_looks_at_the_whole_program_if_it_is_given() -> None:
    """A prerequisite that nobody can earn stops the definition that asks for it."""
    definition = a_stage("new", "nowhere")

    check_publishable(definition)
    with pytest.raises(NotPublishableError):
        check_publishable(definition, [a_stage("other")])


def test_the_transcribed_badge_is_published_with_either_choice() -> None:
    """What the source says has notices, and no warnings."""
    badge = load_shipped("atpa-academic-coaching").achievements[1]

    for definition in (
        with_choice(badge, LevelSource.ASSESSOR),
        with_choice(badge, LevelSource.TASKS, badge.suggested_tasks),
    ):
        publish(definition)
        assert lint(definition) == SEED_NOTICES


@pytest.mark.parametrize(
    "code",
    [one for codes in (RubricCode, DefinitionCode, FormCode, PrerequisiteCode) for one in codes],
)
def test_every_code_has_a_text(code: StrEnum) -> None:
    """It is a sentence, and its values have names that findings give."""
    names = {name for _, name, _, _ in Formatter().parse(TEXTS[code]) if name}
    finding = Finding(
        code=code,
        severity=Severity.NOTICE,
        place="conditions/0",
        values=dict.fromkeys(names, (Decimal("6.50"), "x", 3)),
    )

    text = finding_text(finding)

    assert text.endswith(".")
    assert ("6.5, x, 3" in text) is bool(names)
