"""Drafts: adding, removing, moving; whatever is done, nothing but our own errors."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.definition import serialize_definition
from badges.draft import Draft, merge, read_draft, set_values, text_at, write_draft
from badges.draft_check import DraftCode, check, definition_of, text_of_finding
from badges.draft_edits import add, blank, move, remove, set_kind, take_suggested_tasks
from badges.draft_shape import start_like
from badges.errors import DraftError, FullListError, InvalidDraftError, UnknownPlaceError
from rubrics.findings import Severity
from tests.unit.badges.test_draft import DEFINED, FIRST, a_draft, shipped

SLOT: dict[str, Any] = {
    "id": "atpa-academic-coaching-1",
    "title": "Badge 1",
    "program": "atpa-academic-coaching",
    "position": 1,
    "total_in_stack": 4,
}


def codes(draft: Draft, place: str) -> list[str]:
    """What is found at a place."""
    return [str(one.code) for one in check(draft) if one.place == place]


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("rubric/criteria", ""),
        (f"{FIRST}/criteria", ""),
        (f"{FIRST}/levels", ""),
        ("levels", ""),
        ("rubric/tasks", ""),
        ("prompts", ""),
        ("artefact_requirements", ""),
        ("alignments", "privacy"),
        ("conditions", "total_at_least"),
        ("conditions", "some_of"),
        ("provenance/open_questions", ""),
    ],
)
def test_what_was_added_has_a_place_and_can_be_removed_again(place: str, kind: str) -> None:
    """Without a trace: what is found is what was found before."""
    before = a_draft()
    after, made = add(before, place, kind)

    assert after != before
    back = remove(after, made)
    if place == "provenance/open_questions":
        back.document.pop("provenance", None)
    assert back == before


def test_a_new_competency_has_the_levels_of_the_others() -> None:
    """One title is all that it still needs."""
    draft, made = add(a_draft(), "rubric/criteria")
    added = definition_of(set_values(draft, {f"{made}/title": "New"})).get_rubric().criteria[-1]

    assert [level.id for level in added.levels] == ["strong", "ready", "emerging"]
    assert not any(level.descriptor for level in added.levels)


def test_lists_have_an_end() -> None:
    """Twelve levels, twenty conditions, groups five deep."""
    draft, place = a_draft(), "conditions"
    for _ in range(9):
        draft, _ = add(draft, "levels")
    with pytest.raises(FullListError):
        add(draft, "levels")
    for _ in range(5):
        draft, made = add(draft, place, "all_of")
        place = f"{made}/conditions"
    with pytest.raises(FullListError):
        add(draft, place, "all_of")


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("", ""),
        ("title", ""),
        ("rubric/nothing", ""),
        ("accepted_warnings", ""),
        ("conditions", "nothing"),
        ("conditions/0/conditions", "rated"),
        ("rubric/criteria/nobody/levels", ""),
        ("tags", ""),
    ],
)
def test_nothing_is_added_anywhere_else(place: str, kind: str) -> None:
    """Lists that the editor has no button for are left alone."""
    with pytest.raises(UnknownPlaceError):
        add(a_draft(), place, kind)


def test_what_points_to_something_removed_is_found() -> None:
    """Nothing is mended silently: the rule, the questions and the alignments say so."""
    draft = a_draft()
    draft, _ = add(draft, "conditions", "criterion_at_least")
    draft = set_values(
        draft, {"conditions/2/criterion_id": "working-agreement", "conditions/2/level_id": "strong"}
    )
    without = remove(draft, FIRST)
    asked = [
        one["id"]
        for one in draft.document["prompts"]
        if one.get("criterion_id") == "working-agreement"
    ]

    assert codes(without, "conditions/2/criterion_id") == [DraftCode.POINTS_NOWHERE]
    assert codes(without, "alignments/0/criterion_id") == [DraftCode.POINTS_NOWHERE]
    assert all(codes(without, f"prompts/{one}/criterion_id") for one in asked)
    assert codes(remove(draft, "levels/strong"), "conditions/2/level_id") == [
        DraftCode.POINTS_NOWHERE
    ]


def test_an_id_that_something_still_points_to_is_not_given_again() -> None:
    """A rule about a removed competency does not silently take the next one."""
    draft, made = add(a_draft(), "rubric/criteria")
    draft, condition = add(draft, "conditions", "criterion_at_least")
    draft = set_values(draft, {f"{condition}/criterion_id": made.rpartition("/")[2]})

    _, again = add(remove(draft, made), "rubric/criteria")

    assert again != made


def test_what_is_said_of_a_condition_moves_with_it() -> None:
    """Positions change when one above is removed or moved."""
    draft = Draft(
        document=a_draft().document,
        unconfirmed=frozenset({"conditions/0/points", "conditions/1/level_id"}),
        marks={"conditions/1/level_id": "Which?"},
    )

    removed = remove(draft, "conditions/0")
    moved = move(draft, "conditions/0", 1)

    assert removed.unconfirmed == {"conditions/0/level_id"}
    assert removed.marks == {"conditions/0/level_id": "Which?"}
    assert moved.unconfirmed == {"conditions/1/points", "conditions/0/level_id"}


def test_a_group_asks_for_all_any_or_some() -> None:
    """And only a group does."""
    draft, made = add(a_draft(), "conditions", "any_of")

    assert text_at(set_kind(draft, made, "some_of"), f"{made}/count") == "1"
    assert text_at(set_kind(draft, made, "all_of"), f"{made}/count") is None
    with pytest.raises(UnknownPlaceError):
        set_kind(draft, "conditions/0", "all_of")


def test_suggested_tasks_are_taken_over() -> None:
    """Only where the definition suggests some."""
    draft = set_values(a_draft("atpa-academic-coaching-2"), {"rubric/level_source": "tasks"})

    assert not [one for one in check(take_suggested_tasks(draft)) if one.severity is Severity.ERROR]
    with pytest.raises(UnknownPlaceError):
        take_suggested_tasks(a_draft())


def test_a_blank_draft_says_what_is_missing_and_nothing_else() -> None:
    """Whoever begins is not met by a wall of faults."""
    draft = blank(SLOT)

    assert {str(one.code) for one in check(draft)} == {DraftCode.MISSING}
    with pytest.raises(InvalidDraftError) as caught:
        definition_of(draft)
    assert "rubric/criteria/competency/title" in {one.place for one in caught.value.findings}


@pytest.mark.parametrize("slug", DEFINED)
def test_start_like_takes_the_shape_and_no_words(slug: str) -> None:
    """Every number that was copied is unconfirmed; what it was copied from is named nowhere."""
    other = shipped()[slug]
    draft = start_like(other, SLOT)
    rubric = draft.document["rubric"]
    words = {one.definition for one in other.get_rubric().all_criteria}
    words |= {one.title for one in other.get_rubric().all_criteria} | {
        other.title,
        other.description,
    }
    copied = json.dumps(draft.document, ensure_ascii=False)

    assert len(rubric["criteria"]) == len(other.get_rubric().criteria)
    assert not [one for one in words if one and json.dumps(one, ensure_ascii=False) in copied]
    assert all(text_at(draft, place) for place in draft.unconfirmed)
    found = {str(one.code) for one in check(draft)}
    assert found <= {DraftCode.MISSING, DraftCode.NOT_CONFIRMED}


def test_start_like_keeps_numbers_rule_and_tasks() -> None:
    """As the ATPA's first badge would begin like its second."""
    second = take_suggested_tasks(
        set_values(a_draft("atpa-academic-coaching-2"), {"rubric/level_source": "tasks"})
    )
    draft = start_like(definition_of(second), SLOT)

    assert text_at(draft, "levels/exceeds/points") == "5"
    assert text_at(draft, "levels/meets/band/minimum") == "7"
    assert text_at(draft, "conditions/0/points") == "12"
    assert text_at(draft, "conditions/1/level_id") == "meets"
    assert [one["maximum"] for one in draft.document["rubric"]["tasks"]] == [5, 5]
    assert {"conditions/0/points", "rubric/tasks/task-1/maximum"} <= draft.unconfirmed


def test_every_finding_has_plain_words() -> None:
    """No markup, no code, no braces."""
    draft = set_values(
        a_draft(),
        {
            "title": "t" * 301,
            "licence/url": "nowhere",
            "conditions/0/points": "many",
            "rubric/level_source": "dice",
            f"{FIRST}/levels/strong/points": "99999999",
        },
    )
    texts = [text_of_finding(one) for one in check(draft)]

    assert len(texts) >= 5
    assert not [one for one in texts if "{" in one or "_" in one]


PLACES = st.sampled_from(
    [
        "title",
        "description",
        "levels/strong/points",
        "levels/level/title",
        f"{FIRST}/title",
        f"{FIRST}/levels/ready/band/minimum",
        f"{FIRST}/levels/ready",
        "levels/strong",
        "rubric/criteria/competency/title",
        "rubric/criteria/competency",
        FIRST,
        "rubric/criteria",
        f"{FIRST}/criteria",
        f"{FIRST}/levels",
        "levels",
        "rubric/tasks",
        "rubric/tasks/task/maximum",
        "rubric/level_source",
        "prompts",
        "prompts/question/criterion_id",
        "alignments",
        "alignments/0",
        "alignments/0/url",
        "conditions",
        "conditions/0",
        "conditions/1",
        "conditions/2/conditions",
        "conditions/2/conditions/0/points",
        "conditions/0/points",
        "confirm:conditions/0/points",
        "evidence_rule/minimum_per_criterion",
        "licence/title",
        "nothing/at/all",
        "",
    ]
)
TEXTS = st.one_of(
    st.sampled_from(["", "5", "-1", "true", "false", "tasks", "assessor", "working-agreement"]),
    st.text(max_size=8),
)
KINDS = st.sampled_from(["", "all_of", "some_of", "total_at_least", "holds", "privacy"])
STEPS = st.one_of(
    st.tuples(st.just("set"), PLACES, TEXTS),
    st.tuples(st.just("add"), PLACES, KINDS),
    st.tuples(st.just("remove"), PLACES, st.just("")),
    st.tuples(st.just("up"), PLACES, st.just("")),
    st.tuples(st.just("kind"), PLACES, KINDS),
)


def done(draft: Draft, step: tuple[str, str, str]) -> Draft:
    """The draft after one step; the same where our own error refuses it."""
    verb, place, text = step
    try:
        match verb:
            case "set":
                return set_values(draft, {place: text})
            case "add":
                return add(draft, place, text)[0]
            case "remove":
                return remove(draft, place)
            case "up":
                return move(draft, place, -1)
            case _:
                return set_kind(draft, place, text)
    except DraftError:
        return draft


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=14), slug=st.sampled_from(["", "harbour-starting-well"]))
def test_whatever_is_done_the_draft_can_be_kept_and_looked_at(
    steps: list[tuple[str, str, str]], slug: str
) -> None:
    """Nothing but our own errors; the bytes keep all of it; a valid one is a definition."""
    draft = a_draft(slug) if slug else blank(SLOT)
    for step in steps:
        before = write_draft(draft)
        after = done(draft, step)
        assert write_draft(draft) == before
        draft = after

    assert read_draft(write_draft(draft)) == draft
    findings = check(draft)
    assert all(text_of_finding(one) for one in findings)
    try:
        definition = definition_of(draft)
    except InvalidDraftError:
        assert findings
    else:
        again = Draft(document=json.loads(serialize_definition(definition)))
        assert definition_of(again) == definition


@settings(max_examples=60, deadline=None)
@given(
    mine=st.dictionaries(PLACES, TEXTS, max_size=4),
    theirs=st.lists(STEPS, max_size=4),
)
def test_a_merge_keeps_both(mine: dict[str, str], theirs: list[tuple[str, str, str]]) -> None:
    """Every text of mine is there, or named with what is there instead."""
    base = a_draft()
    mine = {place: text for place, text in mine.items() if text_at(base, place) is not None}
    now = base
    for step in theirs:
        now = done(now, step)

    merged = merge(base, now, mine)

    alone = merge(base, base, mine).draft
    for place in mine:
        if place in merged.conflicts:
            assert text_at(now, place) == merged.conflicts[place]
        elif text_at(alone, place) != text_at(base, place):
            assert text_at(merged.draft, place) == text_at(alone, place)
