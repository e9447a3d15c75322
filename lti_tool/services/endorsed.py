"""What endorses badges of ours, as credentials carry it and pages show it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.parts import list_endorsements
from badges.untrusted import parse_object
from badges.written import serialize
from lti_tool.services.pages.endorsements import EndorsementView
from lti_tool.store import endorsements
from lti_tool.store.rows import EndorsementRow


def standing_of(
    session: Session, *, version_id: UUID | None = None, issuer_id: UUID | None = None
) -> tuple[bytes, ...]:
    """Return the endorsements that badges carry now, of a version or of an issuer."""
    found = endorsements.list_standing(session, version_id=version_id, issuer_id=issuer_id)
    return tuple(one.document for one in found)


def standing_views(
    session: Session, *, version_id: UUID, issuer_id: UUID
) -> tuple[EndorsementView, ...]:
    """Return what badges of a version carry that are issued now."""
    return endorsement_views(
        [
            *endorsements.list_standing(session, version_id=version_id),
            *endorsements.list_standing(session, issuer_id=issuer_id),
        ]
    )


def endorsement_views(rows: Sequence[EndorsementRow]) -> tuple[EndorsementView, ...]:
    """Return endorsements as pages show them."""
    return tuple(
        EndorsementView(
            endorser_name=one.endorser_name,
            endorser_id=one.endorser_did,
            comment=one.comment,
            of_issuer=one.issuer_id is not None,
            since=one.added_at,
            withdrawn_on=one.withdrawn_at,
            is_ours=one.endorser_id is not None,
            url=one.url,
        )
        for one in rows
    )


def views_in(session: Session, document: bytes) -> tuple[EndorsementView, ...]:
    """Return the endorsements that a credential of ours carries, as they are now."""
    return endorsement_views(endorsements_in(session, document))


def endorsements_in(session: Session, document: bytes) -> Sequence[EndorsementRow]:
    """Return the endorsements that a credential of ours carries."""
    places = list_endorsements(parse_object(document))
    hashes = {
        sha256(serialize(one.value)).hexdigest() for one in places if isinstance(one.value, Mapping)
    }
    return endorsements.list_by_hash(session, hashes) if hashes else ()
