"""What is known of a credential of another issuer without asking: its bytes, and what was saved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from badges.document_checks import parse
from lti_tool.services.urls import PublicURLs
from lti_tool.store import foreign
from lti_tool.store.rows import ForeignCredentialRow, ForeignDocumentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDocument:
    """What its issuer served when it was last verified; `kind` is issuer, key or list."""

    kind: str
    uri: str
    body: bytes
    saved_at: datetime

    @property
    def is_json(self) -> bool:
        """Whether it is JSON; a list may be a token."""
        return self.body.lstrip().startswith(b"{")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCredential:
    """A credential of another issuer with what was saved of that.

    `url` is the address at which a microcredential names it.
    """

    id: UUID
    url: str
    title: str
    issuer_name: str
    form: str
    document: bytes
    checked_at: datetime
    documents: tuple[SavedDocument, ...]


def list_saved(
    session: Session, award_id: UUID, *, urls: PublicURLs
) -> tuple[SavedCredential, ...]:
    """Return what a microcredential rests on from elsewhere."""
    return tuple(
        SavedCredential(
            id=row.id,
            url=urls.component(row.id),
            title=row.title,
            issuer_name=row.issuer_name or row.issuer_uri,
            form=row.form,
            document=row.document,
            checked_at=row.checked_at,
            documents=tuple(map(_saved, _documents(session, row))),
        )
        for row in foreign.list_components(session, award_id)
    )


def _documents(session: Session, row: ForeignCredentialRow) -> Iterator[ForeignDocumentRow]:
    secured = parse(row.document)
    status = secured.document.get("credentialStatus")
    list_url = status.get("statusListCredential") if isinstance(status, Mapping) else None
    for kind, uri in (("issuer", row.issuer_uri), ("key", secured.key_id), ("list", list_url)):
        found = foreign.find_document(session, kind, uri) if isinstance(uri, str) else None
        if found is not None:
            yield found


def _saved(row: ForeignDocumentRow) -> SavedDocument:
    return SavedDocument(kind=row.kind, uri=row.uri, body=row.body, saved_at=row.saved_at)
