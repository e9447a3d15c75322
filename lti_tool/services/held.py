"""Other badges that a badge asks for, and whether a learner holds them."""

from uuid import UUID

from sqlalchemy.orm import Session

from badges.conditions import Holds, walk
from badges.definition import AchievementDefinition
from lti_tool.services.models import Prerequisite
from lti_tool.store import awards, programs


def find_prerequisites(
    session: Session, earner_id: UUID, definition: AchievementDefinition, *, program_id: UUID
) -> tuple[Prerequisite, ...]:
    """Return the badges that the conditions of a definition name, each once, in their order."""
    every = (one for condition in definition.conditions for one in walk(condition))
    asked = tuple(dict.fromkeys(one.achievement for one in every if isinstance(one, Holds)))
    if not asked:
        return ()
    held = awards.list_held(session, earner_id, asked)
    titles = programs.find_titles(session, program_id, asked)
    return tuple(Prerequisite(title=titles.get(id_, id_), is_held=id_ in held) for id_ in asked)
