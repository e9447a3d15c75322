"""Links that learners hand in. Nothing here or later ever fetches one."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from lti_tool.errors import InvalidInputError

MOST_CHARACTERS = 2000
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"^`{|}\u2000-\u200f\u2028-\u202f\u2066-\u2069]")
_HOST = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa")


def parse_link(text: str) -> str:
    """Return the address as it is stored: http or https, its host in ASCII.

    A host in other letters is shown in the form that resolves, so that a
    look-alike is seen for what it is.

    Raises:
        InvalidInputError: `required`; `not_a_link`; `link_private`: an address
            that nobody outside can open.
    """
    text = text.strip()
    if not text:
        raise InvalidInputError("no address", code="required", field="link.url")
    parts = _split(text)
    host = _ascii_host(parts.hostname or "")
    if _is_private(host):
        raise InvalidInputError("a private address", code="link_private", field="link.url")
    netloc = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc + port).geturl()


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        is_link = (
            len(text) <= MOST_CHARACTERS
            and not _FORBIDDEN.search(text)
            and parts.scheme.lower() in {"http", "https"}
            and bool(parts.hostname)
            # Who puts a password into an address would show it to every reader.
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        is_link = False
    if not is_link:
        raise InvalidInputError("not a web address", code="not_a_link", field="link.url")
    return parts


def _ascii_host(host: str) -> str:
    if ":" in host:
        return host
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError:
        ascii_host = ""
    if not _HOST.fullmatch(ascii_host):
        raise InvalidInputError("not a host", code="not_a_link", field="link.url")
    return ascii_host


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        bare = host.rstrip(".")
        return "." not in bare or any(bare.endswith(name) for name in _LOCAL_NAMES)
    return not address.is_global
