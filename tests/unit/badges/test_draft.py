"""Drafts: what is typed at places, and what becomes of two people's texts."""

import json
from functools import cache

import pytest

from badges.definition import AchievementDefinition, serialize_definition
from badges.draft import (
    Draft,
    changed_texts,
    confirm,
    merge,
    read_draft,
    set_values,
    text_at,
    write_draft,
)
from badges.draft_check import definition_of
from badges.draft_edits import remove
from badges.errors import UnknownPlaceError
from badges.library import list_shipped, load_shipped


@cache
def shipped() -> dict[str, AchievementDefinition]:
    """Every shipped badge by its id."""
    return {one.id: one for name in list_shipped() for one in load_shipped(name).achievements}


def a_draft(slug: str = "harbour-starting-well") -> Draft:
    """A draft of a shipped badge."""
    return Draft(document=json.loads(serialize_definition(shipped()[slug])))


DEFINED = sorted(slug for slug, one in shipped().items() if not one.is_placeholder)
FIRST = "rubric/criteria/working-agreement"


@pytest.mark.parametrize("slug", DEFINED)
def test_a_draft_of_a_definition_says_the_same(slug: str) -> None:
    """Nothing is lost on the way into a draft, its bytes, and back."""
    draft = read_draft(write_draft(a_draft(slug)))

    assert definition_of(draft) == shipped()[slug]


@pytest.mark.parametrize(
    ("place", "typed", "shown"),
    [
        ("title", "  A   title\r\n", "A title"),
        ("description", " Two\r\nlines\t. ", "Two\nlines ."),
        (f"{FIRST}/levels/strong/points", "05,50", "5.5"),
        (f"{FIRST}/levels/strong/points", "five", "five"),
        (f"{FIRST}/levels/strong/band/minimum", " 9 ", "9"),
        (f"{FIRST}/levels/strong/band/minimum", "nine", "nine"),
        ("conditions/0/points", "12", "12"),
        ("rubric/level_source", "tasks", "tasks"),
        ("licence/url", "nowhere", "nowhere"),
        ("licence/allows_changes", "false", "false"),
        ("licence/allows_changes", "true", ""),
        ("artefact_requirements/agreement/kinds", "file,link", "file, link"),
        ("prompts/first-session-prompt/title", "", ""),
        ("title", "<script>alert(1)</script>\x00", "<script>alert(1)</script>"),
    ],
)
def test_what_is_typed_is_kept(place: str, typed: str, shown: str) -> None:
    """Numbers in one form; what is no number as it was typed; nothing invisible."""
    if place.startswith("prompts/"):
        place = f"prompts/{a_draft().document['prompts'][0]['id']}/title"

    assert text_at(set_values(a_draft(), {place: typed}), place) == shown


@pytest.mark.parametrize(
    "place",
    [
        "",
        "id",
        "state",
        "nothing",
        "rubric",
        "rubric/criteria",
        "rubric/criteria/nobody/title",
        "rubric/criteria/0/title",
        f"{FIRST}/id",
        f"{FIRST}/levels/strong/band",
        f"{FIRST}/__class__/title",
        "conditions/99/points",
        "conditions/0/kind",
        "conditions/0/level_id/title",
        "conditions/-1/points",
        "levels/nobody/points",
        "levels/strong/nothing",
        "accepted_warnings/0",
    ],
)
def test_other_places_are_refused(place: str) -> None:
    """What no field of the page is called is no place, and leaves no trace."""
    with pytest.raises(UnknownPlaceError):
        set_values(a_draft(), {place: "x"})


def test_an_edit_leaves_the_draft_before_it_alone() -> None:
    """Revisions are values."""
    draft = a_draft()
    before = write_draft(draft)

    set_values(draft, {"title": "Another", f"{FIRST}/levels/strong/band/minimum": "1"})
    remove(draft, FIRST)

    assert write_draft(draft) == before


def test_a_level_of_every_competency_is_one_place() -> None:
    """One name and one number for all; where they differ, nothing is shown for all."""
    draft = set_values(a_draft(), {"levels/strong/points": "7"})
    points = {
        one.level("strong").points for one in definition_of(draft).get_rubric().rated_criteria
    }

    assert {str(one) for one in points} == {"7"}
    assert text_at(draft, "levels/strong/points") == "7"
    assert (
        text_at(set_values(draft, {f"{FIRST}/levels/strong/points": "8"}), "levels/strong/points")
        == ""
    )


def test_objects_come_and_go_with_what_they_hold() -> None:
    """A band, a licence and a rule for evidence are there as long as something is in them."""
    draft = a_draft()
    band = f"{FIRST}/levels/strong/band"
    filled = set_values(draft, {f"{band}/minimum": "9", f"{band}/maximum": "10"})
    emptied = set_values(filled, {f"{band}/minimum": "", f"{band}/maximum": ""})
    without = set_values(
        draft,
        {
            "evidence_rule/minimum_per_criterion": "0",
            "evidence_rule/needs_locator": "false",
            "evidence_rule/needs_explanation": "false",
        },
    )
    again = set_values(without, {"evidence_rule/minimum_per_criterion": "2"})

    assert definition_of(emptied) == definition_of(draft)
    assert "evidence_rule" not in without.document
    assert definition_of(again).evidence_rule.minimum_per_criterion == 2


def test_a_choice_that_the_source_leaves_open_is_marked_as_the_programs() -> None:
    """As `with_choice` does; taken back, it is open again."""
    chosen = set_values(a_draft("atpa-academic-coaching-2"), {"rubric/level_source": "assessor"})
    back = set_values(chosen, {"rubric/level_source": ""})

    assert chosen.document["program_choices"] == ["level_source"]
    assert back == a_draft("atpa-academic-coaching-2")


def test_copied_numbers_stay_unconfirmed_until_somebody_says_so() -> None:
    """By a tick, for one or for a level of all competencies; typing over is a word too."""
    place = f"{FIRST}/levels/strong/points"
    draft = Draft(
        document=a_draft().document, unconfirmed=frozenset({place, "conditions/0/points"})
    )

    assert (
        text_at(draft, f"confirm:{place}") == text_at(draft, "confirm:levels/strong/points") == ""
    )
    assert set_values(draft, {"confirm:levels/strong/points": "true"}).unconfirmed == {
        "conditions/0/points"
    }
    assert set_values(draft, {place: "6"}).unconfirmed == {"conditions/0/points"}
    assert set_values(draft, {place: str(text_at(draft, place))}).unconfirmed == draft.unconfirmed
    assert confirm(draft, draft.unconfirmed).unconfirmed == set()
    assert set_values(confirm(draft, [place]), {f"confirm:{place}": ""}).unconfirmed == {
        place,
        "conditions/0/points",
    }


def test_what_two_people_typed_at_different_places_is_all_there() -> None:
    """Nobody has to start again because somebody else saved."""
    base = a_draft()
    theirs = set_values(base, {"title": "Theirs"})

    merged = merge(base, theirs, {"title": str(base.document["title"]), "description": "Mine"})

    assert not merged.conflicts
    assert (merged.draft.document["title"], merged.draft.document["description"]) == (
        "Theirs",
        "Mine",
    )


def test_what_both_changed_is_named_and_not_written_over() -> None:
    """The same text typed by both is none of that."""
    base = a_draft()
    theirs = set_values(base, {"title": "Theirs", "description": "Both"})

    merged = merge(base, theirs, {"title": "Mine", "description": " Both"})

    assert merged.conflicts == {"title": "Theirs"}
    assert merged.draft == theirs


def test_what_was_typed_into_something_that_is_gone_is_named() -> None:
    """The text is for its author to keep."""
    base = a_draft()

    merged = merge(base, remove(base, FIRST), {f"{FIRST}/title": "Mine"})

    assert merged.conflicts == {f"{FIRST}/title": None}


def test_a_rule_that_was_rebuilt_takes_nothing_by_position() -> None:
    """The second condition is another one once the first is removed."""
    base = set_values(a_draft(), {})
    conditions = [
        {"kind": "total_at_least", "points": "6"},
        {"kind": "total_at_least", "points": "9"},
    ]
    base = Draft(document=base.document | {"conditions": conditions})
    theirs = remove(base, "conditions/0")
    both = Draft(document=base.document | {"conditions": [*conditions, conditions[0]]})

    assert merge(base, theirs, {"conditions/0/points": "7"}).conflicts == {
        "conditions/0/points": "9"
    }
    assert merge(base, both, {"conditions/0/points": "7"}).conflicts == {"conditions/0/points": "6"}


def test_fields_catch_up_with_what_others_changed() -> None:
    """A page learns what it has to show now, and nothing else."""
    before = a_draft()
    after = set_values(remove(before, FIRST), {"title": "Theirs"})

    assert changed_texts(before, after, ["title", "description", f"{FIRST}/title"]) == {
        "title": "Theirs"
    }
