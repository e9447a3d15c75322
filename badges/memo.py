"""What was computed before, by the content that it was computed from.

Thousands of credentials carry one achievement, word for word. Whatever is computed from it is
kept under its content, so that nothing can be taken for what it is not, whoever sent it; and
what is kept is limited, so that documents made for it cannot fill the memory.
"""

from threading import Lock
from typing import Generic, TypeVar

from badges.quick_json import text_of

_Value = TypeVar("_Value")

_MAXIMUM_KEY = 64_000
"""An achievement takes some 5 kB; one of a hundred criteria is computed anew each time."""


def content_key(value: object) -> bytes | None:
    """Return bytes that are the same for the same JSON only, members in the same order.

    None if it is too large to be remembered, or no JSON, or while few documents were met.
    """
    key = text_of(value)
    return key if key is not None and len(key) <= _MAXIMUM_KEY else None


class Memo(Generic[_Value]):
    """Values by content, for all threads. Those that were not used for longest go first."""

    def __init__(self, *, most: int) -> None:
        """Keep up to `most` characters of keys and values."""
        self._most = most
        self._held = 0
        self._kept: dict[object, tuple[_Value, int]] = {}
        self._lock = Lock()

    def find(self, key: object) -> _Value | None:
        """Return what was kept under a key."""
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None:
                return None
            self._kept[key] = kept
            return kept[0]

    def keep(self, key: object, value: _Value, size: int) -> None:
        """Keep a value that takes `size` characters together with its key."""
        with self._lock:
            if key in self._kept or size > self._most:
                return
            self._kept[key] = value, size
            self._held += size
            while self._held > self._most:
                oldest = next(iter(self._kept))
                self._held -= self._kept.pop(oldest)[1]
