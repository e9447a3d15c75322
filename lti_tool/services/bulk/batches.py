"""One batch of a file: planned and signed outside of any transaction, then written in one.

Nobody is in a batch twice, so what one row leads to is there for the next row about the
same person.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.errors import BadgesError
from lti_tool.services.bulk.columns import RowFault
from lti_tool.services.bulk.ground import Ground, Wish, load_ground
from lti_tool.services.bulk.planning import Entry, Outcome, Planner, RowResult
from lti_tool.services.bulk.reading import FileRow
from lti_tool.services.bulk.signing import BatchIssuer
from lti_tool.services.bulk.standing import load_standings
from lti_tool.services.bulk.writing import EntryRows
from lti_tool.services.credential_facts import AwardFacts, Subject
from lti_tool.services.dues import Coming, Due, due_of
from lti_tool.services.issuing import IssuingParts, SignedCredential
from lti_tool.services.stacking import Prepared, StackChangedError, prepare, until_settled, write
from lti_tool.services.stacks import list_stacks, stand_all
from lti_tool.store import bulk, foreign, organisations, pathways
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import IssuerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A batch that is signed: what is to be written, and what became of all of its rows.

    `left` are those of `rows` that are about somebody who is in the batch already.
    """

    rows: Sequence[FileRow]
    left: Sequence[FileRow]
    results: tuple[RowResult, ...]
    program_id: UUID
    issuer: IssuerRow
    entries: tuple[Entry, ...]
    values: EntryRows
    awarded: AbstractSet[UUID]
    """The earners whose badge comes with it."""
    prepared: tuple[Prepared, ...]
    at: datetime
    key_ids: AbstractSet[str]
    """What signed the badges."""

    @property
    def earners(self) -> frozenset[UUID]:
        """Whom it is about."""
        return frozenset(one.learner.earner_id for one in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
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

    def stock(self, ready: Ready, count: int) -> None:
        """Reserve what the next `count` rows take, where a batch led to awards at all.

        It is done before the batch is written: SQLite lets only one write at a time.
        """
        if ready.awarded:
            self._issuer.stock(ready.issuer, count)

    def prepare(self, rows: Sequence[FileRow]) -> Ready:
        """Plan and sign some rows. Nothing is written but reservations."""
        ready = self.prepare_beside(rows, frozenset())
        if ready is None:
            raise AssertionError("nobody is in the way")
        return ready

    def prepare_beside(self, rows: Sequence[FileRow], busy: AbstractSet[UUID]) -> Ready | None:
        """Do the same while a batch about some earners is being written.

        None if a row is about one of them, as it may depend on what comes of that.
        """
        parts, now = self._parts, self._parts.clock()
        with parts.database.reading() as session:
            ground = load_ground(session, self._wish, clock=parts.clock)
            plan = self.planner.plan(session, ground, rows, now=now)
        entries, left = _one_each(plan.entries)
        if any(one.learner.earner_id in busy for one in entries):
            return None
        signed, refused = self._sign(ground, entries, now)
        values = EntryRows(ground, at=now, urls=parts.urls, new_id=parts.new_id)
        for one in signed:
            values.add(one.entry, one.credential)
        values.close(parts.database)
        done = (RowResult(number=one.entry.row.number, outcome=one.entry.outcome) for one in signed)
        return Ready(
            rows=rows,
            left=left,
            results=(*plan.results, *refused, *done),
            program_id=ground.program.id,
            issuer=ground.issuer,
            entries=tuple(one.entry for one in signed),
            values=values,
            awarded={one.entry.learner.earner_id for one in signed if one.credential},
            prepared=self._prepare_stacks(ground, signed, now),
            at=now,
            key_ids={one.credential.document_key_id for one in signed if one.credential},
        )

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
            bulk.lock_earners(session, ready.earners)
            _check_same(session, ready.entries)
            _check_keys(session, ready.key_ids)
            ready.values.write(session)
            foreign.look_soon(session, ready.awarded, at=ready.at)
            due = _find_due(session, program_id, dict.fromkeys(ready.awarded))
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

    def write_again(self, ready: Ready) -> Ready:
        """Prepare and write a batch anew that could not be written; return what it became.

        Raises:
            StackChangedError: too much else was awarded to the same people at the same time.
        """

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


def _check_keys(session: Session, key_ids: AbstractSet[str]) -> None:
    """Raise `StackChangedError` where a key is believed no more that signed the batch."""
    if any(key_rows.get_key(session, one).compromised_at is not None for one in key_ids):
        raise StackChangedError("a key was lost meanwhile")
