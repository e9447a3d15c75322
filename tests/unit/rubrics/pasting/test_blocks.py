"""Clipboards become paragraphs and tables."""

import pytest

from rubrics.pasting.cells import Block, Table, clean
from rubrics.pasting.markup import read_markup
from rubrics.pasting.plain import read_plain
from rubrics.pasting.tags import Tag, read_tags


def shown(blocks: tuple[Block, ...]) -> list[object]:
    """Paragraphs, and tables as rows of texts."""
    return [
        [[cell.text for cell in row] for row in one.rows] if isinstance(one, Table) else one
        for one in blocks
    ]


def cells(markup: str) -> list[list[str]]:
    """The texts of the one table that markup holds."""
    (table,) = shown(read_markup(markup))
    assert isinstance(table, list)
    return table


def opened(name: str, raw: str = "") -> Tag:
    """A tag that opens."""
    return Tag(name, is_end=False, raw=raw)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (" a\u00a0\t b ", "a b"),
        ("a\r\n\r\n \nb\u2028c", "a\nb\nc"),
        ("a\x00\u200b\ufeff\ud800b", "ab"),
        ("- a\n· b\n* c\n-d", "• a\n• b\n• c\n-d"),
        ("It is so. • One • Two", "It is so.\n• One\n• Two"),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    """Lines that end in LF, bullets of one kind, nothing invisible."""
    assert clean(text) == cleaned


def test_tabs_make_a_table_and_the_rest_paragraphs() -> None:
    """Empty lines are nothing."""
    assert shown(read_plain("Title\n\nA\tB\n1\t2\n\nx\ty\nFooter\n")) == [
        "Title",
        [["A", "B"], ["1", "2"], ["x", "y"]],
        "Footer",
    ]


def test_a_spreadsheet_quotes_what_has_line_breaks() -> None:
    """Quotes are doubled in quotes; what only begins with one is text."""
    text = 'A\tB\r\n"one\n- ""two"""\t"c\r\n"so" he said\td\r\n\'=1\t"\r\n'

    assert shown(read_plain(text)) == [
        [["A", "B"], ['one\n• "two"', '"c'], ['"so" he said', "d"], ["=1", '"']]
    ]


def test_lines_of_a_word_processor_are_put_together() -> None:
    """Its cells have line breaks without quotes; rows are as wide as the widest."""
    text = "Title\nA\tB\tC\n[1]\nOne\nmeans it\tx\ny\tz\nLast line"

    (title, table, last) = read_plain(text)
    assert (title, last) == ("Title", "Last line")
    assert shown((table,)) == [[["A", "B", "C\n[1]"], ["One\nmeans it", "x\ny", "z"]]]
    assert isinstance(table, Table)
    assert table.joined_rows == {1, 2}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_is_a_table_between_sentences(delimiter: str) -> None:
    """A sentence has commas too, and spaces behind them."""
    rows = ["A,B,C", '"one, two",x,', "three,y", "z,,"]
    text = "A title, with a comma\n" + "\n".join(rows).replace(",", delimiter).replace(
        f"one{delimiter}", "one,"
    )

    assert shown(read_plain(f"{text}\nThis, that, and another.\n")) == [
        "A title, with a comma",
        [["A", "B", "C"], ["one, two", "x", ""], ["three", "y"], ["z", "", ""]],
        "This, that, and another.",
    ]


def test_columns_are_told_by_gaps() -> None:
    """As in a PDF: rows by their numbers, lines of a cell under each other."""
    text = """
A rubric

Competency       Strong [2]       Emerging [1]
1. Hears what    Picks up         Repeats
   is meant      a hint           words
2. Asks          Asks openly

This sentence runs over all of the columns, and so it is a paragraph that goes on
here. Another one.
"""
    title, table, below = shown(read_plain(text))

    assert title == "A rubric"
    assert table == [
        ["Competency", "Strong [2]", "Emerging [1]"],
        ["1. Hears what\nis meant", "Picks up\na hint", "Repeats\nwords"],
        ["2. Asks", "Asks openly", ""],
    ]
    assert str(below).endswith("that goes on here. Another one.")


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_rows_without_numbers_are_told_by_empty_lines_or_their_first_cell(gap: str) -> None:
    """Empty lines first: with these, a first cell may have several lines."""
    text = gap.join(
        ["Skill      Good      Poor", "Hears      yes       no", "Asks       so        -"]
    )

    assert shown(read_plain(text)) == [
        [["Skill", "Good", "Poor"], ["Hears", "yes", "no"], ["Asks", "so", "-"]]
    ]


def test_merged_cells_stand_in_all_of_their_places() -> None:
    """With the place where the cell begins."""
    blocks = read_markup(
        "<table><tr><td rowspan=2>a<td colspan=2>b<td>c"
        "<tr><td>d<td rowspan=9>e<td>f<tr><td>g</table>"
    )
    (table,) = blocks

    assert shown(blocks) == [[["a", "b", "b", "c"], ["a", "d", "e", "f"], ["g", "", "e"]]]
    assert isinstance(table, Table)
    assert [cell.merged_from for cell in table.rows[1]] == [(1, 1), None, (2, 3), None]


def test_only_text_comes_out_of_markup() -> None:
    """No script, style, comment, picture, nor what is hidden."""
    markup = """Version:0.9 StartHTML:1
    <html><head><title>no</title></head><body><!-- no --><style>td { no }</style>
    <p>A &amp; B<script>no</script></p><p style="display: none">no<p>C<br>D</p>
    <div hidden>no <div>no</div></div><table><caption>E</caption>
    <tr><td>1 &lt;b&gt;<img alt=no></td><td><![if x]><span
    style='mso-hide:all'>no</span>2<![endif]></td></tr></table><o:p>F</o:p><textarea>no</textarea>"""

    assert shown(read_markup(markup)) == ["A & B", "C", "D", "E", [["1 <b>", "2"]], "F"]


def test_lists_keep_their_numbers_and_bullets() -> None:
    """Also where each entry is a paragraph of its own, as in documents on the web."""
    markup = (
        "<table><tr><td><ol start=3><li><p>a</p></li><li>b</li></ol><td><ul><li>\n<p>c</ul></table>"
    )

    assert cells(markup) == [["3. a\n4. b", "• c"]]


def test_bullets_of_word_are_bullets() -> None:
    """They are letters of a font of pictures, marked as such; numbers are numbers."""
    sign = "<span style='mso-list:Ignore'>{}<span style='font:7pt'>&nbsp; </span></span>"
    markup = (
        f"<table><tr><td>{sign.format('o')}a<td>{sign.format('1.')}b<td>{sign.format('')}c</table>"
    )

    assert cells(markup) == [["• a", "1. b", "c"]]


def test_a_row_in_a_cell_is_text_and_a_table_in_a_cell_is_a_table() -> None:
    """The first is how Moodle writes levels, the second how pages are laid out."""
    row = "<table><tr><td>a<td>b</table>"
    table = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"

    assert cells(f"<table><tr><td>x<td>{row}<td>y</table>") == [["x", "a\nb", "y"]]
    assert shown(read_markup(f"<table><tr><td>above{table}below</table>")) == [
        "above",
        [["a", "b"], ["c", "d"]],
        [["below"]],
    ]


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("a<!-- b", ["a"]),
        ("a<!-- b --> c", ["a", " c"]),
        ("a<![CDATA[b", ["a"]),
        ("a < b</ c", ["a ", "<", " b", "<", "/ c"]),
        ("<b>", [opened("b")]),
        ("<script>a<b", [opened("script")]),
        (
            "<p class='a>b'>c</P x>",
            [opened("p", " class='a>b'"), "c", Tag("p", is_end=True, raw=" x")],
        ),
        ("<p a='b>c<b>", [opened("p", " a='b"), "c", opened("b")]),
        ("<p", [opened("p")]),
        ("&#99999999999;&#x41;&bogus;", ["\ufffdA&bogus;"]),
    ],
)
def test_tags_are_read_as_browsers_read_them(markup: str, read: list[Tag | str]) -> None:
    """What never closes is dropped."""
    assert list(read_tags(markup)) == read


def test_attributes_are_read_by_their_small_names() -> None:
    """Quoted or not; of two, the first counts."""
    tag = opened("td", ' ColSpan=2 hidden style=\'a:"b"\' colspan=3 title="&lt;x&gt;" /')

    assert tag.attributes == {"colspan": "2", "hidden": "", "style": 'a:"b"', "title": "<x>"}
