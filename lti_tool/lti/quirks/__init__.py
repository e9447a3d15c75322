"""What platform families do differently. Nothing outside this package asks for a family."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from lti_tool.lti.quirks.canvas import CanvasQuirks
from lti_tool.lti.quirks.generic import Quirks
from lti_tool.lti.quirks.moodle import MoodleQuirks

_FAMILIES: Final[Mapping[str, Quirks]] = {
    "generic": Quirks(),
    "canvas": CanvasQuirks(),
    "moodle": MoodleQuirks(),
}


def quirks_of(family: str) -> Quirks:
    """Return the quirks of a registration's family."""
    return _FAMILIES.get(family, _FAMILIES["generic"])


def family_of(product_family_code: str | None, issuer: str) -> str:
    """Return the family that a platform belongs to: by its own word, else by its issuer."""
    code = (product_family_code or "").strip().lower()
    if code:
        return code if code in _FAMILIES else "generic"
    host = urlsplit(issuer).hostname or ""
    return "canvas" if host == "instructure.com" or host.endswith(".instructure.com") else "generic"
