"""Microcredentials of a program as rows: the family, and each version of its definition."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import DefinitionState
from badges.pathway_definition import (
    PathwayDefinition,
    parse_pathway,
    pathway_hash,
    serialize_pathway,
)
from lti_tool.errors import ConflictError
from lti_tool.store import organisations, pathways, versions
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, ProgramRow
from lti_tool.values import Clock, NewId

MOST = 20


def add_pathway(
    session: Session,
    program: ProgramRow,
    definition: PathwayDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Add a microcredential to a program; return its first version. The program is locked.

    Raises:
        ConflictError: `slug_taken`, or `too_many_pathways`.
    """
    if definition.id in versions.list_slugs(session, program.id):
        raise ConflictError(f"{program.slug} has a {definition.id} already", code="slug_taken")
    taken = {one.id for one, _ in pathways.list_pathway_versions(session, program.id)}
    if len(taken) >= MOST:
        raise ConflictError(
            f"a program has {MOST} microcredentials at most", code="too_many_pathways"
        )
    achievement = AchievementRow(
        id=new_id(),
        program_id=program.id,
        kind="microcredential",
        slug=definition.id,
        position=len(taken) + 1,
        created_at=clock(),
    )
    session.add(achievement)
    session.flush()
    return _add_version(session, program, achievement.id, definition, 1, clock=clock, new_id=new_id)


def write_draft(
    session: Session,
    program: ProgramRow,
    achievement: AchievementRow,
    definition: PathwayDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Write what a pathway's draft says; a published version stays, and the draft is the next.

    Saying what the newest version says already changes nothing.
    """
    latest = organisations.get_latest_version(session, achievement.id)
    former = parse_pathway(latest.document)
    if replace(former, state=DefinitionState.DRAFT) == definition:
        return latest
    if former.is_published:
        return _add_version(
            session,
            program,
            achievement.id,
            definition,
            latest.number + 1,
            clock=clock,
            new_id=new_id,
        )
    rewrite(latest, definition)
    session.flush()
    return latest


def rewrite(version: AchievementVersionRow, definition: PathwayDefinition) -> None:
    """Let a draft say something else; only published documents never change."""
    version.document = serialize_pathway(definition)
    version.document_sha256 = pathway_hash(definition)
    version.state = definition.state.value
    version.title = definition.title


def _add_version(
    session: Session,
    program: ProgramRow,
    achievement_id: UUID,
    definition: PathwayDefinition,
    number: int,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    version = AchievementVersionRow(
        id=new_id(),
        achievement_id=achievement_id,
        number=number,
        state=definition.state.value,
        title=definition.title,
        program_title=program.title,
        document=serialize_pathway(definition),
        document_sha256=pathway_hash(definition),
        image=None,
        image_type="image/svg+xml",
        created_at=clock(),
        published_at=None,
        published_by=None,
        publish_note="",
    )
    session.add(version)
    session.flush()
    return version
