"""Who coordinates a program: by a one-time invitation that is opened from a launch."""

import base64
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, InvalidFieldsError, NotFoundError
from lti_tool.services.texts import plain_line
from lti_tool.store import coordination, organisations, programs
from lti_tool.store.rows import ProgramCoordinatorRow, ProgramInviteRow, ProgramRow
from lti_tool.values import Clock, Launch, NewId, ProgramScope, RandomBytes

INVITE_LASTS = timedelta(days=14)
CODE_BYTES = 15
"""120 bits: nobody guesses one, and 24 characters can still be typed."""
LABEL_CHARACTERS = 100
_GROUP = 4


def program_scope(session: Session, launch: Launch, program_id: UUID) -> ProgramScope:
    """Return a coordinator's authority over their program.

    Raises:
        NotFoundError: no such program in the launch's organisation, or others coordinate it.
    """
    program = session.get(ProgramRow, program_id)
    if program is None or program.organisation_id != launch.organisation_id:
        raise NotFoundError(f"no program {program_id}")
    row = coordination.find_coordinator(session, program.id, launch.user_id)
    if row is None or row.ended_at is not None or launch.is_test_user:
        raise NotFoundError(f"program {program_id} is coordinated by others")
    return ProgramScope(
        program_id=program.id, organisation_id=program.organisation_id, user_id=launch.user_id
    )


def badge_scope(session: Session, launch: Launch, achievement_id: UUID) -> ProgramScope:
    """Return a coordinator's authority over the program of one of its badges.

    Raises:
        NotFoundError: no such badge in the launch's organisation, or others coordinate it.
    """
    program = programs.get_program_of(session, achievement_id)
    return program_scope(session, launch, program.id)


def find_owner(session: Session, launch: Launch, achievement_id: UUID) -> ProgramRow:
    """Return the program of a badge, for whoever has to be told whom to ask.

    Raises:
        NotFoundError: no such badge in the launch's organisation.
    """
    program = programs.get_program_of(session, achievement_id)
    if program.organisation_id != launch.organisation_id:
        raise NotFoundError(f"no achievement {achievement_id}")
    return program


def invite(
    session: Session,
    program_id: UUID,
    *,
    label: str,
    invited_by: UUID | None,
    clock: Clock,
    new_id: NewId,
    random_bytes: RandomBytes,
) -> str:
    """Make an invitation and return its code, which is shown once and stored hashed.

    `invited_by` is a coordinator, or None for an operator, and `label` says for whom it is.

    Raises:
        TooLargeError: the label is too long.
    """
    code = base64.b32encode(random_bytes(CODE_BYTES)).decode()
    row = ProgramInviteRow(
        id=new_id(),
        program_id=program_id,
        code_hash=_hash(code),
        label=plain_line(label, field="label", most=LABEL_CHARACTERS),
        created_at=clock(),
        created_by=invited_by,
        expires_at=clock() + INVITE_LASTS,
        used_at=None,
        used_by=None,
        withdrawn_at=None,
    )
    session.add(row)
    session.flush()
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=invited_by,
        program_id=program_id,
        action="coordinator.invited",
        subject_id=row.id,
        text=row.label,
    )
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def accept_invite(
    session: Session, launch: Launch, code: str, *, clock: Clock, new_id: NewId
) -> UUID:
    """Make the launch's person a coordinator; return the program. A code is good once.

    Raises:
        InvalidFieldsError: `invite_unknown`, `invite_used`, `invite_over` on the field `code`;
            a code of another organisation is unknown.
    """
    found = coordination.find_invite(session, _hash(code))
    program = session.get(ProgramRow, found.program_id) if found else None
    if found is None or program is None or program.organisation_id != launch.organisation_id:
        raise InvalidFieldsError({"code": ("invite_unknown", None)})
    if launch.is_test_user:
        raise InvalidFieldsError({"code": ("invite_test_user", None)})
    if found.used_by == launch.user_id:
        return program.id
    if not coordination.use_invite(session, found.id, launch.user_id, now=clock()):
        code_of = "invite_used" if found.used_at is not None else "invite_over"
        raise InvalidFieldsError({"code": (code_of, None)})
    row = coordination.find_coordinator(session, program.id, launch.user_id)
    if row is None:
        session.add(
            ProgramCoordinatorRow(
                program_id=program.id, user_id=launch.user_id, added_at=clock(), ended_at=None
            )
        )
    else:
        row.ended_at = None
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=launch.user_id,
        program_id=program.id,
        action="coordinator.joined",
        subject_id=launch.user_id,
        text=found.label,
    )
    session.flush()
    return program.id


def withdraw_invite(
    session: Session, scope: ProgramScope, invite_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """End an invitation that nobody has used. Ending it again changes nothing."""
    if coordination.withdraw_invite(session, scope, invite_id, now=clock()):
        organisations.note(
            session,
            id_=new_id(),
            at=clock(),
            actor_id=scope.user_id,
            program_id=scope.program_id,
            action="coordinator.invite_withdrawn",
            subject_id=invite_id,
        )


def end_coordination(
    session: Session, scope: ProgramScope, user_id: UUID, *, clock: Clock, new_id: NewId
) -> None:
    """Let a coordinator go, oneself or another. What they did stays, with their name.

    Raises:
        ConflictError: `last_coordinator`: nobody would be left.
    """
    coordination.lock_program(session, scope.program_id)
    row = coordination.find_coordinator(session, scope.program_id, user_id)
    if row is None or row.ended_at is not None:
        return
    if len(coordination.list_coordinators(session, scope.program_id)) == 1:
        raise ConflictError(
            "the last coordinator stays: invite somebody else first", code="last_coordinator"
        )
    row.ended_at = clock()
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action="coordinator.left" if user_id == scope.user_id else "coordinator.removed",
        subject_id=user_id,
    )
    session.flush()


def _hash(code: str) -> str:
    """Return the hash of a code, however it was typed; base32 has no 0 and no 1."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return sha256(plain.replace("0", "O").replace("1", "I").encode()).hexdigest()
