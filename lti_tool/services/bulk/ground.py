"""What a file of awards stands on: the program's badges, its courses, and who answers for it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.bulk.columns import find_fields
from lti_tool.services.bulk.reading import AwardFile
from lti_tool.services.desk.staffing import may_award
from lti_tool.services.stacks import list_program_badges
from lti_tool.store import bulk, coordination, programs
from lti_tool.store.rows import (
    AchievementRow,
    AchievementVersionRow,
    IssuerRow,
    MembershipRow,
    ProgramRow,
    ResourceLinkRow,
    UserRow,
)
from lti_tool.values import Clock, Role

DEFINITIONS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants done with a file, and who answers for it.

    `badge`, `course` and `source` are for rows that do not say. With `awards_again` also
    whoever's award was revoked gets a new one.
    """

    program_id: UUID
    actor_id: UUID
    file: AwardFile
    file_sha256: str
    badge: str
    course: str = ""
    source: str = ""
    awards_again: bool = False


class UnknownColumnsError(ConflictError):
    """Columns of a file that no badge of it is rated by; `titles` are theirs."""

    code = "unknown_columns"

    def __init__(self, titles: tuple[str, ...]) -> None:
        named = ", ".join(f"“{title[:60]}”" for title in titles[:10])
        super().__init__(f"the badge is not rated by these columns: {named}")
        self.titles = titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A badge that can be awarded, and its newest published version."""

    achievement: AchievementRow
    version: AchievementVersionRow
    definition: AchievementDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that rows are looked at against, as the database has it in one transaction."""

    program: ProgramRow
    issuer: IssuerRow
    actor: UserRow
    is_coordinator: bool
    actor_roles: Mapping[UUID, frozenset[str]]
    """What the actor is in each course."""
    is_named: bool
    """Whether the program names the actor as somebody who may release."""
    targets: Mapping[str, Target]
    courses: Mapping[str, frozenset[UUID]]
    """Courses by id, by the platform's id and by title, without regard to case."""
    opening: Mapping[UUID, frozenset[UUID]]
    """The courses with an activity that opens a badge, by achievement."""
    awarding: frozenset[UUID]
    """The courses in which the program lets work begin today."""
    versions: Mapping[tuple[UUID, UUID], UUID]
    """What new work is pinned to where an activity says so, by course and achievement."""
    graded: Mapping[tuple[UUID, UUID], tuple[ResourceLinkRow, ...]]
    """The activities that keep a grade, by course and achievement."""

    def may_release(self, context_id: UUID) -> bool:
        """Whether the actor answers for decisions in a course: coordinators always do."""
        roles = self.actor_roles.get(context_id, frozenset())
        if self.is_coordinator:
            return True
        if not roles & {Role.INSTRUCTOR.value, Role.ASSISTANT.value}:
            return False
        match self.program.release_by:
            case "assessor":
                return True
            case "instructor":
                return Role.INSTRUCTOR.value in roles
            case _:
                return self.is_named


def load_ground(session: Session, wish: Wish, *, clock: Clock) -> Ground:
    """Return what the rows of a file are looked at against."""
    program = session.get_one(ProgramRow, wish.program_id)
    coordinator = coordination.find_coordinator(session, program.id, wish.actor_id)
    named = programs.find_assessor(session, program.id, wish.actor_id)
    courses = bulk.list_courses(session, program.organisation_id)
    keys: dict[str, set[UUID]] = defaultdict(set)
    for one in courses:
        for key in (str(one.id), one.lti_context_id, one.title):
            keys[key.casefold()].add(one.id)
    opening: dict[UUID, set[UUID]] = defaultdict(set)
    for context_id, achievement_id in bulk.list_opening_courses(session, program.id):
        opening[achievement_id].add(context_id)
    versions, graded = _links(session, {id_ for ids in opening.values() for id_ in ids})
    return Ground(
        program=program,
        issuer=session.get_one(IssuerRow, program.issuer_id),
        actor=session.get_one(UserRow, wish.actor_id),
        is_coordinator=coordinator is not None and coordinator.ended_at is None,
        actor_roles={
            row.context_id: frozenset(row.roles.split())
            for row in session.query(MembershipRow).filter_by(user_id=wish.actor_id)
        },
        is_named=named is not None and named.may_release,
        targets=load_targets(session, program.id),
        courses={key: frozenset(ids) for key, ids in keys.items() if key},
        opening={id_: frozenset(ids) for id_, ids in opening.items()},
        awarding=frozenset(
            one.id for one in courses if may_award(session, program, one.id, clock=clock)
        ),
        versions=versions,
        graded=graded,
    )


def check_wish(ground: Ground, wish: Wish) -> None:
    """Raise unless the file as a whole can be taken.

    Raises:
        NotFoundError: the badge for rows that do not name one is not open.
        UnknownColumnsError: no badge of the file is rated by some columns.
    """
    slugs = {row.badge or wish.badge for row in wish.file.rows}
    targets = [ground.targets[slug] for slug in slugs if slug in ground.targets]
    if not targets:
        raise NotFoundError(
            f"no badge {wish.badge!r} is open in this program: publish it, or correct its slug"
        )
    known: set[str] = set()
    for target in targets:
        rubric = target.definition.get_rubric()
        _, lacking = find_fields(rubric, wish.file.rated)
        known |= set(wish.file.rated.values()) - set(lacking)
    unknown = [title for title in wish.file.rated.values() if title not in known]
    if unknown:
        raise UnknownColumnsError(tuple(unknown))


@lru_cache(DEFINITIONS_KEPT)
def definition_of(document: bytes) -> AchievementDefinition:
    """Return the definition of a published version, read once for many rows."""
    return parse_definition(document)


def load_targets(session: Session, program_id: UUID) -> Mapping[str, Target]:
    """Return the badges of a program that can be awarded, by slug."""
    published = {
        badge.achievement: newest[-1]
        for badge in list_program_badges(session, program_id)
        if (newest := [one for one in badge.versions if one.state == "published"])
    }
    documents = bulk.list_documents(session, [one.id for one in published.values()])
    return {
        achievement.slug: Target(
            achievement=achievement,
            version=version,
            definition=definition_of(documents[version.id]),
        )
        for achievement, version in published.items()
    }


def _links(
    session: Session, context_ids: set[UUID]
) -> tuple[dict[tuple[UUID, UUID], UUID], dict[tuple[UUID, UUID], tuple[ResourceLinkRow, ...]]]:
    versions: dict[tuple[UUID, UUID], UUID] = {}
    graded: dict[tuple[UUID, UUID], tuple[ResourceLinkRow, ...]] = {}
    for binding, link in bulk.list_bindings(session, context_ids):
        key = link.context_id, binding.achievement_id
        versions[key] = binding.achievement_version_id
        if binding.returns_grade and link.line_item_url is not None:
            graded[key] = (*graded.get(key, ()), link)
    return versions, graded
