"""Awarding what a file asks for: batch by batch, each signed first, then written in one go.

Nobody is in a batch twice, so what one row leads to is there for the next row about the
same person. A batch that was written stays; whoever gives the same file again finds its
rows standing, so that is also how work goes on after a stop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.services.bulk.columns import RowFault
from lti_tool.services.bulk.ground import Ground, Wish, check_wish, load_ground
from lti_tool.services.bulk.planning import Entry, Outcome, Plan, Planner, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.signing import BatchIssuer
from lti_tool.services.bulk.standing import load_standings
from lti_tool.services.bulk.writing import write_entries
from lti_tool.services.credential_facts import AwardFacts, Subject
from lti_tool.services.dues import Coming, Due, due_of
from lti_tool.services.issuing import IssuingParts, SignedCredential
from lti_tool.services.stacking import Prepared, StackChangedError, prepare, until_settled, write
from lti_tool.services.stacks import list_stacks, stand_all
from lti_tool.store import bulk, foreign, organisations, pathways

BATCH = 500
"""Rows of one transaction: as quick by the row as one for all, and others wait for moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of some rows of a file, once they are written. `done` counts from the first."""

    done: int
    results: tuple[RowResult, ...]


def check(parts: IssuingParts, wish: Wish, *, rows: Sequence[FileRow] | None = None) -> Plan:
    """Return what would become of the rows of a file; nothing is written.

    Raises:
        NotFoundError, ConflictError: the file as a whole cannot be taken; as `check_wish`.
    """
    planner = Planner(wish)
    entries: list[Entry] = []
    results: list[RowResult] = []
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        for some in _batches(wish.file.rows if rows is None else rows):
            plan = planner.plan(session, ground, some, now=parts.clock())
            entries += plan.entries
            results += plan.results
            session.expunge_all()
    return Plan(entries=tuple(entries), results=tuple(results))


def award(
    parts: IssuingParts, wish: Wish, *, rows: Sequence[FileRow] | None = None
) -> Iterator[Progress]:
    """Award what the rows of a file ask for, and say after each batch what became of it.

    Raises:
        NotFoundError, ConflictError: as `check`, before anything is written; `stack_changed`
            when too much else was awarded to the same people at the same time.
    """
    rows = wish.file.rows if rows is None else rows
    planner, issuer, done = Planner(wish), BatchIssuer(parts), 0
    with parts.database.reading() as session:
        ground = load_ground(session, wish, clock=parts.clock)
        check_wish(ground, wish)
        before = [one for one in wish.file.rows if rows and one.number < rows[0].number]
        for some in _batches(before):
            planner.recall(session, ground, some)
    for some in _batches(rows):
        left: Sequence[FileRow] = some
        results: list[RowResult] = []
        while left:
            batch = _Batch(parts, wish, planner, issuer, left)
            results += until_settled(batch.settle)
            left = batch.left
        done += len(some)
        yield Progress(done=done, results=tuple(results))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """An entry with its credential, if it leads to one."""

    entry: Entry
    credential: SignedCredential | None


class _Batch:
    """Some rows: those of them that are about different people are awarded together."""

    def __init__(
        self,
        parts: IssuingParts,
        wish: Wish,
        planner: Planner,
        issuer: BatchIssuer,
        rows: Sequence[FileRow],
    ) -> None:
        self._parts = parts
        self._wish = wish
        self._planner = planner
        self._issuer = issuer
        self._rows = rows
        self.left: Sequence[FileRow] = ()
        """The rows that are about somebody who is in this batch already."""

    def settle(self) -> list[RowResult]:
        """Sign and write; return what became of all rows but those that are left.

        Raises:
            StackChangedError: something else was awarded meanwhile. Nothing was written.
        """
        parts, now = self._parts, self._parts.clock()
        with parts.database.reading() as session:
            ground = load_ground(session, self._wish, clock=parts.clock)
            plan = self._planner.plan(session, ground, self._rows, now=now)
        entries, self.left = _one_each(plan.entries)
        signed, refused = self._sign(ground, entries, now)
        prepared = self._prepare_stacks(ground, signed, now)
        self._write(ground, signed, prepared, now)
        done = [RowResult(number=one.entry.row.number, outcome=one.entry.outcome) for one in signed]
        return [*plan.results, *refused, *done]

    def _sign(
        self, ground: Ground, entries: Sequence[Entry], now: datetime
    ) -> tuple[list[_Signed], list[RowResult]]:
        awarded = [one for one in entries if one.outcome is Outcome.AWARDED]
        facts = [_facts(ground, one, now) for one in awarded]
        refused: list[RowResult] = []
        credentials: dict[int, SignedCredential] = {}
        for one, signed in zip(awarded, self._issuer.issue(facts), strict=True):
            if isinstance(signed, BadgesError):
                # One that cannot be signed holds up no other.
                fault = RowFault(code="not_signable", detail=signed.code)
                refused.append(
                    RowResult(number=one.row.number, outcome=Outcome.REFUSED, faults=(fault,))
                )
            else:
                credentials[one.row.number] = signed
        lost = {one.number for one in refused}
        return [
            _Signed(entry=one, credential=credentials.get(one.row.number))
            for one in entries
            if one.row.number not in lost
        ], refused

    def _prepare_stacks(
        self, ground: Ground, signed: Sequence[_Signed], now: datetime
    ) -> tuple[Prepared, ...]:
        coming = {
            one.entry.learner.earner_id: Coming(
                achievement_id=one.entry.target.achievement.id,
                earned_at=one.entry.held_since or now,
                credential=one.credential,
                is_attested=one.entry.held_since is not None,
            )
            for one in signed
            if one.credential is not None
        }
        with self._parts.database.reading() as session:
            due = _find_due(session, ground.program.id, coming)
        return prepare(self._parts, due)

    def _write(
        self,
        ground: Ground,
        signed: Sequence[_Signed],
        prepared: Sequence[Prepared],
        now: datetime,
    ) -> None:
        if not signed:
            return
        parts, wish = self._parts, self._wish
        entries = [one.entry for one in signed]
        earners = {one.learner.earner_id for one in entries}
        with parts.database.writing() as session:
            pathways.share_program(session, ground.program.id)
            bulk.lock_earners(session, earners)
            _check_same(session, entries)
            write_entries(
                session,
                ground,
                [(one.entry, one.credential) for one in signed],
                at=now,
                urls=parts.urls,
                new_id=parts.new_id,
            )
            awarded = {one.entry.learner.earner_id: None for one in signed if one.credential}
            foreign.look_soon(session, awarded, at=now)
            due = _find_due(session, ground.program.id, awarded)
            if [one.key for one in due] != [one.due.key for one in prepared]:
                raise StackChangedError("what follows from these awards changed meanwhile")
            for one in prepared:
                write(
                    session,
                    ground.program.id,
                    one,
                    at=now,
                    actor_id=wish.actor_id,
                    new_id=parts.new_id,
                )
            organisations.note(
                session,
                id_=parts.new_id(),
                at=now,
                actor_id=wish.actor_id,
                program_id=ground.program.id,
                action="awards.entered",
                subject_id=None,
                text=f"{len(signed)} rows of file {wish.file_sha256[:12]}",
            )


def _batches(rows: Sequence[FileRow]) -> Iterator[Sequence[FileRow]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _one_each(entries: Sequence[Entry]) -> tuple[list[Entry], list[FileRow]]:
    """Return the first entry about each person, and the rows of the others."""
    first: dict[UUID, Entry] = {}
    for one in entries:
        first.setdefault(one.learner.earner_id, one)
    return list(first.values()), [
        one.row for one in entries if first[one.learner.earner_id] is not one
    ]


def _facts(ground: Ground, entry: Entry, now: datetime) -> AwardFacts:
    version = entry.target.version
    return AwardFacts(
        definition=entry.target.definition,
        version_id=version.id,
        version_number=version.number,
        image_type=version.image_type,
        issuer=ground.issuer,
        subject=Subject(urn=entry.learner.subject_urn, name=entry.standing.name),
        result=entry.rated.judged.judgement.result if entry.rated else None,
        awarded_at=entry.held_since or now,
        issued_at=now,
        is_entered=entry.rated is not None,
    )


def _find_due(
    session: Session, program_id: UUID, coming: dict[UUID, Coming] | dict[UUID, None]
) -> tuple[Due, ...]:
    """Return what some people have earned and do not hold yet, once `coming` is theirs."""
    if not coming:
        return ()
    found = (
        due_of(standings, earner_id, coming=coming[earner_id])
        for stack in list_stacks(session, program_id)
        for earner_id, standings in stand_all(session, stack, coming).items()
    )
    return tuple(one for one in found if one is not None)


def _check_same(session: Session, entries: Sequence[Entry]) -> None:
    """Raise `StackChangedError` where somebody does not stand as when the batch was planned."""
    asked = [
        (one.learner, one.target, one.rated.context_id if one.rated else None) for one in entries
    ]
    again = load_standings(session, asked)
    if [one.standing.key for one in entries] != [one.key for one in again]:
        raise StackChangedError("somebody's work or awards changed meanwhile")
