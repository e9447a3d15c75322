"""Writing an award with its credential, whatever it came of, and taking it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.issuing import SignedCredential
from lti_tool.services.settling import hold_keys
from lti_tool.store import awards, foreign, organisations
from lti_tool.store.rows import AwardRow, CredentialRow, StatusEntryRow
from lti_tool.values import NewId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAward:
    """An award that is about to be written; `decision_id` where it came of a decision."""

    id: UUID
    origin: str
    earner_id: UUID
    achievement_id: UUID
    version_id: UUID
    awarded_at: datetime
    decision_id: UUID | None = None


def store_award(session: Session, award: NewAward, credential: SignedCredential) -> None:
    """Store an award and its credential. The earner's row is locked and holds no live award.

    Raises:
        KeyLostError: what signed it is believed no more.
    """
    hold_keys(session, credential.document_key_id, credential.token_key_id)
    reservation = credential.reservation
    session.add(
        AwardRow(
            id=award.id,
            origin=award.origin,
            decision_id=award.decision_id,
            earner_id=award.earner_id,
            achievement_id=award.achievement_id,
            achievement_version_id=award.version_id,
            evidence_page_id=reservation.evidence_page_id,
            awarded_at=award.awarded_at,
            revoked_at=None,
            revocation_reason="",
        )
    )
    session.flush()
    session.add(
        CredentialRow(
            id=reservation.credential_id,
            award_id=award.id,
            issuer_id=credential.issuer_id,
            status_list_id=reservation.status_list_id,
            status_position=reservation.position,
            document=credential.document,
            document_sha256=credential.document_sha256,
            token=credential.token,
            token_sha256=credential.token_sha256,
            document_key_id=credential.document_key_id,
            token_key_id=credential.token_key_id,
            issued_at=award.awarded_at,
            reissued_at=None,
        )
    )
    session.flush()
    if award.origin != "pathway":
        # With a credential of another issuer more may follow, which nobody waits for here.
        foreign.look_soon(session, [award.earner_id], at=award.awarded_at)


def note_again(
    session: Session,
    program_id: UUID,
    award: NewAward,
    *,
    learner_id: UUID,
    title: str,
    actor_id: UUID | None,
    new_id: NewId,
) -> None:
    """Write into the log when somebody is given again what was taken back from them.

    The award is written. The log is the only place that links the two for others than
    their earner. What a correction replaces in one go is in the log as that.
    """
    former = awards.find_former(session, session.get_one(AwardRow, award.id))
    if former is not None and former[0].revoked_at != award.awarded_at:
        organisations.note(
            session,
            id_=new_id(),
            at=award.awarded_at,
            actor_id=actor_id,
            program_id=program_id,
            action="award.again",
            subject_id=learner_id,
            text=title,
        )


def take_back(session: Session, award: AwardRow, *, at: datetime, reason: str) -> UUID:
    """Revoke an award for good; return the status list that has to be signed afterwards.

    The earner's row is locked.
    """
    credential = awards.find_credential_of_award(session, award.id)
    if credential is None:
        raise LookupError(f"award {award.id} has no credential")
    award.revoked_at = at
    award.revocation_reason = reason
    entry = session.get_one(StatusEntryRow, (credential.status_list_id, credential.status_position))
    entry.revoked_at = at
    session.flush()
    return credential.status_list_id
