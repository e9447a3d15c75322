"""New bytes under an id that others know: what was there before is kept, and known as former."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from lti_tool.services.issuing import SignedForms
from lti_tool.services.settling import hold_keys
from lti_tool.store.rows import CredentialFormRow, CredentialRow, FormerCredentialRow
from lti_tool.values import NewId


class NewBytes(Protocol):
    """A signed document, and what signed it."""

    @property
    def document(self) -> bytes:
        """The JSON with its proof."""

    @property
    def document_sha256(self) -> str:
        """Its hash."""

    @property
    def document_key_id(self) -> str:
        """What signed it."""


def supersede(
    session: Session,
    row: CredentialRow | CredentialFormRow,
    forms: NewBytes,
    *,
    reason: str,
    at: datetime,
    new_id: NewId,
) -> None:
    """Put a credential, or a form of one, in place of what it was. The earner's row is locked.

    A learner record is secured in one form only: it has no token, before and after.

    Raises:
        KeyLostError: what signed it is believed no more.
    """
    token_key_id = forms.token_key_id if isinstance(forms, SignedForms) else None
    hold_keys(session, forms.document_key_id, token_key_id)
    session.add(
        FormerCredentialRow(
            id=new_id(),
            credential_id=row.id if isinstance(row, CredentialRow) else row.credential_id,
            document=row.document,
            document_sha256=row.document_sha256,
            token=row.token,
            token_sha256=row.token_sha256,
            document_key_id=row.document_key_id,
            token_key_id=row.token_key_id,
            superseded_at=at,
            reason=reason,
        )
    )
    row.document, row.document_sha256 = forms.document, forms.document_sha256
    row.document_key_id = forms.document_key_id
    if isinstance(forms, SignedForms):
        row.token, row.token_sha256 = forms.token, forms.token_sha256
        row.token_key_id = forms.token_key_id
    row.reissued_at = at
    session.flush()
