"""Uploads in progress: one part file each, in a folder that all web processes share.

How far an upload is, is the length of its part file and nothing else, so
there is one truth after a broken connection, a crash or a restart.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from lti_tool.errors import FileStoreError, OffsetError, TooLargeError
from lti_tool.files.sniffing import HEAD_BYTES

PIECE_BYTES = 64 * 1024
SUFFIX = ".part"


class Body(Protocol):
    """The body of a request, read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; nothing at the end, also after a broken connection."""


class PartFiles:
    """The part files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, upload_id: UUID) -> Path:
        """Return where the bytes of an upload are, once some have arrived."""
        return self._folder / f"{upload_id}{SUFFIX}"

    def size(self, upload_id: UUID) -> int:
        """Return how many bytes have arrived."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def head(self, upload_id: UUID) -> bytes:
        """Return the first bytes, enough to tell what kind of file it is."""
        try:
            with self.path(upload_id).open("rb") as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            return b""

    def write(self, upload_id: UUID, body: Body, *, offset: int, length: int, maximum: int) -> int:
        """Add up to `length` bytes of `body` at `offset`; return how many there are now.

        Bytes that arrived before a connection broke are kept. Two requests for
        the same upload (one of them may hang in a dead connection) write the
        same bytes to the same places, so neither has to wait for the other.

        Raises:
            OffsetError: `offset` is not where the part file ends.
            TooLargeError: the piece would make the file longer than `maximum`.
            FileStoreError: the disk did not take it.
        """
        size = self.size(upload_id)
        if offset != size:
            raise OffsetError(offset=size)
        if offset + length > maximum:
            raise TooLargeError("more bytes than were announced")
        with _disk():
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path(upload_id), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for position, piece in _pieces(body, offset, length):
                with _disk():
                    _write_all(handle, piece, position)
        finally:
            os.fsync(handle)
            os.close(handle)
        return self.size(upload_id)

    def remove(self, upload_id: UUID) -> None:
        """Delete what has arrived; deleting what is not there is no error."""
        self.path(upload_id).unlink(missing_ok=True)

    def is_idle(self, upload_id: UUID, *, since: datetime) -> bool:
        """Whether an upload has received nothing since then."""
        try:
            touched = self.path(upload_id).stat().st_mtime
        except FileNotFoundError:
            return True
        return datetime.fromtimestamp(touched, UTC) < since

    def list_idle(self, *, since: datetime) -> tuple[UUID, ...]:
        """Return the uploads that have received nothing since then."""
        found = (_upload_of(path) for path in self._folder.glob(f"*{SUFFIX}"))
        return tuple(sorted(id_ for id_ in found if id_ and self.is_idle(id_, since=since)))


def _pieces(body: Body, offset: int, length: int) -> Iterator[tuple[int, bytes]]:
    end = offset + length
    while offset < end:
        piece = body.read(min(PIECE_BYTES, end - offset))
        if not piece:
            return
        yield offset, piece
        offset += len(piece)


def _upload_of(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None


@contextmanager
def _disk() -> Generator[None]:
    try:
        yield
    except OSError as exc:
        raise FileStoreError("the disk did not take a piece of a file") from exc


def _write_all(handle: int, piece: bytes, position: int) -> None:
    while piece:
        written = os.pwrite(handle, piece, position)
        piece, position = piece[written:], position + written
