"""URLs of services: an ending before the query, one more parameter, the next page."""

import re
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

_LINK: Final = re.compile(r"<([^<>]*)>([^<]*)")
_RELATION: Final = re.compile(r";\s*rel\s*=\s*[\"'“”]?([^\"'“”;,]*)", re.IGNORECASE)


def with_ending(url: str, ending: str) -> str:
    """Return `url` with a last path segment more, before its query.

    Moodle's line items have a query (`…/lineitem?type_id=1`), and their scores are
    at `…/lineitem/scores?type_id=1`.
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{ending}"))


def with_parameter(url: str, name: str, value: str) -> str:
    """Return `url` with a parameter more; what is there stays as it is written."""
    parts = urlsplit(url)
    query = "&".join(filter(None, [parts.query, urlencode({name: value})]))
    return urlunsplit(parts._replace(query=query))


def next_page(header: str | None, *, url: str) -> str | None:
    """Return where the next page is, or None if this is the last.

    Takes what platforms really write: relations without quotes or, in Moodle, in
    curly ones (UTF-8, which HTTP clients read as Latin-1), and `&amp;` in the URL.
    A page at another origin is not followed: the token would go there too.

    Args:
        header: The `Link` header of the page, as the HTTP client read it.
        url: Where the page came from.

    Source: RFC 8288; Moodle 4.5's line item service.
    """
    text = (header or "").encode("latin-1", "replace").decode("utf-8", "replace")
    for match in _LINK.finditer(text):
        relation = _RELATION.search(match[2])
        if relation is not None and "next" in relation[1].lower().split():
            return _at_same_origin(match[1].replace("&amp;", "&"), url)
    return None


def _at_same_origin(target: str, url: str) -> str | None:
    try:
        found = urljoin(url, target)
        is_same = urlsplit(found)[:2] == urlsplit(url)[:2]
    except ValueError:
        # Such as https://[x: no address at all.
        return None
    return found if is_same else None
