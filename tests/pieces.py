"""Pieces of evidence for tests: files with bytes, links, answers, and pointers to them."""

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from lti_tool.runtime import Runtime
from lti_tool.store.rows import AnswerRow, ArtefactRow, EvidenceReferenceRow
from tests.rows import NOW, an_id, stored

TEXT = b"What was agreed, in the words of both.\n"


def a_file(
    runtime: Runtime, folder: Path, attempt_id: UUID, *, data: bytes = TEXT, **changes: object
) -> UUID:
    """Store a text file as evidence, bytes and all; return its id."""
    path = folder / "piece"
    path.write_bytes(data)
    key = f"org/{an_id()}"
    sha256 = runtime.files.put(key, path)
    values: dict[str, object] = {
        "kind": "file",
        "title": "Agreement with Rosa.txt",
        "media_type": "text/plain",
        "size": len(data),
        "storage_key": key,
        "sha256": sha256,
    } | changes
    with runtime.writing() as session:
        return an_artefact(session, attempt_id, **values).id


def an_artefact(session: Session, attempt_id: UUID, **changes: object) -> ArtefactRow:
    """Store a file or link; a link of nobody else by default."""
    values: dict[str, object] = {
        "id": an_id(),
        "attempt_id": attempt_id,
        "kind": "link",
        "state": "ready",
        "title": "A recorded session",
        "url": "https://video.example/watch",
        "media_type": "",
        "size": 0,
        "modified": 0,
        "is_playable": None,
        "sha256": None,
        "storage_key": None,
        "people": "nobody",
        "visibility": "assessors",
        "created_at": NOW,
        "removed_at": None,
    } | changes
    if values["kind"] == "file":
        values["url"] = None
    return stored(session, ArtefactRow(**values))


def a_pointer(
    session: Session,
    attempt_id: UUID,
    source: UUID | str,
    *,
    locator: str = "",
    explanation: str = "Here we agreed.",
) -> None:
    """Point from the first criterion to a piece."""
    stored(
        session,
        EvidenceReferenceRow(
            id=an_id(),
            attempt_id=attempt_id,
            criterion_id="a",
            source=str(source),
            locator=locator,
            explanation=explanation,
            position=1,
        ),
    )


def an_answer(
    session: Session, attempt_id: UUID, text: str = "She came in saying that nothing works."
) -> None:
    """Answer the one prompt."""
    stored(session, AnswerRow(attempt_id=attempt_id, prompt_id="story", text=text))
