"""What the caller decides about one practice LMS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from lti_tool.sandbox.errors import SettingsError
from lti_tool.sandbox.model import Activity, Course, Family, Person


def current_time() -> datetime:
    """Return the present instant; the default clock."""
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The tool as this platform knows it: its registration."""

    login_url: str
    launch_url: str
    jwks_url: str
    client_id: str = "quatrefoil-practice"
    deployment_id: str = "1"
    name: str = "Quatrefoil"
    redirect_uris: tuple[str, ...] = ()
    """Where an id_token may be posted besides `launch_url`, each compared exactly."""
    custom: Mapping[str, str] = field(default_factory=dict)
    """Custom parameters of every launch; `$Variables` are expanded where known."""

    @classmethod
    def at(cls, tool_url: str, *, client_id: str = "quatrefoil-practice") -> Self:
        """Return the registration of a Quatrefoil that runs at `tool_url`."""
        return cls(
            login_url=f"{tool_url}/lti/login",
            launch_url=f"{tool_url}/lti/launch",
            jwks_url=f"{tool_url}/lti/jwks.json",
            client_id=client_id,
            custom={
                "context_id_history": "$Context.id.history",
                "available_from": "$ResourceLink.available.startDateTime",
            },
        )

    @property
    def origin(self) -> str:
        """The origin that the pages may frame."""
        return origin_of(self.launch_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """One practice LMS.

    People, courses and activities fill an empty state; a state file that
    already holds a platform is kept as it is.
    """

    base_url: str
    """Origin of the platform without a trailing slash; also its issuer."""
    tool: Tool
    family: Family = Family.GENERIC
    state_path: Path | None = None
    """The SQLite file; None keeps everything in memory."""
    people: tuple[Person, ...] = ()
    courses: tuple[Course, ...] = ()
    activities: tuple[Activity, ...] = ()
    clock: Callable[[], datetime] = current_time

    def __post_init__(self) -> None:
        """Refuse a base URL that is more than an origin, and dangling references."""
        if origin_of(self.base_url) != self.base_url:
            raise SettingsError(f"the base URL must be an origin: {self.base_url!r}")
        course_ids = {course.id for course in self.courses}
        person_ids = {person.id for person in self.people}
        for course in self.courses:
            if not person_ids.issuperset(course.members):
                raise SettingsError(f"course {course.id!r} has a member who is nobody")
        for activity in self.activities:
            if activity.course_id not in course_ids:
                raise SettingsError(f"activity {activity.id!r} is in no course")

    @property
    def issuer(self) -> str:
        """The `iss` of its messages."""
        return self.base_url

    @property
    def authorization_url(self) -> str:
        """Where the tool sends its authentication request."""
        return f"{self.base_url}/lti/authorize"

    @property
    def token_url(self) -> str:
        """Where the tool gets access tokens; also the `aud` of its assertion."""
        return f"{self.base_url}/lti/token"

    @property
    def jwks_url(self) -> str:
        """Where the platform publishes its public keys."""
        return f"{self.base_url}/lti/jwks.json"

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """Every URL that an id_token may be posted to."""
        return (self.tool.launch_url, *self.tool.redirect_uris)


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`, as a browser would write them."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        raise SettingsError(f"not a web address: {url!r}")
    return f"{parts.scheme}://{parts.netloc}"


def host_of(url: str) -> str:
    """Return the host of `url` without its port."""
    return urlsplit(url).hostname or ""
