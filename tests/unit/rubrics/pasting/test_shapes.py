"""Tables that are not plain ones: other columns and rows, other ways up, exports of systems."""

import pytest

from badges.library import load_shipped
from rubrics.definition import parse_rubric
from rubrics.exchange import read_canvas, read_moodle, write_canvas, write_moodle
from rubrics.model import Rubric
from rubrics.pasting import PastedRubric, read_pasted_rubric
from rubrics.pasting.marks import PASTE_TEXTS, PasteCode
from rubrics.pasting.phrases import TEXT_CHARACTERS, TITLE_CHARACTERS
from tests.pastes import asking, criteria, levels, noticed

HARBOUR = [one.get_rubric() for one in load_shipped("harbour-coaching").achievements]
HEAD = "Competency\tStrong [3]\tReady [2]\tEmerging [1]"


def titles(pasted: PastedRubric, position: int = 0) -> list[str]:
    """The titles of the levels of a criterion, with their points."""
    return [f"{one.get('title', '?')} {one.get('points', '-')}" for one in levels(pasted, position)]


def html_table(*rows: str) -> PastedRubric:
    """What is read from rows of markup."""
    return read_pasted_rubric(html=f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")


def test_columns_for_filling_in_are_left_out() -> None:
    """Empty ones, and those that say again what the highest level is worth."""
    pasted = read_pasted_rubric(f"#\t{HEAD}\tPts\tYour Comments\n1\tA\ta\tb\tc\t3 pts\t\n")

    assert titles(pasted) == ["Strong 3", "Ready 2", "Emerging 1"]
    assert "definition" not in criteria(pasted)[0]
    assert (asking(pasted), noticed(pasted)) == ([], [PasteCode.COLUMN_IGNORED])


def test_columns_that_are_no_levels_stand_in_the_definition() -> None:
    """Groups and weights with a mark; what a competency means without."""
    pasted = read_pasted_rubric(
        "Domain\tCompetency\tDefinition\tStrong [3]\tReady [2]\tCode\nFirst\tA\tmeans a\ta\tb\tX1\n"
    )

    (criterion,) = criteria(pasted)
    assert criterion["title"] == "A"
    assert criterion["definition"] == "Domain: First\nmeans a\nCode: X1"
    assert titles(pasted) == ["Strong 3", "Ready 2"]
    assert asking(pasted) == [(PasteCode.COLUMN_KEPT, "a/definition")] * 2


def test_rows_for_filling_in_are_left_out_and_rows_over_all_columns_are_headings() -> None:
    """Nothing is rated in either; a title over the table is one."""
    pasted = html_table(
        "<th colspan=3>A rubric",
        "<td rowspan=2>Skill<td colspan=2>Levels",
        "<td>Good<td>Bad",
        "<td>Points<td>2<td>1",
        "<td colspan=3>1. Hearing",
        "<td>Listens<td>a<td>b",
        "<td>Total<td><td>/2",
    )

    assert pasted.before == ("A rubric",)
    assert [(one["title"], one.get("scale")) for one in criteria(pasted)] == [
        ("Hearing", "none"),
        ("Listens", None),
    ]
    assert titles(pasted, 1) == ["Good 2", "Bad 1"]
    assert noticed(pasted) == [PasteCode.ROW_IGNORED, PasteCode.HEADING]


def test_merged_cells_are_marked_where_their_text_was_put() -> None:
    """In each of the levels, and at the title that several rows share."""
    pasted = html_table(
        "<td>Skill<td>Good [2]<td>Bad [1]",
        "<td rowspan=2>Listens<td colspan=2>a",
        "<td>b<td>c",
    )

    assert [one["descriptor"] for one in levels(pasted)] == ["a", "a"]
    assert asking(pasted) == [
        (PasteCode.CELLS_MERGED, "listens/title"),
        (PasteCode.CRITERION_REPEATED, "listens/title"),
        (PasteCode.CELLS_MERGED, "listens/levels/good/descriptor"),
        (PasteCode.CELLS_MERGED, "listens/levels/bad/descriptor"),
        (PasteCode.CELLS_MERGED, "listens-2/title"),
        (PasteCode.CRITERION_REPEATED, "listens-2/title"),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Level\tA\tB\nStrong [3]\ta\tb\nReady [2]\tc\td\n", "A"),
        ("Level\tPoints\tA\nStrong\t3\ta\nReady\t2\tc\n", "A"),
    ],
)
def test_levels_may_be_rows(text: str, title: str) -> None:
    """Where the first column names them and the head does not."""
    pasted = read_pasted_rubric(text)

    assert criteria(pasted)[0]["title"] == title
    assert titles(pasted) == ["Strong 3", "Ready 2"]
    assert [one["descriptor"] for one in levels(pasted)] == ["a", "c"]


@pytest.mark.parametrize(
    ("heads", "read", "asks", "notices"),
    [
        ("Exceeds\tMeets\tDeveloping", "Developing Meets Exceeds", 1, 1),
        ("Not met\tPartially met\tMet", "Not met Partially met Met", 1, 0),
        ("Red\tGreen\tBlue", "Red Green Blue", 2, 0),
        ("Red (9-10)\tGreen (5-8)\tBlue (0-4)", "Blue Green Red", 1, 1),
    ],
)
def test_without_points_the_lowest_level_stands_first(
    heads: str, read: str, asks: int, notices: int
) -> None:
    """As far as titles or bands say which one that is."""
    pasted = read_pasted_rubric(f"Skill\t{heads}\nA\ta\tb\tc\nB\td\te\tf")

    assert " ".join(one["title"] for one in levels(pasted, 1)) == read
    assert (len(asking(pasted)), len(noticed(pasted))) == (asks, notices)
    assert (PasteCode.POINTS_NONE, "") in asking(pasted)


def test_a_table_without_a_head_has_levels_without_titles() -> None:
    """A table behind another of the same width goes on with its head."""
    long = "It is long, as texts are, and is said in more words than a head would have"
    texts = f"{long}\t{long} and more"
    headless = read_pasted_rubric(f"Listens\t{texts}\nAsks\t{texts}\n")
    continued = read_pasted_rubric(f"Skill\tGood [2]\tBad [1]\nA\ta\tb\n\nText.\n\nB\t{texts}\n")

    assert titles(headless) == ["? -", "? -"]
    assert (PasteCode.HEAD_MISSING, "") in asking(headless)
    assert titles(continued, 1) == ["Good 2", "Bad 1"]
    assert continued.behind == ("Text.",)


def test_another_table_is_left_out_and_kept_as_text() -> None:
    """Unless its head is one of a rubric; one column is no table at all."""
    pasted = read_pasted_rubric(
        html="<table><tr><td>One<tr><td>column</table>"
        "<table><tr><td>Name<td>A. Body<tr><td>Course<td>One</table>"
        "<table><tr><td>Skill<td>Good [2]<td>Bad [1]<tr><td>A<td>a<td>b</table>"
        "<table><tr><td>Skill<td>Top [3]<td>Good [2]<td>Bad [1]<tr><td>B<td>a<td>b<td>c</table>"
    )

    assert titles(pasted, 1) == ["Top 3", "Good 2", "Bad 1"]
    assert (pasted.before, pasted.behind) == (
        ("One", "column"),
        ("Name | A. Body", "Course | One"),
    )
    assert asking(pasted) == [
        (PasteCode.TABLE_LEFT_OUT, ""),
        (PasteCode.LEVELS_DIFFER, "b/levels"),
    ]


def test_what_is_too_much_for_a_rubric_is_cut_and_marked() -> None:
    """Competencies, levels and texts."""
    head = "\t".join(["Skill", *(f"L{points} [{points}]" for points in range(14))])
    long = "x" * (TEXT_CHARACTERS + 1)
    rows = "\n".join(f"S{number}\t{long if number == 0 else 'a'}" for number in range(70))
    pasted = read_pasted_rubric(f"{head}\n{rows}")

    codes = {code for code, _ in asking(pasted)}
    assert (len(criteria(pasted)), len(levels(pasted))) == (60, 12)
    assert len(levels(pasted)[0]["descriptor"]) == TEXT_CHARACTERS
    assert codes >= {PasteCode.CRITERIA_CUT, PasteCode.LEVELS_CUT, PasteCode.TEXT_CUT}


def test_a_long_title_is_cut() -> None:
    """A title has a length that documents allow."""
    pasted = read_pasted_rubric(
        "criterion,level,level_description,score\n" + f"{'y ' * 300},Good,,1\n"
    )

    assert len(criteria(pasted)[0]["title"]) <= TITLE_CHARACTERS


def as_rubric(pasted: PastedRubric, like: Rubric) -> Rubric:
    """The rubric of a draft that lacks nothing."""
    return parse_rubric({"id": like.id, "title": like.title, **pasted.document})


@pytest.mark.parametrize("rubric", HARBOUR, ids=lambda rubric: rubric.id)
def test_exports_are_read_as_their_files_are(rubric: Rubric) -> None:
    """Pasted or taken in as a file, a table of Canvas or for Moodle is the same rubric."""
    canvas, moodle = write_canvas(rubric).data, write_moodle(rubric).data
    (from_canvas,) = read_canvas(canvas).rubrics
    (from_moodle,) = read_moodle(moodle, title=rubric.title).rubrics

    pasted = read_pasted_rubric(canvas.decode())
    assert as_rubric(pasted, from_canvas) == from_canvas
    assert (pasted.before, pasted.marks) == ((rubric.title,), ())
    assert as_rubric(read_pasted_rubric(moodle.decode()), from_moodle) == from_moodle


def test_an_export_that_lacks_things_is_read_and_marked() -> None:
    """A file of that kind is refused."""
    head = "Rubric Name,Criteria Name,Criteria Description,Criteria Enable Range"
    rating = "Rating Name,Rating Description,Rating Points"
    pasted = read_pasted_rubric(
        f"{head},{rating},{rating}\nOne,A,,true,Good,,x,Bad,,\nOne,B,,,Good,,2\nTwo,C,,,G,,2,B,,1\n"
    )

    assert [one["title"] for one in criteria(pasted)] == ["A", "B"]
    assert asking(pasted) == [
        (PasteCode.RUBRIC_LEFT_OUT, ""),
        (PasteCode.POINTS_UNREADABLE, "a/levels/good/points"),
        (PasteCode.POINTS_RANGE, "a/levels/good/points"),
        (PasteCode.POINTS_MISSING, "a/levels/bad/points"),
        (PasteCode.LEVELS_MISSING, "b/levels"),
    ]


def test_one_level_a_row_may_have_more_columns() -> None:
    """What is not read of them is said."""
    pasted = read_pasted_rubric(
        "Criterion\tLevel\tDescription\tPoints\tHint\tScore given\n"
        "A\tGood\ta\t2\tlook\t\nA\tBad\tb\t1\t\t\n"
    )

    assert titles(pasted) == ["Good 2", "Bad 1"]
    assert asking(pasted) == [(PasteCode.COLUMN_UNREAD, "")]
    assert noticed(pasted) == [PasteCode.COLUMN_IGNORED]


def test_the_rubric_page_of_canvas_is_read() -> None:
    """Copied as markup, or as text: all ratings of a row stand in one cell."""
    tier = "<div class=rating-tier><div>{}</div><div>{}</div><p>{}</p></div>"
    ratings = tier.format("5 pts", "Full", "All of it") + tier.format("3 to &gt;0 pts", "Half", "")
    html = html_table(
        "<th>Criteria<th>Ratings<th>Pts",
        f"<th><div>Clarity</div><div>How clear</div><td>{ratings}<td><div>5 pts</div>",
    )
    text = read_pasted_rubric(
        "Criteria\tRatings\tPts\nClarity\nHow clear\t\n5 pts\nFull\nAll of it\n"
        "3 to >0 pts\nHalf\n\t5 pts\n"
    )

    assert html.document == text.document
    assert criteria(html)[0]["definition"] == "How clear"
    assert [tuple(one.values()) for one in levels(html)] == [
        ("full", "Full", "5", "All of it"),
        ("half", "Half", "3"),
    ]
    assert asking(html) == [(PasteCode.POINTS_RANGE, "clarity/levels/half/points")]


def test_the_rubric_page_of_moodle_is_read() -> None:
    """Levels are a row of their own inside a cell, with points below and without titles."""
    level = "<td><div>{}</div><div><span>{}</span> points</div></td>"
    cell = level.format("It is not clear to anybody what is meant here", 0) + level.format("Ok", 2)
    pasted = html_table(f"<td>Clarity<td><table><tr>{cell}</tr></table>")

    assert titles(pasted) == ["? 0", "Ok 2"]
    assert asking(pasted) == [(PasteCode.LEVEL_UNNAMED, "clarity/levels/level-1/title")]


def test_every_mark_has_its_words() -> None:
    """Of every code there is a sentence."""
    assert set(PASTE_TEXTS) == set(PasteCode)
