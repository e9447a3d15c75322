"""Files on evidence pages: served to anybody who has a ticket, as long as they are shown."""

from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.services.file_access import DOWNLOAD, SHOWN, StoredFile, stored_file
from lti_tool.services.showing import find_shown_artefact
from lti_tool.services.tickets import read_ticket
from lti_tool.values import Clock


def get_shown_file(session: Session, ticket: str, *, secret_key: str, clock: Clock) -> StoredFile:
    """Return the file that a ticket is for, if its earner shows it at this moment.

    Raises:
        SessionEndedError: the ticket has ended, or is none of ours.
        NotFoundError: its earner shows it no more, or may not.
    """
    subject = read_ticket(secret_key, ticket, purpose=SHOWN, clock=clock)
    award_id, _, artefact = subject.partition("/")
    row = find_shown_artefact(session, UUID(award_id), UUID(artefact.removesuffix(DOWNLOAD)))
    return stored_file(row, is_download=subject.endswith(DOWNLOAD), frame_origins=frozenset())
