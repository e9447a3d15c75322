"""Pages of a list, and the Link header that leads to the next one."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from flask import request

from lti_tool.sandbox.errors import RequestError

Item = TypeVar("Item")


def page_of(
    items: Sequence[Item], url: str, *, has_curly_quotes: bool
) -> tuple[Sequence[Item], str]:
    """Return the page that `limit` and `from` ask for, and its Link header.

    Without a limit everything is on one page and there is no header. Moodle
    4.5 writes the header of line items with curly quotes and `&amp;`.
    """
    limit, start = _number("limit"), _number("from")
    if not limit:
        return items, ""
    page = items[start : start + limit]
    if start + limit >= len(items):
        return page, ""
    query = {**request.args.to_dict(), "limit": str(limit), "from": str(start + limit)}
    following = f"{url.partition('?')[0]}?{urlencode(query)}"
    if has_curly_quotes:
        curly = f"<{following.replace('&', '&amp;')}>; rel=\u201cnext\u201d"
        # Header text is Latin-1 on the way out; these are the UTF-8 bytes that Moodle sends.
        return page, curly.encode().decode("latin-1")
    return page, f'<{following}>; rel="next"'


def _number(name: str) -> int:
    """Return a query parameter that is a whole number, 0 if absent."""
    text = request.args.get(name, "0")
    if not text.isascii() or not text.isdigit():
        raise RequestError(f"{name} is not a number.")
    return int(text[:6])
