"""A draft: a definition's document that need not be valid yet, as somebody writes it.

There is no second model. What an editor has no fields for stays in the document untouched,
and a draft becomes a definition by being read like any other document.
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from badges.draft_places import Document, Slot, every_place, find_slot, text_of, value_of
from badges.errors import UnknownPlaceError

CONFIRM = "confirm:"
"""How fields are named that say of a place that it is right as it is."""
YES = "true"
LEVEL_SOURCE = "rubric/level_source"
EVIDENCE_RULE: Mapping[str, object] = {
    "minimum_per_criterion": 0,
    "needs_locator": False,
    "needs_explanation": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document on its way to a definition.

    `unconfirmed` are the places of what came from elsewhere and nobody has looked at yet;
    `marks` say of some of them what was not understood.
    """

    document: Document
    unconfirmed: frozenset[str] = frozenset()
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of a save beside another one.

    `conflicts` have what is there now, for the places that both changed; None where
    the place is gone. Nothing of these is in `draft`.
    """

    draft: Draft
    conflicts: Mapping[str, str | None]


def write_draft(draft: Draft) -> bytes:
    """Return the bytes that `read_draft` reads."""
    whole = {
        "document": draft.document,
        "unconfirmed": sorted(draft.unconfirmed),
        "marks": dict(draft.marks),
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def read_draft(data: bytes) -> Draft:
    """Return the draft of bytes that `write_draft` made."""
    whole: dict[str, Any] = json.loads(data)
    return Draft(
        document=whole["document"],
        unconfirmed=frozenset(whole["unconfirmed"]),
        marks=whole["marks"],
    )


def text_at(draft: Draft, place: str) -> str | None:
    """Return what a field shows; None where there is no such place.

    Of a level in every competency at once: what they have in common, "" where they differ.
    """
    if place.startswith(CONFIRM):
        places = every_place(draft.document, place.removeprefix(CONFIRM))
        return "" if draft.unconfirmed.intersection(places) else YES
    slots = [find_slot(draft.document, one) for one in every_place(draft.document, place)]
    if not slots or None in slots:
        return None
    texts = {slot.text for slot in slots if slot}
    return texts.pop() if len(texts) == 1 else ""


def set_values(draft: Draft, values: Mapping[str, str]) -> Draft:
    """Return the draft with some places filled in as typed; what is empty is taken out.

    Whatever is typed over is confirmed by that.

    Raises:
        UnknownPlaceError: the draft has no such place.
    """
    document = deepcopy(draft.document)
    unconfirmed = set(draft.unconfirmed)
    for place, text in values.items():
        if place.startswith(CONFIRM):
            _confirm(document, unconfirmed, place.removeprefix(CONFIRM), is_said=text == YES)
            continue
        places = every_place(document, place)
        if not places:
            raise UnknownPlaceError(place)
        for one in places:
            slot = find_slot(document, one, makes=True)
            if slot is None:
                raise UnknownPlaceError(place)
            if _put(document, slot, one, text):
                unconfirmed.discard(one)
    return replace(draft, document=document, unconfirmed=frozenset(unconfirmed))


def confirm(draft: Draft, places: Iterable[str]) -> Draft:
    """Return the draft with some places confirmed as they stand."""
    return set_values(draft, {f"{CONFIRM}{place}": YES for place in places})


def merge(base: Draft, theirs: Draft, mine: Mapping[str, str]) -> Merged:
    """Return what others saved (`theirs`) with what was typed over `base`, place by place.

    Places that only one of the two changed are taken; of those that both did, theirs stays
    and is named.

    Raises:
        UnknownPlaceError: neither of them has such a place.
    """
    taken: dict[str, str] = {}
    conflicts: dict[str, str | None] = {}
    for place, text in mine.items():
        before, now = text_at(base, place), text_at(theirs, place)
        if before is None and now is None:
            raise UnknownPlaceError(place)
        typed = _as_shown(base, place, text)
        if typed in (before, now):
            continue
        if now is not None and now == before and _is_same_entry(base, theirs, place):
            taken[place] = text
        else:
            conflicts[place] = now
    return Merged(draft=set_values(theirs, taken), conflicts=conflicts)


def changed_texts(before: Draft, after: Draft, places: Iterable[str]) -> dict[str, str]:
    """Return what fields show now, for those that show something else than before."""
    texts = {place: text_at(after, place) for place in places}
    return {
        place: text
        for place, text in texts.items()
        if text is not None and text != text_at(before, place)
    }


def _confirm(document: Document, unconfirmed: set[str], place: str, *, is_said: bool) -> None:
    places = every_place(document, place)
    if is_said:
        unconfirmed.difference_update(places)
        return
    for one in places:
        if find_slot(document, one) is None:
            raise UnknownPlaceError(one)
        unconfirmed.add(one)


def _put(document: Document, slot: Slot, place: str, text: str) -> bool:
    """Store a text at its place; whether that changed anything."""
    value = value_of(text, slot.schema)
    before = slot.container.get(slot.key)
    if value is None:
        slot.container.pop(slot.key, None)
    else:
        slot.container[slot.key] = value
    if place == LEVEL_SOURCE:
        _note_choice(document, before, value)
    if place == "title":
        _name_rubric(document, before)
    _tidy(document, slot)
    return before != value


def _note_choice(document: Document, before: object, value: object) -> None:
    """Mark as the program's what a source left open."""
    if value is None:
        document.pop("program_choices", None)
    elif before is None and document.get("origin") != "own":
        document["program_choices"] = ["level_source"]


def _name_rubric(document: Document, before: object) -> None:
    """Let a rubric that is called like its badge stay so."""
    rubric = document.get("rubric")
    if not isinstance(rubric, dict) or rubric.get("title") != before:
        return
    rubric.pop("title", None)
    if "title" in document:
        rubric["title"] = document["title"]


def _tidy(document: Document, slot: Slot) -> None:
    """Take out the object around a value when it says nothing any more."""
    if slot.above is None:
        return
    holder, key = slot.above
    if key == "evidence_rule":
        rule = {**EVIDENCE_RULE, **slot.container}
        holder[key] = rule
        if rule != EVIDENCE_RULE:
            return
    elif slot.container:
        return
    if holder is not document or key != "rubric":
        del holder[key]


def _as_shown(draft: Draft, place: str, text: str) -> str:
    """Return how a field would show a text once it is stored."""
    if place.startswith(CONFIRM):
        return YES if text == YES else ""
    for one in every_place(draft.document, place):
        slot = find_slot(draft.document, one)
        if slot is not None:
            return text_of(value_of(text, slot.schema))
    return text


def _is_same_entry(base: Draft, theirs: Draft, place: str) -> bool:
    """Whether a position in a list without ids still means the same entry."""
    top = place.removeprefix(CONFIRM).partition("/")[0]
    if top not in {"conditions", "alignments"}:
        return True
    return _outline(base.document.get(top)) == _outline(theirs.document.get(top))


def _outline(value: object) -> object:
    """Return what tells the entries of a list without ids apart, without what is filled in."""
    match value:
        case list():
            return [_outline(one) for one in value]
        case dict():
            return (
                value.get("kind"),
                value.get("criterion_id") if "kind" not in value else None,
                _outline(value.get("conditions")),
            )
        case _:
            return None
