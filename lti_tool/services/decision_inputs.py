"""What a decision rests on, as values and as the document that is stored and hashed.

One canonical form (sorted keys, no spaces, UTF-8): equal inputs hash the same, and a
stored document can be read back years later without asking today's rows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from lti_tool.store.rows import RatingRow, TaskScoreRow
from rubrics.criterion import RaterRole
from rubrics.documents import points_text
from rubrics.model import Administration
from rubrics.scoring import CriterionRating, Override


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInput:
    """Points of one scored task. `source` is page, link or typed; `note` says where."""

    task_id: str
    points: int
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionInput:
    """What a rater gave one criterion, with every word of it."""

    criterion_id: str
    level_id: str | None = None
    number: Decimal | None = None
    is_signed: bool = False
    override: Override | None = None
    tasks: tuple[TaskInput, ...] = ()
    comment: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundInput:
    """What was rated in another round than the one that counts by itself."""

    administration: Administration
    criteria: tuple[CriterionInput, ...]
    rater_id: UUID
    source: str = ""
    """Where ratings that were typed in come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatInput:
    """What one of several assessors rated, independently of the others."""

    seat: int
    rater_id: UUID
    criteria: tuple[CriterionInput, ...]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a decision looks at beside the ratings that count; as `badges.criteria.Facts`."""

    rounds: tuple[RoundInput, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    uncovered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInputs:
    """Everything that a decision on one attempt rests on, except the evidence itself."""

    attempt_id: UUID
    definition_sha256: str
    rater_id: UUID
    criteria: tuple[CriterionInput, ...]
    comment: str
    """To the learner, on the whole."""
    beside: Beside = NOTHING_BESIDE
    seats: tuple[SeatInput, ...] = ()
    """Every assessor's own ratings, where several rate; `criteria` is what they amount to."""
    source: str = ""
    """Where ratings come from that the program entered; formerly their assessment said it."""


def decision_inputs(inputs: DecisionInputs) -> bytes:
    """Return the canonical document of `inputs`; equal inputs give equal bytes."""
    return canonical(
        {
            "attempt_id": str(inputs.attempt_id),
            "definition_sha256": inputs.definition_sha256,
            "rater_id": str(inputs.rater_id),
            "criteria": _criteria_document(inputs.criteria),
            "comment": inputs.comment,
            "beside": _beside_document(inputs.beside),
            "seats": [seat_document(seat) for seat in inputs.seats],
            # So the documents of all others are what they were.
            **({"source": inputs.source} if inputs.source else {}),
        }
    )


def read_inputs(document: bytes) -> DecisionInputs:
    """Return the inputs of a stored document; criteria in the order of their ids."""
    found = json.loads(document)
    return DecisionInputs(
        attempt_id=UUID(found["attempt_id"]),
        definition_sha256=found["definition_sha256"],
        rater_id=UUID(found["rater_id"]),
        criteria=_criteria_from(found["criteria"]),
        comment=found["comment"],
        beside=_beside_from(found["beside"]),
        seats=tuple(_seat_from(one) for one in found["seats"]),
        source=found.get("source", ""),
    )


def read_seat(document: bytes) -> SeatInput:
    """Return what one of several assessors handed in, from its document."""
    return _seat_from(json.loads(document))


def inputs_hash(document: bytes) -> str:
    """Return the sha256 of a document, hexadecimal."""
    return sha256(document).hexdigest()


def ratings_of(criteria: Iterable[CriterionInput]) -> dict[str, CriterionRating]:
    """Return the inputs as `rubrics.scoring.score` takes them, by criterion id."""
    return {
        one.criterion_id: CriterionRating(
            level_id=one.level_id,
            number=one.number,
            is_signed=one.is_signed,
            task_points={task.task_id: task.points for task in one.tasks},
            override=one.override,
        )
        for one in criteria
    }


def canonical(document: Mapping[str, object]) -> bytes:
    """Return the one way to write a document of ours."""
    return json.dumps(
        document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def _criterion_document(one: CriterionInput) -> dict[str, object]:
    return {
        "level_id": one.level_id,
        "number": None if one.number is None else points_text(one.number),
        "is_signed": one.is_signed,
        "override": one.override
        and {"level_id": one.override.level_id, "reason": one.override.reason},
        "tasks": {
            task.task_id: {"points": task.points, "source": task.source, "note": task.note}
            for task in one.tasks
        },
        "comment": one.comment,
        "is_kept": one.is_kept,
    }


def _criterion_from(criterion_id: str, found: dict[str, Any]) -> CriterionInput:
    return CriterionInput(
        criterion_id=criterion_id,
        level_id=found["level_id"],
        number=None if found["number"] is None else Decimal(found["number"]),
        is_signed=found["is_signed"],
        override=Override(**found["override"]) if found["override"] else None,
        tasks=tuple(TaskInput(task_id=id_, **task) for id_, task in found["tasks"].items()),
        comment=found["comment"],
        is_kept=found["is_kept"],
    )


def _criteria_document(criteria: Iterable[CriterionInput]) -> dict[str, object]:
    return {one.criterion_id: _criterion_document(one) for one in criteria}


def _criteria_from(found: dict[str, Any]) -> tuple[CriterionInput, ...]:
    return tuple(_criterion_from(id_, one) for id_, one in found.items())


def _beside_document(beside: Beside) -> dict[str, object]:
    return {
        "rounds": [
            {
                "role": str(one.administration.role),
                "phase": one.administration.phase,
                "rater_id": str(one.rater_id),
                "source": one.source,
                "criteria": _criteria_document(one.criteria),
            }
            for one in beside.rounds
        ],
        "counts": dict(beside.counts),
        "minutes": dict(beside.minutes),
        "uncovered": {id_: list(families) for id_, families in beside.uncovered.items()},
        "held": sorted(beside.held),
    }


def _beside_from(found: dict[str, Any]) -> Beside:
    return Beside(
        rounds=tuple(
            RoundInput(
                administration=Administration(role=RaterRole(one["role"]), phase=one["phase"]),
                rater_id=UUID(one["rater_id"]),
                source=one["source"],
                criteria=_criteria_from(one["criteria"]),
            )
            for one in found["rounds"]
        ),
        counts=found["counts"],
        minutes=found["minutes"],
        uncovered={id_: tuple(families) for id_, families in found["uncovered"].items()},
        held=frozenset(found["held"]),
    )


def seat_document(seat: SeatInput) -> dict[str, object]:
    """Return one assessor's ratings as a document."""
    return {
        "seat": seat.seat,
        "rater_id": str(seat.rater_id),
        "criteria": _criteria_document(seat.criteria),
        "comment": seat.comment,
    }


def _seat_from(found: dict[str, Any]) -> SeatInput:
    return SeatInput(
        seat=found["seat"],
        rater_id=UUID(found["rater_id"]),
        criteria=_criteria_from(found["criteria"]),
        comment=found["comment"],
    )


def criterion_inputs(
    ratings: Sequence[RatingRow], task_scores: Sequence[TaskScoreRow]
) -> tuple[CriterionInput, ...]:
    """Return stored ratings as inputs, in the order of criterion ids, empty ones left out.

    An override that has no reason yet does not count yet.
    """
    by_criterion = {row.criterion_id: row for row in ratings}
    ids = sorted(by_criterion.keys() | {row.criterion_id for row in task_scores})
    found = (_criterion_input(id_, by_criterion.get(id_), task_scores) for id_ in ids)
    return tuple(one for one in found if one != CriterionInput(criterion_id=one.criterion_id))


def _criterion_input(
    criterion_id: str, rating: RatingRow | None, task_scores: Sequence[TaskScoreRow]
) -> CriterionInput:
    tasks = tuple(
        TaskInput(task_id=row.task_id, points=row.points, source=row.source, note=row.source_note)
        for row in sorted(task_scores, key=lambda row: row.task_id)
        if row.criterion_id == criterion_id
    )
    if rating is None:
        return CriterionInput(criterion_id=criterion_id, tasks=tasks)
    override = None
    if rating.override_level_id and rating.override_reason.strip():
        override = Override(level_id=rating.override_level_id, reason=rating.override_reason)
    return CriterionInput(
        criterion_id=criterion_id,
        level_id=rating.level_id,
        number=None if rating.number is None else Decimal(rating.number),
        is_signed=rating.is_signed,
        override=override,
        tasks=tasks,
        comment=rating.comment,
        is_kept=rating.is_kept,
    )
