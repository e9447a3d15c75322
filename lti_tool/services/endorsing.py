"""Endorsements: an issuer of ours vouches for a badge or an issuer, or somebody else does.

What others signed is verified before it is stored, and tried in a badge: only what stands in
one as every verifier reads it is taken. Badges that are issued afterwards carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from badges.achievement import Status
from badges.binding import Resolver
from badges.checks import CheckState
from badges.document_checks import CredentialKind
from badges.endorsement import (
    EndorsementFacts,
    build_endorsement,
    check_carried,
    check_embeddable,
    check_endorsement,
)
from badges.errors import BadgesError, VerificationError
from badges.untrusted import parse_object
from badges.verification import verify
from badges.written import serialize
from lti_tool.errors import ConflictError, InvalidInputError, NotFoundError
from lti_tool.services.credential_facts import issuer_of
from lti_tool.services.issuing import IssuingParts, reserve, sign_checked
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
    _try_in_a_badge(endorsed, forms.document)
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
        _store(session, parts, row, "endorsement.added")
    return row


def take_in(parts: IssuingParts, data: bytes, *, resolver: Resolver) -> EndorsementRow:
    """Verify an endorsement that somebody else signed, and store it.

    Raises:
        InvalidInputError: it is none, does not hold, or no badge could carry it; says why.
        NotFoundError: it endorses nothing of ours.
        ConflictError: it is there.
    """
    document = _verified(data, resolver=resolver, now=parts.clock())
    subject, issuer = document["credentialSubject"], document["issuer"]
    named = issuer if isinstance(issuer, Mapping) else {"id": issuer}
    # The schema asks for an array, and no proof covers itself.
    proof = document["proof"]
    stored = serialize({**document, "proof": proof if isinstance(proof, list) else [proof]})
    with parts.database.reading() as session:
        endorsed = find_endorsed(session, str(subject["id"]), urls=parts.urls)
        if endorsed.url != subject["id"]:
            # Operators may use other names; for verifiers, another id is something else.
            raise NotFoundError(
                f"{subject['id']} is another name of {endorsed.url}, and verifiers know only the "
                "latter: ask for an endorsement of that"
            )
        known = endorsements.find_by_url(session, str(document["id"]))
        own = key_rows.list_issuer_ids(session)
    if known is not None:
        raise ConflictError("this endorsement is here already", code="endorsement_exists")
    if named["id"] in own:
        raise InvalidInputError(
            "an issuer of ours endorses with `quatrefoil endorsements add`", code="own_endorsement"
        )
    _try_in_a_badge(endorsed, stored)
    row = EndorsementRow(
        id=parts.new_id(),
        url=str(document["id"]),
        achievement_version_id=endorsed.version_id,
        issuer_id=endorsed.issuer_id,
        endorser_id=None,
        endorser_did=str(named["id"]),
        endorser_name=str(named.get("name", "")) or str(named["id"]),
        comment=str(subject.get("endorsementComment", "")),
        document=stored,
        document_sha256=sha256(stored).hexdigest(),
        token=None,
        document_key_id=None,
        token_key_id=None,
        status_list_id=None,
        status_position=None,
        added_at=parts.clock(),
        withdrawn_at=None,
    )
    with parts.database.writing() as session:
        if endorsements.find_by_url(session, row.url) is not None:
            raise ConflictError("this endorsement is here already", code="endorsement_exists")
        _store(session, parts, row, "endorsement.taken_in")
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
        _note(session, parts, row, "endorsement.withdrawn")
    if list_id is not None:
        sign_list(parts.database, list_id, rings=parts.rings, urls=parts.urls, clock=parts.clock)
    return row


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


def _verified(data: bytes, *, resolver: Resolver, now: datetime) -> dict[str, Any]:
    """Return an endorsement with its proof, once every check of it was made and holds."""
    try:
        document: dict[str, Any] = parse_object(data.strip())
        found = verify(data, resolver=resolver, now=now)
        check_embeddable(document)
    except VerificationError as error:
        raise InvalidInputError(f"it does not hold ({error})", code="not_valid") from error
    except BadgesError as error:
        raise InvalidInputError(
            f"no badge can carry it ({error}): ask for JSON with a Data Integrity proof",
            code="not_embeddable",
        ) from error
    if found.kind is not CredentialKind.ENDORSEMENT:
        raise InvalidInputError("it is no EndorsementCredential", code="no_endorsement")
    if any(one.state is CheckState.WARNED for one in found.checks):
        raise InvalidInputError("something in it holds no longer", code="not_valid")
    return document


def _try_in_a_badge(endorsed: Endorsed, endorsement: bytes) -> None:
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


def _store(session: Session, parts: IssuingParts, row: EndorsementRow, action: str) -> None:
    session.add(row)
    session.flush()
    _note(session, parts, row, action)


def _note(session: Session, parts: IssuingParts, row: EndorsementRow, action: str) -> None:
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
