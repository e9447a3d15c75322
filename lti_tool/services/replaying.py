"""Stored decisions, judged again from what was stored: years later, the same comes out.

A decision carries its inputs and its trace as bytes with their hashes, and the hash of
the definition. Nothing else is asked: not today's ratings, nor today's rubric.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import parse_definition
from badges.errors import BadgesError
from badges.trace import check_trace
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.combining import combine
from lti_tool.services.decision_inputs import DecisionInputs, read_inputs
from lti_tool.services.decisions import Judgement, Verdict, judge_inputs, trace_bytes, verdict_of
from lti_tool.store import replays
from lti_tool.store.rows import DecisionRow
from rubrics.errors import RubricsError
from rubrics.model import Rubric


class DifferenceKind(StrEnum):
    """What is not as it was stored."""

    INPUTS_CHANGED = "inputs_changed"
    """The inputs do not have the hash that was stored with them."""
    TRACE_CHANGED = "trace_changed"
    """The trace does not have the hash that was stored with it."""
    DEFINITION_MISSING = "definition_missing"
    """No definition of the hash that the decision carries is stored."""
    DEFINITION_CHANGED = "definition_changed"
    """The definition does not have the hash that it is stored under."""
    OTHER_DEFINITION = "other_definition"
    """The inputs name another definition than the decision."""
    UNREADABLE = "unreadable"
    """The inputs, the trace or the definition cannot be read, or do not go together."""
    SEATS = "seats"
    """Several assessors' ratings amount to something else than what was judged."""
    TRACE = "trace"
    """Something in the trace comes out differently."""
    VERDICT = "verdict"
    """The inputs amount to another verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was stored; of the trace with its place and both values."""

    kind: DifferenceKind
    place: str = ""
    stored: str = ""
    replayed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """What a decision carries."""

    id: UUID
    attempt_id: UUID
    verdict: Verdict
    inputs: bytes
    inputs_sha256: str
    trace: bytes
    trace_sha256: str
    definition_sha256: str
    is_correction: bool = False
    """Whether somebody set other ratings than the assessors', with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A decision, judged again. No differences: the same."""

    decision: StoredDecision
    judgement: Judgement | None
    """Nothing where it could not be judged again."""
    differences: tuple[Difference, ...]


def replay(decision: StoredDecision, definition: bytes | None) -> Replay:
    """Return what the inputs of a decision amount to today, and all that differs.

    `definition` are the bytes that are stored under the hash that the decision carries.
    """
    differences = [Difference(kind=kind) for kind in _broken_hashes(decision, definition)]
    judgement = None
    if definition is not None:
        try:
            inputs = read_inputs(decision.inputs)
            judgement = judge_inputs(parse_definition(definition), inputs)
            stored = check_trace(json.loads(decision.trace))
            if inputs.definition_sha256 != decision.definition_sha256:
                differences.append(Difference(kind=DifferenceKind.OTHER_DEFINITION))
            if not decision.is_correction:
                differences += _seat_differences(inputs, judgement.result.rubric)
            differences += _trace_differences(stored, judgement)
            differences += _verdict_differences(decision.verdict, judgement)
        except (KeyError, TypeError, ValueError, AttributeError, RubricsError, BadgesError):
            differences.append(Difference(kind=DifferenceKind.UNREADABLE))
    return Replay(decision=decision, judgement=judgement, differences=tuple(differences))


def replay_stored(session: Session, id_: UUID) -> tuple[Replay, ...]:
    """Judge a decision again by its id, or every decision on an attempt by the attempt's.

    Raises:
        NotFoundError: there is none.
    """
    found = replays.list_decisions_called(session, id_)
    if not found:
        raise NotFoundError(f"no decision {id_}, and no decision on an attempt {id_}")
    return tuple(_replay_row(session, row) for row in found)


def replay_all(session: Session) -> Iterator[Replay]:
    """Judge every stored decision again, oldest first."""
    for row in replays.iterate_decisions(session):
        yield _replay_row(session, row)


def _replay_row(session: Session, row: DecisionRow) -> Replay:
    decision = StoredDecision(
        id=row.id,
        attempt_id=row.attempt_id,
        verdict=Verdict(row.verdict),
        inputs=row.inputs,
        inputs_sha256=row.inputs_sha256,
        trace=row.trace,
        trace_sha256=row.trace_sha256,
        definition_sha256=row.definition_sha256,
        is_correction=row.supersedes_id is not None,
    )
    return replay(decision, replays.find_document(session, row.definition_sha256))


def _broken_hashes(decision: StoredDecision, definition: bytes | None) -> Iterator[DifferenceKind]:
    if sha256(decision.inputs).hexdigest() != decision.inputs_sha256:
        yield DifferenceKind.INPUTS_CHANGED
    if sha256(decision.trace).hexdigest() != decision.trace_sha256:
        yield DifferenceKind.TRACE_CHANGED
    if definition is None:
        yield DifferenceKind.DEFINITION_MISSING
    elif sha256(definition).hexdigest() != decision.definition_sha256:
        yield DifferenceKind.DEFINITION_CHANGED


def _seat_differences(inputs: DecisionInputs, rubric: Rubric) -> Iterator[Difference]:
    """Yield the criteria on which several assessors' ratings amount to something else."""
    if not inputs.seats:
        return
    again = {one.criterion_id: one for one in combine(rubric, inputs.seats).criteria}
    stored = {one.criterion_id: one for one in inputs.criteria}
    for criterion_id in sorted(again.keys() | stored.keys()):
        if again.get(criterion_id) != stored.get(criterion_id):
            yield Difference(kind=DifferenceKind.SEATS, place=f"criteria/{criterion_id}")


def _verdict_differences(stored: Verdict, judgement: Judgement) -> Iterator[Difference]:
    # What was returned for revision was not decided by the rule.
    if stored is Verdict.RETURNED:
        return
    try:
        again = verdict_of(judgement).value
    except ConflictError as error:
        again = error.code
    if again != stored:
        yield Difference(kind=DifferenceKind.VERDICT, stored=stored.value, replayed=again)


def _trace_differences(stored: object, judgement: Judgement) -> Iterator[Difference]:
    again = json.loads(trace_bytes(judgement.outcome, judgement.result))
    for place, before, after in _compare(stored, again, ""):
        yield Difference(
            kind=DifferenceKind.TRACE, place=place, stored=_text(before), replayed=_text(after)
        )


def _compare(before: object, after: object, place: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            below = f"{place}/{key}".strip("/")
            yield from _compare(before.get(key), after.get(key), below)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _compare(one, other, f"{place}/{position}")
    elif before != after:
        yield place, before, after


def _text(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)[:200]
