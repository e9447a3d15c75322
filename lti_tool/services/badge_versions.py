"""Badges of a program as rows: the badge itself, and each version of its definition."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, definition_hash, serialize_definition
from lti_tool.store.rows import AchievementRow, AchievementVersionRow, ProgramRow
from lti_tool.values import Clock, NewId


def add_achievement(
    session: Session,
    program: ProgramRow,
    definition: AchievementDefinition,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Add a badge to a program; return its first version."""
    achievement = AchievementRow(
        id=new_id(),
        program_id=program.id,
        kind="badge",
        slug=definition.id,
        position=definition.position,
        created_at=clock(),
    )
    session.add(achievement)
    session.flush()
    return add_version(session, program, achievement.id, definition, 1, clock=clock, new_id=new_id)


def add_version(
    session: Session,
    program: ProgramRow,
    achievement_id: UUID,
    definition: AchievementDefinition,
    number: int,
    *,
    clock: Clock,
    new_id: NewId,
) -> AchievementVersionRow:
    """Add a version that nobody has published yet."""
    version = AchievementVersionRow(
        id=new_id(),
        achievement_id=achievement_id,
        number=number,
        state=definition.state.value,
        title=definition.title,
        program_title=program.title,
        document=serialize_definition(definition),
        document_sha256=definition_hash(definition),
        image=None,
        image_type="image/svg+xml",
        created_at=clock(),
        published_at=None,
        published_by=None,
        publish_note="",
    )
    session.add(version)
    return version


def rewrite(version: AchievementVersionRow, definition: AchievementDefinition) -> None:
    """Let a draft say something else. Nobody works by it: only published documents never change."""
    version.document = serialize_definition(definition)
    version.document_sha256 = definition_hash(definition)
    version.state = definition.state.value
    version.title = definition.title
