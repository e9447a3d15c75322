"""Criteria and levels as they were read, and the order that levels have among each other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rubrics.pasting.cells import NO_CELL, Cell
from rubrics.pasting.marks import PasteCode, PasteMark, mark
from rubrics.scales import Band

# What levels are usually called, by how high they stand. Each list is looked for in this
# order, so that "does not meet" is not "meet", and "partially" comes before what it weakens.
_RANKS = (
    (
        0,
        "no|not|fail|fails|poor|below|unmet",
        "unsatisf|insuffic|inadequa|unaccept|begin|novice|initial|weak|never|missing|absent",
    ),
    (
        1,
        "some|fair|needs",
        "partial|develop|approach|emerg|basic|progress|limited|rare|apprentice|sometimes",
    ),
    (
        3,
        "full|above|strong|expert",
        "exceed|advanc|exempl|excel|distinguish|outstanding|superior|master|exception|always",
    ),
    (
        2,
        "meet|meets|met|meeting|yes|ready|good|pass|passed",
        "proficien|competent|accomplish|satisf|adequa|acceptab|achieve|achieving|capabl",
    ),
)
"""A rank, whole words, and words as they begin."""
_RANK_WORDS = tuple(
    (rank, re.compile(rf"\b(?:(?:{whole})\b|{begun})", re.IGNORECASE))
    for rank, whole, begun in _RANKS
)
_LOWER = re.compile(r"\b(?:previous|preceding|lower)\b|\b(?:level|column) below", re.IGNORECASE)
TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLevel:
    """A level as it was read. `builds_on` is what the head says of the level below it.

    Places of marks begin inside the level.
    """

    title: str
    points: Decimal | None = None
    band: Band | None = None
    descriptor: str = ""
    builds_on: str = ""
    head: Cell = NO_CELL
    cell: Cell = NO_CELL
    marks: tuple[PasteMark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCriterion:
    """A row as it was read; for a heading nothing is rated. Places begin inside it."""

    title: str
    definition: str = ""
    levels: tuple[ReadLevel, ...] = ()
    is_heading: bool = False
    cell: Cell = NO_CELL
    marks: tuple[PasteMark, ...] = ()


def rank_of(title: str) -> int | None:
    """Return a rank for a level by what levels are usually called; None for other words."""
    return next((rank for rank, words in _RANK_WORDS if words.search(title)), None)


def is_descending(levels: Sequence[ReadLevel]) -> bool | None:
    """Whether the highest level stands first, by bands or titles; None where they do not say."""
    ranks = [level.band.minimum for level in levels if level.band]
    if len(ranks) < len(levels):
        ranks = [rank for level in levels if (rank := rank_of(level.title)) is not None]
    if len(ranks) < len(levels) or len(set(ranks)) < TWO:
        return None
    if ranks == sorted(ranks):
        return False
    return True if ranks == sorted(ranks, reverse=True) else None


def lowest_first(levels: Sequence[ReadLevel]) -> list[ReadLevel] | None:
    """Return levels in their order, by points or else by titles; None where neither says it."""
    points = {level.points: level for level in levels}
    if None not in points and len(points) == len(levels):
        return sorted(levels, key=lambda level: level.points or Decimal(0))
    match is_descending(levels):
        case None:
            return None
        case descending:
            return list(reversed(levels)) if descending else list(levels)


def find_lower(level: ReadLevel, levels: Sequence[ReadLevel]) -> tuple[ReadLevel | None, bool]:
    """Return the next lower level where a level builds on it, and whether that is clear.

    Where it names other levels and not this one, or nothing says which one is the next
    lower, it is not.
    """
    text = level.builds_on
    others = [one for one in levels if one is not level and _is_named(one, text)]
    if not text or not (others or _LOWER.search(text)):
        return None, True
    order = lowest_first(levels) or []
    lower = order[order.index(level) - 1] if level in order[1:] else None
    if lower is None or (others and lower not in others):
        return None, False
    return lower, True


def check_levels(levels: Sequence[ReadLevel]) -> Iterator[tuple[int, PasteMark]]:
    """Yield marks for what does not go together, with the position of their level."""
    has_bands = any(level.band for level in levels)
    for position, level in enumerate(levels):
        before = levels[:position]
        for other in before:
            if level.points is not None and level.points == other.points:
                yield (
                    position,
                    mark(PasteCode.POINTS_REPEATED, "points", level.cell, other=other.title),
                )
        is_marked = any(one.code is PasteCode.BAND_UNREADABLE for one in level.marks)
        if level.band is None and has_bands and not is_marked:
            yield position, mark(PasteCode.BAND_MISSING, "band", level.cell)
        for other in before:
            if shared := _shared(level.band, other.band):
                yield position, _overlap(level, other, *shared)


def _overlap(level: ReadLevel, other: ReadLevel, minimum: int, maximum: int) -> PasteMark:
    return mark(
        PasteCode.BANDS_OVERLAP,
        "band",
        level.cell,
        other=other.title,
        minimum=minimum,
        maximum=maximum,
    )


def _shared(one: Band | None, other: Band | None) -> tuple[int, int] | None:
    if one is None or other is None:
        return None
    lowest = max(one.minimum, other.minimum)
    highest = min(one.maximum, other.maximum)
    return (lowest, highest) if lowest <= highest else None


def _is_named(level: ReadLevel, text: str) -> bool:
    """Whether a text names a level, by its title or the first word of it."""
    title, text = level.title.lower(), text.lower()
    return bool(title) and (title in text or title.split(" ")[0] in re.findall(r"\w+", text))
