"""What keeps a pathway from being published. Pages word the codes."""

from dataclasses import dataclass
from enum import StrEnum


class PathwayFaultCode(StrEnum):
    """Why a pathway cannot be published."""

    MISSING = "missing"
    NO_COMPONENTS = "no_components"
    REPEATED = "repeated_component"
    ITSELF = "contains_itself"
    UNKNOWN = "unknown_component"
    NEEDED_NONE = "needed_none"
    NEEDED_TOO_MANY = "needed_too_many"
    ACCEPTS_FOR_NONE = "accepts_for_none"
    """A credential from elsewhere is accepted for a badge that does not count."""
    ACCEPTS_REPEATED = "accepts_repeated"
    ACCEPTS_OWN = "accepts_own"
    """What is accepted is issued here: it is not from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayFault:
    """What has to change before publishing. `field` is a member of the definition."""

    field: str
    code: PathwayFaultCode
    subject: str = ""
    """The component that it is about."""
    position: int | None = None
    """Which of the accepted credentials it is about, from 0."""
