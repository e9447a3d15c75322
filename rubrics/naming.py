"""Ids from titles."""

import re
import unicodedata

_ID_CHARACTERS = 56
"""So that a number still fits behind."""


def make_id(title: str, fallback: str, taken: set[str]) -> str:
    """Return an id from a title, one that is not `taken` yet, and take it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall("[a-z0-9]+", plain))[:_ID_CHARACTERS].strip("-")
    return make_unique(words or fallback, taken, "{}-{}")


def make_unique(base: str, taken: set[str], form: str) -> str:
    """Return `base`, with a number where that is `taken`, and take it."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = form.format(base, number)
    taken.add(name)
    return name
