"""LinkedIn's "Add to profile": an address that fills in its form; nothing is sent by us."""

from datetime import datetime
from urllib.parse import urlencode

_FORM = "https://www.linkedin.com/profile/add"


def add_to_profile_url(
    *, title: str, organisation: str, issued_on: datetime, link: str, credential_id: str
) -> str:
    """Return where an earner adds a badge to their profile; `link` is its share link."""
    return f"{_FORM}?" + urlencode(
        {
            "startTask": "CERTIFICATION_NAME",
            "name": title,
            "organizationName": organisation,
            "issueYear": issued_on.year,
            "issueMonth": issued_on.month,
            "certUrl": link,
            "certId": credential_id,
        }
    )
