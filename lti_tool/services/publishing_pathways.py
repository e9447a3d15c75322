"""Opening a pathway: first who would earn its microcredential now, then exactly those do."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import DefinitionState
from badges.image import draw_badge_image
from badges.pathway import PathwayState
from badges.pathway_definition import PathwayDefinition, find_faults, parse_pathway, publish_pathway
from badges.pathway_faults import PathwayFault
from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.dues import Due, due_of
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.pathway_versions import rewrite
from lti_tool.services.settling import settles
from lti_tool.services.stacking import prepare, write
from lti_tool.services.stacks import (
    AT_ONCE,
    Stack,
    as_stack,
    list_program_badges,
    list_stacks,
    stand_all,
)
from lti_tool.store import coordination, foreign, keys, organisations, pathways
from lti_tool.store.rows import AchievementVersionRow
from lti_tool.values import NewId


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayPreview:
    """What publishing a draft would do now.

    `due` are who would earn it at once, `following` the earners who have everything with a
    credential of another issuer: for them it follows once that is verified. `waiting` are
    those whose badges are complete and for whom a coordinator would have to sign off,
    `undefined` the badges that are not open.
    """

    version: AchievementVersionRow
    definition: PathwayDefinition
    faults: tuple[PathwayFault, ...]
    due: tuple[Due, ...]
    following: tuple[UUID, ...]
    waiting: tuple[UUID, ...]
    undefined: tuple[str, ...]

    @property
    def hash(self) -> str:
        """What the preview showed and publishing must still find."""
        parts = (
            self.version.document_sha256,
            *(" ".join(one.key) for one in self.due),
            *map(str, self.waiting),
            *self.undefined,
            *(f"{id_} follows" for id_ in self.following),
        )
        return sha256("\n".join(parts).encode()).hexdigest()


def preview_publishing(
    session: Session, program_id: UUID, achievement_id: UUID, *, at: datetime
) -> PathwayPreview:
    """Return what publishing a pathway's draft would do at that instant.

    Raises:
        NotFoundError: no such pathway in the program.
        ConflictError: `already_published`: there is no draft.
    """
    achievement = pathways.find_pathway(session, program_id, achievement_id)
    if achievement is None:
        raise NotFoundError(f"no pathway {achievement_id} in program {program_id}")
    version = organisations.get_latest_version(session, achievement.id)
    definition = parse_pathway(version.document)
    if definition.is_published:
        raise ConflictError("there is nothing new to publish", code="already_published")
    badges = {one.achievement.slug: one for one in list_program_badges(session, program_id)}
    faults = find_faults(definition, badges, own_issuers=keys.list_issuer_ids(session))
    found = _Found(due=(), following=(), waiting=())
    undefined: tuple[str, ...] = ()
    if not faults:
        opened = replace(definition, state=DefinitionState.PUBLISHED)
        stack = as_stack(achievement, version, opened, badges, opened_at=at)
        undefined = tuple(one.title for one in stack.badges if one.is_placeholder)
        found = _who(session, stack)
    return PathwayPreview(
        version=version,
        definition=definition,
        faults=faults,
        due=found.due,
        following=found.following,
        waiting=found.waiting,
        undefined=undefined,
    )


@settles
def publish(
    parts: IssuingParts,
    program_id: UUID,
    achievement_id: UUID,
    *,
    preview_hash: str,
    note: str,
    actor_id: UUID | None,
) -> PathwayPreview:
    """Open a pathway, and award its microcredential to those whom the preview named.

    Everything is signed first; then one transaction, in which nobody else awards anything
    of the program, writes all of it or nothing. `actor_id` is None for an operator.

    Raises:
        NotFoundError, ConflictError: as `preview_publishing`; `preview_changed` when it is
            not what the preview showed.
        PathwayNotPublishableError: something has to change first.
    """
    at = parts.clock()
    with parts.database.reading() as session:
        preview = preview_publishing(session, program_id, achievement_id, at=at)
        badges = [one.achievement.slug for one in list_program_badges(session, program_id)]
        own_issuers = keys.list_issuer_ids(session)
    _check(preview, preview_hash)
    published = publish_pathway(preview.definition, badges, own_issuers=own_issuers)
    prepared = prepare(parts, preview.due)
    with parts.database.writing() as session:
        coordination.lock_program(session, program_id)
        again = preview_publishing(session, program_id, achievement_id, at=at)
        _check(again, preview_hash)
        _open(again.version, published, at=at, note=note, actor_id=actor_id)
        _note(session, program_id, again.version, note, at, actor_id, parts.new_id)
        for one in prepared:
            write(session, program_id, one, at=at, actor_id=actor_id, new_id=parts.new_id)
        # Nobody who publishes waits for other issuers: the worker asks them.
        for start in range(0, len(preview.following), AT_ONCE):
            foreign.look_soon(session, preview.following[start : start + AT_ONCE], at=at)
    return preview


def find_overdue(session: Session, program_id: UUID) -> tuple[Due, ...]:
    """Return what people have earned and no award has brought them.

    That is so where some of the badges are enough, and the last that was not defined was
    opened after they held those.
    """
    return tuple(
        due for stack in list_stacks(session, program_id) for due in _who(session, stack).due
    )


def overdue_hash(due: tuple[Due, ...]) -> str:
    """Return what the desk showed and awarding it must still find."""
    return sha256("\n".join(" ".join(one.key) for one in due).encode()).hexdigest()


@settles
def award_overdue(
    parts: IssuingParts, program_id: UUID, *, shown: str, actor_id: UUID | None
) -> None:
    """Award what is overdue to exactly those whom the desk showed.

    Raises:
        ConflictError: `preview_changed`: it is not what was shown.
    """
    with parts.database.reading() as session:
        due = find_overdue(session, program_id)
    prepared, at = prepare(parts, due), parts.clock()
    with parts.database.writing() as session:
        coordination.lock_program(session, program_id)
        if not shown == overdue_hash(due) == overdue_hash(find_overdue(session, program_id)):
            raise ConflictError("it is not what the desk showed", code="preview_changed")
        for one in prepared:
            write(session, program_id, one, at=at, actor_id=actor_id, new_id=parts.new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Who would get a microcredential at once, once something is verified, or signed off."""

    due: tuple[Due, ...]
    following: tuple[UUID, ...]
    waiting: tuple[UUID, ...]


def _who(session: Session, stack: Stack) -> _Found:
    ids = [one.achievement.id for one in stack.badges]
    holders = sorted(
        {
            *pathways.list_holders(session, ids),
            *foreign.list_holders(session, stack.achievement.id),
        }
    )
    standings = stand_all(session, stack, holders)
    due = tuple(one for id_ in holders if (one := due_of(standings[id_], id_)) is not None)
    at_once = {one.earner_id for one in due}
    return _Found(
        due=due,
        following=tuple(
            id_
            for id_ in holders
            if standings[id_].outcome.is_issuable and standings[id_].foreign and id_ not in at_once
        ),
        waiting=tuple(
            id_ for id_ in holders if standings[id_].outcome.state is PathwayState.AWAITS_SIGN_OFF
        ),
    )


def _check(preview: PathwayPreview, preview_hash: str) -> None:
    if preview.hash != preview_hash:
        raise ConflictError("it is not what the preview showed", code="preview_changed")


def _open(
    version: AchievementVersionRow,
    published: PathwayDefinition,
    *,
    at: datetime,
    note: str,
    actor_id: UUID | None,
) -> None:
    rewrite(version, published)
    version.image = draw_badge_image(
        title=published.title, position=1, total=None, alt=published.image_alt
    )
    version.published_at = at
    version.published_by = actor_id
    version.publish_note = note


def _note(
    session: Session,
    program_id: UUID,
    version: AchievementVersionRow,
    note: str,
    at: datetime,
    actor_id: UUID | None,
    new_id: NewId,
) -> None:
    organisations.note(
        session,
        id_=new_id(),
        at=at,
        actor_id=actor_id,
        program_id=program_id,
        action="pathway.published",
        subject_id=version.id,
        text=note,
    )
    session.flush()
