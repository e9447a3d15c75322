"""Which addresses of a message may be believed, linked to or called at all."""

import re
from typing import Final
from urllib.parse import urlsplit

URL_MAXIMUM_CHARACTERS: Final = 4096

_UNFIT: Final = re.compile(r"[\s\\\x00-\x1f\x7f\ud800-\udfff]")


def is_web_address(text: str) -> bool:
    """Whether `text` is an absolute http or https URL, without user name or white space."""
    if len(text) > URL_MAXIMUM_CHARACTERS or _UNFIT.search(text):
        return False
    try:
        parts = urlsplit(text)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return is_web and port_is_sound


def is_excepted(url: str, private_hosts: frozenset[str]) -> bool:
    """Whether the operator lets the URL's host (`name` or `name:port`) be called anyhow.

    Such a host may be reached by http and on a private address; all others only
    by https and on public ones.
    """
    parts = urlsplit(url)
    return bool({parts.hostname, parts.netloc} & private_hosts)


def is_own_address(url: str, base_url: str) -> bool:
    """Whether `url` is an address at our own origin."""
    if not is_web_address(url):
        return False
    ours, theirs = urlsplit(base_url), urlsplit(url)
    return (ours.scheme, ours.netloc.lower()) == (theirs.scheme, theirs.netloc.lower())
