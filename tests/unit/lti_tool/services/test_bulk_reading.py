"""Files of awards: hostile ones too."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.services.bulk.columns import RowFaultsError, find_fields, read_ratings, titles_of
from lti_tool.services.bulk.reading import MOST_COLUMNS, read_awards
from rubrics.errors import InvalidTableError
from rubrics.model import Rubric
from tests.bulks import a_csv
from tests.factories import a_criterion, a_rubric, a_task_rubric


def test_a_spreadsheet_is_read_as_it_was_saved() -> None:
    """A byte order mark, semicolons, quotes, guarded formulas, empty rows, any case."""
    data = b'\xef\xbb\xbfUSER;Name;Clarity\r\n"a;1";\'=Ada;5\r\n;;\r\n' + "b;Zoë “Ω”;3\r\n".encode()

    found = read_awards(data)

    assert [(one.number, one.user, one.name) for one in found.rows] == [
        (2, "a;1", "=Ada"),
        (4, "b", "Zoë “Ω”"),
    ]
    assert [dict(one.ratings) for one in found.rows] == [{3: "5"}, {3: "3"}]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        ("user,a\nx,1\n".encode("utf-16"), "UTF-8"),
        (b"user,a\n\xff,1\n", "UTF-8"),
        (b"who,a\nx,1\n", "no column"),
        (b"user,a,A\nx,1,1\n", "repeats the title"),
        (b"user,a\n", "nothing stands below"),
        (b"user,a\nx,1,2\n", "below no title"),
        (b'user,a\nx,"1\n', "not CSV"),
        (b"user,a\nx\x00y,1\n", "no text may hold"),
        (b"user," + b",".join(b"c%d" % n for n in range(MOST_COLUMNS)) + b"\nx\n", "columns"),
        (b"user,a\n" + b"x,1\n" * 3, "more than 2 rows"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    """The message names the row and never repeats what stands there."""
    with pytest.raises(InvalidTableError, match=reason):
        read_awards(data, most_rows=2)


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    """A limit in bytes comes first."""
    with pytest.raises(InvalidTableError, match="larger"):
        read_awards(b"user\n" + b"x" * 100, most_bytes=50)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_are_refused(data: bytes) -> None:
    """Nothing else ever comes out."""
    try:
        found = read_awards(data)
    except InvalidTableError:
        return
    assert found.rows


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co")))] * 3),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_as_csv_is_read_again(lines: list[tuple[str, str, str]]) -> None:
    """Quotes, commas and line breaks in cells included."""
    try:
        found = read_awards(a_csv(("user", "name", "a"), *lines))
    except InvalidTableError:
        return
    assert all(row.user or row.name or row.ratings for row in found.rows)


def read(rubric: Rubric, header: tuple[str, ...], cells: tuple[str, ...]) -> dict[str, object]:
    """What one row gives the criteria, or its faults by column."""
    found = read_awards(a_csv(("user", *header), ("x", *cells)))
    fields, unknown = find_fields(rubric, found.rated)
    assert not unknown
    try:
        criteria = read_ratings(rubric, fields, found.rows[0].ratings, found.rated)
    except RowFaultsError as error:
        return {one.column: one.code for one in error.faults}
    return {one.criterion_id: one.level_id or [t.points for t in one.tasks] for one in criteria}


@pytest.mark.parametrize("title", ["Clarity", "clarity", "CLARITY", "level.clarity"])
@pytest.mark.parametrize("cell", ["p3", "3", "3.0", "3,0", "3 points", "3  POINTS"])
def test_a_level_is_named_in_any_of_its_ways(title: str, cell: str) -> None:
    """By id, title or points, below the criterion's title or id, or its field."""
    assert read(a_rubric(a_criterion()), (title,), (cell,)) == {"clarity": "p3"}


@pytest.mark.parametrize("cell", ["2", "-3", "three", "p", "=5", "5 points."])
def test_what_is_no_level_is_refused(cell: str) -> None:
    """Nothing is rounded and nothing guessed."""
    assert read(a_rubric(a_criterion()), ("Clarity",), (cell,)) == {"Clarity": "unknown_level"}


def test_task_points_stand_below_both_titles() -> None:
    """A criterion whose level arises from tasks has a column for each."""
    rubric = a_task_rubric(criteria="a")

    assert titles_of(rubric) == ("A: Task-1", "A: Task-2")
    assert read(rubric, titles_of(rubric), ("5", "4")) == {"a": [5, 4]}
    assert read(rubric, titles_of(rubric), ("5", "9")) == {"A: Task-2": "out_of_range"}


def test_titles_that_mean_two_things_are_fields() -> None:
    """Two criteria of one title, or one that is called as a fixed column."""
    calm = (replace(a_criterion(id_), title="Calm") for id_ in ("one", "two"))
    twins = a_rubric(a_criterion("source"), *calm)

    assert titles_of(twins) == ("level.source", "one", "two")
