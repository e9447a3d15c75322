"""Queries about learners' work: submissions, attempts, and what belongs to an attempt.

A submission is reached through a scope and its learner only; what belongs to
an attempt is then reached by ids that the scoped query has returned.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.store.rows import (
    AnswerRow,
    ArtefactRow,
    AttemptRow,
    ContextRow,
    DeploymentRow,
    EvidenceReferenceRow,
    FileDeletionRow,
    KeptTextRow,
    LogEntryRow,
    RegistrationRow,
    SubmissionRow,
)
from lti_tool.store.upsert import insert_unless_present
from lti_tool.values import Scope


def find_submission(
    session: Session, scope: Scope, *, user_id: UUID, achievement_id: UUID, locks: bool = False
) -> SubmissionRow | None:
    """Return a learner's work toward one achievement in the scope's context.

    With `locks`, nobody else opens an attempt of it until the transaction ends.
    """
    query = (
        select(SubmissionRow)
        .join(ContextRow, ContextRow.id == SubmissionRow.context_id)
        .where(
            SubmissionRow.context_id == scope.context_id,
            ContextRow.deployment_id == scope.deployment_id,
            SubmissionRow.user_id == user_id,
            SubmissionRow.achievement_id == achievement_id,
        )
    )
    if locks:
        query = query.with_for_update(of=SubmissionRow).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def find_latest_attempt(
    session: Session, submission_id: UUID, *, locks: bool = False
) -> AttemptRow | None:
    """Return a submission's newest attempt.

    With `locks`, nobody else changes, hands in or opens it until the transaction ends.
    """
    query = (
        select(AttemptRow)
        .where(AttemptRow.submission_id == submission_id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
    )
    if locks:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def list_answers(session: Session, attempt_id: UUID) -> Sequence[AnswerRow]:
    """Return an attempt's answers."""
    return session.scalars(select(AnswerRow).where(AnswerRow.attempt_id == attempt_id)).all()


def list_artefacts(session: Session, attempt_id: UUID) -> Sequence[ArtefactRow]:
    """Return an attempt's files and links, those still on their way too, oldest first."""
    return session.scalars(
        select(ArtefactRow)
        .where(ArtefactRow.attempt_id == attempt_id, ArtefactRow.state != "removed")
        .order_by(ArtefactRow.created_at, ArtefactRow.id)
    ).all()


def list_log_entries(session: Session, attempt_id: UUID) -> Sequence[LogEntryRow]:
    """Return an attempt's log entries, in their order within each log."""
    return session.scalars(
        select(LogEntryRow)
        .where(LogEntryRow.attempt_id == attempt_id)
        .order_by(LogEntryRow.log_id, LogEntryRow.position, LogEntryRow.id)
    ).all()


def list_references(session: Session, attempt_id: UUID) -> Sequence[EvidenceReferenceRow]:
    """Return an attempt's evidence references, in their order within each criterion."""
    return session.scalars(
        select(EvidenceReferenceRow)
        .where(EvidenceReferenceRow.attempt_id == attempt_id)
        .order_by(EvidenceReferenceRow.position, EvidenceReferenceRow.id)
    ).all()


def get_artefact(session: Session, attempt_id: UUID, artefact_id: UUID) -> ArtefactRow:
    """Return one file or link of an attempt.

    Raises:
        NotFoundError: there is none, it was removed, or it belongs to another attempt.
    """
    row = session.scalars(
        select(ArtefactRow).where(
            ArtefactRow.id == artefact_id,
            ArtefactRow.attempt_id == attempt_id,
            ArtefactRow.state != "removed",
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no artefact {artefact_id} of this attempt")
    return row


def find_stored_file(session: Session, artefact_id: UUID) -> tuple[ArtefactRow, str] | None:
    """Return a stored file, and the origins in whose frames its course's pages stand.

    For the holder of a ticket, who needs no scope: the ticket names the file.
    """
    found = session.execute(
        select(ArtefactRow, RegistrationRow.frame_origins)
        .join(AttemptRow, AttemptRow.id == ArtefactRow.attempt_id)
        .join(SubmissionRow, SubmissionRow.id == AttemptRow.submission_id)
        .join(ContextRow, ContextRow.id == SubmissionRow.context_id)
        .join(DeploymentRow, DeploymentRow.id == ContextRow.deployment_id)
        .join(RegistrationRow, RegistrationRow.id == DeploymentRow.registration_id)
        .where(
            ArtefactRow.id == artefact_id, ArtefactRow.state == "ready", ArtefactRow.kind == "file"
        )
    ).one_or_none()
    return (found[0], found[1]) if found else None


def put_answer(session: Session, attempt_id: UUID, prompt_id: str, text: str) -> None:
    """Store an answer in place of an earlier one."""
    session.merge(AnswerRow(attempt_id=attempt_id, prompt_id=prompt_id, text=text))


def list_kept_texts(session: Session, attempt_id: UUID, user_id: UUID) -> Sequence[KeptTextRow]:
    """Return a person's texts that came too late for fields of an attempt, oldest first."""
    return session.scalars(
        select(KeptTextRow)
        .where(KeptTextRow.attempt_id == attempt_id, KeptTextRow.user_id == user_id)
        .order_by(KeptTextRow.kept_at, KeptTextRow.id)
    ).all()


def forget_source(session: Session, attempt_id: UUID, source: str) -> None:
    """Delete the evidence references of an attempt that point to a source that goes."""
    session.execute(
        delete(EvidenceReferenceRow).where(
            EvidenceReferenceRow.attempt_id == attempt_id, EvidenceReferenceRow.source == source
        )
    )


def list_stale_uploads(session: Session, *, created_before: datetime) -> Sequence[ArtefactRow]:
    """Return the files that were announced before then and have not arrived whole."""
    return session.scalars(
        select(ArtefactRow).where(
            ArtefactRow.state == "uploading", ArtefactRow.created_at < created_before
        )
    ).all()


def request_deletion(session: Session, storage_key: str, *, now: datetime) -> None:
    """Put up the tombstone of a stored file; asking twice is no error."""
    insert_unless_present(
        session, FileDeletionRow, {"storage_key": storage_key, "requested_at": now}
    )


def list_due_deletions(session: Session, *, limit: int) -> Sequence[str]:
    """Return the keys of files that have to go and that no artefact holds on to."""
    is_held = (
        select(ArtefactRow.id)
        .where(ArtefactRow.storage_key == FileDeletionRow.storage_key)
        .where(ArtefactRow.state != "removed")
        .exists()
    )
    return session.scalars(
        select(FileDeletionRow.storage_key)
        .where(~is_held)
        .order_by(FileDeletionRow.requested_at)
        .limit(limit)
    ).all()


def postpone_deletion(session: Session, storage_key: str, *, now: datetime) -> None:
    """Let a file that the store did not delete step behind all others."""
    session.execute(
        update(FileDeletionRow)
        .where(FileDeletionRow.storage_key == storage_key)
        .values(requested_at=now)
    )


def delete_tombstone(session: Session, storage_key: str) -> None:
    """Take down the tombstone of a file that is gone."""
    session.execute(delete(FileDeletionRow).where(FileDeletionRow.storage_key == storage_key))
