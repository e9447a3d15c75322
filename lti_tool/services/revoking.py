"""Revoking an award: the bit is set, every view of the badge says so. Grades stay as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, organisations, programs
from lti_tool.store.rows import AwardRow, CredentialRow, StatusEntryRow


def revoke_credential(parts: IssuingParts, credential_id: UUID, *, reason: str) -> None:
    """Revoke a credential for good, and sign its list at once.

    Should this process die before the list is signed, the sweep signs it.

    Raises:
        NotFoundError: no such credential.
        ConflictError: it is revoked already.
    """
    with parts.database.writing() as session:
        found = awards.find_credential(session, credential_id)
        if found is None:
            raise NotFoundError(
                f"no credential {credential_id}: take its id from the end of its `id` in the "
                "badge's JSON, or from its page"
            )
        credential, award, _, _ = found
        awards.lock_earner(session, award.earner_id)
        session.refresh(award)
        if award.revoked_at is not None:
            raise ConflictError(
                "it is revoked already: there is nothing more to do", code="already_revoked"
            )
        mark_revoked(session, award, credential, at=parts.clock(), reason=reason)
        organisations.note(
            session,
            id_=parts.new_id(),
            at=parts.clock(),
            actor_id=None,
            program_id=programs.get_program_of(session, award.achievement_id).id,
            action="credential.revoked",
            subject_id=credential.id,
            text=reason,
        )
    sign_list(
        parts.database,
        credential.status_list_id,
        rings=parts.rings,
        urls=parts.urls,
        clock=parts.clock,
    )


def mark_revoked(
    session: Session, award: AwardRow, credential: CredentialRow, *, at: datetime, reason: str
) -> None:
    """Set the rows of a revocation. The earner's row is locked; the list is signed afterwards."""
    award.revoked_at = at
    award.revocation_reason = reason
    entry = session.get_one(StatusEntryRow, (credential.status_list_id, credential.status_position))
    entry.revoked_at = at
    session.flush()
