"""What a table of another system does not carry of a rubric."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rubrics.criterion import Criterion
from rubrics.model import Aggregation, LevelSource, Rubric
from rubrics.naming import make_id
from rubrics.scales import ScaleKind


class LossKind(StrEnum):
    """What a table does not carry."""

    AGGREGATION = "aggregation"
    ALIASES = "aliases"
    ATTRIBUTION = "attribution"
    BANDS = "bands"
    CUMULATIVE = "cumulative"
    DEFINITION = "definition"
    """Moodle's table has no place for what a criterion means."""
    EVIDENCE_RULE = "evidence_rule"
    IDS = "ids"
    """They are made anew from titles, and conditions name criteria and levels by them."""
    LEVEL_SOURCE = "level_source"
    LICENCE = "licence"
    NOTES = "notes"
    NUMBERS = "numbers"
    """A scale of numbers has no levels: the criterion is left out."""
    PHASES = "phases"
    POINTS = "points"
    """Its levels have none, and the cells are empty."""
    RANGE = "range"
    """Canvas: any number between two ratings; here, only the ratings."""
    RATERS = "raters"
    SCALE = "scale"
    SIGNATURE = "signature"
    SOURCE = "source"
    TASKS = "tasks"
    TITLE = "title"
    """Moodle's table does not name the rubric, or two criteria alike."""
    TREE = "tree"
    """What stands below others is written beside them; headings and indicators are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something that a table does not carry: of one criterion, by its title, or of the rubric."""

    kind: LossKind
    criterion: str = ""


_RUBRIC_LOSSES: Mapping[LossKind, Callable[[Rubric], bool]] = {
    LossKind.TASKS: lambda rubric: bool(rubric.tasks),
    LossKind.LEVEL_SOURCE: lambda rubric: rubric.level_source is not LevelSource.ASSESSOR,
    LossKind.AGGREGATION: lambda rubric: rubric.aggregation is not Aggregation.SINGLE,
    LossKind.PHASES: lambda rubric: bool(rubric.phases),
    LossKind.TREE: lambda rubric: len(rubric.all_criteria) > len(rubric.criteria),
    LossKind.LICENCE: lambda rubric: rubric.licence is not None,
    LossKind.ATTRIBUTION: lambda rubric: bool(rubric.attribution),
    LossKind.SOURCE: lambda rubric: rubric.source is not None,
    LossKind.NOTES: lambda rubric: bool(rubric.notes),
}
_CRITERION_LOSSES: Mapping[LossKind, Callable[[Criterion], bool]] = {
    LossKind.BANDS: lambda one: any(level.band for level in one.levels),
    LossKind.CUMULATIVE: lambda one: any(level.cumulative for level in one.levels),
    LossKind.ALIASES: lambda one: any(level.aliases for level in one.levels),
    LossKind.NUMBERS: lambda one: one.numbers is not None,
    LossKind.POINTS: lambda one: bool(one.levels) and not one.has_points,
    LossKind.SCALE: lambda one: bool(one.levels) and one.scale is not ScaleKind.ORDINAL,
    LossKind.RATERS: lambda one: bool(one.raters),
    LossKind.PHASES: lambda one: bool(one.phases),
    LossKind.SIGNATURE: lambda one: one.needs_signature,
    LossKind.EVIDENCE_RULE: lambda one: one.evidence_rule is not None,
    LossKind.NOTES: lambda one: bool(one.notes),
}
_LOSS_TEXTS: Mapping[LossKind, str] = {
    LossKind.AGGREGATION: "how several assessments become one is not carried.",
    LossKind.ALIASES: "other words for its levels are not carried.",
    LossKind.ATTRIBUTION: "the attribution is not carried.",
    LossKind.BANDS: "the bands of its levels are not carried.",
    LossKind.CUMULATIVE: "that a level builds on the one below is not carried.",
    LossKind.DEFINITION: "what it means is not carried.",
    LossKind.EVIDENCE_RULE: "what evidence it needs is not carried.",
    LossKind.IDS: "ids are not carried: reading makes them anew from titles.",
    LossKind.LEVEL_SOURCE: "how a level arises is not carried: read again, assessors rate.",
    LossKind.LICENCE: "the licence is not carried.",
    LossKind.NOTES: "notes are not carried.",
    LossKind.NUMBERS: "it is rated with numbers, and left out.",
    LossKind.PHASES: "when it is rated is not carried.",
    LossKind.POINTS: "its levels have no points, and the cells are empty.",
    LossKind.RANGE: "points between two ratings cannot be given here.",
    LossKind.RATERS: "who rates it is not carried.",
    LossKind.SCALE: "the kind of its scale is not carried.",
    LossKind.SIGNATURE: "that its rating needs a signature is not carried.",
    LossKind.SOURCE: "the source is not carried.",
    LossKind.TASKS: "scored tasks are not carried.",
    LossKind.TITLE: "its title is not carried as it is.",
    LossKind.TREE: "what stands below others is written beside them, headings are left out.",
}


def loss_text(loss: Loss) -> str:
    """Return a loss as one sentence without markup."""
    whose = f"“{loss.criterion}”: " if loss.criterion else ""
    return whose + _LOSS_TEXTS[loss.kind]


def losses_of(rubric: Rubric, criteria: Sequence[Criterion]) -> tuple[Loss, ...]:
    """Return what a flat table of `criteria` does not carry of their rubric."""
    return (
        *(Loss(kind=kind) for kind, is_lost in _RUBRIC_LOSSES.items() if is_lost(rubric)),
        *([Loss(kind=LossKind.IDS)] if _loses_ids(criteria) else []),
        *(loss for criterion in rubric.all_criteria for loss in _losses_of(criterion)),
    )


def _losses_of(criterion: Criterion) -> Iterator[Loss]:
    for kind, is_lost in _CRITERION_LOSSES.items():
        if is_lost(criterion):
            yield Loss(kind=kind, criterion=criterion.title)


def _loses_ids(criteria: Iterable[Criterion]) -> bool:
    ids: set[str] = set()
    for number, criterion in enumerate(criteria, start=1):
        level_ids: set[str] = set()
        made = [
            make_id(level.title, f"level-{position}", level_ids)
            for position, level in enumerate(criterion.levels, start=1)
        ]
        if make_id(criterion.title, f"criterion-{number}", ids) != criterion.id:
            return True
        if made != [level.id for level in criterion.levels]:
            return True
    return False
