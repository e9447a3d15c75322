"""Read models of taking badges back."""

from dataclasses import dataclass
from datetime import datetime

from lti_tool.services.pages.desk import DeskHead


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenView:
    """Somebody who holds a badge: since when, and by an attestation."""

    id: str
    """The credential's."""
    name: str
    given_on: datetime
    is_attested: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokePage:
    """Badges to take back: chosen first, then shown with all that follows."""

    head: DeskHead
    is_checked: bool
    badges: tuple[tuple[str, str], ...]
    badge: str
    since: str
    until: str
    """Days as they were typed."""
    given: tuple[GivenView, ...]
    """Who holds the badge; once it is checked, only those who were chosen."""
    has_more: bool
    reason: str
    following: tuple[tuple[str, str], ...]
    """Names and titles of microcredentials that go with them."""
    url: str
    back_url: str
