from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.decision_inputs import CriterionInput, TaskInput
from lti_tool.services.sheets import (
    blank_sheet,
    check_fields,
    criteria_of,
    rating_field,
    sheet_of,
    unexplained_overrides,
)
from rubrics.criterion import Criterion
from rubrics.scales import NumericScale, ScaleKind
from rubrics.scoring import CriterionRating, Override, score
from tests.factories import a_criterion, a_rubric, a_scored_task, a_task_rubric
from tests.unit.lti_tool.services.test_decisions import some_inputs

RATED = a_rubric()
DERIVED = a_task_rubric()


def test_a_rubric_has_the_fields_of_its_level_source() -> None:
    """Where the assessor rates there are levels; where tasks decide, points and overrides."""
    assert sorted(blank_sheet(RATED))[:5] == [
        "comment",
        "comment.a",
        "comment.b",
        "comment.c",
        "comment.d",
    ]
    assert {name for name in blank_sheet(DERIVED) if ".a" in name} == {
        "comment.a",
        "override.a.level",
        "override.a.reason",
        "task.a.task-1",
        "task.a.task-2",
        "task_source.a.task-1",
        "task_source.a.task-2",
    }


@pytest.mark.parametrize(("sent", "stored"), [("3", "3"), (3, "3"), ("0", "0"), ("", "")], ids=repr)
def test_task_points_come_as_text_or_as_a_json_integer(sent: object, stored: str) -> None:
    """A form sends digits, a script may send a number; nothing takes the points back."""
    assert check_fields(DERIVED, {"task.a.task-1": sent}) == {"task.a.task-1": stored}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("6", "out_of_range"),
        (6, "out_of_range"),
        ("5.5", "not_whole_number"),
        (5.5, "not_whole_number"),
        (3.0, "not_whole_number"),
        ("-1", "not_whole_number"),
        (-1, "out_of_range"),
        ("٣", "not_whole_number"),
        ("1_0", "not_whole_number"),
        (" 3", "not_whole_number"),
        ("3 ", "not_whole_number"),
        ("3\n", "not_whole_number"),
        ("+3", "not_whole_number"),
        ("03", "not_whole_number"),
        ("1e0", "not_whole_number"),
        ("三", "not_whole_number"),
        ("9" * 5000, "not_whole_number"),
        (True, "not_whole_number"),
        (None, "not_whole_number"),
        ([3], "not_whole_number"),
        ({"points": 3}, "not_whole_number"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_task_points_are_whole_and_in_range_or_refused(sent: object, code: str) -> None:
    """A score is never guessed: what is not plainly a whole number of the range is refused."""
    with pytest.raises(InvalidFieldsError) as caught:
        check_fields(DERIVED, {"task.a.task-1": sent})

    assert caught.value.faults == {"task.a.task-1": (code, "0–5")}


def test_points_off_the_steps_of_a_task_are_refused_with_the_steps() -> None:
    """A task of 0, 2, 4 takes no 3, and says what it takes."""
    rubric = a_task_rubric(a_scored_task("task-1", 0, 4, 2))

    with pytest.raises(InvalidFieldsError) as caught:
        check_fields(rubric, {"task.a.task-1": "3"})

    assert caught.value.faults == {"task.a.task-1": ("not_whole_number", "0, 2, 4")}


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "level",
        "level.",
        "level.e",
        "level.a.b",
        "LEVEL.a",
        "task.a.task-1",
        "override.a.level",
        "comment.",
        "comment.e",
        "revision",
        "__class__",
        "level.a\x00",
        "x" * 100_000,
    ],
    ids=lambda name: repr(name)[:20],
)
def test_fields_that_the_rubric_lacks_are_refused(name: str) -> None:
    """Nothing that is sent is dropped in silence."""
    with pytest.raises(InvalidInputError) as caught:
        check_fields(RATED, {name: ""})

    assert caught.value.code == "unknown_field"
    assert len(caught.value.field) <= 100


@pytest.mark.parametrize(
    "value", ["p2", "P3", "p3 ", "<b>", 3, None, True, ["p3"], "x" * 101], ids=repr
)
def test_levels_that_a_criterion_lacks_are_refused(value: object) -> None:
    """A level is one of the criterion's own."""
    with pytest.raises(InvalidFieldsError) as caught:
        check_fields(RATED, {"level.a": value})

    assert caught.value.faults.keys() == {"level.a"}


def test_every_refused_field_is_named_at_once() -> None:
    """The reader mends all of them in one go."""
    sent = {"level.a": "p9", "level.b": "p3", "comment.c": "x" * 20_001, "comment": 7}

    with pytest.raises(InvalidFieldsError) as caught:
        check_fields(RATED, sent)

    assert caught.value.faults == {
        "level.a": ("unknown_level", None),
        "comment.c": ("too_many_characters", "20000"),
        "comment": ("not_text", "20000"),
    }


def test_what_a_decision_rested_on_becomes_fields_and_comes_back() -> None:
    """A correction starts from the decision, and without a change ends in the same inputs."""
    criteria = (
        CriterionInput(
            criterion_id="a",
            override=Override(level_id="p5", reason="Because."),
            tasks=(
                TaskInput(task_id="task-1", points=0, source="page"),
                TaskInput(task_id="task-2", points=5, source="link", note="Activity"),
            ),
            is_kept=True,
        ),
        CriterionInput(criterion_id="c", comment="Words."),
        CriterionInput(
            criterion_id="d",
            tasks=(TaskInput(task_id="task-1", points=4, source="typed", note="Interview"),),
        ),
    )
    sheet = sheet_of(DERIVED, some_inputs(*criteria, comment="Whole."))

    assert sheet["task.a.task-1"] == "0"
    assert sheet["comment"] == "Whole."
    assert (
        criteria_of(DERIVED, sheet, kept=frozenset("a"), sources={("a", "task-2"): "link"})
        == criteria
    )


def test_an_override_without_words_is_named_and_does_not_count() -> None:
    """The level beside it stays the derived one until somebody says why not."""
    sheet = blank_sheet(DERIVED) | {"override.b.level": "p5", "override.b.reason": " \n"}

    assert unexplained_overrides(DERIVED, sheet) == ("override.b.reason",)
    assert criteria_of(DERIVED, sheet, sources={}) == ()


def test_what_stands_already_is_taken_as_it_is() -> None:
    """A mean between two steps comes back with the form; only another number is asked to fit."""
    scale = NumericScale(minimum=Decimal(0), maximum=Decimal(10), step=Decimal("0.5"))
    rubric = a_rubric(Criterion(id="a", title="A", scale=ScaleKind.NUMERIC, numbers=scale))

    assert check_fields(rubric, {"number.a": "6.25"}, standing={"number.a": "6.25"}) == {
        "number.a": "6.25"
    }
    others: tuple[dict[str, str], ...] = ({}, {"number.a": "6.5"})
    for standing in others:
        with pytest.raises(InvalidFieldsError):
            check_fields(rubric, {"number.a": "6.25"}, standing=standing)


@pytest.mark.parametrize(
    ("criterion", "rating", "field"),
    [
        (a_criterion("a"), CriterionRating(), "level.a"),
        (
            replace(a_criterion("a"), needs_signature=True),
            CriterionRating(level_id="p3"),
            "signed.a",
        ),
        (
            Criterion(
                id="a",
                title="A",
                scale=ScaleKind.NUMERIC,
                numbers=NumericScale(minimum=Decimal(0), maximum=Decimal(1)),
            ),
            CriterionRating(),
            "number.a",
        ),
    ],
    ids=["level", "signature", "number"],
)
def test_who_has_to_rate_is_led_to_the_field(
    criterion: Criterion, rating: CriterionRating, field: str
) -> None:
    """The one that the page has for this scale."""
    rubric = a_rubric(criterion)
    (result,) = score(rubric, {"a": rating}).criteria

    assert rating_field(rubric, result) == field
    assert field in blank_sheet(rubric)
