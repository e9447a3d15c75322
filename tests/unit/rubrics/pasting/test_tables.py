"""A pasted table becomes the draft of a rubric."""

import pytest

from rubrics.pasting import PastedRubric, read_pasted_rubric
from rubrics.pasting.marks import PasteCode
from tests.pastes import asking, criteria, levels

HEAD = "Competency\tStrong [3]\tReady [2]\tEmerging [1]"


def a_table(*rows: str, head: str = HEAD) -> PastedRubric:
    """What is read from a head and rows, with tabs between cells."""
    return read_pasted_rubric("\n".join([head, *rows]))


def test_a_table_becomes_criteria_with_levels() -> None:
    """Points, descriptions, and one id for levels of one title."""
    pasted = a_table("1. Listens\ta\tb\tc", "Competency 2: Asks\td\te\tf")

    assert pasted.document == {
        "level_source": "assessor",
        "criteria": [
            {
                "id": id_,
                "title": id_.title(),
                "levels": [
                    {"id": "strong", "title": "Strong", "points": "3", "descriptor": texts[0]},
                    {"id": "ready", "title": "Ready", "points": "2", "descriptor": texts[1]},
                    {"id": "emerging", "title": "Emerging", "points": "1", "descriptor": texts[2]},
                ],
            }
            for id_, texts in (("listens", "abc"), ("asks", "def"))
        ],
    }
    assert pasted.marks == ()


@pytest.mark.parametrize(
    ("head", "title", "points"),
    [
        ("Strong [3]", "Strong", "3"),
        ("Strong (3 points)", "Strong", "3"),
        ("Strong (worth 3)", "Strong", "3"),
        ("Strong 2.50 pts", "Strong", "2.5"),
        ("Strong - 2,5", "Strong", "2.5"),
        ("3 = Strong", "Strong", "3"),
        ("3 pts: Strong", "Strong", "3"),
        ("Strong: 3", "Strong", "3"),
        ("3", "3", "3"),
        ("Strong (very)", "Strong (very)", None),
        ("Level 3", "Level 3", None),
        ("Strong 90%", "Strong 90%", None),
        ("Strong (1,000 points)", "Strong (1,000 points)", None),
    ],
)
def test_heads_name_points(head: str, title: str, points: str | None) -> None:
    """In the ways in which rubrics write them; what is none stays in the title."""
    level = levels(a_table("Listens\ta\tb", head=f"Skill\t{head}\tWeak [0]"))[0]

    assert (level["title"], level.get("points")) == (title, points)


@pytest.mark.parametrize(
    ("head", "cell", "band"),
    [
        ("Strong [3]", "All. Scoring totals 9-10 across assessments.", (9, 10)),
        ("Strong [3]", "All. Total score of 9 to 10", (9, 10)),
        ("Strong [3]", "All (9\u201310 points)", (9, 10)),
        ("Strong [3] (9-10)", "All", (9, 10)),
        ("Strong [3], 10\u20139 points", "All", (9, 10)),
        ("Strong [3]", "In the plan of 2020-2025 it is goal 3-4.", None),
    ],
)
def test_bands_of_totals_are_read(head: str, cell: str, band: tuple[int, int] | None) -> None:
    """In heads and in cells; a range that counts nothing is none."""
    level = levels(a_table(f"Listens\t{cell}\tb", head=f"Skill\t{head}\tWeak [0]"))[0]

    assert (level["title"], level["points"], level["descriptor"]) == ("Strong", "3", cell)
    assert level.get("band") == (band and {"minimum": band[0], "maximum": band[1]})


@pytest.mark.parametrize(
    ("head", "cumulative", "codes"),
    [
        ("Strong [3] (Ready plus what is below)", True, []),
        ("Strong [3] (in addition to the previous level)", True, []),
        ("Strong [3] (Emerging plus what is below)", None, [PasteCode.CUMULATIVE_UNCLEAR]),
        ("Strong [3] (plus more)", None, []),
    ],
)
def test_a_head_says_that_it_builds_on_the_level_below(
    head: str, cumulative: object, codes: list[PasteCode]
) -> None:
    """By its name; of another level it is marked."""
    pasted = a_table("Listens\ta\tb\tc", head=f"Skill\t{head}\tReady [2]\tEmerging [1]")

    assert levels(pasted)[0].get("cumulative") == cumulative
    assert [code for code, _ in asking(pasted)] == codes


@pytest.mark.parametrize(
    ("cell", "title", "definition"),
    [
        ("1. Listens Definition: Hears it.", "Listens", "Hears it."),
        ('"2) Listens:\nHears it.\n- Both ears"', "Listens", "Hears it.\n• Both ears"),
        ("This criterion is linked to a Learning Outcome Listens", "Listens", None),
        ("1.2 Listens", "Listens", None),
        ("A. Listens", "Listens", None),
    ],
)
def test_a_title_is_told_from_its_definition(cell: str, title: str, definition: str) -> None:
    """Numbers go; bullets stay, each on its line."""
    (criterion,) = criteria(a_table(f"{cell}\ta\tb\tc"))

    assert (criterion["title"], criterion.get("definition")) == (title, definition)


@pytest.mark.parametrize("end", [": ", " \u2013 ", ". "])
def test_where_a_title_ends_may_be_a_guess(end: str) -> None:
    """It is marked then."""
    text = "Hears all that is said and what is not, " * 4
    pasted = a_table(f"Listens{end}{text}\ta\tb\tc", f"{text}\ta\tb\tc")

    assert criteria(pasted)[0]["title"] == "Listens"
    assert criteria(pasted)[1]["definition"] == text.strip()
    assert {code for code, _ in asking(pasted)} == {PasteCode.CRITERION_SPLIT}


def test_what_lacks_is_marked_in_its_place() -> None:
    """Points, descriptions, bands; four levels in one row, three in the next, five in another."""
    pasted = a_table(
        "A\tscores 9-10\tscores 7-9\tb\t",
        "B\ta\tb",
        "C\ta\tb\tc\td",
        head="Skill\tStrong [3]\tReady\tEmerging [3]",
    )

    assert set(asking(pasted)) == {
        (PasteCode.BANDS_OVERLAP, "a/levels/ready/band"),
        (PasteCode.BAND_MISSING, "a/levels/emerging/band"),
        (PasteCode.POINTS_MISSING, "a/levels/ready/points"),
        (PasteCode.POINTS_REPEATED, "a/levels/emerging/points"),
        (PasteCode.POINTS_REPEATED, "b/levels/emerging/points"),
        (PasteCode.POINTS_MISSING, "b/levels/ready/points"),
        (PasteCode.DESCRIPTOR_MISSING, "b/levels/emerging/descriptor"),
        (PasteCode.POINTS_REPEATED, "c/levels/emerging/points"),
        (PasteCode.POINTS_MISSING, "c/levels/ready/points"),
        (PasteCode.LEVELS_DIFFER, "c/levels"),
        (PasteCode.LEVEL_EXTRA, "c/levels/level-4"),
        (PasteCode.POINTS_MISSING, "c/levels/level-4/points"),
    }


def test_what_a_cell_says_of_its_level_counts() -> None:
    """Points in a cell before those of the head; a band that is none is marked."""
    pasted = a_table(
        "A\t(4) a\t2 pts\tc [1]",
        "B\tTotal of 9 or more\tscores 1-2 or totals 3-4\tc (1 point)",
        "\ta\tb\tc",
    )

    assert [(one["points"], one.get("descriptor")) for one in levels(pasted)] == [
        ("4", "a"),
        ("2", None),
        ("1", "c"),
    ]
    assert asking(pasted) == [
        (PasteCode.POINTS_DIFFER, "a/levels/strong/points"),
        (PasteCode.BAND_UNREADABLE, "b/levels/strong/band"),
        (PasteCode.BAND_UNREADABLE, "b/levels/ready/band"),
        (PasteCode.CRITERION_UNNAMED, "criterion-3/title"),
    ]


def test_ranges_of_points_are_one_number() -> None:
    """Canvas has them: any number between two ratings could be given there."""
    pasted = a_table("A\ta\tb", head="Skill\tFull (5 to >3 pts)\tHalf (3 to >0 pts)")

    assert [one["points"] for one in levels(pasted)] == ["5", "3"]
    assert {code for code, _ in asking(pasted)} == {PasteCode.POINTS_RANGE}


def test_levels_without_points_build_on_each_other_too() -> None:
    """By what they are called; where that does not say the order, it is marked."""
    known = a_table("A\ta\tb", head="Skill\tExceeds (Meets plus more)\tMeets")
    unknown = a_table("A\ta\tb", head="Skill\tRed (Blue plus more)\tBlue")

    assert [one.get("cumulative") for one in levels(known)] == [None, True]
    assert PasteCode.CUMULATIVE_UNCLEAR in {code for code, _ in asking(unknown)}


def test_a_numbered_row_that_lacks_a_cell_is_a_row_of_its_own() -> None:
    """It is not put together with the one above it, that lacks one too."""
    pasted = read_pasted_rubric(
        "Skill\tStrong [3]\tReady [2]\tWeak [1]\n1. Listens\ta\tb\n2. Asks\tc\td\n3. Waits\te\tf\tg"
    )

    assert [one["title"] for one in criteria(pasted)] == ["Listens", "Asks", "Waits"]
