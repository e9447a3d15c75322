"""Coordinators: people who look after a program, with a launch into a course."""

from sqlalchemy.orm import Session

from lti_tool.store.rows import ProgramCoordinatorRow
from lti_tool.values import Launch, Role
from tests.rows import NOW, Course, a_launch, a_user, stored


def a_coordinator(
    session: Session,
    course: Course,
    *,
    name: str = "Cleo Coordinator",
    role: Role = Role.INSTRUCTOR,
) -> Launch:
    """Store somebody who coordinates the course's program, and return their launch."""
    user = a_user(session, course, role, name=name)
    stored(
        session,
        ProgramCoordinatorRow(
            program_id=course.program.id, user_id=user.id, added_at=NOW, ended_at=None
        ),
    )
    return a_launch(session, course, user, role)
