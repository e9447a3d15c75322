"""Taking a piece of evidence off its page, or deleting it: by its earner, or by an operator.

The award stands in both cases: what was assessed was assessed.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.evidence import artefact_kind
from lti_tool.services.showing import Behind, load_behind
from lti_tool.store import evidence, organisations, programs, shares, submissions
from lti_tool.store.rows import ArtefactRow, ProgramRow
from lti_tool.values import Clock, NewId

OPEN_STATES = frozenset({"draft", "submitted", "in_review"})


def find_behind(session: Session, credential_id: UUID) -> Behind:
    """Return the work behind a credential, or behind a form of it. For operators.

    Raises:
        NotFoundError: no such credential, or it is a microcredential.
    """
    found = shares.find_whole(session, credential_id)
    if found is None:
        raise NotFoundError(f"no credential {credential_id}: take its id from its page or its JSON")
    return load_behind(session, found[1], found[0])


def keep_evidence(
    session: Session, program: ProgramRow, *, days: int, clock: Clock, new_id: NewId
) -> None:
    """Set how long after an award its earner cannot delete the evidence."""
    program.evidence_kept_days = days
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=None,
        program_id=program.id,
        action="program.evidence_kept_days",
        subject_id=None,
        text=str(days),
    )


def withhold(
    session: Session,
    behind: Behind,
    artefact: ArtefactRow,
    *,
    action: str,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Mark a piece, wherever the work holds it, as one that not everybody in it agrees to."""
    for row, _ in evidence.list_copies(session, artefact):
        row.people = "not_consented"
    evidence.forget_choice(session, behind.award.id, str(artefact.id))
    _note(session, behind, artefact, action, clock=clock, new_id=new_id)


def erase(
    session: Session,
    behind: Behind,
    artefact: ArtefactRow,
    *,
    action: str,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Delete a piece wherever the work holds it: its name, its address, and soon its bytes.

    Raises:
        ConflictError: work that is being assessed holds it.
    """
    copies, now = evidence.list_copies(session, artefact), clock()
    if any(state in OPEN_STATES for _, state in copies):
        raise ConflictError("work that is not decided holds it, too", code="closed")
    _note(session, behind, artefact, action, clock=clock, new_id=new_id)
    for row, _ in copies:
        row.state, row.removed_at = "removed", now
        row.title, row.url, row.sha256 = "", None, None
        if row.storage_key is not None:
            submissions.request_deletion(session, row.storage_key, now=now)
    evidence.forget_choice(session, behind.award.id, str(artefact.id))


def get_piece(behind: Behind, artefact_id: UUID) -> ArtefactRow:
    """Return a file or link of the work that is there, or raise `NotFoundError`."""
    for row in behind.artefacts:
        if row.id == artefact_id and row.state == "ready":
            return row
    raise NotFoundError("no such piece of this work")


def _note(
    session: Session,
    behind: Behind,
    artefact: ArtefactRow,
    action: str,
    *,
    clock: Clock,
    new_id: NewId,
) -> None:
    """Write down what was done with what kind of thing, and never what it was called."""
    organisations.note(
        session,
        id_=new_id(),
        at=clock(),
        actor_id=None,
        program_id=programs.get_program_of(session, behind.award.achievement_id).id,
        action=action,
        subject_id=behind.award.id,
        text=artefact_kind(artefact),
    )
