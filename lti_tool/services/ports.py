"""What the protocol edge needs stored (`lti_tool.lti.ports`), kept in the database.

Each method is a short transaction of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from keys.errors import SealError
from keys.sealing import MasterKey, seal, unseal
from lti_tool.lti.messages import LoginAttempt, Registration, ServiceToken
from lti_tool.store import platforms, tokens
from lti_tool.store.database import Database
from lti_tool.store.rows import LoginAttemptRow, RegistrationRow, ServiceTokenRow
from lti_tool.values import Clock, RandomBytes

PURPOSE = "service token"


class StoredRegistrations:
    """The platforms that an operator has registered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, issuer: str, client_id: str) -> Registration | None:
        """Return the active registration of exactly this issuer and client id."""
        listed = self.list_by_issuer(issuer)
        return next((one for one in listed if one.client_id == client_id), None)

    def find_by_id(self, registration_id: UUID) -> Registration | None:
        """Return the active registration with this id."""
        with self._database.reading() as session:
            row = session.get(RegistrationRow, registration_id)
            return as_registration(row) if row and row.status == "active" else None

    def list_by_issuer(self, issuer: str) -> Sequence[Registration]:
        """Return every active registration of one issuer."""
        with self._database.reading() as session:
            rows = platforms.list_registrations_of_issuer(session, issuer)
            return [as_registration(row) for row in rows]


def as_registration(row: RegistrationRow) -> Registration:
    """Return a registration row as the protocol edge's value."""
    return Registration(
        id=row.id,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_login_url=row.auth_login_url,
        auth_token_url=row.auth_token_url,
        jwks_url=row.jwks_url,
        token_audience=row.token_audience,
        family=row.family,
    )


class StoredLoginAttempts:
    """Logins that wait for their launch."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, state_hash: str, attempt: LoginAttempt) -> None:
        """Keep a new attempt."""
        with self._database.writing() as session:
            session.add(
                LoginAttemptRow(
                    state_hash=state_hash,
                    nonce_hash=attempt.nonce_hash,
                    browser_hash=attempt.browser_hash,
                    registration_id=attempt.registration_id,
                    target_link_uri=attempt.target_link_uri,
                    storage_target=attempt.storage_target,
                    created_at=attempt.created_at,
                    expires_at=attempt.expires_at,
                    used_at=None,
                )
            )

    def peek(self, state_hash: str) -> LoginAttempt | None:
        """Return the attempt unless it is unknown, expired or was consumed."""
        with self._database.reading() as session:
            row = platforms.find_login_attempt(session, state_hash, now=self._clock())
            if row is None:
                return None
            return LoginAttempt(
                registration_id=row.registration_id,
                nonce_hash=row.nonce_hash,
                browser_hash=row.browser_hash,
                storage_target=row.storage_target,
                target_link_uri=row.target_link_uri,
                created_at=row.created_at,
                expires_at=row.expires_at,
            )

    def consume(self, state_hash: str, *, at: datetime) -> bool:
        """Mark the attempt used, atomically; true for the one caller who did it."""
        with self._database.writing() as session:
            return platforms.consume_login_attempt(session, state_hash, now=at)


def token_id(registration_id: UUID, scopes: str) -> str:
    """Return what a sealed token is bound to, so that it cannot be moved to another row."""
    return f"{registration_id} {scopes}"


class StoredServiceTokens:
    """Access tokens by registration and scopes, sealed, shared by all processes."""

    def __init__(
        self, database: Database, master_key: MasterKey, random_bytes: RandomBytes
    ) -> None:
        self._database = database
        self._master_key = master_key
        self._random_bytes = random_bytes

    def find(self, registration_id: UUID, scopes: str) -> ServiceToken | None:
        """Return the token kept for these scopes (sorted, space-separated), old ones too."""
        with self._database.reading() as session:
            row = session.get(ServiceTokenRow, (registration_id, scopes))
            if row is None:
                return None
            try:
                value = unseal(
                    row.sealed,
                    self._master_key,
                    purpose=PURPOSE,
                    subject_id=token_id(registration_id, scopes),
                )
            except SealError:
                return None  # A process with the former master key kept it: another is fetched.
            return ServiceToken(value=value.decode(), expires_at=row.expires_at)

    def put(self, registration_id: UUID, scopes: str, token: ServiceToken) -> None:
        """Keep the token, in place of an earlier one."""
        sealed = seal(
            token.value.encode(),
            self._master_key,
            purpose=PURPOSE,
            subject_id=token_id(registration_id, scopes),
            random_bytes=self._random_bytes,
        )
        with self._database.writing() as session:
            tokens.replace_token(
                session, registration_id, scopes, sealed=sealed, expires_at=token.expires_at
            )

    def drop(self, registration_id: UUID, scopes: str) -> None:
        """Forget the token, if there is one."""
        with self._database.writing() as session:
            tokens.delete_token(session, registration_id, scopes)
