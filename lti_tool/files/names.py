"""Names of files as people gave them: kept as text, never used as a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAME_CHARACTERS = 200
_SEPARATORS = re.compile(r"[/\\]")
# What cannot stand between quotation marks, or is read as an escape there.
_UNQUOTABLE = re.compile(r'[^\x20-\x7e]|["%]')
# RFC 8187, attr-char: what needs no escape in `filename*`.
_UNESCAPED = "!#$&+-.^_`|~"


def shorten_name(name: str) -> str:
    """Return a name of at most `NAME_CHARACTERS`; a long one loses the end of its stem.

    It is text for people: `../../x` is kept, for no path is ever made of it.
    """
    if len(name) <= NAME_CHARACTERS:
        return name
    suffix = PurePosixPath(_SEPARATORS.sub("_", name)).suffix
    suffix = suffix if len(suffix) <= NAME_CHARACTERS // 10 else ""
    return name[: NAME_CHARACTERS - len(suffix)] + suffix


def extension_of(name: str) -> str:
    """Return what stands behind a name's last dot, in lower case, without the dot."""
    return PurePosixPath(_SEPARATORS.sub("_", name)).suffix.lower().removeprefix(".")


def content_disposition(name: str, *, is_download: bool) -> str:
    """Return the header that names a file for the reader's own disk (RFC 6266).

    Browsers drop folders from a name by themselves; we leave none in it.
    """
    kind = "attachment" if is_download else "inline"
    bare = _SEPARATORS.sub("_", name).strip(" .") or "file"
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
    plain = _UNQUOTABLE.sub("_", plain).strip(" .") or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(bare, safe=_UNESCAPED)}"
