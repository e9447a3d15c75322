"""A table that was read from outside becomes part of a draft; what was unclear is marked in it."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace

from badges.draft import Draft
from badges.draft_places import FIXED, Document, find_slot

_KEPT_OF_RUBRIC = ("level_source", "aggregation", "tasks")
"""What the program chose, and no table says."""
_BLANKS = ("points", "level_id", "count", "criterion_id", "number", "of", "achievement")
"""Where a mark on a whole condition stands: at its first blank."""
_ANYWHERE = "description"
_LICENCE = "licence/url"


def paste_into(
    draft: Draft, document: Mapping[str, object], marks: Iterable[tuple[str, str]]
) -> Draft:
    """Return the draft with what was read in place of what it said of the same.

    `document` has the shape of a definition's as far as it could be read; the badge keeps
    its id and its place in the program. `marks` are places and what is unclear there:
    each has to be looked at before anything is published.
    """
    read = deepcopy({key: one for key, one in document.items() if key not in FIXED})
    whole: Document = {**deepcopy(draft.document), **read}
    former = draft.document.get("rubric", {})
    if isinstance(rubric := read.get("rubric"), dict):
        kept = {key: deepcopy(former[key]) for key in _KEPT_OF_RUBRIC if key in former}
        named = {"id": former.get("id", whole["id"]), "title": whole.get("title", "")}
        whole["rubric"] = {**named, **kept, **rubric}
    texts: dict[str, str] = {}
    for place, text in marks:
        at = _field_at(whole, place)
        texts[at] = f"{texts[at]} {text}" if at in texts else text
    pasted = Draft(document=whole, unconfirmed=frozenset(texts), marks=texts)
    return _with_former(pasted, draft)


def _with_former(pasted: Draft, former: Draft) -> Draft:
    """Keep what is unconfirmed of places that were not pasted over."""
    left = {
        place
        for place in former.unconfirmed
        if (now := find_slot(pasted.document, place)) is not None
        and (before := find_slot(former.document, place)) is not None
        and now.text == before.text
    }
    marks = {place: text for place, text in former.marks.items() if place in left}
    return replace(
        pasted, unconfirmed=pasted.unconfirmed | left, marks={**marks, **dict(pasted.marks)}
    )


def _field_at(document: Document, place: str) -> str:
    """Return the field that stands for a place: itself, its entry's first, or one above it."""
    steps = place.split("/")
    # A rubric has no field of its own, and of a licence there is one for the whole of it.
    while steps and steps != ["rubric"]:
        here = "/".join(steps)
        if here == "licence":
            return _LICENCE
        tried = (here, f"{here}/title", f"{here}/minimum", *(f"{here}/{one}" for one in _BLANKS))
        for one in tried:
            if find_slot(document, one) is not None:
                return one
        steps.pop()
    return _ANYWHERE
