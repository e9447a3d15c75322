"""Tables of Canvas and of importers for Moodle, in and out."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.criterion import Criterion, EvidenceRule, Note, NoteKind, RaterRole
from rubrics.definition import SCHEMA, SCHEMA_ID, parse_rubric, rubric_document
from rubrics.errors import InvalidRubricError, InvalidTableError
from rubrics.exchange import (
    CANVAS,
    CANVAS_RATING,
    MAXIMUM_CRITERIA,
    MAXIMUM_LEVELS,
    MOODLE,
    ReadTable,
    WrittenTable,
    read_canvas,
    read_moodle,
    write_canvas,
    write_moodle,
)
from rubrics.losses import Loss, LossKind, loss_text
from rubrics.model import Aggregation, Licence, Phase, Rubric, Source
from rubrics.naming import make_id
from rubrics.scales import Level, NumericScale, ScaleKind
from tests.factories import a_criterion, a_level, a_rubric, a_task_rubric

HEADER = ",".join([*CANVAS, *CANVAS_RATING * 2])
ROW = "Essay,Clarity,How clear it is,false,Good,All of it,5,Poor,Little,1"
MOODLE_HEADER = ",".join(MOODLE)


def canvas(*rows: str, header: str = HEADER) -> bytes:
    """A table of Canvas."""
    return "\r\n".join([header, *rows]).encode()


def moodle(*rows: str, header: str = MOODLE_HEADER) -> bytes:
    """A table for Moodle."""
    return "\n".join([header, *rows]).encode()


def cells(table: WrittenTable) -> list[list[str]]:
    """What a spreadsheet shows of a table."""
    return list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"), newline="")))


def read(data: bytes) -> Rubric:
    """The one rubric of a table."""
    (rubric,) = read_canvas(data).rubrics
    return rubric


def test_a_canvas_table_becomes_a_rubric() -> None:
    """Titles, meanings, levels and points come as they are; ids are made from titles."""
    table = read_canvas(
        canvas(
            ROW,
            'Essay,Depth,,,"Très, très bon","Line one\r\n• two",1.50,Weak,,"0,25"',
            "",
            ",,,,,,",
            "Talk,Voice,,TRUE,Loud,,2,Low,,0,Silent,,1",
        )
    )

    essay, talk = table.rubrics
    assert (essay.id, essay.title) == ("essay", "Essay")
    assert essay.criteria == (
        Criterion(
            id="clarity",
            title="Clarity",
            definition="How clear it is",
            levels=(
                Level(id="good", title="Good", points=Decimal(5), descriptor="All of it"),
                Level(id="poor", title="Poor", points=Decimal(1), descriptor="Little"),
            ),
        ),
        Criterion(
            id="depth",
            title="Depth",
            levels=(
                Level(
                    id="tres-tres-bon",
                    title="Très, très bon",
                    points=Decimal("1.5"),
                    descriptor="Line one\n• two",
                ),
                Level(id="weak", title="Weak", points=Decimal("0.25")),
            ),
        ),
    )
    assert [level.id for level in talk.criteria[0].levels] == ["loud", "low", "silent"]
    assert table.losses == (Loss(kind=LossKind.RANGE, criterion="Voice"),)


def test_a_moodle_table_becomes_a_rubric() -> None:
    """Rows of one criterion need not stand together; the title is the caller's."""
    table = read_moodle(
        moodle(
            '"Clarity","1","Clear","10"', "Depth,1,Deep,4", "Clarity,2,Vague,5", "Depth,2,Flat,0"
        ),
        title="My rubric",
    )

    (rubric,) = table.rubrics
    assert (rubric.id, rubric.title) == ("my-rubric", "My rubric")
    assert [(one.title, [level.points for level in one.levels]) for one in rubric.criteria] == [
        ("Clarity", [Decimal(10), Decimal(5)]),
        ("Depth", [Decimal(4), Decimal(0)]),
    ]


@pytest.mark.parametrize(
    "data",
    [
        canvas(ROW),
        b"\xef\xbb\xbf" + canvas(ROW),
        canvas(ROW).replace(b"\r\n", b"\n"),
        canvas(ROW).replace(b",", b";"),
        canvas(ROW).replace(b",", b"\t"),
        canvas(ROW, "", ",,"),
        canvas(ROW + ",,,", header=HEADER + ",,,"),
        canvas(ROW, header=",".join(CANVAS)),
        canvas(ROW, header=HEADER.upper().replace("RATING POINTS", "rating points 1")),
        canvas(" Essay ,Clarity\t,How clear it is,FALSE,Good,All of it,5.00,Poor,Little,01"),
    ],
)
def test_spreadsheets_save_tables_in_many_ways(data: bytes) -> None:
    """Marks, delimiters, line breaks, empty cells and numbered columns change nothing."""
    assert read(data) == read(canvas(ROW))


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "row 1, column A"),
    "another table": (b"name,points\nx,1", "row 1, column A: the header does not begin"),
    "half a header": (b"Rubric Name,Criteria Name\n", "row 1, column C: is not the column"),
    "a strange column": (
        canvas(ROW, header=HEADER + ",Weight"),
        "row 1, column K: is not the column",
    ),
    "no rows": (canvas(), "row 2: there is nothing"),
    "UTF-16": (canvas(ROW).decode().encode("utf-16"), "row 1: is not UTF-8"),
    "Latin-1 in the second row": (canvas(ROW) + b"\xe9", "row 2: is not UTF-8"),
    "an open quote": (canvas(ROW, '"Essay'), "row 3: is not CSV"),
    "a quote in a cell": (canvas('Essay,"Cla"rity,x'), "row 2: is not CSV"),
    "no rubric name": (canvas("," + ROW), "row 2, column A: is empty"),
    "no criterion name": (canvas("Essay,,x,false,A,,1,B,,0"), "row 2, column B: is empty"),
    "no rating name": (canvas("Essay,C,x,false,A,,1,,b,0"), "row 2, column H: is empty"),
    "no points": (canvas(ROW.replace(",5,", ",,")), "row 2, column G: lacks the points"),
    "points in words": (canvas(ROW.replace(",5,", ",five,")), "row 2, column G: is no number"),
    "NaN": (canvas(ROW.replace(",5,", ",NaN,")), "row 2, column G: is no number"),
    "infinity": (canvas(ROW.replace(",5,", ",Infinity,")), "row 2, column G: is no number"),
    "an exponent": (canvas(ROW.replace(",5,", ",1e3,")), "row 2, column G: is no number"),
    "below zero": (canvas(ROW.replace(",5,", ",-5,")), "row 2, column G: is no number"),
    "a hundred thousand": (canvas(ROW.replace(",5,", ",100000,")), "row 2, column G: is no n"),
    "five decimals": (canvas(ROW.replace(",5,", ",0.12345,")), "row 2, column G: is no number"),
    "another script's digits": (canvas(ROW.replace(",5,", ",٥,")), "row 2, column G: is no n"),
    "equal points": (canvas(ROW.replace(",5,", ",1.0,")), "row 2, column J: repeats the points"),
    "one rating": (canvas("Essay,C,x,false,A,,1"), "row 2, column B: has fewer than two"),
    "no rating": (canvas("Essay,C,x,false"), "row 2, column B: has fewer than two"),
    "range maybe": (canvas(ROW.replace("false", "maybe")), "row 2, column D: is neither"),
    "a long title": (canvas(ROW.replace("Clarity", "x" * 301)), "row 2, column B: is too long"),
    "a long text": (canvas(ROW.replace("All of it", "x" * 20_001)), "row 2, column F: is too"),
    "a control character": (canvas(ROW.replace("Clarity", "a\0b")), "row 2, column B: is too"),
    "a huge cell": (canvas(ROW.replace("All of it", "x" * 200_000)), "row 2: is not CSV"),
    "a megabyte": (canvas(*[ROW] * 20_000), "the file is larger"),
    "ten thousand criteria": (
        canvas(*(f"R,C{number},,,A,,1,B,,0" for number in range(10_000))),
        f"row {MAXIMUM_CRITERIA + 2}, column B: is more than 60 criteria",
    ),
    "a hundred rubrics and one": (
        canvas(*(f"R{number},C,,,A,,1,B,,0" for number in range(10_000))),
        "row 102, column A: is more than 100 rubrics",
    ),
    "many ratings": (
        canvas("R,C,,," + ",".join(f"L,,{number}" for number in range(13))),
        "row 2, column AO: is more than 12 levels",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_table_is_refused_with_its_cell(data: bytes, message: str) -> None:
    """One error, which says where a spreadsheet shows it and repeats nothing of it."""
    with pytest.raises(InvalidTableError) as caught:
        read_canvas(data)

    assert str(caught.value).startswith(message), caught.value
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"criterion,level\nA,1", "row 1, column C: is not the column “level_description”"),
        (moodle("A,1,x,1", header=MOODLE_HEADER + ",weight"), "row 1, column E: is a column"),
        (moodle("A,1,x,1"), "row 2, column A: has fewer than two"),
        (moodle("A,1,x,1", ",2,y,0"), "row 3, column A: is empty"),
        (moodle("A,1,x,1", "A,,y,0"), "row 3, column B: is empty"),
        (moodle("A,1,x,1", "A,2,y,1"), "row 3, column D: repeats"),
        (moodle("A,1,x,1", "A,2,y"), "row 3, column D: lacks the points"),
        (moodle(), "row 2: there is nothing"),
        (moodle(*(f"A,{n},x,{n}" for n in range(10_000))), "row 14, column B: is more than 12"),
    ],
)
def test_what_is_no_table_for_moodle_is_refused_with_its_cell(data: bytes, message: str) -> None:
    """As with Canvas."""
    with pytest.raises(InvalidTableError) as caught:
        read_moodle(data, title="A rubric")

    assert str(caught.value).startswith(message), caught.value


FORMULAS = ["=1+1", "+1", "-1", "@sum", "'=1", "''@x", "＝1", "=cmd|' /C calc'!A0", '=x","y']


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_spreadsheet_and_comes_back(text: str) -> None:
    """No cell begins with what a spreadsheet would run, and nothing is lost by that."""
    rubric = replace(
        read(canvas(ROW)),
        title=text,
        criteria=(
            Criterion(
                id="x",
                title=text,
                definition=f"{text}\n{text}",
                levels=(replace(a_level(5), title=text, descriptor=text), a_level(1)),
            ),
        ),
    )
    for table, again in (
        (write_canvas(rubric), read(write_canvas(rubric).data)),
        (write_moodle(rubric), read_moodle(write_moodle(rubric).data, title=text).rubrics[0]),
    ):
        assert all(cell[:1] not in set("=+-@＝") for row in cells(table) for cell in row)
        assert again.title == again.criteria[0].title == again.criteria[0].levels[0].title == text
        assert again.criteria[0].levels[0].descriptor == text


def test_what_others_neutralised_is_read_as_it_was_meant() -> None:
    """An apostrophe before a formula is the spreadsheet's; any other is the writer's."""
    row = ROW.replace("Clarity", "'=Clarity").replace("Good", "'Good'")

    criterion = read(canvas(row)).criteria[0]

    assert (criterion.title, criterion.levels[0].title) == ("=Clarity", "'Good'")


def test_titles_that_repeat_or_are_of_any_script_get_ids_of_their_own() -> None:
    """Right to left, combining or all alike: what a learner reads stays as it is."""
    titles = ["شرح", "הסבר", "Cafe\u0301", "Café", "Clarity", "Clarity", "!!!", "-", "\u202ex"]
    data = canvas(*(f'R,"{title}",,,מצוין,,5,מצוין,,3' for title in titles))

    rubric = read(data)

    assert [one.title for one in rubric.criteria] == titles
    assert [one.id for one in rubric.criteria] == [
        *("criterion-1", "criterion-2", "cafe", "cafe-2", "clarity", "clarity-2"),
        *("criterion-7", "criterion-8", "x"),
    ]
    assert [level.id for level in rubric.criteria[0].levels] == ["level-1", "level-2"]
    assert parse_rubric(rubric_document(rubric)) == rubric


def test_two_criteria_of_one_title_stay_two_in_moodle() -> None:
    """There the title is all that holds rows together."""
    rubric = read(canvas(ROW, ROW, ROW))

    table = write_moodle(rubric)
    (again,) = read_moodle(table.data, title="Essay").rubrics

    assert [one.title for one in again.criteria] == ["Clarity", "Clarity (2)", "Clarity (3)"]
    assert table.losses.count(Loss(kind=LossKind.TITLE, criterion="Clarity")) == 2


def test_a_rubric_as_canvas_reads_it() -> None:
    """The whole table, once: ragged rows, points as text, no range."""
    rubric = a_rubric(a_criterion("clarity", 5, 3), a_criterion("depth", 2, 1, 0))

    assert cells(write_canvas(rubric)) == [
        [*CANVAS, *CANVAS_RATING * 3],
        [
            *("A rubric", "Clarity", "What clarity means.", "false"),
            *("5 points", "Work that is worth 5.", "5"),
            *("3 points", "Work that is worth 3.", "3"),
        ],
        [
            *("A rubric", "Depth", "What depth means.", "false"),
            *("2 points", "Work that is worth 2.", "2"),
            *("1 points", "Work that is worth 1.", "1"),
            *("0 points", "Work that is worth 0.", "0"),
        ],
    ]


def kinds(table: WrittenTable | ReadTable) -> set[LossKind]:
    """The kinds of what a table does not carry."""
    return {loss.kind for loss in table.losses}


def test_what_a_table_does_not_carry_is_said() -> None:
    """Every part of the model that a flat table has no place for."""
    everything = replace(
        a_task_rubric(),
        aggregation=Aggregation.LATEST,
        phases=(Phase(id="before", title="Before"),),
        licence=Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        attribution="By others.",
        source=Source(name="source.txt", sha256="0" * 64),
        notes=(Note(kind=NoteKind.SIC, quote="x", text="y"),),
        criteria=(
            a_task_rubric().criteria[0],
            Criterion(
                id="heading",
                title="Heading",
                scale=ScaleKind.NONE,
                criteria=(
                    Criterion(
                        id="verdict",
                        title="Verdict",
                        scale=ScaleKind.PASS_FAIL,
                        levels=(
                            Level(id="fail", title="Fail"),
                            Level(id="pass", title="Pass", cumulative=True, aliases=("OK",)),
                        ),
                        raters=(RaterRole.ASSESSOR, RaterRole.SELF),
                        needs_signature=True,
                        evidence_rule=EvidenceRule(
                            minimum_per_criterion=1, needs_locator=False, needs_explanation=False
                        ),
                    ),
                ),
            ),
            Criterion(
                id="hours",
                title="Hours",
                scale=ScaleKind.NUMERIC,
                numbers=NumericScale(minimum=Decimal(0), maximum=Decimal(10)),
            ),
        ),
    )

    table = write_canvas(everything)

    assert kinds(table) == set(LossKind) - {LossKind.TITLE, LossKind.DEFINITION, LossKind.RANGE}
    assert [row[1] for row in cells(table)[1:]] == ["A", "Verdict"]
    assert kinds(write_moodle(everything)) - kinds(table) == {LossKind.TITLE, LossKind.DEFINITION}
    assert all(loss_text(Loss(kind=kind)).endswith(".") for kind in LossKind)
    assert loss_text(Loss(kind=LossKind.BANDS, criterion="A")).startswith("“A”: the bands")


def test_a_table_loses_nothing_of_its_own_rubric() -> None:
    """What came from Canvas goes back without a word."""
    assert write_canvas(read(canvas(ROW))).losses == ()


def test_a_rubric_without_levels_is_no_table() -> None:
    """An empty table would be taken for a rubric."""
    heading = Criterion(id="a", title="A", scale=ScaleKind.NONE)
    for write in (write_canvas, write_moodle):
        with pytest.raises(InvalidRubricError):
            write(a_rubric(heading))


def test_limits_are_those_of_the_schema() -> None:
    """What is read can be stored."""
    package, name = SCHEMA
    schema = json.loads(resources.files(package).joinpath(name).read_bytes())

    assert schema["$id"] == SCHEMA_ID
    assert schema["$defs"]["rubric"]["properties"]["criteria"]["maxItems"] == MAXIMUM_CRITERIA
    assert schema["$defs"]["criterion"]["properties"]["levels"]["maxItems"] == MAXIMUM_LEVELS


@given(st.lists(st.text(max_size=400), max_size=20))
def test_ids_from_titles_are_ids_and_unique(titles: list[str]) -> None:
    """Whatever a title is made of."""
    taken: set[str] = set()
    made = [make_id(title, f"criterion-{n}", taken) for n, title in enumerate(titles, 1)]

    assert len(set(made)) == len(made)
    for id_ in made:
        parse_rubric(
            {"id": id_, "title": "A", "criteria": [{"id": id_, "title": "A", "scale": "none"}]}
        )


shown = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
lines = (
    (st.sampled_from(["", "=", "'", "'=", "-", '"', ";", ","]) | st.just(""))
    .flatmap(lambda start: st.text(shown, min_size=1, max_size=20).map(lambda rest: start + rest))
    .map(str.strip)
    .filter(bool)
)
texts = st.just("") | st.lists(lines, min_size=1, max_size=3).map("\n".join)
points = st.decimals(min_value=0, max_value=99_999, places=4, allow_nan=False)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """A rubric that a table can carry whole."""
    ids: set[str] = set()
    criteria = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        title = draw(lines)
        level_ids: set[str] = set()
        levels = []
        for position, given_points in enumerate(
            draw(st.lists(points, min_size=2, max_size=5, unique=True)), 1
        ):
            name = draw(lines)
            levels.append(
                Level(
                    id=make_id(name, f"level-{position}", level_ids),
                    title=name,
                    points=given_points,
                    descriptor=draw(texts),
                )
            )
        criteria.append(
            Criterion(
                id=make_id(title, f"criterion-{number}", ids),
                title=title,
                definition=draw(texts),
                levels=tuple(levels),
            )
        )
    title = draw(lines)
    return replace(a_rubric(*criteria), id=make_id(title, "rubric", set()), title=title)


@settings(deadline=None, max_examples=60)
@given(rubrics())
def test_reading_is_the_inverse_of_writing(rubric: Rubric) -> None:
    """What a format can carry comes back as it was, in values and in bytes."""
    table = write_canvas(rubric)
    assert table.losses == ()
    assert read(table.data) == rubric
    assert write_canvas(read(table.data)).data == table.data

    table = write_moodle(rubric)
    (again,) = read_moodle(table.data, title=rubric.title).rubrics
    assert write_moodle(again).data == table.data
    assert [one.levels for one in again.criteria] == [one.levels for one in rubric.criteria]


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200) | st.text("\",;\n\r\t'=aé", max_size=200).map(str.encode))
def test_whatever_follows_a_header_ends_in_our_error_or_a_rubric(rest: bytes) -> None:
    """No file makes the reader fall over."""
    for start in (b"", canvas() + b"\n", canvas(ROW) + b"\n"):
        try:
            found = read_canvas(start + rest).rubrics
        except InvalidTableError:
            continue
        for rubric in found:
            assert parse_rubric(rubric_document(rubric)) == rubric
