"""What this package needs stored, as protocols; `lti_tool.store` keeps them.

Each method is one short transaction of its own, or part of the caller's: no
method here is called while the network is waited for inside one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from lti_tool.lti.messages import LoginAttempt, Registration, ServiceToken


class Registrations(Protocol):
    """The platforms that an operator has registered."""

    def find(self, issuer: str, client_id: str) -> Registration | None:
        """Return the registration of exactly this issuer and client id."""

    def find_by_id(self, registration_id: UUID) -> Registration | None:
        """Return the registration with this id."""

    def list_by_issuer(self, issuer: str) -> Sequence[Registration]:
        """Return every registration of one issuer."""


class LoginAttempts(Protocol):
    """Logins that wait for their launch, each under the SHA-256 of its state."""

    def put(self, state_hash: str, attempt: LoginAttempt) -> None:
        """Keep a new attempt. The hash is fresh by construction."""

    def peek(self, state_hash: str) -> LoginAttempt | None:
        """Return the attempt unless it is unknown or was consumed. Expired ones may appear."""

    def consume(self, state_hash: str, *, at: datetime) -> bool:
        """Mark the attempt used, atomically; true for the one caller who did it."""


class ServiceTokens(Protocol):
    """Access tokens by registration and scopes, shared by all processes."""

    def find(self, registration_id: UUID, scopes: str) -> ServiceToken | None:
        """Return the token kept for these scopes (sorted, space-separated), old ones too."""

    def put(self, registration_id: UUID, scopes: str, token: ServiceToken) -> None:
        """Keep the token, in place of an earlier one."""

    def drop(self, registration_id: UUID, scopes: str) -> None:
        """Forget the token, if there is one."""
