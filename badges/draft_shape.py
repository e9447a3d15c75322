"""Begin a draft like another badge: its shape, and none of its words."""

from collections.abc import Iterable, Mapping
from typing import Any

from badges.definition import AchievementDefinition
from badges.definition_document import serialize_definition
from badges.draft import Draft
from badges.draft_places import Document, find_slot
from rubrics.documents import read_json

_NUMBERS = ("points", "band/minimum", "band/maximum")
_TASK_NUMBERS = ("minimum", "maximum", "step", "weight", "required")
_PLAIN_RULES = frozenset(
    {
        "total_at_least",
        "every_criterion_at_least",
        "criteria_at_least",
        "criterion_at_least",
        "all_of",
        "any_of",
        "some_of",
    }
)
"""Conditions that ask for ratings alone: others name what the new badge does not have."""
_RULE_NUMBERS = ("points", "count", "number")


def start_like(definition: AchievementDefinition, document: Document) -> Draft:
    """Return a draft of the badge that `document` places, in the shape of `definition`.

    Taken over are how many competencies there are, the levels' names, points and bands, the
    ranges of scored tasks, and the form of the rule. Every number is unconfirmed.
    """
    other: dict[str, Any] = read_json(serialize_definition(definition))  # type: ignore[assignment]
    rubric: dict[str, Any] = other["rubric"]
    names: dict[str, str] = {}
    criteria = [_criterion(one, names) for one in rubric["criteria"]]
    made: dict[str, Any] = {
        "id": document["id"],
        "title": document.get("title", ""),
        "criteria": criteria,
    }
    for key in ("level_source", "aggregation"):
        if key in rubric:
            made[key] = rubric[key]
    if "tasks" in rubric:
        made["tasks"] = [_task(one, at) for at, one in enumerate(rubric["tasks"], start=1)]
    conditions = _rule(other.get("conditions", ()), names)
    whole: Document = {**document, "state": "draft", "origin": "own", "rubric": made}
    if conditions:
        whole["conditions"] = conditions
    return Draft(document=whole, unconfirmed=frozenset(_numbers(whole)))


def _criterion(other: Mapping[str, Any], names: dict[str, str]) -> Document:
    names[other["id"]] = id_ = f"competency-{len(names) + 1}"
    made: Document = {"id": id_}
    for key in ("scale", "numbers"):
        if key in other:
            made[key] = other[key]
    if "levels" in other:
        made["levels"] = [
            {key: one for key, one in level.items() if key != "descriptor"}
            for level in other["levels"]
        ]
    # What stands below a rated competency are its indicators: words, no shape.
    below = [_criterion(one, names) for one in other.get("criteria", ()) if _is_rated(one)]
    return {**made, "criteria": below} if below else made


def _is_rated(other: Mapping[str, Any]) -> bool:
    is_rated = "levels" in other or "numbers" in other
    return is_rated or any(_is_rated(one) for one in other.get("criteria", ()))


def _task(other: Mapping[str, Any], number: int) -> Document:
    return {"id": f"task-{number}"} | {key: other[key] for key in _TASK_NUMBERS if key in other}


def _rule(conditions: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[Document]:
    made = []
    for other in conditions:
        one = dict(other)
        if one["kind"] not in _PLAIN_RULES or {"role", "phase"} & one.keys():
            continue
        for key in ("criterion_id", "within"):
            if key in one:
                one[key] = names.get(one[key], "")
        if "" in (one.get("criterion_id"), one.get("within")):
            continue
        if "conditions" in one:
            one["conditions"] = _rule(one["conditions"], names)
            if not one["conditions"]:
                continue
        made.append(one)
    return made


def _numbers(document: Document) -> Iterable[str]:
    """Yield the places of everything that was copied and has to be looked at."""
    places = [
        f"rubric/criteria/{criterion['id']}/levels/{level['id']}/{name}"
        for criterion in _every(document["rubric"]["criteria"])
        for level in criterion.get("levels", ())
        for name in _NUMBERS
    ]
    places += [
        f"rubric/tasks/{task['id']}/{name}"
        for task in document["rubric"].get("tasks", ())
        for name in _TASK_NUMBERS
    ]
    places += _rule_places(document.get("conditions", ()), "conditions")
    slots = ((place, find_slot(document, place)) for place in places)
    return [place for place, slot in slots if slot and slot.key in slot.container]


def _rule_places(conditions: Iterable[Document], place: str) -> list[str]:
    places = []
    for at, one in enumerate(conditions):
        here = f"{place}/{at}"
        places += [f"{here}/{name}" for name in _RULE_NUMBERS]
        places += _rule_places(one.get("conditions", ()), f"{here}/conditions")
    return places


def _every(criteria: Iterable[Document]) -> Iterable[Document]:
    for one in criteria:
        yield one
        yield from _every(one.get("criteria", ()))
