"""Revoking an award: the bit is set, every view of the badge says so. Grades stay as they are.

With a badge goes the microcredential that rests on it, where its pathway declares so.
"""

from uuid import UUID

from lti_tool.errors import ConflictError, NotFoundError
from lti_tool.services.awarding import take_back
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.stacking import settle_revoked
from lti_tool.services.status_lists import sign_list
from lti_tool.store import awards, organisations, pathways, programs


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
        program = programs.get_program_of(session, award.achievement_id)
        pathways.share_program(session, program.id)
        awards.lock_earner(session, award.earner_id)
        session.refresh(award)
        if award.revoked_at is not None:
            raise ConflictError(
                "it is revoked already: there is nothing more to do", code="already_revoked"
            )
        revoked_at = parts.clock()
        lists = {take_back(session, award, at=revoked_at, reason=reason)}
        lists.update(settle_revoked(session, program.id, award, at=revoked_at, new_id=parts.new_id))
        organisations.note(
            session,
            id_=parts.new_id(),
            at=revoked_at,
            actor_id=None,
            program_id=program.id,
            action="credential.revoked",
            subject_id=credential.id,
            text=reason,
        )
    for list_id in lists:
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)
