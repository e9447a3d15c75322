"""How people stand with badges before a file is taken over, and while it is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import filterfalse
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.beside import asked_slugs
from lti_tool.services.bulk.ground import Target
from lti_tool.store import bulk
from lti_tool.store.bulk import Member
from lti_tool.store.people import name_that_counts
from lti_tool.store.rows import AttemptRow, AwardRow, DecisionRow, SubmissionRow

Key = tuple[UUID, UUID]
"""An earner and an achievement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one person stands with one badge, in one course where the row names ratings."""

    live: AwardRow | None
    revoked: AwardRow | None
    submission: SubmissionRow | None
    attempt: AttemptRow | None
    decision: DecisionRow | None
    name: str
    """The name that the person last confirmed for a badge, or chose since."""
    held: frozenset[str]

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


def load_standings(
    session: Session, asked: Sequence[tuple[Member, Target, UUID | None]]
) -> list[Standing]:
    """Return how people stand with badges, in as many queries for all as for one."""
    users = {user.user_id for user, _, _ in asked}
    earners = {user.earner_id for user, _, _ in asked}
    achievements = {target.achievement.id for _, target, _ in asked}
    every: dict[Key, list[AwardRow]] = defaultdict(list)
    for award in bulk.list_awards(session, earners, achievements):
        every[award.earner_id, award.achievement_id].append(award)
    work: dict[tuple[UUID, UUID, UUID], bulk.WorkParts] = {}
    if any(context_id for _, _, context_id in asked):
        for parts in bulk.list_work(session, users, achievements):
            submission = parts[0]
            work[submission.context_id, submission.achievement_id, submission.user_id] = parts
    names = bulk.list_confirmed_names(session, earners)
    targets = {target.version.id: target.definition for _, target, _ in asked}
    slugs = frozenset().union(*map(asked_slugs, targets.values()))
    held: dict[UUID, set[str]] = defaultdict(set)
    if slugs:
        for earner_id, slug in bulk.list_held(session, earners, slugs):
            held[earner_id].add(slug)
    found = []
    for user, target, context_id in asked:
        awards = every.get((user.earner_id, target.achievement.id), ())
        done: bulk.WorkParts | None = None
        if context_id is not None:
            done = work.get((context_id, target.achievement.id, user.user_id))
        found.append(
            Standing(
                live=next(filter(_is_live, awards), None),
                revoked=next(filterfalse(_is_live, reversed(awards)), None),
                submission=done[0] if done else None,
                attempt=done[1] if done else None,
                decision=done[2] if done else None,
                name=name_that_counts(user, *names.get(user.earner_id, ("", None))),
                held=frozenset(held.get(user.earner_id, ())),
            )
        )
    return found


def _is_live(award: AwardRow) -> bool:
    return award.revoked_at is None
