"""What a running process is made of; `lti_tool.app` makes one, the edges hand its parts on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from lti_tool.config import Settings
from lti_tool.files.parts import PartFiles
from lti_tool.files.store import FileStore
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.services.foreign.checking import ForeignParts
from lti_tool.services.issuing import IssuingParts
from lti_tool.services.keyring import RingCache
from lti_tool.services.rotating import KeyParts
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.values import Clock, NewId, RandomBytes, RandomToken

EXTENSION = "quatrefoil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The long-lived parts of one process. Nothing in here belongs to a request."""

    settings: Settings
    database: Database
    files: FileStore
    http: GuardedSession
    """Guarded: time limits, size limits, no private addresses unless settings allow."""
    strangers_http: GuardedSession
    """For addresses that anybody may name: public ones only, and few at once."""
    jwks: JWKSCache
    clock: Clock
    new_id: NewId
    random_token: RandomToken
    random_bytes: RandomBytes
    rings: RingCache
    wake: Callable[[], None]
    """Tells the worker that the outbox has something; never fails the caller."""

    @property
    def issuing(self) -> IssuingParts:
        """What issuing a credential needs."""
        return IssuingParts(
            database=self.database,
            rings=self.rings,
            urls=PublicURLs(self.settings.base_url),
            clock=self.clock,
            new_id=self.new_id,
            random_bytes=self.random_bytes,
        )

    @property
    def foreign(self) -> ForeignParts:
        """What credentials of other issuers need."""
        return ForeignParts(issuing=self.issuing, http=self.strangers_http)

    @property
    def key_parts(self) -> KeyParts:
        """What making keys needs."""
        return KeyParts(
            master_key=self.settings.master_key,
            jwt_algorithm=self.settings.jwt_algorithm,
            clock=self.clock,
            new_id=self.new_id,
            random_bytes=self.random_bytes,
        )

    @property
    def part_files(self) -> PartFiles:
        """The uploads in progress."""
        return PartFiles(self.settings.data_dir / "uploads")

    def reading(self) -> AbstractContextManager[Session]:
        """Open a transaction that only reads."""
        return self.database.reading()

    def writing(self) -> AbstractContextManager[Session]:
        """Open a transaction that writes; it commits at the end of the block."""
        return self.database.writing()


def runtime() -> Runtime:
    """Return the runtime of the application that handles this request."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Runtime):
        raise TypeError("the application was not made by lti_tool.app")
    return found
