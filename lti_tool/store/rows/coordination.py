"""Who looks after a program: coordinators, their invitations, the courses that may award."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.base import Row


class ProgramCoordinatorRow(Row):
    """One person who looks after a program. One who left stays, and may come back.

    .. pii: who coordinates which program. Ends with the person's erasure.
    """

    __tablename__ = "program_coordinator"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("lti_user.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ProgramInviteRow(Row):
    """One invitation to coordinate a program, good for one person and a few days.

    .. pii: who invited and who came. Ends with the person's erasure.
    """

    __tablename__ = "program_invite"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    """sha256 of the code, which nobody can read again."""
    label: Mapped[str]
    """For whom it is, in the words of whoever invites; empty: not said."""
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("lti_user.id"))
    """Empty for an operator at the command line."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("lti_user.id"))
    withdrawn_at: Mapped[datetime | None]


class ProgramCourseRow(Row):
    """One course that may award a program's badges, where only named ones may.

    .. no_pii: a course.
    """

    __tablename__ = "program_course"

    program_id: Mapped[UUID] = mapped_column(ForeignKey("program.id"), primary_key=True)
    context_id: Mapped[UUID] = mapped_column(ForeignKey("context.id"), primary_key=True)
    until: Mapped[datetime | None]
    """The end of its term: nothing new begins afterwards. Empty: no end."""
    added_at: Mapped[datetime]
