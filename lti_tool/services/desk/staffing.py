"""Who assesses for a program and in which courses, and who may release."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import InvalidFieldsError, NotFoundError
from lti_tool.store import coordination, organisations
from lti_tool.store.rows import ProgramAssessorRow, ProgramCourseRow, ProgramRow
from lti_tool.values import Clock, NewId, ProgramScope

RELEASERS = ("assessor", "instructor", "named")
COURSES = ("any", "named")


def set_release_by(
    session: Session, scope: ProgramScope, release_by: str, *, clock: Clock, new_id: NewId
) -> None:
    """Say who may release decisions.

    Raises:
        InvalidFieldsError: `required`: none of `RELEASERS`.
    """
    if release_by not in RELEASERS:
        raise InvalidFieldsError({"release_by": ("required", None)})
    program = session.get_one(ProgramRow, scope.program_id)
    if program.release_by != release_by:
        program.release_by = release_by
        _note(session, scope, "program.release_by", release_by, clock=clock, new_id=new_id)


def name_assessor(
    session: Session,
    scope: ProgramScope,
    user_id: UUID,
    *,
    may_release: bool,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Name somebody who teaches or assists where the program's badges are worked on.

    Raises:
        NotFoundError: nobody like that.
    """
    if user_id not in {one.id for one in coordination.list_staff(session, scope)}:
        raise NotFoundError(f"no assessor {user_id} in the program's courses")
    row = session.get(ProgramAssessorRow, (scope.program_id, user_id))
    if row is None:
        session.add(
            ProgramAssessorRow(
                program_id=scope.program_id,
                user_id=user_id,
                may_release=may_release,
                added_at=clock(),
            )
        )
    elif row.may_release is may_release:
        return
    else:
        row.may_release = may_release
    text = "may release" if may_release else "may rate"
    _note(session, scope, "assessor.named", text, clock=clock, new_id=new_id, subject_id=user_id)


def unname_assessor(
    session: Session, scope: ProgramScope, user_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """Take a person's name off the list; what they rated stays. Again changes nothing."""
    row = session.get(ProgramAssessorRow, (scope.program_id, user_id))
    if row is not None:
        session.delete(row)
        _note(
            session, scope, "assessor.removed", "", clock=clock, new_id=new_id, subject_id=user_id
        )


def set_courses(
    session: Session,
    scope: ProgramScope,
    *,
    rule: str,
    named: Collection[UUID],
    until: dict[UUID, str],
    clock: Clock,
    new_id: NewId,
) -> None:
    """Say which courses may award the program's badges, each until the end of a day or for good.

    `until` are days as `2026-12-18`, empty for no end; the day ends in UTC.

    Raises:
        InvalidFieldsError: `required` on `courses`, `not_a_day` on `until.<course id>`.
    """
    if rule not in COURSES:
        raise InvalidFieldsError({"courses": ("required", None)})
    known = {course.id: row for course, row in coordination.list_courses(session, scope)}
    ends = _ends({id_: until.get(id_, "") for id_ in known if id_ in named})
    program = session.get_one(ProgramRow, scope.program_id)
    if program.courses != rule:
        program.courses = rule
        _note(session, scope, "program.courses", rule, clock=clock, new_id=new_id)
    for id_, row in known.items():
        if id_ not in ends:
            if row is not None:
                session.delete(row)
                _note(
                    session, scope, "course.removed", "", clock=clock, new_id=new_id, subject_id=id_
                )
            continue
        end = ends[id_]
        text = end.date().isoformat() if end else ""
        if row is None:
            session.add(
                ProgramCourseRow(
                    program_id=scope.program_id, context_id=id_, until=end, added_at=clock()
                )
            )
        elif row.until == end:
            continue
        else:
            row.until = end
        _note(session, scope, "course.named", text, clock=clock, new_id=new_id, subject_id=id_)
    session.flush()


def may_award(session: Session, program: ProgramRow, context_id: UUID, *, clock: Clock) -> bool:
    """Whether work toward the program's badges may begin in a course today."""
    if program.courses == "any":
        return True
    row = session.get(ProgramCourseRow, (program.id, context_id))
    return row is not None and (row.until is None or clock() < row.until)


def _ends(days: dict[UUID, str]) -> dict[UUID, datetime | None]:
    ends: dict[UUID, datetime | None] = {}
    faults = {}
    for id_, day in days.items():
        try:
            ends[id_] = _end_of(date.fromisoformat(day)) if day else None
        except (ValueError, OverflowError):
            faults[f"until.{id_}"] = ("not_a_day", None)
    if faults:
        raise InvalidFieldsError(faults)
    return ends


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)


def _note(
    session: Session,
    scope: ProgramScope,
    action: str,
    text: str,
    *,
    clock: Clock,
    new_id: NewId,
    subject_id: UUID | None = None,
) -> None:
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action=action,
        subject_id=subject_id,
        text=text,
    )
