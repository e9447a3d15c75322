"""Offline kits: a credential with all that somebody needs to check it without asking anybody.

Everything is as issued, byte for byte, or as it is served now: the issuer's document and
the status lists are of the day on which the kit is made, and the kit says so.
"""

from collections.abc import Iterator
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from badges.summary import read_summary
from badges.untrusted import parse_object
from lti_tool.errors import NotFoundError
from lti_tool.services.endorsed import endorsements_in
from lti_tool.services.foreign.saved import list_saved
from lti_tool.services.forms import WITHOUT_LEVELS
from lti_tool.services.jwt_forms import complete
from lti_tool.services.kit_files import Kit, KitCredential, KitIssuer, KitList
from lti_tool.services.pictures import PNG, picture_of
from lti_tool.services.records import SigningParts
from lti_tool.services.resolving import did_document_of, jwk_of
from lti_tool.services.urls import PublicURLs
from lti_tool.store import awards, pathways, shares
from lti_tool.store.awards import CredentialParts
from lti_tool.store.rows import (
    AchievementVersionRow,
    CredentialFormRow,
    CredentialRow,
    EndorsementRow,
    IssuerRow,
)

_Row: TypeAlias = CredentialRow | CredentialFormRow


def find_kit(parts: SigningParts, id_: UUID) -> Kit:
    """Return the kit of a credential, or of a form of one, as it is now.

    A VC-JWT that is missing is signed first.

    Raises:
        NotFoundError: no such credential, or its badge has no image, which a published one
            always has.
        BadgesError: a form that is missing would not verify.
    """
    with parts.database.reading() as session:
        whole = _find(session, id_)
        components = [one[0].id for one in _components(session, whole[1].id)]
    complete(parts, [whole[0].id, *components])
    with parts.database.reading() as session:
        return _gather(session, parts, id_)


def _find(session: Session, id_: UUID) -> CredentialParts:
    found = shares.find_whole(session, id_)
    if found is None:
        raise NotFoundError("there is no such credential: take its id from its page or its JSON")
    return found


def _gather(session: Session, parts: SigningParts, id_: UUID) -> Kit:
    whole = _find(session, id_)
    credential, award, version, issuer = whole
    shown = _shown(session, credential, id_)
    if version.image is None:
        raise NotFoundError("no image")
    all_parts = (whole, *_components(session, award.id))
    endorsed = tuple(_own_endorsements(session, all_parts))
    record = shares.find_form(session, credential.id, shares.LEARNER_RECORD)
    summary = read_summary(parse_object(shown.document))
    return Kit(
        credential_id=shown.id,
        saved_at=parts.clock(),
        credential=_forms_of(version, shown),
        components=tuple(_forms_of(one[2], one[0]) for one in all_parts[1:]),
        issuers=tuple(_issuers(session, all_parts, endorsed, shown, parts.urls)),
        lists=tuple(_lists(session, all_parts, endorsed)),
        issuer_name=issuer.name,
        picture=version.image,
        picture_type=version.image_type,
        png=picture_of(version, PNG),
        learner_record=record.document if record else None,
        picture_alt=summary.image_caption or version.title,
        foreign=list_saved(session, award.id, urls=parts.urls),
    )


def _components(session: Session, award_id: UUID) -> Iterator[CredentialParts]:
    listed = pathways.list_components(session, award_id)
    for _, credential, _ in sorted(listed, key=lambda found: (found[0].awarded_at, found[0].id)):
        parts = awards.find_credential(session, credential.id)
        if parts is not None:
            yield parts


def _shown(session: Session, credential: CredentialRow, id_: UUID) -> _Row:
    """Return the form without levels where its id was asked for, or else the credential."""
    form = shares.find_form(session, credential.id, WITHOUT_LEVELS)
    return form if form and form.id == id_ else credential


def _forms_of(version: AchievementVersionRow, row: _Row) -> KitCredential:
    if row.token is None:
        raise LookupError(f"credential {row.id} has no token")
    return KitCredential(title=version.title, document=row.document, token=row.token)


def _own_endorsements(
    session: Session, all_parts: tuple[CredentialParts, ...]
) -> Iterator[EndorsementRow]:
    """Yield what the credentials carry of issuers of ours; what others signed is theirs to tell."""
    for credential, *_ in all_parts:
        for row in endorsements_in(session, credential.document):
            if row.endorser_id is not None:
                yield row


def _issuers(
    session: Session,
    all_parts: tuple[CredentialParts, ...],
    endorsed: tuple[EndorsementRow, ...],
    shown: _Row,
    urls: PublicURLs,
) -> Iterator[KitIssuer]:
    keys = {parts[3].id: parts[0].token_key_id for parts in reversed(all_parts)}
    keys[all_parts[0][3].id] = shown.token_key_id
    signers = [parts[3] for parts in all_parts]
    endorsers = [session.get_one(IssuerRow, row.endorser_id) for row in endorsed]
    for issuer in {one.id: one for one in (*signers, *endorsers)}.values():
        try:
            jwk = jwk_of(session, issuer.slug, keys.get(issuer.id) or "")
        except NotFoundError:
            jwk = None
        document = did_document_of(session, issuer.slug, urls=urls)
        yield KitIssuer(did=issuer.did, document=document, jwk=jwk)


def _lists(
    session: Session,
    all_parts: tuple[CredentialParts, ...],
    endorsed: tuple[EndorsementRow, ...],
) -> Iterator[KitList]:
    ids = [parts[0].status_list_id for parts in all_parts]
    of_endorsements = [row.status_list_id for row in endorsed if row.status_list_id is not None]
    for list_id in dict.fromkeys((*ids, *of_endorsements)):
        row = awards.get_status_list(session, list_id)
        yield KitList(document=row.document, token=row.token)
