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


@dataclass(frozen=True, slots=True, kw_only=True)
class PathwayFault:
    """What has to change before publishing. `field` is a member of the definition."""

    field: str
    code: PathwayFaultCode
    subject: str = ""
    """The component that it is about."""
