"""One batch of a file: planned and signed outside of any transaction, then written in one.

Nobody is in a batch twice, so what one row leads to is there for the next row about the
same person.
"""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.services.bulk.columns import RowFault
from lti_tool.services.bulk.ground import Ground, Wish, load_ground
from lti_tool.services.bulk.planning import Entry, Meant, Outcome, Planner, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.signing import BatchIssuer
from lti_tool.services.bulk.standing import load_standings
from lti_tool.services.bulk.writing import EntryRows
from lti_tool.services.credential_facts import AwardFacts, Reservation, Subject
from lti_tool.services.dues import Coming, Due, due_of
from lti_tool.services.issuing import IssuingParts, SignedCredential
from lti_tool.services.settling import StackChangedError, hold_keys, until_settled
from lti_tool.services.stacking import Prepared, prepare, write
from lti_tool.services.stacks import list_stacks, stand_all
from lti_tool.store import bulk, foreign, organisations, pathways
from lti_tool.store.rows import IssuerRow
from lti_tool.values import ordered_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A batch that is signed: what is to be written, and what became of all of its rows.

    `left` are those of `rows` that are about somebody who is in the batch already.
    """

    rows: Sequence[FileRow]
    left: Sequence[FileRow]
    meant: Meant
    results: tuple[RowResult, ...]
    program_id: UUID
    issuer: IssuerRow
    entries: tuple[Entry, ...]
    values: EntryRows
    awarded: tuple[UUID, ...]
    """The earners whose badge comes with it, in the order of `prepared`."""
    prepared: tuple[Prepared, ...]
    at: datetime
    key_ids: AbstractSet[str]
    """What signed the badges."""
    reservations: tuple[Reservation, ...]
    """What was given to them."""

    def is_about(self, meant: Meant) -> bool:
        """Whether it is about somebody whom other rows were about."""
        return not {earner for earner, _ in self.meant}.isdisjoint(earner for earner, _ in meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A batch that is written: how many rows it has, and what became of them."""

    rows: int
    results: tuple[RowResult, ...]


class _Signed(NamedTuple):
    """An entry with its credential, if it leads to one."""

    entry: Entry
    credential: SignedCredential | None


class Batches:
    """What the batches of one file have in common. One of them is prepared at a time."""

    def __init__(self, parts: IssuingParts, wish: Wish) -> None:
        self._parts = parts
        self._wish = wish
        self.planner = Planner(wish)
        self._issuer = BatchIssuer(parts)

    def stock(self, ready: Ready, coming: Sequence[int]) -> None:
        """Reserve what the batches that come next take, if they lead to as many awards.

        Nothing is done while there is enough for the next one. Where only one transaction
        writes at a time, this is done while nobody else wants to.
        """
        taken = [one * len(ready.awarded) // len(ready.rows) for one in coming]
        if any(taken):
            self._issuer.stock(ready.issuer, taken[0], ahead=sum(taken[1:]))

    def give_back(self, ready: Ready) -> None:
        """Take back what was reserved for a batch that is never written: nobody has seen it."""
        self._issuer.give_back(ready.issuer, ready.reservations)

    def prepare(self, rows: Sequence[FileRow]) -> Ready:
        """Plan and sign some rows. Nothing is written but reservations."""
        parts, now = self._parts, self._parts.clock()
        with parts.database.reading() as session:
            ground = load_ground(session, self._wish, clock=parts.clock)
            plan = self.planner.plan(session, ground, rows, now=now)
        entries, left = _one_each(plan.entries)
        signed, refused = self._sign(ground, entries, now)
        new_id = ordered_ids(now, parts.random_bytes)
        values = EntryRows(ground, at=now, urls=parts.urls, new_id=new_id)
        for one in signed:
            values.add(one.entry, one.credential)
        values.close(parts.database)
        return Ready(
            rows=rows,
            left=left,
            meant=plan.meant,
            results=(*plan.results, *refused, *(one.entry.result for one in signed)),
            program_id=ground.program.id,
            issuer=ground.issuer,
            entries=tuple(one.entry for one in signed),
            values=values,
            awarded=tuple(one.entry.learner.earner_id for one in signed if one.credential),
            prepared=self._prepare_stacks(ground, signed, now),
            at=now,
            key_ids={one.credential.document_key_id for one in signed if one.credential},
            reservations=tuple(one.credential.reservation for one in signed if one.credential),
        )

    def finish(self, rows: Sequence[FileRow], ready: Ready | None = None) -> Done:
        """Write some rows, which may be prepared; return what became of them.

        Raises:
            StackChangedError: too much else was awarded to the same people at the same time.
        """
        results: list[RowResult] = []
        left = rows
        while left:
            ready = ready or self.prepare(left)
            try:
                self.write(ready)
            except StackChangedError:
                ready = self._write_again(ready)
            self.planner.remember(ready.meant)
            results += ready.results
            left, ready = ready.left, None
        return Done(rows=len(rows), results=tuple(results))

    def write(self, ready: Ready) -> None:
        """Write a batch.

        Raises:
            StackChangedError: something else was awarded meanwhile, or a key lost. Nothing
                was written.
        """
        if not ready.entries:
            return
        parts, wish, program_id = self._parts, self._wish, ready.program_id
        with parts.database.writing_much() as session:
            pathways.share_program(session, program_id)
            bulk.lock_earners(session, {one.learner.earner_id for one in ready.entries})
            _check_same(session, ready.entries)
            hold_keys(session, *ready.key_ids)
            ready.values.write(session)
            foreign.look_soon(session, ready.awarded, at=ready.at)
            due = _find_due(session, program_id, ready.awarded, lambda _: None)
            if [one.key for one in due] != [one.due.key for one in ready.prepared]:
                raise StackChangedError("what follows from these awards changed meanwhile")
            for one in ready.prepared:
                write(
                    session,
                    program_id,
                    one,
                    at=ready.at,
                    actor_id=wish.actor_id,
                    new_id=parts.new_id,
                )
            organisations.note(
                session,
                id_=parts.new_id(),
                at=ready.at,
                actor_id=wish.actor_id,
                program_id=program_id,
                action="awards.entered",
                subject_id=None,
                text=f"{len(ready.entries)} rows of file {wish.file_sha256[:12]}",
            )

    def _write_again(self, ready: Ready) -> Ready:
        self.give_back(ready)

        def settle() -> Ready:
            again = self.prepare(ready.rows)
            self.write(again)
            return again

        return until_settled(settle)

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
        awarded = {one.entry.learner.earner_id: one for one in signed if one.credential}

        def coming(earner_id: UUID) -> Coming | None:
            return _coming(awarded[earner_id], now)

        with self._parts.database.reading() as session:
            due = _find_due(session, ground.program.id, awarded.keys(), coming)
        return prepare(self._parts, due)


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


def _coming(signed: _Signed, now: datetime) -> Coming | None:
    entry, credential = signed.entry, signed.credential
    if credential is None:
        return None
    return Coming(
        achievement_id=entry.target.achievement.id,
        earned_at=entry.held_since or now,
        credential=credential,
        is_attested=entry.held_since is not None,
    )


def _find_due(
    session: Session,
    program_id: UUID,
    earner_ids: Collection[UUID],
    coming: Callable[[UUID], Coming | None],
) -> tuple[Due, ...]:
    """Return what some people have earned and do not hold yet, once what is coming is theirs."""
    if not earner_ids:
        return ()
    found = (
        due_of(standings, earner_id, coming=coming(earner_id))
        for stack in list_stacks(session, program_id)
        for earner_id, standings in stand_all(session, stack, earner_ids).items()
    )
    return tuple(one for one in found if one is not None)


def _check_same(session: Session, entries: Sequence[Entry]) -> None:
    """Raise `StackChangedError` where somebody does not stand as when the batch was planned."""
    asked = [
        (one.learner, one.target, one.rated.context_id if one.rated else None) for one in entries
    ]
    again = load_standings(session, asked)
    stood = (one.standing for one in entries)
    if any(
        one is not other and one.key != other.key for one, other in zip(stood, again, strict=True)
    ):
        raise StackChangedError("somebody's work or awards changed meanwhile")
