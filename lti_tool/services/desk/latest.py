"""What a badge says now: its draft where somebody writes one, else its newest version."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, parse_definition
from badges.draft_check import definition_of
from lti_tool.services.desk.editing import find_work
from lti_tool.store import organisations
from lti_tool.values import ProgramScope


def latest_definition(
    session: Session, scope: ProgramScope, achievement_id: UUID
) -> AchievementDefinition | None:
    """Return the definition; None where nothing but a place in the program is known.

    Raises:
        NotFoundError: no such badge in the program.
        InvalidDraftError: the draft is no definition yet.
    """
    work = find_work(session, scope, achievement_id)
    if work is not None:
        return definition_of(work.draft)
    newest = parse_definition(organisations.get_latest_version(session, achievement_id).document)
    return None if newest.is_placeholder else newest
