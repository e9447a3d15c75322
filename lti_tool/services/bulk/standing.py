"""How people stand with badges before a file is taken over, and while it is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import filterfalse
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.beside import asked_slugs
from lti_tool.services.bulk.ground import Target
from lti_tool.store import bulk
from lti_tool.store.bulk import Member
from lti_tool.store.people import name_that_counts
from lti_tool.store.rows import AttemptRow, AwardRow, DecisionRow, SubmissionRow

Key: TypeAlias = tuple[UUID, UUID]
"""An earner and an achievement."""
Asked: TypeAlias = tuple[Member, Target, UUID | None]
"""A person, a badge, and the course where ratings are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one person stands with one badge, in one course where the row names ratings."""

    live: AwardRow | None = None
    revoked: AwardRow | None = None
    submission: SubmissionRow | None = None
    attempt: AttemptRow | None = None
    decision: DecisionRow | None = None
    name: str = ""
    """The name that the person last confirmed for a badge, or chose since."""
    held: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[object, ...]:
        """What must not have changed when the row is written."""
        attempt = self.attempt
        return (
            self.live and self.live.id,
            self.revoked and self.revoked.id,
            self.submission and self.submission.id,
            attempt and (attempt.id, attempt.state),
            self.decision and self.decision.id,
            self.name,
            self.held,
        )


_NOTHING = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the database holds of some people; most, where a file awards to them, are in none."""

    awards: Mapping[Key, Sequence[AwardRow]]
    work: Mapping[tuple[UUID, UUID, UUID], bulk.WorkParts]
    names: Mapping[UUID, tuple[str, datetime | None]]
    held: Mapping[UUID, set[str]]

    def standings(self, asked: Sequence[Asked]) -> Iterator[Standing]:
        """Yield how people stand."""
        earners = {earner_id for earner_id, _ in self.awards} | self.names.keys() | self.held.keys()
        users = {user_id for _, _, user_id in self.work}
        for one in asked:
            user = one[0]
            is_known = user.name_chosen_at or user.earner_id in earners or user.user_id in users
            yield self._standing(*one) if is_known else _NOTHING

    def _standing(self, user: Member, target: Target, context_id: UUID | None) -> Standing:
        awards = self.awards.get((user.earner_id, target.achievement.id), ())
        done: bulk.WorkParts | None = None
        if context_id is not None:
            done = self.work.get((context_id, target.achievement.id, user.user_id))
        return Standing(
            live=next(filter(_is_live, awards), None),
            revoked=next(filterfalse(_is_live, reversed(awards)), None),
            submission=done[0] if done else None,
            attempt=done[1] if done else None,
            decision=done[2] if done else None,
            name=name_that_counts(user, *self.names.get(user.earner_id, ("", None))),
            held=frozenset(self.held.get(user.earner_id, ())),
        )


_NOBODY = _Known(awards={}, work={}, names={}, held={})


def load_standings(session: Session, asked: Sequence[Asked]) -> list[Standing]:
    """Return how people stand with badges, in as many queries for all as for one."""
    earners = {user.earner_id for user, _, _ in asked}
    known = _load(session, asked, earners) if bulk.has_any(session, earners) else _NOBODY
    return list(known.standings(asked))


def _load(session: Session, asked: Sequence[Asked], earners: AbstractSet[UUID]) -> _Known:
    users = {user.user_id for user, _, _ in asked}
    targets = {id(target): target for _, target, _ in asked}.values()
    achievements = {target.achievement.id for target in targets}
    every: dict[Key, list[AwardRow]] = defaultdict(list)
    for award in bulk.list_awards(session, earners, achievements):
        every[award.earner_id, award.achievement_id].append(award)
    work: dict[tuple[UUID, UUID, UUID], bulk.WorkParts] = {}
    if any(context_id for _, _, context_id in asked):
        for parts in bulk.list_work(session, users, achievements):
            submission = parts[0]
            work[submission.context_id, submission.achievement_id, submission.user_id] = parts
    held: dict[UUID, set[str]] = defaultdict(set)
    slugs = frozenset().union(*(asked_slugs(target.definition) for target in targets))
    if slugs:
        for earner_id, slug in bulk.list_held(session, earners, slugs):
            held[earner_id].add(slug)
    names = bulk.list_confirmed_names(session, earners)
    return _Known(awards=every, work=work, names=names, held=held)


def _is_live(award: AwardRow) -> bool:
    return award.revoked_at is None
