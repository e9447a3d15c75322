"""Read model of endorsements."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementView:
    """Somebody's word about a badge or its issuer, which was verified when it came in."""

    endorser_name: str
    endorser_id: str
    comment: str
    of_issuer: bool
    """Whether it is about the issuer, not the badge."""
    since: datetime
    withdrawn_on: datetime | None
    is_ours: bool
    """Whether an issuer of this installation endorses."""
    url: str
