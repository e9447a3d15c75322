"""Endorsements: an issuer of ours vouches for a badge or an issuer.

Each is tried in a badge first: only what stands in one as every verifier reads it is stored.
Badges that are issued afterwards carry it.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from badges.achievement import Status
from badges.endorsement import (
    EndorsementFacts,
    build_endorsement,
    check_carried,
    check_endorsement,
)
from badges.errors import BadgesError
from badges.reissuing import without_proof
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.credential_facts import issuer_of
from lti_tool.services.issuing import IssuingParts, reserve, sign_checked
from lti_tool.services.settling import hold_keys, settles
from lti_tool.services.status_lists import sign_list
from lti_tool.services.texts import plain_text
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, endorsements, organisations
from lti_tool.store import keys as key_rows
from lti_tool.store.rows import EndorsementRow, IssuerRow, StatusEntryRow

COMMENT_CHARACTERS = 5000
PUBLISHED = frozenset({"published", "retired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsed:
    """What is endorsed: an achievement version or an issuer of ours, and who stands behind it."""

    url: str
    title: str
    version_id: UUID | None
    issuer_id: UUID | None
    owner: IssuerRow


def find_endorsed(session: Session, name: str, *, urls: PublicURLs) -> Endorsed:
    """Return what an operator names: an achievement's URL or id, an issuer's slug or DID.

    Raises:
        NotFoundError: nothing of ours has this name, or it was never published.
    """
    for issuer in key_rows.list_issuers(session):
        if name in {issuer.slug, issuer.did}:
            return Endorsed(
                url=issuer.did,
                title=issuer.name,
                version_id=None,
                issuer_id=issuer.id,
                owner=issuer,
            )
    version_id = _version_id(name, urls)
    version = endorsements.find_version(session, version_id) if version_id else None
    if version is None or version.state not in PUBLISHED:
        raise NotFoundError(
            f"{name} is no published badge and no issuer of ours: give the address of the "
            "badge's page, or an issuer's slug"
        )
    return Endorsed(
        url=urls.achievement(version.id),
        title=version.title,
        version_id=version.id,
        issuer_id=None,
        owner=awards.get_issuer_of_version(session, version.id),
    )


@settles
def endorse(parts: IssuingParts, *, endorser: str, subject: str, comment: str) -> EndorsementRow:
    """Sign an endorsement by an issuer of ours, in both forms, and store it.

    Raises:
        NotFoundError: no such issuer, or nothing of ours to endorse.
        InvalidInputError: it endorses itself, or the comment is too long.
        ConflictError: it endorses that already.
        BadgesError: the text is not one that every verifier reads alike.
    """
    comment = plain_text(comment, field="comment", most=COMMENT_CHARACTERS)
    with parts.database.reading() as session:
        issuer = key_rows.get_issuer(session, endorser)
        endorsed = find_endorsed(session, subject, urls=parts.urls)
        ring = parts.rings.load(session, issuer)
        _check_new(session, issuer, endorsed)
    reservation, now = reserve(parts, issuer), parts.clock()
    status = Status(
        list_url=parts.urls.status_list(reservation.status_list_id), index=reservation.position
    )
    unsigned = build_endorsement(
        EndorsementFacts(
            id=parts.urls.endorsement(reservation.credential_id),
            endorser=issuer_of(issuer),
            subject_id=endorsed.url,
            name=f"Endorsement of {endorsed.title}",
            comment=comment,
            status=status,
            valid_from=now,
        )
    )
    check_endorsement(unsigned)
    forms = sign_checked(parts, unsigned, ring, created=now)
    try_in_a_badge(endorsed, forms.document)
    row = EndorsementRow(
        id=reservation.credential_id,
        url=str(unsigned["id"]),
        achievement_version_id=endorsed.version_id,
        issuer_id=endorsed.issuer_id,
        endorser_id=issuer.id,
        endorser_did=issuer.did,
        endorser_name=issuer.name,
        comment=comment,
        document=forms.document,
        document_sha256=forms.document_sha256,
        token=forms.token,
        document_key_id=forms.document_key_id,
        token_key_id=forms.token_key_id,
        status_list_id=reservation.status_list_id,
        status_position=reservation.position,
        added_at=now,
        withdrawn_at=None,
    )
    with parts.database.writing() as session:
        # Two operators at once: whoever comes second finds the first one's.
        session.get_one(IssuerRow, issuer.id, with_for_update=True)
        _check_new(session, issuer, endorsed)
        store(session, parts, row, "endorsement.added")
    return row


def withdraw(parts: IssuingParts, endorsement_id: UUID) -> EndorsementRow:
    """Let no badge carry an endorsement any more; one of ours is revoked for good.

    Raises:
        NotFoundError: no such endorsement.
        ConflictError: it is withdrawn already.
    """
    with parts.database.writing() as session:
        row = endorsements.get(session, endorsement_id, locks=True)
        if row.withdrawn_at is not None:
            raise ConflictError("it is withdrawn already", code="already_withdrawn")
        now = parts.clock()
        row.withdrawn_at = now
        list_id = row.status_list_id
        if list_id is not None:
            entry = session.get_one(StatusEntryRow, (list_id, row.status_position))
            entry.revoked_at = now
        session.flush()
        note(session, parts, row, "endorsement.withdrawn")
    if list_id is not None:
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)
    return row


@settles
def sign_anew(parts: IssuingParts, endorsement_id: UUID) -> bool:
    """Sign one of an issuer of ours by the key of now, under its id, valid from now.

    Returns False if it was withdrawn, or its key is believed. Badges that carry the former
    one go on carrying that.

    Raises:
        BadgesError: it is not one any more that every verifier reads alike, or that a badge
            can carry.
    """
    with parts.database.reading() as session:
        row = endorsements.get(session, endorsement_id)
        lost = {one.id for one in key_rows.list_compromised_keys(session)}
        is_believed = lost.isdisjoint((row.document_key_id, row.token_key_id))
        if row.withdrawn_at is not None or row.endorser_id is None or is_believed:
            return False
        ring = parts.rings.load(session, session.get_one(IssuerRow, row.endorser_id))
        former = row.document_sha256
    now = parts.clock()
    unsigned = without_proof(row.document, valid_from=now, bound={})
    check_endorsement(unsigned)
    forms = sign_checked(parts, unsigned, ring, created=now)
    with parts.database.writing() as session:
        row = endorsements.get(session, endorsement_id, locks=True)
        if row.withdrawn_at is not None or row.document_sha256 != former:
            return False
        hold_keys(session, forms.document_key_id, forms.token_key_id)
        row.document, row.document_sha256 = forms.document, forms.document_sha256
        row.token = forms.token
        row.document_key_id, row.token_key_id = forms.document_key_id, forms.token_key_id
        session.flush()
        note(session, parts, row, "endorsement.reissued")
    return True


def _check_new(session: Session, issuer: IssuerRow, endorsed: Endorsed) -> None:
    if issuer.id == endorsed.owner.id:
        raise InvalidInputError(
            "an issuer does not endorse itself or its own badges: let another one do it",
            code="endorses_itself",
        )
    standing = endorsements.list_standing(
        session, version_id=endorsed.version_id, issuer_id=endorsed.issuer_id
    )
    if any(one.endorser_id == issuer.id for one in standing):
        raise ConflictError(
            "it endorses that already: withdraw the former endorsement first",
            code="endorsement_exists",
        )


def try_in_a_badge(endorsed: Endorsed, endorsement: bytes) -> None:
    """Check that a badge can carry it.

    Raises:
        InvalidInputError: some verifier would read such a badge differently, or refuse it.
    """
    is_version = endorsed.version_id is not None
    try:
        check_carried(
            endorsement,
            issuer=issuer_of(endorsed.owner),
            achievement_id=endorsed.url if is_version else None,
        )
    except BadgesError as error:
        raise InvalidInputError(
            f"no badge could carry it ({error})", code="not_embeddable"
        ) from error


def store(session: Session, parts: IssuingParts, row: EndorsementRow, action: str) -> None:
    """Store an endorsement, and note it.

    Raises:
        KeyLostError: what signed it is believed no more.
    """
    hold_keys(session, row.document_key_id, row.token_key_id)
    session.add(row)
    session.flush()
    note(session, parts, row, action)


def note(session: Session, parts: IssuingParts, row: EndorsementRow, action: str) -> None:
    """Note in the audit log what became of an endorsement."""
    organisations.note(
        session,
        id_=parts.new_id(),
        at=parts.clock(),
        actor_id=None,
        program_id=None,
        action=action,
        subject_id=row.id,
        text=f"{row.endorser_name}: {row.url}",
    )


def _version_id(name: str, urls: PublicURLs) -> UUID | None:
    text = name.removeprefix(f"{urls.base_url}/achievements/")
    try:
        return UUID(text)
    except ValueError:
        return None
