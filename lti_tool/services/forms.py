"""The form of a credential that discloses no levels: made when its earner first shares it.

It is signed outside any transaction, as the credential itself was, and follows it when
that is issued anew.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from badges.disclosure import has_levels, says_the_same, without_levels
from badges.untrusted import parse_object
from keys.ring import KeyRing
from lti_tool.errors import ConflictError
from lti_tool.services.issuing import IssuingParts, SignedForms, sign_forms
from lti_tool.services.settling import hold_keys
from lti_tool.services.superseding import supersede
from lti_tool.store import keys as key_rows
from lti_tool.store import shares
from lti_tool.store.rows import AwardRow, CredentialFormRow, CredentialRow, IssuerRow

WITHOUT_LEVELS = "without_levels"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedForm:
    """A form that is signed, and the hash of the credential that it was made from."""

    id: UUID
    credential_id: UUID
    made_from: str
    forms: SignedForms


def can_hide_levels(credential: CredentialRow) -> bool:
    """Whether a credential says anything about levels."""
    return has_levels(parse_object(credential.document))


def prepare_form(parts: IssuingParts, credential_id: UUID) -> PreparedForm | None:
    """Sign the form of a credential without levels; None if there is one that holds.

    Raises:
        ConflictError: there is none yet, and the badge is revoked.
        BadgesError: the credential has no levels, or the form would not verify.
    """
    with parts.database.reading() as session:
        credential = session.get_one(CredentialRow, credential_id)
        award = session.get_one(AwardRow, credential.award_id)
        existing = shares.find_form(session, credential_id, WITHOUT_LEVELS)
        compromised = {row.id for row in key_rows.list_compromised_keys(session)}
        ring = parts.rings.load(session, session.get_one(IssuerRow, credential.issuer_id))
    if existing is not None and (
        award.revoked_at is not None or _holds(existing, credential, compromised)
    ):
        return None
    if award.revoked_at is not None:
        raise ConflictError("nothing new is signed for a revoked badge", code="already_revoked")
    form_id = existing.id if existing else parts.new_id()
    return sign_form(parts, ring, form_id, credential_id, document=credential.document)


def sign_form(
    parts: IssuingParts, ring: KeyRing, form_id: UUID, credential_id: UUID, *, document: bytes
) -> PreparedForm:
    """Sign the form of a credential that is this document, or soon will be.

    Raises:
        BadgesError: the credential has no levels, or the form would not verify.
    """
    now = parts.clock()
    unsigned = without_levels(document, id_=parts.urls.credential(form_id), valid_from=now)
    return PreparedForm(
        id=form_id,
        credential_id=credential_id,
        made_from=sha256(document).hexdigest(),
        forms=sign_forms(parts, unsigned, ring, created=now),
    )


def store_form(
    session: Session,
    parts: IssuingParts,
    prepared: PreparedForm,
    *,
    reason: str,
    at: datetime | None = None,
) -> UUID:
    """Store a form, in place of what it was before; return its id. The earner's row is locked.

    Raises:
        ConflictError: the credential was issued anew meanwhile, another process was first, or
            what signed the form is believed no more.
    """
    credential = session.get_one(CredentialRow, prepared.credential_id)
    existing = shares.find_form(session, credential.id, WITHOUT_LEVELS)
    if credential.document_sha256 != prepared.made_from or (
        existing is not None and existing.id != prepared.id
    ):
        raise ConflictError("the badge changed meanwhile: try again", code="changed_meanwhile")
    now, forms = at or parts.clock(), prepared.forms
    if existing is not None:
        supersede(session, existing, forms, reason=reason, at=now, new_id=parts.new_id)
        return existing.id
    hold_keys(session, forms.document_key_id, forms.token_key_id)
    session.add(
        CredentialFormRow(
            id=prepared.id,
            credential_id=credential.id,
            kind=WITHOUT_LEVELS,
            document=forms.document,
            document_sha256=forms.document_sha256,
            token=forms.token,
            token_sha256=forms.token_sha256,
            document_key_id=forms.document_key_id,
            token_key_id=forms.token_key_id,
            issued_at=now,
            reissued_at=None,
        )
    )
    session.flush()
    return prepared.id


def _holds(form: CredentialFormRow, credential: CredentialRow, compromised: set[str]) -> bool:
    keys = {form.document_key_id, form.token_key_id}
    return compromised.isdisjoint(keys) and says_the_same(form.document, credential.document)
