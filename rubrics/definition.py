"""Document <-> Rubric.

`parse_rubric` takes what comes from outside. The `…_from` functions take what a
schema has accepted already; `badges.definition` uses them for its own document.
Reading and writing are each other's inverse.
"""

from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema.protocols import Validator

from rubrics.criterion import Criterion, EvidenceRule, Note, NoteKind, RaterRole
from rubrics.documents import JSON, check_document, load_validator, points_text, without_empty
from rubrics.errors import InvalidDocumentError, InvalidRubricError
from rubrics.model import Aggregation, LevelSource, Licence, Phase, Rubric, ScoredTask, Source
from rubrics.scales import Band, Level, NumericScale, ScaleKind

Accepted = dict[str, Any]
"""An object that a schema has accepted: its keys and types are known."""

SCHEMA = ("rubrics.schemas", "rubric.schema.json")
SCHEMA_ID = "urn:quatrefoil:schema:rubric"
_PERMISSIONS = ("allows_changes", "allows_commercial_use", "allows_redistribution")


def parse_rubric(document: JSON) -> Rubric:
    """Return the rubric that an untrusted document describes.

    Raises:
        InvalidRubricError: it describes none; names the place.
    """
    try:
        accepted = check_document(document, _validator())
    except InvalidDocumentError as error:
        raise InvalidRubricError(error.place, error.reason) from error
    return rubric_from(accepted)


def rubric_document(rubric: Rubric) -> dict[str, object]:
    """Return the document of a rubric; keys always in the same order."""
    return without_empty(
        {
            "id": rubric.id,
            "title": rubric.title,
            "level_source": rubric.level_source and str(rubric.level_source),
            "aggregation": None
            if rubric.aggregation is Aggregation.SINGLE
            else str(rubric.aggregation),
            "phases": [{"id": phase.id, "title": phase.title} for phase in rubric.phases],
            "tasks": [task_document(task) for task in rubric.tasks],
            "criteria": [_criterion_document(criterion) for criterion in rubric.criteria],
            "licence": rubric.licence and licence_document(rubric.licence),
            "attribution": rubric.attribution,
            "source": rubric.source and source_document(rubric.source),
            "notes": [_note_document(note) for note in rubric.notes],
        }
    )


def rubric_from(accepted: Accepted) -> Rubric:
    """Return the rubric of an accepted document."""
    source = accepted.get("level_source")
    return Rubric(
        id=accepted["id"],
        title=accepted["title"],
        level_source=LevelSource(source) if source else None,
        aggregation=Aggregation(accepted.get("aggregation", Aggregation.SINGLE)),
        phases=tuple(Phase(**phase) for phase in accepted.get("phases", ())),
        tasks=tuple(task_from(task) for task in accepted.get("tasks", ())),
        criteria=tuple(_criterion_from(criterion) for criterion in accepted["criteria"]),
        licence=licence_from(accepted["licence"]) if "licence" in accepted else None,
        attribution=accepted.get("attribution", ""),
        source=source_from(accepted["source"]) if "source" in accepted else None,
        notes=_notes_from(accepted),
    )


def task_document(task: ScoredTask) -> dict[str, object]:
    """Return the document of a scored task."""
    return without_empty(
        {
            "id": task.id,
            "title": task.title,
            "minimum": task.minimum,
            "maximum": task.maximum,
            "step": task.step,
            "weight": None if task.weight == 1 else task.weight,
            "required": None if task.required else False,
        }
    )


def task_from(accepted: Accepted) -> ScoredTask:
    """Return the scored task of an accepted document."""
    return ScoredTask(**accepted)


def licence_document(licence: Licence) -> dict[str, object]:
    """Return the document of a licence."""
    permissions = {name: getattr(licence, name) for name in _PERMISSIONS}
    denied = {name: False for name, is_given in permissions.items() if not is_given}
    return {"title": licence.title, "url": licence.url, **denied}


def licence_from(accepted: Accepted) -> Licence:
    """Return the licence of an accepted document."""
    return Licence(**accepted)


def source_document(source: Source) -> dict[str, object]:
    """Return the document of a source."""
    return {"name": source.name, "sha256": source.sha256}


def source_from(accepted: Accepted) -> Source:
    """Return the source of an accepted document."""
    return Source(**accepted)


def evidence_rule_document(rule: EvidenceRule) -> dict[str, object]:
    """Return the document of an evidence rule."""
    return {
        "minimum_per_criterion": rule.minimum_per_criterion,
        "needs_locator": rule.needs_locator,
        "needs_explanation": rule.needs_explanation,
    }


def evidence_rule_from(accepted: Accepted) -> EvidenceRule:
    """Return the evidence rule of an accepted document."""
    return EvidenceRule(**accepted)


def _criterion_document(criterion: Criterion) -> dict[str, object]:
    return without_empty(
        {
            "id": criterion.id,
            "title": criterion.title,
            "definition": criterion.definition,
            "scale": None if criterion.scale is ScaleKind.ORDINAL else str(criterion.scale),
            "raters": [str(role) for role in criterion.raters],
            "phases": list(criterion.phases),
            "needs_signature": criterion.needs_signature or None,
            "evidence_rule": criterion.evidence_rule
            and evidence_rule_document(criterion.evidence_rule),
            "levels": [_level_document(level) for level in criterion.levels],
            "numbers": criterion.numbers and _numbers_document(criterion.numbers),
            "criteria": [_criterion_document(below) for below in criterion.criteria],
            "notes": [_note_document(note) for note in criterion.notes],
        }
    )


def _criterion_from(accepted: Accepted) -> Criterion:
    rule = accepted.get("evidence_rule")
    return Criterion(
        id=accepted["id"],
        title=accepted["title"],
        definition=accepted.get("definition", ""),
        scale=ScaleKind(accepted.get("scale", ScaleKind.ORDINAL)),
        raters=tuple(RaterRole(role) for role in accepted.get("raters", ())),
        phases=tuple(accepted.get("phases", ())),
        needs_signature=accepted.get("needs_signature", False),
        evidence_rule=evidence_rule_from(rule) if rule else None,
        levels=tuple(_level_from(level, accepted["id"]) for level in accepted.get("levels", ())),
        numbers=_numbers_from(accepted["numbers"], accepted["id"])
        if "numbers" in accepted
        else None,
        criteria=tuple(_criterion_from(below) for below in accepted.get("criteria", ())),
        notes=_notes_from(accepted),
    )


def _numbers_document(numbers: NumericScale) -> dict[str, object]:
    return without_empty(
        {
            "minimum": points_text(numbers.minimum),
            "maximum": points_text(numbers.maximum),
            "step": points_text(numbers.step),
            "unit": numbers.unit,
        }
    )


def _numbers_from(accepted: Accepted, criterion_id: str) -> NumericScale:
    decimals = {name: Decimal(accepted[name]) for name in ("minimum", "maximum", "step")}
    try:
        return NumericScale(**decimals, unit=accepted.get("unit", ""))
    except InvalidRubricError as error:
        raise InvalidRubricError(f"criteria/{criterion_id}/{error.place}", error.reason) from error


def _level_document(level: Level) -> dict[str, object]:
    band = level.band and {"minimum": level.band.minimum, "maximum": level.band.maximum}
    return without_empty(
        {
            "id": level.id,
            "title": level.title,
            "aliases": list(level.aliases),
            "points": None if level.points is None else points_text(level.points),
            "cumulative": level.cumulative,
            "band": band,
            "descriptor": level.descriptor,
        }
    )


def _level_from(accepted: Accepted, criterion_id: str) -> Level:
    try:
        band = Band(**accepted["band"]) if "band" in accepted else None
    except InvalidRubricError as error:
        place = f"criteria/{criterion_id}/levels/{accepted['id']}/{error.place}"
        raise InvalidRubricError(place, error.reason) from error
    return Level(
        id=accepted["id"],
        title=accepted["title"],
        aliases=tuple(accepted.get("aliases", ())),
        points=Decimal(accepted["points"]) if "points" in accepted else None,
        cumulative=accepted.get("cumulative", False),
        band=band,
        descriptor=accepted.get("descriptor", ""),
    )


def _note_document(note: Note) -> dict[str, object]:
    return {"kind": str(note.kind), "quote": note.quote, "text": note.text}


def _notes_from(accepted: Accepted) -> tuple[Note, ...]:
    return tuple(
        Note(kind=NoteKind(note["kind"]), quote=note["quote"], text=note["text"])
        for note in accepted.get("notes", ())
    )


@cache
def _validator() -> Validator:
    return load_validator(SCHEMA)
