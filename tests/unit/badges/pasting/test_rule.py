"""A rule in prose becomes conditions."""

from typing import Any

import pytest

from badges.pasting.levels import KnownLevels
from badges.pasting.marks import AroundCode
from badges.pasting.rule import MAXIMUM_CONDITIONS, asks_for_something, read_rule


def a_level(id_: str, title: str, points: str, descriptor: str) -> dict[str, str]:
    """A level of a draft."""
    return {"id": id_, "title": title, "points": points, "descriptor": descriptor}


LEVELS = [
    a_level("exceeds", "Exceeds Expectations", "5", "Shows exceptional work."),
    a_level("meets", "Meets Expectations", "3", "Shows competent work."),
    a_level("not-met", "Not met", "1", "Shows some work."),
]
KNOWN = KnownLevels({"criteria": [{"id": "a", "levels": LEVELS}, {"id": "b", "levels": LEVELS}]})


def total(points: str) -> dict[str, Any]:
    """The total reaches `points`."""
    return {"kind": "total_at_least", "points": points}


def every(level_id: str) -> dict[str, Any]:
    """Every competency reaches a level."""
    return {"kind": "every_criterion_at_least", "level_id": level_id}


@pytest.mark.parametrize(
    ("sentence", "conditions"),
    [
        ("Participants must score 12 points or more.", [total("12")]),
        ("To earn the badge, a minimum of 12 points is required.", [total("12")]),
        ("Earn a total of at least 12 points.", [total("12")]),
        ("Score at least 12 out of 20 points.", [total("12")]),
        ("No fewer than 7.5 pts are needed.", [total("7.5")]),
        ("It is earned with 9 points or more of 12.", [total("9")]),
        ("All skills must be rated as competent or higher.", [every("meets")]),
        ("Every competency is at Meets Expectations or above.", [every("meets")]),
        ("Each criterion meets or better.", [every("meets")]),
        ("You need at least Meets Expectations in every criterion.", [every("meets")]),
        ("Each of the areas has at least Exceeds Expectations.", [every("exceeds")]),
        ("No competency may be below Meets.", [every("meets")]),
        ("You must reach at least 3 points on each criterion.", [every("meets")]),
        ("Be rated Meets or higher in all criteria.", [every("meets")]),
        (
            "At least two of the four competencies must be rated Exceeds or higher.",
            [{"kind": "criteria_at_least", "count": 2, "level_id": "exceeds"}],
        ),
        (
            "You must score 12 points or more, and all skills must be competent or higher.",
            [total("12"), every("meets")],
        ),
        (
            "Score 10 points or more, or have all skills rated Meets or better.",
            [{"kind": "any_of", "conditions": [total("10"), every("meets")]}],
        ),
    ],
)
def test_sentences_are_read(sentence: str, conditions: list[dict[str, Any]]) -> None:
    """What a program usually writes, in its usual forms."""
    assert asks_for_something(sentence)
    assert read_rule([sentence], KNOWN).conditions == conditions


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("You must score 12 points or more.", []),
        ("All skills must be rated as competent or higher.", [AroundCode.RULE_LEVEL_BY_WORD]),
        ("All skills must be rated as brilliant or higher.", [AroundCode.RULE_LEVEL_UNKNOWN]),
        ("You need at least 4 points on each criterion.", [AroundCode.RULE_LEVEL_UNKNOWN]),
        ("Submit a video and score 12 points or more.", [AroundCode.RULE_PARTLY_READ]),
        ("You must pass the interview to earn this badge.", [AroundCode.RULE_UNREAD]),
        ("Score 9 points or more, or at least 8 points.", [AroundCode.RULE_CHOICE]),
    ],
)
def test_what_is_not_understood_is_marked(sentence: str, codes: list[AroundCode]) -> None:
    """The sentence stays what it is; a mark says what to look at."""
    read = read_rule([sentence], KNOWN)

    assert [one.code for one in read.marks] == codes


def test_a_level_that_nobody_knows_is_left_open() -> None:
    """The condition stands there with a blank, and the mark at the blank."""
    read = read_rule(
        ["Score 9 points or more.", "All skills must be rated as brilliant or higher."], KNOWN
    )

    assert read.conditions == [total("9"), {"kind": "every_criterion_at_least"}]
    (mark,) = read.marks
    assert (mark.place, dict(mark.values)) == ("conditions/1/level_id", {"text": "brilliant"})


def test_a_word_of_several_levels_finds_none() -> None:
    """“Work” stands in every description."""
    read = read_rule(["Every skill must be rated as work or higher."], KNOWN)

    assert read.conditions == [{"kind": "every_criterion_at_least"}]


def test_a_condition_that_is_said_twice_counts_once() -> None:
    """Above the table and below it."""
    sentence = "You must score 12 points or more."

    assert read_rule([sentence, sentence], KNOWN).conditions == [total("12")]


def test_there_are_no_more_conditions_than_a_definition_holds() -> None:
    """However many a text makes up."""
    sentences = [f"You must score {points} points or more." for points in range(50)]

    assert len(read_rule(sentences, KNOWN).conditions) == MAXIMUM_CONDITIONS


@pytest.mark.parametrize(
    "sentence",
    [
        "Earning badges is based on demonstrating the underlying competencies.",
        "The microcredential consists of four badges.",
        "It was written in 2020.",
    ],
)
def test_what_asks_for_nothing_is_no_rule(sentence: str) -> None:
    """It is a description."""
    assert not asks_for_something(sentence)
