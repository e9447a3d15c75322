"""Empty places for badges in a program."""

from sqlalchemy.orm import Session

from badges.definition import AchievementDefinition, DefinitionState, Origin
from lti_tool.errors import ConflictError
from lti_tool.services.badge_versions import add_achievement
from lti_tool.store import coordination, organisations, versions
from lti_tool.store.rows import AchievementVersionRow
from lti_tool.values import Clock, NewId, ProgramScope

BADGES_MOST = 60


def add_slot(
    session: Session, scope: ProgramScope, *, clock: Clock, new_id: NewId
) -> AchievementVersionRow:
    """Add a placeholder at the end of a program, and return its first version.

    Raises:
        ConflictError: `too_many_badges`: the program is full.
    """
    program = coordination.lock_program(session, scope.program_id)
    taken = organisations.list_achievements(session, program.id)
    if len(taken) >= BADGES_MOST:
        raise ConflictError(f"a program has {BADGES_MOST} badges at most", code="too_many_badges")
    position = max((one.position for one in taken), default=0) + 1
    slugs = versions.list_slugs(session, program.id)
    number = position
    while f"{program.slug}-{number}" in slugs:
        number += 1
    slot = AchievementDefinition(
        id=f"{program.slug}-{number}",
        title=f"{program.title}: badge {position}",
        program=program.slug,
        position=position,
        state=DefinitionState.PLACEHOLDER,
        origin=Origin.OWN,
        description="A place in the program. Nobody can work toward it until it is defined.",
    )
    version = add_achievement(session, program, slot, clock=clock, new_id=new_id)
    session.flush()
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=program.id,
        action="achievement.slot_added",
        subject_id=version.id,
    )
    return version
