"""Ratings of rows, and what they amount to by the badge's rule, with nothing handed in beside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from badges.definition import AchievementDefinition
from lti_tool.errors import ConflictError
from lti_tool.services.beside import beside_of_nothing
from lti_tool.services.bulk.columns import (
    RowFault,
    RowFaultsError,
    find_fields,
    read_ratings,
)
from lti_tool.services.bulk.ground import Target, Wish
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.decision_inputs import Beside, CriterionInput, TaskInput
from lti_tool.services.decisions import Judgement, Verdict, judge, trace_bytes, verdict_of

KEPT = 4096
"""Different sets of ratings that are remembered at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What some ratings amount to. Rows of the same ratings share it."""

    beside: Beside
    judgement: Judgement
    verdict: Verdict
    trace: bytes
    trace_sha256: str


class RatingReader:
    """Ratings of rows, and what they amount to: worked out once for rows that say the same."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self._fields: dict[UUID, Mapping[int, str]] = {}
        self._criteria: dict[tuple[object, ...], tuple[CriterionInput, ...]] = {}
        self._judged: dict[tuple[object, ...], tuple[object, Judged]] = {}

    def criteria(self, target: Target, row: FileRow, source: str) -> tuple[CriterionInput, ...]:
        """Return what a row gives every criterion of the version that counts.

        Raises:
            RowFaultsError: cells cannot be taken, or several would have to rate.
        """
        key = target.version.id, source, tuple(row.ratings.items())
        found = self._criteria.get(key)
        if found is None:
            if len(self._criteria) == KEPT:
                self._criteria.clear()
            self._criteria[key] = found = self._read(target, row, source)
        return found

    def _read(self, target: Target, row: FileRow, source: str) -> tuple[CriterionInput, ...]:
        rubric, rated = target.definition.get_rubric(), self.wish.file.rated
        if rubric.assessors_needed > 1:
            raise RowFaultsError(RowFault(code="several_rate"))
        fields = self._fields.get(target.version.id)
        if fields is None:
            fields, _ = find_fields(rubric, rated)
            self._fields[target.version.id] = fields
        return tuple(
            replace(one, tasks=tuple(_typed(task, source) for task in one.tasks))
            for one in read_ratings(rubric, fields, row.ratings, rated)
        )

    def judged(
        self, target: Target, criteria: tuple[CriterionInput, ...], held: frozenset[str]
    ) -> Judged:
        """Return what ratings amount to with nothing handed in beside them.

        Raises:
            RowFaultsError: a criterion is not rated.
        """
        # To compare them by their content would take longer than all the rest of a row.
        key = target.version.id, id(criteria), held
        found = self._judged.get(key)
        if found is None:
            if len(self._judged) == KEPT:
                self._judged.clear()
            judged = _judge(target.definition, criteria, held)
            # They are kept, too: others could come to have their id.
            self._judged[key] = found = criteria, judged
        return found[1]


def _typed(task: TaskInput, source: str) -> TaskInput:
    return replace(task, source="typed", note=task.note or source)


def _judge(
    definition: AchievementDefinition,
    criteria: tuple[CriterionInput, ...],
    held: frozenset[str],
) -> Judged:
    beside = beside_of_nothing(definition, held)
    judgement = judge(definition, criteria, beside)
    try:
        verdict = verdict_of(judgement)
    except ConflictError as error:
        titles = {one.id: one.title for one in definition.get_rubric().rated_criteria}
        unrated = [titles[id_] for id_ in judgement.result.unrated_criteria]
        raise RowFaultsError(RowFault(code="unrated", detail=", ".join(unrated)[:200])) from error
    trace = trace_bytes(judgement.outcome, judgement.result)
    return Judged(
        beside=beside,
        judgement=judgement,
        verdict=verdict,
        trace=trace,
        trace_sha256=sha256(trace).hexdigest(),
    )
