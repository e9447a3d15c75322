"""Edits of a draft that change its structure: something is added, removed, or moved."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from badges.conditions import MAXIMUM_DEPTH
from badges.draft import Draft
from badges.draft_places import (
    Document,
    criteria_of,
    every_place,
    find_entry,
    find_list,
    find_slot,
    most_entries,
)
from badges.errors import FullListError, UnknownPlaceError
from rubrics.model import MAXIMUM_DEPTH as MAXIMUM_TREE_DEPTH
from rubrics.naming import make_unique

COMBINATIONS = ("all_of", "any_of", "some_of")
KINDS: Mapping[str, tuple[str, ...]] = {
    "total_at_least": (),
    "every_criterion_at_least": (),
    "criteria_at_least": (),
    "criterion_at_least": (),
    "count_at_least": (),
    "hours_at_least": (),
    "covered": (),
    "holds": (),
    "all_of": ("conditions",),
    "any_of": ("conditions",),
    "some_of": ("conditions",),
}
"""Which conditions can be added, and the lists that they hold."""
LEVELS = "levels"
BLANK_LEVELS = 3
_REFERENCES = frozenset({"id", "criterion_id", "level_id", "within", "of", "coverage_id"})
_FORM = "{}-{}"
_POSITIONS = re.compile("(?:^|/)(?:conditions|alignments)/[0-9]+(?=/|$)")


def add(draft: Draft, place: str, kind: str = "") -> tuple[Draft, str]:
    """Return the draft with one more entry in the list of a place, and the entry's place.

    `levels` is the levels of every competency at once. `kind` is of conditions, and the
    competency that an alignment belongs to.

    Raises:
        UnknownPlaceError: no such list, or none that something is added to.
        FullListError: it has as many entries as it may have, or stands too deep.
    """
    document = deepcopy(draft.document)
    taken = _taken(document)
    if place == LEVELS:
        return _add_shared_level(draft, document, taken)
    name = place.rpartition("/")[2]
    make = _NEW.get(name)
    entries = find_list(document, place, makes=True)
    if make is None or entries is None:
        raise UnknownPlaceError(place)
    _check_room(document, place, entries)
    entry = make(taken, kind)
    if entry is None:
        raise UnknownPlaceError(place)
    if name == "criteria" and place == "rubric/criteria":
        entry |= {LEVELS: _levels_like(document, taken)}
    elif name == "criteria":
        entry |= {"scale": "none"}
    entries.append(entry)
    made = f"{_list_of(place)}/{entry.get('id', len(entries) - 1)}"
    return replace(draft, document=document), made


def remove(draft: Draft, place: str) -> Draft:
    """Return the draft without the entry of a place. What points to it stays, and is found.

    Raises:
        UnknownPlaceError: no such entry.
    """
    document = deepcopy(draft.document)
    places = every_place(document, place)
    gone: list[tuple[str, int]] = []
    for one in places:
        found = find_entry(document, one)
        if found is None:
            raise UnknownPlaceError(place)
        entries, at = found
        del entries[at]
        gone.append((one, at))
    _drop_empty(document)
    if not places:
        raise UnknownPlaceError(place)
    moved: dict[str, str | None] = {one: None for one, _ in gone}
    for one, at in gone:
        moved |= _shifted(one, {position: position - 1 for position in range(at + 1, 100)})
    return _renamed(replace(draft, document=document), moved)


def move(draft: Draft, place: str, step: int) -> Draft:
    """Return the draft with an entry one place up (-1) or down (1); at an end nothing moves.

    Raises:
        UnknownPlaceError: no such entry.
    """
    document = deepcopy(draft.document)
    moved: dict[str, str | None] = {}
    places = every_place(document, place)
    for one in places:
        found = find_entry(document, one)
        if found is None:
            raise UnknownPlaceError(place)
        entries, at = found
        to = at + step
        if not 0 <= to < len(entries):
            continue
        entries[at], entries[to] = entries[to], entries[at]
        moved |= _shifted(one, {at: to, to: at})
    if not places:
        raise UnknownPlaceError(place)
    return _renamed(replace(draft, document=document), moved)


def set_kind(draft: Draft, place: str, kind: str) -> Draft:
    """Return the draft with a combination of conditions that asks for all, any or some of them.

    Raises:
        UnknownPlaceError: there is no combination at that place, or no such kind.
    """
    document = deepcopy(draft.document)
    found = find_entry(document, place)
    if found is None or kind not in COMBINATIONS:
        raise UnknownPlaceError(place)
    condition = found[0][found[1]]
    if condition.get("kind") not in COMBINATIONS:
        raise UnknownPlaceError(place)
    condition["kind"] = kind
    condition.pop("count", None)
    if kind == "some_of":
        condition["count"] = 1
    return _renamed(replace(draft, document=document), {})


def take_suggested_tasks(draft: Draft) -> Draft:
    """Return the draft with the scored tasks that the definition suggests."""
    document = deepcopy(draft.document)
    rubric = document.get("rubric")
    if not isinstance(rubric, dict) or not document.get("suggested_tasks"):
        raise UnknownPlaceError("suggested_tasks")
    rubric["tasks"] = deepcopy(document["suggested_tasks"])
    return _renamed(replace(draft, document=document), {})


def blank(document: Document) -> Draft:
    """Return a draft of a badge that nothing is known of but its place in the program."""
    taken = {document["id"]}
    criterion = {"id": make_unique("competency", taken, _FORM)}
    levels = [{"id": make_unique("level", taken, _FORM)} for _ in range(BLANK_LEVELS)]
    rubric: Document = {"id": document["id"], "title": document.get("title", "")}
    return Draft(
        document={
            **{key: one for key, one in document.items() if key != "total_in_stack" or one},
            "state": "draft",
            "origin": document.get("origin", "own"),
            "rubric": {**rubric, "criteria": [{**criterion, "levels": levels}]},
        }
    )


def _add_shared_level(draft: Draft, document: Document, taken: set[str]) -> tuple[Draft, str]:
    level_id = make_unique("level", taken, _FORM)
    lists = [one[LEVELS] for one in criteria_of(document) if one.get(LEVELS)]
    if not lists:
        raise UnknownPlaceError(LEVELS)
    most = most_entries(document, f"rubric/criteria/{next(criteria_of(document))['id']}/levels")
    if any(len(one) >= most for one in lists):
        raise FullListError(LEVELS)
    for one in lists:
        one.append({"id": level_id})
    return replace(draft, document=document), f"{LEVELS}/{level_id}"


def _check_room(document: Document, place: str, entries: list[Any]) -> None:
    if len(entries) >= most_entries(document, place):
        raise FullListError(place)
    if place.count("conditions") > MAXIMUM_DEPTH:
        raise FullListError(place)
    if place.endswith("/criteria") and _depth(document, place.split("/")[-2]) >= MAXIMUM_TREE_DEPTH:
        raise FullListError(place)


def _depth(document: Document, criterion_id: str) -> int:
    """Return how deep in the tree a competency stands, from 1; 0 where it does not."""

    def within(entries: Iterable[Document], depth: int) -> int:
        for one in entries:
            found = (
                depth if one["id"] == criterion_id else within(one.get("criteria", ()), depth + 1)
            )
            if found:
                return found
        return 0

    return within(document.get("rubric", {}).get("criteria", ()), 1)


def _levels_like(document: Document, taken: set[str]) -> list[Document]:
    """Return the levels that the other competencies have, without their descriptors."""
    for criterion in criteria_of(document):
        if criterion.get(LEVELS):
            return [
                {key: deepcopy(one) for key, one in level.items() if key != "descriptor"}
                for level in criterion[LEVELS]
            ]
    return [{"id": make_unique("level", taken, _FORM)} for _ in range(BLANK_LEVELS)]


def _new(base: str, **values: object) -> Callable[[set[str], str], Document]:
    return lambda taken, _kind: {"id": make_unique(base, taken, _FORM), **values}


def _new_condition(_taken: set[str], kind: str) -> Document | None:
    if kind not in KINDS:
        return None
    return {
        "kind": kind,
        **({"count": 1} if kind == "some_of" else {}),
        **{name: [] for name in KINDS[kind]},
    }


def _new_alignment(_taken: set[str], criterion_id: str) -> Document:
    return {"criterion_id": criterion_id} if criterion_id else {}


_NEW: Mapping[str, Callable[[set[str], str], Document | None]] = {
    "criteria": _new("competency"),
    "levels": _new("level"),
    "tasks": _new("task", minimum=0, maximum=5),
    "prompts": _new("question"),
    "artefact_requirements": _new("artefact", kinds=["file"], minimum_count=1),
    "open_questions": _new("open-question"),
    "conditions": _new_condition,
    "alignments": _new_alignment,
}


def _taken(document: Document) -> set[str]:
    """Collect every id, and every word that may point to one."""
    taken: set[str] = set()

    def collect(value: object) -> None:
        match value:
            case dict():
                taken.update(
                    one for key, one in value.items() if key in _REFERENCES and isinstance(one, str)
                )
                for one in value.values():
                    collect(one)
            case list():
                for one in value:
                    collect(one)
                taken.update(one.removeprefix("answer:") for one in value if isinstance(one, str))

    collect(document)
    return taken


def _list_of(place: str) -> str:
    """Return how the entries of a list are named: competencies without those above them."""
    return "rubric/criteria" if place.endswith("/criteria") else place


def _drop_empty(document: Document) -> None:
    """Take out lists that nothing is left in: absent means empty. What has to hold some stays."""
    rubric = document.get("rubric", {})
    for holder in (document, rubric, *criteria_of(document)):
        kept = "criteria" if holder is rubric else None
        for key in [key for key, one in holder.items() if one == [] and key != kept]:
            del holder[key]


def _shifted(place: str, positions: Mapping[int, int]) -> dict[str, str | None]:
    above, _, key = place.rpartition("/")
    if not _POSITIONS.search(place) or not key.isdigit():
        return {}
    return {f"{above}/{old}": f"{above}/{new}" for old, new in positions.items()}


def _renamed(draft: Draft, moved: Mapping[str, str | None]) -> Draft:
    """Let what is said of places follow them; what is said of a place that is gone goes too."""

    def now(place: str) -> str | None:
        steps = place.split("/")
        for length in range(len(steps), 0, -1):
            head = "/".join(steps[:length])
            if head in moved:
                to = moved[head]
                return None if to is None else "/".join([to, *steps[length:]])
        return place

    def is_there(place: str | None) -> bool:
        return place is not None and (
            find_slot(draft.document, place) is not None
            or find_entry(draft.document, place) is not None
        )

    unconfirmed = {now(place) for place in draft.unconfirmed}
    marks = {now(place): text for place, text in draft.marks.items()}
    return replace(
        draft,
        unconfirmed=frozenset(place for place in unconfirmed if place and is_there(place)),
        marks={place: text for place, text in marks.items() if place and is_there(place)},
    )
