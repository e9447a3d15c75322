import json
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.conditions import AllOf, Covered, CriterionAtLeast, EveryCriterionAtLeast
from badges.criteria import parse_outcome
from badges.definition import AchievementDefinition
from lti_tool.errors import ConflictError, InvalidInputError
from lti_tool.services.assessing import open_for_rating, save_assessment
from lti_tool.services.decision_inputs import (
    Beside,
    CriterionInput,
    DecisionInputs,
    RoundInput,
    SeatInput,
    TaskInput,
    decision_inputs,
    inputs_hash,
    read_inputs,
)
from lti_tool.services.decisions import (
    Verdict,
    judge,
    kept_criteria,
    load_inputs,
    may_release,
    trace_bytes,
    verdict_of,
)
from lti_tool.store.database import Database
from lti_tool.store.rows import ProgramAssessorRow
from lti_tool.values import Launch, Role
from rubrics.criterion import Criterion, RaterRole
from rubrics.form import Coverage
from rubrics.model import Administration
from rubrics.scales import ScaleKind
from rubrics.scoring import Override
from tests.conftest import FakeClock
from tests.factories import a_criterion, a_definition, a_rubric, some_conditions
from tests.rows import NOW, a_course, a_launch, a_user, an_id, stored
from tests.scenes import a_scene, a_task_definition

ATTEMPT = UUID("11111111-1111-4111-8111-111111111111")
RATER = UUID("22222222-2222-4222-8222-222222222222")


def some_inputs(*criteria: CriterionInput, comment: str = "") -> DecisionInputs:
    """Inputs of one attempt."""
    return DecisionInputs(
        attempt_id=ATTEMPT,
        definition_sha256="0" * 64,
        rater_id=RATER,
        criteria=criteria,
        comment=comment,
    )


def levels(*points: int | None) -> tuple[CriterionInput, ...]:
    """Direct levels for the criteria a, b, c, …; None leaves one unrated."""
    return tuple(
        CriterionInput(criterion_id=id_, level_id=f"p{given}")
        for id_, given in zip("abcdefgh", points, strict=False)
        if given is not None
    )


def test_what_stands_beside_the_ratings_comes_back_from_the_document() -> None:
    """Rounds of others, counts, coverage, held badges and every assessor's own ratings."""
    rating = CriterionInput(criterion_id="a", number=Decimal("2.5"), is_signed=True)
    inputs = replace(
        some_inputs(rating),
        beside=Beside(
            rounds=(
                RoundInput(
                    administration=Administration(role=RaterRole.PEER, phase="post"),
                    criteria=(rating,),
                    rater_id=UUID(int=7),
                    source="A visit in May",
                ),
            ),
            counts={"plan": 2},
            minutes={"talks": 90},
            uncovered={"breadth": ("beliefs",)},
            held=frozenset({"first-badge"}),
        ),
        seats=(SeatInput(seat=2, rater_id=UUID(int=8), criteria=(rating,), comment="Good."),),
    )

    assert read_inputs(decision_inputs(inputs)) == inputs


def test_what_is_for_growth_awards_nothing_whatever_it_is_rated() -> None:
    """T16: complete or not, high or low, it was read and answered."""
    growth = a_definition(is_formative=True, conditions=())

    for points in ((5, 5, 5, 5), (1, None, None, None)):
        assert verdict_of(judge(growth, levels(*points))) is Verdict.REVIEWED


def test_a_part_that_passed_is_kept_whatever_its_condition_stands_in() -> None:
    """Verdicts of single criteria count too, inside a combination as well."""
    passed, failed = (CriterionAtLeast(criterion_id=id_, level_id="p3") for id_ in ("a", "b"))
    definition = a_definition(conditions=(AllOf(conditions=(passed, failed)),))

    kept = kept_criteria(judge(definition, levels(3, 1, 5, 5)))

    assert kept == {"a", "c", "d"}


def test_a_part_whose_coverage_lacks_something_is_not_kept() -> None:
    """It was rated high enough, and its plan still has to be mended."""
    family = Criterion(id="family", title="Family", scale=ScaleKind.NONE)
    part = replace(a_criterion("a"), criteria=(family,))
    definition = a_definition(
        rubric=a_rubric(part, a_criterion("b")),
        coverages=(Coverage(id="breadth", title="Breadth", criterion_id="a"),),
        conditions=(EveryCriterionAtLeast(level_id="p3"), Covered(coverage_id="breadth")),
    )
    beside = Beside(uncovered={"breadth": ("family",)})

    assert kept_criteria(judge(definition, levels(3, 3), beside)) == {"b"}


def test_the_inputs_document_says_everything_that_was_judged() -> None:
    """The whole document, once in full: its bytes are what is hashed and stored."""
    inputs = some_inputs(
        CriterionInput(
            criterion_id="a",
            override=Override(level_id="p5", reason="Seen in class — twice."),
            tasks=(TaskInput(task_id="task-1", points=4, source="typed", note="Interview"),),
            comment="Well observed.",
            is_kept=True,
        ),
        comment="On the whole.",
    )

    assert decision_inputs(inputs).decode() == (
        '{"attempt_id":"11111111-1111-4111-8111-111111111111",'
        '"beside":{"counts":{},"held":[],"minutes":{},"rounds":[],"uncovered":{}},'
        '"comment":"On the whole.",'
        '"criteria":{"a":{"comment":"Well observed.","is_kept":true,"is_signed":false,'
        '"level_id":null,"number":null,'
        '"override":{"level_id":"p5","reason":"Seen in class — twice."},'
        '"tasks":{"task-1":{"note":"Interview","points":4,"source":"typed"}}}},'
        f'"definition_sha256":"{"0" * 64}","rater_id":"22222222-2222-4222-8222-222222222222",'
        '"seats":[]}'
    )


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@given(
    points=st.lists(st.sampled_from([None, 1, 3, 5]), max_size=4),
    comment=texts,
    task_points=st.integers(0, 5),
)
def test_inputs_come_back_as_they_were_stored(
    points: list[int | None], comment: str, task_points: int
) -> None:
    """Reading is the inverse of writing, and equal inputs hash the same."""
    task = TaskInput(task_id="task-1", points=task_points, source="page")
    inputs = some_inputs(
        *levels(*points), CriterionInput(criterion_id="z", tasks=(task,)), comment=comment
    )
    document = decision_inputs(inputs)

    assert read_inputs(document) == inputs
    assert inputs_hash(document) == inputs_hash(decision_inputs(read_inputs(document)))


@pytest.mark.parametrize(
    "changed",
    [
        some_inputs(*levels(3, 3)),
        some_inputs(*levels(3), comment="other"),
        some_inputs(CriterionInput(criterion_id="a", level_id="p3", comment="other")),
        some_inputs(CriterionInput(criterion_id="a", level_id="p3", is_kept=True)),
    ],
)
def test_any_change_of_a_judgement_changes_its_hash(changed: DecisionInputs) -> None:
    """A release finds out whatever was changed since it was shown."""
    assert inputs_hash(decision_inputs(changed)) != inputs_hash(
        decision_inputs(some_inputs(*levels(3)))
    )


@pytest.mark.parametrize(
    ("points", "verdict"),
    [((3, 3, 3, 3), Verdict.AWARDED), ((5, 5, 5, 1), Verdict.NOT_AWARDED)],
)
def test_the_rule_decides(points: tuple[int, ...], verdict: Verdict) -> None:
    """Whoever releases decides nothing of their own: the outcome says the verdict."""
    assert verdict_of(judge(a_definition(), levels(*points))) is verdict


def test_nothing_is_decided_while_a_criterion_has_no_level() -> None:
    """Missing is never zero, however sure the outcome seems."""
    with pytest.raises(ConflictError) as caught:
        verdict_of(judge(a_definition(), levels(1, 1, 1, None)))

    assert caught.value.code == "unrated"


def test_a_trace_is_read_back_as_it_was() -> None:
    """The stored trace tells years later why."""
    judgement = judge(a_definition(), levels(5, 3, 1, 3))

    trace = json.loads(trace_bytes(judgement.outcome, judgement.result))

    assert parse_outcome(trace["outcome"]) == judgement.outcome


TOTAL_ONLY = a_definition(conditions=some_conditions(points=16)[:1])


@pytest.mark.parametrize(
    ("definition", "points", "kept"),
    [
        (a_definition(), (3, 5, 1, 3), "abd"),
        (a_definition(), (3, 5, None, None), "ab"),
        (a_definition(), (None, None, None, None), ""),
        (TOTAL_ONLY, (3, 5, 3, 1), "b"),
        (a_definition(conditions=some_conditions(points=16)), (3, 5, 3, 3), "b"),
    ],
)
def test_what_passed_need_not_be_done_again(
    definition: AchievementDefinition, points: tuple[int | None, ...], kept: str
) -> None:
    """Levels that reach the condition are kept; where only points lack, only the highest are."""
    assert kept_criteria(judge(definition, levels(*points))) == frozenset(kept)


def test_an_override_without_a_reason_stops_the_release(
    database: Database, clock: FakeClock
) -> None:
    """It is saved as far as it is, does not count, and is named when somebody wants to release."""
    with database.writing() as session:
        scene = a_scene(session, definition=a_task_definition())
        attempt_id = scene.work.attempt.id
        open_for_rating(session, scene.rater, attempt_id, clock=clock, new_id=an_id)
        fields = {"task.a.task-1": "5", "task.a.task-2": "5", "override.a.level": "p1"}
        save_assessment(session, scene.rater, attempt_id, revision=0, fields=fields, clock=clock)

        with pytest.raises(InvalidInputError) as caught:
            load_inputs(
                session, attempt_id, a_task_definition(), earner_id=an_id(), definition_sha256=""
            )

        assert (caught.value.code, caught.value.field) == ("reason_required", "override.a.reason")
        reason = {"override.a.reason": "Not the learner's own words."}
        save_assessment(session, scene.rater, attempt_id, revision=1, fields=reason, clock=clock)
        found = load_inputs(
            session, attempt_id, a_task_definition(), earner_id=an_id(), definition_sha256=""
        )
        assert found.criteria[0].override == Override(
            level_id="p1", reason="Not the learner's own words."
        )


@pytest.mark.parametrize(
    ("release_by", "role", "expected"),
    [
        ("assessor", Role.ASSISTANT, True),
        ("assessor", Role.INSTRUCTOR, True),
        ("instructor", Role.ASSISTANT, False),
        ("instructor", Role.INSTRUCTOR, True),
        ("named", Role.INSTRUCTOR, False),
        ("assessor", Role.ADMINISTRATOR, False),
        ("assessor", Role.LEARNER, False),
    ],
)
def test_the_program_says_who_releases(
    database: Database, release_by: str, role: Role, *, expected: bool
) -> None:
    """Rating and releasing are two things."""
    with database.writing() as session:
        course = a_course(session, release_by=release_by)
        launch = a_launch(session, course, a_user(session, course, role), role)

        assert may_release(session, launch, course.program) is expected


@pytest.mark.parametrize("is_named", [True, False])
def test_a_named_assessor_releases_if_the_program_says_so(
    database: Database, *, is_named: bool
) -> None:
    """Being named as an assessor is not yet being named to release."""
    with database.writing() as session:
        course = a_course(session, release_by="named")
        user = a_user(session, course, Role.ASSISTANT)
        launch: Launch = a_launch(session, course, user, Role.ASSISTANT)
        stored(
            session,
            ProgramAssessorRow(
                program_id=course.program.id, user_id=user.id, may_release=is_named, added_at=NOW
            ),
        )

        assert may_release(session, launch, course.program) is is_named
