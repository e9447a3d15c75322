"""Whatever is pasted, it is read or refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import ValidationError

from badges.definition_document import DEFINITION_SCHEMA
from badges.draft import Draft
from badges.draft_check import check
from badges.pasting import MAXIMUM_MARKS, paste_mark_text, read_pasted
from badges.pasting.marks import AroundCode
from rubrics.definition import SCHEMA
from rubrics.documents import load_validator
from rubrics.errors import PasteFault, UnreadablePasteError

CONDITIONS = ("badges.schemas", "condition.schema.json")


def find(document: Any, steps: list[str]) -> Any:  # noqa: ANN401 - a document
    """What stands at the steps of a place; None where nothing does."""
    for step in steps:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list):
            by_id = {one["id"]: one for one in document if "id" in one}
            is_position = step.isdigit() and int(step) < len(document)
            document = by_id.get(step) or (document[int(step)] if is_position else None)
        else:
            return None
    return document


def ends(error: ValidationError) -> list[ValidationError]:
    """What an error of a schema comes from."""
    return [end for one in error.context for end in ends(one)] if error.context else [error]


@pytest.mark.parametrize(
    ("text", "html", "fault"),
    [
        ("", "", PasteFault.EMPTY),
        (" \n", "<p> </p>", PasteFault.NO_TABLE),
        ("A sentence, with a comma.\nAnother one.", "", PasteFault.NO_TABLE),
        ("a\tb\n" * 10_000, "", PasteFault.TOO_MANY_ROWS),
        ("a,b,c\n" * 10_000, "", PasteFault.TOO_MANY_ROWS),
        ("", "<table>" + "<tr><td>a<td>b" * 10_000, PasteFault.TOO_MANY_ROWS),
        ("a\t" * 10_000, "", PasteFault.TOO_MANY_COLUMNS),
        ("", "<table><tr>" + "<td>a" * 10_000, PasteFault.TOO_MANY_COLUMNS),
        ("", "<table><tr><td colspan=60>a<td>b</table>", PasteFault.TOO_MANY_COLUMNS),
        ("a\tb\n" * 100_000, "", PasteFault.TOO_LONG),
        ("", "<p>" * 1_000_000, PasteFault.TOO_LONG),
        ("", "<table><tr><td>" * 10, PasteFault.TOO_DEEP),
    ],
)
def test_what_is_no_rubric_is_refused_as_a_whole(text: str, html: str, fault: PasteFault) -> None:
    """With one error, which says what is wrong and what is allowed."""
    with pytest.raises(UnreadablePasteError) as caught:
        read_pasted(text, html)

    assert caught.value.fault is fault
    assert "{" not in str(caught.value)


def test_a_page_of_marks_is_enough() -> None:
    """A thousand rows with something wrong in each are not a thousand marks."""
    rows = "\n".join(f"{number}\ta\t\t\tb\tc" for number in range(900))
    pasted = read_pasted(f"Title\n\nCriteria\tStrong [3]\tReady\tFair\tPoor [1]\n{rows}")

    assert len(pasted.marks) == MAXIMUM_MARKS + 1
    assert pasted.marks[-1].code == AroundCode.MARKS_CUT


PIECES = st.sampled_from(
    [
        *("", "", "Competency", "1. Listens Definition: hears", "Strong [3]", "Ready (2 pts)"),
        *("9-10", "Scoring totals 7-8", "5 pts\nFull\n1 pts\nNone", "Total", "Your Rating", "•"),
        *("Rubric Name", "Criteria Name", "Criteria Description", "Criteria Enable Range"),
        *("Rating Name", "Rating Points", "criterion", "level", "level_description", "score"),
        *(
            "more plus Ready",
            "x" * 400,
            "<b>",
            '"',
            "'=1",
            "at least 12 points",
            "CC BY",
            "(2 of 4)",
        ),
    ]
)
CELLS = st.one_of(PIECES, PIECES, st.text(max_size=20))
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=8)
SPANS = st.sampled_from(["", "", " colspan=2", " rowspan=3", " hidden", " colspan=-1"])


@st.composite
def clipboards(draw: st.DrawFn) -> tuple[str, str]:
    """Any grid, with text above and below, as text or as markup."""
    grid = draw(GRIDS)
    above, below = draw(CELLS), draw(CELLS)
    if draw(st.booleans()):
        delimiter = draw(st.sampled_from(["\t", ",", ";", "   "]))
        lines = (delimiter.join(row) for row in grid)
        return f"{above}\n\n" + "\n".join(lines) + f"\n\n{below}", ""
    table = "".join(
        "<tr>" + "".join(f"<td{draw(SPANS)}>{cell}</td>" for cell in row) + "</tr>" for row in grid
    )
    return "", f"<p>{above}</p><table>{table}</table><p>{below}</p>"


@given(clipboards())
@example(('"a\tb"', ""))
def test_whatever_is_pasted_is_read_or_refused(clipboard: tuple[str, str]) -> None:
    """Never another error; all that was read is allowed where it stands, and marks have places."""
    validator = load_validator(DEFINITION_SCHEMA, CONDITIONS, SCHEMA)
    try:
        pasted = read_pasted(*clipboard)
    except UnreadablePasteError:
        return

    placed = {"id": "a", "program": "b", "state": "draft", "origin": "own", "description": "c"}
    whole: Any = {**placed, **pasted.document}
    for error in validator.iter_errors(whole):
        # A draft may lack things; nothing that is there is anything else than documents hold.
        assert {one.validator for one in ends(error)} <= {"required", "minItems"}, error.message
    assert check(Draft(document=whole)), "a draft of nothing but a paste lacks something"
    for one in pasted.marks:
        *above, _ = one.place.split("/")
        assert find(pasted.document, above) is not None, one.place
        assert paste_mark_text(one)
    assert read_pasted(*clipboard) == pasted
