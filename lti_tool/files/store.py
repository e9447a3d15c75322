"""Files by key over obstore: streamed in, served by ranges, deleted once.

Keys are `<organisation>/<attempt>/<uuid>` and hold no names. Memory stays
bounded whatever the size of a file.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from lti_tool.errors import FileStoreError, NotFoundError

CHUNK_BYTES = 1024 * 1024


class FileStore:
    """One store of files, local (`file:///path`) or S3-compatible (`s3://bucket/prefix`)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "file":
            folder = Path(parts.path)
            folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(folder)
        else:
            self._store = from_url(url)

    def put(self, key: str, path: Path) -> str:
        """Copy the file at `path` under `key`, whole or not at all.

        Returns the SHA-256 of the bytes that were stored, in lower-case hex.

        Raises:
            FileStoreError: the store did not take it.
        """
        digest = sha256()
        try:
            obstore.put(self._store, key, _pieces(path, digest.update))
        except (BaseError, OSError) as exc:
            raise FileStoreError("the file store did not take a file") from exc
        return digest.hexdigest()

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`.

        Raises:
            NotFoundError: there is no such file.
            FileStoreError: the store failed.
        """
        while start < end:
            stop = min(start + CHUNK_BYTES, end)
            try:
                yield bytes(obstore.get_range(self._store, key, start=start, end=stop))
            except FileNotFoundError as exc:
                raise NotFoundError("no such file") from exc
            except BaseError as exc:
                raise FileStoreError("the file store did not give a file") from exc
            start = stop

    def delete(self, key: str) -> None:
        """Delete a file; deleting what is not there is no error."""
        try:
            obstore.delete(self._store, key)
        except FileNotFoundError:
            return
        except BaseError as exc:
            raise FileStoreError("the file store did not delete a file") from exc


def _pieces(path: Path, note: Callable[[bytes], object]) -> Iterator[bytes]:
    """Yield the bytes of a file; each piece is noted as it goes."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            note(piece)
            yield piece
