"""Read models of the pages around a launch."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPage:
    """Why something was refused: one of the few words that the template knows.

    `advice` is a sentence for this very case; without one the template has a general one.
    """

    reason: str
    reference: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPage:
    """A deployment that an operator has to approve, and the command for it."""

    platform_name: str
    issuer: str
    client_id: str
    deployment_id: str
    command: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEndedPage:
    """The launch is over; work that was saved is safe."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """What the login page probes before it goes on to the platform."""

    authorization_url: str = field(repr=False)
    storage_target: str | None
    storage_origin: str
    storage_key: str
    storage_value: str = field(repr=False)
    cookie_check_url: str
    new_window_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageLaunchPage:
    """What the launch page asks the platform for when no cookie came back."""

    finish_url: str
    state: str = field(repr=False)
    id_token: str = field(repr=False)
    storage_target: str
    storage_origin: str
    storage_key: str
