"""What changed between two definitions, field by field.

Lists whose entries have ids are compared entry by entry, whatever their order;
conditions as wholes, by what they ask for.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, cast

from badges.conditions import Condition
from badges.definition_document import serialize_definition
from badges.definition_values import AchievementDefinition
from badges.wording import rule_text

_Object: TypeAlias = Mapping[str, object]
VALUE_CHARACTERS = 200
_NOUNS = {
    "artefact_requirements": "artefact requirement",
    "attestations": "attestation",
    "coverages": "coverage",
    "criteria": "competency",
    "levels": "level",
    "logs": "log",
    "open_questions": "open question",
    "phases": "phase",
    "prompts": "prompt",
    "suggested_tasks": "suggested task",
    "tasks": "scored task",
    "word_pools": "word pool",
}
"""What the entries of a list are called."""


class ChangeKind(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The entries of a list stand in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changed. `place` are the words that lead to it, from the outside in."""

    kind: ChangeKind
    place: tuple[str, ...]
    before: str = ""
    after: str = ""


def compare(before: AchievementDefinition, after: AchievementDefinition) -> tuple[Change, ...]:
    """Return everything that changed; empty where the two say the same."""
    return (
        *_compare_objects(_document(before), _document(after), ()),
        *_compare_conditions(before, after),
    )


def change_text(change: Change) -> str:
    """Return a change as one sentence without markup."""
    place = ", ".join(change.place)
    match change.kind:
        case ChangeKind.MOVED:
            return f"{place}: the order changed."
        case ChangeKind.CHANGED:
            return f"{place}: was {change.before}, is {change.after}."
        case ChangeKind.ADDED | ChangeKind.REMOVED:
            value = change.after or change.before
            return f"{place}: {change.kind}{f', {value}' if value else ''}."


def _document(definition: AchievementDefinition) -> _Object:
    document: dict[str, object] = json.loads(serialize_definition(definition))
    document.pop("conditions", None)
    return document


def _compare_conditions(
    before: AchievementDefinition, after: AchievementDefinition
) -> Iterator[Change]:
    was, is_now = Counter(before.conditions), Counter(after.conditions)
    for condition in (was - is_now).elements():
        yield _condition(ChangeKind.REMOVED, condition, before)
    for condition in (is_now - was).elements():
        yield _condition(ChangeKind.ADDED, condition, after)


def _condition(kind: ChangeKind, condition: Condition, definition: AchievementDefinition) -> Change:
    text = f"“{rule_text(condition, definition)}”"
    if kind is ChangeKind.REMOVED:
        return Change(kind=kind, place=("condition",), before=text)
    return Change(kind=kind, place=("condition",), after=text)


def _compare_objects(before: _Object, after: _Object, place: tuple[str, ...]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) != after.get(key):
            yield from _compare_values(key, before.get(key), after.get(key), place)


def _compare_values(
    key: str, before: object, after: object, place: tuple[str, ...]
) -> Iterator[Change]:
    if key in _NOUNS:
        # A competency is understood without the word that it is the rubric's.
        outside = tuple(word for word in place if word != "rubric")
        yield from _compare_entries(key, _entries(before), _entries(after), outside)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_objects(before, after, (*place, _word(key)))
    else:
        yield _change((*place, _word(key)), before, after)


def _compare_entries(
    key: str, before: Mapping[str, _Object], after: Mapping[str, _Object], place: tuple[str, ...]
) -> Iterator[Change]:
    for id_, entry in before.items():
        inside = (*place, f"{_NOUNS[key]} “{_title(entry)}”")
        if id_ in after:
            yield from _compare_objects(entry, after[id_], inside)
        else:
            yield Change(kind=ChangeKind.REMOVED, place=inside)
    for id_, entry in after.items():
        if id_ not in before:
            yield Change(kind=ChangeKind.ADDED, place=(*place, f"{_NOUNS[key]} “{_title(entry)}”"))
    if [id_ for id_ in before if id_ in after] != [id_ for id_ in after if id_ in before]:
        yield Change(kind=ChangeKind.MOVED, place=(*place, _word(key)))


def _change(place: tuple[str, ...], before: object, after: object) -> Change:
    if before is None:
        return Change(kind=ChangeKind.ADDED, place=place, after=_text(after))
    if after is None:
        return Change(kind=ChangeKind.REMOVED, place=place, before=_text(before))
    return Change(kind=ChangeKind.CHANGED, place=place, before=_text(before), after=_text(after))


def _entries(value: object) -> dict[str, _Object]:
    entries = cast("Sequence[_Object]", value or ())
    return {str(entry["id"]): entry for entry in entries}


def _title(entry: _Object) -> str:
    return str(entry.get("title") or entry.get("text") or entry["id"])


def _word(key: str) -> str:
    return key.replace("_", " ")


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            text = f"“{' '.join(value.split())}”"
        case list() if all(isinstance(one, str) for one in value):
            text = ", ".join(value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_CHARACTERS else f"{text[:VALUE_CHARACTERS]}…"
