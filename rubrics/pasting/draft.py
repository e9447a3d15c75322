"""Criteria as they were read -> the draft of a rubric, with a mark for all that it lacks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rubrics.criterion import MINIMUM_LEVELS
from rubrics.documents import points_text, without_empty
from rubrics.exchange import MAXIMUM_CRITERIA, MAXIMUM_LEVELS
from rubrics.findings import Value
from rubrics.naming import make_id
from rubrics.pasting.cells import NO_CELL, Cell
from rubrics.pasting.levels import (
    ReadCriterion,
    ReadLevel,
    check_levels,
    find_lower,
    is_descending,
)
from rubrics.pasting.marks import PasteCode, PasteMark, mark, notice, within
from rubrics.pasting.phrases import TEXT_CHARACTERS, TITLE_CHARACTERS
from rubrics.scales import ScaleKind


def draft_rubric(
    criteria: Sequence[ReadCriterion],
) -> tuple[dict[str, object], tuple[PasteMark, ...]]:
    """Return the draft of a rubric without its title, and its marks, places inside the rubric.

    It has the shape of a rubric's document; what is not known is not there. Levels of the
    same title have the same id in every criterion, because conditions name them by it.
    """
    writer = _Writer(criteria)
    document = writer.write()
    return document, tuple(_once(writer.marks))


class _Writer:
    """The draft while it is written."""

    def __init__(self, criteria: Sequence[ReadCriterion]) -> None:
        self.marks: list[PasteMark] = []
        self._read = criteria
        self._criteria = criteria[:MAXIMUM_CRITERIA]
        levels = [level for one in self._criteria for level in one.levels]
        self._has_points = any(level.points is not None for level in levels)
        self._has_bands = any(level.band for level in levels)
        counts = Counter(len(one.levels) for one in self._criteria if not one.is_heading)
        self._most_levels = counts.most_common(1)[0][0] if counts else 0
        self._titles = Counter(one.title.casefold() for one in self._criteria)
        self._criterion_ids: set[str] = set()
        self._level_ids = _LevelIds()
        self._is_order_said = False

    def write(self) -> dict[str, object]:
        """Return the document."""
        if len(self._read) > MAXIMUM_CRITERIA:
            values = {"count": len(self._read), "limit": MAXIMUM_CRITERIA}
            self._mark(PasteCode.CRITERIA_CUT, "criteria", self._read[-1].cell, **values)
        criteria = [
            self._criterion(one, number) for number, one in enumerate(self._criteria, start=1)
        ]
        has_levels = any(one.levels for one in self._criteria)
        if has_levels and not self._has_points:
            self._mark(PasteCode.POINTS_NONE, "criteria", NO_CELL)
        # Bands leave open whether the total or the assessor decides; without them it is plain.
        source = "assessor" if has_levels and not self._has_bands else None
        return without_empty({"level_source": source, "criteria": criteria})

    def _criterion(self, read: ReadCriterion, number: int) -> dict[str, object]:
        id_ = make_id(read.title, f"criterion-{number}", self._criterion_ids)
        place = f"criteria/{id_}"
        self.marks += within(place, read.marks)
        if not read.title:
            self._mark(PasteCode.CRITERION_UNNAMED, f"{place}/title", read.cell)
        elif self._titles[read.title.casefold()] > 1:
            self._mark(PasteCode.CRITERION_REPEATED, f"{place}/title", read.cell)
        return {
            "id": id_,
            **without_empty(
                {
                    "title": self._title(read.title, f"{place}/title", read.cell),
                    "definition": self._text(read.definition, f"{place}/definition", read.cell),
                    "scale": str(ScaleKind.NONE) if read.is_heading else None,
                    "levels": [] if read.is_heading else self._levels(read, place),
                }
            ),
        }

    def _levels(self, read: ReadCriterion, place: str) -> list[dict[str, object]]:
        place = f"{place}/levels"
        count = len(read.levels)
        if count < MINIMUM_LEVELS:
            self._mark(PasteCode.LEVELS_MISSING, place, read.cell)
        elif count != self._most_levels:
            values = {"count": count, "most": self._most_levels}
            self._mark(PasteCode.LEVELS_DIFFER, place, read.cell, **values)
        if count > MAXIMUM_LEVELS:
            values = {"count": count, "limit": MAXIMUM_LEVELS}
            self._mark(PasteCode.LEVELS_CUT, place, read.cell, **values)
        levels = self._ordered(read.levels[:MAXIMUM_LEVELS], place)
        ids = self._level_ids.take(levels)
        for position, found in check_levels(levels):
            self.marks.append(found.within(f"{place}/{ids[position]}"))
        return [
            self._level(level, levels, f"{place}/{id_}", id_)
            for level, id_ in zip(levels, ids, strict=True)
        ]

    def _ordered(self, levels: Sequence[ReadLevel], place: str) -> Sequence[ReadLevel]:
        """Return levels without points lowest first, as far as their titles say it."""
        if self._has_points or len(levels) < MINIMUM_LEVELS:
            return levels
        is_reversed = is_descending(levels)
        if not self._is_order_said:
            # Once: what is true of one row is true of all.
            if is_reversed is None:
                self._mark(PasteCode.ORDER_UNCLEAR, place, levels[0].cell)
            elif is_reversed:
                self.marks.append(notice(PasteCode.LEVELS_REVERSED, place, levels[0].cell))
            self._is_order_said = True
        return levels[::-1] if is_reversed else levels

    def _level(
        self, level: ReadLevel, levels: Sequence[ReadLevel], place: str, id_: str
    ) -> dict[str, object]:
        self.marks += within(place, level.marks)
        codes = {one.code for one in level.marks}
        if not level.title and PasteCode.LEVEL_EXTRA not in codes:
            self._mark(PasteCode.LEVEL_UNNAMED, f"{place}/title", level.cell)
        is_missing = level.points is None and PasteCode.POINTS_UNREADABLE not in codes
        if self._has_points and is_missing:
            self._mark(PasteCode.POINTS_MISSING, f"{place}/points", level.cell)
        lower, is_clear = find_lower(level, levels)
        title = level.title
        if lower:
            here = f"{place}/cumulative"
            self.marks.append(notice(PasteCode.CUMULATIVE, here, level.head, other=lower.title))
        elif not is_clear:
            self._mark(PasteCode.CUMULATIVE_UNCLEAR, f"{place}/cumulative", level.head)
        elif level.builds_on:
            title = f"{title} ({level.builds_on})"
        band = level.band
        return {
            "id": id_,
            **without_empty(
                {
                    "title": self._title(title, f"{place}/title", level.cell),
                    "points": None if level.points is None else points_text(level.points),
                    "cumulative": True if lower else None,
                    "band": band and {"minimum": band.minimum, "maximum": band.maximum},
                    "descriptor": self._text(level.descriptor, f"{place}/descriptor", level.cell),
                }
            ),
        }

    def _title(self, text: str, place: str, cell: Cell) -> str:
        return self._cut(" ".join(text.split()), TITLE_CHARACTERS, place, cell)

    def _text(self, text: str, place: str, cell: Cell) -> str:
        return self._cut(text.strip(), TEXT_CHARACTERS, place, cell)

    def _cut(self, text: str, limit: int, place: str, cell: Cell) -> str:
        if len(text) <= limit:
            return text
        self._mark(PasteCode.TEXT_CUT, place, cell, count=len(text), limit=limit)
        return text[:limit].strip()

    def _mark(self, code: PasteCode, place: str, cell: Cell, **values: Value) -> None:
        self.marks.append(mark(code, place, cell, **values))


class _LevelIds:
    """Ids of levels: the same for the same title, wherever it stands."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, int], str] = {}
        self._taken: set[str] = set()

    def take(self, levels: Sequence[ReadLevel]) -> list[str]:
        """Return the ids of the levels of one criterion."""
        seen: Counter[str] = Counter()
        return [
            self._take(level.title, number, seen) for number, level in enumerate(levels, start=1)
        ]

    def _take(self, title: str, number: int, seen: Counter[str]) -> str:
        name = title.casefold() or f"{number}"
        seen[name] += 1
        key = (name, seen[name])
        if key not in self._ids:
            self._ids[key] = make_id(title, f"level-{number}", self._taken)
        return self._ids[key]


def _once(marks: Iterable[PasteMark]) -> Iterator[PasteMark]:
    """Yield marks; what is only said of a cell of the head, at the first place it is about."""
    said: set[tuple[str, int, int]] = set()
    for one in marks:
        key = (one.code, one.row, one.column)
        if one.is_notice and key in said:
            continue
        said.add(key)
        yield one
