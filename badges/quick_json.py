"""JSON by orjson, which reads and writes it several times as fast as Python's own module.

Of two members of one name it keeps the last without a word, and its limits are not ours. So
what it reads is written again: where that gives the very bytes, no member was lost, and no
number stands for another. Compact JSON, such as we issue, passes; about all else this module
says nothing, and the strict reader of `badges.untrusted` has to look.

To load it takes as long as it saves in a hundred documents: a process that reads one, such as
`quatrefoil verify`, does without.
"""

from collections.abc import Mapping

from keys.late import FrequentModule

_ORJSON = FrequentModule("orjson", after=20)
_INDENT = 2
"""Spaces of one level, where orjson writes a value and its name on a line of their own."""
_PLAIN = 2560
"""OPT_PASSTHROUGH_DATACLASS and OPT_PASSTHROUGH_DATETIME: neither is JSON."""
_FEWEST_BYTES = 2
"""Of a value, with what stands behind it, or of a name."""


class QuickReader:
    """Reads JSON objects within limits.

    Args:
        depth: Levels at most; a value that is neither array nor object is one, too.
        values: Values at most, names included.
    """

    def __init__(self, *, depth: int, values: int) -> None:
        self._too_deep = b"\n" + b" " * (_INDENT * depth)
        self._values = values

    def read(self, data: bytes) -> dict[str, object] | None:
        """Return the object in `data`, or None where the strict reader has to look."""
        json = _ORJSON.get()
        if json is None:
            return None
        if len(data) >= self._values * _FEWEST_BYTES and self._may_be_many(data):
            return None
        try:
            value = json.loads(data)
            # The option refuses integers that JavaScript does not hold.
            is_whole = value.__class__ is dict and (
                json.dumps(value, None, json.OPT_STRICT_INTEGER) == data
            )
            if not is_whole or self._too_deep in json.dumps(value, None, json.OPT_INDENT_2):
                return None
        except (ValueError, TypeError):
            return None
        read: dict[str, object] = value
        return read

    def _may_be_many(self, data: bytes) -> bool:
        # Each value and name stands behind one of these, which texts may hold, too.
        return sum(map(data.count, (b"{", b"[", b",", b":"))) >= self._values


def write_quickly(document: Mapping[str, object]) -> bytes | None:
    """Return the document as compact UTF-8 JSON; None where Python's own module has to write it.

    That is a document with numbers beyond 64 bits, with text that is none, or with null: orjson
    writes a number that is none so.
    """
    json = _ORJSON.load()
    try:
        data: bytes = json.dumps(document, None, _PLAIN)
    except TypeError:
        return None
    # From its end it is found, or not, in two thirds of the time.
    return data if data.rfind(b"null") < 0 else None


def text_of(value: object) -> bytes | None:
    """Return any JSON as compact text; None where it is no JSON, or orjson is not loaded yet.

    It is the same for the same JSON only, members in the same order.
    """
    json = _ORJSON.loaded
    if json is None:
        return None
    try:
        data: bytes = json.dumps(value, None, _PLAIN)
    except TypeError:
        return None
    return data


def load() -> None:
    """Use it from now on."""
    _ORJSON.load()
