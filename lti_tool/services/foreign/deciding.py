"""Whose a credential of another issuer is, decided by a coordinator; and taking it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.foreign import HolderBasis
from lti_tool.errors import ConflictError, InvalidFieldsError, NotFoundError, TooLargeError
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.foreign.following import Sequel, look_now
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.texts import is_visible, plain_line
from lti_tool.store import awards, foreign, organisations, pathways
from lti_tool.store.rows import AchievementRow, ForeignCredentialRow, UserRow
from lti_tool.values import ProgramScope

REASON_CHARACTERS = 500


def confirm(parts: ForeignParts, scope: ProgramScope, foreign_id: UUID, *, reason: str) -> Sequel:
    """Accept a credential as that of whoever handed it in; outside any transaction.

    `reason` says where the coordinator knows that from; it stays in the program. It is
    verified again, it alone: what takes others, too, is left to the worker.

    Raises:
        NotFoundError: the program has no such credential.
        InvalidFieldsError: `required` or `too_many_characters` at `reason`, `own_work` at
            `learner`.
        ConflictError: `decided_already`.
    """
    issuing = parts.issuing
    line = _reason(reason)
    with issuing.database.writing() as session:
        row = _locked(session, scope, foreign_id)
        if row.state != "waiting":
            raise ConflictError("it was decided already", code="decided_already")
        _decide(row, scope, "accepted", line, at=issuing.clock())
        row.holder_basis = HolderBasis.CONFIRMED.value
        row.check_due_at = issuing.clock()
        _note(session, issuing, scope, row, "foreign.confirmed")
        earner_id = row.earner_id
    return look_now(parts, scope.program_id, earner_id, foreign_id)


def refuse(parts: IssuingParts, scope: ProgramScope, foreign_id: UUID, *, reason: str) -> None:
    """Let a credential not count, for a reason that its earner reads.

    One that was accepted by mistake, too, as long as no microcredential rests on it.

    Raises:
        NotFoundError, InvalidFieldsError: as `confirm`.
        ConflictError: `decided_already`, or `rests_on_it`.
    """
    line = _reason(reason)
    with parts.database.writing() as session:
        row = _locked(session, scope, foreign_id)
        if row.state not in foreign.STANDING:
            raise ConflictError("it was decided already", code="decided_already")
        _end(session, row, "refused")
        _decide(row, scope, "refused", line, at=parts.clock())
        _note(session, parts, scope, row, "foreign.refused")


def withdraw(parts: IssuingParts, earner_id: UUID, foreign_id: UUID) -> None:
    """Take a credential back that its earner handed in: its bytes go.

    Raises:
        NotFoundError: it is not theirs.
        ConflictError: `rests_on_it`: a microcredential does; `decided_already`.
    """
    with parts.database.writing() as session:
        awards.lock_earner(session, earner_id)
        row = foreign.get(session, foreign_id, locks=True)
        if row.earner_id != earner_id:
            raise NotFoundError("not this earner's credential")
        if row.state not in foreign.STANDING:
            raise ConflictError("it does not stand any more", code="decided_already")
        _end(session, row, "withdrawn")
        row.decided_at = parts.clock()
        pathway = session.get_one(AchievementRow, row.pathway_id)
        users = pathways.list_names(session, [earner_id])
        organisations.note(
            session,
            id_=parts.new_id(),
            at=parts.clock(),
            actor_id=users[earner_id].id if earner_id in users else None,
            program_id=pathway.program_id,
            action="earner.foreign_withdrawn",
            subject_id=pathway.id,
            text=row.title,
        )


def _locked(session: Session, scope: ProgramScope, foreign_id: UUID) -> ForeignCredentialRow:
    """Return a credential of the program, with its program shared and its earner locked."""
    found = foreign.get(session, foreign_id)
    pathway = session.get_one(AchievementRow, found.pathway_id)
    if pathway.program_id != scope.program_id:
        raise NotFoundError(f"no credential {foreign_id} in this program")
    if found.earner_id == session.get_one(UserRow, scope.user_id).earner_id:
        raise InvalidFieldsError({"learner": ("own_work", None)})
    pathways.share_program(session, scope.program_id)
    awards.lock_earner(session, found.earner_id)
    return foreign.get(session, foreign_id, locks=True)


def _decide(
    row: ForeignCredentialRow, scope: ProgramScope, state: str, reason: str, *, at: datetime
) -> None:
    row.state, row.decided_at, row.decided_by, row.reason = state, at, scope.user_id, reason


def _end(session: Session, row: ForeignCredentialRow, state: str) -> None:
    """Let it stand no more; what it held of anybody goes."""
    if row.id in foreign.list_resting(session, [row.id]):
        raise ConflictError("a microcredential rests on it", code="rests_on_it")
    row.state, row.holder_basis = state, None
    row.document, row.subject_name = b"", ""


def _reason(text: str) -> str:
    try:
        line = plain_line(text, field="reason", most=REASON_CHARACTERS)
    except TooLargeError as error:
        limit = str(REASON_CHARACTERS)
        raise InvalidFieldsError({"reason": ("too_many_characters", limit)}) from error
    if not is_visible(line):
        raise InvalidFieldsError({"reason": ("required", None)})
    return line


def _note(
    session: Session,
    parts: IssuingParts,
    scope: ProgramScope,
    row: ForeignCredentialRow,
    action: str,
) -> None:
    users = pathways.list_names(session, [row.earner_id])
    organisations.note(
        session,
        id_=parts.new_id(),
        at=parts.clock(),
        actor_id=scope.user_id,
        program_id=scope.program_id,
        action=action,
        subject_id=users[row.earner_id].id if row.earner_id in users else None,
        text=row.title,
    )
