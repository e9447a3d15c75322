"""The outline of a JSON text, and the places of what we refuse in it.

`json` reads faster than this, and tells positions of syntax errors only: this
looks again at a text in which something was found wrong.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator

from rubrics.errors import InvalidDocumentError
from rubrics.marks import Mark
from rubrics.outline import Outline, OutlineBuilder

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\]:,"]+', re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,4300}")
_WORDS = {"true": True, "false": False, "null": ""}


def outline_json(text: str) -> Outline:
    """Return where everything stands in a text that is JSON.

    Raises:
        InvalidDocumentError: an object repeats a key, or a number is not a plain whole
            one; names the first.
    """
    building = OutlineBuilder()
    for found, mark in _tokens(text):
        match found[0]:
            case "{" | "[":
                building.open(mark, is_mapping=found == "{")
            case "}" | "]":
                building.close()
            case '"' if building.awaits_key:
                building.take_key(_text(found), mark)
            case _:
                building.take_scalar(_scalar(building, found, mark), mark)
    return building.root or Outline(mark=Mark(1, 1))


def _tokens(text: str) -> Iterator[tuple[str, Mark]]:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for found in _TOKEN.finditer(text):
        line = bisect_right(starts, found.start())
        yield found.group(), Mark(line, found.start() - starts[line - 1] + 1)


def _scalar(building: OutlineBuilder, found: str, mark: Mark) -> object:
    if found.startswith('"'):
        return _text(found)
    if found not in _WORDS and not _WHOLE.fullmatch(found):
        reason = "is no whole number: fractions and exponents have no place here"
        raise InvalidDocumentError(building.place, reason, mark)
    return _WORDS.get(found, found)


def _text(found: str) -> str:
    text: str = json.loads(found)
    return text
