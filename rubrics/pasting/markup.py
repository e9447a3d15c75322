"""HTML from a clipboard: paragraphs and tables, and nothing of it but text.

Word, spreadsheets, documents on the web and browsers all write tables their own way;
what they hide, and what they say about looks, is dropped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rubrics.errors import PasteFault, UnreadablePasteError
from rubrics.pasting.cells import (
    MAXIMUM_COLUMNS,
    MAXIMUM_MARKUP,
    MAXIMUM_ROWS,
    Block,
    RawCell,
    Table,
    clean,
    lay_out,
)
from rubrics.pasting.tags import Tag, read_tags

MAXIMUM_DEPTH = 8
"""Of tables in tables."""

_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
_DROPPED = re.compile("head|template|noscript|svg|math|object|select|button|datalist")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|caption|center|dd|details|div|dl|dt|figcaption|figure|footer|"
    "form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|ul"
)
_TABLE_TAGS = frozenset({"table", "tr", "td", "th"})
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)")
_BULLET = re.compile(r"(?:^|;)\s*mso-list\s*:\s*ignore")
_LIST_NUMBER = re.compile(r"\(?\w{1,4}[.)]")
_LIST_SIGN = re.compile(r"(?:•|\d+\.) ")
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")
_CLIPBOARD_HEADER = re.compile(r"\AVersion:[^<]*")
_SPAN = re.compile(r"[0-9]{1,4}")


@dataclass(slots=True)
class _Table:
    """A table while it is read."""

    rows: list[list[RawCell]] = field(default_factory=list)
    cell: tuple[list[str], int, int] | None = None

    @property
    def is_at_start_of_row(self) -> bool:
        """Whether the row that is open holds no text before the cell that is open."""
        return not self.rows or not any(cell.text.strip() for cell in self.rows[-1])


def read_markup(markup: str) -> tuple[Block, ...]:
    """Return the paragraphs and tables of an HTML document or a part of one, in order.

    Raises:
        UnreadablePasteError: it is too long, or has more rows or columns than a rubric.
    """
    if len(markup) > MAXIMUM_MARKUP:
        raise UnreadablePasteError(PasteFault.TOO_LONG, limit=MAXIMUM_MARKUP)
    reader = _Reader()
    for one in read_tags(_CLIPBOARD_HEADER.sub("", markup)):
        if isinstance(one, Tag):
            reader.take_tag(one)
        else:
            reader.take_text(one)
    return reader.finish()


class _Reader:
    """Blocks while they are read."""

    def __init__(self) -> None:
        self._blocks: list[Block | list[list[RawCell]]] = []
        self._outside: list[str] = []
        self._tables: list[_Table] = []
        self._numbers: list[int | None] = []
        self._hidden: tuple[str, int] | None = None
        self._bullet = 0
        self._rows = 0

    def take_text(self, text: str) -> None:
        """Take in what stands between two tags."""
        if self._hidden:
            return
        text = _WHITE_SPACE.sub(" ", text)
        if self._bullet:
            # Word writes bullets as letters of a font of pictures.
            sign = clean(text)
            text = f"{sign} " if _LIST_NUMBER.fullmatch(sign) else "• " if sign else ""
        if text != " " or not self._is_after_sign():
            self._texts.append(text)

    def take_tag(self, tag: Tag) -> None:
        """Take in a tag."""
        if self._skips(tag):
            return
        if tag.name in _TABLE_TAGS:
            self._take_table_tag(tag)
        elif tag.name == "br":
            self._texts.append("\n")
        elif _BLOCKS.fullmatch(tag.name):
            # What stands in a list often is a paragraph of its own: no line of its own.
            if not self._is_after_sign():
                self._texts.append("\n")
            self._take_list_tag(tag)
        elif tag.name == "span":
            self._take_span(tag)

    def finish(self) -> tuple[Block, ...]:
        """Return the blocks, once everything was taken in."""
        while self._tables:
            self._close_table()
        self._end_paragraphs()
        first_row, made = 1, list[Block]()
        for block in self._blocks:
            if isinstance(block, list):
                laid = lay_out(block, first_row=first_row)
                first_row += len(block)
                made += [Table(laid)] if laid else []
            else:
                made.append(block)
        return tuple(made)

    @property
    def _texts(self) -> list[str]:
        """Where text goes: the cell that is open, or what stands outside tables."""
        cell = self._tables[-1].cell if self._tables else None
        return cell[0] if cell else self._outside

    def _is_after_sign(self) -> bool:
        return bool(self._texts) and _LIST_SIGN.fullmatch(self._texts[-1]) is not None

    def _skips(self, tag: Tag) -> bool:
        """Whether a tag is hidden, or begins or ends what is."""
        if self._hidden == ("p", 1) and _ends_paragraph(tag.name):
            # A paragraph ends where the next one begins, whether or not it says so.
            self._hidden = None
        if self._hidden:
            name, depth = self._hidden
            if tag.name == name:
                depth += -1 if tag.is_end else 1
                self._hidden = (name, depth) if depth else None
            return True
        if tag.is_end or _VOID.fullmatch(tag.name):
            return False
        if _DROPPED.fullmatch(tag.name) or _is_hidden(tag):
            self._hidden = (tag.name, 1)
        return self._hidden is not None

    def _take_list_tag(self, tag: Tag) -> None:
        if tag.name in {"ul", "ol"}:
            if tag.is_end:
                del self._numbers[-1:]
            else:
                start = _SPAN.match(tag.attributes.get("start", "1"))
                number = int(start[0]) if start else 1
                self._numbers.append(number if tag.name == "ol" else None)
        elif tag.name == "li" and not tag.is_end:
            number_of = self._numbers[-1] if self._numbers else None
            self._texts.append("• " if number_of is None else f"{number_of}. ")
            if number_of is not None:
                self._numbers[-1] = number_of + 1

    def _take_span(self, tag: Tag) -> None:
        if tag.is_end:
            self._bullet = max(self._bullet - 1, 0)
        elif self._bullet or _BULLET.search(tag.attributes.get("style", "").lower()):
            self._bullet += 1

    def _take_table_tag(self, tag: Tag) -> None:
        if tag.name == "table":
            self._bullet = 0
            if not tag.is_end:
                self._open_table()
            elif self._tables:
                self._close_table()
        elif not self._tables:
            self._texts.append("\n")
        else:
            self._close_cell()
            table = self._tables[-1]
            if not tag.is_end and (tag.name == "tr" or not table.rows):
                self._open_row(table)
            if not tag.is_end and tag.name != "tr":
                attributes = tag.attributes
                spans = (_span(attributes, "colspan"), _span(attributes, "rowspan"))
                table.cell = ([], *spans)

    def _open_table(self) -> None:
        if len(self._tables) == MAXIMUM_DEPTH:
            raise UnreadablePasteError(PasteFault.TOO_DEEP, limit=MAXIMUM_DEPTH)
        if not self._tables:
            self._end_paragraphs()
        self._tables.append(_Table())

    def _open_row(self, table: _Table) -> None:
        self._rows += 1
        if self._rows > MAXIMUM_ROWS:
            raise UnreadablePasteError(PasteFault.TOO_MANY_ROWS, limit=MAXIMUM_ROWS)
        table.rows.append([])

    def _close_cell(self) -> None:
        table = self._tables[-1]
        if table.cell:
            texts, columns, rows = table.cell
            table.cell = None
            self._bullet = 0
            if len(table.rows[-1]) > MAXIMUM_COLUMNS:
                raise UnreadablePasteError(PasteFault.TOO_MANY_COLUMNS, limit=MAXIMUM_COLUMNS)
            table.rows[-1].append(RawCell("".join(texts), columns, rows))

    def _close_table(self) -> None:
        """Close the table that was opened last.

        A single row inside a cell, as Canvas and Moodle write levels, is text of the cell;
        with more rows, the cell is only there to put a table in its place on the page.
        """
        self._close_cell()
        table = self._tables.pop()
        rows = [row for row in table.rows if any(cell.text.strip() for cell in row)]
        if not self._tables:
            # What stands in a table and in no cell, such as its caption.
            self._end_paragraphs()
            self._blocks.append(table.rows)
        elif len(rows) > 1:
            outer = self._tables[-1]
            if outer.cell and outer.is_at_start_of_row:
                self._add_paragraphs("".join(outer.cell[0]))
                outer.cell[0].clear()
            self._blocks.append(table.rows)
        else:
            for cell in (cell for row in rows for cell in row):
                self._texts.append(f"\n{cell.text}\n")

    def _end_paragraphs(self) -> None:
        self._add_paragraphs("".join(self._outside))
        self._outside = []

    def _add_paragraphs(self, text: str) -> None:
        self._blocks += filter(None, clean(text).split("\n"))


def _ends_paragraph(name: str) -> bool:
    return name in _TABLE_TAGS or _BLOCKS.fullmatch(name) is not None


def _is_hidden(tag: Tag) -> bool:
    if "style" not in tag.raw.lower() and "hidden" not in tag.raw.lower():
        return False
    attributes = tag.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "").lower()))


def _span(attributes: Mapping[str, str], name: str) -> int:
    found = _SPAN.fullmatch(attributes.get(name, "").strip())
    return max(int(found[0]), 1) if found else 1
