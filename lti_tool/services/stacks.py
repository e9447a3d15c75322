"""Published pathways of a program, and how an earner stands with each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.foreign import is_accepted
from badges.pathway import ComponentState, PathwayOutcome, Standing, evaluate_pathway
from badges.pathway_definition import PathwayDefinition, parse_pathway
from lti_tool.store import foreign, pathways
from lti_tool.store.pathways import AwardParts
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, ForeignCredentialRow

OPENED = frozenset({"published", "retired"})
AT_ONCE = 1000
"""A statement names only so many people: databases have a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramBadge:
    """A badge of a program, with all its versions, oldest first."""

    achievement: AchievementRow
    versions: tuple[AchievementVersionRow, ...]

    @property
    def title(self) -> str:
        """What its newest version is called that the world has seen, or else the newest."""
        return (self.opened or self.versions)[-1].title

    @property
    def opened(self) -> tuple[AchievementVersionRow, ...]:
        """The versions that were published at some time."""
        return tuple(one for one in self.versions if one.state in OPENED)

    @property
    def is_placeholder(self) -> bool:
        """Whether nobody can hold it yet: it never was published."""
        return not self.opened

    def version_at(self, opened_at: datetime | None) -> AchievementVersionRow | None:
        """Return the version that the credentials of a pathway name, for good.

        The one that was open when the pathway was published, else the first that was.
        """
        before = [
            one
            for one in self.opened
            if opened_at and one.published_at and one.published_at <= opened_at
        ]
        return before[-1] if before else next(iter(self.opened), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A version of a pathway with its badges, in its order, as it was opened or will be."""

    achievement: AchievementRow
    version: AchievementVersionRow
    opened_at: datetime | None
    definition: PathwayDefinition
    badges: tuple[ProgramBadge, ...]

    @property
    def achievement_ids(self) -> tuple[UUID, ...]:
        """Its badges and the microcredential itself."""
        return (*(one.achievement.id for one in self.badges), self.achievement.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """How one earner stands with a stack. Awards go by the badge's slug.

    `held` are live awards, `lost` the last revoked one where none is live; `foreign` are
    credentials of other issuers that count where no award is live, `foreign_lost` the last
    that was revoked where nothing is held. `own` is the live microcredential, `own_lost` the
    last that was revoked.
    """

    stack: Stack
    outcome: PathwayOutcome
    held: Mapping[str, AwardParts]
    lost: Mapping[str, AwardParts]
    foreign: Mapping[str, ForeignCredentialRow]
    foreign_lost: Mapping[str, ForeignCredentialRow]
    own: AwardParts | None
    own_lost: AwardParts | None


def list_program_badges(session: Session, program_id: UUID) -> tuple[ProgramBadge, ...]:
    """Return the badges of a program, in their order."""
    return tuple(
        ProgramBadge(achievement=achievement, versions=versions)
        for achievement, versions in list_families(
            pathways.list_badge_versions(session, program_id)
        )
    )


def list_stacks(session: Session, program_id: UUID) -> tuple[Stack, ...]:
    """Return the pathways of a program that are open, each in its newest published version."""
    newest = [
        (achievement, opened[-1])
        for achievement, versions in list_families(
            pathways.list_pathway_versions(session, program_id)
        )
        if (opened := [one for one in versions if one.state == "published"])
    ]
    if not newest:
        return ()
    badges = {one.achievement.slug: one for one in list_program_badges(session, program_id)}
    return tuple(
        as_stack(achievement, version, parse_pathway(version.document), badges)
        for achievement, version in newest
    )


def as_stack(
    achievement: AchievementRow,
    version: AchievementVersionRow,
    definition: PathwayDefinition,
    badges: Mapping[str, ProgramBadge],
    *,
    opened_at: datetime | None = None,
) -> Stack:
    """Return one version of a pathway as a stack; `badges` are the program's, by slug."""
    return Stack(
        achievement=achievement,
        version=version,
        opened_at=opened_at or version.published_at,
        definition=definition,
        badges=tuple(badges[slug] for slug in definition.components),
    )


def stand(session: Session, stack: Stack, earner_id: UUID) -> Standings:
    """Return how an earner stands with a stack."""
    return stand_all(session, stack, [earner_id])[earner_id]


def stand_all(
    session: Session, stack: Stack, earner_ids: Collection[UUID]
) -> Mapping[UUID, Standings]:
    """Return how some earners stand with a stack."""
    found: dict[UUID, list[AwardParts]] = defaultdict(list)
    elsewhere: dict[UUID, list[ForeignCredentialRow]] = defaultdict(list)
    ids = list(earner_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for parts in pathways.list_awards(session, some, stack.achievement_ids):
            found[parts[0].earner_id].append(parts)
        if stack.definition.accepts:
            for row in foreign.list_accepted(session, some, stack.achievement.id):
                elsewhere[row.earner_id].append(row)
    return {id_: _standings(stack, found[id_], elsewhere[id_]) for id_ in earner_ids}


def _standings(
    stack: Stack, found: Sequence[AwardParts], elsewhere: Sequence[ForeignCredentialRow]
) -> Standings:
    of_badge = {
        one.achievement.slug: [
            parts for parts in found if parts[0].achievement_id == one.achievement.id
        ]
        for one in stack.badges
    }
    own = [parts for parts in found if parts[0].achievement_id == stack.achievement.id]
    held = {slug: parts for slug, all_ in of_badge.items() if (parts := _live(all_))}
    counting = {
        slug: rows
        for slug in of_badge
        if slug not in held and (rows := _accepted(stack.definition, slug, elsewhere))
    }
    states = {
        one.achievement.slug: with_foreign(
            component_state(one, of_badge[one.achievement.slug]),
            counting.get(one.achievement.slug, ()),
        )
        for one in stack.badges
    }
    live = _live(own)
    standing = {
        slug: one for slug, rows in counting.items() for one in rows if one.revoked_at is None
    }
    return Standings(
        stack=stack,
        outcome=evaluate_pathway(stack.definition.pathway, states, is_issued=live is not None),
        held=held,
        lost={slug: all_[-1] for slug, all_ in of_badge.items() if all_ and slug not in held},
        foreign=standing,
        foreign_lost={slug: rows[-1] for slug, rows in counting.items() if slug not in standing},
        own=live,
        own_lost=own[-1] if own and live is None else None,
    )


def _accepted(
    definition: PathwayDefinition, slug: str, rows: Sequence[ForeignCredentialRow]
) -> Sequence[ForeignCredentialRow]:
    """Return what counts as a badge by this version of the pathway; another may have more."""
    return [
        row
        for row in rows
        if row.component == slug
        and any(
            is_accepted(one, row.achievement_uri, row.issuer_uri)
            for one in definition.accepted_for(slug)
        )
    ]


def with_foreign(own: ComponentState, rows: Sequence[ForeignCredentialRow]) -> ComponentState:
    """Return how an earner stands with a badge by `own` awards, or else by other issuers' word."""
    if not rows or own.standing in {Standing.HELD, Standing.PLACEHOLDER}:
        return own
    live = [row for row in rows if row.revoked_at is None]
    if live:
        return ComponentState(standing=Standing.HELD, earned_at=min(row.earned_at for row in live))
    lost_at = [own.revoked_at, *(row.revoked_at for row in rows)]
    return ComponentState(
        standing=Standing.REVOKED,
        earned_at=min(filter(None, (own.earned_at, *(row.earned_at for row in rows)))),
        revoked_at=max(filter(None, lost_at)),
    )


def component_state(badge: ProgramBadge, found: Sequence[AwardParts]) -> ComponentState:
    """Return how an earner stands with one badge, by all their awards of it, oldest first.

    It counts as earned since the first of them, which a correction keeps.
    """
    if not found:
        is_open = not badge.is_placeholder
        return ComponentState(standing=Standing.MISSING if is_open else Standing.PLACEHOLDER)
    earned_at = min(
        attestation.held_since if attestation else award.awarded_at
        for award, _, attestation in found
    )
    if _live(found):
        return ComponentState(standing=Standing.HELD, earned_at=earned_at)
    return ComponentState(
        standing=Standing.REVOKED, earned_at=earned_at, revoked_at=found[-1][0].revoked_at
    )


def _live(found: Sequence[AwardParts]) -> AwardParts | None:
    return next((parts for parts in found if parts[0].revoked_at is None), None)


def list_families(
    rows: Sequence[pathways.VersionParts],
) -> list[tuple[AchievementRow, tuple[AchievementVersionRow, ...]]]:
    """Return achievements with their versions, from rows in which one's stand together."""
    found: dict[UUID, tuple[AchievementRow, list[AchievementVersionRow]]] = {}
    for achievement, version in rows:
        found.setdefault(achievement.id, (achievement, []))[1].append(version)
    return [(achievement, tuple(versions)) for achievement, versions in found.values()]
