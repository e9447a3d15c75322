"""Which fields the editor of a draft has. Names of fields are places of the draft."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from badges.draft import CONFIRM, Draft, text_at
from badges.draft_places import Document, criteria_of

TOP = (
    "title",
    "description",
    "criteria_narrative",
    "image_alt",
    "credit_hours",
    "origin",
    "attribution",
    "licence/title",
    "licence/url",
    "provenance/changes",
    "rubric/level_source",
    "rubric/aggregation",
    "evidence_rule/minimum_per_criterion",
    "evidence_rule/needs_locator",
    "evidence_rule/needs_explanation",
)
SHARED = ("title", "points", "band/minimum", "band/maximum", "cumulative")
"""What every competency's level of one id usually has in common."""
TASK = ("title", "minimum", "maximum", "step", "weight", "required")
PROMPT = ("title", "help", "minimum_words", "maximum_words", "required", "criterion_id")
ARTEFACT = ("title", "help", "kinds", "minimum_count", "criterion_id")
ALIGNMENT = ("title", "framework", "framework_version", "code", "url")
CONDITION: dict[str, tuple[str, ...]] = {
    "total_at_least": ("points", "within"),
    "every_criterion_at_least": ("level_id", "within"),
    "criteria_at_least": ("count", "level_id", "within"),
    "criterion_at_least": ("criterion_id", "level_id", "number"),
    "count_at_least": ("count", "of"),
    "hours_at_least": ("hours", "of"),
    "covered": ("coverage_id",),
    "holds": ("achievement",),
    "some_of": ("count",),
}


def fields_of(draft: Draft) -> Iterator[str]:
    """Yield the name of every field that a page of the draft may have."""
    document = draft.document
    yield from TOP
    for criterion in criteria_of(document):
        place = f"rubric/criteria/{criterion['id']}"
        yield from (f"{place}/title", f"{place}/definition")
        for level in criterion.get("levels", ()):
            here = f"{place}/levels/{level['id']}"
            yield from (f"{here}/{name}" for name in (*SHARED, "descriptor"))
    for level_id in shared_levels(document):
        yield from (f"levels/{level_id}/{name}" for name in SHARED)
    rubric = document.get("rubric", {})
    yield from _of_entries(rubric.get("tasks", ()), "rubric/tasks", TASK)
    yield from _of_entries(document.get("prompts", ()), "prompts", PROMPT)
    requirements = document.get("artefact_requirements", ())
    yield from _of_entries(requirements, "artefact_requirements", ARTEFACT)
    for at in range(len(document.get("alignments", ()))):
        yield from (f"alignments/{at}/{name}" for name in ALIGNMENT)
    yield from _of_conditions(document.get("conditions", ()), "conditions")
    yield from (f"{CONFIRM}{place}" for place in sorted(draft.unconfirmed))


def texts_of(draft: Draft) -> dict[str, str]:
    """Return what every field of a draft shows."""
    texts = ((place, text_at(draft, place)) for place in fields_of(draft))
    return {place: text for place, text in texts if text is not None}


def changed_fields(before: Draft, after: Draft) -> dict[str, str]:
    """Return what the fields of one draft show, as far as those of the other do not."""
    was = texts_of(before)
    return {
        place: text
        for place, text in texts_of(after).items()
        if place not in was or was[place] != text
    }


def shared_levels(document: Document) -> list[str]:
    """Return the ids of all levels, in the order in which they first stand."""
    levels = (level["id"] for one in criteria_of(document) for level in one.get("levels", ()))
    return list(dict.fromkeys(levels))


def outline(draft: Draft) -> tuple[str, str]:
    """Return hashes of how a draft is built: what is named by position, and everything."""
    document = draft.document
    named = {
        "criteria": _ids(document.get("rubric", {}).get("criteria", ())),
        "tasks": _ids(document.get("rubric", {}).get("tasks", ())),
        "prompts": _ids(document.get("prompts", ())),
        "artefacts": _ids(document.get("artefact_requirements", ())),
    }
    counted = [_kinds(document.get("conditions", ())), len(document.get("alignments", ()))]
    return _hash(counted), _hash([counted, named])


def _of_entries(entries: Iterable[Document], place: str, names: Iterable[str]) -> Iterator[str]:
    listed = tuple(names)
    for one in entries:
        yield from (f"{place}/{one['id']}/{name}" for name in listed)


def _of_conditions(conditions: Iterable[Document], place: str) -> Iterator[str]:
    for at, one in enumerate(conditions):
        here = f"{place}/{at}"
        yield from (f"{here}/{name}" for name in CONDITION.get(one["kind"], ()))
        yield from _of_conditions(one.get("conditions", ()), f"{here}/conditions")


def _ids(entries: Iterable[Document]) -> list[Any]:
    return [
        [one["id"], [level["id"] for level in one.get("levels", ())], _ids(one.get("criteria", ()))]
        for one in entries
    ]


def _kinds(conditions: Iterable[Document]) -> list[Any]:
    return [[one["kind"], _kinds(one.get("conditions", ()))] for one in conditions]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
