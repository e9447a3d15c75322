"""What was pasted becomes part of a draft, with its marks at fields."""

import json

from hypothesis import given
from hypothesis import strategies as st

from badges.draft import Draft, confirm, read_draft, text_at, write_draft
from badges.draft_check import DraftCode, check, definition_of
from badges.draft_edits import add, blank
from badges.draft_paste import paste_into
from badges.errors import InvalidDraftError
from rubrics.findings import Finding
from tests.unit.badges.test_draft import FIRST, a_draft, shipped
from tests.unit.badges.test_draft_edits import SLOT

READ = {
    key: one
    for key, one in a_draft().document.items()
    if key in {"title", "description", "criteria_narrative", "conditions", "rubric", "licence"}
}


def pasted(*marks: tuple[str, str]) -> Draft:
    """An empty slot into which a whole badge was pasted."""
    return paste_into(blank(SLOT), READ, marks)


def found(draft: Draft, code: DraftCode) -> list[Finding]:
    """What is found of one kind."""
    return [one for one in check(draft) if one.code == code]


def test_the_badge_keeps_its_place_and_takes_the_words() -> None:
    """Its id and its place are the program's, whatever the table says."""
    intruding = {**READ, "id": "other", "program": "other", "position": 9, "state": "published"}
    draft = paste_into(blank(SLOT), intruding, ())
    document = draft.document

    assert {key: document[key] for key in SLOT if key != "title"} == {
        key: one for key, one in SLOT.items() if key != "title"
    }
    assert (document["title"], document["state"]) == (READ["title"], "draft")
    criteria = definition_of(Draft(document={**document, "origin": "own"})).get_rubric().criteria
    assert criteria == shipped()["harbour-starting-well"].get_rubric().criteria


def test_what_a_table_does_not_say_stays() -> None:
    """Questions, files and the program's choice are still there; nothing is changed in place."""
    draft, _ = add(a_draft(), "prompts")
    before = write_draft(draft)
    table = {"rubric": {"criteria": [{"id": "one", "title": "One"}]}}
    after = paste_into(draft, table, ())

    assert after.document["prompts"] == draft.document["prompts"]
    assert text_at(after, "rubric/level_source") == text_at(draft, "rubric/level_source")
    assert [one["id"] for one in after.document["rubric"]["criteria"]] == ["one"]
    assert write_draft(draft) == before


def test_marks_stand_at_fields_and_stop_publishing() -> None:
    """At the field itself, at an entry's name, at a condition's first blank; else on top."""
    draft = pasted(
        (f"{FIRST}/levels/strong/points", "What is it worth?"),
        (f"{FIRST}/levels/strong/band", "From which to which?"),
        (FIRST, "Where does the title end?"),
        ("conditions/0", "Which total?"),
        ("rubric/criteria/nobody/levels/x", "Gone."),
        ("licence", "Which version?"),
        ("", "Another table was left out."),
        ("description", "Does this belong here?"),
    )
    points = f"{FIRST}/levels/strong/points"

    assert draft.marks[points] == "What is it worth?"
    assert draft.marks[f"{FIRST}/levels/strong/band/minimum"] == "From which to which?"
    assert draft.marks[f"{FIRST}/title"] == "Where does the title end?"
    assert draft.marks["conditions/0/points"] == "Which total?"
    assert draft.marks["licence/url"] == "Which version?"
    told = "Gone. Another table was left out. Does this belong here?"
    assert draft.marks["description"] == told
    assert len(found(draft, DraftCode.NOT_UNDERSTOOD)) == len(draft.unconfirmed) == 6
    assert not found(confirm(draft, draft.unconfirmed), DraftCode.NOT_UNDERSTOOD)


def test_what_was_unconfirmed_stays_so_where_nothing_was_pasted_over() -> None:
    """A copied number that is still there was still looked at by nobody."""
    draft = Draft(
        document=a_draft().document,
        unconfirmed=frozenset({"conditions/0/points", f"{FIRST}/title"}),
    )
    after = paste_into(draft, {"rubric": {"criteria": [{"id": "one", "title": "One"}]}}, ())

    assert after.unconfirmed == {"conditions/0/points"}


@given(places=st.lists(st.text(alphabet="abc/019-", max_size=12), max_size=6))
def test_whatever_is_marked_has_a_field(places: list[str]) -> None:
    """No mark is lost, none stands where nobody can tick it."""
    draft = pasted(*((place, f"mark {number}") for number, place in enumerate(places)))

    assert all(text_at(draft, place) is not None for place in draft.unconfirmed)
    said = " ".join(draft.marks.values())
    assert all(f"mark {number}" in said for number in range(len(places)))
    assert read_draft(write_draft(draft)) == draft
    try:
        definition_of(draft)
    except InvalidDraftError as error:
        assert json.dumps([one.place for one in error.findings])  # noqa: PT017 - either is right
