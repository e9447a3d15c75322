"""What a coordinator pastes: the transcribed badge's source, as different programs put it."""

from decimal import Decimal
from html import escape
from typing import Any, cast

from badges.definition import AchievementDefinition
from badges.library import load_shipped
from rubrics.criterion import Criterion
from rubrics.documents import points_text
from rubrics.model import Rubric
from rubrics.pasting import PastedRubric
from rubrics.scales import Level

BUILDING_ON, RATING = 0, 3
"""Of the notes on the rubric: those that quote a head of the source's table."""


def badge_2() -> AchievementDefinition:
    """The transcribed badge."""
    return load_shipped("atpa-academic-coaching").achievements[1]


def paragraphs() -> tuple[str, str, str]:
    """The title, what stands above the table, and what stands below it."""
    definition = badge_2()
    rubric = definition.get_rubric()
    above = f"{definition.description} {definition.criteria_narrative}"
    return rubric.title, above, rubric.attribution


def head() -> list[str]:
    """The head of the source's table."""
    rubric = badge_2().get_rubric()
    levels = [_head(level, rubric) for level in rubric.criteria[0].levels]
    return ["Competency", *levels, rubric.notes[RATING].quote]


def rows() -> list[list[str]]:
    """The rows of the source's table, one for each competency."""
    return [
        [_title(number, one), *(level.descriptor for level in one.levels), ""]
        for number, one in enumerate(badge_2().get_rubric().criteria, start=1)
    ]


def source_text() -> str:
    """The source as it stands: tabs between cells, the head above every row."""
    title, above, below = paragraphs()
    tables = ["\t".join(head()) + "\n" + "\t".join(row) for row in rows()]
    return "\n\n".join([title, above, *tables, below])


def as_word() -> str:
    """The source as Word puts it on the clipboard: a table a competency."""
    title, above, below = paragraphs()
    tables = "".join(_word_table([head(), row]) for row in rows())
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15"><title>secret</title>
<!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit"/></xml><![endif]-->
<style><!-- @font-face {{font-family:"Cambria Math";}} td>p {{mso-style-name:"<td>";}} --></style>
</head><body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->
<p class=MsoTitle><b><span style='mso-spacerun:yes'>{_broken(title)}</span><o:p></o:p></b></p>
<p class=MsoNormal style='display:none;mso-hide:all'>secret</p>
<p class=MsoNormal>{_broken(above)}<o:p></o:p></p>
{tables}
<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>{_broken(below)}<o:p></o:p></p>
<!--EndFragment--></body></html>"""


def as_sheet() -> str:
    """The source as a spreadsheet copies it: cells with line breaks in quotes."""
    title, above, below = paragraphs()
    table = [head(), *([_lines(cell) for cell in row] for row in rows())]
    sheet = [[title], [above], *table, [below]]
    return "".join("\t".join(map(_quoted, row)) + "\r\n" for row in sheet)


def criteria(pasted: PastedRubric) -> list[dict[str, Any]]:
    """The criteria of a draft."""
    return cast("list[dict[str, Any]]", pasted.document["criteria"])


def levels(pasted: PastedRubric, position: int = 0) -> list[dict[str, Any]]:
    """The levels of one of its criteria."""
    return cast("list[dict[str, Any]]", criteria(pasted)[position].get("levels", []))


def asking(pasted: PastedRubric) -> list[tuple[str, str]]:
    """The codes and places of what somebody has to look at, places inside the criteria."""
    return [
        (one.code, one.place.removeprefix("rubric/criteria").strip("/"))
        for one in pasted.marks
        if not one.is_notice
    ]


def noticed(pasted: PastedRubric) -> list[str]:
    """The codes of what is only said."""
    return [one.code for one in pasted.marks if one.is_notice]


def _head(level: Level, rubric: Rubric) -> str:
    text = f"{level.title} [{points_text(level.points or Decimal(0))}]"
    return f"{text} {rubric.notes[BUILDING_ON].quote}" if level.cumulative else text


def _title(number: int, criterion: Criterion) -> str:
    definition = criterion.definition.replace("\n", " ")
    return f" {number}. {criterion.title} Definition: {definition} "


def _lines(cell: str) -> str:
    return cell.replace(" Definition: ", "\nDefinition: ").replace(" • ", "\n• ").strip()


def _quoted(cell: str) -> str:
    quoted = cell.replace('"', '""')
    return f'"{quoted}"' if "\n" in cell or '"' in cell else cell


def _broken(text: str) -> str:
    """Break lines anywhere, as Word does, and end no paragraph by that."""
    words = escape(text).split(" ")
    return " ".join(word + "\n" * (number % 9 == 8) for number, word in enumerate(words))


def _word_table(table: list[list[str]]) -> str:
    made = "".join(
        f"<tr style='mso-yfti-irow:0'>{''.join(map(_word_cell, row))}</tr>" for row in table
    )
    return f"<table class=MsoTableGrid border=1 cellpadding=0>{made}</table><p>&nbsp;</p>"


def _word_cell(cell: str) -> str:
    """A cell as Word has it: a numbered title, paragraphs, and bullets of its own making."""
    title, _, definition = cell.strip().partition(" Definition: ")
    if not definition:
        return f"<td width=141 valign=top><p class=MsoNormal>{_broken(cell)}<o:p></o:p></p></td>"
    number, _, title = title.partition(" ")
    first, *bullets = definition.split(" • ")
    items = "".join(_word_item("·", bullet) for bullet in bullets)
    return (
        f"<td>{_word_item(number, title)}<p class=MsoNormal><b>Definition:</b> {_broken(first)}</p>"
        f"{items}</td>"
    )


def _word_item(sign: str, text: str) -> str:
    space = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span>"
    return (
        "<p class=MsoListParagraph style='text-indent:-.25in;mso-list:l0 level1 lfo1'>"
        "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>"
        f"{sign}{space}</span></span><![endif]>{_broken(text)}<o:p></o:p></p>"
    )
