"""Text as canonical N-Quads write it, and which text stands in what is signed.

Nearly all text is plain. So all of a document's is looked at in one go first, which takes a
tenth of the time that one text after the other takes; only where that leaves a doubt, each is
looked at by itself.

Source: https://www.w3.org/TR/rdf-canon/#canonical-quads
"""

import re
from collections.abc import Iterable
from json.encoder import encode_basestring

# PyLD 3.3 writes these raw, others as \u escapes; lone surrogates are no text at all.
_FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff"
# What they look like between the quotes of a literal, but for surrogates.
_ESCAPED = ("\\u", "\\b", "\\f")
_RAW = ("\x7f", "\ufffe", "\uffff")
_TO_ESCAPE = (*map(chr, range(0x20)), '"', "\\")
LONG = 2000
"""Characters of a text that is looked at sign by sign."""
# N-Quads allows more than white space less these; some processors drop or refuse such IRIs.
_OUTSIDE = r'<>"{}|\\^`'
_ABSOLUTE_IRI = rf"([A-Za-z][A-Za-z0-9+.-]*):[^{_FORBIDDEN}\s{_OUTSIDE}\ufeff]*"
_IN_IRIS = bytes(set(range(0x21, 0x7F)) - set(rb'<>"{}|\^`'))
PLAIN_SCHEMES = ("https:", "http:", "urn:", "did:")
"""No context has a prefix of these names."""


def quoted(value: str) -> str:
    """Return a literal's text in quotes; nothing is refused."""
    # A list of a million entries: one character after the other is searched for, and none found.
    if len(value) > LONG and not any(sign in value for sign in _TO_ESCAPE):
        return f'"{value}"'
    return encode_basestring(value)


def find_forbidden(value: str) -> str | None:
    """Return a character that must not stand in what is signed, if there is one."""
    found = re.search(f"[{_FORBIDDEN}]", value)
    return found and found[0]


def find_scheme(value: str) -> str | None:
    """Return the scheme of an absolute IRI, or None if it is no such IRI."""
    match = re.fullmatch(_ABSOLUTE_IRI, value)
    return match and match[1]


def are_plain_iris(values: Iterable[str]) -> bool:
    """Tell whether all are absolute IRIs in ASCII with usual schemes. Others may be sound."""
    text = "".join(values)
    return (
        text.isascii()
        and not text.encode().translate(None, _IN_IRIS)
        and all(value.startswith(PLAIN_SCHEMES) for value in values)
    )


def is_plain(quoted_texts: Iterable[str]) -> bool:
    """Tell whether texts, in quotes or out of them, hold nothing forbidden.

    Some that is not plain is sound: it speaks of such characters.
    """
    text = "".join(quoted_texts)
    # One character is searched for ten times as fast as two, and few texts have a backslash.
    if "\\" in text and any(sign in text for sign in _ESCAPED):
        return False
    if any(character in text for character in _RAW):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
