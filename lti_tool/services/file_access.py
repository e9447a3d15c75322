"""Links to stored files by tickets, and what stands behind a ticket.

A ticket is made for pages whose reader may see the file, so it needs no
cookie: new windows, players and PDF viewers work wherever they are.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.errors import NotFoundError
from lti_tool.files.sniffing import DOWNLOAD_ONLY
from lti_tool.services.tickets import make_ticket, read_ticket
from lti_tool.services.urls import PublicURLs
from lti_tool.store import submissions
from lti_tool.store.rows import ArtefactRow
from lti_tool.values import Clock

PURPOSE = "file"
SHOWN = "shown-file"
LASTS = timedelta(hours=2)
"""A player asks for the next bytes of a recorded session for as long as somebody
watches it, pauses included: minutes would cut it off in the middle. Still far
less than a launch lasts."""
DOWNLOAD = ".download"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLinks:
    """Makes the addresses of files for one page.

    With an award they are for strangers: whether the file is shown is asked again each time.
    """

    secret_key: str = field(repr=False)
    base_url: str
    clock: Clock
    award_id: UUID | None = None

    def shown(self, artefact_id: UUID) -> str:
        """Return the address that shows a file, where its kind is shown at all."""
        return self._link(str(artefact_id))

    def download(self, artefact_id: UUID) -> str:
        """Return the address that saves a file on the reader's disk."""
        return self._link(f"{artefact_id}{DOWNLOAD}")

    def _link(self, subject: str) -> str:
        urls, award_id = PublicURLs(self.base_url), self.award_id
        ticket = make_ticket(
            self.secret_key,
            purpose=SHOWN if award_id else PURPOSE,
            subject=f"{award_id}/{subject}" if award_id else subject,
            lasts=LASTS,
            clock=self.clock,
        )
        return urls.shown_file(ticket) if award_id else urls.file(ticket)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as it is served."""

    storage_key: str
    name: str = field(repr=False)
    media_type: str
    size: int
    sha256: str
    is_download: bool
    frame_origins: frozenset[str]
    """Whose frames the pages that show it stand in."""


def get_ticketed_file(
    session: Session, ticket: str, *, secret_key: str, clock: Clock
) -> StoredFile:
    """Return the file that a ticket is for.

    Raises:
        SessionEndedError: the ticket has ended, or is none of ours.
        NotFoundError: the file was removed meanwhile.
    """
    subject = read_ticket(secret_key, ticket, purpose=PURPOSE, clock=clock)
    artefact_id = UUID(subject.removesuffix(DOWNLOAD))
    found = submissions.find_stored_file(session, artefact_id)
    if found is None:
        raise NotFoundError(f"no file {artefact_id}")
    row, frame_origins = found
    return stored_file(
        row,
        is_download=subject.endswith(DOWNLOAD),
        frame_origins=frozenset(frame_origins.split()),
    )


def stored_file(
    row: ArtefactRow, *, is_download: bool, frame_origins: frozenset[str]
) -> StoredFile:
    """Return a file that is there as it is served."""
    if row.storage_key is None or row.sha256 is None:
        raise LookupError(f"artefact {row.id} is ready but was never stored")
    return StoredFile(
        storage_key=row.storage_key,
        name=row.title,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        is_download=is_download or row.media_type == DOWNLOAD_ONLY,
        frame_origins=frame_origins,
    )
