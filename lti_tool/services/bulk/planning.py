"""What would become of the rows of a file: whom each means, what it says, what stands already.

Nothing here writes. A row that cannot be taken says why, and holds up no other.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidFieldsError, InvalidInputError
from lti_tool.services.bulk.columns import (
    RowFault,
    RowFaultsError,
)
from lti_tool.services.bulk.ground import Ground, Target, Wish, definition_of
from lti_tool.services.bulk.people import People, find_courses, find_learner, load_people
from lti_tool.services.bulk.rating import Judged, RatingReader
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.standing import Standing, load_standings
from lti_tool.services.decision_inputs import CriterionInput, read_inputs
from lti_tool.services.decisions import Verdict
from lti_tool.services.desk.attesting import SOURCE_CHARACTERS, read_day
from lti_tool.services.texts import is_visible, plain_line
from lti_tool.store.bulk import Member
from lti_tool.store.rows import (
    AchievementVersionRow,
)

OPEN = frozenset({"draft", "submitted", "in_review"})


class Outcome(StrEnum):
    """What becomes of a row."""

    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"
    """Decided: the ratings do not meet the rule."""
    REVIEWED = "reviewed"
    """Decided, where a badge is for growth and awards nothing."""
    ALREADY = "already"
    """It stands as the row says."""
    REPEATED = "repeated"
    """An earlier row of the file says the same."""
    REFUSED = "refused"


_OUTCOMES: Mapping[Verdict, Outcome] = {
    one: Outcome(one) for one in Verdict if one is not Verdict.RETURNED
}


class RowResult(NamedTuple):
    """What became of a row, or would. `faults` say why it was refused."""

    number: int
    outcome: Outcome
    faults: tuple[RowFault, ...] = ()


class Rated(NamedTuple):
    """Ratings that a row holds, and what they amount to."""

    context_id: UUID
    criteria: tuple[CriterionInput, ...]
    judged: Judged


class Entry(NamedTuple):
    """A row that is to be written: ratings, or (`held_since`) an earlier award."""

    row: FileRow
    learner: Member
    target: Target
    standing: Standing
    source: str
    rated: Rated | None = None
    held_since: datetime | None = None
    outcome: Outcome = Outcome.AWARDED

    @property
    def result(self) -> RowResult:
        """The same, with the row's number."""
        return RowResult(number=self.row.number, outcome=self.outcome)


Meant: TypeAlias = Mapping[tuple[int, int], int]
"""By earner and achievement (as numbers, which are quick to compare and to send): which row
was the first about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rows to write, what is known of the others, and whom rows were about for the first time."""

    entries: tuple[Entry, ...]
    results: tuple[RowResult, ...]
    meant: Meant


class _Meant(NamedTuple):
    """Whom and what a row means, before it is known how they stand."""

    row: FileRow
    learner: Member
    target: Target
    context_id: UUID | None


class Planner:
    """Plans the rows of one file, in order; it is told whom those were about that are done."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self._done: dict[tuple[int, int], int] = {}
        self._rows = {one.number: one for one in wish.file.rows}
        self._reader = RatingReader(wish)

    def plan(
        self, session: Session, ground: Ground, rows: Sequence[FileRow], *, now: datetime
    ) -> Plan:
        """Return what is to be done with some rows of the file."""
        people = load_people(session, ground, rows)
        meant: list[_Meant] = []
        results: list[RowResult] = []
        first: dict[tuple[int, int], int] = {}
        for row in rows:
            try:
                one = _meant(self.wish, ground, people, row)
                repeats = self._check_repeated(one, first)
            except RowFaultsError as error:
                results.append(_refused(row, error))
                continue
            if repeats:
                results.append(RowResult(number=row.number, outcome=Outcome.REPEATED))
            else:
                meant.append(one)
        standings = load_standings(session, [(m.learner, m.target, m.context_id) for m in meant])
        entries: list[Entry] = []
        for one, standing in zip(meant, standings, strict=True):
            try:
                entry = _entry(session, self._reader, ground, one, standing, now=now)
            except RowFaultsError as error:
                results.append(_refused(one.row, error))
                continue
            if entry is None:
                results.append(RowResult(number=one.row.number, outcome=Outcome.ALREADY))
            else:
                entries.append(entry)
        return Plan(entries=tuple(entries), results=tuple(results), meant=first)

    def remember(self, meant: Meant) -> None:
        """Take some rows as done."""
        self._done |= meant

    def recall(self, session: Session, ground: Ground, rows: Sequence[FileRow]) -> None:
        """Take earlier rows of the file as done, which another request planned."""
        people, first = load_people(session, ground, rows), dict[tuple[int, int], int]()
        for row in rows:
            with suppress(RowFaultsError):
                self._check_repeated(_meant(self.wish, ground, people, row), first)
        self.remember(first)

    def _check_repeated(self, one: _Meant, first: dict[tuple[int, int], int]) -> bool:
        """Whether an earlier row of the file says the same; else it is the `first` of its kind.

        Raises:
            RowFaultsError: an earlier row says something else of the same person.
        """
        key = one.learner.earner_id.int, one.target.achievement.id.int
        number = self._done.get(key) or first.setdefault(key, one.row.number)
        if number == one.row.number:
            return False
        if self._rows[number].says != one.row.says:
            raise RowFaultsError(RowFault(code="contradicts", detail=str(number)))
        return True


def _meant(wish: Wish, ground: Ground, people: People, row: FileRow) -> _Meant:
    target = ground.targets.get(row.badge or wish.badge)
    if target is None:
        raise RowFaultsError(RowFault(code="unknown_badge", column="badge"))
    is_rated = bool(row.ratings)
    if is_rated == bool(row.held_since):
        raise RowFaultsError(RowFault(code="both" if is_rated else "says_nothing"))
    opened = [target] if is_rated else ground.targets.values()
    contexts = find_courses(
        ground, row.course or wish.course, achievement_ids=[one.achievement.id for one in opened]
    )
    learner, found = find_learner(people, row, contexts)
    if not is_rated:
        return _Meant(row=row, learner=learner, target=target, context_id=None)
    if len(found) > 1:
        raise RowFaultsError(RowFault(code="name_course", column="course"))
    (context_id,) = found
    return _Meant(row=row, learner=learner, target=target, context_id=context_id)


def _entry(
    session: Session,
    reader: RatingReader,
    ground: Ground,
    meant: _Meant,
    standing: Standing,
    *,
    now: datetime,
) -> Entry | None:
    """Return what is to be written for a row; None where it stands already."""
    row, wish = meant.row, reader.wish
    source = _source(row.source or wish.source)
    if meant.context_id is None:
        if standing.live is not None:
            return None
        if not ground.is_coordinator:
            raise RowFaultsError(RowFault(code="not_coordinator"))
        _check_not_own(ground, meant)
        _check_again(wish, standing)
        return Entry(
            row=row,
            learner=meant.learner,
            target=meant.target,
            standing=standing,
            source=source,
            held_since=_day(row.held_since, now=now),
        )
    _check_rights(ground, meant, meant.context_id)
    target = _target(session, ground, meant, standing)
    if standing.attempt is not None and standing.attempt.state in OPEN:
        raise RowFaultsError(RowFault(code=f"open_{standing.attempt.state}"))
    criteria = reader.criteria(target, row, source)
    if _stands(standing, criteria):
        return None
    _check_free(wish, ground, standing)
    judged = reader.judged(target, criteria, standing.held)
    return Entry(
        row=row,
        learner=meant.learner,
        target=target,
        standing=standing,
        source=source,
        rated=Rated(context_id=meant.context_id, criteria=criteria, judged=judged),
        outcome=_OUTCOMES[judged.verdict],
    )


def _check_not_own(ground: Ground, meant: _Meant) -> None:
    if meant.learner.earner_id == ground.actor.earner_id:
        raise RowFaultsError(RowFault(code="own_work"))


def _check_rights(ground: Ground, meant: _Meant, context_id: UUID) -> None:
    _check_not_own(ground, meant)
    if not ground.may_release(context_id):
        raise RowFaultsError(RowFault(code="may_not_release"))
    if context_id not in ground.awarding:
        raise RowFaultsError(RowFault(code="course_may_not"))


def _target(session: Session, ground: Ground, meant: _Meant, standing: Standing) -> Target:
    """Return the badge in the version that the work is pinned to, or will be by its activity."""
    version_id = ground.versions.get(
        (meant.context_id or meant.learner.user_id, meant.target.achievement.id)
    )
    if standing.submission is not None:
        version_id = standing.submission.achievement_version_id
    if version_id is None or version_id == meant.target.version.id:
        return meant.target
    version = session.get_one(AchievementVersionRow, version_id)
    return replace(meant.target, version=version, definition=definition_of(version.document))


def _stands(standing: Standing, criteria: tuple[CriterionInput, ...]) -> bool:
    """Whether the last decision was entered with exactly these ratings, and still counts."""
    attempt, decision = standing.attempt, standing.decision
    if attempt is None or decision is None or not attempt.is_entered:
        return False
    if read_inputs(decision.inputs).criteria != criteria:
        return False
    return decision.verdict != Verdict.AWARDED or standing.live is not None


def _check_free(wish: Wish, ground: Ground, standing: Standing) -> None:
    if standing.live is not None:
        raise RowFaultsError(RowFault(code="held_otherwise"))
    _check_again(wish, standing)
    decision = standing.decision
    ended = {Verdict.NOT_AWARDED.value, Verdict.REVIEWED.value}
    if decision and decision.verdict in ended and not ground.program.allows_another_try:
        raise RowFaultsError(RowFault(code="no_more_tries"))


def _check_again(wish: Wish, standing: Standing) -> None:
    if standing.revoked is not None and standing.revoked.revoked_at and not wish.awards_again:
        day = standing.revoked.revoked_at.date().isoformat()
        raise RowFaultsError(RowFault(code="was_revoked", detail=day))


@lru_cache(64)
def _source(text: str) -> str:
    try:
        source = plain_line(text, field="source", most=SOURCE_CHARACTERS)
    except InvalidInputError as error:
        fault = RowFault(code="too_many_characters", column="source", detail=str(SOURCE_CHARACTERS))
        raise RowFaultsError(fault) from error
    if not is_visible(source):
        raise RowFaultsError(RowFault(code="no_source", column="source"))
    return source


def _day(text: str, *, now: datetime) -> datetime:
    try:
        return read_day(text, now=now)
    except InvalidFieldsError as error:
        ((code, detail),) = error.faults.values()
        fault = RowFault(code=code, column="held_since", detail=detail or "")
        raise RowFaultsError(fault) from error


def _refused(row: FileRow, error: RowFaultsError) -> RowResult:
    return RowResult(number=row.number, outcome=Outcome.REFUSED, faults=error.faults)
