"""The acceptance vectors, on the definitions that come with the product."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from badges.asking import asked_of
from badges.conditions import Condition, CountAtLeast, Covered, HoursAtLeast, Rated
from badges.criteria import ConditionState, CriteriaOutcome, Facts, evaluate
from badges.definition import (
    AchievementDefinition,
    check_publishable,
    parse_definition,
    publish,
    serialize_definition,
    with_choice,
)
from badges.errors import NotPublishableError
from badges.library import load_shipped
from badges.pathway import (
    ComponentState,
    OnRevoked,
    Pathway,
    PathwayState,
    Standing,
    evaluate_pathway,
)
from lti_tool.services.decisions import Judgement, kept_criteria
from rubrics.comparison import compare
from rubrics.criterion import Criterion, RaterRole
from rubrics.errors import InvalidTaskPointsError, OverrideReasonError, TaskPointsFault
from rubrics.exchange import read_canvas
from rubrics.form import ArtefactKind
from rubrics.linter import RubricCode
from rubrics.model import Administration, LevelSource
from rubrics.requirements import Missing, MissingKind, preflight, uncovered_families
from rubrics.scales import ScaleKind
from rubrics.scoring import Basis, CriterionRating, Override, RubricResult, parse_task_points, score
from rubrics.submission import (
    AnswerFacts,
    ArtefactFacts,
    EvidenceReferenceFacts,
    People,
    SubmissionFacts,
    word_count,
)

YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def atpa() -> AchievementDefinition:
    """The transcribed badge, before its program has chosen how levels arise."""
    return load_shipped("atpa-academic-coaching").achievements[1]


def rated_by_assessor() -> AchievementDefinition:
    """The transcribed badge, with levels that the assessor chooses."""
    return with_choice(atpa(), LevelSource.ASSESSOR)


def derived_from_tasks() -> AchievementDefinition:
    """The transcribed badge, with levels from its two suggested tasks of 0 to 5."""
    return with_choice(atpa(), LevelSource.TASKS, atpa().suggested_tasks)


def template(id_: str) -> AchievementDefinition:
    """One of the shipped templates."""
    return next(one for one in load_shipped("templates").achievements if one.id == id_)


LEVEL_OF = {5: "exceeds", 3: "meets", 1: "developing"}


def of_levels(definition: AchievementDefinition, *points: int) -> RubricResult:
    """What the four competencies amount to at these levels."""
    rubric = definition.get_rubric()
    levels = (CriterionRating(level_id=LEVEL_OF[one]) for one in points)
    return score(rubric, dict(zip((one.id for one in rubric.criteria), levels, strict=True)))


def of_tasks(definition: AchievementDefinition, *tasks: Mapping[str, int]) -> RubricResult:
    """What the four competencies amount to with these points for tasks."""
    rubric = definition.get_rubric()
    ratings = (CriterionRating(task_points=one) for one in tasks)
    return score(rubric, dict(zip((one.id for one in rubric.criteria), ratings, strict=True)))


def at(criteria: Iterable[Criterion], **levels: str) -> dict[str, CriterionRating]:
    """The highest level for all criteria, another one for those named; all of them signed."""
    named = {id_.replace("_", "-"): level for id_, level in levels.items()}
    top = {one.id: one.ascending_levels[-1].id for one in criteria}
    return {
        id_: CriterionRating(level_id=level, is_signed=True) for id_, level in (top | named).items()
    }


def states(outcome: CriteriaOutcome) -> list[str]:
    """The states of the conditions, in order."""
    return [str(one.state) for one in outcome.conditions]


def kinds(missing: Iterable[Missing]) -> list[tuple[MissingKind, str]]:
    """What is missing of what."""
    return [(one.kind, one.subject_id) for one in missing]


# 000: four competencies at 5/3/1, by bands or by the assessor


def test_t1_three_everywhere_is_an_award() -> None:
    """3, 3, 3, 3 are 12 points."""
    definition = rated_by_assessor()
    result = of_levels(definition, 3, 3, 3, 3)

    assert result.points == 12
    assert evaluate(definition.conditions, result).is_met


@pytest.mark.parametrize(
    ("points", "total", "failing"),
    [((5, 5, 1, 1), 12, 2), ((5, 3, 3, 1), 12, 1), ((5, 5, 5, 1), 16, 1)],
)
def test_t2_points_do_not_make_up_for_a_low_level(
    points: tuple[int, ...], total: int, failing: int
) -> None:
    """Enough points, no award, and the trace names who fails."""
    definition = rated_by_assessor()
    result = of_levels(definition, *points)
    outcome = evaluate(definition.conditions, result)

    assert result.points == total
    assert not outcome.is_met
    assert states(outcome) == ["met", "unmet"]
    ids = tuple(one.id for one in definition.get_rubric().criteria)
    assert outcome.conditions[1].failing == ids[-failing:]


def test_t3_bands_make_the_levels() -> None:
    """Totals of 6, 7, 8 and 9 are the levels 1, 3, 3 and 5."""
    tasks = [{"task-1": total - 4, "task-2": 4} for total in (6, 7, 8, 9)]

    assert [one.points for one in of_tasks(derived_from_tasks(), *tasks).criteria] == [1, 3, 3, 5]


@pytest.mark.parametrize("points", ["2.5", Decimal("2.5"), 2.5], ids=["text", "decimal", "float"])
def test_t4_half_points_are_refused_with_a_reason(points: object) -> None:
    """A total of 6.5 never comes about: whole points only, and nothing is rounded."""
    task = derived_from_tasks().get_rubric().tasks[0]

    with pytest.raises(InvalidTaskPointsError) as caught:
        parse_task_points(task, points)
    assert caught.value.fault is TaskPointsFault.NOT_WHOLE
    rating = {"task-1": Decimal("2.5"), "task-2": Decimal(4)}
    with pytest.raises(InvalidTaskPointsError):
        score(
            derived_from_tasks().get_rubric(), {"agreements": CriterionRating(task_points=rating)}
        )


def test_t5_a_missing_assessment_is_incomplete() -> None:
    """One task of two: no level, no points, no award; the trace names what is missing."""
    definition = derived_from_tasks()
    result = of_tasks(definition, *[{"task-1": 5}] * 4)
    outcome = evaluate(definition.conditions, result)

    assert not result.is_complete
    assert result.points is None
    assert [(one.level, one.points) for one in result.criteria] == [(None, None)] * 4
    assert {one.missing_tasks for one in result.criteria} == {("task-2",)}
    assert not outcome.is_met
    assert states(outcome) == ["undecided", "undecided"]


def test_t6_tasks_scored_five_three_one_are_refused() -> None:
    """7 and 9 cannot be reached, and Meets twice would be Developing: it is not published."""
    tasks = tuple(replace(one, minimum=1, step=2) for one in atpa().suggested_tasks)
    definition = with_choice(atpa(), LevelSource.TASKS, tasks)

    with pytest.raises(NotPublishableError) as caught:
        check_publishable(definition)
    found = [(one.place, one.code, one.values) for one in caught.value.findings]
    place = "rubric/criteria/agreements/levels/{}/band"
    unreachable = {
        at_: values["totals"] for at_, code, values in found if code is RubricCode.TOTAL_UNREACHABLE
    }
    assert unreachable[place.format("meets")] == (7,)
    assert unreachable[place.format("exceeds")] == (9,)
    (disagreeing,) = (
        values
        for at_, code, values in found
        if code is RubricCode.STEPS_DISAGREE and at_ == place.format("meets")
    )
    assert (disagreeing["points"], disagreeing["total"]) == ((3, 3), 6)
    assert disagreeing["other"] == "Developing Expectations"
    meets_twice = of_tasks(definition, *[{"task-1": 3, "task-2": 3}] * 4)
    assert {one.level.id for one in meets_twice.criteria if one.level} == {"developing"}


@pytest.mark.parametrize("definition", [rated_by_assessor(), derived_from_tasks()])
def test_t7_nothing_handed_in_is_not_zero(definition: AchievementDefinition) -> None:
    """No points are recorded, nobody is "Developing"."""
    result = score(definition.get_rubric(), {})

    assert {(one.level, one.points, one.task_total) for one in result.criteria} == {
        (None, None, None)
    }
    assert result.points is None
    assert result.points_so_far is None
    assert [one.found for one in evaluate(definition.conditions, result).conditions] == [None, 0]


def test_t8_an_override_keeps_both_values_and_its_reason() -> None:
    """The band says Developing, the assessor says Meets, and why."""
    definition = derived_from_tasks()
    override = Override(level_id="meets", reason="The recording broke off; I was there.")
    rating = CriterionRating(task_points={"task-1": 3, "task-2": 3}, override=override)
    one = score(definition.get_rubric(), {"agreements": rating}).find("agreements")

    assert one
    assert one.basis is Basis.OVERRIDDEN
    assert (one.level and one.level.id, one.derived_level and one.derived_level.id) == (
        "meets",
        "developing",
    )
    assert (one.task_total, one.override) == (6, override)
    with pytest.raises(OverrideReasonError):
        Override(level_id="meets", reason=" ")


# 001: three parts that are judged by themselves

THREE_PARTS = "portfolio-in-three-parts"
FAMILIES = ("attitudes", "own-practice", "coaching-craft", "relationships", "subject", "the-whole")


def judged_parts(**levels: str) -> tuple[RubricResult, CriteriaOutcome]:
    """What becomes of the three parts, with everything covered."""
    definition = template(THREE_PARTS)
    rubric = definition.get_rubric()
    result = score(rubric, at(rubric.rated_criteria, **levels))
    return result, evaluate(definition.conditions, result, Facts(uncovered={"six-families": ()}))


def test_t9_a_part_that_fails_is_asked_for_again_and_nothing_else() -> None:
    """Pass, yes, fail: no award, and the next attempt opens part 3 only."""
    definition = template(THREE_PARTS)
    assert judged_parts()[1].is_met

    result, outcome = judged_parts(look_back="fail")
    kept = kept_criteria(Judgement(definition=definition, result=result, outcome=outcome))
    asked = asked_of(definition, kept)

    assert not outcome.is_met
    assert states(outcome) == ["met", "met", "unmet", "met"]
    assert [one.id for one in asked.prompts] == ["reflection"]
    assert list(asked.evidence_rules) == ["look-back"]
    assert asked.artefact_requirements == ()
    assert asked.coverages == ()


def a_plan(*families: str, in_plan: Iterable[str] = FAMILIES) -> SubmissionFacts:
    """A whole portfolio whose plan and reasons refer to one item of each of some families."""
    rubric = template(THREE_PARTS).get_rubric()
    first = {id_: rubric.criterion(id_).criteria[0].id for id_ in FAMILIES}
    to_plan = [(f"plan-{id_}", first[id_], "file", None) for id_ in in_plan]
    to_reasons = [(f"why-{id_}", first[id_], None, "reasons") for id_ in families]
    return SubmissionFacts(
        answers=tuple(
            AnswerFacts(prompt_id=id_, words=200)
            for id_ in ("aim", "signs", "reasons", "reflection")
        ),
        artefacts=(
            ArtefactFacts(
                artefact_id="file",
                kind=ArtefactKind.FILE,
                is_ready=True,
                people=People.NOBODY,
            ),
        ),
        references=tuple(
            EvidenceReferenceFacts(
                reference_id=id_,
                criterion_id=criterion_id,
                artefact_id=artefact_id,
                prompt_id=prompt_id,
                has_locator=artefact_id is not None,
                has_explanation=False,
            )
            for id_, criterion_id, artefact_id, prompt_id in [*to_plan, *to_reasons]
        ),
        is_name_confirmed=True,
    )


@pytest.mark.parametrize("prompt_id", ["aim", "signs"])
def test_t10_the_limit_of_words_is_kept_before_handing_in(prompt_id: str) -> None:
    """251 words are one too many for an answer, and the count is shown; 250 are accepted."""
    asked = asked_of(template(THREE_PARTS))
    whole = a_plan(*FAMILIES)

    def with_words(words: int) -> SubmissionFacts:
        counted = word_count("word " * words)
        others = [one for one in whole.answers if one.prompt_id != prompt_id]
        return replace(whole, answers=(*others, AnswerFacts(prompt_id=prompt_id, words=counted)))

    assert preflight(with_words(250), asked) == ()
    assert preflight(with_words(251), asked) == (
        Missing(kind=MissingKind.TOO_MANY_WORDS, subject_id=prompt_id, required=250, found=251),
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_t11_a_family_that_is_not_covered_is_named(family: str) -> None:
    """Five of six in the plan or in the explanation: the clause fails and says which."""
    definition = template(THREE_PARTS)
    rubric, (coverage,) = definition.get_rubric(), definition.coverages
    asked = asked_of(definition)
    others = tuple(one for one in FAMILIES if one != family)

    for facts in (a_plan(*others), a_plan(*FAMILIES, in_plan=others)):
        (missing,) = preflight(facts, asked)
        assert (missing.kind, missing.part_id) == (MissingKind.COVERAGE, family)
        uncovered = uncovered_families(coverage, rubric, facts, definition.artefact_requirements)
        outcome = evaluate(
            definition.conditions,
            score(rubric, at(rubric.rated_criteria)),
            Facts(uncovered={coverage.id: uncovered}),
        )
        (covered,) = (one for one in outcome.conditions if isinstance(one.condition, Covered))
        assert not outcome.is_met
        assert (covered.state, covered.failing) == (ConditionState.UNMET, (family,))


# 002: evidence for every detail, a video, two texts

VIDEO = "evidence-portfolio-with-video"


def a_video_portfolio(
    *, milliseconds: int | None = 720_000, words: Iterable[int] = (250,) * 4
) -> SubmissionFacts:
    """A whole portfolio: every detail refers to the video, with its place and a reason."""
    definition = template(VIDEO)
    (requirement, _) = definition.artefact_requirements
    ids = ("before", "asking", "giving", "after", "reflection")
    return SubmissionFacts(
        answers=tuple(
            AnswerFacts(prompt_id=id_, words=count)
            for id_, count in zip(ids, [*words, 500], strict=True)
        ),
        artefacts=(
            ArtefactFacts(
                artefact_id="file",
                kind=ArtefactKind.FILE,
                is_ready=True,
                people=People.CONSENTED,
                requirement_id="video",
                media_type="video/mp4",
                milliseconds=milliseconds,
                attested=frozenset(one.id for one in requirement.attestations),
            ),
        ),
        references=tuple(
            EvidenceReferenceFacts(
                reference_id=f"to-{one.id}",
                criterion_id=one.id,
                artefact_id="file",
                has_locator=True,
                has_explanation=True,
            )
            for one in definition.get_rubric().rated_criteria
        ),
        is_name_confirmed=True,
    )


def test_t12_words_are_counted_over_four_answers_together() -> None:
    """999 words are blocked and 1,000 accepted, however they are spread."""
    asked = asked_of(template(VIDEO))

    assert preflight(a_video_portfolio(words=(997, 1, 1, 1)), asked) == ()
    assert preflight(a_video_portfolio(words=(250, 250, 250, 249)), asked) == (
        Missing(
            kind=MissingKind.POOL_TOO_FEW_WORDS, subject_id="narrative", required=1000, found=999
        ),
    )


@pytest.mark.parametrize(
    ("minutes", "strict", "lenient"),
    [
        ("9:59", MissingKind.TOO_SHORT, None),
        ("10:00", None, None),
        ("15:00", None, None),
        ("15:01", MissingKind.TOO_LONG, None),
        ("15:06", MissingKind.TOO_LONG, MissingKind.TOO_LONG),
    ],
)
def test_t13_a_video_keeps_to_its_length(
    minutes: str, strict: MissingKind | None, lenient: MissingKind | None
) -> None:
    """Strict by default; a tolerance of five seconds is a program's setting."""
    whole, seconds = minutes.split(":")
    facts = a_video_portfolio(milliseconds=(int(whole) * 60 + int(seconds)) * 1000)
    asked = asked_of(template(VIDEO))
    tolerant = tuple(
        replace(one, tolerance_seconds=5 if one.has_length else 0)
        for one in asked.artefact_requirements
    )

    assert kinds(preflight(facts, asked)) == ([(strict, "file")] if strict else [])
    assert kinds(preflight(facts, replace(asked, artefact_requirements=tolerant))) == (
        [(lenient, "file")] if lenient else []
    )


def test_t14_one_detail_holds_its_outcome_and_the_badge_back() -> None:
    """Nine details of ten are proficient: one outcome fails, and with it the award."""
    definition = template(VIDEO)
    rubric = definition.get_rubric()
    ratings = at(rubric.rated_criteria, sums_up="not-yet")
    outcome = evaluate(definition.conditions, score(rubric, ratings))

    assert evaluate(definition.conditions, score(rubric, at(rubric.rated_criteria))).is_met
    assert not outcome.is_met
    assert states(outcome) == ["met", "unmet", "met", "met"]
    assert outcome.conditions[1].failing == ("sums-up",)


def test_t15_a_detail_without_a_place_in_the_artefact_is_named() -> None:
    """Artefact and explanation are there, the locator is not: it cannot be handed in."""
    facts = a_video_portfolio()
    without = tuple(
        replace(one, has_locator=one.criterion_id != "asks-first") for one in facts.references
    )

    assert kinds(preflight(replace(facts, references=without), asked_of(template(VIDEO)))) == [
        (MissingKind.LOCATOR, "to-asks-first")
    ]


# 003: a framework for growth


def test_t16_a_framework_awards_nothing_and_shows_growth() -> None:
    """Everything is self-rated twice: no condition can be met, and each indicator has its way."""
    definition = template("growth-framework")
    rubric = definition.get_rubric()
    first, second = rubric.administrations
    before = {
        one.id: CriterionRating(level_id=one.ascending_levels[0].id)
        for one in rubric.criteria_of(first)
    }
    start = score(rubric, before, first)
    review = score(rubric, at(rubric.criteria_of(second), other_ways="not-yet"), second)
    facts = Facts(rounds={first: start, second: review})

    assert (start.is_complete, review.is_complete) == (True, True)
    assert publish(definition).is_formative
    assert rubric.rated_criteria == ()
    assert not evaluate(definition.conditions, score(rubric, {}), facts).is_met
    steps = {one.criterion_id: one.steps for one in compare(start, review)}
    assert len(steps) == 15
    assert {id_: step for id_, step in steps.items() if step != 3} == {"other-ways": 0}


# 004: a year of assessment

SELF_BEFORE = Administration(role=RaterRole.SELF, phase="pre")
SELF_AFTER = Administration(role=RaterRole.SELF, phase="post")


def a_year() -> Facts:
    """Everything that the year gathers, except the decision."""
    rubric = template("year-of-coach-assessment").get_rubric()
    rounds = {
        one: score(rubric, at(rubric.criteria_of(one)), one)
        for one in rubric.administrations
        if one.role is not RaterRole.ASSESSOR
    }
    before = at(rubric.criteria_of(SELF_BEFORE), keeps_trust="beginning")
    rounds[SELF_BEFORE] = score(rubric, before, SELF_BEFORE)
    return Facts(
        rounds=rounds,
        counts={"preparation": 1, "agreements": 2, "coachee-progress": 1, "sessions": 10},
        minutes={"sessions": 1200},
    )


def test_t17_nothing_is_awarded_before_somebody_signs() -> None:
    """Before and after are given and the growth is there; an unsigned decision is none."""
    definition = template("year-of-coach-assessment")
    rubric, facts = definition.get_rubric(), a_year()
    unsigned = {"decision": CriterionRating(level_id="confirmed")}
    signed = at(rubric.rated_criteria)

    for ratings in ({}, unsigned):
        outcome = evaluate(definition.conditions, score(rubric, ratings), facts)
        assert not outcome.is_met
        assert states(outcome) == ["met"] * 11 + ["undecided"]
        assert outcome.conditions[-1].missing == ("decision",)
    assert evaluate(definition.conditions, score(rubric, signed), facts).is_met
    growth = compare(facts.rounds[SELF_BEFORE], facts.rounds[SELF_AFTER])
    assert [one.steps for one in growth] == [0, 0, 0, 3, 0]


@pytest.mark.parametrize("position", range(11))
def test_t17_every_input_has_to_be_there(position: int) -> None:
    """A round, a paper or an hour that is missing holds a signed decision back."""
    definition = template("year-of-coach-assessment")
    rubric, facts = definition.get_rubric(), a_year()
    lacking = _without(definition.conditions[position], facts)
    outcome = evaluate(definition.conditions, score(rubric, at(rubric.rated_criteria)), lacking)

    assert not outcome.is_met
    assert outcome.conditions[position].state is not ConditionState.MET


def _without(condition: Condition, facts: Facts) -> Facts:
    """The facts, short of what a condition looks at."""
    match condition:
        case Rated(role=role, phase=phase):
            gone = Administration(role=role, phase=phase)
            rounds = {key: one for key, one in facts.rounds.items() if key != gone}
            return replace(facts, rounds=rounds)
        case CountAtLeast(of=of, count=count):
            return replace(facts, counts={**facts.counts, of: count - 1})
        case HoursAtLeast(of=of):
            return replace(facts, minutes={of: facts.minutes[of] - 1})
        case _:
            raise AssertionError(condition)


def test_t18_labels_are_no_keys() -> None:
    """A list of 14 items keeps all of them where two have the same label."""
    labels = [f"Quality {letter}" for letter in "ABCDEFGHIIJKLM"]
    items = tuple(
        Criterion(id=f"quality-{number}", title=label, scale=ScaleKind.NONE)
        for number, label in enumerate(labels, 1)
    )
    growth = template("growth-framework")
    rubric = growth.get_rubric()
    heading = Criterion(id="qualities", title="Qualities", scale=ScaleKind.NONE, criteria=items)
    listed = replace(growth, rubric=replace(rubric, criteria=(*rubric.criteria, heading)))

    read = parse_definition(serialize_definition(listed)).get_rubric().criterion("qualities")

    assert [one.title for one in read.criteria] == labels
    assert len({one.id for one in read.criteria}) == 14
    assert len({one.title for one in read.criteria}) == 13


def test_t18_a_table_keeps_every_row() -> None:
    """Imported from a table of 14 rows, two of which have the same title."""
    labels = [f"Quality {letter}" for letter in "ABCDEFGHIIJKLM"]
    header = "Rubric Name,Criteria Name,Criteria Description,Criteria Enable Range"
    ratings = "Rating Name,Rating Description,Rating Points"
    rows = [f"Qualities,{label},,false,Yes,,1,No,,0" for label in labels]
    (rubric,) = read_canvas("\n".join([f"{header},{ratings},{ratings}", *rows]).encode()).rubrics

    assert [one.title for one in rubric.criteria] == labels
    assert len({one.id for one in rubric.criteria}) == 14
    result = score(rubric, at(rubric.criteria, quality_i="no"))
    assert result.points == 13


# The stack


def standing(definition: AchievementDefinition, *, is_held: bool) -> ComponentState:
    """How an earner stands with one badge of the stack."""
    if definition.is_placeholder:
        return ComponentState(standing=Standing.PLACEHOLDER)
    if not is_held:
        return ComponentState(standing=Standing.MISSING)
    return ComponentState(standing=Standing.HELD, earned_at=YEAR)


def test_t19_a_stack_with_placeholders_makes_no_microcredential() -> None:
    """Badge 2 is held; 1, 3 and 4 are not defined, and the trace says which."""
    stack = load_shipped("atpa-academic-coaching").achievements
    pathway = Pathway(components=tuple(one.id for one in stack))
    outcome = evaluate_pathway(pathway, {one.id: standing(one, is_held=True) for one in stack})

    assert outcome.state is PathwayState.NOT_DEFINED
    assert not outcome.is_issuable
    assert outcome.required == 4
    assert outcome.standing(Standing.HELD) == (stack[1].id,)
    assert outcome.standing(Standing.PLACEHOLDER) == (stack[0].id, stack[2].id, stack[3].id)


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (OnRevoked.REVOKE, PathwayState.REVOKED),
        (OnRevoked.KEEP, PathwayState.STANDS),
    ],
)
def test_t20_a_revoked_component_does_what_the_stack_declares(
    policy: OnRevoked, state: PathwayState
) -> None:
    """Four are held and the microcredential is issued; then one is revoked, and named."""
    stack = load_shipped("harbour-coaching").achievements
    pathway = Pathway(components=tuple(one.id for one in stack), on_revoked=policy)
    components = {one.id: standing(one, is_held=True) for one in stack}
    assert evaluate_pathway(pathway, components).is_issuable

    components[stack[2].id] = ComponentState(
        standing=Standing.REVOKED, earned_at=YEAR, revoked_at=YEAR.replace(year=2027)
    )
    outcome = evaluate_pathway(pathway, components, is_issued=True)

    assert outcome.state is state
    assert outcome.standing(Standing.REVOKED) == (stack[2].id,)
