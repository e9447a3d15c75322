"""A pasted table, read into the draft of a rubric.

Text or markup of a clipboard becomes paragraphs and tables (`plain`, `markup`), a table
criteria with levels (`heads`, `rows`, `exports`), and these the draft of a rubric
(`draft`). Nothing is refused but what holds no table or is far too large; what was not
understood is marked at its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from rubrics.errors import PasteFault, UnreadablePasteError
from rubrics.pasting.cells import Block, Table
from rubrics.pasting.draft import draft_rubric
from rubrics.pasting.exports import read_export
from rubrics.pasting.heads import Columns, names_levels
from rubrics.pasting.levels import ReadCriterion
from rubrics.pasting.marks import PasteCode, PasteMark, mark, within
from rubrics.pasting.markup import read_markup
from rubrics.pasting.plain import read_plain
from rubrics.pasting.rows import read_rows

_LEAST_COLUMNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedRubric:
    """What was pasted: the draft of a rubric, and the paragraphs before and behind its table.

    `document` has the shape of a rubric's document, without id and title. The places of
    `marks` begin with `rubric/`.
    """

    document: dict[str, object]
    marks: tuple[PasteMark, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]


def read_pasted_rubric(text: str = "", html: str = "") -> PastedRubric:
    """Return what a clipboard holds, as text, as markup or as both: then markup counts.

    Raises:
        UnreadablePasteError: there is no table in it, or far too much.
    """
    return _Reader(_read_blocks(text, html)).read()


class _Reader:
    """Blocks while they are read."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._main = max(filter(_is_table, blocks), key=_count_cells)
        self._columns: Columns | None = None
        self._criteria: list[ReadCriterion] = []
        self._marks: list[PasteMark] = []
        self._before: list[str] = []
        self._behind: list[str] = []

    def read(self) -> PastedRubric:
        """Return what they hold."""
        for block in self._blocks:
            if isinstance(block, str):
                self._take_texts([block])
            else:
                self._take_table(block)
        document, marks = draft_rubric(self._criteria)
        return PastedRubric(
            document=document,
            marks=within("rubric", [*self._marks, *marks]),
            before=tuple(self._before),
            behind=tuple(self._behind),
        )

    def _take_table(self, table: Table) -> None:
        if not _is_table(table):
            self._take_texts([" ".join(cell.line for cell in row) for row in table.rows])
            return
        read = read_export(table) or read_rows(table, self._columns)
        belongs = table.width == self._main.width or names_levels(read.columns)
        if table is not self._main and not belongs:
            self._marks.append(mark(PasteCode.TABLE_LEFT_OUT, "criteria", table.rows[0][0]))
            self._behind += [" | ".join(cell.line for cell in row) for row in table.rows]
            return
        if table.is_aligned:
            self._marks.append(mark(PasteCode.ALIGNED, "criteria", table.rows[0][0]))
        self._take_texts(read.titles)
        self._marks += read.marks
        self._criteria += read.criteria
        self._columns = read.columns

    def _take_texts(self, texts: Sequence[str]) -> None:
        taken = self._behind if self._columns else self._before
        taken += [text.strip() for text in texts if text.strip()]


def _read_blocks(text: str, html: str) -> tuple[Block, ...]:
    """Return the blocks of markup where it holds a table, else of text.

    Raises:
        UnreadablePasteError: neither holds one that can be read.
    """
    has_text = bool(text.strip())
    try:
        blocks = read_markup(html)
    except UnreadablePasteError:
        # Word may wrap pictures into it, and the text beside it is short.
        if not has_text:
            raise
        blocks = ()
    if not any(map(_is_table, blocks)):
        blocks = read_plain(text)
    if any(map(_is_table, blocks)):
        return blocks
    raise UnreadablePasteError(
        PasteFault.NO_TABLE if has_text or html.strip() else PasteFault.EMPTY
    )


def _is_table(block: Block) -> TypeGuard[Table]:
    return isinstance(block, Table) and block.width >= _LEAST_COLUMNS


def _count_cells(table: Table) -> int:
    return sum(bool(cell.text) for row in table.rows for cell in row)
