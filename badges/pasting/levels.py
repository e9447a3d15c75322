"""The levels of a draft, found by what prose calls them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LEAST_LETTERS = 4
"""Of a word by which a level is found in its descriptions."""
_COMMON = re.compile(
    "must|rated|scored|assessed|marked|judged|graded|levels?|least|with|have|been|reach(?:es)?|"
    "scores?|achieves?|earns?|obtain|show|competenc(?:y|ies)|criteri(?:on|a)|skills?|students?|"
    "participants?|should|their|each|every|than|that|this"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLevel:
    """A level that prose names; `word` is what of its descriptions it was found by."""

    id: str
    title: str
    word: str = ""


class KnownLevels:
    """The levels of a rubric's draft."""

    def __init__(self, rubric: Mapping[str, Any]) -> None:
        levels = [
            level
            for criterion in rubric.get("criteria", ())
            for level in criterion.get("levels", ())
        ]
        self._titles = {level["id"]: level.get("title", "") for level in levels}
        self._points: dict[str, set[str]] = {id_: set() for id_ in self._titles}
        self._words: dict[str, set[str]] = {id_: set() for id_ in self._titles}
        for level in levels:
            self._points[level["id"]].add(level.get("points", ""))
            self._words[level["id"]].update(_words(level.get("descriptor", "")))

    def find(self, text: str) -> FoundLevel | None:
        """Return the level that a text names: by its title, or by a word that only it has."""
        words = _words(text)
        return self._by_title(text.lower(), words) or self._by_word(words)

    def with_points(self, points: str) -> FoundLevel | None:
        """Return the one level that is worth so many points in every criterion."""
        return self._only([id_ for id_, known in self._points.items() if known == {points}])

    def _by_title(self, text: str, words: Sequence[str]) -> FoundLevel | None:
        whole = [id_ for id_, title in self._titles.items() if title and title.lower() in text]
        if whole:
            # “Not met” also holds “met”.
            return self._only([max(whole, key=lambda id_: len(self._titles[id_]))])
        firsts = {id_: next(iter(_words(title)), "") for id_, title in self._titles.items()}
        return self._only(
            [
                id_
                for id_, first in firsts.items()
                if first and {first, first.rstrip("s")} & {*words}
            ]
        )

    def _by_word(self, words: Sequence[str]) -> FoundLevel | None:
        for word in words:
            if len(word) < _LEAST_LETTERS or _COMMON.fullmatch(word):
                continue
            found = self._only([id_ for id_, known in self._words.items() if word in known])
            if found:
                return FoundLevel(id=found.id, title=found.title, word=word)
        return None

    def _only(self, ids: Sequence[str]) -> FoundLevel | None:
        if len(ids) != 1:
            return None
        return FoundLevel(id=ids[0], title=self._titles[ids[0]])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
