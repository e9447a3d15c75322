"""A pasted page becomes the draft of a badge."""

import json
from dataclasses import replace

import pytest

from badges.conditions import EveryCriterionAtLeast
from badges.definition import AchievementDefinition, FormOrigin, Provenance, parse_definition
from badges.definition_values import NO_EVIDENCE_RULE
from badges.pasting import PastedDefinition, read_pasted
from badges.pasting.marks import AROUND_TEXTS, AroundCode
from rubrics.criterion import Criterion
from rubrics.pasting.marks import PasteCode
from tests.pastes import as_sheet, as_word, badge_2, source_text
from tests.unit.badges.test_library import SOURCE, needs_sources

TABLE = """\
Competency\tStrong [3]\tReady [2]\tEmerging [1]
Listens\tHears a hint\tHears the point\tHears little
Asks\tAsks once\tAsks openly\tAsks a lot
"""


def completed(pasted: PastedDefinition) -> AchievementDefinition:
    """The definition that a draft becomes once it is placed in a program."""
    placed = {
        "id": "atpa-academic-coaching-2",
        "program": "atpa-academic-coaching",
        "state": "draft",
        "origin": "transcribed",
    }
    return parse_definition(json.dumps({**pasted.document, **placed}).encode())


def what_a_text_can_say(shipped: AchievementDefinition) -> AchievementDefinition:
    """The shipped badge without what its source does not hold.

    That is what we wrote beside the source: notes, where it comes from, open questions,
    the text for the picture, the credit in our own words, and the product's default form.
    """
    rubric = shipped.get_rubric()
    bare = replace(
        rubric,
        criteria=tuple(replace(one, notes=()) for one in rubric.criteria),
        source=None,
        notes=(),
    )
    return replace(
        shipped,
        rubric=bare,
        provenance=Provenance(),
        image_alt="",
        attribution=rubric.attribution,
        suggested_tasks=(),
        form_origin=FormOrigin.DEFINITION,
        prompts=(),
        artefact_requirements=(),
        evidence_rule=NO_EVIDENCE_RULE,
    )


def with_ids_from_titles(definition: AchievementDefinition) -> AchievementDefinition:
    """The definition with ids that say no more than the titles; those shipped are our choice."""
    rubric = definition.get_rubric()
    levels = {level.id: level.title for one in rubric.criteria for level in one.levels}

    def renamed(criterion: Criterion) -> Criterion:
        named = tuple(replace(one, id=levels[one.id]) for one in criterion.levels)
        return replace(criterion, id=criterion.title, levels=named)

    return replace(
        definition,
        rubric=replace(rubric, criteria=tuple(map(renamed, rubric.criteria))),
        conditions=tuple(
            EveryCriterionAtLeast(level_id=levels[one.level_id])
            if isinstance(one, EveryCriterionAtLeast)
            else one
            for one in definition.conditions
        ),
    )


def places(pasted: PastedDefinition, *, asking: bool = True) -> dict[str, str]:
    """The codes of the marks by their places: those that ask for a look, or the others."""
    return {one.place: one.code for one in pasted.marks if one.is_notice is not asking}


@needs_sources
@pytest.mark.shared
def test_the_source_stands_in_these_tests_as_it_is() -> None:
    """What the tests paste as the source are its bytes."""
    assert source_text() == SOURCE.read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("clipboard", ["text", "word", "sheet"])
def test_the_pasted_source_is_the_shipped_badge(clipboard: str) -> None:
    """As it stands, as Word copies it and as a spreadsheet does, it gives the same definition."""
    pasted = {
        "text": lambda: read_pasted(source_text()),
        "word": lambda: read_pasted(html=as_word()),
        "sheet": lambda: read_pasted(as_sheet()),
    }[clipboard]()

    expected = with_ids_from_titles(what_a_text_can_say(badge_2()))
    assert with_ids_from_titles(completed(pasted)) == expected
    assert places(pasted) == {}
    assert pasted.program_title == "ATPA Academic Coaching Microcredential"


@needs_sources
@pytest.mark.shared
def test_the_source_itself_is_the_shipped_badge() -> None:
    """The file, pasted whole."""
    pasted = read_pasted(SOURCE.read_text(encoding="utf-8"))

    expected = with_ids_from_titles(what_a_text_can_say(badge_2()))
    assert with_ids_from_titles(completed(pasted)) == expected


def test_what_was_read_without_doubt_is_said() -> None:
    """How a phrase was read is a notice at its place, with the phrase."""
    pasted = read_pasted(source_text())

    exceeds = "rubric/criteria/establishes-and-maintains-agreements/levels/exceeds-expectations"
    assert places(pasted, asking=False) == {
        "title": AroundCode.PROGRAM_NAMED,
        "conditions/1/level_id": AroundCode.RULE_LEVEL_BY_WORD,
        "rubric/criteria": PasteCode.COLUMN_IGNORED,
        f"{exceeds}/cumulative": PasteCode.CUMULATIVE,
    }
    by_code = {one.code: one for one in pasted.marks}
    assert by_code[PasteCode.COLUMN_IGNORED].cell == "Your Rating and Comments"
    assert (by_code[PasteCode.CUMULATIVE].row, by_code[PasteCode.CUMULATIVE].column) == (1, 2)


def test_text_counts_where_the_markup_holds_no_table() -> None:
    """A clipboard has both; a browser's plain page has markup around tabs."""
    both = read_pasted(TABLE, "<pre>no table here</pre>")
    too_long = read_pasted(TABLE, "<p>" * 1_000_000)
    preferred = read_pasted(TABLE, "<table><tr><td>A<td>Good 2<tr><td>b<td>c</table>")

    assert both.document == too_long.document == read_pasted(TABLE).document
    assert preferred.document != both.document


def test_text_behind_the_table_is_kept_and_marked() -> None:
    """Nothing gets lost: what has no place ends the description."""
    below = "Below it.\nDeveloped by somebody. Used here. Score 5 points or more."
    pasted = read_pasted(f"Coaching\n\nAbove it.\n\n{TABLE}\n{below}")

    assert pasted.document["description"] == "Above it.\nBelow it."
    assert pasted.document["attribution"] == "Developed by somebody. Used here."
    assert pasted.document["criteria_narrative"] == "Score 5 points or more."
    assert places(pasted) == {"description": AroundCode.TEXT_UNPLACED}


def test_sentences_about_rights_above_the_table_are_credits() -> None:
    """What stands around them is the description."""
    pasted = read_pasted(f"Coaching\n\nOne. It is licensed under CC BY 4.0. Two.\n\n{TABLE}")

    assert pasted.document["description"] == "One. Two."
    assert pasted.document["attribution"] == "It is licensed under CC BY 4.0."


def test_a_table_alone_lacks_its_title() -> None:
    """The draft has no title then, and says so."""
    pasted = read_pasted(TABLE)

    assert "title" not in pasted.document
    assert places(pasted) == {"title": AroundCode.TITLE_MISSING}


def test_too_long_a_text_is_cut_and_marked() -> None:
    """A description has a length that documents allow."""
    pasted = read_pasted(f"Title\n\n{'word ' * 5000}\n\n{TABLE}")

    assert len(str(pasted.document["description"])) <= 20_000
    assert places(pasted) == {"description": PasteCode.TEXT_CUT}


def test_scripts_in_cells_are_text() -> None:
    """Elements are dropped with what is in them; what reads as markup in a text stays text."""
    cell = "<script>alert(1)</script>&lt;script&gt;alert(2)&lt;/script&gt;<img onerror=alert(3)>"
    html = f"<table><tr><td>A</td><td>Good (2)</td></tr><tr><td>b</td><td>{cell}</td></tr></table>"

    from_html = json.dumps(read_pasted(html=html).document)
    from_text = json.dumps(read_pasted("A\tGood (2)\tBad (1)\nb\t<b>x</b>\t\n").document)
    assert "<script>alert(2)</script>" in from_html
    assert "alert(1)" not in from_html
    assert "alert(3)" not in from_html
    assert "<b>x</b>" in from_text


def test_every_mark_has_its_words() -> None:
    """Of every code there is a sentence."""
    assert set(AROUND_TEXTS) == set(AroundCode)
