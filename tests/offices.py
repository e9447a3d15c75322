"""An issuer in a database, and the operator who looks after its keys."""

import json
import os
import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from keys.ring import KeyRing
from keys.sealing import MasterKey
from keys.signing import Algorithm
from lti_tool.services import keyring
from lti_tool.services.resolving import jwk_of
from lti_tool.services.rotating import KeyParts
from lti_tool.services.urls import PublicURLs
from lti_tool.store.database import Database
from lti_tool.store.rows import AuditEventRow, IssuerRow, SigningKeyRow
from tests.conftest import FakeClock
from tests.rows import a_program, an_id, an_organisation

MASTER = MasterKey.parse(secrets.token_hex(32))
ANOTHER = MasterKey.parse(secrets.token_hex(32))
URLS = PublicURLs("https://tool.example")


@dataclass
class Office:
    """One issuer in a database, and the operator who looks after its keys."""

    database: Database
    clock: FakeClock
    issuer_id: UUID

    def init(
        self, master_key: MasterKey = MASTER, jwt_algorithm: Algorithm = Algorithm.RS256
    ) -> int:
        """Make what is missing, as `quatrefoil keys init` does; how many were made."""
        with self.database.writing() as session:
            made = keyring.ensure_tool_key(
                session, master_key=master_key, clock=self.clock, random_bytes=os.urandom
            )
            return made + keyring.ensure_issuer_keys(
                session,
                self.issuer_id,
                master_key=master_key,
                clock=self.clock,
                random_bytes=os.urandom,
                jwt_algorithm=jwt_algorithm,
            )

    @property
    def parts(self) -> KeyParts:
        """What making keys needs."""
        return KeyParts(
            master_key=MASTER,
            jwt_algorithm=Algorithm.RS256,
            clock=self.clock,
            new_id=an_id,
            random_bytes=os.urandom,
        )

    def audit(self) -> list[str]:
        """What the audit log says was done."""
        with self.database.reading() as session:
            query = select(AuditEventRow.action).order_by(AuditEventRow.at)
            return list(session.scalars(query))

    def rows(self) -> list[SigningKeyRow]:
        """All keys, oldest first."""
        with self.database.reading() as session:
            query = select(SigningKeyRow).order_by(SigningKeyRow.created_at)
            return list(session.scalars(query))

    def set(self, purpose: str, **values: object) -> None:
        """Change the current key of a purpose."""
        with self.database.writing() as session:
            session.execute(
                update(SigningKeyRow)
                .where(SigningKeyRow.purpose == purpose, SigningKeyRow.retired_at.is_(None))
                .values(**values)
            )

    def ring(self, master_key: MasterKey | None = MASTER) -> KeyRing:
        """The issuer's keys."""
        with self.database.reading() as session:
            issuer = session.get_one(IssuerRow, self.issuer_id)
            return keyring.load_issuer_ring(
                session, issuer, urls=URLS, master_key=master_key, now=self.clock()
            )

    @property
    def slug(self) -> str:
        """The issuer's."""
        with self.database.reading() as session:
            return session.get_one(IssuerRow, self.issuer_id).slug

    def jwk(self, url: str) -> bytes:
        """What is served at the URL of a key."""
        with self.database.reading() as session:
            return jwk_of(session, self.slug, url.rpartition("/")[2])

    def jwks(self) -> list[dict[str, object]]:
        """The issuer's published keys."""
        with self.database.reading() as session:
            found = json.loads(keyring.issuer_jwks(session, self.issuer_id))["keys"]
        assert isinstance(found, list)
        return found


def an_office(database: Database, clock: FakeClock) -> Office:
    """An issuer without keys."""
    with database.writing() as session:
        program = a_program(session, an_organisation(session))
        return Office(database, clock, program.issuer_id)
